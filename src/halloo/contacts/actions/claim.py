"""What a page or a visitor says of themselves, without proof."""

from dataclasses import replace
from typing import Any

from halloo.contacts import facts, store
from halloo.contacts.actions.contacts import tell_contact
from halloo.contacts.errors import ValueRefused, VisitorTokenInvalid
from halloo.contacts.model import DATA_KEYS, Details, Scalar, Visitor
from halloo.db.tx import Tx


def claim_details(tx: Tx, visitor_id: str, details: Details, conversation_id: str | None) -> Visitor:
    """The visitor with what was claimed of them; what was signed stays as it is, and so does what was not named.

    The contact follows. `conversation_id` is the current conversation, under which colleagues are told. Raises `ValueRefused`.
    """
    visitor = store.find_visitor(tx, tx.workspace_id, visitor_id, lock=True)
    if visitor is None:
        raise VisitorTokenInvalid
    values = {name: value for name, value in details.checked().items() if name not in visitor.signed}
    if "data" in values:
        values["data"] = _data(visitor, values["data"])
    changed: dict[str, Any] = {name: value for name, value in values.items() if getattr(visitor, name) != value}
    if not changed:
        return visitor
    store.update_visitor(tx, tx.workspace_id, visitor.id, changed)
    if visitor.contact_id is not None:
        tell_contact(tx, visitor.contact_id, changed)
    if conversation_id is not None:
        facts.claimed(tx, conversation_id, changed)
    return replace(visitor, **changed)


def _data(visitor: Visitor, told: dict[str, Scalar]) -> dict[str, Scalar]:
    """The keys that were told replace those of before, but for what was signed."""
    data = {**visitor.data, **{key: value for key, value in told.items() if f"data.{key}" not in visitor.signed}}
    if len(data) > DATA_KEYS:
        raise ValueRefused(f"data: at most {DATA_KEYS} keys, together with those of before.", field="data")
    return data
