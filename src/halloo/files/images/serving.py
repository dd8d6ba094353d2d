"""The image host as a bare ASGI application: pictures with the headers of csp contract 2.3, and refusals that are all the same.

It reads no body, sets no cookie, never redirects, and serves PNG, JPEG and WebP only.
"""

import logging
import math
from collections.abc import Callable
from typing import cast

from litestar.types import HTTPScope, Receive, Scope, Send

from halloo.files.images.addresses import Person, PictureAddresses
from halloo.files.images.gallery import Gallery, Shown
from halloo.files.images.model import wanted_of
from halloo.kit.json import dump
from halloo.kit.refusals import RateLimited

POLICY = b"default-src 'none'; sandbox; frame-ancestors 'none'"
_HEADERS = (
    (b"content-security-policy", POLICY),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"vary", b"Accept"),
)
_LONG = b"public, max-age=604800, immutable"
_HOUR = b"public, max-age=3600"
_REFUSED = b"no-store"
_NOT_THERE = dump(
    {
        "error": "picture_not_found",
        "message": "There is no picture at this address, or it holds no longer.",
        "details": {},
    }
)
_WRONG_METHOD = dump(
    {"error": "method_not_allowed", "message": "Pictures are only read, with GET or HEAD.", "details": {}}
)
_UNABLE = dump(
    {"error": "unavailable", "message": "The picture cannot be made at present; ask again in a moment.", "details": {}}
)
_OK, _SAME, _NONE, _METHOD, _TOO_MANY, _LATER = 200, 304, 404, 405, 429, 503
_AGAIN_S = b"5"
logger = logging.getLogger("halloo.files")


class ImageHost:
    """Answers `/avatar/…` and `/process/thumbnail`."""

    def __init__(
        self, addresses: PictureAddresses, gallery: Gallery, now: Callable[[], int], whence: Callable[[Scope], str]
    ) -> None:
        """`now` in milliseconds. `whence`: the address that a request is counted with."""
        self._whence = whence
        self._addresses = addresses
        self._gallery = gallery
        self._now = now

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = cast("HTTPScope", scope)
        method = request["method"]
        if method not in ("GET", "HEAD"):
            await _answer(send, _METHOD, _WRONG_METHOD, b"application/json", _REFUSED, (b"allow", b"GET, HEAD"))
            return
        headers = dict(request["headers"])
        wanted = wanted_of(headers.get(b"accept"))
        asked = self._addresses.open(request["path"], request["query_string"], self._now())
        shown: Shown | None = None
        try:
            if isinstance(asked, Person):
                shown = await self._gallery.of_person(asked, wanted, self._whence(scope))
            elif asked is not None:
                shown = await self._gallery.elsewhere(asked, wanted, self._whence(scope))
        except RateLimited as later:
            body = dump({"error": later.code, "message": later.message, "details": later.details})
            again = (b"retry-after", str(math.ceil(later.retry_after_ms / 1000)).encode())
            await _answer(send, _TOO_MANY, body, b"application/json", _REFUSED, again)
            return
        except OSError:  # no room on the disk, no process to be had
            logger.exception("A picture could not be made")
            await _answer(send, _LATER, _UNABLE, b"application/json", _REFUSED, (b"retry-after", _AGAIN_S))
            return
        if shown is None:
            await _answer(send, _NONE, _NOT_THERE, b"application/json", _REFUSED)
            return
        caching = _LONG if isinstance(asked, Person) and asked.version else _HOUR
        etag = (b"etag", shown.etag.encode())
        if _knows(headers.get(b"if-none-match"), shown.etag):
            await _answer(send, _SAME, b"", b"", caching, etag)
            return
        await _answer(send, _OK, shown.data, shown.type.encode(), caching, etag, head=method == "HEAD")


def _knows(header: bytes | None, etag: str) -> bool:
    if header is None:
        return False
    known = [one.strip().removeprefix("W/") for one in header.decode("latin-1").split(",")]
    return etag in known or "*" in known


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    type_: bytes,
    caching: bytes,
    *more: tuple[bytes, bytes],
    head: bool = False,
) -> None:
    headers = [*_HEADERS, (b"cache-control", caching), *more]
    if status != _SAME:
        headers += [(b"content-type", type_), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body, "more_body": False})
