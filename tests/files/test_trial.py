"""The upload on trial: what a proxy lets through is counted, and nothing is kept."""

import json
from pathlib import Path

import pytest

from halloo.files import places, trial
from halloo.files.local import LocalStorage
from tests.files.test_receiving import DATA, error
from tests.support.storage_host import House, ask


def kept_in(folder: Path) -> list[Path]:
    """The files there."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_trial_needs_no_right_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(LocalStorage(tmp_path))
    said = await ask(house, "PUT", trial.PATH, "", DATA)
    assert (said.status, json.loads(said.body) | {"took_ms": 0}) == (
        200,
        {"received": 1_000_000, "offset": None, "took_ms": 0},
    )
    said = await ask(house, "PATCH", trial.PATH, "", b"more", upload_offset="7")
    assert (json.loads(said.body)["offset"], said.headers["upload-offset"]) == (7, "4")
    for method in ("HEAD", "DELETE"):
        said = await ask(house, method, trial.PATH)
        assert (said.status, said.headers["upload-offset"]) == (204, "0")
    assert (await ask(house, "GET", trial.PATH)).status == 405
    assert error(await ask(house, "PUT", trial.PATH, "", b"x" * (trial.MOST + 1))) == (413, "file_too_large")
    said = await ask(house, "PUT", trial.PATH, "", b"x", content_length=str(trial.MOST + 1))
    assert error(said) == (413, "file_too_large"), "before it comes"
    assert kept_in(tmp_path) == []
    monkeypatch.setattr(places, "OF_SENDER", 0)
    assert error(await ask(house, "PUT", trial.PATH, "", b"x")) == (429, "rate_limited")
    await house.storage.close()
