"""What is to be deleted from the storage, and forgetting it once its bytes are gone."""

from dataclasses import dataclass

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.files import store
from halloo.files.model import StoredFile, Upload
from halloo.kit.clock import DAY, HOUR


@dataclass(frozen=True, slots=True)
class Swept:
    """Uploads whose time is over, and files that were taken back."""

    uploads: list[Upload]
    files: list[StoredFile]

    @property
    def keys(self) -> list[str]:
        """The objects whose bytes go: an upload's are another's where a message has taken them."""
        found = [file.storage_key for file in self.files]
        for upload in self.uploads:
            found += [upload.raw_key] if upload.state == "used" else [upload.raw_key, upload.key]
        return found

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.uploads or self.files)


def list_swept(tx: Tx, unfinished_hours: int, limit: int) -> Swept:
    """Query: what is to go. An open upload keeps its parts as long as somebody may be sending them."""
    due = store.list_due_uploads(tx, tx.workspace_id, "open", tx.now - unfinished_hours * HOUR, limit)
    for state in ("refused", "stored", "used"):
        due += store.list_due_uploads(tx, tx.workspace_id, state, tx.now, limit)
    return Swept(due, store.list_removed(tx, tx.workspace_id, limit))


def claim_swept(tx: Tx, upload_ids: list[str]) -> list[str]:
    """Those of these uploads that nobody can name any more, before their bytes go: a send at the last moment wins."""
    claimed: list[str] = []
    for upload_id in upload_ids:
        found = store.find_upload(tx, tx.workspace_id, upload_id, lock=True)
        if found is None:
            continue
        if found.state == "stored":
            store.remove_file(tx, tx.workspace_id, found.file_id, tx.now)
        if found.state != "used":
            store.update_upload(tx, tx.workspace_id, upload_id, state="refused")
        claimed.append(upload_id)
    return claimed


def forget_swept(tx: Tx, swept: Swept) -> None:
    """The bytes are gone: so are the rows."""
    for upload in swept.uploads:
        directory.leave(tx, "upload", upload.id)
    for file in swept.files:
        directory.leave(tx, "file", file.id)
    store.delete_uploads(tx, tx.workspace_id, [one.id for one in swept.uploads])
    store.delete_files(tx, tx.workspace_id, [one.id for one in swept.files])
    store.drop_days(tx, tx.workspace_id, tx.now // DAY - 1)
