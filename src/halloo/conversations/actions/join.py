"""A guest turns out to be somebody: what was said in their browser is that person's from now on."""

from dataclasses import replace

from halloo.contacts import actions as contacts
from halloo.contacts import facts as contact_facts
from halloo.contacts.actions import Identified
from halloo.contacts.model import Proven, Visitor
from halloo.conversations import store
from halloo.db.tx import Tx
from halloo.widgets.actions import read_form_hash

_TOLD = 100
"""As many joined conversations are told of one by one; older ones are seen when a list is read."""


def identify_visitor(tx: Tx, widget_id: str, token: str, proven: Proven) -> tuple[Identified, int]:
    """Identify a browser's visitor, and how many conversations of a guest came along.

    Raises `VisitorTokenInvalid`, `VisitorBlocked`, `IdentityInvalid`.
    """
    before, _ = contacts.recognise_browser(tx, widget_id, token)
    found = contacts.identify(tx, widget_id, token, proven)
    if before.identified:
        merged = 0
    elif found.former is None:
        merged = len(store.list_ids_of_visitor(tx, tx.workspace_id, before.id))
    else:
        person, merged = join_visitors(tx, found.former, found.visitor)
        found = replace(found, visitor=person)
    current = store.find_newest_of_visitor(tx, tx.workspace_id, found.visitor.id)
    if current is not None and (found.news or merged):
        contact_facts.verified(tx, current, found.visitor)
        if found.former is None:
            contact_facts.details_set(tx, current, found.news, found.visitor.contact_id)
        else:
            contact_facts.introduced(tx, current, found.visitor, found.visitor.contact_id)
    return found, merged


def join_visitors(tx: Tx, former: Visitor, person: Visitor) -> tuple[Visitor, int]:
    """Every conversation of a guest becomes the person's: they as they are then, and how many. The guest's tokens have ended."""
    person = contacts.take_over(tx, former, person, read_form_hash(tx, person.widget_id))
    ids = store.list_ids_of_visitor(tx, tx.workspace_id, former.id)
    contact_id = contacts.join_contact(tx, former, person, len(ids))
    if contact_id is not None:
        store.hand_over(tx, tx.workspace_id, former.id, person.id, contact_id)
        for conversation_id in ids[:_TOLD]:
            contact_facts.bound(tx, conversation_id, contact_id)
    return person, len(ids)
