"""Taking back: what a message, a conversation or a person has held can be opened no longer, at once; bytes are swept behind it."""

from halloo.db.tx import Tx
from halloo.files import store
from halloo.files.model import StoredFile


def remove_of_message(tx: Tx, conversation_id: str, fingerprint: int) -> int:
    """The files of a message that was removed; how many."""
    return store.remove_of_message(tx, tx.workspace_id, conversation_id, fingerprint, tx.now)


def erase_of_conversation(tx: Tx, conversation_id: str) -> int:
    """The files of a conversation that is erased; how many."""
    return store.remove_of_conversation(tx, tx.workspace_id, conversation_id, tx.now)


def erase_of_owner(tx: Tx, owner: str) -> int:
    """Everything that `visitor:id`, `operator:id` or `contact:id` has brought; how many."""
    return store.remove_of_owner(tx, tx.workspace_id, owner, tx.now)


def list_of_conversation(tx: Tx, conversation_id: str) -> list[StoredFile]:
    """The files of a conversation, for an export; the caller may read it."""
    return store.list_of_conversation(tx, tx.workspace_id, conversation_id)
