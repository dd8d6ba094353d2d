"""The quick checks, all of them even where one fails: `make check`. Under three minutes on two cores.

python3 scripts/check.py                 everything, after installing what is missing
python3 scripts/check.py types imports   only these, as things are
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import lanes
import setup
from node import find_node, npm_environment
from setup import PYTHON, WEB
from steps import ROOT, VENV, StepError, paint

_OURS = {"HALLOO_CHROMIUM", "HALLOO_TEST_SEED"}
"""Variables for the tests; the product's own settings are no part of a check."""

_AT_ONCE = 3
"""One check more than the smallest machine has cores: the tests of the wires wait half of their time."""


@dataclass(frozen=True)
class Check:
    """A check: what it holds, and the command that fails where it does not hold."""

    name: str
    title: str
    command: Callable[[], list[str]]
    folder: Path = ROOT


def _tool(name: str, *arguments: str) -> Callable[[], list[str]]:
    return lambda: [str(PYTHON), "-m", name, *arguments]


def _web(name: str, *arguments: str) -> Callable[[], list[str]]:
    return lambda: [str(WEB / "node_modules" / ".bin" / name), *arguments]


def _script(path: str, *arguments: str) -> Callable[[], list[str]]:
    return lambda: [str(PYTHON), path, *arguments]


def _axe() -> list[str]:
    """Only files that hold such tests are read: to read all the others takes longer than some of the checks."""
    marked = [file for file in sorted(ROOT.glob("tests/**/test_*.py")) if "mark.axe" in file.read_text("utf-8")]
    return _tool("pytest", "-q", "-m", "axe", *(str(file.relative_to(ROOT)) for file in marked))()


_QUICK = ("pytest", "-q", "-m", "not slow and not browser and not postgresql")
_WIRES = ("tests/edge", "tests/relay", "tests/ports")
"""Tests that spend much of their time waiting for a socket: beside those that count."""

_DOORS = ("tests/isolation", "tests/manage", "tests/public")
"""Tests that speak HTTP with the whole product."""

_PROGRAMS = ("tests/cli", "tests/files", "tests/tooling")
"""Tests that start the product's commands, or its processes for pictures."""

_REST = tuple(f"--ignore={one}" for one in _WIRES + _DOORS + _PROGRAMS)

# The longest first, so that all lanes are busy to the end.
CHECKS = (
    Check("tests", "Unit tests of everything else", _tool(*_QUICK, *_REST)),
    Check("programs", "Unit tests of commands, files and tools", _tool(*_QUICK, *_PROGRAMS)),
    Check("wires", "Unit tests of the wires", _tool(*_QUICK, *_WIRES)),
    Check("axe", "Contrast, names and roles on every screen (axe)", _axe),
    Check("doors", "Unit tests of the doors", _tool(*_QUICK, *_DOORS)),
    Check("types", "Types of Python (pyright, strict)", _tool("pyright")),
    Check("vitest", "Unit tests of the browser packages", _web("vitest", "run"), WEB),
    Check("tsc", "Types of TypeScript", _web("tsc", "--noEmit", "-p", "tsconfig.json"), WEB),
    Check("biome", "Style of the browser packages (Biome)", _web("biome", "check", "--error-on-warnings", "."), WEB),
    Check("imports", "Import contract", lambda: [str(VENV / "bin" / "lint-imports")]),
    Check("lint", "Rules of Python (ruff)", _tool("ruff", "check", ".")),
    Check("format", "House style of Python", _tool("ruff", "format", "--check", ".")),
    Check("wire", "Types of the wire follow the server", _script("web/scripts/wire.py", "--check")),
    Check("catalogue", "Messages in ten languages", _script("scripts/messages.py")),
    Check("budgets", "Byte budgets", lambda: [find_node().node, "scripts/budgets.mjs"], WEB),
)


class _Failure(NamedTuple):
    """A check that failed, and what it said; `tests`: what it ran, if it ran tests."""

    title: str
    output: str
    tests: lanes.Lane | None


def main(names: list[str]) -> int:
    """Run the checks and print what failed; return how the process shall end."""
    started = time.monotonic()
    unknown = sorted(set(names) - {check.name for check in CHECKS})
    if unknown:
        raise StepError(
            f"There is no check {', '.join(unknown)}; there are {', '.join(check.name for check in CHECKS)}."
        )
    if not names:
        setup.development()
        setup.chromium()
    chosen = [check for check in CHECKS if not names or check.name in names]
    with ThreadPoolExecutor(_AT_ONCE) as pool, tempfile.TemporaryDirectory(prefix="halloo-check-") as home:
        failures = [failure for failure in pool.map(partial(_run, home=Path(home)), chosen) if failure]
    for one in failures:
        print(f"\n{paint(f'── {one.title} ', '1;31')}{'─' * max(0, 100 - len(one.title))}\n{one.output.rstrip()}")
    failed = 0 if failures and _pass_alone(failures) else len(failures)
    print(f"\n{_verdict(len(chosen), failed)} after {time.monotonic() - started:.0f} s.")
    return 1 if failed else 0


def _pass_alone(failures: Sequence[_Failure]) -> bool:
    """Whether nothing failed but a few tests, and these pass with nothing beside them."""
    ran = [one.tests for one in failures if one.tests is not None]
    return len(ran) == len(failures) and lanes.pass_alone(ran, environment())


def _run(check: Check, home: Path) -> _Failure | None:
    started = time.monotonic()
    command, variables = check.command(), environment()
    journal = home / f"{check.name}.jsonl"
    tests = lanes.Lane(check.name, []) if "pytest" in command else None
    if tests is not None:
        command += ["-p", "no:cacheprovider", "-p", "journal", "--journal", str(journal)]
        variables["PYTHONPATH"] += f"{os.pathsep}{Path(__file__).resolve().parent}"
    try:
        done = subprocess.run(
            command,
            cwd=check.folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        good, output = done.returncode == 0, done.stdout
        if tests is not None and not good:
            tests.read(journal, done.returncode)
    except OSError as error:
        good, output = False, f"{error.filename} could not be started: {error.strerror}"
    mark = paint("✓", "32") if good else paint("✗", "31")
    print(f"{mark} {check.title:<52} {paint(f'{time.monotonic() - started:5.1f} s', '2')}", flush=True)
    return None if good else _Failure(check.title, output, tests)


def environment() -> dict[str, str]:
    """The tools see this tree's sources first, wherever the environment was installed from."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HALLOO_") or name in _OURS}
    return npm_environment(
        find_node(), {**own, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1", "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    )


def _verdict(all_of_them: int, failed: int) -> str:
    if failed:
        return paint(f"{failed} of {all_of_them} checks failed", "1;31")
    return paint(f"All {all_of_them} checks passed" if all_of_them > 1 else "The check passed", "1;32")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StepError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
