"""Looking: lists, one conversation, its messages."""

from dataclasses import dataclass

from msgspec.structs import replace

from halloo.conversations import message_store, store
from halloo.conversations.actions.scope import reach
from halloo.conversations.actions.search import conversations_saying
from halloo.conversations.model import Conversation, Filter, Message
from halloo.db.tx import Tx
from halloo.events.log import position
from halloo.events.model import Position
from halloo.files import actions as files
from halloo.files.model import FileAddresses
from halloo.workspaces.model import Actor

_FINGERPRINTS = 10**12
"""Numbers from here on are fingerprints, those below are message numbers."""


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations, and where the streams stood when they were read."""

    conversations: list[Conversation]
    position: Position


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Messages in ascending order; `has_more` in the direction that was asked for."""

    messages: list[Message]
    has_more: bool
    last_seq: int
    position: Position


@dataclass(frozen=True, slots=True)
class One:
    """One conversation with its positions in `w:` and `c:`."""

    conversation: Conversation
    workspace: Position
    stream: Position


def list_conversations(tx: Tx, who: Actor, wanted: Filter, behind: tuple[int, str] | None, limit: int) -> Page:
    """Conversations that fit, behind the place of the last one seen (`place_of`). A visitor sees their own."""
    if who.kind == "visitor":
        wanted = Filter(visitor_id=who.id, widget_id=who.widget_id, whole=True)
    else:
        who.require("conversations:read")
    here = position(tx, f"w:{who.workspace_id}")
    if wanted.words:
        return Page(conversations_saying(tx, who, wanted, limit), here)
    return Page(store.list_conversations(tx, who.workspace_id, wanted, behind, limit), here)


def place_of(conversation: Conversation, wanted: Filter) -> tuple[int, str]:
    """Where a conversation stands in the order of a list: what the next page begins behind."""
    return store.place_of(conversation, wanted)


def get_conversation(tx: Tx, who: Actor, conversation_id: str) -> One:
    """One conversation; who may write sees what they changed. Raises `ConversationNotFound`, for a visitor `ConversationForbidden`."""
    found = reach(tx, who, conversation_id, "conversations:read", "conversations:write")
    return One(found, position(tx, f"w:{who.workspace_id}"), position(tx, f"c:{conversation_id}"))


def list_by_ids(tx: Tx, who: Actor, ids: set[str]) -> dict[str, Conversation]:
    """Conversations by id."""
    who.require("conversations:read")
    return store.list_by_id(tx, who.workspace_id, ids)


def list_messages(
    tx: Tx,
    who: Actor,
    conversation_id: str,
    after: int | None,
    before: int | None,
    limit: int,
    addresses: FileAddresses | None = None,
) -> MessagePage:
    """Messages behind `after` or ahead of `before`, each a seq or a fingerprint; neither: the newest. Notes for operators only.

    With `addresses` files have new ones, which hold an hour.
    """
    conversation = reach(tx, who, conversation_id, "conversations:read")
    visitor = who.kind == "visitor"
    found = message_store.list_messages(
        tx,
        who.workspace_id,
        conversation_id,
        after=_fingerprint(tx, conversation, after),
        before=_fingerprint(tx, conversation, before),
        limit=limit + 1,
        notes=not visitor,
    )
    has_more = len(found) > limit
    if has_more:
        found = found[:limit] if after is not None else found[-limit:]
    if addresses is not None:
        contents = files.with_fresh(tx, [one.content for one in found], addresses)
        found = [
            one if content is one.content else replace(one, content=content)
            for one, content in zip(found, contents, strict=True)
        ]
    stream = f"c:{conversation_id}" if visitor else f"w:{who.workspace_id}"
    return MessagePage(found, has_more, conversation.last_seq, position(tx, stream))


def _fingerprint(tx: Tx, conversation: Conversation, number: int | None) -> int | None:
    """A seq as the fingerprint of its message: 0 is before the first, a number past the last is behind it."""
    if number is None or number >= _FINGERPRINTS:
        return number
    if number <= 0:
        return 0
    found = message_store.find_fingerprint(tx, conversation.workspace_id, conversation.id, number)
    return found if found is not None else conversation.last_fingerprint + 1


def count_conversations(tx: Tx, who: Actor) -> dict[str, dict[str, tuple[int, int]]]:
    """For each state, (total, unread) of all, the caller's and nobody's conversations."""
    who.require("conversations:read")
    owners = {"all": None, "mine": who.operator_id or who.id, "unassigned": "none"}
    return {
        state: {name: store.count_conversations(tx, who.workspace_id, state, owner) for name, owner in owners.items()}
        for state in ("open", "snoozed", "resolved", "spam")
    }


def renew_address(tx: Tx, who: Actor, conversation_id: str, file_id: str, addresses: FileAddresses) -> str:
    """A new address of a file, for who may read its conversation. Raises as `get_conversation`, and `FileNotFound`."""
    reach(tx, who, conversation_id, "conversations:read")
    return files.reissue(tx, conversation_id, file_id, addresses)
