"""Proofs of identity that are refused, or do not count any more: told under the visitor's current conversation."""

from halloo.contacts import actions as contacts
from halloo.contacts import facts as contact_facts
from halloo.conversations import store
from halloo.db.tx import Tx
from halloo.workspaces.model import Actor

_TOLD = 100
"""As many visitors of a deleted key are told of one by one."""


def note_refused_proof(tx: Tx, visitor_id: str) -> None:
    """Tell that a proof was not taken: the visitor stays who they were."""
    visitor = contacts.find_visitor(tx, visitor_id)
    current = store.find_newest_of_visitor(tx, tx.workspace_id, visitor_id)
    if visitor is not None and current is not None:
        contact_facts.proof_refused(tx, current, visitor)


def forget_browser(tx: Tx, widget_id: str, token: str) -> None:
    """End the token of one browser; whoever sits there next is somebody new. Raises `VisitorTokenInvalid`, `VisitorBlocked`."""
    _tell_unproven(tx, contacts.forget_browser(tx, widget_id, token))


def retire_identity_key(tx: Tx, who: Actor, widget_id: str, kid: str) -> None:
    """Delete an identity key, and every visitor token that was given on its word. Raises `IdentityKeyNotFound`."""
    for visitor_id in contacts.retire_identity_key(tx, who, widget_id, kid)[:_TOLD]:
        _tell_unproven(tx, visitor_id)


def _tell_unproven(tx: Tx, visitor_id: str | None) -> None:
    current = None if visitor_id is None else store.find_newest_of_visitor(tx, tx.workspace_id, visitor_id)
    if current is not None:
        contact_facts.proof_withdrawn(tx, current)
