"""Contacts: the person records behind visitors. What operators do with them, and what follows from what visitors say."""

from dataclasses import replace
from typing import Any

from halloo.contacts import block_store, facts, store
from halloo.contacts.actions.erasures import erase_visitors
from halloo.contacts.erasure import Erased
from halloo.contacts.model import DATA_KEYS, Contact, Details, Scalar, Visitor, check_email, filled_up, words_of
from halloo.db.tx import Tx
from halloo.files import actions as files
from halloo.kit.ids import new_id, new_id_like
from halloo.kit.refusals import Conflict, Stale
from halloo.kit.text import search_words
from halloo.workspaces.model import Actor

_QUERY_MAX = 200


def ensure_contact(tx: Tx, visitor: Visitor) -> str:
    """The id of the visitor's contact, made from what is known of them where there is none yet; of two callers one makes it."""
    now = store.find_visitor(tx, tx.workspace_id, visitor.id, lock=True) or visitor  # as they are by now
    if now.contact_id is not None:
        return now.contact_id
    known = {name: getattr(now, name) for name in ("name", "email", "phone", "company", "avatar", "data")}
    values = {**known, "id": new_id_like(visitor.id), "verified": now.identified}
    contact = _create(tx, values, now.created_at)
    store.update_visitor(tx, tx.workspace_id, visitor.id, {"contact_id": contact.id})
    if now.blocked:
        block_store.hand_up(tx, tx.workspace_id, visitor.id, contact.id)
    return contact.id


def create_contact(tx: Tx, who: Actor, details: Details) -> Contact:
    """A contact entered by hand. Raises `Conflict` where the address is another's."""
    who.require("contacts:write")
    _refuse_taken(tx, details, None)
    return _create(tx, {**details.checked(), "id": new_id()}, tx.now)


def _create(tx: Tx, values: dict[str, Any], first_seen_at: int) -> Contact:
    """A contact of checked values by column."""
    contact = Contact(
        workspace_id=tx.workspace_id,
        id=values["id"],
        name=values.get("name"),
        email=values.get("email"),
        phone=values.get("phone"),
        company=values.get("company"),
        avatar=values.get("avatar"),
        verified=values.get("verified", False),
        notes=values.get("notes", ""),
        data=values.get("data", {}),
        conversations=0,
        first_seen_at=first_seen_at,
        last_seen_at=tx.now,
        created_at=tx.now,
        updated_at=tx.now,
    )
    store.insert_contact(tx, contact, words_of(contact))
    facts.profile_created(tx, contact)
    return contact


def change_contact(tx: Tx, who: Actor, contact_id: str, details: Details, if_match: int | None = None) -> Contact:
    """Change what is said of a contact. Raises `ContactNotFound`, `ValueRefused`, `Conflict`, `Stale`."""
    who.require("contacts:write")
    contact = store.get_contact(tx, tx.workspace_id, contact_id)
    if if_match is not None:
        refuse_stale(contact.updated_at, if_match)
    values = details.checked()
    changed = {name: value for name, value in values.items() if getattr(contact, name) != value}
    if not changed:
        return contact
    if changed.get("email"):
        _refuse_taken(tx, details, contact_id)
    return save_contact(tx, contact, changed)


def save_contact(tx: Tx, contact: Contact, changed: dict[str, Any]) -> Contact:
    """Store what changed of a contact, and tell so."""
    contact = replace(contact, **changed, updated_at=max(tx.now, contact.updated_at + 1))
    stored = {**changed, "updated_at": contact.updated_at, "words": words_of(contact)}
    store.update_contact(tx, tx.workspace_id, contact.id, stored)
    facts.profile_updated(tx, contact, changed)
    return contact


def vouch_contact(tx: Tx, contact_id: str, vouched: dict[str, Any]) -> None:
    """The person behind a contact is proven, and so is what the customer's server says of them."""
    contact = store.find_contact(tx, tx.workspace_id, contact_id)
    if contact is None:
        return
    wanted = {**vouched, "data": filled_up(vouched.get("data", {}), contact.data), "verified": True}
    changed = {name: value for name, value in wanted.items() if getattr(contact, name) != value}
    if changed:
        save_contact(tx, contact, changed)


def tell_contact(tx: Tx, contact_id: str, claims: dict[str, Any]) -> None:
    """A contact follows what its visitor claims; of a proven person only what is not known yet is filled in."""
    contact = store.find_contact(tx, tx.workspace_id, contact_id)
    if contact is None:
        return
    wanted = {name: value for name, value in claims.items() if not (contact.verified and getattr(contact, name))}
    if "data" in claims:
        wanted["data"] = _told_data(contact, claims["data"])
    changed = {name: value for name, value in wanted.items() if getattr(contact, name) != value}
    if changed:
        save_contact(tx, contact, changed)


def _told_data(contact: Contact, told: dict[str, Scalar]) -> dict[str, Scalar]:
    """What operators have entered is not pushed out; what the visitor has claimed before may be said anew."""
    both = {**contact.data, **told}
    return filled_up(contact.data, told) if contact.verified or len(both) > DATA_KEYS else both


def refuse_stale(updated_at: int, if_match: int) -> None:
    """Raise `Stale` where the thing was changed since the caller read it."""
    if updated_at != if_match:
        raise Stale


def _refuse_taken(tx: Tx, details: Details, contact_id: str | None) -> None:
    email = check_email(details.email)
    other = store.find_contact_of_email(tx, tx.workspace_id, email) if email else None
    if other is not None and other.id != contact_id:
        raise Conflict("email: another contact has this address.", code="email_taken", contact_id=other.id)


def get_contact(tx: Tx, who: Actor, contact_id: str) -> Contact:
    """A contact. Raises `ContactNotFound`."""
    who.require("contacts:read")
    return store.get_contact(tx, tx.workspace_id, contact_id)


def find_contact(tx: Tx, contact_id: str) -> Contact | None:
    """A contact of this workspace, or None."""
    return store.find_contact(tx, tx.workspace_id, contact_id)


def list_contacts(tx: Tx, who: Actor, q: str, before: tuple[int, str] | None, limit: int) -> list[Contact]:
    """Contacts that fit the words of `q`, last seen first, behind `before` = (last_seen_at, id)."""
    who.require("contacts:read")
    return store.list_contacts(tx, tx.workspace_id, search_words(q[:_QUERY_MAX]), before, limit)


def list_browsers(tx: Tx, who: Actor, contact_id: str) -> list[Visitor]:
    """The visitors behind a contact, last seen first; for who reads contacts, or writes to one of them."""
    who.require("contacts:read", "conversations:write")
    return store.list_visitors_of(tx, tx.workspace_id, contact_id)


def list_browser_ids(tx: Tx, contact_id: str) -> list[str]:
    """The ids of all visitors behind a contact; for programs of our own."""
    return store.list_visitor_ids_of(tx, tx.workspace_id, contact_id)


def get_contacts(tx: Tx, who: Actor, ids: set[str]) -> dict[str, Contact]:
    """Contacts by id, for screens that show them beside conversations."""
    who.require("conversations:read", "conversations:write")
    return store.list_contacts_by_id(tx, tx.workspace_id, ids)


def count_conversation(tx: Tx, contact_id: str) -> None:
    """Note that a conversation with this contact began."""
    store.count_conversations(tx, tx.workspace_id, contact_id, 1)


def delete_contact(
    tx: Tx, who: Actor, contact_id: str, erased: Erased | None = None, *, browsers: bool = False
) -> None:
    """Delete a contact, and what its browsers were said to be, with `browsers` those as well. Raises `ContactNotFound`.

    Browsers that stay and were blocked with the contact stay blocked. What goes is noted in `erased`.
    """
    who.require("contacts:delete")
    store.get_contact(tx, tx.workspace_id, contact_id)
    erased = Erased() if erased is None else erased
    if browsers:
        erase_visitors(tx, contact_id, erased)
    else:
        block_store.hand_down(tx, tx.workspace_id, contact_id)
    store.delete_contact(tx, tx.workspace_id, contact_id)
    erased.count("file", files.erase_of_owner(tx, f"contact:{contact_id}"))
    erased.count("file", files.erase_picture(tx, "contact", contact_id))
    erased.add("contact", [contact_id])
    facts.profile_removed(tx, contact_id)
