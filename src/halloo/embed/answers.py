"""Prepared answers: bytes that were made once, compressed at first use, and are sent as they are."""

import gzip
import hashlib
import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from halloo.embed.policy import Header, error_headers
from halloo.kit.json import dump

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_WORTH_IT = 256
"""Smaller bodies gain nothing from compression."""
_GZIP = re.compile(rb"(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[0-9.]+\s*)?(?=,|$)")
_METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. `etag` is that of the body as it is; the compressed one has its own."""

    status: int
    headers: tuple[Header, ...]
    content_type: str
    body: bytes
    compress: bool = False
    etag: str | None = None

    def with_headers(self, headers: Sequence[Header]) -> "Answer":
        """The same content under other headers; its tag covers both."""
        tag = None if self.etag is None else tag_of(self.body, headers)
        return replace(self, headers=tuple(headers), etag=tag)


def prepare(
    content_type: str,
    body: bytes,
    headers: Sequence[Header],
    *,
    status: int = 200,
    compress: bool = True,
    tagged: bool = False,
) -> Answer:
    """Make an answer; `compress` allows a gzip form where it is worth it, `tagged` gives it an ETag."""
    etag = tag_of(body, headers) if tagged else None
    return Answer(status, tuple(headers), content_type, body, compress and len(body) >= _WORTH_IT, etag)


@lru_cache(maxsize=1024)
def squeeze(body: bytes) -> bytes:
    """The gzip form of a body, made when somebody first asks for it: a server that starts has other things to do."""
    return gzip.compress(body, mtime=0)


def tag_of(body: bytes, headers: Sequence[Header]) -> str:
    """A strong tag of a body and the headers it comes with."""
    mark = hashlib.sha256(body)
    for name, value in headers:
        mark.update(b"\n%b:%b" % (name, value))
    return mark.hexdigest()[:32]


def refusal(status: int, code: str, message: str, *extra: Header) -> Answer:
    """An error in the shape of the API."""
    body = dump({"error": code, "message": message, "details": {}})
    return prepare("application/json", body, [*error_headers(), *extra], status=status, compress=False)


NO_ROUTE = refusal(404, "route_not_found", "There is no such address.")
NO_METHOD = refusal(405, "method_not_allowed", "This address answers GET and HEAD.", (b"allow", b"GET, HEAD"))


async def respond(scope: Scope, send: Send, answer: Answer) -> None:
    """Send an answer: compressed for who takes it, 304 for who has it, without a body for `HEAD`."""
    if scope["method"] not in _METHODS:
        answer = NO_METHOD
    given = _headers(scope)
    squeezed = squeeze(answer.body) if answer.compress and _GZIP.search(given.get(b"accept-encoding", b"")) else None
    lines = list(answer.headers)
    if answer.compress:
        lines.append((b"vary", b"accept-encoding"))
    if answer.etag is not None:
        tag = f'"{answer.etag}-gz"' if squeezed is not None else f'"{answer.etag}"'
        lines.append((b"etag", tag.encode()))
        if _has(given.get(b"if-none-match"), answer.etag):
            await _send(send, 304, lines, b"")
            return
    body = answer.body if squeezed is None else squeezed
    if squeezed is not None:
        lines.append((b"content-encoding", b"gzip"))
    lines.append((b"content-type", answer.content_type.encode()))
    lines.append((b"content-length", str(len(body)).encode()))
    await _send(send, answer.status, lines, b"" if scope["method"] == "HEAD" else body)


def _headers(scope: Scope) -> dict[bytes, bytes]:
    """Request headers; repeated ones joined."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        found[name] = found[name] + b"," + value if name in found else value
    return found


def _has(if_none_match: bytes | None, etag: str) -> bool:
    """Whether the client names this content, compressed or not; weak tags compare like strong ones."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == b"*":
        return True
    named = {part.strip().removeprefix(b"W/").strip(b'"') for part in if_none_match.split(b",")}
    return not named.isdisjoint((etag.encode(), f"{etag}-gz".encode()))


async def _send(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
