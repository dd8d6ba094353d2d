"""Uploads: `PUT`, `PATCH`, `HEAD` and `DELETE` at `/uploads/{upload id}?token=…` on the storage host (embedding contract 8.2).

`PUT` brings the whole. When the line broke, `HEAD` says by `Upload-Offset` how much is here, and `PATCH` with `Upload-Offset: n` goes on
there; a `PUT` of the whole again is fine as well, what is here already is passed over. Whoever brings the last byte gets the answer: what
the file was found to be, or why it is refused. Asked again, what it was found to be is the same; what was refused is found no more.
`DELETE` gives it up: what came goes, what was still to come counts to nobody's day.
"""

import re
import time
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from halloo.files import trial
from halloo.files.answers import Answer, Header, Host, Receive, Scope, Send, extension, header
from halloo.files.errors import FileTooLarge, UploadIncomplete, UploadNotFound
from halloo.files.lines import Line, Lines
from halloo.files.model import Upload
from halloo.files.places import Places
from halloo.files.storage import OffsetConflict, Storage
from halloo.kit.asgi import PATIENCE
from halloo.kit.refusals import BadRequest, Conflict

RENEW_S = 60
"""How often the target of an upload that goes on is renewed; with the minute for `PACE`, well within `GRACE_MS`."""
PACE = 64 * 1024
"""Bytes for which a sender has a minute: who is slower is cut, and may come back."""
_PATH = re.compile(r"/uploads/([A-Za-z0-9-]{1,64})")
_TOKEN = re.compile(rb"token=([A-Za-z0-9_-]{1,200})")
_NUMBER = re.compile(rb"[0-9]{1,18}")
_METHODS = b"PUT, PATCH, HEAD, DELETE, OPTIONS"
_BRINGING = frozenset({"PUT", "PATCH"})
_ASKED = b"content-type, upload-offset, upload-complete"
_EXPOSED = b"upload-offset, upload-complete, upload-length, retry-after"


class UploadOffset(Conflict):
    """The upload goes on elsewhere: send what follows the byte that `Upload-Offset` names."""

    code = "upload_offset"


class LineBroken(Exception):
    """The sender is gone."""


class Desk(Protocol):
    """The side of the database."""

    async def find(self, upload_id: str, token: str) -> Upload:
        """The upload that the token opens. Raises `UploadNotFound` for whatever does not."""
        ...

    async def renew(self, upload: Upload) -> bool:
        """Bytes have come: the target holds for a while again. False where the upload was ended meanwhile."""
        ...

    async def cancel(self, upload: Upload, received: int) -> None:
        """Its sender gives it up. Raises `UploadNotFound` for one that was sent in a message."""
        ...

    async def finish(self, upload: Upload) -> dict[str, Any]:
        """All bytes are in the storage under the upload's id: assemble them, look at them, decide.

        The answer for the sender, the same when asked again, or a refusal, after which `find` knows the upload no more.
        """
        ...


class Receiving:
    """ASGI application for what lies below `/uploads/`."""

    def __init__(
        self,
        storage: Storage,
        desk: Desk,
        policy: str,
        origins: Collection[str],
        whence: Callable[[Scope], str | None] = lambda _: None,
    ) -> None:
        """`policy` and `origins` as for `Host`. `whence`: the address that a request is counted with; None: with none."""
        self._storage, self._desk, self._host = storage, desk, Host(policy, origins)
        self._places, self._whence, self._lines = Places(), whence, Lines()
        self._works = {"PUT": self._put, "PATCH": self._patch, "HEAD": self._head, "DELETE": self._delete}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = Answer(scope, send, self._host.headers(scope, _EXPOSED))
        work = self._works.get(scope["method"])
        try:
            if work is not None and scope["path"] == trial.PATH:
                with self._place(trial.SENDER, scope):
                    await trial.answer_trial(scope["method"], answer, _Body(scope, receive))
            elif work is not None:
                upload = await self._find(scope)
                with self._place(upload.owner, scope):
                    await work(upload, answer, _Body(scope, receive))
            elif scope["method"] == "OPTIONS":
                await Answer(scope, send, self._host.preflight(scope, _METHODS, _ASKED)).empty(204)
            else:
                await answer.empty(405, [(b"allow", _METHODS)])
        except LineBroken:
            return
        except OffsetConflict as conflict:
            await answer.refuse(UploadOffset(received=conflict.received), _offset(conflict.received))
        except Exception as error:  # noqa: BLE001 - told to the caller, and logged
            await answer.mishap(error)

    def _place(self, sender: str, scope: Scope) -> AbstractContextManager[None]:
        """Whoever brings nothing takes none."""
        if scope["method"] not in _BRINGING:
            return nullcontext()
        return self._places.taken(sender, self._whence(scope))

    async def _find(self, scope: Scope) -> Upload:
        path, token = _PATH.fullmatch(scope["path"]), _TOKEN.fullmatch(scope["query_string"])
        if path is None or token is None:
            raise UploadNotFound
        return await self._desk.find(path[1], token[1].decode())

    async def _received(self, upload: Upload) -> int:
        return upload.size if upload.state != "open" else await self._storage.received(upload.id)

    async def _kept(self, upload: Upload) -> int:
        """As `_received`, and all of it where it was assembled already and only the answer is missing."""
        received = await self._received(upload)
        if not received:
            for key in (upload.raw_key, upload.key):
                if await self._storage.size(key) == upload.size:
                    return upload.size
        return received

    async def _head(self, upload: Upload, answer: Answer, body: "_Body") -> None:
        del body
        received = await self._kept(upload)
        length = (b"upload-length", str(upload.size).encode())
        complete = (b"upload-complete", b"?0" if upload.state == "open" else b"?1")
        await answer.empty(204, [*_offset(received), length, complete, (b"cache-control", b"no-store")])

    async def _delete(self, upload: Upload, answer: Answer, body: "_Body") -> None:
        del body
        async with self._lines.ended(upload.id):
            await self._desk.cancel(upload, await self._kept(upload))
        await self._storage.drop(upload.id)  # so that lines to other servers do not go on either
        await answer.empty(204, [(b"cache-control", b"no-store")])

    async def _put(self, upload: Upload, answer: Answer, body: "_Body") -> None:
        if body.length is not None and body.length > upload.size:
            raise FileTooLarge(max_bytes=upload.size)
        received = await self._append(upload, await self._received(upload), body, whole=True)
        if received != upload.size:
            await answer.refuse(UploadIncomplete(received=received, size=upload.size), _offset(received))
            return
        await answer.json(200, await self._finished(upload), _done(received))

    async def _patch(self, upload: Upload, answer: Answer, body: "_Body") -> None:
        if body.offset is None:
            raise BadRequest("Upload-Offset: say at which byte the upload goes on.")
        received = await self._kept(upload)
        if body.offset != received:
            raise OffsetConflict(received)
        if body.length is not None and received + body.length > upload.size:
            raise FileTooLarge(max_bytes=upload.size)
        received = await self._append(upload, received, body, whole=False)
        if received == upload.size:
            await answer.json(200, await self._finished(upload), _done(received))
        else:
            await answer.empty(204, [*_offset(received), (b"upload-complete", b"?0"), (b"cache-control", b"no-store")])

    async def _finished(self, upload: Upload) -> dict[str, Any]:
        try:
            return await self._desk.finish(upload)
        except UploadNotFound:  # ended while its last bytes came: no sweep comes for them any more
            await self._storage.drop(upload.id)
            raise

    async def _append(self, upload: Upload, received: int, body: "_Body", *, whole: bool) -> int:
        """Store what comes behind the bytes that are here; how many are here then. A line that breaks leaves the target open.

        Raises `UploadNotFound` where the upload is ended meanwhile: nothing of it stays.
        """
        with self._lines.brought(upload.id) as line:
            try:
                return await self._brought(upload, received, body.behind(received if whole else 0, line))
            except UploadNotFound:
                if not line.is_cut:  # who cuts it counts what came, and drops it then
                    await self._storage.drop(upload.id)
                raise

    async def _brought(self, upload: Upload, received: int, come: AsyncGenerator[bytes, None]) -> int:
        if received == upload.size:
            async for chunk in come:
                if chunk:
                    raise FileTooLarge(max_bytes=upload.size)
            return received
        try:
            now = await self._storage.append(upload.id, received, self._renewing(upload, come), upload.size)
        except ValueError:
            raise FileTooLarge(max_bytes=upload.size) from None
        except LineBroken:
            await self._renew(upload)
            raise
        if now != upload.size:
            await self._renew(upload)
        return now

    async def _renewing(self, upload: Upload, come: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        renewed = time.monotonic()
        async for chunk in come:
            yield chunk
            if time.monotonic() - renewed > RENEW_S:
                renewed = time.monotonic()
                await self._renew(upload)

    async def _renew(self, upload: Upload) -> None:
        if not await self._desk.renew(upload):
            raise UploadNotFound


class _Body:
    """What a request brings. Raises `BadRequest` where it is packed: its bytes would mix with others of the same file."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._patience: Callable[[], None] | None = extension(scope, PATIENCE)
        if any(key == b"content-encoding" and value.lower() != b"identity" for key, value in scope["headers"]):
            raise BadRequest("Content-Encoding: send the bytes as they are.")
        self.length = _number(header(scope, b"content-length"))
        self.offset = _number(header(scope, b"upload-offset"))

    async def behind(self, skipped: int, line: Line | None = None) -> AsyncGenerator[bytes, None]:
        """The bytes that follow the first `skipped`. Raises `LineBroken`, `UploadNotFound` once `line` is cut."""
        paced = 0
        more = True
        while more:
            message = await (self._receive() if line is None else line.next(self._receive))
            if message["type"] == "http.disconnect":
                raise LineBroken
            chunk: bytes = message.get("body", b"")
            more = message.get("more_body", False)
            paced += len(chunk)
            if paced >= PACE and self._patience is not None:
                paced = 0
                self._patience()
            if skipped:
                chunk, skipped = chunk[skipped:], max(0, skipped - len(chunk))
            if chunk:
                yield chunk


def _number(value: bytes | None) -> int | None:
    return int(value) if value is not None and _NUMBER.fullmatch(value) else None


def _offset(received: int) -> list[Header]:
    return [(b"upload-offset", str(received).encode())]


def _done(received: int) -> list[Header]:
    return [*_offset(received), (b"upload-complete", b"?1")]
