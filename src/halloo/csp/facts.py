"""The facts that the csp slice records. They stay in the workspace's own stream; no hook carries them."""

from halloo.csp.kept import Group
from halloo.db.tx import Tx
from halloo.events.log import record
from halloo.kit.json import dump

BLOCKED = "csp:blocked"
"""Browsers reported that a page's policy keeps something away that a widget cannot do without."""


def chat_blocked(tx: Tx, group: Group) -> None:
    """Record `BLOCKED`."""
    told = {"website_id": tx.workspace_id, "widget_id": group.widget_id, "report_id": group.id, "page": group.page}
    record(tx, BLOCKED, dump({**told, "directive": group.directive, "blocked": group.blocked}))
