"""What the pages and the deployment examples call by name exists: settings, variables, commands."""

import re
import subprocess
from pathlib import Path

import pytest

from halloo.config import list_settings, load_config
from halloo.widgets.config import V1
from halloo.widgets.schema import Group

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = list_settings()
PARTS = {one.name.split(".")[0] for one in SETTINGS}
OF_WIDGETS = {
    f"{part}.{name}" for part, group in V1.fields.items() if isinstance(group, Group) for name in group.fields
}
"""A widget's configuration has parts of the same names, `files` and `bot_check`."""
OWN = {"HALLOO_DATA", "HALLOO_PART_NAME"}
"""Variables that are no settings: the data folder, and the pattern of all names."""
COMPOSE = {"HALLOO_HOST", "HALLOO_DATABASE_PASSWORD", "HALLOO_OWNER_PASSWORD", "HALLOO_BROKER_PASSWORD"}
"""Variables of compose.yaml's own `.env`."""
PAGES = sorted(path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")) if path.is_file())
EXAMPLES = sorted(path for path in (ROOT / "deploy").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", [*PAGES, *EXAMPLES], ids=lambda path: str(path.relative_to(ROOT)))
def test_variables_exist(path: Path) -> None:
    known = {one.env for one in SETTINGS} | OWN
    if "compose" in path.parts:
        known |= COMPOSE
    assert set(re.findall(r"HALLOO_[A-Z0-9_]*[A-Z0-9]", path.read_text("utf-8"))) <= known


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_settings_exist(path: Path) -> None:
    known = {one.name for one in SETTINGS} | {f"{part}.py" for part in PARTS} | OF_WIDGETS
    named = re.findall(rf"`((?:{'|'.join(sorted(PARTS))})\.[a-z0-9_]+)`", path.read_text("utf-8"))
    assert set(named) <= known


def test_the_commented_file_is_in_force_as_it_is(tmp_path: Path) -> None:
    text = (ROOT / "deploy/halloo.toml").read_text("utf-8")
    (tmp_path / "halloo.toml").write_text(text, "utf-8")
    assert load_config(tmp_path, {}) == load_config(None, {})
    opened = re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)
    assert opened != text
    (tmp_path / "halloo.toml").write_text(opened, "utf-8")
    assert load_config(tmp_path, {}) == load_config(None, {})


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path.suffix == ".sh"], ids=lambda path: path.name)
def test_shell_scripts_can_be_read(path: Path) -> None:
    assert subprocess.run(["sh", "-n", str(path)], capture_output=True, check=False).returncode == 0
    assert path.stat().st_mode & 0o111


def test_the_service_starts_what_exists() -> None:
    unit = (ROOT / "deploy/systemd/halloo.service").read_text("utf-8")
    assert "ExecStart=/opt/halloo/bin/halloo serve --data /var/lib/halloo" in unit
