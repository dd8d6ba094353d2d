"""The fallback engine: the sans-I/O core of `websockets`, in pure Python, mounted in the same place, behaving alike."""

import asyncio
import logging
from typing import cast

from websockets.exceptions import PayloadTooBig
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from halloo.relay.frames import BAD_FRAME, FRAME_TOO_LARGE
from halloo.relay.handshake import read_upgrade
from halloo.relay.limits import OPERATOR_FRAME_BYTES
from halloo.relay.link import Drain, TransportLink
from halloo.relay.shared import Shared
from halloo.relay.socket import Connection
from halloo.relay.wire import close_frame

_silent = logging.getLogger("halloo.relay.websockets")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False
_silent.setLevel(logging.CRITICAL)


class WebsocketsProtocol(asyncio.Protocol):
    """What uvicorn makes for an upgrade: it replays the request, which is answered or turned away."""

    __slots__ = ("_connection", "_core", "_parts", "_raw", "_shared")

    def __init__(self, shared: Shared) -> None:
        """A socket that wants to upgrade."""
        self._shared = shared
        self._core = ServerProtocol(max_size=OPERATOR_FRAME_BYTES, logger=_silent)
        self._raw: asyncio.Transport | None = None
        self._connection: Connection | None = None
        self._parts = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.BaseProtocol`."""
        self._raw = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's
        """The socket is gone."""
        if self._connection is not None:
            self._connection.lost()
            self._connection = None

    def pause_writing(self) -> None:
        """The transport's buffer is full."""
        if self._connection is not None:
            self._connection.paused()

    def resume_writing(self) -> None:
        """It has drained."""
        if self._connection is not None:
            self._connection.resumed()

    def data_received(self, data: bytes) -> None:
        """The replayed request first, then frames."""
        connection = self._connection
        if connection is None:
            self._answer(data)
            return
        self._core.receive_data(data)
        self._core.data_to_send()  # its own pongs and closes: ours are sent instead
        for event in self._core.events_received():
            if isinstance(event, Frame):
                self._take(connection, event)
        fault = self._core.parser_exc
        if fault is not None:
            self._refuse(connection, fault)

    def _answer(self, data: bytes) -> None:
        raw = self._raw
        if raw is None:
            return
        turned = self._shared.turn_away(read_upgrade(data), raw)
        if turned is not None:
            raw.write(turned.render())
            raw.close()
            return
        self._core.receive_data(data)
        for event in self._core.events_received():
            if isinstance(event, Request):
                response = self._core.accept(event)
                self._core.send_response(response)
                raw.write(b"".join(self._core.data_to_send()))
                if response.status_code == 101:  # noqa: PLR2004 - switching protocols
                    self._connection = Connection(self._shared, TransportLink(raw))
                else:
                    raw.close()

    def _take(self, connection: Connection, frame: Frame) -> None:
        match frame.opcode:
            case Opcode.TEXT | Opcode.CONT:
                self._part(connection, frame)
            case Opcode.BINARY:
                connection.received_binary()
            case Opcode.PING:
                connection.pinged(bytes(frame.data))
            case Opcode.PONG:
                connection.ponged()
            case Opcode.CLOSE:
                code = bytes(frame.data[:2])
                connection.link.write_last(close_frame(int.from_bytes(code, "big")) if code else b"\x88\x00")
                connection.link.finish()

    def _part(self, connection: Connection, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT:
            self._parts = bytearray()  # of parts, however small or empty, their bytes alone are kept
        if len(self._parts) + len(frame.data) > connection.session.frame_bytes:
            connection.end(FRAME_TOO_LARGE)
            return
        self._parts += frame.data
        if frame.fin:
            parts, self._parts = self._parts, bytearray()
            connection.received(bytes(parts))

    def _refuse(self, connection: Connection, fault: Exception) -> None:
        if isinstance(fault, PayloadTooBig):
            connection.end(FRAME_TOO_LARGE)
        elif isinstance(fault, UnicodeDecodeError):
            connection.end(BAD_FRAME)
        elif not isinstance(fault, EOFError):
            connection.broke_protocol()
        if self._raw is not None:
            self._raw.set_protocol(Drain(self))
