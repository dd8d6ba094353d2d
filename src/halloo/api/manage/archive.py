"""Everything that is kept of a contact as one ZIP file, written while it is read: `contact.json`, and the files as they were sent."""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import msgspec

from halloo.api.manage import history, shapes
from halloo.db.tx import Tx
from halloo.edge.live import Live
from halloo.files import actions as files
from halloo.files.model import StoredFile
from halloo.files.storage import NotStored, Storage
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.model import Actor

_PIECE = 256 * 1024
_MISSING = "files/not-found.txt"


class _Pipe:
    """What the ZIP writer writes into, and its reader takes out again."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """There is nothing behind it."""

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def gather(tx: Tx, who: Actor, contact_id: str, live: Live) -> tuple[shapes.ContactExport, list[StoredFile]]:
    """What is kept of a contact, and the files of its conversations; the audit log says that it was asked for."""
    found = history.export_contact(tx, who, contact_id, live)
    kept = [file for one in found.conversations for file in files.list_of_conversation(tx, one.id)]
    audit(tx, who, "contact.exported", contact_id, files=len(kept))
    return found, kept


async def stream(found: shapes.ContactExport, kept: list[StoredFile], storage: Storage | None) -> AsyncIterator[bytes]:
    """The ZIP file in pieces. A file whose bytes are gone is named in a text of its own, and hinders nothing."""
    pipe = _Pipe()
    missing: list[str] = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # pyright: ignore[reportCallIssue, reportArgumentType] - all that it needs
        text = await asyncio.to_thread(_json, found)
        with archive.open(_entry("contact.json", zipfile.ZIP_DEFLATED), "w") as entry:
            for piece in _pieces(text):
                await asyncio.to_thread(entry.write, piece)
                yield pipe.take()
        for file in kept if storage is not None else ():
            entry_name = f"files/{file.id}-{_plain(file.name)}"
            chunks = aiter(storage.read(file.storage_key))  # pyright: ignore[reportOptionalMemberAccess] - not None here
            try:
                first = await anext(chunks, b"")
            except NotStored:
                missing.append(entry_name)
                continue
            with archive.open(_entry(entry_name, zipfile.ZIP_STORED), "w", force_zip64=True) as entry:
                entry.write(first)
                yield pipe.take()
                async for chunk in chunks:
                    entry.write(chunk)
                    yield pipe.take()
        if missing:
            archive.writestr(_MISSING, "\n".join(missing) + "\n")
    yield pipe.take()


def _json(found: shapes.ContactExport) -> bytes:
    return msgspec.json.format(msgspec.json.encode(found), indent=2)


def _pieces(text: bytes) -> Iterator[bytes]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]


def _entry(name: str, how: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    entry.compress_type = how
    entry.external_attr = 0o600 << 16
    return entry


def _plain(name: str) -> str:
    """A file's name that stays in its folder, wherever the archive is opened."""
    kept = "".join(sign if sign.isalnum() or sign in "-_. " else "_" for sign in name).strip(". ")
    return kept[:100] or "file"
