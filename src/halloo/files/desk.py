"""What the storage host asks the database: whose upload this is, what came of it, which file an address names.

An id names no workspace; the directory knows it. Whatever is not found is not found in one and the same way.
"""

import asyncio
import hmac
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakValueDictionary

from halloo.db.engine import DIRECTORY, Database
from halloo.files import actions
from halloo.files.errors import FileType, PictureRefused, UploadDamaged, UploadIncomplete, UploadNotFound
from halloo.files.images.model import ImageFacts, ImageRefused
from halloo.files.model import FileKind, Received, StoredFile, Upload
from halloo.files.settings import FilesSettings
from halloo.files.sniff import sniff
from halloo.files.storage import Assembled, NotStored, Storage, copy_out
from halloo.files.types import KINDS

_PIECE = 256 * 1024
_VERDICTS = (FileType, PictureRefused, UploadDamaged, UploadIncomplete)
"""What is found out about bytes, and stays true of them. Whatever else is raised passes: the upload waits to be asked for again."""
KindsOf = Callable[[Upload], Awaitable[tuple[FileKind, ...]]]
"""Which kinds of files may be sent where an upload belongs, as things are now."""


class Examiner(Protocol):
    """Reads a picture in a process of its own and draws it anew."""

    async def examine(self, source: Path, target: Path, *, asker: str) -> ImageFacts:
        """What the picture is; it is drawn anew to `target`. Raises `ImageRefused`, `RateLimited` where too much waits of `asker`."""
        ...


class FileShelf:
    """The files that addresses name."""

    def __init__(self, database: Database) -> None:
        """Nothing is asked before the first request."""
        self._database = database

    async def find(self, file_id: str, key: str, until: str, name: str) -> StoredFile | None:
        """The file that an address names, its parts as they stand there, `name` decoded; None for whatever is none."""
        workspace_id = await self._database.read(DIRECTORY, actions.workspace_of, "file", file_id)
        if workspace_id is None:
            return None
        return await self._database.read(workspace_id, actions.find_file, file_id, key, until, name)


class UploadDesk:
    """The uploads that targets name, and what is found out about bytes that came."""

    def __init__(
        self,
        database: Database,
        storage: Storage,
        images: Examiner,
        settings: FilesSettings,
        kinds_of: KindsOf,
    ) -> None:
        """Nothing is asked before the first request."""
        self._database = database
        self._storage = storage
        self._images = images
        self._hours = settings.unfinished_hours
        self._kinds_of = kinds_of
        self._busy: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def find(self, upload_id: str, token: str) -> Upload:
        """The upload that a target names. Raises `UploadNotFound`."""
        workspace_id = await self._database.read(DIRECTORY, actions.workspace_of, "upload", upload_id)
        if workspace_id is None:
            raise UploadNotFound
        return await self._database.read(workspace_id, actions.find_upload, upload_id, token, self._hours)

    async def renew(self, upload: Upload) -> bool:
        """A part has come: the target holds for a while again. False where the upload was ended meanwhile."""
        return await self._database.write(upload.workspace_id, actions.renew_upload, upload.id)

    async def cancel(self, upload: Upload, received: int) -> None:
        """Its sender gives it up, with so many bytes. Raises `UploadNotFound` for one that was sent in a message."""
        await self._database.write(upload.workspace_id, actions.cancel_upload, upload.id, received)

    async def finish(self, upload: Upload) -> dict[str, Any]:
        """All bytes are here: find out what they are, and answer `{"upload_id", "name", "type", "size", "width"?, …}`.

        Again gives the same answer. Raises `FileType`, `PictureRefused`, `UploadDamaged`, `UploadNotFound`, `NotStored`, and `RateLimited`
        where too many pictures of the same sender wait to be looked at: asked again later, it goes on.
        """
        lock = self._busy.setdefault(upload.id, asyncio.Lock())
        async with lock:
            file = await self._finished(upload)
        return {"upload_id": upload.id, "name": file.name, "type": file.type, "size": file.size, **file.details}

    async def _finished(self, upload: Upload) -> StoredFile:
        file = await self._known(upload)
        if file is not None:
            return file
        try:
            assembled = await self._storage.assemble(upload.id, upload.raw_key)
            received = await self._looked_at(upload, assembled)
        except NotStored:  # another server may have been first, and is done with what was received
            file = await self._known(upload)
            if file is None:
                raise
            return file
        except _VERDICTS:
            if await self._refused(upload):
                raise
            file = await self._known(upload)  # another server judged otherwise, and was first
            if file is None:
                raise
            return file
        return await self._stored(upload, received)

    async def _known(self, upload: Upload) -> StoredFile | None:
        return await self._database.read(upload.workspace_id, actions.find_finished, upload.id)

    async def _stored(self, upload: Upload, received: Received) -> StoredFile:
        write = self._database.write
        try:
            file = await write(upload.workspace_id, actions.finish_upload, upload.id, received, self._hours)
        except UploadNotFound:  # its time ended while it was looked at: no sweep comes for what was made since
            await self._refused(upload)
            raise
        if received.storage_key != upload.raw_key:
            await self._storage.delete([upload.raw_key])
        return file

    async def _refused(self, upload: Upload) -> bool:
        """Whether nothing came of it, so that its bytes are gone now."""
        refused = await self._database.write(upload.workspace_id, actions.refuse_upload, upload)
        if refused:
            await self._storage.delete([upload.raw_key, upload.key])
        return refused

    async def _looked_at(self, upload: Upload, assembled: Assembled) -> Received:
        if assembled.size != upload.size:
            raise UploadIncomplete
        if upload.sha256 is not None and not hmac.compare_digest(upload.sha256, assembled.sha256):
            raise UploadDamaged
        kinds = ("image",) if upload.purpose == "avatar" else await self._kinds_of(upload)
        try:
            type_ = sniff(assembled.head, upload.type, assembled.size)
        except FileType:  # told is what this place takes, not everything that there is
            raise FileType(types=list(kinds)) from None
        if KINDS[type_] not in kinds:
            raise FileType(types=list(kinds))
        if KINDS[type_] != "image":
            return Received(upload.raw_key, assembled.size, assembled.sha256, type_, {})
        return await self._drawn(upload)

    async def _drawn(self, upload: Upload) -> Received:
        """A picture, drawn anew: nothing that it carried along is in what is kept."""
        with tempfile.TemporaryDirectory(prefix="halloo-") as folder:
            source, target = Path(folder) / "received", Path(folder) / "drawn"
            await copy_out(self._storage, upload.raw_key, source)
            try:
                facts = await self._images.examine(source, target, asker=upload.owner)
            except ImageRefused as error:
                raise PictureRefused(str(error), reason=error.reason) from error
            await self._storage.drop(upload.drawn_part)
            await self._storage.append(upload.drawn_part, 0, _pieces(target), facts.size)
            drawn = await self._storage.assemble(upload.drawn_part, upload.key)
        details = {"width": facts.width, "height": facts.height, "placeholder": facts.placeholder}
        return Received(upload.key, drawn.size, drawn.sha256, facts.type, details)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
