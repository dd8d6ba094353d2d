"""From fact to settled delivery, over both kinds of database (hooks contract 4 and 6)."""

from halloo.hooks.actions.claim import claim, load_targets, look
from halloo.hooks.actions.plan import plan
from halloo.hooks.model import LEASE as LASTS
from halloo.hooks.model import PARKED
from tests.hooks.engine.ground import LEASE, SEALER, SEND, Ground


async def test_a_fact_is_planned_once_for_every_hook_that_wants_it(ground: Ground) -> None:
    wants = await ground.hook()
    other = await ground.hook(events=("session:removed",))
    off = await ground.hook(enabled=False)
    await ground.facts(3)
    await ground.facts(1, "widget:updated")
    assert await ground.plan() == []
    assert [row["seq"] for row in await ground.deliveries(wants)] == [1, 2, 3]
    assert await ground.deliveries(other) == []
    assert await ground.deliveries(off) == []
    assert await ground.plan() == []
    assert len(await ground.deliveries(wants)) == 3


async def test_a_hook_is_told_nothing_of_before_it_was_made(ground: Ground) -> None:
    await ground.facts(2)
    hook = await ground.hook()
    await ground.facts(1)
    await ground.plan()
    assert [row["seq"] for row in await ground.deliveries(hook)] == [3]


async def test_planning_leases_what_there_is_room_for(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(5)
    found = await ground.plan({hook: 2})
    assert [(one.seq, one.series, one.attempts, one.event) for one in found] == [(1, 0, 0, SEND), (2, 0, 0, SEND)]
    assert found[0].data.startswith(b'{"website_id":')
    assert found[0].conversation_id == "c1"
    assert [one.seq for one in await ground.do(claim, {hook: 10}, "two", ground.now)] == [3, 4, 5]
    assert await ground.do(claim, {hook: 10}, "two", ground.now) == []


async def test_what_was_planned_at_once_is_what_is_claimed_later(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(1)
    [at_once] = await ground.plan({hook: 1})
    ground.now += LASTS
    assert await ground.do(claim, {hook: 1}, "two", ground.now) == [at_once]


async def test_a_lease_that_ran_out_is_posted_again_under_the_same_count_and_settled_once(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(2)
    first = await ground.plan({hook: 2})
    ground.now += LASTS - 1
    assert await ground.do(claim, {hook: 2}, "two", ground.now) == []
    ground.now += 1
    again = await ground.do(claim, {hook: 1}, "two", ground.now)
    assert again == first[:1]
    await ground.settle(first)  # the first one has lost its lease of one of them
    assert await ground.states(hook) == ["pending", "delivered"]
    await ground.settle(again, lease="two")
    await ground.settle(first)
    assert await ground.states(hook) == ["delivered", "delivered"]
    kept = await ground.rows("SELECT seq, n FROM hook_attempts WHERE workspace_id = :ws ORDER BY seq")
    assert kept == [{"seq": 1, "n": 1}, {"seq": 2, "n": 1}]
    assert [row["attempts"] for row in await ground.deliveries(hook)] == [1, 1]
    [hour] = await ground.rows("SELECT succeeded, failed FROM hook_hours WHERE workspace_id = :ws")
    assert hour == {"succeeded": 2, "failed": 0}


async def test_look_tells_when_there_is_something_to_post(ground: Ground) -> None:
    hook = await ground.hook()
    quiet = await ground.hook(events=("session:removed",))
    await ground.facts(1)
    [one] = await ground.plan({hook: 1})
    await ground.settle([one], "status", "pending", ground.now + 5_000)
    seen = {found.hook_id: found.next_due_at for found in await ground.do(look, ground.now)}
    assert seen == {hook: ground.now + 5_000, quiet: None}
    assert await ground.do(claim, {hook: 1}, LEASE, ground.now + 4_999) == []
    [again] = await ground.do(claim, {hook: 1}, LEASE, ground.now + 5_000)
    assert again.attempts == 1


async def test_an_open_breaker_gives_one_at_its_time(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(4)
    found = await ground.plan({hook: 1})
    probe_at = ground.now + 30_000
    await ground.settle(found, "timeout", "pending", ground.now + 60_000, breakers={hook: (1, probe_at)})
    await ground.facts(1)
    assert await ground.plan({hook: 5}) == []
    [seen] = await ground.do(look, ground.now)
    assert seen.next_due_at == probe_at
    assert await ground.do(claim, {hook: 5}, LEASE, probe_at - 1) == []
    [probe] = await ground.do(claim, {hook: 5}, LEASE, probe_at)
    assert probe.seq == 2
    assert await ground.do(claim, {hook: 5}, "two", probe_at) == []
    ground.now = probe_at
    await ground.settle([probe], breakers={hook: (0, None)})
    assert len(await ground.do(claim, {hook: 5}, LEASE, probe_at)) == 3


async def test_order_lets_one_of_a_line_go_at_a_time(ground: Ground) -> None:
    hook = await ground.hook(ordered="conversation")
    for talk in ("a", "b", "a", "a"):
        await ground.facts(1, talk=talk)
    found = await ground.plan({hook: 10})
    assert [one.seq for one in found] == [1, 2]
    assert [row["due_at"] == PARKED for row in await ground.deliveries(hook)] == [False, False, True, True]
    await ground.settle(found[:1], "status", "pending", ground.now + 5_000)
    assert await ground.do(claim, {hook: 10}, LEASE, ground.now) == []
    ground.now += 5_000
    [again] = await ground.do(claim, {hook: 10}, LEASE, ground.now)
    assert again.seq == 1
    await ground.settle([again], "status", "exhausted")
    [third] = await ground.do(claim, {hook: 10}, LEASE, ground.now)
    assert third.seq == 3
    await ground.settle([third])
    [fourth] = await ground.do(claim, {hook: 10}, LEASE, ground.now)
    assert fourth.seq == 4


async def test_all_in_order_is_one_line(ground: Ground) -> None:
    hook = await ground.hook(ordered="all")
    await ground.facts(1, talk="a")
    await ground.facts(1, talk=None)
    [first] = await ground.plan({hook: 10})
    await ground.settle([first])
    [second] = await ground.do(claim, {hook: 10}, LEASE, ground.now)
    assert (first.seq, second.seq) == (1, 2)


async def test_targets_are_read_with_what_is_needed_to_post(ground: Ground) -> None:
    hook = await ground.hook(headers={"X-Own": "value"})
    [target] = await ground.do(load_targets, SEALER)
    assert target.hook.id == hook
    assert target.hook.headers == {"X-Own": "value"}
    assert target.health.last_call == "not_called"


async def test_paced_planning_stops_where_one_has_no_room_left_and_says_who_waits(ground: Ground) -> None:
    wide, narrow, away = [await ground.hook() for _ in range(3)]
    await ground.facts(700)
    room = {wide: 20, narrow: 3}
    first = await ground.do(plan, room, LEASE, ground.now, paced=True)
    assert (first.facts, first.more, first.waiting) == (3, True, {away})
    assert sorted((one.hook_id, one.seq) for one in first.claimed) == sorted(
        (hook, seq) for hook in (wide, narrow) for seq in (1, 2, 3)
    )
    rest = await ground.do(plan, {wide: 17}, LEASE, ground.now, paced=False)
    assert (rest.facts, rest.more, rest.waiting) == (500, True, {wide, narrow, away})
    assert len(rest.claimed) == 17
