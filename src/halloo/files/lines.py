"""The lines that bring uploads to this server right now, so that one whose upload is given up ends before what came is counted."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from halloo.files.errors import UploadNotFound

T = TypeVar("T")


class Line:
    """One request that brings bytes."""

    def __init__(self) -> None:
        """It goes on until it is cut."""
        self.is_cut = False
        self.gone = asyncio.Event()
        self._waiting: asyncio.Timeout | None = None

    async def next(self, receive: Callable[[], Awaitable[T]]) -> T:
        """What `receive` gives. Raises `UploadNotFound` once the line is cut, also while it waits."""
        if self.is_cut:
            raise UploadNotFound
        waiting = self._waiting = asyncio.timeout(None)
        try:
            async with waiting:
                return await receive()
        except TimeoutError:
            if waiting.expired():
                raise UploadNotFound from None
            raise
        finally:
            self._waiting = None

    def cut(self) -> None:
        """It brings nothing more. Only its waiting is broken off: what it is just storing is stored to its end."""
        self.is_cut = True
        if self._waiting is not None:
            self._waiting.reschedule(asyncio.get_running_loop().time())


class Lines:
    """All lines of this server, by upload."""

    def __init__(self) -> None:
        """None yet."""
        self._running: dict[str, set[Line]] = {}
        self._ending: set[str] = set()

    @contextmanager
    def brought(self, upload_id: str) -> Generator[Line, None, None]:
        """A line, as long as it brings anything. Raises `UploadNotFound` while the upload is being ended."""
        if upload_id in self._ending:
            raise UploadNotFound
        line = Line()
        lines = self._running.setdefault(upload_id, set())
        lines.add(line)
        try:
            yield line
        finally:
            lines.discard(line)
            if not lines:
                self._running.pop(upload_id, None)
            line.gone.set()

    @asynccontextmanager
    async def ended(self, upload_id: str) -> AsyncGenerator[None, None]:
        """Inside, no line brings anything of this upload, and what came is in the storage."""
        self._ending.add(upload_id)
        try:
            lines = [*self._running.get(upload_id, ())]
            for line in lines:
                line.cut()
            for line in lines:
                await line.gone.wait()
            yield
        finally:
            self._ending.discard(upload_id)
