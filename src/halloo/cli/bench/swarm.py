"""Thousands of sockets of one client that look at every byte: what comes must hold each message once, whole and in order.

Quick, so that the server is what is measured: frames are not taken apart; the bodies in them are found, numbered and compared.
Many sockets get the same bytes, and what was checked once for one is looked up for the others.
"""

import asyncio
import re
import socket
import time
from collections.abc import Callable
from typing import Any, cast

from halloo.cli.bench.control import TEXT
from halloo.relay.wire import PING

_BODY = re.compile(rb'\{"n":"(\d{10})","at":"(\d{19})","text":"([^"]*)"\}')
_BEGUN = re.compile(rb'\{"n":"')
_ENDS = (b"}", b"]")
"""What no beginning of a body ends with."""
_REMEMBERED = 4_096
_WHOLE = TEXT.encode()
_PONG = b"\x8a\x80\0\0\0\0"
_SMALL, _MEDIUM = 126, 65_536


class Wrong(RuntimeError):
    """A message was missed, doubled, damaged or out of order; or a server did not do what it was asked."""


def masked(payload: bytes) -> bytes:
    """A client's text frame; its mask is zero, so that the payload stays as it is."""
    size = len(payload)
    if size < _SMALL:
        return bytes((0x81, 0x80 | size)) + b"\0\0\0\0" + payload
    return b"\x81\xfe" + size.to_bytes(2, "big") + b"\0\0\0\0" + payload


def upgrade(host: str, path: str, origin: str) -> bytes:
    """A WebSocket upgrade."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: {origin}\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()


class Tally:
    """What the sockets of one server got together."""

    def __init__(self, name: str = "server") -> None:
        """Nothing yet. `name`: whose fault a failure is."""
        self._name = name
        self.got = 0
        self.delays: list[int] | None = None
        self.failure: Wrong | None = None
        self._target = 0
        self._reached: asyncio.Future[None] | None = None
        self._checked: dict[tuple[int, bytes], tuple[int, bytes, int]] = {}

    async def until(self, target: int, seconds: float) -> None:
        """Wait until so many messages came in all; raises `Wrong` where they do not, or where one was not right."""
        self._checked.clear()
        if self.got < target and self.failure is None:
            self._target = target
            self._reached = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait_for(self._reached, seconds)
            except TimeoutError:
                raise Wrong(
                    f"{self._name}: {target - self.got} of {target} deliveries did not come within {seconds:g} s."
                ) from None
            finally:
                self._reached = None
        if self.failure is not None:
            raise self.failure
        if self.got > target:
            raise Wrong(f"{self._name}: {self.got} deliveries where {target} were due: something came twice.")

    def take(self, expected: int, data: bytes) -> tuple[int, bytes]:
        """Check what came on a socket whose next message is `expected`; returns the next one, and what is not whole yet."""
        key = (expected, data)
        found = self._checked.get(key)
        if found is None:
            found = self._check(expected, data)
            if len(self._checked) > _REMEMBERED:
                self._checked.clear()
            self._checked[key] = found
        after, rest, at = found
        if after != expected:
            if self.delays is not None:
                self.delays.append(time.monotonic_ns() - at)
            self.got += after - expected
            if self._reached is not None and self.got >= self._target and not self._reached.done():
                self._reached.set_result(None)
        return after, rest

    def _check(self, expected: int, data: bytes) -> tuple[int, bytes, int]:
        """The next number, what is not whole yet, and when the last message was made."""
        end, at = 0, 0
        for match in _BODY.finditer(data):
            if int(match[1]) != expected or match[3] != _WHOLE:
                self.fail(f"Message {expected} was due, and {int(match[1])} came: {match[0][:240]!r}")
            expected, end, at = int(match[1]) + 1, match.end(), int(match[2])
        begun = _BEGUN.search(data, end)
        if begun is not None:
            return expected, data[begun.start() :], at
        return expected, b"" if data.endswith(_ENDS) else data[max(end, len(data) - 5) :], at

    def fail(self, why: str) -> None:
        """Something was not right: whoever waits is told."""
        if self.failure is None:
            self.failure = Wrong(f"{self._name}: {why}")
        if self._reached is not None and not self._reached.done():
            self._reached.set_result(None)


Hello = Callable[["Socket", bytes], bool]
"""Looks at what came while a socket opens, answers it, and says whether it is open."""


class Socket(asyncio.Protocol):
    """One socket of the swarm."""

    __slots__ = ("_buffer", "_hello", "_rest", "expected", "handle", "lost", "opened", "tally", "transport")

    def __init__(self, tally: Tally, first: bytes, hello: Hello, expected: int = 1) -> None:
        """`first` is sent at once, then `hello` has the word. `expected`: the number of the next message."""
        self.tally = tally
        self.expected = expected
        self.handle: Callable[[bytes], None] = self._greet
        self.lost = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hello = hello
        self._buffer = first
        self._rest = b""
        self.transport = cast("asyncio.Transport", None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say hello."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._buffer)
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        """Whatever is due now looks at it."""
        self.handle(data)

    def _greet(self, data: bytes) -> None:
        self._buffer += data
        if self._hello(self, self._buffer) and not self.opened.done():
            self.handle = self.count
            self._rest, self._buffer = self._buffer, b""
            self.opened.set_result(None)
            self.count(b"")

    def answered(self) -> None:
        """What came until now was understood; what comes next stands alone."""
        self._buffer = b""

    def count(self, data: bytes) -> None:
        """Messages that everybody gets; between them the server may ask whether we are there."""
        if PING in data:
            self.transport.write(_PONG)
        self.expected, self._rest = self.tally.take(self.expected, self._rest + data if self._rest else data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The server hung up, or we did."""
        self.lost = True
        if not self.opened.done():
            self.opened.set_exception(
                Wrong(f"A socket was closed before it was open: {self._buffer[:200]!r} {exc or ''}")
            )


async def dial(port: int, make: Callable[[], Socket], narrow: socket.socket | None = None) -> Socket:
    """Open one socket on this machine, or greet on one that is connected already."""
    loop = asyncio.get_running_loop()
    if narrow is None:
        _, made = await loop.create_connection(make, "127.0.0.1", port)
    else:
        _, made = await loop.create_connection(make, sock=narrow)
    await asyncio.wait_for(made.opened, 30)
    return made


async def dial_many(count: int, one: Callable[[int], Any], at_once: int = 100) -> list[Any]:
    """Open many, some at a time."""
    gate = asyncio.Semaphore(at_once)

    async def turn(number: int) -> Any:
        async with gate:
            return await one(number)

    return list(await asyncio.gather(*(turn(number) for number in range(count))))


class Echo:
    """Sockets that send a ping whenever its pong came."""

    def __init__(self, sockets: list[Socket], ping: bytes, pong: bytes) -> None:
        """`pong`: the bytes that every answer is made of."""
        self._ping, self._pong = ping, pong
        self._sockets = sockets
        self._open = 0
        self.pongs = 0
        self.running = False
        self._done: asyncio.Future[None] | None = None

    async def run(self, seconds: float) -> int:
        """For so long; every ping has its pong at the end. Returns how many."""
        self.running = True
        self._done = asyncio.get_running_loop().create_future()
        for one in self._sockets:
            one.handle = self._handler(one)
            self._open += 1
            one.transport.write(self._ping)
        await asyncio.sleep(seconds)
        self.running = False
        await asyncio.wait_for(self._done, 10)
        for one in self._sockets:
            one.handle = one.count
        return self.pongs

    def _handler(self, one: Socket) -> Callable[[bytes], None]:
        pong, ping, write = self._pong, self._ping, one.transport.write

        def heard(data: bytes) -> None:
            if data != pong:
                pongs = data.count(pong)
                if not pongs:
                    one.count(data)  # something else
                    return
                if pongs > 1:
                    one.tally.fail(f"One pong was due, and {data[:100]!r} came.")
            self.pongs += 1
            if self.running:
                write(ping)
            else:
                self._open -= 1
                if not self._open and self._done is not None:
                    self._done.set_result(None)

        return heard
