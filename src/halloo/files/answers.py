"""What the storage host says besides bytes: headers (csp contract 2.3), refusals, and who may read them from another origin."""

import asyncio
import math
import traceback
from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from typing import Any

import structlog

from halloo.files.storage import NotStored, StorageFull
from halloo.kit.asgi import TRANSPORT
from halloo.kit.json import dump
from halloo.kit.refusals import RateLimited, Refusal, Unavailable
from halloo.kit.status import STATUS

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

RETRY_S = 5
_FULL_STATUS, _FAULT_STATUS = 507, 500
_FAULT: dict[str, Any] = {
    "error": "internal",
    "message": "Something went wrong here; it was logged.",
    "details": {},
}
_NO_BODY = frozenset({204, 304})
_CLOSED_S = 0.01
_log = structlog.get_logger("halloo.files")


class StorageUnavailable(Unavailable):
    """Files cannot be reached right now; try again soon."""

    code = "storage_unavailable"


class StorageIsFull(Unavailable):
    """There is no room for more files on this server."""

    code = "storage_full"


class Host:
    """What both applications of the storage host say alike: `policy` of every answer, `origins` whose scripts may read it."""

    def __init__(self, policy: str, origins: Collection[str]) -> None:
        """`policy`: the FILE_POLICY of the csp contract. `origins`: the client host and those of the inbox."""
        self._always: tuple[Header, ...] = (
            (b"content-security-policy", policy.encode("ascii")),
            (b"cross-origin-resource-policy", b"cross-origin"),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"vary", b"origin"),
        )
        self._origins = frozenset(origin.encode() for origin in origins)

    def headers(self, scope: Scope, exposed: bytes) -> list[Header]:
        """Those of every answer. `exposed`: names of headers that scripts of our own origins may read."""
        origin = header(scope, b"origin")
        if origin not in self._origins:
            return [*self._always]
        return [*self._always, (b"access-control-allow-origin", origin), (b"access-control-expose-headers", exposed)]

    def preflight(self, scope: Scope, methods: bytes, asked: bytes) -> list[Header]:
        """The headers of an answer to OPTIONS."""
        if header(scope, b"origin") not in self._origins:
            return [*self._always, (b"allow", methods)]
        return [
            *self.headers(scope, b""),
            (b"allow", methods),
            (b"access-control-allow-methods", methods),
            (b"access-control-allow-headers", asked),
            (b"access-control-max-age", b"7200"),
        ]


class Answer:
    """The answer to one request: begun once, ended whole or cut so that nobody takes it for whole."""

    def __init__(self, scope: Scope, send: Send, always: Iterable[Header]) -> None:
        """`always`: headers of whatever is said."""
        self._scope, self._send, self._always = scope, send, [*always]
        self._begun = False

    def varies_by(self, names: bytes) -> None:
        """Which headers of the request this answer depends on."""
        self._always = [(name, names if name == b"vary" else value) for name, value in self._always]

    async def begin(self, status: int, headers: Iterable[Header]) -> None:
        """The head."""
        self._begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": [*self._always, *headers]})

    async def go_on(self, data: bytes, *, more: bool) -> None:
        """Bytes of the body."""
        await self._send({"type": "http.response.body", "body": data, "more_body": more})

    async def taken(self) -> None:
        """Wait until what was given is on its way: who waits here has not read on meanwhile."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": True})

    async def empty(self, status: int, headers: Iterable[Header] = ()) -> None:
        """A head, and nothing behind it."""
        length = () if status in _NO_BODY else ((b"content-length", b"0"),)
        await self.begin(status, [*headers, *length])
        await self.go_on(b"", more=False)

    async def json(self, status: int, value: object, headers: Iterable[Header] = ()) -> None:
        """A value of ours."""
        body = dump(value)
        named = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await self.begin(status, [*named, (b"cache-control", b"no-store"), *headers])
        await self.go_on(body, more=False)

    async def refuse(self, refusal: Refusal, headers: Iterable[Header] = ()) -> None:
        """The one shape of every refusal (embedding contract 8.3)."""
        status = _FULL_STATUS if isinstance(refusal, StorageIsFull) else STATUS.get(refusal.kind, 400)
        more = [*headers]
        if isinstance(refusal, RateLimited):
            more.append((b"retry-after", str(max(1, math.ceil(refusal.retry_after_ms / 1000))).encode()))
        elif isinstance(refusal, Unavailable):
            more.append((b"retry-after", str(RETRY_S).encode()))
        body = {"error": refusal.code, "message": refusal.message, "details": refusal.details}
        await self.json(status, body, more)

    async def mishap(self, error: Exception) -> None:
        """Whatever went wrong: told, or, where the head has gone already, shown by cutting the line."""
        if isinstance(error, NotStored):
            _log.warning("storage_failed", path=_place(self._scope), why=str(error))
        elif not isinstance(error, Refusal):
            _log.error("request_failed", path=_place(self._scope), trace="".join(traceback.format_exception(error)))
        if self._begun:
            await self.cut()
        elif isinstance(error, Refusal):
            await self.refuse(error)
        elif isinstance(error, NotStored):
            await self.refuse(StorageIsFull() if isinstance(error, StorageFull) else StorageUnavailable())
        else:
            await self.json(_FAULT_STATUS, _FAULT)

    async def cut(self) -> None:
        """End the connection in the middle: fewer bytes than announced are no whole answer to anybody."""
        transport = extension(self._scope, TRANSPORT)
        if transport is not None:
            transport.abort()
            await asyncio.sleep(_CLOSED_S)  # the server hears of it before this request ends


def header(scope: Scope, name: bytes) -> bytes | None:
    """A header's value; None where there is none or more than one, since one of two is nobody's choice."""
    found = [value for key, value in scope["headers"] if key == name]
    return found[0] if len(found) == 1 else None


def extension(scope: Scope, name: str) -> Any:
    """What our server adds to a request; None under another server."""
    added: dict[str, Any] = scope.get("extensions") or {}
    return added.get(name)


def _place(scope: Scope) -> str:
    """The beginning of a path: what stands behind it opens a file."""
    return "/".join(scope["path"].split("/")[:3])
