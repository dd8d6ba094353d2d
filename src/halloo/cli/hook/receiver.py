"""The server behind `halloo hook listen`: takes every request that a web hook or anybody else sends, and answers as it was told.

Bounded in every direction, since behind a tunnel the whole world may call: size of head and body, requests at a time, time for a
request, ids that are remembered.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple, cast

import httptools

from halloo.cli.hook.verdict import Secret, Verdict, judge

HEAD_MAX = 64 * 1024
BODY_MAX = 1024 * 1024
REQUEST_S = 30.0
CONNECTIONS_MAX = 200
ANSWERS_MAX = 32
"""Requests on one connection that wait for their answer, before more is read from it."""
_REMEMBERED = 10_000
_GREETING = b"halloo hook listen is here. Web hooks come by POST.\n"


class Received(NamedTuple):
    """One request as it came. `headers` by names in lower case; the first one of a name counts."""

    at_ms: int
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class Seen(NamedTuple):
    """What is known of a request's id from earlier ones."""

    times: int
    """How often it came before."""
    same_body: bool


class Shown(NamedTuple):
    """A web hook with what was found out about it, or what else was received; then `trouble` says what."""

    received: Received | None
    verdict: Verdict | None
    seen: Seen
    status: int
    trouble: str = ""


_NEW = Seen(0, same_body=True)


class Receiver:
    """What all connections share."""

    def __init__(self, secrets: Sequence[Secret], answer: int, delay_s: float, show: Callable[[Shown], None]) -> None:
        """`show` is told of every request, in the order in which they were whole."""
        self._secrets = secrets
        self._show = show
        self._ids: OrderedDict[str, tuple[int, bytes]] = OrderedDict()
        self._proven = False
        self.answer = answer
        self.delay_s = delay_s
        self.connections = 0

    def take(self, received: Received) -> int:
        """Look at a whole request; the status that it gets."""
        if received.method != "POST":
            status = 200 if received.method in {"GET", "HEAD"} else 405
            self._show(Shown(received, None, _NEW, status, f"{received.method} is no web hook: they come by POST"))
            return status
        verdict = judge(received.headers, received.body, self._secrets, received.at_ms, proven=self._proven)
        self._proven = self._proven or verdict.proof == "right"
        self._show(Shown(received, verdict, self._remember(received), self.answer))
        return self.answer

    def refuse(self, status: int, trouble: str) -> None:
        """Something came that is no request that could be read."""
        self._show(Shown(None, None, _NEW, status, trouble))

    def _remember(self, received: Received) -> Seen:
        id_ = received.headers.get("webhook-id", "")[:200]
        if not id_:
            return _NEW
        digest = hashlib.sha256(received.body).digest()
        times, known = self._ids.pop(id_, (0, digest))
        self._ids[id_] = (times + 1, digest)
        if len(self._ids) > _REMEMBERED:
            self._ids.popitem(last=False)
        return Seen(times, known == digest)


class Connection(asyncio.Protocol):
    """One connection; requests on it are answered one after the other."""

    def __init__(self, receiver: Receiver) -> None:
        """Not connected yet."""
        self._receiver = receiver
        self._loop = asyncio.get_running_loop()
        self._transport = cast("asyncio.Transport", None)
        self._parser = httptools.HttpRequestParser(self)
        self._timer: asyncio.TimerHandle | None = None
        self._answers: list[tuple[int, bool, str]] = []
        self._answering: asyncio.TimerHandle | None = None
        self._closed = False
        self._began = False
        self.on_message_begin()

    # ── asyncio ───────────────────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody connects; too many are turned away."""
        self._transport = cast("asyncio.Transport", transport)
        self._receiver.connections += 1
        if self._receiver.connections > CONNECTIONS_MAX:
            self._end(503, f"more than {CONNECTIONS_MAX} connections at once")
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        """The connection is over."""
        self._receiver.connections -= 1
        for timer in (self._timer, self._answering):
            if timer is not None:
                timer.cancel()
        if self._began and not self._closed:
            self._closed = True
            self._receiver.refuse(0, "the connection ended in the middle of a request")
        self._closed = True

    def data_received(self, data: bytes) -> None:
        """Bytes come."""
        if self._closed:
            return
        self._began = True
        if not self._in_body:
            self._head += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._end(400, "an upgrade of the connection was asked for, which no web hook does")
        except httptools.HttpParserError as error:
            self._refuse(error)
        else:
            if not self._in_body and self._head > HEAD_MAX:
                self._end(431, f"the headers have more than {HEAD_MAX // 1024} KiB")

    def _refuse(self, error: httptools.HttpParserError) -> None:
        cause = error.__context__
        if isinstance(cause, _TooMuchError):
            self._end(cause.status, str(cause))
        elif isinstance(error, httptools.HttpParserCallbackError) and cause is not None:
            raise cause
        else:
            self._end(400, f"this is no HTTP/1.1 request ({error}); is it TLS? This receiver speaks plain HTTP")

    # ── httptools ─────────────────────────────────────────────────────────────────────────────────────────────────

    def on_message_begin(self) -> None:
        """A request begins."""
        self._target = b""
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []
        self._size = self._head = 0
        self._in_body = False

    def on_url(self, url: bytes) -> None:
        """A piece of the request's target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        """The body comes next."""
        self._in_body = True
        if self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._size += len(body)
        if self._size > BODY_MAX:
            raise _TooMuchError(f"the body has more than {BODY_MAX // 1024} KiB; Halloo never sends more than 70")
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._began = False
        method = self._parser.get_method().decode("latin-1")
        received = Received(
            time.time_ns() // 1_000_000, method, self._target.decode("latin-1"), self._headers, b"".join(self._chunks)
        )
        status = self._receiver.take(received)
        self._answers.append((status, self._parser.should_keep_alive(), method))
        if len(self._answers) > ANSWERS_MAX or self._transport.get_write_buffer_size() > HEAD_MAX:
            raise _TooMuchError("requests come on one connection, and their answers are not waited for", 429)
        self._wait()
        self._next_answer()

    # ── answering ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _next_answer(self) -> None:
        if self._answers and self._answering is None:
            self._answering = self._loop.call_later(self._receiver.delay_s, self._give_answer)

    def _give_answer(self) -> None:
        self._answering = None
        status, keep, method = self._answers.pop(0)
        if self._closed:
            return
        self._transport.write(_answer(status, method, keep=keep))
        if not keep:
            self._closed = True
            self._transport.close()
        self._next_answer()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(REQUEST_S + self._receiver.delay_s, self._too_slow)

    def _too_slow(self) -> None:
        if self._began:
            self._end(408, f"a request was not whole after {REQUEST_S:g} s")
        else:
            self._closed = True
            self._transport.close()

    def _end(self, status: int, trouble: str) -> None:
        if self._closed:
            return
        self._closed = True
        self._receiver.refuse(status, trouble)
        self._transport.write(_answer(status, "POST", keep=False))
        self._transport.close()


class _TooMuchError(Exception):
    """More than is taken."""

    def __init__(self, trouble: str, status: int = 413) -> None:
        super().__init__(trouble)
        self.status = status


def _answer(status: int, method: str, *, keep: bool) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Status"
    body = _GREETING if method == "GET" else b""
    length = b"" if status in {204, 304} else b"Content-Length: %d\r\n" % len(body)
    kind = b"Content-Type: text/plain; charset=utf-8\r\n" if body else b""
    end = b"" if keep else b"Connection: close\r\n"
    return b"HTTP/1.1 %d %b\r\n%b%b%b\r\n%b" % (status, phrase.encode(), kind, length, end, body)


async def serve(receiver: Receiver, host: str, port: int, listening: Callable[[str, int], None]) -> None:
    """Listen until it is cancelled. `listening` is told where."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(receiver), host, port)
    async with server:
        listening(host, int(server.sockets[0].getsockname()[1]))
        await server.serve_forever()
