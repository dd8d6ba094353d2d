"""Time on a machine that is busy with other tests: how long to wait for what comes, and how long something itself took."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_S = 30
"""How long a test waits for what must come: far longer than it takes. One about how soon it comes measures with `Pace`."""


async def until(condition: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """Wait for what has no event of its own."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.01)


class Pace:
    """A stopwatch for a limit that is promised: it stands still while the programs wait for a processor.

    On Linux, that is; elsewhere it is a clock. The program of the test is one of them, and so are these other processes.
    """

    def __init__(self, *processes: int) -> None:
        self._processes = (os.getpid(), *processes)
        self._held = self._held_up()
        self._began = time.monotonic()

    def seconds(self) -> float:
        """Return how long it has been."""
        return max(0.0, time.monotonic() - self._began - self.held())

    def held(self) -> float:
        """Return how long they waited for a processor meanwhile; of a process that has ended nothing is known any more."""
        return max(0.0, self._held_up() - self._held)

    def _held_up(self) -> float:
        return sum(_waited(file) for process in self._processes for file in Path(f"/proc/{process}/task").glob("*"))


def _waited(task: Path) -> float:
    """How long a thread was ready to run and did not: the second figure of its `schedstat`, in nanoseconds."""
    try:
        return int((task / "schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
