"""The log as the relay reads it: what the ring does not hold. Equal questions at the same time are one query."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.events import log as events
from halloo.events.model import Fact

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a workspace's log."""

    epoch: str
    seq: int
    facts: Sequence[Fact]


class Log(Protocol):
    """Guarantee: each answer is one snapshot that holds everything that was committed before the question."""

    async def tail(self, workspace_id: str, count: int) -> Tail:
        """The last `count` facts."""
        ...

    async def heads(self, workspace_id: str, streams: Sequence[str]) -> dict[str, int]:
        """How far each of these streams is."""
        ...

    async def after(self, workspace_id: str, stream: str, after: int, limit: int) -> Sequence[Fact]:
        """At most `limit` facts of a stream behind an offset, in order."""
        ...


def _tail(tx: Tx, count: int) -> Tail:
    stream = f"w:{tx.workspace_id}"
    head = events.position(tx, stream)
    return Tail(head.epoch, head.offset, events.list_after(tx, stream, max(0, head.offset - count), count))


def _heads(tx: Tx, streams: Sequence[str]) -> dict[str, int]:
    return {stream: events.position(tx, stream).offset for stream in streams}


class DatabaseLog:
    """The log in the database."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database
        self._asked: dict[Hashable, asyncio.Future[Any]] = {}
        self._wanted: dict[str, set[str]] = {}
        self._batches: dict[str, asyncio.Future[dict[str, int]]] = {}

    async def tail(self, workspace_id: str, count: int) -> Tail:
        """See `Log.tail`."""
        return await self._shared(
            ("tail", workspace_id, count), lambda: self._database.read(workspace_id, _tail, count)
        )

    async def after(self, workspace_id: str, stream: str, after: int, limit: int) -> Sequence[Fact]:
        """See `Log.after`."""
        return await self._shared(
            (workspace_id, stream, after, limit),
            lambda: self._database.read(workspace_id, events.list_after, stream, after, limit),
        )

    async def heads(self, workspace_id: str, streams: Sequence[str]) -> dict[str, int]:
        """See `Log.heads`; all that ask in one turn of the loop are asked for together."""
        batch = self._batches.get(workspace_id)
        if batch is None:
            self._wanted[workspace_id] = set()
            batch = self._batches[workspace_id] = asyncio.ensure_future(self._ask_heads(workspace_id))
        self._wanted[workspace_id].update(streams)
        found = await asyncio.shield(batch)
        return {stream: found[stream] for stream in streams}

    async def _ask_heads(self, workspace_id: str) -> dict[str, int]:
        await asyncio.sleep(0)
        del self._batches[workspace_id]
        return await self._database.read(workspace_id, _heads, sorted(self._wanted.pop(workspace_id)))

    async def _shared(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """Wait for an equal question that was not handed to a reader yet, or ask."""
        future = self._asked.get(key)
        if future is None:
            future = self._asked[key] = asyncio.ensure_future(self._ask(key, ask))
        return cast("T", await asyncio.shield(future))

    async def _ask(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        await asyncio.sleep(0)
        del self._asked[key]  # whoever asks from here on may have seen more, and gets an answer of its own
        return await ask()
