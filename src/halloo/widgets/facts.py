"""The facts that the widgets slice records. They stay in the workspace's own stream; no hook carries them."""

from halloo.db.tx import Tx
from halloo.events.log import record
from halloo.events.model import Fact
from halloo.kit.json import dump

UPDATED = "widget:updated"
"""A widget was created or changed."""
REMOVED = "widget:removed"
"""A widget was deleted: its loader and sockets stop."""
KEYS_UPDATED = "widget:keys_updated"
"""An identity key was made or deleted; `removed` names the one whose visitors' connections end."""


def widget_updated(tx: Tx, widget_id: str) -> Fact:
    """Record `UPDATED`."""
    return record(tx, UPDATED, _data(tx, widget_id))


def widget_removed(tx: Tx, widget_id: str) -> Fact:
    """Record `REMOVED`."""
    return record(tx, REMOVED, _data(tx, widget_id))


def keys_updated(tx: Tx, widget_id: str, removed: str | None = None) -> Fact:
    """Record `KEYS_UPDATED`."""
    return record(tx, KEYS_UPDATED, _data(tx, widget_id, **({} if removed is None else {"removed": removed})))


def _data(tx: Tx, widget_id: str, **more: str) -> bytes:
    return dump({"website_id": tx.workspace_id, "widget_id": widget_id, **more})
