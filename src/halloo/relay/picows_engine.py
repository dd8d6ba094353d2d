"""The fast engine: picows, mounted in uvicorn as its WebSocket protocol class, on the one port.

What is done here is what picows leaves to its user: normalising Firefox's `Connection: keep-alive, Upgrade`, feeding
the request that uvicorn replays, joining fragments within the size limit, reserved bits, answering pings and closes,
and Unix sockets, which have no TCP_NODELAY. Pings come from the hub's wheel, and there is no deflate.
"""

import asyncio
import socket
from typing import TYPE_CHECKING, Any, cast

from picows import WSAutoPingStrategy, WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest

from halloo.relay.frames import FRAME_TOO_LARGE
from halloo.relay.handshake import read_upgrade
from halloo.relay.link import Drain, TransportLink
from halloo.relay.shared import Shared
from halloo.relay.socket import Connection
from halloo.relay.wire import close_frame

if TYPE_CHECKING:

    class WSProtocol(asyncio.BaseProtocol):
        """What picows' compiled protocol has, which its stubs leave out."""

        def __init__(self, *args: object) -> None: ...

        def get_buffer(self, size_hint: int) -> memoryview:
            """See `asyncio.BufferedProtocol`."""
            ...

        def buffer_updated(self, nbytes: int) -> None:
            """See `asyncio.BufferedProtocol`."""
            ...

else:
    from picows.picows import WSProtocol

_updated = WSProtocol.buffer_updated
READ_BUFFER = 2_048
_HEADER_MAX = 14
_NO_LIMIT = 1 << 62  # sizes are checked here, so that they end in 4413
_TEXT, _BINARY, _CONTINUATION = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION
_PING, _CLOSE = WSMsgType.PING, WSMsgType.CLOSE


class _Silent:
    """A logger that keeps no word about single connections."""

    @staticmethod
    def isEnabledFor(level: int) -> bool:  # noqa: ARG004, N802 - the protocol's
        return False

    @staticmethod
    def debug(*args: object, **kwargs: object) -> None:
        """Say nothing."""

    log = info = warning = error = exception = debug


_SILENT = _Silent()


class Listener(WSListener):
    """Frames in, for one connection."""

    __slots__ = ("_connection", "_parts", "_shared", "incomplete")

    def __init__(self, shared: Shared) -> None:
        """Wait for the handshake."""
        self._shared = shared
        self._connection: Connection | None = None
        self._parts: bytearray | None = None
        self.incomplete = 0
        """Bytes that came of a frame that is not whole yet."""

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The upgrade was answered."""
        self._connection = Connection(self._shared, TransportLink(transport.underlying_transport))

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002 - the protocol's
        """The socket is gone."""
        if self._connection is not None:
            self._connection.lost()
            self._connection = None

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:  # noqa: ARG002 - the protocol's
        """A whole frame."""
        self.incomplete = frame.tail_size
        connection = self._connection
        if connection is None:
            return
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            connection.broke_protocol()
            return
        kind = frame.msg_type
        if kind is _TEXT and frame.fin and self._parts is None:
            connection.received(frame.get_payload_as_bytes())
        elif kind is _TEXT or kind is _CONTINUATION:
            self._fragment(connection, frame, kind)
        elif kind is _BINARY:
            connection.received_binary()
        else:
            _control(connection, frame, kind)

    def _fragment(self, connection: Connection, frame: WSFrame, kind: WSMsgType) -> None:
        parts = self._parts
        if (parts is None) is (kind is _CONTINUATION):
            connection.broke_protocol()  # a continuation of nothing, or a message within a message
            return
        if parts is None:
            parts = self._parts = bytearray()  # of parts, however small or empty, their bytes alone are kept
        if len(parts) + frame.payload_size > connection.session.frame_bytes:
            connection.end(FRAME_TOO_LARGE)
            return
        parts += frame.get_payload_as_bytes()
        if frame.fin:
            self._parts = None
            connection.received(bytes(parts))

    def outgrown(self) -> bool:
        """Whether an incomplete frame is already larger than any that is taken; then the connection was closed."""
        connection = self._connection
        if connection is None or self.incomplete <= connection.session.frame_bytes + _HEADER_MAX:
            return False
        connection.end(FRAME_TOO_LARGE)
        return True

    def pause_writing(self) -> None:
        """The transport's buffer is full."""
        if self._connection is not None:
            self._connection.paused()

    def resume_writing(self) -> None:
        """It has drained."""
        if self._connection is not None:
            self._connection.resumed()


def _control(connection: Connection, frame: WSFrame, kind: WSMsgType) -> None:
    if kind is _PING:
        connection.pinged(frame.get_payload_as_bytes())
    elif kind is not _CLOSE:
        connection.ponged()
    else:
        payload = frame.get_payload_as_bytes()
        connection.link.write_last(close_frame(int.from_bytes(payload[:2], "big")) if payload else b"\x88\x00")
        connection.link.finish()


class _NoOptions:
    """A Unix socket, which has no TCP options."""

    def __init__(self, sock: socket.socket) -> None:
        self.fileno = sock.fileno

    @staticmethod
    def setsockopt(*args: object) -> None:
        """Do nothing."""

    @staticmethod
    def getsockopt(*args: object) -> int:  # noqa: ARG004 - the protocol's
        return 0


class _OverUnix:
    """A transport over a Unix socket."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        found = self._transport.get_extra_info(name, default)
        return _NoOptions(found) if name == "socket" else found


class PicowsProtocol(WSProtocol):
    """What uvicorn makes for an upgrade: it replays the request, which is answered or turned away."""

    __slots__ = ("_listener", "_raw", "_shared")

    def __init__(self, shared: Shared) -> None:
        """A socket that wants to upgrade."""
        self._shared = shared
        listener = self._listener = Listener(shared)

        def enter(request: WSUpgradeRequest) -> WSListener:
            request.headers["Connection"] = "upgrade"
            return listener

        idle = WSAutoPingStrategy.PING_WHEN_IDLE
        off = (False, 0, 0, idle, False)  # neither pings nor pongs of its own
        super().__init__(None, None, False, enter, _SILENT, True, None, *off, _NO_LIMIT, None, READ_BUFFER)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.BaseProtocol`."""
        self._raw = cast("asyncio.Transport", transport)
        sock = transport.get_extra_info("socket")
        unix = sock is not None and sock.family == getattr(socket, "AF_UNIX", None)
        super().connection_made(cast("asyncio.Transport", _OverUnix(self._raw)) if unix else transport)

    def data_received(self, data: bytes) -> None:
        """The replayed request; all that follows comes through the buffer."""
        turned = self._shared.turn_away(read_upgrade(data), self._raw)
        if turned is not None:
            self._raw.write(turned.render())
            self._raw.close()
            return
        rest = memoryview(data)
        while rest and not self._raw.is_closing():
            buffer = self.get_buffer(-1)
            size = min(len(buffer), len(rest))
            buffer[:size] = rest[:size]
            super().buffer_updated(size)
            rest = rest[size:]

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes came; a frame that outgrows its limit is refused while it is still coming."""
        listener = self._listener
        listener.incomplete += nbytes
        _updated(self, nbytes)
        if listener.incomplete > READ_BUFFER and listener.outgrown():
            self._raw.set_protocol(Drain(self))
