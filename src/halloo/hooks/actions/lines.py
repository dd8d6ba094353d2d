"""Order: who stands in line with whom, and that one at a time of each goes."""

from halloo.db.tx import Tx
from halloo.hooks.model import PARKED
from halloo.hooks.store import queue

EVERYWHERE = "*"
"""The line of what is in order with everything else."""


class Lines:
    """The lines of hooks that a transaction adds to. It holds the hooks by `queue.lock_lines`."""

    def __init__(self, tx: Tx) -> None:
        """Nothing is known of them yet."""
        self._tx = tx
        self._busy: set[tuple[str, str]] = set()

    def join(self, hook_id: str, ordered: str, talk: str | None, now: int) -> tuple[str | None, int]:
        """Have a delivery stand in line, behind all that stand there: its line, and when it is due."""
        if ordered == "none":
            return None, now
        line = EVERYWHERE if ordered == "all" or talk is None else talk
        key = hook_id, line
        waits = key in self._busy or queue.is_busy(self._tx, hook_id, line)
        self._busy.add(key)
        return line, PARKED if waits else now
