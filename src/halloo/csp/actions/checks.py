"""What the doctor last said of each allowed domain of a widget (csp contract 5)."""

from collections.abc import Sequence

from halloo.csp import store
from halloo.csp.actions.reports import MANAGE, READ
from halloo.csp.errors import OriginUnlisted
from halloo.csp.kept import Check
from halloo.db.tx import Tx
from halloo.workspaces.model import Actor


def list_checks(tx: Tx, who: Actor, widget_id: str, domains: Sequence[str]) -> list[tuple[str, Check | None]]:
    """One row for each allowed domain, in their order: its last check, None where there was none."""
    who.require(*READ)
    found = {check.origin: check for check in store.list_checks(tx, widget_id)}
    return [(origin, found.get(origin)) for origin in domains]


def require_listed(domains: Sequence[str], origin: str) -> None:
    """Raise `OriginUnlisted` for what is no allowed domain: nobody else's page is checked for a widget."""
    if origin not in domains:
        raise OriginUnlisted(field="origin")


def save_check(tx: Tx, who: Actor, widget_id: str, domains: Sequence[str], check: Check) -> None:
    """Keep what the doctor said of a page; what it said of pages that are no allowed domain any more goes. Raises `OriginUnlisted`."""
    who.require(MANAGE)
    require_listed(domains, check.origin)
    store.save_check(tx, widget_id, check)
    store.forget_checks(tx, widget_id, {one.origin for one in store.list_checks(tx, widget_id)} - set(domains))
