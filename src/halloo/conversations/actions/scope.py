"""Which conversations an actor may touch: operators their workspace's, a visitor their own."""

from halloo.conversations import store
from halloo.conversations.errors import ConversationForbidden
from halloo.conversations.model import Conversation
from halloo.db.tx import Tx
from halloo.kit.ids import is_uuid
from halloo.workspaces.model import Actor


def reach(tx: Tx, who: Actor, conversation_id: str, *scopes: str, lock: bool = False) -> Conversation:
    """The conversation, if `who` may: operators need one of `scopes`. Raises `MissingScope`, `ConversationNotFound`.

    A visitor is refused with the same `ConversationForbidden` whether it is another's, another widget's, no one's or malformed.
    """
    if who.kind != "visitor":
        who.require(*scopes)
        return store.get_conversation(tx, who.workspace_id, conversation_id, lock=lock)
    found = (
        store.find_conversation(tx, who.workspace_id, conversation_id, lock=lock) if is_uuid(conversation_id) else None
    )
    if found is None or found.visitor_id != who.id or found.widget_id != who.widget_id:
        raise ConversationForbidden
    return found
