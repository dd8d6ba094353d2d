"""Build the Python package, the browser packages inside it, into dist/: `make build`."""

from __future__ import annotations

import shutil
import sys

import setup
from setup import PYTHON
from steps import ROOT, StepError, run, step


def main() -> None:
    """Build wheel and source archive from a clean folder."""
    setup.development()
    with step("Wheel and source archive"):
        shutil.rmtree(ROOT / "dist", ignore_errors=True)
        run([str(PYTHON), "-m", "hatchling", "build"])
    for file in sorted((ROOT / "dist").iterdir()):
        print(f"  {file.relative_to(ROOT)}  {file.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    try:
        main()
    except StepError as error:
        sys.exit(f"\n{error}")
