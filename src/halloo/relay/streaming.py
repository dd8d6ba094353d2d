"""HTTP streaming, the engine for networks that let no WebSocket through (relay contract 1).

`POST /relay/stream` with a `connect` frame as its body is answered by a body without an end: frames, one a line. An empty
line is a ping, and the last line says why it ends. `POST /relay/send` brings further frames: the stream's secret on the
first line, then frames. Neither has a header of its own, so that browsers ask for no permission first.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from halloo.kit.asgi import TRANSPORT
from halloo.relay.broker import SEND_MAX, Broker, Note, SendNote
from halloo.relay.frames import TOO_FAST
from halloo.relay.handshake import Turned, Upgrade, foreign, misdirected
from halloo.relay.limits import OPERATOR_FRAME_BYTES, VISITOR_FRAME_BYTES
from halloo.relay.shared import Shared
from halloo.relay.socket import Connection
from halloo.relay.streamlink import StreamLink
from halloo.relay.wheel import Once
from halloo.relay.wire import PING

logger = logging.getLogger("halloo.relay")
STREAM_PATH, SEND_PATH = "/relay/stream", "/relay/send"
SECRET_MAX = 128
_SECRET_BYTES = 32
_SEND_S = 30
_BUSY_RETRY_S = 1

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_CODES: dict[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "token_in_url",
    HTTPStatus.FORBIDDEN: "origin_not_allowed",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.MISDIRECTED_REQUEST: "unknown_host",
    HTTPStatus.NOT_FOUND: "session_unknown",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
    HTTPStatus.REQUEST_TIMEOUT: "timeout",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limited",
}
_METHOD = Turned(HTTPStatus.METHOD_NOT_ALLOWED, "This address takes POST alone.")
_TOO_LARGE = Turned(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than a message may be.")
_TOO_LATE = Turned(HTTPStatus.REQUEST_TIMEOUT, "The body did not come in time.")
_UNKNOWN = Turned(HTTPStatus.NOT_FOUND, "There is no such stream, or it has ended; open one with POST /relay/stream.")
_QUEUE_FULL = Turned(HTTPStatus.TOO_MANY_REQUESTS, "What came before waits for its turn; wait a moment.", _BUSY_RETRY_S)


class StreamConnection(Connection):
    """A connection whose frames come by `POST /relay/send`. Its secret is all that it takes to send on it."""

    __slots__ = ("secret", "streams")

    def __init__(self, shared: Shared, link: StreamLink, secret: str, streams: "dict[str, StreamConnection]") -> None:
        """The stream was answered; it is found in `streams` until it is lost."""
        self.secret = secret
        self.streams = streams
        streams[secret] = self
        super().__init__(shared, link)
        shared.hub.wheel.add(Once(self._beat), shared.clock() + shared.timing.ping)

    def introduce(self) -> str:
        """See `Connection.introduce`."""
        return self.secret

    def lost(self) -> None:
        """See `Connection.lost`."""
        self.streams.pop(self.secret, None)
        super().lost()

    @property
    def held(self) -> bool:
        """Whether so much waits for its turn that nothing more is taken."""
        return isinstance(self.link, StreamLink) and self.link.held

    def _beat(self, now: int) -> None:
        """An empty line, whatever else goes down: proxies end an answer in which nothing moves."""
        if not self.over:
            self.link.write(PING)
            self.shared.hub.wheel.add(Once(self._beat), now + self.shared.timing.ping)


class _Gone(Exception):
    """Nobody is there any more."""


class _TooLarge(Exception):
    """More bytes than are taken."""


class Streaming:
    """Serves `STREAM_PATH` and `SEND_PATH`."""

    def __init__(self, shared: Shared, broker: Broker, *, alone: bool) -> None:
        """`broker`: what is sent to another node's stream goes there, unless this node is alone."""
        self._shared = shared
        self._broker = broker
        self.alone = alone
        self.streams: dict[str, StreamConnection] = {}
        broker.listen(self._noted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = _request(scope)
        doors = self._shared.doors
        turned = misdirected(request, doors) or foreign(request, doors)
        if turned is not None:
            await _refuse(send, turned)
            return
        cors: Headers = [
            (b"access-control-allow-origin", request.values("origin")[0].encode("latin-1")),
            (b"access-control-expose-headers", b"retry-after"),
            (b"vary", b"Origin"),
        ]
        if request.method == "OPTIONS":
            await _permit(send, cors)
        elif request.method != "POST":
            await _refuse(send, _METHOD, [*cors, (b"allow", b"POST, OPTIONS")])
        else:
            serve = self._stream if scope["path"] == STREAM_PATH else self._take
            try:
                turned = await serve(scope, receive, send, cors)
            except _Gone:
                return
            except _TooLarge:
                turned = _TOO_LARGE
            except TimeoutError:
                turned = _TOO_LATE
            if turned is not None:
                await _refuse(send, turned, cors)

    # ── down ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _stream(self, scope: Scope, receive: Receive, send: Send, cors: Headers) -> Turned | None:
        """Answer without an end; or why not."""
        shared = self._shared
        turned = shared.full()
        if turned is not None:
            return turned
        hello = await _body(receive, VISITOR_FRAME_BYTES, shared.timing.connect / 1000)
        headers: Headers = [
            (b"content-type", b"application/x-ndjson"),
            (b"cache-control", b"no-store, no-transform"),
            (b"x-content-type-options", b"nosniff"),
            (b"x-accel-buffering", b"no"),
            *cors,
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        link = StreamLink(send, scope["extensions"][TRANSPORT])
        secret = f"{self._broker.node}.{secrets.token_hex(_SECRET_BYTES)}"
        connection = StreamConnection(shared, link, secret, self.streams)
        link.tell(connection)
        try:
            connection.received(hello)
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            connection.lost()
            link.lost()
        return None

    # ── up ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _take(self, _scope: Scope, receive: Receive, send: Send, cors: Headers) -> Turned | None:
        """Hand frames to their stream, in order; or why not."""
        body = await _body(receive, SECRET_MAX + OPERATOR_FRAME_BYTES, _SEND_S)
        line, _, frames = body.partition(b"\n")
        turned = self._hand_over(line.strip().decode("latin-1"), frames)
        if turned is None:
            await send({"type": "http.response.start", "status": 204, "headers": [*cors, _NO_STORE]})
            await send({"type": "http.response.body"})
        return turned

    def _hand_over(self, secret: str, frames: bytes) -> Turned | None:
        connection = self.streams.get(secret)
        if connection is None:
            return self._forward(secret, frames)
        if connection.over:
            return _UNKNOWN
        if len(frames) > connection.session.frame_bytes:
            return _TOO_LARGE
        if connection.held:
            return _QUEUE_FULL
        connection.received(frames)
        return None

    def _forward(self, secret: str, frames: bytes) -> Turned | None:
        """Hand frames to the node that the secret names, if there may be such a node."""
        node, dot, _ = secret.partition(".")
        if self.alone or not dot or node == self._broker.node or len(secret) > SECRET_MAX or not secret.isascii():
            return _UNKNOWN
        if len(frames) > SEND_MAX:
            return _TOO_LARGE
        self._broker.publish(SendNote(node, secret, frames))
        return None

    def _noted(self, note: Note) -> None:
        """Frames that another node took for a stream of ours; nobody can be told there that the queue is full."""
        if not isinstance(note, SendNote) or note.node != self._broker.node:
            return
        connection = self.streams.get(note.session)
        if connection is None:
            return
        if connection.held:
            connection.end(TOO_FAST)
        else:
            connection.received(note.payload)


_NO_STORE = (b"cache-control", b"no-store")


def _request(scope: Scope) -> Upgrade:
    """The request as the handshake's checks read it."""
    raw: Sequence[tuple[bytes, bytes]] = scope["headers"]
    target = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
    return Upgrade(
        scope["method"], target, [(name.decode("latin-1"), value.decode("latin-1").strip()) for name, value in raw]
    )


async def _body(receive: Receive, limit: int, seconds: float) -> bytes:
    """The whole body. Raises `_TooLarge`, `_Gone`, `TimeoutError`."""
    body = bytearray()
    async with asyncio.timeout(seconds):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            body += message.get("body", b"")
            if len(body) > limit:
                raise _TooLarge
            if not message.get("more_body", False):
                return bytes(body)


async def _refuse(send: Send, turned: Turned, further: Headers | None = None) -> None:
    body = msgspec.json.encode({"error": _CODES[turned.status], "message": turned.message, "details": {}})
    headers: Headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        _NO_STORE,
        *(further or ()),
    ]
    if turned.retry_after_s is not None:
        headers.append((b"retry-after", str(turned.retry_after_s).encode()))
    if turned.status in _UNREAD:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": turned.status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body})


_UNREAD = frozenset({HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT})
"""Answers to a body that was not read to its end: nothing further is taken on such a connection."""


async def _permit(send: Send, cors: Headers) -> None:
    """Browsers ask only where a client sets headers of its own."""
    headers: Headers = [
        *cors,
        (b"access-control-allow-methods", b"POST, OPTIONS"),
        (b"access-control-allow-headers", b"content-type"),
        (b"access-control-max-age", b"600"),
        _NO_STORE,
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body"})
