"""Downloads: `GET /files/{file id}/{key}/{name}?until={unix s}` on the storage host (embedding contract 8.2, csp contract 2.3).

`&width=280` or `&width=560` behind it is the same address, and shows a picture as small as a thread does; no other width is one.

Bytes pass through here piece by piece, no faster than they are taken. Whatever is not an address that was given and still holds is one and
the same 404. Nothing that was sent by anybody can run: types are those of the list, everything else than pictures, sound and film is an
attachment, and the policy has a sandbox.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing
from typing import Any, Protocol, cast
from urllib.parse import quote

from msgspec import Struct

from halloo.files.answers import Answer, Header, Host, Receive, Scope, Send, header
from halloo.files.images.model import wanted_of
from halloo.files.model import SMALL_WIDTHS, StoredFile
from halloo.files.smaller import SmallPictures
from halloo.files.storage import NotStored, Storage, StoreUnreachable
from halloo.files.types import KINDS
from halloo.kit.refusals import NotFound

STALL_S = 60
"""A piece that is not taken within this time is not waited for: whoever wants the rest asks for it by `Range`."""
FRESH_S = 60
"""How long a browser may show it without asking again; a removed message is gone after that."""
_ADDRESS = re.compile(r"/files/([A-Za-z0-9-]{1,64})/([A-Za-z0-9_-]{43})/([^/]{1,255})")
_QUERY = re.compile(b"until=([0-9]{1,12})(?:&width=(%s))?" % "|".join(map(str, SMALL_WIDTHS)).encode())
_RANGE = re.compile(rb"\s*bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})\s*", re.IGNORECASE)
_SHOWN = frozenset({"image", "audio", "video"})
_UNSAFE = re.compile(r'[^\x20-\x7e]|["\\%]')
_METHODS = b"GET, HEAD, OPTIONS"
_GONE = "There is nothing at this address. It may have run out: open the conversation again."
_Head = tuple[int, list[Header]]
_EXPOSED = b"accept-ranges, content-length, content-range, etag, retry-after"


class Shelf(Protocol):
    """The side of the database."""

    async def find(self, file_id: str, key: str, until: str, name: str) -> StoredFile | None:
        """The file of an address, its parts as they stand there (`name` decoded); None for whatever does not open one."""
        ...


class Serving:
    """ASGI application for what lies below `/files/`."""

    def __init__(
        self, storage: Storage, shelf: Shelf, small: SmallPictures, policy: str, origins: Collection[str]
    ) -> None:
        """`policy` and `origins` as for `Host`."""
        self._storage, self._shelf, self._small, self._host = storage, shelf, small, Host(policy, origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del receive
        answer = Answer(scope, send, self._host.headers(scope, _EXPOSED))
        method: str = scope["method"]
        try:
            if method in {"GET", "HEAD"}:
                await self._file(scope, answer)
            elif method == "OPTIONS":
                await Answer(
                    scope, send, self._host.preflight(scope, _METHODS, b"range, if-none-match, if-range")
                ).empty(204)
            else:
                await answer.empty(405, [(b"allow", _METHODS)])
        except Exception as error:  # noqa: BLE001 - told to the caller, and logged
            await answer.mishap(error)

    async def _file(self, scope: Scope, answer: Answer) -> None:
        asked = _asked(scope)
        file = None if asked is None else await asked.find(self._shelf)
        if asked is None or file is None or (asked.width is not None and not file.is_picture):
            await answer.refuse(NotFound(_GONE))
        elif asked.width is None or not await self._smaller(scope, answer, file, asked, asked.width):
            await self._whole(scope, answer, file)

    async def _smaller(self, scope: Scope, answer: Answer, file: StoredFile, asked: "_Asked", width: int) -> bool:
        """Answer with a smaller picture; False where the file itself is to be shown."""
        answer.varies_by(b"origin, accept")
        wanted = wanted_of(header(scope, b"accept"))
        kept = _kept(f"{file.sha256}-{width}-{wanted}")
        if _has(header(scope, b"if-none-match"), kept[0][1]):
            await answer.empty(304, kept)
            return True

        async def holds() -> bool:
            return await asked.find(self._shelf) is not None

        small = await self._small.find(file, width, wanted, holds)
        if small is None:
            return False
        length = (b"content-length", str(small.size).encode())
        head = 200, [*kept, *describe(_named_as(file.name, small.type), small.type), length]
        async with aclosing(small):
            if scope["method"] == "HEAD":
                await answer.begin(*head)
                await answer.go_on(b"", more=False)
            else:
                await _give(answer, small, small.size, head)
        return True

    async def _whole(self, scope: Scope, answer: Answer, file: StoredFile) -> None:
        kept = [*_kept(file.sha256), (b"accept-ranges", b"bytes")]
        tag = kept[0][1]
        if _has(header(scope, b"if-none-match"), tag):
            await answer.empty(304, kept)
            return
        part = _part(scope, file.size, tag)
        if part is None:
            await answer.empty(416, [*kept, (b"content-range", f"bytes */{file.size}".encode())])
            return
        start, end, status = part
        headers = [*kept, *describe(file.name, file.type), (b"content-length", str(end - start).encode())]
        if status == 206:  # noqa: PLR2004 - the status itself
            headers.append((b"content-range", f"bytes {start}-{end - 1}/{file.size}".encode()))
        if scope["method"] == "HEAD":
            await answer.begin(status, headers)
            await answer.go_on(b"", more=False)
            return
        await self._send(answer, file.storage_key, start, end, (status, headers))

    async def _send(self, answer: Answer, key: str, start: int, end: int, head: _Head) -> None:
        async with aclosing(cast("Any", self._storage.read(key, start, end))) as pieces:
            await _give(answer, pieces, end - start, head)


class _Asked(Struct, frozen=True):
    """An address as it stands in a request; `width` where a smaller picture is asked for."""

    file_id: str
    key: str
    until: str
    name: str
    width: int | None

    async def find(self, shelf: Shelf) -> StoredFile | None:
        """The file that it opens."""
        return await shelf.find(self.file_id, self.key, self.until, self.name)


def _asked(scope: Scope) -> _Asked | None:
    address = _ADDRESS.fullmatch(scope["path"])
    query = _QUERY.fullmatch(scope["query_string"])
    if address is None or query is None:
        return None
    width = None if query[2] is None else int(query[2])
    return _Asked(address[1], address[2], query[1].decode(), address[3], width)


def _kept(tag: str) -> list[Header]:
    """What is said of an answer that browsers keep, its tag first."""
    fresh = f"private, max-age={FRESH_S}, must-revalidate".encode()
    return [(b"etag", f'"{tag}"'.encode()), (b"cache-control", fresh)]


def _named_as(name: str, type_: str) -> str:
    """The name that a smaller picture is saved under."""
    return f"{name.rpartition('.')[0] or name}.{type_.rpartition('/')[2]}"


async def _give(answer: Answer, pieces: AsyncIterator[bytes], left: int, head: _Head) -> None:
    """The head goes once the first of the pieces is here, which are `left` bytes; a piece that is missing later cuts the line."""
    piece = await _next(pieces)
    if not piece:
        raise NotStored("The object is shorter than its file.")
    await answer.begin(*head)
    while piece:
        left -= len(piece)
        try:
            async with asyncio.timeout(STALL_S):
                await answer.go_on(piece, more=left > 0)
                if left > 0:
                    del piece
                    await answer.taken()
        except TimeoutError:
            await answer.cut()
            return
        if left <= 0:
            return
        piece = await _next(pieces)
    raise StoreUnreachable("The object ended before its file.")


async def _next(pieces: AsyncIterator[bytes]) -> bytes:
    return await anext(pieces, b"")


def describe(name: str, type_: str) -> list[Header]:
    """The headers that say what a file is: its type if it is one of the list, and whether it is shown or saved."""
    known = KINDS.get(type_)
    said = type_ if known is not None else "application/octet-stream"
    if known == "text":
        said += "; charset=utf-8"
    shown = "inline" if known in _SHOWN else "attachment"
    plain = _UNSAFE.sub("_", name) or "file"
    exact = quote(name, safe="", errors="replace")
    disposition = f"{shown}; filename=\"{plain}\"; filename*=UTF-8''{exact}"
    return [(b"content-type", said.encode("ascii")), (b"content-disposition", disposition.encode("ascii"))]


def _has(condition: bytes | None, tag: bytes) -> bool:
    """Whether `If-None-Match` names the tag."""
    if condition is None:
        return False
    return any(one.strip().removeprefix(b"W/") in {tag, b"*"} for one in condition.split(b","))


def _part(scope: Scope, size: int, tag: bytes) -> tuple[int, int, int] | None:
    """Start, end and status of what is asked for; None where the range lies outside. What is no single range means everything."""
    whole = (0, size, 200)
    found = _RANGE.fullmatch(header(scope, b"range") or b"")
    if found is None or scope["method"] != "GET" or not (found[1] or found[2]):
        return whole
    condition = header(scope, b"if-range")
    if condition is not None and condition.strip() != tag:
        return whole
    if not found[1]:
        last = min(int(found[2]), size)
        return (size - last, size, 206) if last else None
    start, end = int(found[1]), int(found[2]) + 1 if found[2] else size
    if found[2] and end <= start:
        return whole
    return (start, min(end, size), 206) if start < size else None
