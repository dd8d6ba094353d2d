"""What a visitor who went away was not told yet; for mail, which stands above."""

from collections.abc import Sequence
from dataclasses import dataclass

from halloo.conversations import facts, message_store, store
from halloo.conversations.model import Conversation, Message
from halloo.db.tx import Tx

QUOTED = 20
"""As many answers as are told at once."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """A conversation with the answers that its visitor neither read nor got by mail, oldest first, the newest `QUOTED`."""

    conversation: Conversation
    answers: list[Message]


def find_unheard(tx: Tx, conversation_id: str, *, lock: bool = False) -> Unheard | None:
    """What the visitor has not heard of; None where there is no such conversation. Notes and removed messages are nothing."""
    conversation = store.find_conversation(tx, tx.workspace_id, conversation_id, lock=lock)
    if conversation is None:
        return None
    after = max(conversation.visitor_read_seq, conversation.notified_seq)
    if not conversation.visitor_unread or after >= conversation.last_seq:
        return Unheard(conversation, [])
    return Unheard(conversation, message_store.list_answers(tx, tx.workspace_id, conversation_id, after, QUOTED))


def note_mailed(tx: Tx, conversation_id: str, seq: int, fingerprints: Sequence[int]) -> None:
    """Note that the visitor was told of everything up to `seq`, wherever they were; never moves back.

    `fingerprints`: the answers that the mail held.
    """
    store.note_told(tx, tx.workspace_id, conversation_id, seq)
    if store.find_conversation(tx, tx.workspace_id, conversation_id) is not None:
        facts.mailed(tx, conversation_id, fingerprints)


def note_undeliverable(
    tx: Tx, conversation_id: str, seq: int, fingerprints: Sequence[int], *, reason: str, refused: bool
) -> None:
    """Note that it is no use to tell the visitor of what was said up to `seq`. `refused`: by whoever takes their mail."""
    store.note_told(tx, tx.workspace_id, conversation_id, seq)
    if store.find_conversation(tx, tx.workspace_id, conversation_id) is not None:
        facts.undeliverable(tx, conversation_id, fingerprints, "bounce" if refused else "expired", reason)


def list_unheard(tx: Tx, since: int, limit: int) -> list[str]:
    """Ids of conversations that waited for their visitor since then, newest first."""
    return store.list_unheard(tx, tx.workspace_id, since, limit)


def latest_activity(tx: Tx, visitor_id: str) -> int | None:
    """When something was last said in a conversation of the visitor's; None where there is none."""
    return store.find_latest_activity(tx, tx.workspace_id, visitor_id)
