"""The payloads of events as hooks contract 10 fixes them: what must be there, with its type; more may be.

`check` raises `msgspec.ValidationError` for a payload that is none. Marks: fields with `UNSET` may be absent.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from halloo.db.engine import Database
from halloo.events.model import Fact
from halloo.hooks.catalogue import INTERNAL
from halloo.kit.json import DATA_MAX, canonical, dump

Ms = Annotated[int, Meta(ge=1_400_000_000_000, lt=2**45)]
"""UNIX milliseconds: neither seconds nor microseconds."""
SessionId = Annotated[str, Meta(pattern="^session_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Type = Literal["text", "note", "file", "animation", "audio", "picker", "field", "carousel", "event"]
Scalar = str | int | float | bool


class Website(Struct):
    website_id: str


class Session(Website):
    session_id: SessionId
    inbox_id: str | None
    routing_ids: list[str] | UnsetType = UNSET


class User(Struct):
    user_id: str
    nickname: str
    avatar: str | UnsetType | None = UNSET
    type: str | UnsetType = UNSET


class Reference(Struct):
    type: str
    name: str
    target: str


class Original(Struct):
    original_id: str


class Message(Session, rename={"sender": "from"}, kw_only=True):
    type: Type
    sender: Literal["user", "operator"]
    origin: str
    fingerprint: int
    timestamp: Ms
    user: User
    content: Any
    stamped: bool | UnsetType = UNSET
    mentions: list[str] | UnsetType = UNSET
    automated: bool | UnsetType = UNSET
    edited: bool | UnsetType = UNSET
    translated: bool | UnsetType = UNSET
    references: list[Reference] | UnsetType = UNSET
    original: Original | UnsetType = UNSET
    properties: dict[str, Any] | UnsetType = UNSET


class Updated(Session, rename={"sender": "from"}, kw_only=True):
    fingerprint: int
    content: Any
    type: Type
    sender: Literal["user", "operator"]
    user: User


class Removed(Session, kw_only=True):
    fingerprint: int


class Composing(Session, kw_only=True):
    type: Literal["start", "stop"]
    timestamp: Ms
    excerpt: str | UnsetType = UNSET
    automated: bool | UnsetType = UNSET


class Author(Struct):
    user_id: str
    nickname: str
    avatar: str | None


class Answering(Composing, kw_only=True):
    user: Author


class Acknowledged(Session, kw_only=True):
    origin: str
    fingerprints: list[int]


class Reason(Struct):
    type: str
    reason: str


class Ignored(Acknowledged, kw_only=True):
    details: Reason | UnsetType = UNSET


class Place(Struct):
    latitude: float | None
    longitude: float | None


class Geo(Struct):
    """Scalars that are unknown are null."""

    country: str
    region: str | None
    city: str | None
    coordinates: Place


class Employment(Struct):
    name: str | UnsetType | None = UNSET
    domain: str | UnsetType | None = UNSET
    title: str | UnsetType | None = UNSET
    role: str | UnsetType | None = UNSET


class Person(Struct):
    nickname: str | UnsetType | None = UNSET
    avatar: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    gender: str | UnsetType | None = UNSET
    address: str | UnsetType | None = UNSET
    website: str | UnsetType | None = UNSET
    timezone: int | UnsetType | None = UNSET
    locales: list[str] | UnsetType = UNSET
    geolocation: Geo | UnsetType = UNSET
    employment: Employment | UnsetType = UNSET


class Update(Struct):
    updated_at: Ms
    person: Person


class Company(Struct):
    name: str | UnsetType = UNSET
    legal_name: str | UnsetType = UNSET
    domain: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    geolocation: Geo | UnsetType = UNSET


class Identity(Struct):
    person: Person | UnsetType = UNSET
    company: Company | UnsetType = UNSET


class Verification(Struct):
    identity: str
    method: str
    annotation: str


class Verified(Session, kw_only=True):
    is_verified: bool
    verifications: list[Verification]
    error: Literal["unknown"] | UnsetType = UNSET


class Named(Struct):
    name: str
    version: str


class Browser(Named):
    major: str


class System(Struct):
    os: Named
    engine: Named
    browser: Browser
    useragent: str


class Connection(Struct):
    isp: str
    asn: str


class Network(Struct):
    ip: str
    connection: Connection | UnsetType = UNSET


class Timezone(Struct):
    offset: Annotated[int, Meta(ge=-14 * 60, le=12 * 60)]


class Locales(Struct):
    locales: list[str]


class Page(Struct):
    page_url: str
    page_title: str
    timestamp: Ms
    page_referrer: str | UnsetType = UNSET


class Custom(Struct):
    text: str
    timestamp: Ms
    data: dict[str, Any] | UnsetType = UNSET
    color: str | UnsetType = UNSET


class Rating(Struct):
    stars: Annotated[int, Meta(ge=0, le=5)]
    comment: str | UnsetType = UNSET


class Operator(Struct):
    user_id: str
    avatar: str | UnsetType | None = UNSET
    nickname: str | UnsetType = UNSET


class Participant(Struct):
    type: str
    target: str


class Availability(Struct):
    type: Literal["online", "offline"]


class Count(Struct):
    skipped: int
    remaining: int
    total: int


def _of(head: type[Struct], **fields: Any) -> type[Struct]:
    """A payload of a head and further fields, in which one whose name ends in `_` may be absent."""
    listed = [
        (name.rstrip("_"), kind | UnsetType, UNSET) if name.endswith("_") else (name, kind)
        for name, kind in fields.items()
    ]
    return msgspec.defstruct("Payload", listed, bases=(head,), kw_only=True)


_TEXTS = ("email", "phone", "address", "subject", "avatar", "nickname", "origin")
_UPLOADS = ("upload", "avatar", "website", "campaign", "helpdesk", "status", "processing")
_UPLOAD = msgspec.defstruct(
    "Upload",
    [
        ("sender", str, msgspec.field(name="from")),
        ("id", str),
        ("identifier", str),
        ("resource", msgspec.defstruct("Resource", [("type", str), ("id", str)])),
        ("policy", msgspec.defstruct("Policy", [("size_limit", int)])),
        ("type", str),
        ("url", msgspec.defstruct("Urls", [("resource", str), ("signed", str)])),
    ],
    kw_only=True,
)
PAYLOADS: Mapping[str, type[Struct]] = {
    "session:update_availability": _of(Session, availability=Literal["online", "offline"]),
    "session:update_verify": Verified,
    "session:request:initiated": Session,
    **{f"session:set_{name}": _of(Session, **{name: str}) for name in _TEXTS},
    "session:set_data": _of(Session, data=dict[str, Any]),
    "session:set_segments": _of(Session, segments=list[str]),
    "session:set_block": _of(Session, is_blocked=bool),
    "session:set_opened": _of(Session, operator=Operator),
    "session:set_closed": _of(Session, operator=Operator),
    "session:set_participants": _of(Session, participants=list[Participant]),
    "session:set_mentions": _of(Session, mentions=list[str]),
    "session:set_routing": _of(Session, routing_id=str | None, previous_routing_id=str | None),
    "session:set_inbox": _of(Session, previous_inbox_id=str | None),
    "session:set_state": _of(Session, state=Literal["pending", "unresolved", "resolved"]),
    "session:sync:capabilities": _of(Session, capabilities=list[Literal["browsing", "call"]]),
    "session:sync:geolocation": _of(Session, geolocation=Geo),
    "session:sync:system": _of(Session, system=System),
    "session:sync:network": _of(Session, network=Network),
    "session:sync:timezone": _of(Session, timezone=Timezone),
    "session:sync:locales": _of(Session, locales=Locales),
    "session:sync:pages": _of(Session, pages=Annotated[list[Page], Meta(max_length=10)]),
    "session:sync:events": _of(Session, events=list[Custom]),
    "session:sync:rating": _of(Session, rating=Rating),
    "session:sync:topic": _of(Session, topic=str),
    "session:removed": Session,
    "session:error": _of(Session, type=str, value=str, previous_value=str),
    "message:send": Message,
    "message:received": Message,
    "message:updated": Updated,
    "message:removed": Removed,
    "message:compose:send": Composing,
    "message:compose:receive": Answering,
    "message:acknowledge:read:send": Acknowledged,
    "message:acknowledge:read:received": Acknowledged,
    "message:acknowledge:unread:send": Acknowledged,
    "message:acknowledge:delivered": Acknowledged,
    "message:acknowledge:ignored": Ignored,
    "message:notify:unread:send": Session,
    "message:notify:unread:received": Session,
    "spam:message": _of(
        Website, spam_id=str, type=str, reason=str, metadata_=dict[str, Any], headers_=dict[str, Any], timestamp=Ms
    ),
    "spam:decision": _of(Website, spam_id=str, action=Literal["accept", "reject"]),
    "people:profile:created": _of(Website, people_id=str, email_=str),
    "people:profile:removed": _of(Website, people_id=str),
    "people:profile:updated": _of(Website, people_id=str, email_=str, update=Update),
    "people:bind:session": _of(Session, people_id=str),
    "people:sync:profile": _of(Session, people_id=str, identity=Identity),
    "people:import:progress": _of(Website, people_id_=str, progress=int, count=Count, items_=dict[str, Any]),
    "people:import:done": _of(Website, people_id_=str, import_id=str, error=bool),
    "browsing:request:initiated": _of(Session, browsing_id=str, browsing_token=str),
    "browsing:request:rejected": Session,
    "call:request:initiated": _of(Session, call_id=str),
    "call:request:rejected": _of(Session, call_id=str),
    "identity:verify:request": _of(Website, plugin_id=str, session_id=str, target=str, code=str, confirm_url=str),
    "widget:action:processed": _of(
        Session, plugin_id=str, correlation_id=str, outcome=Literal["success", "failure"], result_=dict[str, Any]
    ),
    "website:update_visitors_count": _of(Website, visitors_count=int),
    "website:update_operators_availability": _of(Website, user_id=str, availability=Availability),
    "website:users:available": _of(Website, available=bool),
    **{f"bucket:url:{what}:generated": _UPLOAD for what in _UPLOADS},
    "media:animation:listed": _of(Website, id=int, identifier=str, results=list[dict[str, str]]),
    "email:subscribe": _of(Website, email=str, subscribed=bool),
    "plugin:channel": _of(Website, type_=str, plugin_id=str, identifier=str, namespace=str, payload=Any),
    "plugin:event": _of(Website, plugin_id=str, urn=str, name=str, data=dict[str, Any]),
    "plugin:subscription:updated": _of(Website, plugin_id=str, bound=bool, target=str),
    "plugin:settings:saved": _of(Website, plugin_id=str, settings=dict[str, Any]),
    "campaign:progress": _of(Website, campaign_id=str, progress=int),
    "campaign:dispatched": _of(Website, campaign_id=str),
    "campaign:running": _of(Website, campaign_id=str, running=bool),
    "status:health:changed": _of(Website, health=Literal["healthy", "sick", "dead"], nodes=list[dict[str, str]]),
    "email:track:view": _of(Website, type=str, identifier=str, mode=str),
    "plan:subscription:updated": _of(Website, plan=dict[str, Any]),
}
"""The payload of each of the 82 events."""


def check(name: str, data: bytes, website_id: str) -> None:
    """Raise where a payload is not what the contract says of its event, or repeats another workspace."""
    msgspec.json.decode(data, type=PAYLOADS[name])
    if msgspec.json.decode(data).get("website_id") != website_id:
        msg = f"{name} repeats another website_id"
        raise msgspec.ValidationError(msg)


def overhear(database: Database) -> list[Fact]:
    """Everything that is committed from now on, beside whoever listens to the database."""
    heard: list[Fact] = []
    listen = database.listen

    def note(listener: Callable[[list[Any]], None] | None, values: list[Any]) -> None:
        heard.extend(value for value in values if isinstance(value, Fact))
        if listener is not None:
            listener(values)

    listen(partial(note, None))
    database.listen = lambda listener: listen(partial(note, listener))  # pyright: ignore[reportAttributeAccessIssue] - a method of one object is replaced
    return heard


def check_facts(facts: Sequence[Fact]) -> None:
    """Raise for a fact that nobody knows, or whose payload is not that of the contract."""
    for fact in facts:
        assert fact.name in INTERNAL or fact.name in PAYLOADS, fact.name
        assert fact.data == dump(canonical(msgspec.json.decode(fact.data))), fact.name
        assert len(fact.data) <= DATA_MAX, fact.name
        if fact.name in PAYLOADS:
            check(fact.name, fact.data, fact.workspace_id)
