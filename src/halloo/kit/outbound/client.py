"""Sends requests of HTTP/1.1 (hooks contract 5 and 9): resolve, judge, connect to what was judged, write, read, within clocks and caps.

No redirect is followed, no proxy asked, nothing unpacked, no cookie kept.
"""

import asyncio
import os
import ssl
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal

from halloo.kit.outbound import table
from halloo.kit.outbound.answer import Answer
from halloo.kit.outbound.connection import BUFFER_BYTES, Connection
from halloo.kit.outbound.guard import Guard
from halloo.kit.outbound.model import Exchange, Failure, Limits, Outcome, Request, Timings, Url
from halloo.kit.outbound.names import Judged, Names
from halloo.kit.outbound.pool import Pool
from halloo.kit.outbound.resolver import DnsResolver, Resolver
from halloo.kit.outbound.tls import Tls, client_context, explain

SHARED_S = 1.0
"""For how long at most attempts share what a name server said."""
_AGENT = "Halloo/1"
_DEFAULTS = Limits()
_UNANSWERED = Answer("protocol", None, b"", b"", False, None, "The connection was closed before an answer came.", 0.0)
_now = time.monotonic


class Tally:
    """What is counted: plain integers."""

    def __init__(self) -> None:
        """Nothing happened yet."""
        self.outcomes: Counter[Outcome] = Counter()
        self.blocked: Counter[str] = Counter()
        """Refused attempts by the name of the guard's rule."""
        self.opened = 0
        """Connections that were opened."""
        self.reused = 0
        """Requests that went over a kept one."""


class _Failed(Exception):
    """An attempt ends before there is a connection."""

    def __init__(self, outcome: Failure, detail: str) -> None:
        super().__init__(detail)
        self.outcome: Failure = outcome
        self.detail = detail


class _Marks:
    """What an attempt learned on its way, for its record; seconds."""

    __slots__ = ("address", "connect", "resolve", "tls")

    def __init__(self) -> None:
        self.address: str | None = None
        self.resolve = self.connect = self.tls = 0.0


class Outbound:
    """The client. One a process; used from one event loop."""

    def __init__(
        self, guard: Guard, resolver: Resolver | None = None, ca_file: str = "", shared_s: float = SHARED_S
    ) -> None:
        """`resolver`: the machine's own by default; `ca_file`: authorities besides the system's; `shared_s`: 0 asks for each attempt.

        Raises `OSError` where `ca_file` cannot be read.
        """
        self.tally = Tally()
        self._names = Names(guard, DnsResolver() if resolver is None else resolver, min(shared_s, SHARED_S))
        self._context = client_context(ca_file)
        self._pool = Pool()
        self._buffer = memoryview(bytearray(BUFFER_BYTES))

    async def send(self, request: Request, limits: Limits = _DEFAULTS, *, fresh: bool = False) -> Exchange:
        """Make one attempt. Whatever the other side does ends as an `Exchange`; being cancelled closes the connection.

        `fresh`: over no connection that was kept.
        """
        marks = _Marks()
        started = _now()
        try:
            answer = await self._attempt(request, limits, started, marks, fresh=fresh)
        except _Failed as failed:
            answer = Answer(failed.outcome, None, b"", b"", False, None, failed.detail, 0.0)
        before = round(marks.resolve * 1000), round(marks.connect * 1000), round(marks.tls * 1000)
        return self._ended(answer, marks.address, started, *before)

    def begin(self, request: Request, limits: Limits, done: Callable[[Exchange | None], None]) -> Connection | None:
        """Make an attempt without a task, where a kept connection is there for it at once; it is given back, to be aborted at need.

        `done` is called once, from the loop: with None where the connection ended before a byte of the answer. Then, and where None
        is given back, nothing was attempted: `send` does it, in the first case over a fresh one.
        """
        url = request.url
        judged = self._names.known(url)
        if judged is None or not judged.addresses:
            return None
        connection = self._pool.take((url.scheme, url.host, url.port), judged.addresses)
        if connection is None:
            return None
        self.tally.reused += 1
        started, address = _now(), connection.address

        def answered(answer: Answer | None) -> None:
            done(None if answer is None else self._ended(answer, address, started))

        ends = started + limits.connect_s + limits.answer_s + limits.body_s
        connection.begin(request.head, request.body, limits, ends, answered)
        return connection

    def _ended(
        self, answer: Answer, address: str | None, started: float, resolve: int = 0, connect: int = 0, tls: int = 0
    ) -> Exchange:
        outcome, status, head, body, truncated, retry_after, detail, answered_s = answer
        self.tally.outcomes[outcome] += 1
        timings = Timings(resolve, connect, tls, round(answered_s * 1000), round((_now() - started) * 1000))
        return Exchange(outcome, status, address, timings, head, body, truncated, retry_after, detail)

    async def get(self, url: Url, limits: Limits = _DEFAULTS, headers: Mapping[str, str] | None = None) -> Exchange:
        """Read a page or a file, with `Limits.body_bytes` as its cap. Raises `ValueError` for headers that cannot be written."""
        return await self.send(Request(url, get_head(url, headers or {}), b""), limits)

    async def check(self, url: Url) -> Literal["blocked", "dns"] | None:
        """Whether a URL could be called now: its name resolves, and no address of it is refused."""
        try:
            judged = await self._judge(url, _now() + _DEFAULTS.connect_s)
        except _Failed:
            return "dns"
        if judged.rule is not None:
            return "blocked"
        return None if judged.trouble is None else "dns"

    async def close(self) -> None:
        """Close what is idle and ask no more names. Requests on their way end by themselves."""
        self._pool.close()
        await self._names.close()

    @property
    def idle(self) -> int:
        """How many connections are kept."""
        return len(self._pool)

    async def _attempt(self, request: Request, limits: Limits, started: float, marks: _Marks, *, fresh: bool) -> Answer:
        url = request.url
        ends = started + limits.connect_s + limits.answer_s + limits.body_s
        judged = self._names.known(url)
        if judged is None:
            judged = await self._judge(url, started + limits.connect_s)
            marks.resolve = _now() - started
        if not judged.addresses:
            raise self._refused(judged, marks)
        connection = None if fresh else self._pool.take((url.scheme, url.host, url.port), judged.addresses)
        if connection is not None:
            self.tally.reused += 1
            marks.address = connection.address
            answer = await self._exchange(connection, request, limits, ends)
            if answer is not None:
                return answer
        connection = await self._connect(url, judged, min(_now() + limits.connect_s, ends), marks)
        return await self._exchange(connection, request, limits, ends) or _UNANSWERED

    async def _exchange(self, connection: Connection, request: Request, limits: Limits, ends: float) -> Answer | None:
        try:
            return await connection.exchange(request.head, request.body, limits, ends)
        except asyncio.CancelledError:
            connection.abort()
            raise

    # Resolving

    async def _judge(self, url: Url, deadline: float) -> Judged:
        judged = self._names.known(url)
        if judged is not None:
            return judged
        try:
            async with asyncio.timeout(deadline - _now()):
                return await self._names.ask(url.host)
        except TimeoutError:
            raise _Failed("dns", "No name server answered in time.") from None

    def _refused(self, judged: Judged, marks: _Marks) -> _Failed:
        if judged.rule is None:
            return _Failed("dns", judged.trouble or "")
        self.tally.blocked[judged.rule] += 1
        marks.address = judged.address
        return _Failed("blocked_address", f"{judged.address} must not be connected to ({judged.rule}).")

    # Connecting

    async def _connect(self, url: Url, judged: Judged, deadline: float, marks: _Marks) -> Connection:
        """A fresh connection, with TLS where the URL says so. Raises `_Failed`."""
        began = _now()
        try:
            connection = await self._connect_any(url, judged, deadline, marks)
        finally:
            marks.connect = _now() - began
        self.tally.opened += 1
        if url.scheme == "https":
            began = _now()
            try:
                await self._secure(connection, url, deadline)
            finally:
                marks.tls = _now() - began
        return connection

    async def _connect_any(self, url: Url, judged: Judged, deadline: float, marks: _Marks) -> Connection:
        """Try one address after another; each has an equal share of the time that is left."""
        failed = _Failed("connect_timeout", "There was no time left to connect.")
        left = len(judged.addresses)
        for address in judged.addresses:
            marks.address = address
            try:
                async with asyncio.timeout((deadline - _now()) / left):
                    return await self._open(url, address)
            except TimeoutError:
                failed = _Failed("connect_timeout", f"{address} did not take the connection in time.")
            except OSError as error:
                why = os.strerror(error.errno) if error.errno else str(error)
                failed = _Failed("connect", f"{address} did not take the connection: {why}.")
            left -= 1
        raise failed

    async def _open(self, url: Url, address: str) -> Connection:
        key = (url.scheme, url.host, url.port)

        def make() -> Connection:
            return Connection(key, address, self._buffer, self._pool.give, self._pool.forget)

        _, connection = await asyncio.get_running_loop().create_connection(make, address, url.port)
        if table.pack(connection.peer()) != table.pack(address):
            connection.abort()
            self.tally.blocked["peer"] += 1
            raise _Failed("blocked_address", f"The connection to {address} went elsewhere.")
        return connection

    async def _secure(self, connection: Connection, url: Url, deadline: float) -> None:
        try:
            async with asyncio.timeout(deadline - _now()):
                await connection.shake(Tls(self._context, url.host))
        except TimeoutError:
            connection.abort()
            raise _Failed("connect_timeout", "The TLS handshake was not done in time.") from None
        except (ssl.SSLError, ConnectionError, ValueError) as error:
            connection.abort()
            raise _Failed("tls", explain(error)) from None
        except asyncio.CancelledError:
            connection.abort()
            raise


def get_head(url: Url, headers: Mapping[str, str]) -> bytes:
    """Request line and headers of a GET. Raises `ValueError` for what is no header, or one of the client's own."""
    lines = [
        f"GET {url.target} HTTP/1.1",
        f"Host: {url.authority}",
        f"User-Agent: {_AGENT}",
        "Accept-Encoding: identity",
    ]
    for name, value in headers.items():
        sound = name.replace("-", "").isalnum() and (name + value).isascii() and (value.isprintable() or not value)
        if not sound or name.lower() in {
            "host",
            "accept-encoding",
            "connection",
            "content-length",
            "transfer-encoding",
        }:
            raise ValueError(name)
        lines.append(f"{name}: {value}")
    return "\r\n".join([*lines, "", ""]).encode("ascii")
