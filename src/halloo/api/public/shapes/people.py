"""The visitor: first contact, proofs, forms, and the team that answers."""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from halloo.api.public.shapes.common import Scalar


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
