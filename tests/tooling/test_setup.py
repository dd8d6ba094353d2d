"""The scripts that install: locks without addresses, stamps by content, plain words where something is missing."""

# pyright: reportPrivateUsage=false

import json
import re
import subprocess
from pathlib import Path

import pytest

import messages
import setup
import steps
from steps import Stamp, StepError

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON_LOCKS = ("requirements.txt", "requirements-build.txt", "requirements-dev.txt")
NODE_LOCKS = ("web/package-lock.json", "scripts/browser/package-lock.json")


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_python_locks_have_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "index-url" not in text
    pinned = re.findall(r"^[a-z0-9][^\n]*==[^\n]*\n((?: {4}--hash=sha256:[0-9a-f]{64}[^\n]*\n?)*)", text, re.MULTILINE)
    assert len(pinned) > 5
    assert all(hashes for hashes in pinned)


@pytest.mark.parametrize("name", NODE_LOCKS)
def test_node_locks_have_hashes_and_no_addresses(name: str) -> None:
    packages = json.loads((ROOT / name).read_text())["packages"]
    foreign = {
        path: package for path, package in packages.items() if "node_modules/" in path and not package.get("link")
    }
    assert foreign
    for path, package in foreign.items():
        assert "integrity" in package, path
        assert "://" not in package.get("resolved", ""), path
    for path, package in packages.items():
        for name_of in package.get("optionalDependencies", {}):
            assert f"node_modules/{name_of}" in packages, f"{path} may need {name_of}, and the lock has none"


def test_a_stamp_holds_until_a_source_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "ROOT", tmp_path)
    monkeypatch.setattr(steps, "STAMPS", tmp_path / ".stamps")
    source, result = tmp_path / "source", tmp_path / "result"
    source.mkdir()
    (source / "a.txt").write_text("one")
    assert not Stamp("x", [source]).holds(result)
    result.touch()
    Stamp("x", [source]).set()
    assert Stamp("x", [source]).holds(result)
    assert not Stamp("x", [source], extra="another Python").holds(result)
    (source / "a.txt").write_text("two")
    assert not Stamp("x", [source]).holds(result)
    Stamp("x", [source]).set()
    (source / "a.txt").rename(source / "b.txt")
    assert not Stamp("x", [source]).holds(result)
    Stamp("x", [source]).set()
    result.unlink()
    assert not Stamp("x", [source]).holds(result)


def test_a_python_without_ensurepip_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(command: list[str], **_more: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(setup, "PYTHON", tmp_path / "nothing")
    monkeypatch.setattr(subprocess, "run", fails)
    with pytest.raises(StepError, match="apt install python3-venv"):
        setup._virtual_environment()


def test_a_failed_tool_shows_what_it_said() -> None:
    with pytest.raises(StepError, match=r"(?s)it went wrong.*ended with 3"):
        steps.run(["sh", "-c", "echo it went wrong; exit 3"])
    with pytest.raises(StepError, match="no-such-tool could not be started"):
        steps.run(["no-such-tool"])


ENGLISH = {"send": "Send {name}", "unread.one": "{count} message", "unread.other": "{count} messages"}


@pytest.mark.parametrize(
    ("other", "forms", "faults"),
    [
        ({"send": "{name} senden", "unread.one": "Eine", "unread.other": "{count}"}, {"one"}, []),
        ({"send": "{name}", "unread.other": "{count}"}, set[str](), []),
        ({"send": "{name}", "unread.other": "{count}"}, {"one"}, ["“unread.one” is missing"]),
        ({"unread.one": "1", "unread.other": "{count}"}, {"one"}, ["“send” is missing"]),
        (
            {"send": "{nam}", "unread.one": "1", "unread.other": "{count}"},
            {"one"},
            ["“send” has the placeholders ['nam'], English has ['name']"],
        ),
        (
            {"send": "{name}", "unread.one": "1", "unread.other": "{count}", "old": "x"},
            {"one"},
            ["“old” is not in English"],
        ),
        (
            {"send": "{name}", "unread.one": " ", "unread.other": "{count}"},
            {"one"},
            ["“unread.one” is empty"],
        ),
    ],
)
def test_what_the_catalogue_check_finds(other: dict[str, str], forms: set[str], faults: list[str]) -> None:
    assert messages.compare(ENGLISH, other, forms) == faults
