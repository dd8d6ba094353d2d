"""How large the pieces are in which files pass through memory: the more files at once, the smaller."""

from collections.abc import Generator
from contextlib import contextmanager

KIB = 1024
MIB = 1024 * 1024


class Budget:
    """Memory that is shared by all who hold a piece of a file. One gets large pieces, a thousand get small ones."""

    def __init__(self, total: int, *, least: int, most: int) -> None:
        """`total`: bytes for all; nobody's pieces are below `least` or above `most`."""
        self._total, self._least, self._most = total, least, most
        self._users = 0

    @contextmanager
    def used(self) -> Generator[None, None, None]:
        """One more holds a piece."""
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1

    def piece(self) -> int:
        """How large a piece may be now."""
        return max(self._least, min(self._most, self._total // max(1, self._users)))
