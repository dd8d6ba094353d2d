"""`make check` is worth something: each of its checks fails on a planted violation, in a copy of the tree."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.browser import executable

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = (".venv", ".cache", "web/node_modules")
"""What the copy uses from the tree itself: too large to copy, and not written by checks."""
ASSETS = Path("src/halloo/embed/assets")


@dataclass(frozen=True)
class Planted:
    """A violation: which check must find it, how it is planted, and what the check's words hold."""

    check: str
    plant: Callable[[Path], None]
    says: str


def _file(path: str, text: str) -> Callable[[Path], None]:
    def plant(tree: Path) -> None:
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")

    return plant


def _alone(*others: str, but: str, plant: Callable[[Path], None]) -> Callable[[Path], None]:
    """Plant into a tree without these other files: what the check would find nothing in needs no looking into."""

    def plant_alone(tree: Path) -> None:
        for path in (path for pattern in others for path in tree.glob(pattern) if not path.match(but)):
            path.unlink()
        plant(tree)

    return plant_alone


def _only_a_failing_test(tree: Path) -> None:
    for folder in (tree / "tests").iterdir():
        if folder.is_dir() and folder.name != "support":
            shutil.rmtree(folder)
    (tree / "tests" / "test_planted.py").write_text("def test_planted():\n    assert False\n")


def _only_a_test_that_fails_once(tree: Path) -> None:
    _only_a_failing_test(tree)
    (tree / "tests" / "test_planted.py").write_text(
        "import pathlib\n\n\ndef test_planted():\n    seen = pathlib.Path(__file__).parent / 'seen'\n    before = seen.exists()\n"
        "    seen.touch()\n    assert before\n"
    )


def _only_a_failing_test_in(folder: str) -> Callable[[Path], None]:
    def plant(tree: Path) -> None:
        for path in (tree / "tests").glob("*/test_*.py"):
            path.unlink()
        (tree / "tests" / folder / "test_planted.py").write_text("def test_planted():\n    assert False\n")

    return plant


def _unreadable_text(tree: Path) -> None:
    for style in (tree / ASSETS / "files").glob("*.css"):
        style.write_text(style.read_text() + "\n*{color:#ddd!important;background:#eee!important}\n")


def _stale_wire_types(tree: Path) -> None:
    generated = tree / "web/packages/wire/src/generated/manage.ts"
    generated.write_text(generated.read_text() + "\nexport type Planted = string;\n")


def _missing_message(tree: Path) -> None:
    path = tree / "web/messages/de/widget.json"
    messages = json.loads(path.read_text())
    del messages["send"]
    path.write_text(json.dumps(messages))


def _fat_loader(tree: Path) -> None:
    noise = random.Random(1).randbytes(12_000).hex()
    loader = tree / ASSETS / "loader.js"
    loader.write_text(f"{loader.read_text()}/*{noise}*/")


PLANTED = (
    Planted(
        "types",
        _alone(
            "src/halloo/**/*.py",
            "tests/**/*.py",
            "bench/*.py",
            "demo/*.py",
            "scripts/reference/*.py",
            but="src/halloo/kit/*.py",
            plant=_file("src/halloo/kit/planted.py", '"""Planted."""\n\nplanted: int = "no"\n'),
        ),
        "planted.py",
    ),
    Planted("tests", _only_a_failing_test, "test_planted"),
    Planted("wires", _only_a_failing_test_in("edge"), "test_planted"),
    Planted("programs", _only_a_failing_test_in("files"), "test_planted"),
    Planted("doors", _only_a_failing_test_in("public"), "test_planted"),
    Planted(
        "axe",
        _alone("tests/*/test_*.py", but="tests/manage/test_docs_in_chromium.py", plant=_unreadable_text),
        "color-contrast",
    ),
    Planted(
        "vitest",
        _alone(
            "web/packages/*/src/**/*.test.ts*",
            but="web/packages/core/src/format.test.ts",
            plant=_file(
                "web/packages/core/src/planted.test.ts",
                'import { expect, test } from "vitest";\ntest("planted", () => expect(1).toBe(2));\n',
            ),
        ),
        "planted.test.ts > planted",
    ),
    Planted("tsc", _file("web/packages/core/src/planted.ts", 'export const planted: number = "no";\n'), "planted.ts"),
    Planted("biome", _file("web/packages/core/src/planted.ts", "export const planted: any = 1;\n"), "planted.ts"),
    Planted(
        "biome",
        _file("web/packages/loader/src/planted.ts", "export const planted = (x: Element): string => x.innerHTML;\n"),
        "never markup from strings",
    ),
    Planted(
        "imports",
        _file("src/halloo/kit/planted.py", '"""Planted."""\n\nimport halloo.app as _app\n'),
        "halloo.kit.planted",
    ),
    Planted("lint", _file("src/halloo/kit/planted.py", '"""Planted."""\n\nimport os\n'), "F401"),
    Planted("format", _file("src/halloo/kit/planted.py", '"""Planted."""\n\nplanted = [ 1,2 ]\n'), "planted.py"),
    Planted("wire", _stale_wire_types, "manage"),
    Planted("catalogue", _missing_message, "“send” is missing"),
    Planted("budgets", _fat_loader, "OVER"),
)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the tree once, as it would be committed, with the built assets."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    tree = tmp_path_factory.mktemp("pristine")
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)
    shutil.copytree(ROOT / ASSETS, tree / ASSETS)
    for name in SHARED:
        (tree / name).symlink_to(ROOT / name)
    return tree


def _checked(planted: Planted, pristine: Path, tree: Path) -> "subprocess.CompletedProcess[str]":
    shutil.copytree(pristine, tree, symlinks=True)
    planted.plant(tree)
    # The copy uses the browser that is installed here, and installs none over it.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "HALLOO_"))}
    own["HALLOO_CHROMIUM"] = executable()
    command = [sys.executable, "scripts/check.py", planted.check]
    return subprocess.run(command, cwd=tree, env=own, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.check)
def test_a_planted_violation_fails_its_check(planted: Planted, pristine: Path, tmp_path: Path) -> None:
    done = _checked(planted, pristine, tmp_path / "tree")
    assert done.returncode == 1, done.stdout + done.stderr
    assert planted.says in done.stdout, done.stdout


@pytest.mark.slow
def test_a_test_that_passes_alone_is_called_unsteady_and_fails_nothing(pristine: Path, tmp_path: Path) -> None:
    planted = Planted("tests", _only_a_test_that_fails_once, "unsteady tests/test_planted.py::test_planted")
    done = _checked(planted, pristine, tmp_path / "tree")
    assert done.returncode == 0, done.stdout + done.stderr
    assert planted.says in done.stdout, done.stdout
    assert "assert before" in done.stdout, "what it said is shown"


@pytest.mark.slow
def test_every_check_has_a_planted_violation() -> None:
    listed = subprocess.run(
        [sys.executable, "-c", "import check; print(*(one.name for one in check.CHECKS))"],
        cwd=ROOT / "scripts",
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(listed.stdout.split()) == {planted.check for planted in PLANTED}
