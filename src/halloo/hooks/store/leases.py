"""SQL of what a dispatcher holds and sees."""

from collections.abc import Sequence

from sqlalchemy import text

from halloo.db.statement import Statement
from halloo.db.tx import Tx
from halloo.hooks.model import LEASE, Claimed
from halloo.hooks.store.key import PENDING

COUNTED_MAX = 1_000
_BACK = Statement(text(f"UPDATE deliveries SET due_at = :now, lease = NULL WHERE {PENDING} AND lease = :lease"))
_COUNT = Statement(
    text(
        "SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE workspace_id = :ws AND hook_id = :hook AND state = 'pending' "
        "AND due_at <= :now ORDER BY due_at LIMIT :limit) d"
    )
)
_BREAKERS = Statement(text("SELECT hook_id, probes, probe_at FROM hook_health WHERE workspace_id = :ws"))


def give_back(tx: Tx, lease: str, deliveries: Sequence[Claimed], now: int) -> None:
    """Have deliveries that are leased under this token be due, before what was planned since; others are left alone."""
    tx.many(_BACK, [(now - LEASE, one.workspace_id, one.hook_id, one.seq, one.series, lease) for one in deliveries])


def count_due(tx: Tx, hook_id: str, now: int) -> int:
    """How many deliveries of a hook are due and not leased, at most `COUNTED_MAX`."""
    return tx.scalar(_COUNT, ws=tx.workspace_id, hook=hook_id, now=now, limit=COUNTED_MAX)


def list_breakers(tx: Tx) -> dict[str, tuple[int, int | None]]:
    """Probes and the time of the next one, by hook."""
    return {id: (probes, probe_at) for id, probes, probe_at in tx.rows(_BREAKERS, ws=tx.workspace_id)}
