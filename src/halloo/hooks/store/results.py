"""SQL of what came of attempts: deliveries settled, attempts kept, how the calls of a hook go, and what its chart shows."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import text

from halloo.db.statement import DialectName, Statement
from halloo.db.tx import Tx
from halloo.hooks.model import ANSWERS, Attempt, Health, Settlement
from halloo.hooks.store.key import PENDING

_FIELDS = Health.__struct_fields__
_HEALTH = (
    f"SELECT h.id, h.name, h.enabled, {', '.join(f'l.{name}' for name in _FIELDS)} FROM hooks h "
    "JOIN hook_health l ON l.workspace_id = h.workspace_id AND l.hook_id = h.id WHERE h.workspace_id = :ws"
)
_FIND_HEALTH: dict[DialectName, Statement] = {
    "sqlite": Statement(text(f"{_HEALTH} AND h.id IN (SELECT value FROM json_each(:ids))")),
    "postgresql": Statement(text(f"{_HEALTH} AND h.id = ANY(:ids)")),
}
_LOCK_HEALTH: dict[DialectName, Statement] = {
    "sqlite": _FIND_HEALTH["sqlite"],
    "postgresql": Statement(text(f"{_HEALTH} AND h.id = ANY(:ids) ORDER BY h.id FOR UPDATE OF h")),
}
_SAVE_HEALTH = Statement(
    text(
        f"UPDATE hook_health SET {', '.join(f'{name} = :{name}' for name in _FIELDS)} "
        "WHERE workspace_id = :ws AND hook_id = :hook"
    )
)
_SETTLE = Statement(
    text(
        "UPDATE deliveries SET state = :state, attempts = attempts + 1, due_at = :due, lease = NULL, last_outcome = :outcome, "
        f"last_status = :status WHERE {PENDING} AND lease = :lease"
    )
)
_ATTEMPT = Statement(
    text(
        "INSERT INTO hook_attempts (workspace_id, hook_id, seq, series, n, started_at, record) "
        "VALUES (:ws, :hook, :seq, :series, :n, :at, :record)"
    )
)
_HOURS = Statement(
    text("SELECT hook_id, succeeded, failed, answers FROM hook_hours WHERE workspace_id = :ws AND at = :at")
)
_SAVE_HOURS = Statement(
    text(
        "INSERT INTO hook_hours (workspace_id, at, hook_id, succeeded, failed, answers) "
        "VALUES (:ws, :at, :hook, :succeeded, :failed, :answers) ON CONFLICT (workspace_id, at, hook_id) "
        "DO UPDATE SET succeeded = excluded.succeeded, failed = excluded.failed, answers = excluded.answers"
    )
)
_SAVEPOINT = Statement(text("SAVEPOINT settled"))
_BACK = Statement(text("ROLLBACK TO settled"))
_RELEASE = Statement(text("RELEASE settled"))
_pack = msgspec.msgpack.Encoder().encode
_json = msgspec.json.Encoder().encode
_counts = msgspec.json.Decoder(list[int])


class Standing(NamedTuple):
    """A hook as settling sees it."""

    name: str
    enabled: bool
    health: Health


class Quarter:
    """What a quarter of an hour held of a hook."""

    __slots__ = ("answers", "failed", "succeeded")

    def __init__(self) -> None:
        """Nothing yet."""
        self.succeeded = 0
        self.failed = 0
        self.answers = [0] * (len(ANSWERS) + 1)


def lock_standing(tx: Tx, hook_ids: Iterable[str]) -> dict[str, Standing]:
    """These hooks as they stand, held until the transaction ends; what is gone is not among them."""
    return _standing(tx, _LOCK_HEALTH[tx.dialect], hook_ids)


def find_standing(tx: Tx, hook_ids: Iterable[str]) -> dict[str, Standing]:
    """The same, held by nobody."""
    return _standing(tx, _FIND_HEALTH[tx.dialect], hook_ids)


def _standing(tx: Tx, statement: Statement, hook_ids: Iterable[str]) -> dict[str, Standing]:
    ids = sorted(hook_ids)
    rows = tx.rows(statement, ws=tx.workspace_id, ids=_json(ids).decode() if tx.dialect == "sqlite" else ids)
    return {row[0]: Standing(row[1], bool(row[2]), Health(*row[3:])) for row in rows}


def save_health(tx: Tx, changed: dict[str, Health]) -> None:
    """Store how the calls of hooks go."""
    tx.many(_SAVE_HEALTH, [(*msgspec.structs.astuple(one), tx.workspace_id, id) for id, one in sorted(changed.items())])


def settle_all(tx: Tx, done: Sequence[tuple[Settlement, str]], lease: str) -> list[tuple[Settlement, str]]:
    """Settle deliveries that are leased under this token, each with the state it gets; those that were."""
    rows = [
        (
            state,
            one.due_at,
            one.attempt.exchange.outcome,
            one.attempt.exchange.status,
            one.delivery.workspace_id,
            one.delivery.hook_id,
            one.delivery.seq,
            one.delivery.series,
            lease,
        )
        for one, state in done
    ]
    tx.run(_SAVEPOINT)
    if tx.many(_SETTLE, rows) == len(rows):
        tx.run(_RELEASE)
        return list(done)
    tx.run(_BACK)  # somebody else holds one of them now: find out which
    settled = [one for one, row in zip(done, rows, strict=True) if tx.many(_SETTLE, [row])]
    tx.run(_RELEASE)
    return settled


def insert_attempts(tx: Tx, settled: Sequence[tuple[Settlement, str]]) -> None:
    """Keep what was asked and answered."""
    tx.many(
        _ATTEMPT,
        [
            (
                one.delivery.workspace_id,
                one.delivery.hook_id,
                one.delivery.seq,
                one.delivery.series,
                one.delivery.attempts + 1,
                one.attempt.started_at,
                pack(one.attempt),
            )
            for one, _ in settled
        ],
    )


def pack(attempt: Attempt) -> bytes:
    """An attempt as it is stored."""
    return _pack(attempt)


def add_quarters(tx: Tx, at: int, fresh: dict[str, Quarter]) -> None:
    """Add to what the quarter of an hour that began at `at` holds."""
    known = {row[0]: row for row in tx.rows(_HOURS, ws=tx.workspace_id, at=at)}
    rows: list[tuple[str, int, str, int, int, str]] = []
    for hook_id, quarter in sorted(fresh.items()):
        answers, good, bad = quarter.answers, quarter.succeeded, quarter.failed
        row = known.get(hook_id)
        if row is not None:
            good += row[1]
            bad += row[2]
            answers = [new + old for new, old in zip(answers, _counts.decode(row[3]), strict=False)]
        rows.append((tx.workspace_id, at, hook_id, good, bad, _json(answers).decode()))
    tx.many(_SAVE_HOURS, rows)
