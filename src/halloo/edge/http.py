"""HTTP on the socket: uvicorn's protocol, with an end to what a request may cost before anybody has looked at it.

uvicorn reads headers of any length for any time, so that a few connections could hold all of the memory.
"""

import asyncio
import weakref
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from halloo.kit.asgi import PATIENCE, TRANSPORT

HEAD_BYTES = 64 * 1024
"""How long a request's head may be; what came in one piece with its end is not counted."""
HEAD_S = 15
BODY_S = 60
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """One connection. A request's head has `HEAD_BYTES` and `HEAD_S`, its body `BODY_S`, and again when that is asked for (`PATIENCE`)."""

    _in_head = True
    _head_bytes = 0
    _deadline: asyncio.TimerHandle | None = None
    _longer: Callable[[], None]

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as uvicorn's
        """Wait for the first request."""
        super().connection_made(transport)
        self._longer = _patience(self)
        self._expect_within(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._expect_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, as long as the head ends some time."""
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._end(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)["extensions"] = {
            TRANSPORT: self.transport,
            PATIENCE: self._longer,
        }
        self._in_head, self._head_bytes = True, 0
        self._expect_within(HEAD_S)

    def on_headers_complete(self) -> None:
        """Its head is there."""
        self._in_head = False
        self._expect_within(BODY_S)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is there."""
        self._expect_nothing()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """The connection is another protocol's from here on. Protocol and parser hold each other: nothing else lets go of both."""
        super().handle_websocket_upgrade()
        del self.parser

    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, self._end, _TOO_LATE)

    def wait_longer(self) -> None:
        """Somebody looked at what came of the body, and wants the rest."""
        if self._deadline is not None and not self._in_head:
            self._expect_within(BODY_S)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end(self, answer: bytes) -> None:
        self._expect_nothing()
        if self.transport.is_closing():
            return
        answering = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison] - None before the first request
        if not answering and (self._head_bytes or not self._in_head):  # nobody is told who said nothing
            self.transport.write(answer)
        self.transport.close()


def _patience(protocol: BoundedProtocol) -> Callable[[], None]:
    """How an application asks for more time. The connection is not held by it: what is closed is gone without the collector."""
    held = weakref.ref(protocol)

    def ask() -> None:
        still = held()
        if still is not None:
            still.wait_longer()

    return ask
