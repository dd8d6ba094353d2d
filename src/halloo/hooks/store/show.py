"""SQL of what the screens show of a hook beside itself: what waits, which replay runs, how its day went."""

from typing import NamedTuple

import msgspec
from sqlalchemy import text

from halloo.db.statement import Statement, by_index
from halloo.db.tx import Tx

_COUNT = by_index(
    "SELECT count(*) FROM (SELECT 1 AS one FROM deliveries INDEXED BY deliveries_due WHERE workspace_id = :ws "
    "AND hook_id = :hook AND state = 'pending' ORDER BY due_at LIMIT :limit) AS waiting"
)
_LAST_REPLAY = Statement(
    text("SELECT id, state FROM hook_replays WHERE workspace_id = :ws AND hook_id = :hook ORDER BY id DESC LIMIT 1")
)
_QUARTERS = Statement(
    text(
        "SELECT at, succeeded, failed, answers FROM hook_hours "
        "WHERE workspace_id = :ws AND at >= :since AND at < :until AND hook_id = :hook ORDER BY at"
    )
)
_counts = msgspec.json.Decoder(list[int])


class QuarterRow(NamedTuple):
    """A quarter of an hour: calls by how they ended, and how long answers took, by the classes of `model.ANSWERS`."""

    at: int
    succeeded: int
    failed: int
    answers: list[int]


def count_waiting(tx: Tx, workspace_id: str, hook_id: str, limit: int) -> int:
    """How many deliveries of a hook are still to come through; counts no further than `limit`."""
    return tx.scalar(_COUNT[tx.dialect], ws=workspace_id, hook=hook_id, limit=limit)


def find_last_replay(tx: Tx, workspace_id: str, hook_id: str) -> tuple[str | None, bool]:
    """The id of the last replay of a hook, or None, and whether it is running. Of those before it, none is."""
    row = tx.first(_LAST_REPLAY, ws=workspace_id, hook=hook_id)
    return (None, False) if row is None else (row["id"], row["state"] == "running")


def list_quarters(tx: Tx, workspace_id: str, hook_id: str, since: int, until: int) -> list[QuarterRow]:
    """The quarters of an hour with calls that began from `since` on and before `until`, in order."""
    rows = tx.rows(_QUARTERS, ws=workspace_id, hook=hook_id, since=since, until=until)
    return [QuarterRow(at, good, bad, _counts.decode(answers)) for at, good, bad, answers in rows]
