"""What the management API takes and gives, as typed structs.

The OpenAPI page, the validation of requests and the TypeScript types of `web/packages/wire` all come from these structs
(manage contract; widgets: embedding contract 13). Times are RFC 3339 in UTC unless a field says otherwise.
"""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

State = Literal["pending", "unresolved", "resolved"]
Role = Literal["owner", "admin", "operator"]
Availability = Literal["online", "away"]
Scalar = str | int | float | bool


class Position(Struct):
    """Where a stream of the relay stood when the snapshot was taken."""

    stream: str
    epoch: str
    offset: int


class OperatorBrief(Struct):
    """An operator as others see them."""

    id: str
    name: str
    avatar: str | None
    availability: Availability


class OperatorView(Struct):
    """An operator as colleagues with `operators:read` see them."""

    id: str
    email: str
    name: str
    role: Role
    avatar: str | None
    availability: Availability
    active: bool
    last_seen_at: str | None
    created_at: str


class WorkspaceView(Struct):
    """The workspace of the caller."""

    id: str
    name: str


class MeView(Struct):
    """The signed-in operator, or the integration behind a token (then `operator` is null)."""

    operator: OperatorView | None
    workspace: WorkspaceView
    scopes: list[str]
    locale: str | None
    theme: Literal["system", "light", "dark"]
    sound: bool


class MePatch(Struct, forbid_unknown_fields=True):
    """What an operator may change about themselves; absent keys stay as they are."""

    name: str | UnsetType = UNSET
    locale: str | UnsetType | None = UNSET
    theme: Literal["system", "light", "dark"] | UnsetType = UNSET
    sound: bool | UnsetType = UNSET


class AvailabilityPut(Struct, forbid_unknown_fields=True):
    """`PUT /core/me/availability`."""

    state: Availability


class PasswordChange(Struct, forbid_unknown_fields=True):
    """`POST /core/me/password`: other sessions of the operator end."""

    current_password: str
    new_password: str


class SignIn(Struct, forbid_unknown_fields=True):
    """`POST /core/session`."""

    email: str
    password: str


class OperatorPatch(Struct, forbid_unknown_fields=True):
    """`PATCH /core/operators/{id}`."""

    name: str | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class OperatorPost(Struct, forbid_unknown_fields=True):
    """`POST /core/operators`: an operator with a password set by an administrator."""

    email: str
    name: str
    password: str
    role: Role = "operator"


class InvitationPost(Struct, forbid_unknown_fields=True):
    """`POST /core/invitations`."""

    email: str
    role: Role = "operator"


class InvitationView(Struct):
    """An open invitation."""

    id: str
    email: str
    role: Role
    invited_by: OperatorBrief | None
    created_at: str
    expires_at: str


class InvitationCreated(InvitationView):
    """The answer to `POST /core/invitations`: the only time `url` is shown."""

    url: str


class InvitationAccept(Struct, forbid_unknown_fields=True):
    """`POST /core/invitations/accept`: no sign-in needed, the token is the proof; answers like a sign-in."""

    token: str
    name: str
    password: str


class TokenPost(Struct, forbid_unknown_fields=True):
    """`POST /core/tokens`. `operator_id` is the caller's own where the token shall act as them."""

    name: str
    scopes: list[str]
    expires_at: str | None = None
    operator_id: str | None = None


class TokenView(Struct):
    """An API token without its secret; `hint` is its first characters."""

    id: str
    name: str
    scopes: list[str]
    hint: str
    operator_id: str | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None


class TokenCreated(TokenView):
    """The answer to `POST /core/tokens`: the only time `token` is shown."""

    token: str


class Software(Struct):
    """Name and version of a browser or an operating system; empty strings where unknown."""

    name: str
    version: str


class PageView(Struct):
    """A page a visitor looked at."""

    url: str
    title: str
    referrer: str
    at: str


class VisitorView(Struct):
    """A visitor: one browser on one customer site. Claimed values are what page or visitor said, not proven."""

    id: str
    user_id: str
    identified: bool
    identity: Literal["jwt", "hmac"] | None
    """What proved it: a signed token, or the weaker plain hash."""
    signed: list[str]
    """The attributes that the customer's server has vouched for."""
    name: str | None
    email: str | None
    locale: str | None
    timezone: str | None
    parent_origin: str | None
    embedding: Literal["none", "claimed", "verified"]
    online: bool
    blocked: bool
    browser: Software
    os: Software
    device: Literal["desktop", "mobile", "tablet", "other"]
    pages: list[PageView]
    """Newest first, at most 10."""
    first_seen_at: str
    last_seen_at: str


class ContactView(Struct):
    """A person, known or not; `name` is null until somebody gave one."""

    id: str
    name: str | None
    email: str | None
    phone: str | None
    company: str | None
    avatar: str | None
    verified: bool
    notes: str
    data: dict[str, Scalar]
    conversations: int
    first_seen_at: str
    last_seen_at: str
    created_at: str
    updated_at: str


class ContactPost(Struct, forbid_unknown_fields=True):
    """`POST /core/contacts`."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None
    notes: str = ""
    data: dict[str, Scalar] = {}


class ContactPatch(Struct, forbid_unknown_fields=True):
    """`PATCH /core/contacts/{id}`; absent keys stay as they are."""

    name: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    company: str | UnsetType | None = UNSET
    notes: str | UnsetType = UNSET
    data: dict[str, Scalar] | UnsetType = UNSET


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


class Warning_(Struct, rename={}):  # noqa: N801 - the word without the mark is a built-in
    """Something worth knowing about an accepted widget; `path` says where."""

    code: str
    path: str
    message: str


class WidgetView(Struct):
    """A widget as the management API shows it. `organization_id` equals `workspace_id`."""

    id: str
    workspace_id: str
    organization_id: str
    domains: list[str]
    published: bool
    config: dict[str, Any]
    created_at: str
    updated_at: str
    warnings: list[Warning_]


class WidgetPut(Struct, forbid_unknown_fields=True):
    """`POST` and `PUT /core/web-widgets`: each field given replaces the stored value."""

    domains: list[str] | UnsetType = UNSET
    published: bool | UnsetType = UNSET
    config: dict[str, Any] | UnsetType = UNSET


class AuditEntry(Struct):
    """Who did what, when and from where."""

    id: str
    at: str
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    address: str | None


class RelayToken(Struct):
    """`POST /core/relay-token`."""

    token: str
    expires_in: int
    streams: list[str]


class Scope(Struct):
    """A scope and what it allows."""

    scope: str
    description: str


class ContactEvent(Struct):
    """Something that happened with a contact."""

    at: str
    name: Literal["first_seen", "page", "conversation_started"]
    text: str


class ContactExport(Struct):
    """Everything that is kept of a contact."""

    contact: ContactView
    visitors: list["ExportedVisitor"]
    conversations: list["ExportedConversation"]
    mails: list["ExportedMail"]


class ExportedVisitor(VisitorView):
    """A visitor of an exported contact, with all that was said of them. `form`: what they last filled in before a conversation."""

    phone: str | None
    company: str | None
    avatar: str | None
    data: dict[str, Scalar]
    form: dict[str, Any]


class ExportedMail(Struct):
    """A mail to an exported contact: an unread answer, or a link that was asked for. `at`: when it was sent, or is looked at next."""

    kind: Literal["answer", "link"]
    conversation_id: str | None
    recipient: str
    state: Literal["waiting", "sending", "sent", "failed"]
    created_at: str
    at: str


class ExportedConversation(Struct):
    """A conversation of an exported contact, with what was said in it."""

    id: str
    state: State
    created_at: str
    subject: str
    tags: list[str]
    custom_metadata: dict[str, Any]
    feedback: "FeedbackView | None"
    messages: list[MessageView]


class OperatorPage(Struct):
    """`GET /core/operators`."""

    data: list[OperatorView]
    next_cursor: str | None


class InvitationPage(Struct):
    """`GET /core/invitations`."""

    data: list[InvitationView]
    next_cursor: str | None


class TokenPage(Struct):
    """`GET /core/tokens`."""

    data: list[TokenView]
    next_cursor: str | None


class ContactPage(Struct):
    """`GET /core/contacts`."""

    data: list[ContactView]
    next_cursor: str | None


class ContactEventPage(Struct):
    """`GET /core/contacts/{id}/events`."""

    data: list[ContactEvent]
    next_cursor: str | None


class CannedReplyPage(Struct):
    """`GET /core/canned-replies`."""

    data: list[CannedReplyView]
    next_cursor: str | None


class TagPage(Struct):
    """`GET /core/tags`."""

    data: list[TagView]
    next_cursor: str | None


class WidgetPage(Struct):
    """`GET /core/web-widgets`."""

    data: list[WidgetView]
    next_cursor: str | None


class EmbedView(Struct):
    """`GET /core/embed`: what goes into a snippet.

    `loader_url` is followed by a widget's id. `pinned_url` is the loader as a file that never changes, `integrity` what
    browsers compare it with; both null where the browser packages were not built.
    """

    loader_url: str
    pinned_url: str | None
    integrity: str | None


class AuditPage(Struct):
    """`GET /core/audit`."""

    data: list[AuditEntry]
    next_cursor: str | None


class ScopePage(Struct):
    """`GET /core/scopes`."""

    data: list[Scope]
    next_cursor: str | None


class Refusal(Struct):
    """Every refusal: a stable code, a sentence in English, and where."""

    error: str
    message: str
    details: dict[str, Any] = {}


class FieldAnswer(Struct):
    """A field of a form as it was asked, and what was answered."""

    id: str
    label: str
    type: str
    value: Any


class FeedbackView(Struct):
    """What a visitor said after a conversation; `stars` 1 to 5 whatever the form's scale, null without a rating."""

    conversation_id: str
    widget_id: str
    contact_id: str
    contact_name: str | None
    operator: OperatorBrief | None
    stars: int | None
    comment: str | None
    fields: list[FieldAnswer]
    created_at: str


class FeedbackPage(Struct):
    """`GET /core/feedback`: newest first."""

    data: list[FeedbackView]
    next_cursor: str | None


class FeedbackDay(Struct):
    """One day of a report, in its time zone; `average` null without ratings."""

    day: str
    count: int
    average: float | None


class FeedbackOperator(Struct):
    """What was said of one operator's conversations."""

    operator: OperatorBrief
    count: int
    average: float | None


class FeedbackReport(Struct):
    """`GET /core/feedback/report`: satisfaction over time. `satisfied` is the share of 4 and 5 stars, 0 to 1."""

    since: str
    until: str
    count: int
    rated: int
    average: float | None
    satisfied: float | None
    stars: dict[str, int]
    """How many gave 1, 2, 3, 4 and 5 stars."""
    days: list[FeedbackDay]
    operators: list[FeedbackOperator]


class IdentityKeyPost(Struct, forbid_unknown_fields=True):
    """`POST …/identity-keys`. `public_key` (PEM) for EdDSA alone; `secret` is what another messenger used, for the HMACs alone."""

    alg: Literal["HS256", "EdDSA", "HMAC-email", "HMAC-user-id"]
    public_key: str | None = None
    secret: str | None = None


class IdentityKeyView(Struct):
    """A key that proves who visitors are, without its secret. `weak`: its proofs never end."""

    kid: str
    alg: Literal["HS256", "EdDSA", "HMAC-email", "HMAC-user-id"]
    weak: bool
    created_at: str
    last_used_at: str | None


class IdentityKeyList(Struct):
    """`GET …/identity-keys`."""

    data: list[IdentityKeyView]


class IdentityKeyCreated(Struct, omit_defaults=True):
    """The answer to `POST …/identity-keys`: the only time `secret` is shown; none for EdDSA."""

    kid: str
    alg: Literal["HS256", "EdDSA", "HMAC-email", "HMAC-user-id"]
    created_at: str
    secret: str | None = None
