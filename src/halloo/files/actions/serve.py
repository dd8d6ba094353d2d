"""Finding what an address names. Every way of not finding it is one and the same None."""

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.files import store
from halloo.files.model import StoredFile
from halloo.kit.ids import is_uuid


def workspace_of(tx: Tx, kind: str, id: str) -> str | None:
    """The workspace of an `upload` or a `file`; run it in the scope `DIRECTORY`."""
    return directory.find_workspace(tx, kind, id) if is_uuid(id) else None


def find_file(tx: Tx, file_id: str, key: str, until: str, name: str) -> StoredFile | None:
    """The file of an address, its parts as they stand there (`name` decoded); None for one that was not given by us or ended."""
    found = store.find_file(tx, tx.workspace_id, file_id)
    return found if found is not None and found.opens(key, until, name, tx.now) else None
