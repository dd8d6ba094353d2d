"""A long backlog of one hook is nobody else's harm: every statement of the way finds its rows by an index (hooks contract 6, 15)."""

import time
from collections.abc import Iterator
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import text

from halloo.db.statement import DialectName, Statement
from halloo.db.tx import Tx
from halloo.hooks.actions.claim import claim, look
from halloo.hooks.actions.log import Filters, list_deliveries
from halloo.hooks.store import chores, leases, log, queue, replays, results, show
from halloo.workspaces.model import Actor
from tests.conftest import WORKSPACE
from tests.hooks.engine.ground import LEASE, Ground

MANY = 100_000
_NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many) ",
    "postgresql": "WITH n AS (SELECT generate_series(1, CAST(:many AS integer)) AS i) ",
}


def _pile_up(tx: Tx, hook_id: str, many: int, line: str | None, now: int) -> None:
    """Give a hook a backlog, each of a fact of its own."""
    numbers = _NUMBERS[tx.dialect]
    tx.run(
        text(
            f"INSERT INTO facts (workspace_id, seq, id, name, data, at, conversation_id) {numbers} "
            "SELECT CAST(:ws AS text), i, 'f' || i, 'message:send', :data, CAST(:now AS bigint), 'c' || (i % 1000) FROM n"
        ),
        ws=tx.workspace_id,
        many=many,
        data=b'{"website_id":"w"}',
        now=now,
    )
    tx.run(
        text(
            "INSERT INTO deliveries (workspace_id, hook_id, seq, series, state, attempts, due_at, line, created_at) "
            f"{numbers} SELECT CAST(:ws AS text), CAST(:hook AS text), i, 0, 'pending', 0, "
            "CASE WHEN CAST(:line AS text) IS NULL OR i = 1 THEN CAST(:now AS bigint) ELSE :parked END, "
            "CAST(:line AS text), CAST(:now AS bigint) FROM n"
        ),
        ws=tx.workspace_id,
        hook=hook_id,
        many=many,
        line=line,
        now=now,
        parked=2**62,
    )
    tx.run(
        text(
            "INSERT INTO streams (workspace_id, stream, head) VALUES (:ws, :of, :many) "
            "ON CONFLICT (workspace_id, stream) DO UPDATE SET head = excluded.head"
        ),
        ws=tx.workspace_id,
        of=f"w:{tx.workspace_id}",
        many=many,
    )
    tx.known.clear()
    tx.run(
        text("UPDATE cursors SET seq = :many WHERE workspace_id = :ws AND reader = 'hooks'"),
        ws=tx.workspace_id,
        many=many,
    )


def _statements(dialect: DialectName) -> Iterator[tuple[str, str]]:
    """Every statement of the way that looks for rows, by its name."""
    for name, one in _by_name(dialect):
        yield name, one.compiled(dialect).sql


def _by_name(dialect: DialectName) -> Iterator[tuple[str, Statement]]:
    writes = {"_INSERT", "_LOCK", "_LOCK_ALL", "_TRY_LOCK", "_ATTEMPT", "_SAVEPOINT", "_BACK", "_RELEASE"}
    for module in (queue, results, chores, replays, log, leases, show):
        for name, found in vars(module).items():
            some = cast("dict[str, Any]", found) if isinstance(found, dict) else {"": found}
            for key, one in some.items():
                other = key in ("sqlite", "postgresql") and key != dialect
                if isinstance(one, Statement) and name not in writes and not other:
                    short = module.__name__.rpartition(".")[2]
                    yield f"{short}.{name}{'' if key == dialect else key}", one


def _settle_some(tx: Tx, hook_id: str) -> None:
    """A long history beside the backlog."""
    tx.run(
        text("UPDATE deliveries SET state = 'delivered' WHERE workspace_id = :ws AND hook_id = :hook AND seq > 50000"),
        ws=tx.workspace_id,
        hook=hook_id,
    )


def _plan_of(tx: Tx, sql: str) -> str:
    """How SQLite goes about a statement whose values nobody knows."""
    cursor: Any = tx._cursor  # pyright: ignore[reportPrivateUsage] - a test may look inside
    cursor.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?"))
    return "\n".join(row[3] for row in cursor.fetchall())


EXPECTED = {
    "queue._CLAIM": "d USING INDEX deliveries_due (workspace_id=? AND hook_id=? AND due_at<?)",
    "queue._LOOK": "d USING INDEX deliveries_due (workspace_id=? AND hook_id=?)",
    "queue._BUSY": "INDEX deliveries_line (workspace_id=? AND hook_id=? AND line=?)",
    "queue._FIRST": "INDEX deliveries_line (workspace_id=? AND hook_id=? AND line=?)",
    "queue._HELD_BY": "PRIMARY KEY (workspace_id=? AND hook_id=? AND seq=? AND series=?)",
    "results._SETTLE": "PRIMARY KEY (workspace_id=? AND hook_id=? AND seq=? AND series=?)",
    "chores._ANY": "INDEX deliveries_due (workspace_id=? AND hook_id=?)",
    "chores._LOOSE": "INDEX deliveries_due (workspace_id=? AND hook_id=?)",
    "chores._LINED": "INDEX deliveries_line (workspace_id=? AND hook_id=?",
    "chores._HAS_LINES": "INDEX deliveries_line (workspace_id=? AND hook_id=?",
    "chores._OF_REPLAY": "INDEX deliveries_replay (workspace_id=? AND hook_id=? AND replay_id=?)",
    "chores._OLD": "PRIMARY KEY (workspace_id=? AND hook_id=? AND seq>? AND seq<?)",
    "chores._ERASEDconversation_id": "f USING INDEX facts_conversation (workspace_id=? AND conversation_id=?)",
    "chores._ERASEDcontact_id": "f USING INDEX facts_contact (workspace_id=? AND contact_id=?)",
    "replays._FACTS": "(workspace_id=? AND seq>? AND seq<?)",
    "replays._TOLD": "PRIMARY KEY (workspace_id=? AND hook_id=? AND seq>? AND seq<?)",
    "leases._COUNT": "INDEX deliveries_due (workspace_id=? AND hook_id=? AND due_at<?)",
    "show._COUNT": "INDEX deliveries_due (workspace_id=? AND hook_id=?)",
    "log._LIST": "d USING PRIMARY KEY (workspace_id=? AND hook_id=? AND seq>? AND (seq,series)<(?,?))",
    "log._LIST_TALK": "f USING INDEX facts_conversation (workspace_id=? AND conversation_id=?)",
}
"""By what SQLite finds rows where there may be a million others."""
BY_KEY = {"queue._FREE", "queue._LEASE", "queue._END", "queue._HELD_BY", "results._SETTLE", "chores._UNPARK"}
"""What PostgreSQL finds by the key alone, however small it takes the others to be that wait."""
SORTED = {"log._LIST_TALK"}
"""One conversation's."""


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_no_statement_looks_through_a_table_or_sorts_a_backlog(ground: Ground) -> None:
    def explain_all(tx: Tx) -> dict[str, str]:
        return {name: _plan_of(tx, sql) for name, sql in _statements("sqlite")}

    plans = await ground.do(explain_all)
    assert plans.keys() >= EXPECTED.keys()
    for name, plan in plans.items():
        for line in plan.splitlines():
            whole = line.startswith("SCAN") and f"CO-ROUTINE {line.split()[1]}" not in plan
            assert not whole or "json_each" in line, (name, plan)
            assert "TEMP B-TREE" not in line or name in SORTED, (name, plan)
        assert EXPECTED.get(name, "") in plan, (name, plan)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("line", [None, "*"])
async def test_postgresql_looks_through_no_table_either(ground: Ground, line: str | None) -> None:
    """With a backlog and without statistics, and again with them."""
    slow = await ground.hook(ordered="none" if line is None else "all")
    await ground.do(_pile_up, slow, MANY, line, ground.now)
    await ground.do(_settle_some, slow)
    values: dict[str, Any] = {
        "ws": WORKSPACE, "hook": slow, "now": ground.now, "limit": 20, "line": "*", "replay": "r", "owner": "c1", "talk": "c1",
        "seq": 50, "series": 0, "first": 40, "last": 60, "after": 40, "state": "delivered", "due": 0, "until": 0, "lease": LEASE,
        "outcome": "success", "status": 200, "parked": 2**62,
    }  # fmt: skip

    def explain(tx: Tx) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in EXPECTED.keys() | BY_KEY:
            statement = dict(_by_name("postgresql"))[name].compiled("postgresql")
            cursor: Any = tx._cursor  # pyright: ignore[reportPrivateUsage] - a test may look inside
            cursor.execute(f"EXPLAIN {statement.sql}", statement.values(values))
            found[name] = "\n".join(row[0] for row in cursor.fetchall())
        return found

    for analyzed in (False, True):
        if analyzed:
            with psycopg.connect(ground.owner_url, autocommit=True) as connection:
                connection.execute("ANALYZE")
        for name, plan in (await ground.do(explain)).items():
            for table in ("deliveries", "facts"):
                assert f"Seq Scan on {table}" not in plan, (analyzed, name, plan)
            assert "Sort" not in plan or name in SORTED, (analyzed, name, plan)
            assert name not in BY_KEY or "Index Scan using deliveries_pkey" in plan, (analyzed, name, plan)


async def _quickest(ground: Ground, action: Any, *args: Any) -> float:
    took: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        await ground.do(action, *args)
        took.append(time.perf_counter() - began)
    return min(took)


@pytest.mark.slow
@pytest.mark.parametrize("line", [None, "*"])
async def test_a_backlog_of_one_hook_slows_nobody_down(ground: Ground, owner: Actor, line: str | None) -> None:
    slow = await ground.hook(ordered="none" if line is None else "all")
    quick = await ground.hook()
    alone = await ground.hook()
    await ground.do(_pile_up, slow, MANY, line, ground.now)
    await ground.facts(20)
    assert {one.hook_id for one in await ground.plan({quick: 10, alone: 10})} == {quick, alone}
    assert (await _quickest(ground, look, ground.now)) < 0.05
    assert (await _quickest(ground, claim, {quick: 10}, "x", 0)) < 0.05
    for _ in range(20):
        began = time.perf_counter()
        found = await ground.do(claim, {slow: 20, quick: 2}, LEASE, ground.now)
        assert time.perf_counter() - began < 0.5
        assert sum(one.hook_id == slow for one in found) == (20 if line is None else 1)
        await ground.settle(found)
    filtered = Filters(state="exhausted")
    took = await _quickest(ground, list_deliveries, owner, slow, filtered)
    assert took < 0.5, "a page ends after so many looks"
    assert (await _quickest(ground, list_deliveries, owner, slow, Filters())) < 0.05
    [first] = await ground.database.read(WORKSPACE, lambda tx: [log.list_below(tx, slow, (MANY, 1), 1)])
    assert first[0].delivery.seq == MANY
