"""SQL of what the screens show of a hook beside itself: what waits, which replay runs, how its day went."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Text, bindparam, func, literal_column, select

from halloo.db.statement import Statement
from halloo.db.tx import Tx
from halloo.hooks.tables import deliveries, hours, replays

_D, _R, _Q = deliveries.c, replays.c, hours.c
_WS = bindparam("ws", type_=Text)
_HOOK = bindparam("hook", type_=Text)
_WAITING = (
    select(literal_column("1"))
    .where(_D.workspace_id == _WS, _D.hook_id == _HOOK, _D.state == literal_column("'pending'"))
    .limit(bindparam("limit"))
    .subquery()
)
_COUNT = Statement(select(func.count()).select_from(_WAITING))
_RUNNING = Statement(
    select(_R.id)
    .where(_R.workspace_id == _WS, _R.hook_id == _HOOK, _R.state == literal_column("'running'"))
    .order_by(_R.id.desc())
    .limit(1)
)
_QUARTERS = Statement(
    select(_Q.at, _Q.succeeded, _Q.failed, _Q.answers)
    .where(_Q.workspace_id == _WS, _Q.at >= bindparam("since"), _Q.at < bindparam("until"), _Q.hook_id == _HOOK)
    .order_by(_Q.at)
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
    return tx.scalar(_COUNT, ws=workspace_id, hook=hook_id, limit=limit)


def find_running(tx: Tx, workspace_id: str, hook_id: str) -> str | None:
    """The id of the replay of a hook that is running, or None."""
    return tx.scalar(_RUNNING, ws=workspace_id, hook=hook_id)


def list_quarters(tx: Tx, workspace_id: str, hook_id: str, since: int, until: int) -> list[QuarterRow]:
    """The quarters of an hour with calls that began from `since` on and before `until`, in order."""
    rows = tx.rows(_QUARTERS, ws=workspace_id, hook=hook_id, since=since, until=until)
    return [QuarterRow(at, good, bad, _counts.decode(answers)) for at, good, bad, answers in rows]
