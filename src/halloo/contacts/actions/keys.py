"""What follows for visitors when an identity key goes."""

from halloo.contacts import token_store
from halloo.db.tx import Tx
from halloo.widgets import actions as widgets
from halloo.workspaces.model import Actor


def retire_identity_key(tx: Tx, who: Actor, widget_id: str, kid: str) -> None:
    """Delete an identity key, and every visitor token that was given on its word. Raises `IdentityKeyNotFound`."""
    widgets.delete_identity_key(tx, who, widget_id, kid)
    token_store.drop_tokens_of_key(tx, tx.workspace_id, kid)
