"""The port to where bytes lie. Twins: a local folder, and object stores; `tests/ports/test_storage.py` runs over both."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_KEY = re.compile(r"[a-z0-9_-][a-z0-9/_.-]{0,199}")


@dataclass(frozen=True, slots=True)
class Assembled:
    """What an upload turned out to be: `sha256` in hex, and the first 64 KiB for whoever finds out its type."""

    size: int
    sha256: str
    head: bytes


class OffsetConflict(Exception):
    """The part does not begin where the bytes received so far end; `received` says where that is."""

    def __init__(self, received: int) -> None:
        """As the store has it."""
        super().__init__(f"{received} bytes are here.")
        self.received = received


class NotStored(Exception):
    """There are no such bytes, or the store does not answer."""


class StoreUnreachable(NotStored):
    """The store does not answer, or refuses us: the bytes may well be there."""


class StorageFull(NotStored):
    """There is no room for more. What was here before is still here."""


def checked_key(key: str) -> str:
    """The key, if it is one. Raises `ValueError`: whoever asks made it wrong."""
    if _KEY.fullmatch(key) is None or ".." in key:
        msg = f"{key[:250]!r} is no key of the storage."
        raise ValueError(msg)
    return key


class Storage(Protocol):
    """Keeps bytes under keys (`[a-z0-9/_.-]`, at most 200 characters, no `..`); uploads are named in the same way.

    What a method has returned is durable: it outlives the process and the power. No method holds more than 16 MiB of a file in memory.
    Two callers that write the same upload at once never mix bytes: one of them gets `OffsetConflict`.
    """

    async def append(self, upload: str, offset: int, chunks: AsyncIterator[bytes], limit: int) -> int:
        """Add bytes to an upload; how many it has now. What came before the line broke is kept.

        Raises `OffsetConflict`, `ValueError` as soon as the upload would have more than `limit` bytes, `StorageFull`, and what
        `chunks` raises. Whoever comes with the right offset takes over from another who is still waiting for bytes.
        """
        ...

    async def received(self, upload: str) -> int:
        """How many bytes an upload has; 0 for one that is unknown."""
        ...

    async def assemble(self, upload: str, key: str) -> Assembled:
        """Make an object of an upload, all of it or nothing, and drop the upload. Again gives the same answer.

        Raises `NotStored` where there is neither. An object that is there already is the answer: a key belongs to one upload.
        """
        ...

    async def put(self, key: str, data: bytes) -> None:
        """Store a small object as a whole, in place of what was there."""
        ...

    async def size(self, key: str) -> int | None:
        """The size of an object, None where there is none."""
        ...

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, exclusive, in chunks of at most 1 MiB. Raises `NotStored` at the first."""
        ...

    async def delete(self, keys: Collection[str]) -> None:
        """Delete objects; those that are gone already are fine."""
        ...

    async def drop(self, upload: str) -> None:
        """Delete what was received of an upload."""
        ...

    async def check(self) -> str | None:
        """None where a probe can be written, read and deleted, else a sentence for whoever set it up."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...


async def copy_out(storage: Storage, key: str, target: Path) -> None:
    """Write an object to a file of this machine. Raises `NotStored`, `OSError`."""
    with target.open("wb") as out:
        async for chunk in storage.read(key):
            await asyncio.to_thread(out.write, chunk)
