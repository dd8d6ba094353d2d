"""What the public API takes and gives (embedding contract 8.2). Times are RFC 3339 unless a field says milliseconds."""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from halloo.conversations.facts import MessageData

Scalar = str | int | float | bool


class VisitorPost(Struct, forbid_unknown_fields=True):
    """`POST …/visitor`: first contact, or a browser that came back. `parent_origin` is what the page claims."""

    user_id: str | None = None
    """`guest_` and 22 to 64 of A–Z, a–z, 0–9, `-` and `_`, random and made by the caller; needed at first contact."""
    parent_origin: str | None = None
    locale: str | None = None
    timezone: str | None = None
    """The name of the browser's time zone, such as `Europe/Vienna`; one that nobody knows is left out."""
    embed_ticket: str | None = None
    bot_check: Any = None
    """Needed after a 428 only: the solution of a challenge, as for messages."""


class VisitorMe(Struct):
    """The visitor to themselves; `visitor_token` is given once, at first contact."""

    id: str
    user_id: str
    identified: bool
    name: str | None
    email: str | None
    visitor_token: str | None


class RelayAccess(Struct):
    """What opens the relay: a token for the `connect` frame, and the visitor's streams."""

    token: str
    expires_in: int
    streams: list[str]


class Face(Struct):
    """An operator as visitors see them."""

    id: str
    name: str
    avatar: str | None
    online: bool


class Team(Struct):
    """Who answers: up to three faces, and whether anyone is there now."""

    faces: list[Face]
    available: bool
    reply_ms: int | None
    """How long visitors of this widget usually wait for an answer, in milliseconds; null while too few were given."""


class VisitorHello(Struct):
    """The answer to `POST …/visitor`."""

    visitor: VisitorMe
    embedding: Literal["none", "claimed", "verified"]
    unread: int
    relay: RelayAccess
    team: Team
    mail: bool
    """Whether this server can send mail: answers to who left an address, and links to continue elsewhere."""


class VisitorPatch(Struct, forbid_unknown_fields=True):
    """`PATCH …/visitor`: what the page or the visitor claims; never replaces what was signed. Absent keys stay."""

    name: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    company: str | UnsetType | None = UNSET
    data: dict[str, Scalar] | UnsetType = UNSET


class VisitorPatched(Struct):
    """The answer to `PATCH …/visitor`."""

    visitor: VisitorMe


class IdentifyPost(Struct, forbid_unknown_fields=True):
    """`POST …/identify`: a signed `token`; or, where the widget has such a key, a hash of `email` or `user_id`."""

    token: str | None = None
    email: str | None = None
    user_id: str | None = None
    hmac: str | None = None


class Identified(Struct):
    """The answer to `POST …/identify` and `…/continue`; `merged` conversations of this browser came along."""

    visitor: VisitorMe
    merged: int
    relay: RelayAccess


class EmbedTicket(Struct):
    """The answer to `POST …/embed-ticket`; `expires_in` in seconds."""

    ticket: str
    expires_in: int


class ContinueLinkPost(Struct, forbid_unknown_fields=True):
    """`POST …/continue-link`: send a link to whoever wrote from this address; the answer is always the same."""

    email: str


class ContinuePost(Struct, forbid_unknown_fields=True):
    """`POST …/continue`: the code of a link that was sent by mail; it works once."""

    code: str


class FieldsPost(Struct, forbid_unknown_fields=True):
    """`POST …/pre-conversation-form` and `…/feedback`: values by field id. `website` is a trap: people do not see it."""

    fields: dict[str, Any]
    website: str = ""


class FieldsAccepted(Struct):
    """The values as they were accepted."""

    fields: dict[str, Any]


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


class UploadPost(Struct, forbid_unknown_fields=True):
    """`POST …/uploads`: a file that is to be sent. `sha256` in hex, where the browser has made it."""

    name: str
    size: int
    type: str = ""
    sha256: str | None = None


class UploadTarget(Struct):
    """Where the bytes go by `PUT`, and for how many seconds the address holds; every part that arrives renews it."""

    url: str
    headers: dict[str, str]
    expires_in: int


class UploadOpened(Struct):
    """The answer to `POST …/uploads`: the message that names `upload_id` publishes the file."""

    upload_id: str
    put: UploadTarget


class FileAddress(Struct):
    """A new address of a file, which holds an hour."""

    url: str


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
