"""Receiving: a target is asked for, bytes come, what came is found out; nothing is visible until a message names it."""

import hmac
from typing import cast

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.files import store
from halloo.files.errors import FileTooLarge, FileType, UploadNotFound
from halloo.files.model import TARGET_MS, Received, StoredFile, Upload, UploadDraft, UploadRules
from halloo.files.names import clean_name, fit_name
from halloo.files.types import claimed_kind, claimed_type
from halloo.kit.clock import DAY, HOUR
from halloo.kit.ids import digest, is_uuid, new_id, new_secret
from halloo.kit.refusals import RateLimited, field_invalid
from halloo.workspaces.model import Actor

_NAME_MAX, _TYPE_MAX, _SHA256 = 1000, 127, 64


def open_upload(tx: Tx, who: Actor, draft: UploadDraft, rules: UploadRules) -> tuple[Upload, str]:
    """Make room for a file that is announced; the upload, and the token that its target asks for, which is shown once.

    Raises `FileTooLarge`, `FileType`, `MissingScope`, `RateLimited` where the visitor's day is full, `Invalid`.
    """
    if who.kind != "visitor":
        who.require("conversations:write")
    check_upload(draft, rules)
    if who.kind == "visitor" and rules.day_bytes is not None:
        day = tx.now // DAY
        if not store.count_day(tx, tx.workspace_id, who.id, day, draft.size, rules.day_bytes):
            wait = (day + 1) * DAY - tx.now
            raise RateLimited(wait, "You have sent as many files as fit into a day; send this one tomorrow.")
    token = new_secret("hup_")
    upload = Upload(
        workspace_id=tx.workspace_id,
        id=new_id(),
        widget_id=who.widget_id,
        visitor_id=who.id if who.kind == "visitor" else None,
        operator_id=None if who.kind == "visitor" else who.operator_id or who.id,
        purpose=draft.purpose,
        name=clean_name(draft.name),
        type=claimed_type(draft.name, draft.type),
        size=draft.size,
        sha256=None if draft.sha256 is None else draft.sha256.lower(),
        token_hash=digest(token),
        state="open",
        file_id=new_id(),
        created_at=tx.now,
        expires_at=tx.now + TARGET_MS,
    )
    store.insert_upload(tx, upload)
    directory.enter(tx, "upload", upload.id)
    return upload, token


def check_upload(draft: UploadDraft, rules: UploadRules) -> None:
    """What can be told before any byte comes. Raises `FileTooLarge`, `FileType`, `Invalid`."""
    if not 1 <= len(draft.name) <= _NAME_MAX:
        raise field_invalid("name", "a file has a name of at most 1,000 characters.")
    if draft.size < 1:
        raise field_invalid("size", "an empty file cannot be sent.")
    if draft.size > rules.max_bytes:
        raise FileTooLarge(max_bytes=rules.max_bytes)
    if len(draft.type) > _TYPE_MAX or not draft.type.isascii():
        raise field_invalid("type", "this is no media type.")
    if draft.sha256 is not None and not _is_sha256(draft.sha256):
        raise field_invalid("sha256", "64 hexadecimal digits are needed.")
    kind = claimed_kind(draft.name, draft.type)
    if kind == "never" or (kind is not None and kind not in rules.kinds):
        raise FileType(types=list(rules.kinds))
    if draft.purpose == "avatar" and kind not in {None, "image"}:
        raise FileType(types=["image"])


def _is_sha256(text: str) -> bool:
    return len(text) == _SHA256 and all(char in "0123456789abcdefABCDEF" for char in text)


def find_upload(tx: Tx, upload_id: str, token: str, unfinished_hours: int) -> Upload:
    """The upload that this token opens. Wrong, unknown, refused, expired: one and the same `UploadNotFound`.

    One that was received whole is still found, so that an answer that was lost can be asked for again.
    """
    found = store.find_upload(tx, tx.workspace_id, upload_id) if is_uuid(upload_id) else None
    if found is None or not hmac.compare_digest(found.token_hash, digest(token)) or found.state == "refused":
        raise UploadNotFound
    last = found.created_at + unfinished_hours * HOUR
    if tx.now >= last or (found.state == "open" and tx.now >= found.expires_at):
        raise UploadNotFound
    return found


def renew_upload(tx: Tx, upload_id: str) -> bool:
    """The target of an upload of which a part has come holds for a while again. False where it was ended meanwhile."""
    found = store.find_upload(tx, tx.workspace_id, upload_id, lock=True)
    if found is not None and found.state == "open":
        store.update_upload(tx, tx.workspace_id, upload_id, expires_at=max(found.expires_at, tx.now + TARGET_MS))
    return found is not None and found.state != "refused"


def find_finished(tx: Tx, upload_id: str) -> StoredFile | None:
    """The file that an upload has become; None while it is open. Raises `UploadNotFound` for one that is no more."""
    found = store.find_upload(tx, tx.workspace_id, upload_id)
    if found is None or found.state == "refused":
        raise UploadNotFound
    if found.state == "open":
        return None
    file = store.find_file(tx, tx.workspace_id, found.file_id)
    if file is None or file.removed_at is not None:
        raise UploadNotFound
    return file


def finish_upload(tx: Tx, upload_id: str, received: Received, unfinished_hours: int) -> StoredFile:
    """All bytes are here and were looked at: the file stands, and is nobody's yet. Again gives the same file.

    Raises `UploadNotFound` where the upload was refused or swept meanwhile.
    """
    found = store.find_upload(tx, tx.workspace_id, upload_id, lock=True)
    before = find_finished(tx, upload_id)
    if found is None or before is not None:
        return cast("StoredFile", before)  # `find_finished` has raised where there is none
    file = StoredFile(
        workspace_id=tx.workspace_id,
        id=found.file_id,
        secret=new_secret(""),
        storage_key=received.storage_key,
        conversation_id=None,
        fingerprint=None,
        owner=found.owner,
        name=fit_name(found.name, received.type),
        type=received.type,
        size=received.size,
        sha256=received.sha256,
        details=received.details,
        created_at=tx.now,
        removed_at=None,
    )
    store.insert_file(tx, file)
    directory.enter(tx, "file", file.id)
    expires_at = found.created_at + unfinished_hours * HOUR
    store.update_upload(tx, tx.workspace_id, upload_id, state="stored", name="", expires_at=expires_at)
    return file


def refuse_upload(tx: Tx, upload: Upload) -> bool:
    """What came is not what may be sent: nothing of it can be named any more, and it is swept.

    False where a file was made of it meanwhile, whose bytes stay.
    """
    found = store.find_upload(tx, tx.workspace_id, upload.id, lock=True)
    if found is not None and found.state == "open":
        store.update_upload(tx, tx.workspace_id, upload.id, state="refused", name="", expires_at=tx.now)
        return True
    return store.find_file(tx, tx.workspace_id, upload.file_id) is None
