"""Read marks: how far somebody has read; they never move back."""

from msgspec.structs import replace

from halloo.conversations import facts, message_store, store
from halloo.conversations.actions.scope import reach
from halloo.conversations.model import Conversation
from halloo.db.tx import Tx
from halloo.workspaces.model import Actor


def mark_read(tx: Tx, who: Actor, conversation_id: str, seq: int) -> Conversation:
    """Note that `who` has read up to message `seq`, clamped to the last one. Tells the other side where that is news."""
    before = reach(tx, who, conversation_id, "conversations:write", lock=True)
    seq = min(seq, before.last_seq)
    if seq < 1:
        return before
    visitor = who.kind == "visitor"
    known = before.visitor_read_seq if visitor else before.operator_read_seq
    message_store.save_read_mark(tx, who.workspace_id, conversation_id, who.operator_id or who.id, seq)
    if seq <= known:
        return before
    sender = "operator" if visitor else "user"
    fingerprints = message_store.list_unread(tx, who.workspace_id, conversation_id, sender, known, seq)
    unread = message_store.count_unread(tx, who.workspace_id, conversation_id, sender, seq)
    changed = (
        {"visitor_read_seq": seq, "visitor_unread": unread} if visitor else {"operator_read_seq": seq, "unread": unread}
    )
    after = replace(before, **changed)
    store.update_conversation(tx, who.workspace_id, conversation_id, changed)
    if fingerprints:
        facts.read_by(tx, after, who, seq, fingerprints)
    return after
