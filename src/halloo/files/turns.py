"""Who may be at work now: few of each owner, so that nobody waits behind what somebody else has brought."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

OF_OWNER, OF_ALL = 2, 8
"""How many are at work at a time."""
OF_OWNER_MOST, OF_ALL_MOST = 16, 64
"""How many are at work or wait."""


class NoTurn(Exception):
    """Too many wait already."""


class Turns:
    """Gives turns to owners. Whoever has as many as one may have waits apart, and so takes no place in the line of all. One event loop."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._room = asyncio.Semaphore(OF_ALL)
        self._rooms: dict[str, asyncio.Semaphore] = {}
        self._waiting: Counter[str] = Counter()

    @property
    def waiting(self) -> int:
        """How many are at work, or wait."""
        return self._waiting.total()

    @asynccontextmanager
    async def taken(self, owner: str) -> AsyncGenerator[None, None]:
        """One more turn, once it comes. Raises `NoTurn`."""
        if self.waiting >= OF_ALL_MOST or self._waiting[owner] >= OF_OWNER_MOST:
            raise NoTurn
        self._waiting[owner] += 1
        own = self._rooms.setdefault(owner, asyncio.Semaphore(OF_OWNER))
        try:
            async with own, self._room:
                yield
        finally:
            self._waiting[owner] -= 1
            if not self._waiting[owner]:
                del self._waiting[owner], self._rooms[owner]
