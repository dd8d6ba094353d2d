"""Shapes of the management API: visitors and contacts."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from halloo.api.manage.shapes.common import Scalar


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


class ContactEvent(Struct):
    """Something that happened with a contact."""

    at: str
    name: Literal["first_seen", "page", "conversation_started"]
    text: str


class ContactPage(Struct):
    """`GET /core/contacts`."""

    data: list[ContactView]
    next_cursor: str | None


class ContactEventPage(Struct):
    """`GET /core/contacts/{id}/events`."""

    data: list[ContactEvent]
    next_cursor: str | None
