"""SQL of the log of a hook: its deliveries from the newest on, and their attempts."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import text

from halloo.db.statement import Statement, by_index
from halloo.db.tx import Tx
from halloo.hooks.model import PARKED, Attempt, Delivery
from halloo.hooks.store.key import KEY

_COLUMNS = (
    "SELECT d.seq, d.series, d.state, d.attempts, d.due_at, d.lease, d.last_outcome, d.last_status, d.created_at, "
    "f.id, f.name, f.at, f.conversation_id FROM "
)
_BELOW = "d.hook_id = :hook AND d.seq > :first AND (d.seq, d.series) < (:seq, :series)"
_LIST = Statement(
    text(
        f"{_COLUMNS} deliveries d JOIN facts f ON f.workspace_id = d.workspace_id AND f.seq = d.seq "
        f"WHERE d.workspace_id = :ws AND {_BELOW} ORDER BY d.seq DESC, d.series DESC LIMIT :limit"
    )
)
_LIST_TALK = by_index(
    f"{_COLUMNS} facts f INDEXED BY facts_conversation CROSS JOIN deliveries d WHERE f.workspace_id = :ws "
    f"AND f.conversation_id = :talk AND d.workspace_id = f.workspace_id AND d.seq = f.seq AND {_BELOW} "
    "ORDER BY d.seq DESC, d.series DESC LIMIT :limit"
)
"""From the facts of a conversation to their deliveries."""
_ATTEMPTS = Statement(text(f"SELECT n, record FROM hook_attempts WHERE {KEY} ORDER BY n"))
_ATTEMPT = Statement(text(f"SELECT n, record FROM hook_attempts WHERE {KEY} AND n = :n"))
_FACT = Statement(text("SELECT name, data, at FROM facts WHERE workspace_id = :ws AND seq = :seq"))
_unpack = msgspec.msgpack.Decoder(Attempt)
Place = tuple[int, int]
"""Number of the fact, and series."""


class Kept(NamedTuple):
    """An attempt, by its number in its series."""

    n: int
    attempt: Attempt


class Seen(NamedTuple):
    """A delivery, and when its fact was recorded."""

    delivery: Delivery
    at: int


def list_below(
    tx: Tx, hook_id: str, below: Place, limit: int, *, first: int = 0, talk: str | None = None, enabled: bool = True
) -> list[Seen]:
    """Deliveries of a hook below a place, the newest first; of facts behind number `first`, and of one conversation where one is given."""
    where: dict[str, Any] = {
        "ws": tx.workspace_id,
        "hook": hook_id,
        "first": first,
        "seq": below[0],
        "series": below[1],
    }
    if talk is not None:
        where["talk"] = talk
    rows = tx.rows(_LIST if talk is None else _LIST_TALK[tx.dialect], **where, limit=limit)
    return [_seen(hook_id, row, enabled=enabled) for row in rows]


def find_delivery(tx: Tx, hook_id: str, place: Place, *, enabled: bool) -> Delivery | None:
    """One delivery, or None."""
    found = list_below(tx, hook_id, (place[0], place[1] + 1), 1, first=place[0] - 1, enabled=enabled)
    return found[0].delivery if found and found[0].delivery.series == place[1] else None


def list_attempts(tx: Tx, hook_id: str, place: Place) -> list[Kept]:
    """The attempts of a delivery that are kept, in order."""
    rows = tx.rows(_ATTEMPTS, ws=tx.workspace_id, hook=hook_id, seq=place[0], series=place[1])
    return [Kept(n, _unpack.decode(record)) for n, record in rows]


def find_attempt(tx: Tx, hook_id: str, place: Place, n: int) -> Kept | None:
    """One of them, or None."""
    row = tx.row(_ATTEMPT, ws=tx.workspace_id, hook=hook_id, seq=place[0], series=place[1], n=n)
    return None if row is None else Kept(row[0], _unpack.decode(row[1]))


def find_fact(tx: Tx, seq: int) -> tuple[str, bytes, int] | None:
    """Name, payload and time of a fact, or None."""
    row = tx.row(_FACT, ws=tx.workspace_id, seq=seq)
    return None if row is None else (row[0], bytes(row[1]), row[2])


def _seen(hook_id: str, row: tuple[Any, ...], *, enabled: bool) -> Seen:
    seq, series, state, attempts, due_at, lease, outcome, status, created_at, fact_id, name, at, talk = row
    if state == "pending" and not enabled:
        state = "held"
    waits = state == "pending" and lease is None and due_at < PARKED
    due = due_at if waits else None
    return Seen(
        Delivery(hook_id, seq, series, fact_id, name, talk, state, attempts, created_at, due, outcome, status), at
    )
