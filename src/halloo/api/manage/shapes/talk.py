"""Shapes of the management API: conversations, messages, search, canned replies and tags."""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from halloo.api.manage.shapes.common import OperatorBrief, Position, Scalar, State
from halloo.api.manage.shapes.feedback import FeedbackView
from halloo.api.manage.shapes.people import ContactView, VisitorView


class MessageUser(Struct, omit_defaults=True):
    """Who a message is from; a visitor's `user_id` is the conversation's `session_id`."""

    user_id: str
    nickname: str
    avatar: str | None
    type: str = ""


class MessageView(Struct, rename={"from_": "from"}):
    """A message: one shape in the API, the relay and the message facts. `seq` is absent on notes."""

    id: str
    fingerprint: int
    type: str
    content: Any
    from_: Literal["user", "operator"]
    origin: str
    timestamp: int
    """Milliseconds since 1970."""
    user: MessageUser
    client_id: str | None
    edited: bool
    removed: bool
    seq: int | UnsetType = UNSET
    mentions: list[str] | UnsetType = UNSET
    """Operators' ids; on notes only."""
    automated: bool | UnsetType = UNSET
    properties: dict[str, Any] | UnsetType = UNSET


class MessagePost(Struct, forbid_unknown_fields=True):
    """`POST /core/conversations/{id}/messages`; `type` is `text` or `note`, `client_id` a UUID made by the caller."""

    client_id: str
    type: str
    content: Any
    mentions: list[str] = []
    properties: dict[str, Scalar] = {}


class MessageSent(Struct):
    """The answer to a sent message."""

    message: MessageView


class MessagePatch(Struct, forbid_unknown_fields=True):
    """`PATCH …/messages/{fingerprint}`."""

    content: Any


class MessagePage(Struct):
    """`GET /core/conversations/{id}/messages`: ascending, notes included."""

    data: list[MessageView]
    has_more: bool
    last_seq: int
    position: Position
    """Of the `w:` stream."""


class LastMessage(Struct, rename={"from_": "from"}):
    """The newest message of a conversation in one line."""

    type: str
    from_: Literal["user", "operator"]
    excerpt: str
    timestamp: int
    author: str


class ConversationRow(Struct):
    """A conversation in a list."""

    id: str
    state: State
    snoozed_until: str | None
    assignee: OperatorBrief | None
    inbox_id: str | None
    widget_id: str
    subject: str
    tags: list[str]
    created_at: str
    updated_at: str
    waiting_since: str | None
    """Since when the visitor waits for an answer; null while nobody waits."""
    last_seq: int
    unread: int
    """Messages of the visitor that no operator has read."""
    visitor_read_seq: int
    last_message: LastMessage | None
    contact: ContactView
    visitor: VisitorView
    spam: bool
    """Marked as spam: in no list and no count but those of the spam."""


class ConversationView(ConversationRow):
    """One conversation; `position` has the keys `w` and `c`."""

    custom_metadata: dict[str, Any]
    feedback: "FeedbackView | None"
    position: dict[Literal["w", "c"], Position]


class ConversationPage(Struct):
    """`GET /core/conversations`."""

    data: list[ConversationRow]
    next_cursor: str | None
    position: Position
    """Of the `w:` stream."""


class ConversationPatch(Struct, forbid_unknown_fields=True):
    """`PATCH /core/conversations/{id}`; absent keys stay as they are. `assignee` is an operator's id."""

    state: State | UnsetType = UNSET
    snoozed_until: str | UnsetType | None = UNSET
    assignee: str | UnsetType | None = UNSET
    tags: list[str] | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    custom_metadata: dict[str, Any] | UnsetType = UNSET
    spam: bool | UnsetType = UNSET


class ConversationPost(Struct, forbid_unknown_fields=True):
    """`POST /core/conversations`: an operator begins; exactly one of `visitor_id` and `contact_id`."""

    widget_id: str
    message: MessagePost
    visitor_id: str | None = None
    contact_id: str | None = None


class Tally(Struct):
    """How many conversations, and how many of them hold something unread."""

    total: int
    unread: int


class FolderCounts(Struct):
    """Counts of one state."""

    all: Tally
    mine: Tally
    unassigned: Tally


class Counts(Struct):
    """`GET /core/conversations/counts`."""

    open: FolderCounts
    snoozed: FolderCounts
    resolved: FolderCounts
    spam: FolderCounts


class ReadPost(Struct, forbid_unknown_fields=True):
    """`POST /core/conversations/{id}/read`; never moves back."""

    seq: int


class TypingPost(Struct, forbid_unknown_fields=True):
    """`POST /core/conversations/{id}/typing`."""

    state: Literal["start", "stop"]


class SearchHit(Struct):
    """A hit of `GET /core/search`; `marks` are [start, end) character positions in `excerpt`."""

    kind: Literal["messages", "contacts", "conversations"]
    conversation_id: str | None
    contact_id: str | None
    fingerprint: int | None
    title: str
    excerpt: str
    marks: list[tuple[int, int]]
    at: str


class SearchPage(Struct):
    """`GET /core/search?q&in=messages|contacts|conversations&cursor`."""

    data: list[SearchHit]
    next_cursor: str | None


class CannedReplyView(Struct):
    """A prepared answer; `shortcut` is what follows the `/`."""

    id: str
    shortcut: str
    text: str
    created_at: str
    updated_at: str


class CannedReplyPost(Struct, forbid_unknown_fields=True):
    """`POST /core/canned-replies`; `PATCH` takes the same, both keys optional."""

    shortcut: str
    text: str


class CannedReplyPatch(Struct, forbid_unknown_fields=True):
    """`PATCH /core/canned-replies/{id}`."""

    shortcut: str | UnsetType = UNSET
    text: str | UnsetType = UNSET


class TagView(Struct):
    """A tag of the workspace."""

    id: str
    name: str
    color: str
    created_at: str


class TagPost(Struct, forbid_unknown_fields=True):
    """`POST /core/tags`; `color` is one of the ten names of the design."""

    name: str
    color: str = "grey"


class TagPatch(Struct, forbid_unknown_fields=True):
    """`PATCH /core/tags/{id}`; renaming renames it on every conversation."""

    name: str | UnsetType = UNSET
    color: str | UnsetType = UNSET


class CannedReplyPage(Struct):
    """`GET /core/canned-replies`."""

    data: list[CannedReplyView]
    next_cursor: str | None


class TagPage(Struct):
    """`GET /core/tags`."""

    data: list[TagView]
    next_cursor: str | None
