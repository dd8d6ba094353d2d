"""Facts of visitors and contacts (hooks contract 10), each rendered once."""

from typing import Any

from halloo.contacts.blocking import Block
from halloo.contacts.device import parse_user_agent
from halloo.contacts.model import Contact, Page, Spot, Visitor
from halloo.db.tx import Tx
from halloo.events.log import erase_payloads_of, record
from halloo.kit.clock import utc_offset
from halloo.kit.json import DATA_MAX, canonical, dump
from halloo.kit.text import clean

REMOVED = "people:profile:removed"
"""A contact is no more; with everything that was said, or without."""


def profile_created(tx: Tx, contact: Contact) -> None:
    """`people:profile:created`."""
    data: dict[str, Any] = {"website_id": tx.workspace_id, "people_id": contact.id}
    if contact.email:
        data["email"] = contact.email
    record(tx, "people:profile:created", dump(data), contact_id=contact.id)


def profile_updated(tx: Tx, contact: Contact, changed: dict[str, Any]) -> None:
    """`people:profile:updated`: the changed fields only."""
    person: dict[str, Any] = {}
    if "name" in changed:
        person["nickname"] = contact.name
    if "avatar" in changed:
        person["avatar"] = contact.avatar
    if "phone" in changed:
        person["phone"] = contact.phone
    if "company" in changed:
        person["employment"] = {"name": contact.company}
    data: dict[str, Any] = {"website_id": tx.workspace_id, "people_id": contact.id}
    if contact.email:
        data["email"] = contact.email
    told = {**data, "update": {"updated_at": tx.now, "person": person}}
    record(tx, "people:profile:updated", dump(told), contact_id=contact.id)


def profile_removed(tx: Tx, contact_id: str) -> None:
    """`people:profile:removed`; what was told of the contact before is erased."""
    erase_payloads_of(tx, contact_id)
    record(tx, REMOVED, dump({"website_id": tx.workspace_id, "people_id": contact_id}))


def visitor_revoked(tx: Tx, visitor_id: str, browsers: list[str] | None = None) -> None:
    """`visitor:revoked`: Halloo's own; tokens of a visitor ended, and live connections with them.

    `browsers` are the digests of those tokens; without it, all have ended.
    """
    ended = {} if browsers is None else {"browsers": browsers}
    record(tx, "visitor:revoked", dump({"website_id": tx.workspace_id, "visitor_id": visitor_id, **ended}))


_NAMED = 200
"""As many visitors one fact names."""


def block_updated(tx: Tx, block: Block, visitors: list[str], *, blocked: bool) -> None:
    """`block:updated`: Halloo's own; somebody is kept away, or let in again. Live connections of `visitors`, or of `network`, end."""
    data: dict[str, Any] = {"website_id": tx.workspace_id, "block_id": block.id, "blocked": blocked}
    if block.kind == "network":
        data["network"] = block.value
    for start in range(0, max(1, len(visitors)), _NAMED):
        some = visitors[start : start + _NAMED]
        record(tx, "block:updated", dump({**data, "visitors": some} if some else data))


def block_set(tx: Tx, conversation_id: str, *, blocked: bool) -> None:
    """`session:set_block`: the visitor of a conversation is blocked, or is not any more."""
    about_session(tx, conversation_id, "session:set_block", is_blocked=blocked)


def bound(tx: Tx, conversation_id: str, contact_id: str) -> None:
    """`people:bind:session`: the conversation is this contact's now."""
    about_session(tx, conversation_id, "people:bind:session", people_id=contact_id)


_VERIFY = "session:update_verify"


def verified(tx: Tx, conversation_id: str, visitor: Visitor) -> None:
    """`session:update_verify`: who the visitor is was proven."""
    about_session(tx, conversation_id, _VERIFY, is_verified=True, verifications=_proofs(visitor))


def proof_refused(tx: Tx, conversation_id: str, visitor: Visitor) -> None:
    """`session:update_verify`: a proof was not taken; the visitor is who they were."""
    values = {"is_verified": visitor.identified, "verifications": _proofs(visitor), "error": "unknown"}
    about_session(tx, conversation_id, _VERIFY, **values)


def proof_withdrawn(tx: Tx, conversation_id: str) -> None:
    """`session:update_verify`: no proof of who the visitor is counts any more."""
    about_session(tx, conversation_id, _VERIFY, is_verified=False, verifications=[])


def _proofs(visitor: Visitor) -> list[dict[str, Any]]:
    if not visitor.identified:
        return []
    named = "email" if visitor.is_address else "user_id"
    return [{"identity": named, "method": visitor.identity, "annotation": ""}]


_SET = ("name", "email", "phone", "avatar")


def details_set(tx: Tx, conversation_id: str, news: dict[str, Any], contact_id: str | None) -> None:
    """`session:set_nickname`, `…email`, `…phone`, `…avatar`: what is known of the visitor now, by column.

    Claimed, signed, or entered by a colleague; erased with the contact.
    """
    if news.get("name"):
        about_session(tx, conversation_id, "session:set_nickname", contact_id, nickname=news["name"])
    if news.get("email"):
        about_session(tx, conversation_id, "session:set_email", contact_id, email=news["email"])
    if news.get("phone"):
        about_session(tx, conversation_id, "session:set_phone", contact_id, phone=news["phone"])
    if news.get("avatar"):
        about_session(tx, conversation_id, "session:set_avatar", contact_id, avatar=news["avatar"])


_SHOWN_MAX = 256
_WORDS = {"name": "nickname"}
"""How the wire names what is called otherwise here."""


def value_refused(tx: Tx, conversation_id: str, visitor: Visitor, column: str, value: str) -> None:
    """`session:error`: what the visitor or the page said of them was not taken; what was known stays."""
    before = getattr(visitor, column)
    about_session(
        tx,
        conversation_id,
        "session:error",
        visitor.contact_id,
        type=f"{_WORDS.get(column, column)}:invalid_format",
        value=clean(value)[:_SHOWN_MAX],
        previous_value=before if isinstance(before, str) else "",
    )


def introduced(tx: Tx, conversation_id: str, visitor: Visitor, contact_id: str | None) -> None:
    """The same facts of everything that is known of a visitor: for a conversation under which none of it was told."""
    details_set(tx, conversation_id, {column: getattr(visitor, column) for column in _SET}, contact_id)


def about_session(tx: Tx, conversation_id: str, name: str, contact_id: str | None = None, /, **values: Any) -> None:
    """An event about the visitor, told under their current conversation. `contact_id`: whose details it holds."""
    session = {"website_id": tx.workspace_id, "session_id": f"session_{conversation_id}", "inbox_id": None}
    data = dump({**session, **canonical(values)})
    record(tx, name, data, conversation_id=conversation_id, contact_id=contact_id)


_PAGES_MAX = DATA_MAX - 1024


def pages_synced(tx: Tx, conversation_id: str, pages: list[Page]) -> None:
    """`session:sync:pages`: the pages the visitor looked at, newest last, the newest of them that find room."""
    listed = [
        {"page_url": page.url, "page_title": page.title, "page_referrer": page.referrer, "timestamp": page.at}
        for page in reversed(pages)
    ]
    while len(dump(listed)) > _PAGES_MAX:
        del listed[0]
    about_session(tx, conversation_id, "session:sync:pages", pages=listed)


def system_known(tx: Tx, conversation_id: str, visitor: Visitor) -> None:
    """`session:sync:system`, `session:sync:locales`, `session:sync:timezone`: the browser, its language and its clock are known."""
    device = parse_user_agent(visitor.user_agent)
    system = {
        "os": {"name": device.os_name, "version": device.os_version},
        "engine": {"name": "", "version": ""},
        "browser": {
            "name": device.browser_name,
            "version": device.browser_version,
            "major": device.browser_version.split(".")[0],
        },
        "useragent": visitor.user_agent,
    }
    about_session(tx, conversation_id, "session:sync:system", system=system)
    if visitor.locale:
        about_session(tx, conversation_id, "session:sync:locales", locales={"locales": [visitor.locale]})
    offset = None if visitor.timezone is None else utc_offset(visitor.timezone, tx.now)
    if offset is not None:
        about_session(tx, conversation_id, "session:sync:timezone", timezone={"offset": -offset})


_DEGREES = 4


def place_known(tx: Tx, conversation_id: str, spot: Spot) -> None:
    """`session:sync:geolocation`: the place was estimated; null where nothing is known of it."""
    where = {
        "latitude": None if spot.latitude is None else round(spot.latitude, _DEGREES),
        "longitude": None if spot.longitude is None else round(spot.longitude, _DEGREES),
    }
    place = {"country": spot.country, "region": spot.region, "city": spot.city, "coordinates": where}
    about_session(tx, conversation_id, "session:sync:geolocation", geolocation=place)
