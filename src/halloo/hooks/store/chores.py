"""SQL of what is put in order behind everybody: rows of hooks that were disabled, changed or deleted, what was erased, what is old."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import text

from halloo.db.statement import Statement, by_index
from halloo.db.tx import Tx
from halloo.hooks.model import PARKED
from halloo.hooks.store.key import KEY, PENDING
from halloo.hooks.store.queue import Row

_HOOKS = Statement(text("SELECT id, enabled, ordered FROM hooks WHERE workspace_id = :ws ORDER BY id"))
_OPEN = "deliveries INDEXED BY deliveries_due"
_LINES = "deliveries INDEXED BY deliveries_line"
_PENDING = "WHERE workspace_id = :ws AND hook_id = :hook AND state = 'pending'"
_LOOSE = by_index(
    f"SELECT hook_id, seq, series, line, replay_id FROM {_OPEN} {_PENDING} "
    "AND (lease IS NULL OR due_at <= :now) ORDER BY due_at LIMIT :limit"
)
_LINED = by_index(f"SELECT seq, series FROM {_LINES} {_PENDING} AND line IS NOT NULL ORDER BY line LIMIT :limit")
_HAS_LINES = by_index(f"SELECT 1 FROM {_LINES} {_PENDING} AND line IS NOT NULL ORDER BY line LIMIT 1")
_UNPARK = Statement(
    text(
        "UPDATE deliveries SET line = NULL, due_at = CASE WHEN due_at = :parked THEN :now ELSE due_at END "
        f"WHERE {PENDING}"
    )
)
_OF_REPLAY = by_index(
    f"SELECT hook_id, seq, series, line, replay_id FROM deliveries INDEXED BY deliveries_replay {_PENDING} "
    "AND replay_id = :replay AND (lease IS NULL OR due_at <= :now)"
)
_ANY = by_index(f"SELECT 1 FROM {_OPEN} {_PENDING} ORDER BY due_at LIMIT 1")
_ERASED = {
    owner: Statement(
        text(
            "SELECT d.hook_id, d.seq, d.series, d.line, d.replay_id FROM facts f CROSS JOIN deliveries d "
            f"WHERE f.workspace_id = :ws AND f.{owner} = :owner AND length(f.data) = 2 "
            "AND d.workspace_id = f.workspace_id AND d.hook_id = :hook AND d.seq = f.seq AND d.state = 'pending'"
        )
    )
    for owner in ("conversation_id", "contact_id")
}
"""From facts to deliveries, as SQLite takes the tables in the order of a `CROSS JOIN`: a hook may have a million of them."""
_DATA = Statement(text("SELECT data FROM facts WHERE workspace_id = :ws AND seq = :seq"))
_OLD = Statement(
    text(
        "SELECT seq, series, state, created_at FROM deliveries WHERE workspace_id = :ws AND hook_id = :hook "
        "AND seq > :after AND seq <= :last ORDER BY seq, series LIMIT :limit"
    )
)
_YOUNG = Statement(text(f"SELECT 1 FROM hook_attempts WHERE {KEY} AND started_at >= :before LIMIT 1"))
_DELETE = Statement(text(f"DELETE FROM deliveries WHERE {KEY}"))
_DELETE_ATTEMPTS = Statement(text(f"DELETE FROM hook_attempts WHERE {KEY} AND started_at < :before"))
_DELETE_HOURS = Statement(text("DELETE FROM hook_hours WHERE workspace_id = :ws AND at < :before"))
_DELETE_REPLAYS = Statement(
    text("DELETE FROM hook_replays WHERE workspace_id = :ws AND state <> 'running' AND created_at < :before")
)
_NEXT_HOOK = {
    table: Statement(text(f"SELECT min(hook_id) FROM {table} WHERE workspace_id = :ws AND hook_id > :after"))
    for table in ("deliveries", "hook_attempts", "hook_replays")
}
_KEYS = {"deliveries": "seq, series", "hook_attempts": "seq, series, n", "hook_replays": "id"}
_FORGET = {
    table: Statement(
        text(
            f"DELETE FROM {table} WHERE workspace_id = :ws AND hook_id = :hook AND ({keys}) IN "
            f"(SELECT {keys} FROM {table} WHERE workspace_id = :ws AND hook_id = :hook LIMIT :limit)"
        )
    )
    for table, keys in _KEYS.items()
}
Owner = Literal["conversation_id", "contact_id"]


class Known(NamedTuple):
    """A hook as the chores see it."""

    id: str
    enabled: bool
    ordered: str


class Old(NamedTuple):
    """A delivery of a fact that is old."""

    seq: int
    series: int
    state: str
    created_at: int


def list_known(tx: Tx) -> list[Known]:
    """Every hook of the workspace."""
    return [Known(id, bool(enabled), ordered) for id, enabled, ordered in tx.rows(_HOOKS, ws=tx.workspace_id)]


def list_loose(tx: Tx, hook_id: str, limit: int, now: int) -> list[Row]:
    """Deliveries of a hook that wait and that nobody has leased."""
    return _rows(tx.rows(_LOOSE[tx.dialect], ws=tx.workspace_id, hook=hook_id, limit=limit, now=now))


def list_of_replay(tx: Tx, hook_id: str, replay_id: str, now: int) -> list[Row]:
    """The same of a replay."""
    return _rows(tx.rows(_OF_REPLAY[tx.dialect], ws=tx.workspace_id, hook=hook_id, replay=replay_id, now=now))


def has_lines(tx: Tx, hook_id: str) -> bool:
    """Whether anything of a hook waits in a line."""
    return tx.scalar(_HAS_LINES[tx.dialect], ws=tx.workspace_id, hook=hook_id) is not None


def unpark(tx: Tx, hook_id: str, limit: int, now: int) -> int:
    """Have deliveries of a hook wait in no line any more; how many did. The hook is held by `queue.lock_lines`."""
    found = tx.rows(_LINED[tx.dialect], ws=tx.workspace_id, hook=hook_id, limit=limit)
    tx.many(_UNPARK, [(PARKED, now, tx.workspace_id, hook_id, *key) for key in found])
    return len(found)


def has_pending(tx: Tx, hook_id: str) -> bool:
    """Whether anything of a hook waits."""
    return tx.scalar(_ANY[tx.dialect], ws=tx.workspace_id, hook=hook_id) is not None


def list_erased(tx: Tx, hook_id: str, owner: Owner, id: str) -> list[Row]:
    """Deliveries of a hook that wait, and whose fact, which is a conversation's or a contact's, was erased."""
    return _rows(tx.rows(_ERASED[owner], ws=tx.workspace_id, hook=hook_id, owner=id))


def find_payload(tx: Tx, seq: int) -> bytes:
    """What a fact says."""
    return bytes(tx.scalar(_DATA, ws=tx.workspace_id, seq=seq) or b"{}")


def list_old(tx: Tx, hook_id: str, after: int, last: int, limit: int) -> list[Old]:
    """Deliveries of the facts behind number `after` and up to `last`, in order."""
    return [Old(*row) for row in tx.rows(_OLD, ws=tx.workspace_id, hook=hook_id, after=after, last=last, limit=limit)]


def delete_attempts(tx: Tx, hook_id: str, seq: int, series: int, before: int) -> bool:
    """Forget the attempts of a delivery that began before a time; whether none is left."""
    key = {"ws": tx.workspace_id, "hook": hook_id, "seq": seq, "series": series, "before": before}
    tx.run(_DELETE_ATTEMPTS, **key)
    return tx.scalar(_YOUNG, **key) is None


def delete_deliveries(tx: Tx, hook_id: str, keys: Sequence[tuple[int, int]]) -> None:
    """Forget deliveries that have ended."""
    tx.many(_DELETE, [(tx.workspace_id, hook_id, *key) for key in keys])


def delete_hours(tx: Tx, before: int) -> None:
    """Forget what charts showed before a time."""
    tx.run(_DELETE_HOURS, ws=tx.workspace_id, before=before)


def delete_replays(tx: Tx, before: int) -> None:
    """Forget replays that have ended and began before a time."""
    tx.run(_DELETE_REPLAYS, ws=tx.workspace_id, before=before)


def delete_of_gone(tx: Tx, known: set[str], limit: int) -> tuple[set[str], int]:
    """Delete at most `limit` rows of each kind that belong to hooks which are gone: of which, and how many of one kind at most."""
    gone: set[str] = set()
    most = 0
    for table, forget in _FORGET.items():
        hook_id = ""
        while (hook_id := tx.scalar(_NEXT_HOOK[table], ws=tx.workspace_id, after=hook_id) or "") in known:
            pass
        if hook_id:
            gone.add(hook_id)
            most = max(most, tx.run(forget, ws=tx.workspace_id, hook=hook_id, limit=limit))
    return gone, most


def _rows(found: Sequence[Any]) -> list[Row]:
    return [Row(*row) for row in found]
