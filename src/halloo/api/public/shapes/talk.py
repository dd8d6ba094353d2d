"""Conversations and messages."""

from typing import Any, Literal

from msgspec import Struct

from halloo.api.public.shapes.common import Scalar
from halloo.conversations.facts import MessageData


class PublicPosition(Struct):
    """Where the relay goes on from."""

    stream: str
    epoch: str
    offset: int


class LastSeq(Struct):
    """The number of a conversation's last message, and what it says in one line."""

    seq: int
    excerpt: str
    timestamp: int
    author: str


class PublicConversation(Struct):
    """A conversation as its visitor sees it."""

    id: str
    state: Literal["pending", "unresolved", "resolved"]
    created_at: str
    updated_at: str
    last_seq: int
    read_seq: int
    """How far the visitor has read."""
    operator_read_seq: int
    """How far the operators have read."""
    unread: int
    last_message: LastSeq | None
    feedback: Literal["none", "open", "given"]
    position: PublicPosition


class PublicConversationPage(Struct):
    """`GET …/conversations`: newest first."""

    data: list[PublicConversation]
    next_cursor: str | None


class PagePost(Struct, forbid_unknown_fields=True):
    """The page that the visitor is on."""

    url: str
    title: str = ""
    referrer: str = ""


class PublicMessagePost(Struct, forbid_unknown_fields=True):
    """`POST …/messages`. `client_id` is a UUID; the same again is the same message."""

    client_id: str
    type: str
    content: Any
    bot_check: Any = None


class FirstMessage(Struct, forbid_unknown_fields=True):
    """A message that is sent together with the start of its conversation."""

    client_id: str
    type: str
    content: Any


class ConversationStart(Struct, forbid_unknown_fields=True):
    """`POST …/conversations`: start, or resume with `conversation_id`."""

    user_id: str | None = None
    """`guest_` and 22 to 64 of A–Z, a–z, 0–9, `-` and `_`, random and made by the caller; needed at first contact."""
    conversation_id: str | None = None
    client_id: str | None = None
    form: dict[str, Any] | None = None
    custom_metadata: dict[str, Scalar] = {}
    page: PagePost | None = None
    message: FirstMessage | None = None
    bot_check: Any = None


class StartedMessage(Struct):
    """The message that a start has sent."""

    seq: int
    client_id: str | None
    fingerprint: int
    timestamp: int


class StartedVisitor(Struct):
    """Who started: `visitor_token` is given once, where the start was also first contact."""

    user_id: str
    visitor_token: str | None


class ConversationStarted(Struct):
    """The answer to `POST …/conversations`."""

    conversation: PublicConversation
    message: StartedMessage | None
    visitor: StartedVisitor


class PublicMessagePage(Struct):
    """`GET …/messages`: ascending `seq` without gaps."""

    data: list[MessageData]
    has_more: bool
    last_seq: int
    position: PublicPosition


class PublicMessageSent(Struct):
    """The answer to `POST …/messages`."""

    message: MessageData


class PublicReadPost(Struct, forbid_unknown_fields=True):
    """`POST …/read`: never moves back."""

    seq: int


class Nothing(Struct, forbid_unknown_fields=True):
    """A body without fields: `{}`."""


class ConversationEnded(Struct):
    """The answer to `POST …/end`."""

    conversation: PublicConversation
