"""Ending: a target runs out, or its sender gives up. What was announced and never came counts no more to the visitor's day."""

from halloo.db.tx import Tx
from halloo.files import store
from halloo.files.errors import UploadNotFound
from halloo.files.model import GRACE_MS, Upload
from halloo.kit.clock import DAY, HOUR

FIRST = (0, "")
"""What all of `list_ended` is behind."""


def list_ended(tx: Tx, behind: tuple[int, str], limit: int) -> list[Upload]:
    """Query: open uploads whose target has run out: nobody can begin to send to them any more. The oldest first.

    `behind`: `expires_at` and `id` of the last one that was looked at, or `FIRST`.
    """
    return store.list_open(tx, tx.workspace_id, tx.now, behind, limit)


def end_upload(tx: Tx, upload_id: str, received: int, unfinished_hours: int) -> None:
    """The target of an open upload has run out with so many bytes. Nothing where it goes on meanwhile.

    Where all of them came, it may still be asked for what it is, up to so many hours after it was announced. Otherwise, and behind them,
    it is over `GRACE_MS` later, and what came of it is swept.
    """
    found = store.find_upload(tx, tx.workspace_id, upload_id, lock=True)
    if found is None or found.state != "open" or found.expires_at > tx.now:
        return
    last = found.created_at + unfinished_hours * HOUR
    if received >= found.size and last > tx.now:
        store.update_upload(tx, tx.workspace_id, upload_id, expires_at=last)
    elif found.expires_at <= tx.now - GRACE_MS:
        _end(tx, found, received)


def cancel_upload(tx: Tx, upload_id: str, received: int) -> None:
    """Its sender gives up an upload of which so many bytes came, or all where it was received whole meanwhile.

    Raises `UploadNotFound` for one that was sent in a message.
    """
    found = store.find_upload(tx, tx.workspace_id, upload_id, lock=True)
    if found is None or found.state not in {"open", "stored"}:
        raise UploadNotFound
    if found.state == "stored":
        store.remove_file(tx, tx.workspace_id, found.file_id, tx.now)
    _end(tx, found, found.size if found.state == "stored" else received)


def _end(tx: Tx, upload: Upload, received: int) -> None:
    store.update_upload(tx, tx.workspace_id, upload.id, state="refused", name="", expires_at=tx.now)
    missing = upload.size - received
    if upload.visitor_id is not None and missing > 0:
        store.uncount_day(tx, tx.workspace_id, upload.visitor_id, upload.created_at // DAY, missing)
