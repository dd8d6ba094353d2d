"""SQL of uploads and files."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, func, insert, select, text, tuple_, update

from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.files.model import StoredFile, Upload
from halloo.files.tables import files, uploads
from halloo.kit.json import dump

_U, _F = uploads.c, files.c
_WS: BindParameter[str] = bindparam("ws")
_ID: BindParameter[str] = bindparam("id_")
_map = msgspec.json.Decoder(dict[str, Any])
_INSERT_UPLOAD = Statement(insert(uploads).values({c.name: bindparam(c.name) for c in _U}))
_INSERT_FILE = Statement(insert(files).values({c.name: bindparam(c.name) for c in _F}))
_UPLOAD = select(uploads).where(_U.workspace_id == _WS, _U.id == _ID)
_FIND_UPLOAD, _LOCK_UPLOAD = Statement(_UPLOAD), Statement(_UPLOAD.with_for_update())
_FILE = select(files).where(_F.workspace_id == _WS, _F.id == _ID)
_FIND_FILE, _LOCK_FILE = Statement(_FILE), Statement(_FILE.with_for_update())
_OF_OWNER = Statement(
    select(files)
    .where(_F.workspace_id == _WS, _F.owner == bindparam("owner_"), _F.removed_at.is_(None))
    .order_by(_F.created_at.desc(), _F.id.desc())
    .limit(1)
)
_COUNT_DAY = Statement(
    text(
        "INSERT INTO file_days (workspace_id, visitor_id, day, bytes) VALUES (:ws, :visitor, :day, :bytes) "
        "ON CONFLICT (workspace_id, visitor_id, day) DO UPDATE SET bytes = file_days.bytes + excluded.bytes "
        "WHERE file_days.bytes + excluded.bytes <= :most"
    )
)
_UNCOUNT_DAY = Statement(
    text(
        "UPDATE file_days SET bytes = bytes - :bytes "
        "WHERE workspace_id = :ws AND visitor_id = :visitor AND day = :day AND bytes >= :bytes"
    )
)
_DROP_DAYS = Statement(text("DELETE FROM file_days WHERE workspace_id = :ws AND day < :day"))
_DUE = (
    select(uploads)
    .where(_U.workspace_id == _WS, _U.state == bindparam("state_"), _U.expires_at < bindparam("before"))
    .order_by(_U.expires_at)
    .limit(bindparam("limit"))
)
_DUE_UPLOADS, _LOCK_DUE_UPLOADS = Statement(_DUE), Statement(_DUE.with_for_update())
_LIST_OPEN = Statement(
    select(uploads)
    .where(
        _U.workspace_id == _WS,
        _U.state == "open",
        _U.expires_at < bindparam("before"),
        tuple_(_U.expires_at, _U.id) > tuple_(bindparam("after_at"), bindparam("after_id")),
    )
    .order_by(_U.expires_at, _U.id)
    .limit(bindparam("limit"))
)
_DUE_FILES = Statement(
    select(files)
    .where(_F.workspace_id == _WS, _F.removed_at.is_not(None))
    .order_by(_F.removed_at)
    .limit(bindparam("limit"))
)


def _upload_of(row: Row) -> Upload:
    return Upload(**row)


def _file_of(row: Row) -> StoredFile:
    values = dict(row)
    values["details"] = _map.decode(row["details"])
    return StoredFile(**values)


def insert_upload(tx: Tx, upload: Upload) -> None:
    """Store a new upload."""
    tx.run(_INSERT_UPLOAD, **{name: getattr(upload, name) for name in upload.__struct_fields__})


def find_upload(tx: Tx, workspace_id: str, upload_id: str, *, lock: bool = False) -> Upload | None:
    """An upload, whoever asks."""
    row = tx.first(_LOCK_UPLOAD if lock else _FIND_UPLOAD, ws=workspace_id, id_=upload_id)
    return None if row is None else _upload_of(row)


def update_upload(tx: Tx, workspace_id: str, upload_id: str, **values: object) -> None:
    """Change an upload."""
    tx.run(update(uploads).where(_U.workspace_id == workspace_id, _U.id == upload_id).values(**values))


def refuse_open(tx: Tx, workspace_id: str, visitor_id: str, at: int) -> int:
    """Refuse what a visitor is still sending; how many that are."""
    mine = _U.workspace_id == workspace_id, _U.visitor_id == visitor_id, _U.state == "open"
    return tx.run(update(uploads).where(*mine).values(state="refused", name="", expires_at=at))


def delete_uploads(tx: Tx, workspace_id: str, ids: Collection[str]) -> None:
    """Forget uploads."""
    if ids:
        tx.run(delete(uploads).where(_U.workspace_id == workspace_id, _U.id.in_(list(ids))))


def list_due_uploads(
    tx: Tx, workspace_id: str, state: str, before: int, limit: int, *, lock: bool = True
) -> list[Upload]:
    """Uploads in a state whose time ended before a moment."""
    query = _LOCK_DUE_UPLOADS if lock else _DUE_UPLOADS
    found = tx.all(query, ws=workspace_id, state_=state, before=before, limit=limit)
    return [_upload_of(row) for row in found]


def list_open(tx: Tx, workspace_id: str, before: int, behind: tuple[int, str], limit: int) -> list[Upload]:
    """Open uploads whose time ended before a moment, in the order of time and id, `behind` one of them."""
    after_at, after_id = behind
    found = tx.all(_LIST_OPEN, ws=workspace_id, before=before, after_at=after_at, after_id=after_id, limit=limit)
    return [_upload_of(row) for row in found]


def count_day(tx: Tx, workspace_id: str, visitor_id: str, day: int, size: int, most: int) -> bool:
    """Count bytes to a visitor's day; False, and nothing is counted, where they would be more than `most`."""
    return size <= most and tx.run(_COUNT_DAY, ws=workspace_id, visitor=visitor_id, day=day, bytes=size, most=most) == 1


def uncount_day(tx: Tx, workspace_id: str, visitor_id: str, day: int, size: int) -> None:
    """Take back what was counted to a visitor's day and never came."""
    tx.run(_UNCOUNT_DAY, ws=workspace_id, visitor=visitor_id, day=day, bytes=size)


def drop_days(tx: Tx, workspace_id: str, before: int) -> None:
    """Forget what was counted before a day."""
    tx.run(_DROP_DAYS, ws=workspace_id, day=before)


def insert_file(tx: Tx, file: StoredFile) -> None:
    """Store a new file."""
    values = {name: getattr(file, name) for name in file.__struct_fields__}
    tx.run(_INSERT_FILE, **{**values, "details": dump(file.details).decode()})


def find_file(tx: Tx, workspace_id: str, file_id: str, *, lock: bool = False) -> StoredFile | None:
    """A file, removed or not, whoever asks."""
    row = tx.first(_LOCK_FILE if lock else _FIND_FILE, ws=workspace_id, id_=file_id)
    return None if row is None else _file_of(row)


def list_files(tx: Tx, workspace_id: str, ids: Collection[str]) -> list[StoredFile]:
    """Files by id."""
    if not ids:
        return []
    found = tx.all(select(files).where(_F.workspace_id == _WS, _F.id.in_(list(ids))), ws=workspace_id)
    return [_file_of(row) for row in found]


def update_file(tx: Tx, workspace_id: str, file_id: str, **values: object) -> None:
    """Change a file."""
    tx.run(update(files).where(_F.workspace_id == workspace_id, _F.id == file_id).values(**values))


def place_file(tx: Tx, file: StoredFile) -> None:
    """Store whose a file is now, and what is known of it."""
    update_file(
        tx,
        file.workspace_id,
        file.id,
        conversation_id=file.conversation_id,
        fingerprint=file.fingerprint,
        owner=file.owner,
        details=dump(file.details).decode(),
    )


def remove_files(tx: Tx, workspace_id: str, at: int, *where: Any) -> int:
    """Mark files as removed; how many. Names and what is known of them goes at once, bytes when they are swept."""
    query = update(files).where(_F.workspace_id == workspace_id, _F.removed_at.is_(None), *where)
    return tx.run(query.values(removed_at=at, name="", details="{}", secret=""))


def remove_of_message(tx: Tx, workspace_id: str, conversation_id: str, fingerprint: int, at: int) -> int:
    """Mark the files of a message as removed."""
    return remove_files(tx, workspace_id, at, _F.conversation_id == conversation_id, _F.fingerprint == fingerprint)


def remove_of_conversation(tx: Tx, workspace_id: str, conversation_id: str, at: int) -> int:
    """Mark the files of a conversation as removed."""
    return remove_files(tx, workspace_id, at, _F.conversation_id == conversation_id)


def remove_of_owner(tx: Tx, workspace_id: str, owner: str, at: int) -> int:
    """Mark all files of an owner as removed."""
    return remove_files(tx, workspace_id, at, _F.owner == owner)


def remove_file(tx: Tx, workspace_id: str, file_id: str, at: int) -> int:
    """Mark one file as removed."""
    return remove_files(tx, workspace_id, at, _F.id == file_id)


def list_of_conversation(tx: Tx, workspace_id: str, conversation_id: str) -> list[StoredFile]:
    """The files of a conversation that were not removed, oldest first."""
    query = select(files).where(_F.workspace_id == _WS, _F.conversation_id == _ID, _F.removed_at.is_(None))
    return [_file_of(row) for row in tx.all(query.order_by(_F.created_at), ws=workspace_id, id_=conversation_id)]


def list_removed(tx: Tx, workspace_id: str, limit: int) -> list[StoredFile]:
    """Files whose bytes are still to be deleted."""
    return [_file_of(row) for row in tx.all(_DUE_FILES, ws=workspace_id, limit=limit)]


def find_oldest_removed(tx: Tx, workspace_id: str) -> int | None:
    """When the file was removed, or the upload refused, whose bytes wait longest to be deleted."""
    files_at = select(func.min(_F.removed_at)).where(_F.workspace_id == _WS, _F.removed_at.is_not(None))
    uploads_at = select(func.min(_U.expires_at)).where(_U.workspace_id == _WS, _U.state == "refused")
    found = (tx.scalar(files_at, ws=workspace_id), tx.scalar(uploads_at, ws=workspace_id))
    return min((at for at in found if at is not None), default=None)


def remove_old(tx: Tx, workspace_id: str, within: Any, before: int, limit: int) -> int:
    """Mark at most so many files as removed that came before then to conversations that the query `within` names."""
    old = (
        select(_F.id)
        .where(
            _F.workspace_id == workspace_id,
            _F.removed_at.is_(None),
            _F.created_at < before,
            _F.conversation_id.in_(within),
        )
        .limit(limit)
    )
    return remove_files(tx, workspace_id, tx.now, _F.id.in_(old))


def delete_files(tx: Tx, workspace_id: str, ids: Collection[str]) -> None:
    """Forget files."""
    if ids:
        tx.run(delete(files).where(_F.workspace_id == workspace_id, _F.id.in_(list(ids))))


def find_of_owner(tx: Tx, workspace_id: str, owner: str) -> StoredFile | None:
    """The newest file of an owner that is not removed."""
    row = tx.first(_OF_OWNER, ws=workspace_id, owner_=owner)
    return None if row is None else _file_of(row)
