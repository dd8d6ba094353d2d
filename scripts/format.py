"""Put every file into the house style: `make format`."""

from __future__ import annotations

import sys

import setup
from node import find_node, npm_environment
from setup import PYTHON, WEB
from steps import StepError, run, step


def main() -> None:
    """Format and fix what the tools can fix."""
    setup.development()
    with step("Python"):
        run([str(PYTHON), "-m", "ruff", "check", "--fix", "--exit-zero", "--quiet", "."])
        run([str(PYTHON), "-m", "ruff", "format", "--quiet", "."])
    with step("Browser packages"):
        run(
            [str(WEB / "node_modules" / ".bin" / "biome"), "check", "--write", "."],
            cwd=WEB,
            env=npm_environment(find_node()),
        )


if __name__ == "__main__":
    try:
        main()
    except StepError as error:
        sys.exit(f"\n{error}")
