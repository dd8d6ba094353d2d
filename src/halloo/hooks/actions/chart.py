"""How the last day of a hook went, by quarter of an hour."""

from typing import NamedTuple

from halloo.db.tx import Tx
from halloo.hooks.model import ANSWERS, QUARTER
from halloo.hooks.store import records, show
from halloo.kit.clock import DAY
from halloo.kit.histogram import quantile
from halloo.workspaces.model import Actor

_SHARE = 0.95


class Quarter(NamedTuple):
    """Calls of a quarter of an hour, and the time in ms below which 95 % of the answers came; None where there was none."""

    at: int
    succeeded: int
    failed: int
    p95: int | None


def read_chart(tx: Tx, who: Actor, hook_id: str) -> list[Quarter]:
    """The 96 quarters up to the present one, oldest first; also those without a call. Raises `HookNotFound`."""
    who.require("hooks:read", "hooks:manage")
    records.get_hook(tx, who.workspace_id, hook_id)
    until = tx.now - tx.now % QUARTER + QUARTER
    known = {row.at: row for row in show.list_quarters(tx, who.workspace_id, hook_id, until - DAY, until)}
    return [_quarter(at, known.get(at)) for at in range(until - DAY, until, QUARTER)]


def _quarter(at: int, row: show.QuarterRow | None) -> Quarter:
    if row is None:
        return Quarter(at, 0, 0, None)
    p95 = quantile(ANSWERS, row.answers, _SHARE)
    return Quarter(at, row.succeeded, row.failed, None if p95 is None else round(p95))
