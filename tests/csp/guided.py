"""A guided fuzzer (Atheris) over one of the targets here, a fixed number of runs in a process of its own."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

guided = pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="no wheel of atheris for this machine")


def find_nothing(target: str, runs: int, longest: int) -> None:
    """Fail with what the fuzzer found. `longest`: bytes of an input."""
    done = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name(target)),
            f"-runs={runs}",
            "-seed=1",
            f"-max_len={longest}",
            "-timeout=10",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {runs} runs" in done.stderr
