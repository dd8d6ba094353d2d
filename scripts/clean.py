"""Remove everything that was made here: environment, packages, builds, caches, the demo's data."""

from __future__ import annotations

import shutil

from steps import ROOT, step

_MADE = (
    ".venv",
    ".stamps",
    ".cache",
    ".demo",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    ".import_linter_cache",
    "dist",
    "build",
    "web/node_modules",
    "src/halloo/embed/assets",
)

with step("Cleaned"):
    for name in _MADE:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for folder in ("src", "tests", "scripts", "demo"):
        for cache in (ROOT / folder).rglob("__pycache__"):
            shutil.rmtree(cache, ignore_errors=True)
