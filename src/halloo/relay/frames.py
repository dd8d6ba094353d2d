"""Our wire frames and close codes, as plain values (relay contract 2, 4 and 9).

A frame is one JSON object with its kind in `t`; several may be joined by a line feed. The TypeScript types of
`web/packages/wire` come from these structs.
"""

from typing import Any, Literal, NamedTuple

from msgspec import UNSET, Struct, UnsetType

VERSION = 1
Role = Literal["visitor", "operator"]
Id = str | int
CloseCode = Literal[1000, 1002, 1012, 4008, 4009, 4010, 4400, 4401, 4403, 4404, 4408, 4413, 4429]
Reconnect = Literal["never", "at_once", "after_frame", "after_30_s", "after_new_token"]


class Close(NamedTuple):
    """Why the server ends a connection, and what the client does then."""

    code: CloseCode
    name: str
    reconnect: Reconnect


GOODBYE = Close(1000, "goodbye", "never")
PROTOCOL = Close(1002, "protocol_error", "never")
RESTART = Close(1012, "restart", "after_frame")
TOO_SLOW = Close(4008, "too_slow", "at_once")
TOO_FAST = Close(4009, "too_fast", "after_30_s")
INSUFFICIENT_STATE = Close(4010, "insufficient_state", "at_once")
BAD_FRAME = Close(4400, "bad_frame", "never")
UNAUTHORIZED = Close(4401, "unauthorized", "after_new_token")
FORBIDDEN = Close(4403, "forbidden", "never")
UNKNOWN_WIDGET = Close(4404, "unknown_widget", "never")
NO_CONNECT = Close(4408, "no_connect", "at_once")
FRAME_TOO_LARGE = Close(4413, "frame_too_large", "never")
TOO_MANY_SOCKETS = Close(4429, "connection_limit", "after_30_s")

CLOSES: dict[int, Close] = {
    close.code: close
    for close in (
        GOODBYE,
        PROTOCOL,
        RESTART,
        TOO_SLOW,
        TOO_FAST,
        INSUFFICIENT_STATE,
        BAD_FRAME,
        UNAUTHORIZED,
        FORBIDDEN,
        UNKNOWN_WIDGET,
        NO_CONNECT,
        FRAME_TOO_LARGE,
        TOO_MANY_SOCKETS,
    )
}
"""Every close by its code."""


# ── client to server ──────────────────────────────────────────────────────────────────────────────────────────────


class Want(Struct, forbid_unknown_fields=True):
    """A stream, and how far the client has read it. Without a position it starts at its head."""

    id: str
    epoch: str | None = None
    offset: int | None = None


class Connect(Struct, tag_field="t", tag="connect", forbid_unknown_fields=True):
    """Who is there. Must be the first frame, within 5 seconds."""

    v: int
    role: Role
    token: str = ""
    tab: str = ""
    streams: list[Want | str] = []
    widget: str | None = None
    agent: str | None = None


class Subscribe(Struct, tag_field="t", tag="subscribe", forbid_unknown_fields=True):
    """Follow more streams, or one again from a position."""

    id: Id
    streams: list[Want | str]


class Unsubscribe(Struct, tag_field="t", tag="unsubscribe", forbid_unknown_fields=True):
    """Follow these streams no longer."""

    id: Id
    streams: list[Want | str]


class Draft(Struct, forbid_unknown_fields=True):
    """What a client may say about a message; author, time and number are the server's."""

    type: str
    content: Any
    mentions: list[str] = []
    """Operators' ids, on notes only."""
    properties: dict[str, str | int | float | bool] = {}


class Send(Struct, tag_field="t", tag="send", forbid_unknown_fields=True):
    """Send a message. `conversation` null starts one; `client_id` is a UUID that makes a repeated send one message."""

    id: Id
    client_id: str
    message: Draft
    conversation: str | None = None
    bot_check: Any = None


class Edit(Struct, tag_field="t", tag="edit", forbid_unknown_fields=True):
    """Change a message's content."""

    id: Id
    conversation: str
    fingerprint: int
    content: Any


class Remove(Struct, tag_field="t", tag="remove", forbid_unknown_fields=True):
    """Delete a message."""

    id: Id
    conversation: str
    fingerprint: int


class Read(Struct, tag_field="t", tag="read", forbid_unknown_fields=True):
    """Everything up to message `seq` was seen. Not answered."""

    conversation: str
    seq: int


class Typing(Struct, tag_field="t", tag="typing", forbid_unknown_fields=True):
    """Typing started or stopped. Not answered."""

    conversation: str
    state: Literal["start", "stop"]
    excerpt: str | None = None


class Presence(Struct, tag_field="t", tag="presence", forbid_unknown_fields=True):
    """Whether a person looks at the page. Not answered."""

    state: Literal["online", "away"]


class Page(Struct, tag_field="t", tag="page", forbid_unknown_fields=True):
    """The page the visitor is on. Not answered."""

    url: str
    title: str = ""
    referrer: str = ""


class Watch(Struct, tag_field="t", tag="watch", forbid_unknown_fields=True):
    """Operators with `visitors:read`: be told who is on the site, or no longer. Not answered; `visitors` hints follow.

    `what` is `visitors`, or `visitor:` and the id of one. Ends with the connection.
    """

    what: str
    on: bool


class Ping(Struct, tag_field="t", tag="ping", forbid_unknown_fields=True):
    """Are you there? Answered by `pong`."""


class Refresh(Struct, tag_field="t", tag="refresh", forbid_unknown_fields=True):
    """A fresh token, before the old one expires. Answered by `ok`."""

    token: str
    id: Id | None = None


ClientFrame = (
    Connect | Subscribe | Unsubscribe | Send | Edit | Remove | Read | Typing | Presence | Page | Watch | Ping | Refresh
)


# ── server to client ──────────────────────────────────────────────────────────────────────────────────────────────


class Found(Struct):
    """A stream as the server found it: its head, and whether the missed events follow."""

    id: str
    epoch: str
    offset: int
    recovered: bool


class Connected(Struct, tag_field="t", tag="connected"):
    """Welcome. The missed events of each recovered stream follow as `event` frames, then `live`."""

    session: str
    ping_s: float
    server_time: int
    """Milliseconds since 1970."""
    streams: list[Found]


class EventFrame(Struct, tag_field="t", tag="event"):
    """A fact of a stream; `data` is exactly the payload that web hooks deliver."""

    stream: str
    offset: int
    name: str
    data: Any
    at: int | UnsetType = UNSET
    """When it was recorded, in milliseconds since 1970; on streams of a workspace only."""


class Hint(Struct, tag_field="t", tag="hint"):
    """Something ephemeral, such as typing; it has no offset and may be lost."""

    name: str
    data: Any


class LivePage(Struct):
    """The page that a visitor looks at, as far as the widget's `page_tracking` lets it be known."""

    url: str
    title: str
    referrer: str
    at: str
    """Since when."""


class LiveDevice(Struct):
    """Names of browser and operating system, empty where unknown, and the kind of the device."""

    browser: str
    os: str
    kind: Literal["desktop", "mobile", "tablet", "other"]


class LiveTyping(Struct, omit_defaults=True):
    """What a visitor types; `excerpt` only where the widget's `typing_preview` is on and the browser lets it be."""

    conversation_id: str
    excerpt: str | None = None


class LiveVisitor(Struct, omit_defaults=True):
    """A visitor who is on the site now. Times are RFC 3339; what is not known is absent."""

    visitor_id: str
    widget_id: str
    name: str | None
    """Null until somebody gave one."""
    since: str
    source: str
    """Where they came from: a campaign, a search engine, a host, `Direct`; empty where pages are not told."""
    device: LiveDevice
    state: Literal["online", "away"]
    avatar: str | None = None
    contact_id: str | None = None
    conversation_id: str | None = None
    """The newest conversation of theirs that is open."""
    page: LivePage | None = None
    country: str | None = None
    """Two letters, ISO 3166."""
    city: str | None = None
    typing: LiveTyping | None = None


class LiveVisitors(Struct, omit_defaults=True):
    """The data of a `visitors` hint: who came or changed, who went. `missed`: hints were lost, read the list again."""

    set: list[LiveVisitor]
    gone: list[str]
    missed: bool = False


class Ack(Struct, tag_field="t", tag="ack", omit_defaults=True):
    """Stored: committed and synced to disk. `seq` is absent on notes."""

    id: Id
    conversation: str
    seq: int | UnsetType = UNSET
    message: Any = UNSET


class Ok(Struct, tag_field="t", tag="ok"):
    """Done. `streams` answers `subscribe`."""

    id: Id | None
    streams: list[Found] | UnsetType = UNSET


class ErrorFrame(Struct, tag_field="t", tag="error"):
    """Refused; the connection stays. `id` is null where the frame had none."""

    id: Id | None
    code: str
    message: str
    retry_after_ms: int | UnsetType = UNSET
    details: dict[str, Any] | UnsetType = UNSET


class ReconnectFrame(Struct, tag_field="t", tag="reconnect"):
    """Please come back after so many milliseconds: a planned stop."""

    after_ms: int


class Pong(Struct, tag_field="t", tag="pong"):
    """I am here."""


class Live(Struct, tag_field="t", tag="live"):
    """Recovery is over; what follows happens now."""


class CloseFrame(Struct, tag_field="t", tag="close"):
    """The last line of a stream over HTTP, in place of a WebSocket's close frame."""

    code: int
    reason: str


ServerFrame = Connected | EventFrame | Hint | Ack | Ok | ErrorFrame | ReconnectFrame | Pong | Live
