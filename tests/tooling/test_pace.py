"""The stopwatch of the tests counts what a program does and waits for, and not what a busy machine keeps from it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.support.pace import Pace

SPIN = "import os\nos.sched_setaffinity(0, {0})\nprint('there', flush=True)\nwhile True: pass"
WORK = 20_000_000


@pytest.fixture
def one_busy_core() -> Iterator[None]:
    """Have three others who want what this process wants."""
    before = os.sched_getaffinity(0)
    others = [subprocess.Popen([sys.executable, "-c", SPIN], stdout=subprocess.PIPE) for _ in range(3)]
    try:
        for other in others:
            assert other.stdout is not None
            other.stdout.readline()
        os.sched_setaffinity(0, {0})
        yield
    finally:
        os.sched_setaffinity(0, before)
        for other in others:
            other.kill()
            other.communicate()


def test_what_a_program_waits_for_counts() -> None:
    pace = Pace()
    time.sleep(0.2)
    assert pace.seconds() > 0.15


if sys.platform == "linux":  # elsewhere the stopwatch is a clock

    @pytest.mark.slow
    @pytest.mark.usefixtures("one_busy_core")
    def test_what_others_take_does_not_count() -> None:
        began, pace = time.monotonic(), Pace()
        sum(range(WORK))
        took, own = time.monotonic() - began, pace.seconds()
        assert own < took / 2
