"""What visitors say of themselves, told to colleagues under the visitor's current conversation (hooks contract 10)."""

from typing import Any

from halloo.contacts import actions as contacts
from halloo.contacts import facts as contact_facts
from halloo.contacts import forms
from halloo.contacts.forms import Filled
from halloo.contacts.model import Contact, Details, Visitor
from halloo.conversations import store
from halloo.db.tx import Tx
from halloo.workspaces.model import Actor


def claim_details(tx: Tx, visitor_id: str, details: Details) -> Visitor:
    """The visitor with what was claimed of them. Raises `VisitorTokenInvalid`, `ValueRefused`."""
    visitor, news = contacts.claim_details(tx, visitor_id, details)
    _tell(tx, visitor, news)
    return visitor


def submit_form(tx: Tx, visitor_id: str, form_hash: str, filled: Filled) -> None:
    """Keep what a visitor filled in for their next conversation. Raises `VisitorTokenInvalid`."""
    visitor, news = forms.submit_form(tx, visitor_id, form_hash, filled)
    _tell(tx, visitor, news)


def note_refused_value(tx: Tx, visitor_id: str, column: str, value: str) -> None:
    """Tell that a value which was claimed of a visitor was refused, where they have a conversation."""
    visitor = contacts.find_visitor(tx, visitor_id)
    current = store.find_newest_of_visitor(tx, tx.workspace_id, visitor_id)
    if visitor is not None and current is not None:
        contact_facts.value_refused(tx, current, visitor, column, value)


def change_contact(tx: Tx, who: Actor, contact_id: str, details: Details, if_match: int | None = None) -> Contact:
    """`contacts.change_contact`; what of it is shown beside a conversation is told under the contact's current one, too."""
    before = contacts.find_contact(tx, contact_id)
    after = contacts.change_contact(tx, who, contact_id, details, if_match)
    news = {name: getattr(after, name) for name in details.given if getattr(before, name) != getattr(after, name)}
    current = store.find_newest_of_contact(tx, tx.workspace_id, contact_id) if news else None
    if current is not None:
        contact_facts.details_set(tx, current, news, contact_id)
    return after


def _tell(tx: Tx, visitor: Visitor, news: dict[str, Any]) -> None:
    """Before there is a conversation nobody is told; the first one begins with all of it."""
    current = store.find_newest_of_visitor(tx, tx.workspace_id, visitor.id) if news else None
    if current is not None:
        contact_facts.details_set(tx, current, news, visitor.contact_id)
