"""Sources of the browser side as one script, for tests that run a single module in a real browser."""

import subprocess
from functools import cache
from pathlib import Path

from node import find_node

ROOT = Path(__file__).resolve().parent.parent.parent


@cache
def bundled(entry: str, name: str) -> str:
    """Build a module, by its path in this tree; the script sets the global `name` to what it exports."""
    command = [find_node().node, str(ROOT / "web" / "scripts" / "bundle.mjs"), str(ROOT / entry), name]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT / "web").stdout
