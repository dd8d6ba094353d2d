"""What a page or a visitor says of themselves, without proof: the one rule of what becomes of it."""

from dataclasses import replace
from typing import Any

from halloo.contacts import store
from halloo.contacts.actions.contacts import tell_contact
from halloo.contacts.actions.visitors import lock_visitor
from halloo.contacts.errors import ValueRefused
from halloo.contacts.model import DATA_KEYS, Details, Scalar, Visitor
from halloo.db.tx import Tx


def claim_details(tx: Tx, visitor_id: str, details: Details) -> tuple[Visitor, dict[str, Any]]:
    """The visitor with what was claimed of them, and what of it is new; what was not named stays.

    Raises `VisitorTokenInvalid`, `ValueRefused`.
    """
    visitor = lock_visitor(tx, visitor_id)
    return take_claims(tx, visitor, details.checked())


def take_claims(tx: Tx, visitor: Visitor, claims: dict[str, Any]) -> tuple[Visitor, dict[str, Any]]:
    """The visitor with checked claims by column, and what of them is new. What was signed stays; the contact follows.

    The caller has locked the visitor. What was claimed before is no news, so that a page that says the same again does not
    replace what operators wrote since. Raises `ValueRefused`.
    """
    values = {name: value for name, value in claims.items() if name not in visitor.signed}
    if "data" in values:
        values["data"] = _data(visitor, values["data"])
    changed = {name: value for name, value in values.items() if getattr(visitor, name) != value}
    if not changed:
        return visitor, changed
    store.update_visitor(tx, tx.workspace_id, visitor.id, changed)
    if visitor.contact_id is not None:
        tell_contact(tx, visitor.contact_id, changed)
    return replace(visitor, **changed), changed


def _data(visitor: Visitor, told: dict[str, Scalar]) -> dict[str, Scalar]:
    """The keys that were told replace those of before, but for what was signed."""
    data = {**visitor.data, **{key: value for key, value in told.items() if f"data.{key}" not in visitor.signed}}
    if len(data) > DATA_KEYS:
        raise ValueRefused(f"data: at most {DATA_KEYS} keys, together with those of before.", field="data")
    return data
