"""The writing side of a stream: WebSocket frames become lines of a response body that does not end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from halloo.relay.frames import CloseFrame

logger = logging.getLogger("halloo.relay")
SLICE = 32 * 1024
"""How much is handed to the server at a time; it takes the next slice when the transport has room."""
HIGH, LOW = 64 * 1024, 16 * 1024
"""With more waiting than `HIGH` the connection is paused, until no more than `LOW` waits."""
_CLOSE, _MEDIUM, _LARGE = 0x88, 126, 127


class Told(Protocol):
    """Whose link it is."""

    def paused(self) -> None:
        """The buffer is full."""
        ...

    def resumed(self) -> None:
        """The buffer has drained."""
        ...


class StreamLink:
    """A `peer.Link` over ASGI's `send`, which waits while the transport is full. One task while something waits, none otherwise."""

    __slots__ = ("_buffer", "_last", "_paused", "_send", "_told", "_transport", "_writing", "held")

    def __init__(self, send: Callable[[Any], Awaitable[None]], transport: asyncio.Transport) -> None:
        """The answer has begun. `transport`: to cut the connection, and to see what waits in it."""
        self._send = send
        self._transport: asyncio.Transport | None = transport
        self._told: Told | None = None
        self._buffer = bytearray()
        self._writing: asyncio.Task[None] | None = None
        self._paused = False
        self._last = False
        self.held = False
        """Whether nothing more is to be read."""

    def tell(self, told: Told) -> None:
        """Tell this one when the buffer is full, and when it has drained."""
        self._told = told

    def write(self, data: bytes) -> None:
        """See `Link.write`."""
        if self._last:
            return
        self._buffer += lines(data)
        self._kick()
        if len(self._buffer) > HIGH and not self._paused:
            self._paused = True
            if self._told is not None:
                self._told.paused()

    def write_last(self, data: bytes) -> None:
        """See `Link.write_last`: the body ends behind it."""
        if not self._last:
            self._buffer += lines(data)
            self.finish()

    def finish(self) -> None:
        """See `Link.finish`."""
        self._last = True
        self._kick()

    def _kick(self) -> None:
        if self._writing is None and self._transport is not None:
            self._writing = asyncio.get_running_loop().create_task(self._write_out())

    async def _write_out(self) -> None:
        """Hand on what waits, and what comes meanwhile."""
        buffer = self._buffer
        try:
            while buffer:
                body = bytes(buffer[:SLICE])
                await self._send({"type": "http.response.body", "body": body, "more_body": True})
                del buffer[: len(body)]
                if self._paused and len(buffer) <= LOW:
                    self._paused = False
                    if self._told is not None:
                        self._told.resumed()
            if self._last and self._transport is not None:
                self._transport = None  # from here on the connection may serve another request
                await self._send({"type": "http.response.body"})
        except Exception:
            logger.exception("A stream could not be written to; it is cut")
            self.abort()
        finally:
            self._writing = None

    def buffered(self) -> int:
        """See `Link.buffered`."""
        waiting = 0 if self._transport is None else self._transport.get_write_buffer_size()
        return len(self._buffer) + waiting

    def abort(self) -> None:
        """See `Link.abort`."""
        if self._transport is not None:
            self._transport.abort()

    def hold(self) -> None:
        """See `Link.hold`."""
        self.held = True

    def release(self) -> None:
        """See `Link.release`."""
        self.held = False

    def lost(self) -> None:
        """The connection is gone, or the answer has ended: nothing is written any more."""
        self._last = True
        self._transport = None
        self._told = None
        self._buffer.clear()


def lines(frames: bytes) -> bytes:
    """Whole frames of ours as text, each with a line feed behind it: a ping is an empty line, a close says its code."""
    found: list[bytes] = []
    at = 0
    while at < len(frames):
        kind, size = frames[at], frames[at + 1]
        at += 2
        if size >= _MEDIUM:
            long = 2 if size == _MEDIUM else 8
            size = int.from_bytes(frames[at : at + long], "big")
            at += long
        payload = frames[at : at + size]
        at += size
        if kind == _CLOSE:
            payload = msgspec.json.encode(CloseFrame(int.from_bytes(payload[:2], "big"), payload[2:].decode()))
        found += payload, b"\n"
    return b"".join(found)
