"""The writing side of a socket, whichever engine reads it."""

import asyncio

from halloo.relay.peer import Write


def _nowhere(data: bytes) -> None:
    """Where bytes go after the close frame."""


class TransportLink:
    """A `peer.Link` over an asyncio transport. `write` is the transport's own, so that a fan-out costs one call a socket."""

    __slots__ = ("_transport", "write")
    transport = "websocket"

    def __init__(self, transport: asyncio.Transport) -> None:
        """Write to `transport`."""
        self._transport = transport
        self.write: Write = transport.write

    def write_last(self, data: bytes) -> None:
        """See `Link.write_last`."""
        self.write(data)
        self.write = _nowhere

    def buffered(self) -> int:
        """See `Link.buffered`."""
        return self._transport.get_write_buffer_size()

    def finish(self) -> None:
        """See `Link.finish`."""
        self._transport.close()

    def abort(self) -> None:
        """See `Link.abort`."""
        self._transport.abort()

    def hold(self) -> None:
        """See `Link.hold`."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def release(self) -> None:
        """See `Link.release`."""
        if not self._transport.is_closing():
            self._transport.resume_reading()


class Drain(asyncio.Protocol):
    """Forgets what still comes on a connection that is being closed, so that no reset cuts off its close frame."""

    def __init__(self, before: asyncio.BaseProtocol) -> None:
        """`before` is told when the connection is gone."""
        self._before = before

    def data_received(self, data: bytes) -> None:
        """Forget it."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whose connection it was."""
        self._before.connection_lost(exc)
