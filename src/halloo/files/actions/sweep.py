"""What is to be deleted from the storage, and forgetting it once its bytes are gone."""

from dataclasses import dataclass, field

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.files import store
from halloo.files.model import StoredFile, Upload
from halloo.kit.clock import DAY


@dataclass(frozen=True, slots=True)
class Swept:
    """Uploads whose time is over, and files that were taken back, with the keys whose bytes go."""

    uploads: list[Upload] = field(default_factory=list[Upload])
    files: list[StoredFile] = field(default_factory=list[StoredFile])
    keys: list[str] = field(default_factory=list[str])


_OVER = ("refused", "stored", "used")
"""States of uploads whose bytes may go when their time is over. Open ones are ended before: `end_upload`."""


def is_swept_due(tx: Tx) -> bool:
    """Query: whether there is anything to sweep."""
    if any(store.list_due_uploads(tx, tx.workspace_id, state, tx.now, 1, lock=False) for state in _OVER):
        return True
    return bool(store.list_removed(tx, tx.workspace_id, 1))


def claim_swept(tx: Tx, limit: int) -> Swept:
    """What is to go now, before its bytes do: from here on nobody can name any of it.

    An open upload keeps its parts as long as somebody may be sending them. What a message has taken stays.
    """
    due = [upload for state in _OVER for upload in store.list_due_uploads(tx, tx.workspace_id, state, tx.now, limit)]
    keys: list[str] = []
    for upload in due:
        if upload.state == "stored":
            store.remove_file(tx, tx.workspace_id, upload.file_id, tx.now)
        kept = store.find_file(tx, tx.workspace_id, upload.file_id) if upload.state == "used" else None
        keys += [key for key in (upload.raw_key, upload.key) if kept is None or key != kept.storage_key]
        if upload.state != "used":
            store.update_upload(tx, tx.workspace_id, upload.id, state="refused")
    files = store.list_removed(tx, tx.workspace_id, limit)
    return Swept(due, files, [*keys, *(key for file in files for key in file.keys)])


def forget_swept(tx: Tx, swept: Swept) -> None:
    """The bytes are gone: so are the rows."""
    for upload in swept.uploads:
        directory.leave(tx, "upload", upload.id)
    for file in swept.files:
        directory.leave(tx, "file", file.id)
    store.delete_uploads(tx, tx.workspace_id, [one.id for one in swept.uploads])
    store.delete_files(tx, tx.workspace_id, [one.id for one in swept.files])
    store.drop_days(tx, tx.workspace_id, tx.now // DAY - 1)
