"""Two contacts turn out to be one person: their records are joined, and nothing that operators wrote is lost."""

from typing import Any

from halloo.contacts import facts, store
from halloo.contacts.actions.contacts import ensure_contact, save_contact, vouch_contact
from halloo.contacts.model import NOTES_MAX, Contact, Visitor, filled_up
from halloo.db.tx import Tx

_FILLED = ("name", "email", "phone", "company")


def join_contact(tx: Tx, former: Visitor, person: Visitor, moved: int) -> str | None:
    """The contact of `person` from now on, who takes over `moved` conversations of a guest; None where there is none.

    The guest's contact becomes theirs where they have none, and is joined to theirs otherwise. One that other browsers
    have, too, stays with those.
    """
    theirs = None if former.contact_id is None else store.find_contact(tx, tx.workspace_id, former.contact_id)
    store.update_visitor(tx, tx.workspace_id, former.id, {"contact_id": None})
    if theirs is not None and store.list_visitors_of(tx, tx.workspace_id, theirs.id):
        store.count_conversations(tx, tx.workspace_id, theirs.id, -moved)
        theirs = None
    if theirs is not None and person.contact_id is None:
        store.update_visitor(tx, tx.workspace_id, person.id, {"contact_id": theirs.id})
        vouch_contact(tx, theirs.id, _vouched(person))
        return theirs.id
    if not moved and theirs is None:
        return person.contact_id
    contact_id = ensure_contact(tx, person)
    store.count_conversations(tx, tx.workspace_id, contact_id, moved)
    if theirs is not None:
        _fold(tx, theirs, store.get_contact(tx, tx.workspace_id, contact_id))
    return contact_id


def _vouched(person: Visitor) -> dict[str, Any]:
    """What the customer's server has said of a person, by column."""
    data = {key: value for key, value in person.data.items() if f"data.{key}" in person.signed}
    return {**{name: getattr(person, name) for name in person.signed if "." not in name}, "data": data}


def _fold(tx: Tx, theirs: Contact, into: Contact) -> None:
    """Fill up `into` with what is known of `theirs` alone, which is deleted."""
    wanted: dict[str, Any] = {name: getattr(into, name) or getattr(theirs, name) for name in _FILLED}
    wanted["data"] = filled_up(into.data, theirs.data)
    wanted["notes"] = "\n\n".join(filter(None, (into.notes, theirs.notes)))[:NOTES_MAX]
    wanted["first_seen_at"] = min(into.first_seen_at, theirs.first_seen_at)
    changed = {name: value for name, value in wanted.items() if getattr(into, name) != value}
    if changed:
        save_contact(tx, into, changed)
    store.delete_contact(tx, tx.workspace_id, theirs.id)
    facts.profile_removed(tx, theirs.id)
