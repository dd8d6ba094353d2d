"""HTTP streaming, the engine for networks that let no WebSocket through (relay contract 1).

`POST /relay/stream` with a `connect` frame as its body is answered by a body without an end: frames, one a line. An empty
line is a ping, and the last line says why it ends. `POST /relay/send` brings further frames: the stream's secret on the
first line, then frames. Neither has a header of its own, so that browsers ask for no permission first.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from halloo.kit.asgi import TRANSPORT
from halloo.kit.limits import Limiter
from halloo.relay.broker import SEND_MAX, Broker, Note, SendNote
from halloo.relay.frames import TOO_FAST
from halloo.relay.handshake import Turned, Upgrade, foreign, misdirected, reason_of
from halloo.relay.limits import VISITOR_FRAME_BYTES
from halloo.relay.shared import Shared
from halloo.relay.socket import Connection
from halloo.relay.streamlink import StreamLink
from halloo.relay.streamsecrets import SECRET_MAX, StreamSecrets
from halloo.relay.wheel import Once
from halloo.relay.wire import PING

logger = logging.getLogger("halloo.relay")
STREAM_PATH, SEND_PATH = "/relay/stream", "/relay/send"
SENDS_MAX = 8
"""Requests for one stream that may be under way at a time."""
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


class _TurnedAway(Exception):
    """The rest of the body is not read."""

    def __init__(self, turned: Turned) -> None:
        super().__init__()
        self.turned = turned


Check = Callable[[bytes | bytearray], None]
"""Looks at what came of a body so far; raises `_TurnedAway`."""


class Streaming:
    """Serves `STREAM_PATH` and `SEND_PATH`."""

    def __init__(self, shared: Shared, broker: Broker, secrets: StreamSecrets, *, alone: bool) -> None:
        """`broker`: what is sent to another node's stream goes there, unless this node is alone."""
        self._shared = shared
        self._broker = broker
        self._secrets = secrets
        self._forwarded = Limiter(shared.rules.limits["operator"].frames, shared.clock)
        self._under_way: Counter[str] = Counter()
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
            except _TurnedAway as away:
                turned = away.turned
                cors.append(_CLOSE)
            except TimeoutError:
                turned = _TOO_LATE
                cors.append(_CLOSE)
            if turned is not None:
                await _refuse(send, turned, cors)

    # ── down ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _stream(self, scope: Scope, receive: Receive, send: Send, cors: Headers) -> Turned | None:
        """Answer without an end; or why not."""
        shared = self._shared
        peer = scope.get("client")
        turned = shared.full(_request(scope), peer[0] if peer else None)
        if turned is not None:
            shared.tally.refused[reason_of(turned)] += 1
            return turned
        shared.admission.opening += 1
        try:
            hello = await _body(receive, _at_most(VISITOR_FRAME_BYTES), shared.timing.connect / 1000)
        finally:
            shared.admission.opening -= 1
        turned = shared.stopping()  # since the head came: connections that are there are being closed
        if turned is not None:
            return turned
        headers: Headers = [
            (b"content-type", b"application/x-ndjson"),
            (b"cache-control", b"no-store, no-transform"),
            (b"x-content-type-options", b"nosniff"),
            (b"x-accel-buffering", b"no"),
            *cors,
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        link = StreamLink(send, scope["extensions"][TRANSPORT])
        secret = self._secrets.issue(self._broker.node)
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
        """Hand frames to their stream, in order; or why not. Who knows no stream brings nothing in."""
        under_way: list[str] = []

        def check(body: bytes | bytearray) -> None:
            secret, frames = _opened(body)
            if secret is None or frames > self._takes(secret):
                raise _TurnedAway(_UNKNOWN if secret is None else _TOO_LARGE)
            if not under_way and secret:
                if self._under_way[secret] >= SENDS_MAX:
                    raise _TurnedAway(_QUEUE_FULL)
                self._under_way[secret] += 1
                under_way.append(secret)

        try:
            body = await _body(receive, check, _SEND_S)
        finally:
            for secret in under_way:
                self._under_way[secret] -= 1
                if not self._under_way[secret]:
                    del self._under_way[secret]
        line, _, frames = body.partition(b"\n")
        turned = self._hand_over(line.strip().decode("latin-1"), frames)
        if turned is None:
            await send({"type": "http.response.start", "status": 204, "headers": [*cors, _NO_STORE]})
            await send({"type": "http.response.body"})
        return turned

    def _takes(self, secret: str) -> int:
        """Bytes of frames that a stream takes at once. Raises `_TurnedAway` where there is none."""
        if not secret:  # it has not come yet
            return 0
        connection = self.streams.get(secret)
        if connection is not None:
            return connection.session.frame_bytes
        if self._elsewhere(secret) is None:
            raise _TurnedAway(_UNKNOWN)
        return SEND_MAX

    def _elsewhere(self, secret: str) -> str | None:
        """The other node that gave a secret out, or None."""
        node = None if self.alone else self._secrets.node_of(secret)
        return None if node == self._broker.node else node

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
        """Hand frames to the node that gave the secret out."""
        node = self._elsewhere(secret)
        if node is None:
            return _UNKNOWN
        if len(frames) > SEND_MAX:
            return _TOO_LARGE
        if self._forwarded.take(secret):
            return _QUEUE_FULL
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
_CLOSE = (b"connection", b"close")
"""Of an answer to a body that was not read to its end: nothing further is taken on such a connection."""


def _request(scope: Scope) -> Upgrade:
    """The request as the handshake's checks read it."""
    raw: Sequence[tuple[bytes, bytes]] = scope["headers"]
    target = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
    return Upgrade(
        scope["method"], target, [(name.decode("latin-1"), value.decode("latin-1").strip()) for name, value in raw]
    )


def _opened(body: bytes | bytearray) -> tuple[str | None, int]:
    """The secret, empty while it may still come and None where it cannot, and how much of the frames came."""
    end = body.find(b"\n", 0, SECRET_MAX + 1)
    if end >= 0:
        return bytes(body[:end]).strip().decode("latin-1") or None, len(body) - end - 1
    return ("" if len(body) <= SECRET_MAX else None), 0


def _at_most(limit: int) -> Check:
    def check(body: bytes | bytearray) -> None:
        if len(body) > limit:
            raise _TurnedAway(_TOO_LARGE)

    return check


async def _body(receive: Receive, check: Check, seconds: float) -> bytes:
    """The whole body. Raises `_TurnedAway`, `_Gone`, `TimeoutError`."""
    body = bytearray()
    async with asyncio.timeout(seconds):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            body += message.get("body", b"")
            check(body)
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
    await send({"type": "http.response.start", "status": turned.status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body})


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
