"""Visitors who never wrote are not kept (embedding contract 7)."""

from halloo.contacts import actions as contacts
from halloo.conversations import store
from halloo.db.tx import Tx

BEGINNING = (0, "")


def sweep_silent(tx: Tx, behind: tuple[int, str], limit: int) -> tuple[int, str] | None:
    """Delete visitors without conversation who were not seen for 30 days; at most `limit`, behind the last one looked at.

    Where to go on, or None at the end. Somebody whose contact was deleted still has conversations, and stays.
    """
    found = contacts.list_silent(tx, behind, limit)
    talking = store.list_talking(tx, tx.workspace_id, [visitor_id for _, visitor_id in found])
    contacts.delete_silent(tx, [visitor_id for _, visitor_id in found if visitor_id not in talking])
    return found[-1] if len(found) == limit else None
