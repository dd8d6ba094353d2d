"""Receivers of web hooks for tests: real sockets, an answer for each path, and a record of everything that came."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.support.postgres import free_port


@dataclass(frozen=True)
class Heard:
    """A request as it came; names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def count(self) -> int:
        return int(self.headers["x-delivery-attempt-count"])

    @property
    def sequence(self) -> int:
        return int(self.headers["x-halloo-sequence"])


def answer(status: int = 200, headers: str = "", body: bytes = b"ok") -> bytes:
    """A whole answer."""
    return f"HTTP/1.1 {status} Told\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


Answering = Callable[[Heard], Awaitable[bytes | None]]
"""None closes the connection without a word."""


async def well(_: Heard) -> bytes:
    return answer()


def with_status(status: int, headers: str = "") -> Answering:
    async def say(_: Heard) -> bytes:
        return answer(status, headers)

    return say


def after(seconds: float, status: int = 200) -> Answering:
    async def say(_: Heard) -> bytes:
        await asyncio.sleep(seconds)
        return answer(status)

    return say


@dataclass
class Receiver:
    """Answers each path in its own way, and `/…` that nobody named well."""

    port: int
    heard: list[Heard] = field(default_factory=list[Heard])
    ways: dict[str, Answering] = field(default_factory=dict[str, Answering])
    now: int = 0
    """Requests that wait for their answer."""
    most: dict[str, int] = field(default_factory=dict[str, int])
    """How many waited at once, at most, by path."""
    _waiting: dict[str, int] = field(default_factory=dict[str, int])
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def of(self, path: str) -> list[Heard]:
        """What came to a path."""
        return [one for one in self.heard if one.path == path]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (heard := await _read(reader)) is not None:
                self.heard.append(heard)
                path = heard.path
                self._waiting[path] = self._waiting.get(path, 0) + 1
                self.most[path] = max(self.most.get(path, 0), self._waiting[path])
                try:
                    said = await self.ways.get(path, well)(heard)
                finally:
                    self._waiting[path] -= 1
                if said is None:
                    return
                writer.write(said)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)


async def _read(reader: asyncio.StreamReader) -> Heard | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode().rstrip("\r\n").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = await reader.readexactly(int(headers["content-length"]))
    return Heard(first.split(" ")[1], headers, body, time.time())


@asynccontextmanager
async def receiving(port: int | None = None) -> AsyncGenerator[Receiver]:
    """A receiver on the test's own loop."""
    receiver = Receiver(port or free_port())
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", receiver.port)
    try:
        yield receiver
    finally:
        server.close()
        await receiver.end()
        await server.wait_closed()


async def until(so: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < ends, "it did not come to be so"
        await asyncio.sleep(0.01)
