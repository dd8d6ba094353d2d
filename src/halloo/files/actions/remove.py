"""Taking back: what a message, a conversation or a person has held can be opened no longer, at once; bytes are swept behind it."""

from typing import Any

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


def end_uploads(tx: Tx, visitor_id: str) -> int:
    """What a visitor is still sending is taken no further, and what came of it goes; how many."""
    return store.refuse_open(tx, tx.workspace_id, visitor_id, tx.now)


def list_of_conversation(tx: Tx, conversation_id: str) -> list[StoredFile]:
    """The files of a conversation, for an export; the caller may read it."""
    return store.list_of_conversation(tx, tx.workspace_id, conversation_id)


def expire(tx: Tx, within: Any, before: int, limit: int) -> int:
    """Take back at most so many files from before then, of the conversations that the query `within` names; how many."""
    return store.remove_old(tx, tx.workspace_id, within, before, limit)


def oldest_removed(tx: Tx) -> int | None:
    """Query: when that was taken back or refused whose bytes wait longest to be deleted; None where nothing waits."""
    return store.find_oldest_removed(tx, tx.workspace_id)
