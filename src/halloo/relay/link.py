"""The writing side of a socket, whichever engine reads it."""

import asyncio

_CLOSE = 0x88


class TransportLink:
    """A `peer.Link` over an asyncio transport. After a close frame nothing more is written."""

    __slots__ = ("_closed", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        """Write to `transport`."""
        self._transport = transport
        self._closed = False

    def write(self, data: bytes) -> None:
        """See `Link.write`."""
        if not self._closed:
            self._closed = data[0] == _CLOSE
            self._transport.write(data)

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
