"""The facts that the hooks slice records. They stay in the workspace's own stream; no hook carries them."""

from halloo.db.tx import Tx
from halloo.events.log import record
from halloo.kit.json import dump

UPDATED = "hook:updated"
"""A hook was made, changed, switched or deleted, or its secrets were: dispatchers read it again."""
WARNED = "hook:warned"
"""A hook has failed for a day."""
DISABLED = "hook:disabled"
"""A hook was disabled for how it answers."""


def hook_updated(tx: Tx, hook_id: str) -> None:
    """Record `UPDATED`."""
    record(tx, UPDATED, dump({"website_id": tx.workspace_id, "hook_id": hook_id}))


def hook_warned(tx: Tx, hook_id: str, name: str, last_error: str | None, since: int) -> None:
    """Record `WARNED`: it has failed since then."""
    _tell(tx, WARNED, hook_id, name, "failing", last_error, since)


def hook_disabled(tx: Tx, hook_id: str, name: str, reason: str, last_error: str | None, since: int) -> None:
    """Record `DISABLED`."""
    _tell(tx, DISABLED, hook_id, name, reason, last_error, since)


def _tell(tx: Tx, fact: str, hook_id: str, name: str, reason: str, last_error: str | None, since: int) -> None:
    told = {"website_id": tx.workspace_id, "hook_id": hook_id, "name": name, "reason": reason}
    record(tx, fact, dump({**told, "last_error": last_error, "since": since}))
