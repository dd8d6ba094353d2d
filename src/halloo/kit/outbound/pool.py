"""Connections that were used and may be used again: few for each host, not for long, only to an address that was just judged."""

import asyncio
import time
from collections.abc import Sequence

from halloo.kit.outbound.connection import Connection

IDLE_S = 15.0
PER_HOST = 2
IN_ALL = 500
_REST_S = 1.0
"""Whoever was busy this short a time ago is between two requests and not idle: hosts with many at once keep what they use, also
while what comes next for them is fetched."""
Key = tuple[str, str, int]
"""Scheme, host, port."""


class Pool:
    """Idle connections by host. The last one used is taken first, the others grow old."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._idle: dict[Key, list[Connection]] = {}
        self._by_age: dict[Connection, None] = {}
        self._crowded: set[Key] = set()
        self._trim: asyncio.TimerHandle | None = None
        self._closed = False

    def __len__(self) -> int:
        """How many are idle."""
        return len(self._by_age)

    def take(self, key: Key, addresses: Sequence[str]) -> Connection | None:
        """A kept connection to one of these addresses, or None."""
        idle = self._idle.get(key)
        if not idle:
            return None
        for at in range(len(idle) - 1, -1, -1):
            if idle[at].address in addresses:
                connection = idle.pop(at)
                del self._by_age[connection]
                return connection
        return None

    def give(self, connection: Connection) -> None:
        """Keep a connection."""
        if self._closed:
            connection.close()
            return
        now = time.monotonic()
        connection.idle_since = now
        connection.expire_at(now + IDLE_S)
        self._by_age[connection] = None
        idle = self._idle.get(connection.key)
        if idle is None:
            self._idle[connection.key] = [connection]
        else:
            idle.append(connection)
            if len(idle) > PER_HOST:
                self._crowded.add(connection.key)
                self._trim = self._trim or asyncio.get_running_loop().call_later(_REST_S, self._thin_out)
        if len(self._by_age) > IN_ALL:
            next(iter(self._by_age)).close()

    def forget(self, connection: Connection) -> None:
        """Drop a connection that has ended."""
        if connection in self._by_age:
            del self._by_age[connection]
            idle = self._idle[connection.key]
            idle.remove(connection)
            if not idle:
                del self._idle[connection.key]

    def close(self) -> None:
        """Close what is idle, and keep nothing more."""
        self._closed = True
        if self._trim is not None:
            self._trim.cancel()
        for connection in list(self._by_age):
            connection.close()

    def _thin_out(self) -> None:
        """Close of each host what has rested and is more than is kept."""
        self._trim = None
        before = time.monotonic() - _REST_S
        for key in list(self._crowded):
            idle = self._idle.get(key, [])
            for connection in idle[: max(0, len(idle) - PER_HOST)]:
                if connection.idle_since <= before:
                    connection.close()
            if len(self._idle.get(key, ())) <= PER_HOST:
                self._crowded.discard(key)
        if self._crowded:
            self._trim = asyncio.get_running_loop().call_later(_REST_S, self._thin_out)
