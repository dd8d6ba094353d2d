"""How the calls of a hook go, and when it is warned of or disabled (hooks contract 6; F12, F13)."""

from typing import Any

import msgspec
import pytest

from halloo.hooks.actions.claim import claim, look
from halloo.hooks.actions.replay import start_recover
from halloo.hooks.actions.settle import note_call
from halloo.hooks.actions.sweep import hold, tend
from halloo.hooks.model import ANSWERS, QUARTER, Health
from halloo.hooks.store import records
from halloo.kit.clock import DAY, HOUR
from halloo.workspaces.model import system_actor
from tests.conftest import WORKSPACE
from tests.hooks.engine.ground import LEASE, Ground, answered


async def _health(ground: Ground, hook: str) -> Health:
    return await ground.database.read(WORKSPACE, lambda tx: records.find_health(tx, WORKSPACE, hook))


async def _told(ground: Ground, name: str) -> list[dict[str, Any]]:
    rows = await ground.rows("SELECT data FROM facts WHERE workspace_id = :ws AND name = :name ORDER BY seq", name=name)
    return [msgspec.json.decode(row["data"]) for row in rows]


async def _fail(ground: Ground, hook: str, outcome: Any = "timeout") -> None:
    """Fail with whatever is due next, and leave it due again at once."""
    found = await ground.do(claim, {hook: 1}, LEASE, ground.now)
    assert found
    await ground.settle(found, outcome, "pending", ground.now)


async def test_the_last_call_is_shown_and_a_success_ends_a_run_of_failures(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(4)
    one, two, three, four = await ground.plan({hook: 4})
    await ground.settle([one, two], "timeout", "pending", ground.now + DAY)
    health = await _health(ground, hook)
    assert (health.last_call, health.last_status, health.last_error) == ("failed", 500, "timeout")
    assert (health.failing_since, health.failures, health.last_call_at) == (ground.now, 2, two.at + 5)
    await ground.settle([three])
    health = await _health(ground, hook)
    assert (health.last_call, health.last_status, health.last_error) == ("succeeded", 200, None)
    assert (health.failing_since, health.failures) == (None, 0)
    await ground.settle([four], "too_large", "too_large")
    assert await _health(ground, hook) == health, "nobody was called"


async def test_a_call_beside_all_deliveries_is_shown_and_counts_for_nothing_else(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(1)
    [one] = await ground.plan({hook: 1})
    await ground.do(note_call, hook, 77, answered(one, "connect", "pending").attempt.exchange)
    health = await _health(ground, hook)
    assert (health.last_call, health.last_call_at, health.last_error) == ("failed", 77, "connect")
    assert (health.failing_since, health.failures) == (None, 0)
    assert await ground.rows("SELECT * FROM hook_hours WHERE workspace_id = :ws") == []
    await ground.do(note_call, "gone", 77, answered(one, "connect", "pending").attempt.exchange)


async def test_quarters_of_an_hour_add_up(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(3)
    one, two, three = await ground.plan({hook: 3})
    await ground.settle([one, two])
    await ground.settle([three], "status", "exhausted")
    rows = await ground.rows("SELECT * FROM hook_hours WHERE workspace_id = :ws")
    assert sum(row["succeeded"] for row in rows) == 2
    assert sum(row["failed"] for row in rows) == 1
    assert all(row["at"] % QUARTER == 0 for row in rows)
    counts = [sum(column) for column in zip(*(msgspec.json.decode(row["answers"]) for row in rows), strict=True)]
    assert len(counts) == len(ANSWERS) + 1
    assert counts[ANSWERS.index(20)] == sum(counts) == 3


async def test_f12_gone_disables_at_once_and_holds_what_is_open(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(3)
    found = await ground.plan({hook: 2})
    await ground.settle(found[:1], "gone", "held")
    [row] = await ground.rows("SELECT enabled, disabled_reason, version FROM hooks WHERE workspace_id = :ws")
    assert row == {"enabled": 0, "disabled_reason": "gone", "version": 2}
    [told] = await _told(ground, "hook:disabled")
    assert (told["hook_id"], told["name"], told["reason"], told["last_error"]) == (hook, "Shop", "gone", "gone")
    assert told["website_id"] == WORKSPACE
    assert [one["hook_id"] for one in await _told(ground, "hook:updated")] == [hook]
    assert await ground.do(look, ground.now) == []
    assert await ground.do(claim, {hook: 5}, LEASE, ground.now) == []
    assert await ground.do(tend, ground.now) is False
    assert await ground.states(hook) == ["held", "pending", "held"], "one is being posted at this moment"
    await ground.settle(found[1:], "timeout", "pending", ground.now + 5_000)
    assert await ground.states(hook) == ["held", "held", "held"]
    await ground.facts(1)
    await ground.plan()
    assert len(await ground.states(hook)) == 3, "nothing more is planned"


async def test_f13_a_hook_that_only_fails_is_warned_of_after_a_day_and_disabled_after_five(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(2)
    began = ground.now
    await ground.plan()
    for hours in range(0, 24, 3):
        ground.now = began + hours * HOUR
        await _fail(ground, hook)
    ground.now = began + DAY - 1
    await _fail(ground, hook)
    assert await _told(ground, "hook:warned") == []
    ground.now = began + DAY
    await _fail(ground, hook)
    [told] = await _told(ground, "hook:warned")
    assert (told["hook_id"], told["last_error"], told["since"]) == (hook, "timeout", began)
    for at in (DAY + HOUR, 5 * DAY - 1):
        ground.now = began + at
        await _fail(ground, hook)
    assert len(await _told(ground, "hook:warned")) == 1
    assert await _told(ground, "hook:disabled") == []
    ground.now = began + 5 * DAY
    await _fail(ground, hook)
    [told] = await _told(ground, "hook:disabled")
    assert (told["reason"], told["since"]) == ("failing", began)
    [row] = await ground.rows("SELECT enabled, disabled_reason FROM hooks WHERE workspace_id = :ws")
    assert row == {"enabled": 0, "disabled_reason": "failing"}
    assert await ground.do(claim, {hook: 9}, LEASE, ground.now) == []


async def test_a_hook_that_has_failed_less_than_ten_times_is_not_disabled(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(1)
    await ground.plan()
    began = ground.now
    for number in range(9):
        ground.now = began + number * DAY
        await _fail(ground, hook)
    assert await _told(ground, "hook:disabled") == []
    assert len(await _told(ground, "hook:warned")) == 1
    await _fail(ground, hook)
    assert len(await _told(ground, "hook:disabled")) == 1


@pytest.mark.parametrize("ordered", ["none", "conversation", "all"])
async def test_f13_enabled_again_it_recovers_every_missed_fact_once_and_in_order(ground: Ground, ordered: str) -> None:
    hook = await ground.hook(ordered=ordered)
    since = ground.now
    for talk in ("a", "b", "a"):
        await ground.facts(1, talk=talk)
    first = (await ground.plan({hook: 1}))[:1]
    await ground.settle(first)
    await ground.switch(hook, "failing")
    await ground.do(hold, hook, ground.now, 10**9)
    await ground.facts(2, talk="b")
    await ground.plan()
    await ground.switch(hook, None)
    assert await ground.do(claim, {hook: 9}, LEASE, ground.now) == [], "nothing is enabled again by itself"
    replay = await ground.do(start_recover, system_actor(WORKSPACE), hook, since, ground.now)
    assert (replay.count, replay.planned) == (4, 4)
    got: list[int] = []
    while found := await ground.do(claim, {hook: 9}, LEASE, ground.now):
        assert all(one.is_replay for one in found)
        got += [one.seq for one in found]
        await ground.settle(found)
    missed = [
        row["seq"]
        for row in await ground.rows(
            "SELECT seq FROM facts WHERE workspace_id = :ws AND name = 'message:send' AND seq > 1 ORDER BY seq"
        )
    ]
    assert sorted(got) == missed
    if ordered == "all":
        assert got == missed
    elif ordered == "conversation":
        assert [seq for seq in got if seq in missed[:1] + missed[2:]] == missed[:1] + missed[2:]
