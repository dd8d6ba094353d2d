"""The facts that the widgets slice records. They stay in the workspace's own stream; no hook carries them."""

from halloo.db.tx import Tx
from halloo.events.log import record
from halloo.events.model import Fact
from halloo.kit.json import dump

UPDATED = "widget:updated"
"""A widget was created or changed."""
REMOVED = "widget:removed"
"""A widget was deleted: its loader and sockets stop."""


def widget_updated(tx: Tx, widget_id: str) -> Fact:
    """Record `UPDATED`."""
    return record(tx, UPDATED, _data(tx, widget_id))


def widget_removed(tx: Tx, widget_id: str) -> Fact:
    """Record `REMOVED`."""
    return record(tx, REMOVED, _data(tx, widget_id))


def _data(tx: Tx, widget_id: str) -> bytes:
    return dump({"website_id": tx.workspace_id, "widget_id": widget_id})
