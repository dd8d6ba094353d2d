"""Telling again: one, a time range, what did not come through (hooks contract 8)."""

import pytest

from halloo.events.log import erase_payloads
from halloo.hooks.actions import replay
from halloo.hooks.actions.claim import claim
from halloo.hooks.actions.sweep import tend
from halloo.hooks.errors import (
    DeliveryNotFound,
    HookNotFound,
    PayloadExpired,
    RangeInvalid,
    ReplayNotFound,
    ReplayRunning,
)
from halloo.hooks.model import PARKED, Replay
from halloo.kit.clock import DAY, HOUR
from halloo.kit.refusals import Forbidden
from halloo.workspaces.model import Actor
from tests.hooks.engine.ground import LEASE, SEND, Ground

EVER = (0, 2**50)


async def _progress(ground: Ground, owner: Actor, hook: str, id: str) -> Replay:
    return await ground.do(replay.progress, owner, hook, id)


async def _drain(ground: Ground, hook: str) -> list[int]:
    got: list[int] = []
    while found := await ground.do(claim, {hook: 200}, LEASE, ground.now):
        got += [one.seq for one in found]
        await ground.settle(found)
    return got


async def test_one_delivery_is_posted_again_in_a_new_series(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook()
    await ground.facts(1)
    [first] = await ground.plan({hook: 1})
    await ground.settle([first], "status", "exhausted")
    assert await ground.do(replay.replay_one, owner, hook, "1-0", ground.now) == "1-1"
    [again] = await ground.do(claim, {hook: 1}, LEASE, ground.now)
    assert (again.seq, again.series, again.attempts, again.fact_id, again.is_replay) == (1, 1, 0, first.fact_id, True)
    assert again.data == first.data
    await ground.settle([again])
    assert await ground.do(replay.replay_one, owner, hook, "1-0", ground.now) == "1-2"
    assert await ground.states(hook) == ["exhausted", "delivered", "pending"]
    kept = await ground.rows("SELECT series, n FROM hook_attempts WHERE workspace_id = :ws ORDER BY series")
    assert kept == [{"series": 0, "n": 1}, {"series": 1, "n": 1}]


async def test_what_is_not_there_or_says_nothing_any_more_is_not_posted_again(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook()
    await ground.facts(1, talk="gone")
    await ground.plan()
    for id in ("1-1", "2-0", "0-0", "x", "1-00"):
        with pytest.raises(DeliveryNotFound):
            await ground.do(replay.replay_one, owner, hook, id, ground.now)
    with pytest.raises(HookNotFound):
        await ground.do(replay.replay_one, owner, "gone", "1-0", ground.now)
    await ground.do(erase_payloads, "gone")
    with pytest.raises(PayloadExpired):
        await ground.do(replay.replay_one, owner, hook, "1-0", ground.now)
    nobody = Actor(kind="operator", workspace_id=owner.workspace_id, id="x", name="X", role=None, scopes=frozenset())
    with pytest.raises(Forbidden):
        await ground.do(replay.replay_one, nobody, hook, "1-0", ground.now)


async def test_a_range_also_tells_what_was_not_chosen_then(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook()
    await ground.facts(2)
    await ground.facts(2, "session:set_state")
    await ground.facts(1, "widget:updated")
    await ground.settle(await ground.plan({hook: 9}))
    await ground.sql(
        "UPDATE hooks SET events = :events WHERE workspace_id = :ws", events=f'["{SEND}","session:set_state"]'
    )
    made = await ground.do(replay.start_range, owner, hook, EVER, ground.now)
    assert (made.count, made.planned, made.left, made.state) == (4, 4, 4, "running")
    assert await _drain(ground, hook) == [1, 2, 3, 4]
    done = await _progress(ground, owner, hook, made.id)
    assert (done.delivered, done.failed, done.left, done.state) == (4, 0, 0, "done")
    rows = await ground.deliveries(hook)
    assert [(row["seq"], row["series"]) for row in rows] == [(1, 0), (1, 1), (2, 0), (2, 1), (3, 1), (4, 1)]


async def test_a_range_is_one_of_time_of_events_and_of_states(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook(events=(SEND, "session:set_state"))
    for _ in range(3):
        await ground.facts(1)
        await ground.facts(1, "session:set_state")
    found = await ground.plan({hook: 9})
    await ground.settle(found[:1])
    await ground.settle(found[1:5], "status", "exhausted")
    await ground.settle(found[5:], "status", "pending", ground.now + DAY)
    for seq in range(1, 7):
        await ground.sql(
            "UPDATE facts SET at = :at WHERE workspace_id = :ws AND seq = :seq",
            at=ground.now - (10 - seq) * HOUR,
            seq=seq,
        )
    hours = [ground.now - (10 - seq) * HOUR for seq in range(8)]

    async def planned(*args: object) -> list[int]:
        made = await ground.do(replay.start_range, owner, hook, *args)
        rows = await ground.rows(
            "SELECT seq FROM deliveries WHERE workspace_id = :ws AND replay_id = :id ORDER BY seq", id=made.id
        )
        assert made.count == len(rows)
        await ground.do(replay.cancel, owner, hook, made.id, ground.now)
        return [row["seq"] for row in rows]

    assert await planned((hours[2], hours[4]), ground.now) == [2, 3]
    assert await planned((hours[1], hours[4]), ground.now, [SEND]) == [1, 3]
    assert await planned((hours[5], hours[7]), ground.now, None, ["exhausted"]) == [5]
    assert await planned((hours[5], hours[7]), ground.now, None, ["pending"]) == [6]
    assert await planned((hours[5], hours[7]), ground.now, ["session:removed"]) == []
    for bad in ((hours[3], hours[3]), (hours[4], hours[3]), (ground.now + DAY, ground.now + 2 * DAY)):
        with pytest.raises(RangeInvalid):
            await ground.do(replay.start_range, owner, hook, bad, ground.now)


async def test_recover_tells_what_never_came_through_and_is_not_open(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook()
    await ground.facts(6)
    found = await ground.plan({hook: 6})
    await ground.settle(found[:1])
    await ground.settle(found[1:2], "status", "exhausted")
    await ground.settle(found[2:3], "timeout", "held")
    await ground.settle(found[3:4], "timeout", "pending", ground.now + DAY)
    await ground.settle(found[4:5], "status", "exhausted")
    await ground.do(replay.replay_one, owner, hook, "5-0", ground.now)
    [again] = await ground.do(claim, {hook: 1}, LEASE, ground.now)
    await ground.settle([again])
    made = await ground.do(replay.start_recover, owner, hook, 0, ground.now)
    assert made.count == 2
    assert await _drain(ground, hook) == [2, 3]
    made = await ground.do(replay.start_recover, owner, hook, 0, ground.now)
    assert (made.count, made.state) == (0, "done")


async def test_what_is_recorded_and_not_planned_yet_is_told_once(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook()
    await ground.facts(3)
    made = await ground.do(replay.start_recover, owner, hook, 0, ground.now)
    assert made.count == 0
    await ground.plan()
    assert await _drain(ground, hook) == [1, 2, 3]


async def test_a_long_replay_has_no_more_than_a_batch_open(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook()
    await ground.facts(3 * replay.BATCH)
    await ground.sql("UPDATE cursors SET seq = :head WHERE workspace_id = :ws", head=3 * replay.BATCH)
    made = await ground.do(replay.start_recover, owner, hook, 0, ground.now)
    assert (made.count, made.planned) == (3 * replay.BATCH, replay.BATCH)
    assert await ground.do(tend, ground.now) is False, "nothing more before some have ended"
    got: list[int] = []
    while found := await ground.do(claim, {hook: 200}, LEASE, ground.now):
        got += [one.seq for one in found]
        await ground.settle(found)
        [row] = await ground.rows(
            "SELECT count(*) AS open FROM deliveries WHERE workspace_id = :ws AND state = 'pending'"
        )
        assert row["open"] <= replay.BATCH
    assert got == list(range(1, 3 * replay.BATCH + 1))
    done = await _progress(ground, owner, hook, made.id)
    assert (done.planned, done.delivered, done.left, done.state) == (3 * replay.BATCH, 3 * replay.BATCH, 0, "done")


async def test_a_range_in_which_little_is_wanted_is_gone_through_in_parts(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook(events=("session:removed",))
    await ground.facts(2 * replay.BATCH + 10)
    await ground.facts(1, "session:removed")
    await ground.sql("UPDATE cursors SET seq = seq + 5000 WHERE workspace_id = :ws")
    made = await ground.do(replay.start_range, owner, hook, EVER, ground.now)
    assert (made.count, made.planned) == (1, 0)
    while await ground.do(tend, ground.now):
        pass
    assert await _drain(ground, hook) == [2 * replay.BATCH + 11]
    assert (await _progress(ground, owner, hook, made.id)).state == "done"


async def test_one_replay_of_a_hook_runs_at_a_time_and_can_be_stopped(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook(ordered="all")
    await ground.facts(4)
    await ground.settle(await ground.plan({hook: 1}), "status", "exhausted")
    while found := await ground.do(claim, {hook: 1}, LEASE, ground.now):
        await ground.settle(found, "status", "exhausted")
    made = await ground.do(replay.start_recover, owner, hook, 0, ground.now)
    with pytest.raises(ReplayRunning):
        await ground.do(replay.start_range, owner, hook, EVER, ground.now)
    [flying] = await ground.do(claim, {hook: 9}, LEASE, ground.now)
    await ground.facts(1)
    await ground.plan()
    await ground.do(replay.cancel, owner, hook, made.id, ground.now)
    await ground.do(replay.cancel, owner, hook, made.id, ground.now)
    seen = await _progress(ground, owner, hook, made.id)
    assert (seen.state, seen.planned, seen.failed, seen.left) == ("cancelled", 4, 3, 1)
    await ground.settle([flying])
    seen = await _progress(ground, owner, hook, made.id)
    assert (seen.delivered, seen.failed, seen.left) == (1, 3, 0)
    assert [one.seq for one in await ground.do(claim, {hook: 9}, LEASE, ground.now)] == [5], "the line goes on"
    with pytest.raises(ReplayNotFound):
        await _progress(ground, owner, await ground.hook(), made.id)


async def test_a_replay_stands_in_line(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook(ordered="conversation")
    await ground.facts(2, talk="a")
    await ground.facts(1, talk="b")
    found = await ground.plan({hook: 9})
    assert [one.seq for one in found] == [1, 3]
    await ground.settle(found, "status", "exhausted")
    [second] = await ground.do(claim, {hook: 9}, LEASE, ground.now)
    await ground.do(replay.start_range, owner, hook, EVER, ground.now, None, ["exhausted"])
    rows = {(row["seq"], row["series"]): row["due_at"] for row in await ground.deliveries(hook)}
    assert rows[1, 1] == PARKED
    assert rows[3, 1] == ground.now
    [third] = await ground.do(claim, {hook: 9}, LEASE, ground.now)
    await ground.settle([second, third])
    [first] = await ground.do(claim, {hook: 9}, LEASE, ground.now)
    assert (first.seq, first.series) == (1, 1)


async def test_a_replay_of_a_hook_that_is_gone_goes_no_further(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook()
    await ground.facts(1)
    made = await ground.do(replay.start_recover, owner, hook, 0, ground.now)
    await ground.sql("DELETE FROM hooks WHERE workspace_id = :ws")
    assert await ground.do(replay.step, made.id, ground.now) is False
    assert await ground.do(tend, ground.now) is False


async def test_what_flies_when_a_replay_is_stopped_is_not_tried_again(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook()
    await ground.facts(2)
    await ground.settle(await ground.plan({hook: 2}), "status", "exhausted")
    made = await ground.do(replay.start_recover, owner, hook, 0, ground.now)
    flying = await ground.do(claim, {hook: 9}, LEASE, ground.now)
    assert len(flying) == 2
    await ground.do(replay.cancel, owner, hook, made.id, ground.now)
    await ground.settle(flying[:1], "status", "pending", ground.now)
    await ground.settle(flying[1:])
    assert [row["state"] for row in await ground.deliveries(hook) if row["series"]] == ["cancelled", "delivered"]
    assert (await _progress(ground, owner, hook, made.id)).left == 0


async def test_a_replay_ends_with_the_disabling_of_its_hook(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook()
    await ground.facts(2 * replay.BATCH)
    await ground.sql("UPDATE cursors SET seq = :head WHERE workspace_id = :ws", head=2 * replay.BATCH)
    made = await ground.do(replay.start_recover, owner, hook, 0, ground.now)
    await ground.switch(hook, "failing")
    while await ground.do(tend, ground.now):
        pass
    seen = await _progress(ground, owner, hook, made.id)
    assert (seen.state, seen.planned, seen.failed, seen.left) == ("cancelled", replay.BATCH, replay.BATCH, 0)
    await ground.switch(hook, None)
    again = await ground.do(replay.start_recover, owner, hook, 0, ground.now)
    assert again.count == 2 * replay.BATCH
