"""Facts of conversations (hooks contract 10): what each says and who may see it. Rendered once, here.

Public facts, those that the conversation's visitor may see, are numbered in its `c:` stream; their payload holds nothing internal.
"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from halloo.conversations.feedback import Feedback
from halloo.conversations.model import Conversation, Message, Sender
from halloo.db.tx import Tx
from halloo.events.log import record, rewrite_payloads
from halloo.kit.json import canonical, dump
from halloo.workspaces.model import Actor

SAYING = frozenset({"message:send", "message:received", "message:updated"})
"""Facts that carry what a message says; their payload has its fingerprint."""


_ACKNOWLEDGED = 2_000
"""As many messages as one fact says of that they were read: all of them would not always find room."""


class MessageUser(Struct):
    """Who a message is from; a visitor's `user_id` is the `session_id`."""

    user_id: str
    nickname: str
    avatar: str | None


class MessageData(Struct, rename={"sender": "from"}):
    """The payload of `message:send` and `message:received`: one parser serves hooks, relay and API."""

    website_id: str
    session_id: str
    inbox_id: str | None
    type: str
    sender: Sender
    origin: str
    content: Any
    fingerprint: int
    timestamp: int
    user: MessageUser
    stamped: bool
    id: str
    client_id: str | None
    edited: bool
    removed: bool
    seq: int | UnsetType = UNSET
    mentions: list[str] | UnsetType = UNSET
    automated: bool | UnsetType = UNSET
    properties: dict[str, Any] | UnsetType = UNSET


def session_id(conversation_id: str) -> str:
    """How the wire names a conversation."""
    return f"session_{conversation_id}"


def message_data(workspace_id: str, message: Message) -> MessageData:
    """A message as every wire shows it."""
    return MessageData(
        website_id=workspace_id,
        session_id=session_id(message.conversation_id),
        inbox_id=None,
        type=message.type,
        sender=message.sender,
        origin=message.origin,
        content=None if message.removed else message.content,
        fingerprint=message.fingerprint,
        timestamp=message.timestamp,
        user=MessageUser(message.author_id, message.author_name, message.author_avatar),
        stamped=True,
        id=message.id,
        client_id=message.client_id,
        edited=message.edited,
        removed=message.removed,
        seq=UNSET if message.seq is None else message.seq,
        mentions=list(message.mentions) if message.mentions else UNSET,
        automated=True if message.automated else UNSET,
        properties=message.properties or UNSET,
    )


def message_sent(tx: Tx, message: Message) -> bytes:
    """`message:send` from a visitor, `message:received` from the operators' side; notes stay internal. Gives the payload."""
    name = "message:send" if message.sender == "user" else "message:received"
    data = dump(message_data(tx.workspace_id, message))
    record(tx, name, data, conversation_id=message.conversation_id, public=not message.private)
    return data


def _session(tx: Tx, conversation_id: str, **values: Any) -> bytes:
    head = {"website_id": tx.workspace_id, "session_id": session_id(conversation_id), "inbox_id": None}
    return dump({**head, **canonical(values)})


def message_updated(tx: Tx, message: Message, editor: MessageUser) -> None:
    """`message:updated`: the content changed."""
    user = {"user_id": editor.user_id, "nickname": editor.nickname, "avatar": editor.avatar}
    data = _session(
        tx,
        message.conversation_id,
        fingerprint=message.fingerprint,
        content=message.content,
        type=message.type,
        user=user,
        **{"from": message.sender},
    )
    record(tx, "message:updated", data, conversation_id=message.conversation_id, public=not message.private)


def without_content(name: str, data: bytes, fingerprint: int) -> bytes | None:
    """The payload of a fact about a message that was removed since; None where it is about something else."""
    if name not in SAYING or str(fingerprint).encode() not in data:
        return None
    values = msgspec.json.decode(data)
    if values["fingerprint"] != fingerprint:
        return None
    taken_back = {"content": None, "removed": True} if "removed" in values else {"content": None}
    return dump(canonical({**values, **taken_back}))


def message_removed(tx: Tx, message: Message) -> None:
    """`message:removed`; the facts before it lose what the message said."""

    def take_back(name: str, data: bytes) -> bytes | None:
        return without_content(name, data, message.fingerprint)

    rewrite_payloads(tx, message.conversation_id, message.timestamp, take_back)
    data = _session(tx, message.conversation_id, fingerprint=message.fingerprint)
    record(tx, "message:removed", data, conversation_id=message.conversation_id, public=not message.private)


def request_initiated(tx: Tx, conversation: Conversation) -> None:
    """`session:request:initiated`: a conversation began. The visitor's own stream carries it too."""
    data = _session(tx, conversation.id)
    record(
        tx,
        "session:request:initiated",
        data,
        conversation_id=conversation.id,
        public=True,
        visitor_id=conversation.visitor_id,
    )


def state_set(tx: Tx, conversation: Conversation) -> None:
    """`session:set_state`."""
    data = _session(tx, conversation.id, state=conversation.state)
    record(tx, "session:set_state", data, conversation_id=conversation.id, public=True)


def snooze_set(tx: Tx, conversation: Conversation) -> None:
    """`session:set_snooze`: Halloo's own; `snoozed_until` in milliseconds or null."""
    data = _session(tx, conversation.id, snoozed_until=conversation.snoozed_until)
    record(tx, "session:set_snooze", data, conversation_id=conversation.id)


def routing_set(tx: Tx, conversation: Conversation, previous: str | None) -> None:
    """`session:set_routing`: the assignment changed."""
    data = _session(tx, conversation.id, routing_id=conversation.assignee_id, previous_routing_id=previous)
    record(tx, "session:set_routing", data, conversation_id=conversation.id)


def subject_set(tx: Tx, conversation: Conversation) -> None:
    """`session:set_subject`."""
    record(
        tx,
        "session:set_subject",
        _session(tx, conversation.id, subject=conversation.subject),
        conversation_id=conversation.id,
    )


def segments_set(tx: Tx, conversation: Conversation) -> None:
    """`session:set_segments`: the whole list of tags."""
    data = _session(tx, conversation.id, segments=conversation.tags)
    record(tx, "session:set_segments", data, conversation_id=conversation.id)


def data_set(tx: Tx, conversation: Conversation) -> None:
    """`session:set_data`: the whole map."""
    data = _session(tx, conversation.id, data=conversation.custom_metadata)
    record(tx, "session:set_data", data, conversation_id=conversation.id)


def spam_marked(tx: Tx, conversation: Conversation) -> None:
    """`spam:message`: an operator has put a conversation with the spam. It is no visitor's business."""
    about = {"session_id": session_id(conversation.id)}
    data = {"website_id": tx.workspace_id, "spam_id": conversation.id, "type": "chat", "reason": "reported"}
    told = dump({**data, "metadata": about, "timestamp": tx.now})
    record(tx, "spam:message", told, conversation_id=conversation.id)


def spam_decided(tx: Tx, conversation: Conversation, action: Literal["accept", "reject"]) -> None:
    """`spam:decision`: it was none after all, or it was deleted."""
    data = {"website_id": tx.workspace_id, "spam_id": conversation.id, "action": action}
    record(tx, "spam:decision", dump(data), conversation_id=conversation.id)


def rated(tx: Tx, conversation_id: str, given: Feedback) -> None:
    """`session:sync:rating`: what the visitor said after the conversation; 0 stars where none were asked or given."""
    rating: dict[str, Any] = {"stars": given.stars or 0}
    if given.comment is not None:
        rating["comment"] = given.comment
    data = _session(tx, conversation_id, rating=rating)
    record(tx, "session:sync:rating", data, conversation_id=conversation_id, public=True)


def mentions_set(tx: Tx, conversation: Conversation) -> None:
    """`session:set_mentions`: the operators who were mentioned in notes and have not answered since."""
    data = _session(tx, conversation.id, mentions=conversation.mentioned)
    record(tx, "session:set_mentions", data, conversation_id=conversation.id)


def read_by(tx: Tx, conversation: Conversation, who: Actor, seq: int, fingerprints: list[int]) -> None:
    """`message:acknowledge:read:send` where operators read the visitor's messages, `…:received` the other way round: the newest 2,000."""
    side = "received" if who.kind == "visitor" else "send"
    data = _session(tx, conversation.id, origin="chat", fingerprints=fingerprints[-_ACKNOWLEDGED:], seq=seq)
    record(tx, f"message:acknowledge:read:{side}", data, conversation_id=conversation.id, public=True)


def mailed(tx: Tx, conversation_id: str, fingerprints: Sequence[int]) -> None:
    """`message:acknowledge:delivered` and `message:notify:unread:received`: the visitor got answers by mail."""
    data = _session(tx, conversation_id, origin="email", fingerprints=list(fingerprints))
    record(tx, "message:acknowledge:delivered", data, conversation_id=conversation_id)
    record(tx, "message:notify:unread:received", _session(tx, conversation_id), conversation_id=conversation_id)


def undeliverable(tx: Tx, conversation_id: str, fingerprints: Sequence[int], kind: str, reason: str) -> None:
    """`message:acknowledge:ignored`: answers could not be mailed. `kind`: `bounce` where they were refused, else `expired`."""
    details = {"type": kind, "reason": reason}
    data = _session(tx, conversation_id, origin="email", fingerprints=list(fingerprints), details=details)
    record(tx, "message:acknowledge:ignored", data, conversation_id=conversation_id)


def removed(tx: Tx, conversation_id: str) -> None:
    """`session:removed`."""
    record(tx, "session:removed", _session(tx, conversation_id), conversation_id=conversation_id, public=True)


def canned_updated(tx: Tx) -> None:
    """`canned:updated`: Halloo's own; lists of canned replies are out of date."""
    record(tx, "canned:updated", dump({"website_id": tx.workspace_id}))


def tags_updated(tx: Tx) -> None:
    """`tag:updated`: Halloo's own; lists of tags are out of date."""
    record(tx, "tag:updated", dump({"website_id": tx.workspace_id}))
