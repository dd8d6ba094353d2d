"""What is put in order behind everybody: held rows, lines that are no more, retention (hooks contract 6, 7, 13)."""

from halloo.db.tx import Tx
from halloo.events import cursor
from halloo.events.retention import payload_sweep
from halloo.hooks.actions.claim import claim
from halloo.hooks.actions.sweep import BATCH, hold, log_sweep, tend
from halloo.hooks.store import records
from halloo.kit.clock import DAY
from tests.hooks.engine.ground import LEASE, SEND, Ground


async def test_what_waits_for_a_disabled_hook_is_held_in_batches(ground: Ground) -> None:
    hook = await ground.hook()
    other = await ground.hook()
    await ground.facts(BATCH + 5)
    await ground.plan()
    await ground.switch(hook, "operator")
    assert await ground.do(tend, ground.now) is True
    assert (await ground.states(hook)).count("held") == BATCH
    assert await ground.do(tend, ground.now) is False
    assert set(await ground.states(hook)) == {"held"}
    assert set(await ground.states(other)) == {"pending"}


async def test_everything_that_is_not_being_posted_can_be_held_at_once(ground: Ground) -> None:
    hook = await ground.hook(ordered="conversation")
    await ground.facts(BATCH + 5)
    [leased] = await ground.plan({hook: 1})
    await ground.switch(hook, "operator")
    assert await ground.do(hold, hook, ground.now, 10**9) == BATCH + 4
    assert (await ground.states(hook))[leased.seq - 1] == "pending"
    await ground.settle([leased])
    assert set((await ground.states(hook))[1:]) == {"held"}


async def test_what_waited_in_line_goes_when_there_is_no_order_any_more(ground: Ground) -> None:
    hook = await ground.hook(ordered="all")
    await ground.facts(BATCH + 5)
    [first] = await ground.plan({hook: 9})
    await ground.sql("UPDATE hooks SET ordered = 'none' WHERE workspace_id = :ws")
    assert await ground.do(tend, ground.now) is True
    assert await ground.do(tend, ground.now) is False
    found = await ground.do(claim, {hook: 10**6}, LEASE, ground.now)
    assert len(found) == BATCH + 4
    assert {one.line for one in found} == {None}
    await ground.settle([first])
    assert (await ground.states(hook))[0] == "delivered"


async def _age(ground: Ground, days: int, upto: int) -> None:
    """Make everything up to a fact that old."""
    past = days * DAY
    for table, column in (("facts", "at"), ("deliveries", "created_at"), ("hook_attempts", "started_at")):
        await ground.sql(
            f"UPDATE {table} SET {column} = {column} - :past WHERE workspace_id = :ws AND seq <= :upto",
            past=past,
            upto=upto,
        )


async def test_attempts_and_settled_deliveries_go_after_their_days(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(6)
    found = await ground.plan({hook: 6})
    await ground.settle(found[:3])
    await ground.settle(found[3:4], "timeout", "pending", ground.now + DAY)
    await ground.settle(found[4:])
    await _age(ground, 31, 5)
    await ground.sql(
        "UPDATE hook_attempts SET started_at = started_at + :past WHERE workspace_id = :ws AND seq = 2",
        past=2 * DAY,
    )
    sweep = log_sweep(30)
    assert await ground.do(sweep, 2) is True
    while await ground.do(sweep, 2):
        pass
    assert [row["seq"] for row in await ground.deliveries(hook)] == [2, 4, 6], (
        "young attempts, open ones and young ones stay"
    )
    kept = await ground.rows("SELECT seq FROM hook_attempts WHERE workspace_id = :ws ORDER BY seq")
    assert [row["seq"] for row in kept] == [2, 4, 6]
    await ground.sql("UPDATE hook_attempts SET started_at = 0 WHERE workspace_id = :ws AND seq = 2")
    assert await ground.do(sweep, 200) is False
    assert [row["seq"] for row in await ground.deliveries(hook)] == [4, 6]


async def test_at_least_five_days_are_kept_whatever_is_set(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(2)
    await ground.settle(await ground.plan({hook: 2}))
    await _age(ground, 4, 2)
    assert await ground.do(log_sweep(1), 200) is False
    assert await ground.do(payload_sweep(1), 200) is False
    assert len(await ground.deliveries(hook)) == 2
    assert await ground.rows("SELECT seq FROM facts WHERE workspace_id = :ws AND length(data) = 2") == []


def _delete(tx: Tx, hook_id: str) -> None:
    records.delete_hook(tx, tx.workspace_id, hook_id)


async def test_rows_of_a_hook_that_is_gone_go_too(ground: Ground) -> None:
    gone = await ground.hook()
    stays = await ground.hook()
    await ground.facts(5)
    await ground.settle(await ground.plan({gone: 5, stays: 5}))
    await ground.do(_delete, gone)
    await ground.facts(1)
    assert await ground.do(claim, {gone: 5}, LEASE, ground.now) == []
    assert await ground.do(log_sweep(30), 3) is True
    assert await ground.do(log_sweep(30), 3) is False
    assert await ground.deliveries(gone) == []
    assert len(await ground.deliveries(stays)) == 5
    attempts = await ground.rows("SELECT DISTINCT hook_id FROM hook_attempts WHERE workspace_id = :ws")
    assert attempts == [{"hook_id": stays}]


async def test_charts_and_replays_of_long_ago_go(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(1)
    await ground.settle(await ground.plan({hook: 1}))
    await ground.sql("UPDATE hook_hours SET at = at - :past WHERE workspace_id = :ws", past=3 * DAY)
    await ground.do(log_sweep(30), 200)
    assert await ground.rows("SELECT * FROM hook_hours WHERE workspace_id = :ws") == []


async def test_payloads_go_after_their_days_a_part_at_a_time(ground: Ground) -> None:
    await ground.facts(7)
    await _age(ground, 91, 5)
    sweep = payload_sweep(90)
    assert await ground.do(sweep, 3) is True
    assert await ground.do(sweep, 3) is False
    assert await ground.do(sweep, 3) is False
    erased = await ground.rows("SELECT seq FROM facts WHERE workspace_id = :ws AND length(data) = 2 ORDER BY seq")
    assert [row["seq"] for row in erased] == [1, 2, 3, 4, 5]
    assert await ground.rows("SELECT DISTINCT name FROM facts WHERE workspace_id = :ws") == [{"name": SEND}]

    def reached(tx: Tx) -> int | None:
        return cursor.find(tx, "payloads")

    assert await ground.do(reached) == 5
