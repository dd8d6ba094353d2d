"""SQL of what waits: planned, leased, ended. Writes of many rows take their values in the order of the statement's parameters."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from msgspec.json import Decoder
from sqlalchemy import text

from halloo.db.statement import DialectName, Statement, by_index
from halloo.db.tx import Tx
from halloo.hooks.model import LEASE, PARKED, Claimed, DeliveryState, Look
from halloo.hooks.store.key import KEY, PENDING

_WANTING = Statement(
    text(
        "SELECT h.id, h.events, h.ordered, l.probe_at FROM hooks h "
        "JOIN hook_health l ON l.workspace_id = h.workspace_id AND l.hook_id = h.id "
        "WHERE h.workspace_id = :ws AND h.enabled = 1 ORDER BY h.id"
    )
)
_LOCK = Statement(text("SELECT id FROM hooks WHERE workspace_id = :ws AND id = ANY(:ids) ORDER BY id FOR UPDATE"))
_LOCK_ALL = Statement(text("SELECT id FROM hooks WHERE workspace_id = :ws ORDER BY id FOR UPDATE"))
_TRY_LOCK = Statement(text("SELECT id FROM hooks WHERE workspace_id = :ws AND id = :id FOR UPDATE SKIP LOCKED"))
_FACTS = (
    "SELECT seq, id, name, at, conversation_id, {data} FROM facts "
    "WHERE workspace_id = :ws AND seq > :after ORDER BY seq LIMIT :limit"
)
_WITH_DATA = Statement(text(_FACTS.format(data="data")))
_WITHOUT_DATA = Statement(text(_FACTS.format(data="CASE WHEN length(data) > 2 THEN 1 ELSE 0 END")))
_INSERT = Statement(
    text(
        "INSERT INTO deliveries (workspace_id, hook_id, seq, series, state, attempts, due_at, lease, line, replay_id, created_at) "
        "VALUES (:ws, :hook, :seq, :series, 'pending', 0, :due, :lease, :line, :replay, :now) "
        "ON CONFLICT (workspace_id, hook_id, seq, series) DO NOTHING"
    )
)
_HELD_BY = Statement(text(f"SELECT lease FROM deliveries WHERE {KEY}"))
_IN_LINE = "FROM deliveries INDEXED BY deliveries_line WHERE workspace_id = :ws AND hook_id = :hook AND state = 'pending' AND line = :line"
_BUSY = by_index(f"SELECT 1 {_IN_LINE} ORDER BY due_at LIMIT 1")
_FIRST = by_index(f"SELECT seq, series, due_at {_IN_LINE} ORDER BY due_at, seq, series LIMIT 1")
_FREE = Statement(text(f"UPDATE deliveries SET due_at = :now WHERE {PENDING}"))
_DUE = (
    "SELECT d.seq, d.series, d.attempts, d.created_at, d.line, d.replay_id, f.id, f.name, f.at, f.data, f.conversation_id "
    "FROM deliveries d INDEXED BY deliveries_due JOIN facts f ON f.workspace_id = d.workspace_id AND f.seq = d.seq "
    "WHERE d.workspace_id = :ws AND d.hook_id = :hook AND d.state = 'pending' AND d.due_at <= :now "
    "ORDER BY d.due_at, d.seq, d.series LIMIT :limit"
)
_CLAIM: dict[DialectName, Statement] = {
    "sqlite": by_index(_DUE)["sqlite"],
    "postgresql": by_index(f"{_DUE} FOR UPDATE OF d SKIP LOCKED")["postgresql"],
}
_LEASE = Statement(text(f"UPDATE deliveries SET due_at = :until, lease = :lease WHERE {KEY}"))
_PROBE = Statement(
    text("UPDATE hook_health SET probe_at = :until WHERE workspace_id = :ws AND hook_id = :hook AND probe_at <= :now")
)
_OPEN = Statement(
    text(
        "SELECT h.id, l.probe_at FROM hooks h "
        "JOIN hook_health l ON l.workspace_id = h.workspace_id AND l.hook_id = h.id "
        "WHERE h.workspace_id = :ws AND h.enabled = 1"
    )
)
_LOOK = by_index(
    "SELECT h.id, h.version, l.probe_at, (SELECT d.due_at FROM deliveries d INDEXED BY deliveries_due "
    "WHERE d.workspace_id = h.workspace_id AND d.hook_id = h.id AND d.state = 'pending' ORDER BY d.due_at LIMIT 1) "
    "FROM hooks h JOIN hook_health l ON l.workspace_id = h.workspace_id AND l.hook_id = h.id "
    "WHERE h.workspace_id = :ws AND h.enabled = 1"
)
_END = Statement(text(f"UPDATE deliveries SET state = :state, lease = NULL WHERE {PENDING}"))
_COUNT_REPLAY = Statement(
    text(
        "UPDATE hook_replays SET delivered = delivered + :delivered, failed = failed + :failed "
        "WHERE workspace_id = :ws AND id = :id"
    )
)
_events = Decoder(frozenset[str])


class Wanting(NamedTuple):
    """An enabled hook as planning sees it."""

    id: str
    events: frozenset[str]
    ordered: str
    is_open: bool
    """Whether its breaker is."""


class Row(NamedTuple):
    """A delivery, and what its end means for others."""

    hook_id: str
    seq: int
    series: int
    line: str | None
    replay_id: str | None


def list_wanting(tx: Tx) -> list[Wanting]:
    """The enabled hooks of the workspace."""
    rows = tx.rows(_WANTING, ws=tx.workspace_id)
    return [
        Wanting(id, _events.decode(events), ordered, probe_at is not None) for id, events, ordered, probe_at in rows
    ]


def lock_lines(tx: Tx, hook_ids: Iterable[str]) -> None:
    """Hold these hooks until the transaction ends: nobody else adds to their lines, or ends what stands in them.

    SQLite has one writer, and nothing to hold.
    """
    if tx.dialect == "postgresql" and (ids := sorted(hook_ids)):
        tx.rows(_LOCK, ws=tx.workspace_id, ids=ids)


def lock_all(tx: Tx) -> None:
    """The same with all hooks of the workspace."""
    if tx.dialect == "postgresql":
        tx.rows(_LOCK_ALL, ws=tx.workspace_id)


def try_lock(tx: Tx, hook_id: str) -> bool:
    """The same with one of them, unless somebody else holds it: for who holds deliveries already, and must not wait."""
    return tx.dialect != "postgresql" or bool(tx.rows(_TRY_LOCK, ws=tx.workspace_id, id=hook_id))


def list_facts(tx: Tx, after: int, limit: int, *, data: bool) -> list[tuple[Any, ...]]:
    """Number, id, name, time and conversation of facts behind number `after`, and last their payload, or else whether there is one."""
    return tx.rows(_WITH_DATA if data else _WITHOUT_DATA, ws=tx.workspace_id, after=after, limit=limit)


def insert(tx: Tx, rows: Sequence[tuple[Any, ...]]) -> int:
    """Plan deliveries: workspace, hook, seq, series, due time, lease, line, replay, now. How many were not planned before."""
    return tx.many(_INSERT, rows)


def is_leased(tx: Tx, claimed: Claimed, lease: str) -> bool:
    """Whether a delivery is leased under this token."""
    held = tx.scalar(_HELD_BY, ws=tx.workspace_id, hook=claimed.hook_id, seq=claimed.seq, series=claimed.series)
    return held == lease


def is_busy(tx: Tx, hook_id: str, line: str) -> bool:
    """Whether anything stands in a line."""
    return tx.scalar(_BUSY[tx.dialect], ws=tx.workspace_id, hook=hook_id, line=line) is not None


def list_open(tx: Tx) -> dict[str, int | None]:
    """The enabled hooks of the workspace, each with the time of its next probe where its breaker is open."""
    return dict(tx.rows(_OPEN, ws=tx.workspace_id))


def list_due(tx: Tx, hook_id: str, limit: int, now: int) -> list[Claimed]:
    """The oldest deliveries of a hook that are due and that no other transaction is claiming."""
    rows = tx.rows(_CLAIM[tx.dialect], ws=tx.workspace_id, hook=hook_id, now=now, limit=limit)
    return [
        Claimed(
            tx.workspace_id, hook_id, seq, series, attempts, created_at, id, name, at, bytes(data), talk, line, replay
        )
        for seq, series, attempts, created_at, line, replay, id, name, at, data, talk in rows
    ]


def lease_all(tx: Tx, found: Sequence[Claimed], lease: str, now: int) -> None:
    """Lease deliveries that this transaction has listed as due."""
    until = now + LEASE
    tx.many(_LEASE, [(until, lease, one.workspace_id, one.hook_id, one.seq, one.series) for one in found])


def take_probe(tx: Tx, hook_id: str, now: int) -> bool:
    """Be the one who probes a hook whose breaker is open: nobody else does before the lease has ended."""
    return tx.run(_PROBE, ws=tx.workspace_id, hook=hook_id, now=now, until=now + LEASE) > 0


def look(tx: Tx) -> list[Look]:
    """The enabled hooks, each with the time of the first that is due."""
    return [
        Look(id, version, None if due is None or due >= PARKED else max(due, probe_at or 0))
        for id, version, probe_at, due in tx.rows(_LOOK[tx.dialect], ws=tx.workspace_id)
    ]


def end(tx: Tx, rows: Sequence[Row], state: DeliveryState, now: int) -> None:
    """End deliveries that nobody posts any more. Their hooks are held by `lock_lines`."""
    tx.many(_END, [(state, tx.workspace_id, row.hook_id, row.seq, row.series) for row in rows])
    follow(tx, [(row, False) for row in rows], now)


def follow(tx: Tx, ended: Iterable[tuple[Row | Claimed, bool]], now: int) -> list[str]:
    """See to what the end of deliveries brings: who is next in their lines, and the counts of their replays. True: was delivered.

    The replays are given back.
    """
    lines: set[tuple[str, str]] = set()
    replays: dict[str, list[int]] = {}
    for row, delivered in ended:
        if row.line is not None:
            lines.add((row.hook_id, row.line))
        if row.replay_id is not None:
            replays.setdefault(row.replay_id, [0, 0])[not delivered] += 1
    for hook_id, line in lines:
        first = tx.row(_FIRST[tx.dialect], ws=tx.workspace_id, hook=hook_id, line=line)
        if first is not None and first[2] == PARKED:
            tx.run(_FREE, ws=tx.workspace_id, hook=hook_id, seq=first[0], series=first[1], now=now)
    tx.many(_COUNT_REPLAY, [(good, bad, tx.workspace_id, id) for id, (good, bad) in sorted(replays.items())])
    return sorted(replays)
