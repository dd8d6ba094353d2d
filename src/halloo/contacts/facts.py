"""Facts of visitors and contacts (hooks contract 10), each rendered once."""

from typing import Any

from halloo.contacts.device import parse_user_agent
from halloo.contacts.model import Contact, Page, Visitor
from halloo.db.tx import Tx
from halloo.events.log import erase_payloads_of, record
from halloo.kit.json import canonical, dump


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
    record(tx, "people:profile:removed", dump({"website_id": tx.workspace_id, "people_id": contact_id}))


def visitor_revoked(tx: Tx, visitor_id: str, browsers: list[str] | None = None) -> None:
    """`visitor:revoked`: Halloo's own; tokens of a visitor ended, and live connections with them.

    `browsers` are the digests of those tokens; without it, all have ended.
    """
    ended = {} if browsers is None else {"browsers": browsers}
    record(tx, "visitor:revoked", dump({"website_id": tx.workspace_id, "visitor_id": visitor_id, **ended}))


def bound(tx: Tx, conversation_id: str, contact_id: str) -> None:
    """`people:bind:session`: the conversation is this contact's now."""
    about_session(tx, conversation_id, "people:bind:session", people_id=contact_id)


def verified(tx: Tx, conversation_id: str, visitor: Visitor) -> None:
    """`session:update_verify`: who the visitor is was proven."""
    named = "email" if visitor.is_address else "user_id"
    listed = [{"identity": named, "method": visitor.identity, "annotation": ""}]
    about_session(tx, conversation_id, "session:update_verify", is_verified=True, verifications=listed)


_SET = ("name", "email", "phone", "avatar")


def details_set(tx: Tx, conversation_id: str, news: dict[str, Any]) -> None:
    """`session:set_nickname`, `…email`, `…phone`, `…avatar`: what is known of the visitor now, claimed or signed, by column."""
    if news.get("name"):
        about_session(tx, conversation_id, "session:set_nickname", nickname=news["name"])
    if news.get("email"):
        about_session(tx, conversation_id, "session:set_email", email=news["email"])
    if news.get("phone"):
        about_session(tx, conversation_id, "session:set_phone", phone=news["phone"])
    if news.get("avatar"):
        about_session(tx, conversation_id, "session:set_avatar", avatar=news["avatar"])


def introduced(tx: Tx, conversation_id: str, visitor: Visitor) -> None:
    """The same facts of everything that is known of a visitor: for a conversation under which none of it was told."""
    details_set(tx, conversation_id, {column: getattr(visitor, column) for column in _SET})


def about_session(tx: Tx, conversation_id: str, name: str, **values: Any) -> None:
    """An event about the visitor, told under their current conversation."""
    session = {"website_id": tx.workspace_id, "session_id": f"session_{conversation_id}", "inbox_id": None}
    record(tx, name, dump({**session, **canonical(values)}), conversation_id=conversation_id)


def pages_synced(tx: Tx, conversation_id: str, pages: list[Page]) -> None:
    """`session:sync:pages`: the pages the visitor looked at, newest last."""
    listed = [
        {"page_url": page.url, "page_title": page.title, "page_referrer": page.referrer, "timestamp": page.at}
        for page in reversed(pages)
    ]
    about_session(tx, conversation_id, "session:sync:pages", pages=listed)


def system_known(tx: Tx, conversation_id: str, visitor: Visitor) -> None:
    """`session:sync:system` and `session:sync:locales`: the browser and its language are known."""
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
