"""The import contract knows every slice there is: a new one cannot come in by the back door."""

import configparser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SLICES = sorted(path.parent.name for path in (ROOT / "src/halloo").glob("*/tables.py") if path.parent.name != "events")


def _contract() -> configparser.ConfigParser:
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter")
    return contract


def test_there_are_slices() -> None:
    assert {"workspaces", "widgets", "contacts", "conversations"} <= set(SLICES)


def test_every_slice_has_its_order_and_its_front_door() -> None:
    contract = _contract()
    ordered = contract["importlinter:contract:slices"]["containers"].split()
    assert {f"halloo.{name}" for name in SLICES} <= set(ordered)
    for name in SLICES:
        door = contract[f"importlinter:contract:{name}-front-door"]
        inner = {f"halloo.{name}.{path.stem}" for path in (ROOT / "src/halloo" / name).glob("*store.py")}
        assert inner | {f"halloo.{name}.tables"} <= set(door["protected_modules"].split())
        assert door["allowed_importers"] == f"halloo.{name}"
