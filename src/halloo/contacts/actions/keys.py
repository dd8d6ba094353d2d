"""What follows for visitors when an identity key goes."""

from halloo.contacts import token_store
from halloo.contacts.actions.links import is_proven
from halloo.db.tx import Tx
from halloo.widgets import actions as widgets
from halloo.workspaces.model import Actor


def retire_identity_key(tx: Tx, who: Actor, widget_id: str, kid: str) -> list[str]:
    """Delete an identity key, and every visitor token that was given on its word. Raises `IdentityKeyNotFound`.

    The ids of visitors of whom nothing else proves who they are.
    """
    widgets.delete_identity_key(tx, who, widget_id, kid)
    held = token_store.drop_tokens_of_key(tx, tx.workspace_id, kid)
    return [id for id in dict.fromkeys(held) if not is_proven(tx, id)]
