"""The facts that the hooks slice records. They stay in the workspace's own stream; no hook carries them."""

from halloo.db.tx import Tx
from halloo.events.log import record
from halloo.kit.json import dump

UPDATED = "hook:updated"
"""A hook was made, changed, switched or deleted, or its secrets were: dispatchers read it again."""


def hook_updated(tx: Tx, hook_id: str) -> None:
    """Record `UPDATED`."""
    record(tx, UPDATED, dump({"website_id": tx.workspace_id, "hook_id": hook_id}))
