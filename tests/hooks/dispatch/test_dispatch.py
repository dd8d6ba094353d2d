"""What a dispatcher does over a real database and a real receiver (hooks contract 2, 5 to 8 and 16)."""

import asyncio
import json
import time
from collections import Counter
from typing import Any

import pytest

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.hooks import dispatch
from halloo.hooks.actions.claim import claim
from halloo.hooks.actions.replay import start_range
from halloo.hooks.model import ATTEMPTS_MAX
from halloo.hooks.store import records
from halloo.hooks.store.log import list_attempts
from halloo.kit.clock import DAY, HOUR, MINUTE, SECOND
from halloo.kit.outbound.resolver import TableResolver
from halloo.workspaces.model import Actor
from tests.hooks.dispatch.workplace import EVENT, Workplace, change_hook
from tests.support.pace import PATIENCE_S
from tests.support.receiver import Answering, Heard, Receiver, after, answer, until, with_status


async def test_a_fact_is_told_once_and_settled(place: Workplace, receiver: Receiver) -> None:
    room = place.room()
    hook_id = await place.hook(receiver.url("/crisp/hooks?key=KEY"), signing="signed", headers={"X-Mine": "yes"})
    (seq,) = await place.say()
    await place.settles(hook_id, {"delivered": 1})
    (heard,) = receiver.heard
    assert heard.path == "/crisp/hooks?key=KEY"
    assert heard.sequence == seq
    assert json.loads(heard.body)["data"] == {"website_id": place.workspace_id, "n": 0}
    assert heard.headers["webhook-signature"].startswith("v1,")
    assert heard.headers["x-mine"] == "yes"
    (row,) = await place.rows(hook_id)
    assert (row["attempts"], row["lease"], row["last_outcome"]) == (1, None, "success")
    assert room.tally.attempts == {"success": 1}
    await until(lambda: room.tally.deliveries == {"delivered": 1})
    assert sum(room.tally.lag.counts) == sum(room.tally.answer.counts) == 1


async def test_many_facts_and_hooks_are_each_told_once(place: Workplace, receiver: Receiver) -> None:
    room = place.room()
    hooks = [await place.hook(receiver.url(f"/{number}")) for number in range(5)]
    for _ in range(10):
        await place.say(30)
    for hook_id in hooks:
        await place.settles(hook_id, {"delivered": 300}, 60)
    for number in range(5):
        assert sorted(heard.sequence for heard in receiver.of(f"/{number}")) == sorted(
            row["seq"] for row in await place.rows(hooks[number])
        )
        assert receiver.most[f"/{number}"] <= 10
    assert room.in_flight == 0
    await until(lambda: room.tally.deliveries == {"delivered": 1500})


async def test_a_burst_reaches_each_hook_whole_and_once(place: Workplace, receiver: Receiver) -> None:
    place.room()
    hooks = [await place.hook(receiver.url(f"/{number}")) for number in range(20)]
    await place.say(200)
    for hook_id in hooks:
        await place.settles(hook_id, {"delivered": 200}, 60)
    assert len(receiver.heard) == 20 * 200


async def test_f2_what_was_left_behind_is_found_at_the_start(place: Workplace, receiver: Receiver) -> None:
    hook_id = await place.hook(receiver.url())
    await place.say(3)
    place.room(hears=False)
    await place.settles(hook_id, {"delivered": 3})


async def test_what_another_process_commits_is_found_by_looking(place: Workplace, receiver: Receiver) -> None:
    place.room(hears=False, look_s=0.2)
    hook_id = await place.hook(receiver.url())
    await asyncio.sleep(0.5)
    await place.say(3)
    await place.settles(hook_id, {"delivered": 3})
    await place.write(change_hook, hook_id, place.clocks.steady(), url=receiver.url("/moved"))
    await asyncio.sleep(0.5)
    await place.say()
    await place.settles(hook_id, {"delivered": 4})
    assert len(receiver.of("/moved")) == 1


async def test_a_failure_is_tried_again_in_time_and_ten_times_in_all(place: Workplace, receiver: Receiver) -> None:
    place.room(look_s=0.1)
    hook_id = await place.hook(receiver.url())
    receiver.ways["/"] = with_status(500)
    await place.say()
    for count in range(1, ATTEMPTS_MAX + 1):
        await until(lambda count=count: len(receiver.heard) == count)
        await until_attempts(place, hook_id, count)
        place.clocks.steady_shift += 30 * HOUR
    assert [heard.count for heard in receiver.heard] == list(range(1, 11))
    assert len({heard.id for heard in receiver.heard}) == 1
    assert len({heard.body for heard in receiver.heard}) == 1
    assert await place.states(hook_id) == {"exhausted": 1}


async def until_attempts(place: Workplace, hook_id: str, count: int) -> None:
    for _ in range(1000):
        rows = await place.rows(hook_id)
        if rows and rows[0]["attempts"] == count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(count)


async def test_retry_none_gives_one_attempt(place: Workplace, receiver: Receiver) -> None:
    place.room()
    hook_id = await place.hook(receiver.url(), retry="none")
    receiver.ways["/"] = with_status(503)
    await place.say()
    await place.settles(hook_id, {"exhausted": 1})
    assert receiver.heard[0].headers["x-delivery-attempt-limit"] == "1"


async def test_f11_retry_after_is_waited_for(place: Workplace, receiver: Receiver) -> None:
    place.room(look_s=0.1)
    hook_id = await place.hook(receiver.url())
    receiver.ways["/"] = with_status(429, "Retry-After: 120\r\n")
    await place.say()
    await until_attempts(place, hook_id, 1)
    place.clocks.steady_shift += 115 * SECOND
    await asyncio.sleep(0.4)
    assert len(receiver.heard) == 1
    place.clocks.steady_shift += 6 * SECOND
    await until(lambda: len(receiver.heard) == 2)


async def test_f12_gone_disables_at_once_and_nothing_more_is_sent(place: Workplace, receiver: Receiver) -> None:
    room = place.room()
    hook_id = await place.hook(receiver.url(), max_in_flight=1)
    receiver.ways["/"] = with_status(410)
    await place.say(10)
    await until(lambda: room.tally.disabled == {"gone": 1})
    await asyncio.sleep(0.3)
    assert len(receiver.heard) == 1
    states = await place.states(hook_id)
    assert states.get("held", 0) >= 1
    assert set(states) <= {"held", "pending"}
    await place.say(2)
    await asyncio.sleep(0.3)
    assert len(receiver.heard) == 1


async def test_f14_what_waits_goes_to_the_new_address(place: Workplace, receiver: Receiver) -> None:
    place.room(look_s=0.1)
    hook_id = await place.hook(receiver.url("/old"))
    receiver.ways["/old"] = with_status(500)
    await place.say(3)
    await until(lambda: len(receiver.of("/old")) == 3)
    await place.write(
        change_hook, hook_id, place.clocks.steady(), url=receiver.url("/new"), events=("session:removed",)
    )
    await place.say(2)  # not chosen any more
    place.clocks.steady_shift += 10 * SECOND
    await place.settles(hook_id, {"delivered": 3})
    assert [heard.count for heard in receiver.of("/new")] == [2, 2, 2]
    assert len(receiver.of("/old")) == 3


async def test_f15_a_deleted_hook_gets_nothing_more(place: Workplace, receiver: Receiver) -> None:
    room = place.room()
    hook_id = await place.hook(receiver.url(), max_in_flight=2)
    receiver.ways["/"] = after(0.5)
    await place.say(8)
    await until(lambda: len(receiver.heard) == 2)
    await place.write(_delete, hook_id)
    await until(lambda: room.in_flight == 0)
    await asyncio.sleep(0.7)
    assert len(receiver.heard) == 2


def _delete(tx: Tx, hook_id: str) -> None:
    from halloo.hooks import facts

    records.delete_hook(tx, tx.workspace_id, hook_id)
    directory.leave(tx, "hook", hook_id)
    facts.hook_updated(tx, hook_id)


async def test_f16_a_jump_of_the_wall_clock_is_no_burst_and_loses_nothing(place: Workplace, receiver: Receiver) -> None:
    place.room(look_s=0.1)
    hook_id = await place.hook(receiver.url())
    receiver.ways["/"] = with_status(500)
    await place.say(4)
    await until(lambda: len(receiver.heard) == 4)
    for times, shift in ((2, DAY), (3, -DAY)):
        place.clocks.wall_shift = shift
        await asyncio.sleep(0.5)
        assert len(receiver.heard) == 4 * (times - 1)
        place.clocks.steady_shift += 7 * MINUTE
        await until(lambda times=times: len(receiver.heard) == 4 * times)
    await asyncio.sleep(0.3)
    receiver.ways.clear()
    place.clocks.steady_shift += 40 * MINUTE
    await place.settles(hook_id, {"delivered": 4})
    assert len(receiver.heard) == 16


async def test_f14_nothing_goes_to_the_old_address_once_the_change_is_stored(
    place: Workplace, receiver: Receiver
) -> None:
    place.room()
    hook_id = await place.hook(receiver.url("/old"), max_in_flight=20)
    receiver.ways["/old"] = after(0.2)
    await place.say(100)
    await until(lambda: len(receiver.of("/old")) == 20)
    busy = [asyncio.ensure_future(place.database.read(place.workspace_id, _dawdle)) for _ in range(8)]
    await place.write(change_hook, hook_id, place.clocks.steady(), url=receiver.url("/new"))
    stored = len(receiver.of("/old"))
    await asyncio.gather(*busy)
    await place.settles(hook_id, {"delivered": 100})
    assert len(receiver.of("/old")) < stored + 10  # of those that wait in memory none; a few may have been on their way
    assert len(receiver.heard) == 100


def _dawdle(_: Tx) -> None:
    """A query that takes long: what is read after a change is read late."""
    time.sleep(0.4)


async def test_f5_two_dispatchers_share_the_work(place: Workplace, receiver: Receiver) -> None:
    hook_id = await place.hook(receiver.url())
    rooms = [place.room(hears=False, look_s=0.1) for _ in range(2)]
    receiver.ways["/"] = after(0.02)
    for _ in range(10):
        await place.say(40)
        await asyncio.sleep(0.05)
    await place.settles(hook_id, {"delivered": 400}, 60)
    assert Counter(heard.sequence for heard in receiver.heard).most_common(1)[0][1] == 1
    await until(lambda: sum(room.tally.deliveries["delivered"] for room in rooms) == 400)


async def test_f5_who_lost_its_lease_settles_nothing(place: Workplace, receiver: Receiver) -> None:
    hook_id = await place.hook(receiver.url(), timeout_ms=30_000)
    slow = asyncio.Event()

    async def first_slowly(_: Heard) -> bytes:
        if len(receiver.heard) == 1:
            await slow.wait()
            return answer(500)
        return answer()

    receiver.ways["/"] = first_slowly
    place.room(hears=False, look_s=0.1)
    await place.say()
    await until(lambda: len(receiver.heard) == 1)
    place.clocks.steady_shift += 61 * SECOND
    place.room(hears=False, look_s=0.1)
    await place.settles(hook_id, {"delivered": 1})
    slow.set()
    await asyncio.sleep(0.5)
    (row,) = await place.rows(hook_id)
    assert (row["state"], row["attempts"], row["last_outcome"]) == ("delivered", 1, "success")
    assert [heard.count for heard in receiver.heard] == [1, 1]
    assert len({(heard.id, heard.body) for heard in receiver.heard}) == 1


async def test_the_breaker_opens_probes_with_the_oldest_and_closes_after_three(
    place: Workplace, receiver: Receiver
) -> None:
    room = place.room(look_s=0.1)
    hook_id = await place.hook(receiver.url(), max_in_flight=1)
    receiver.ways["/"] = _hang_up
    first, *_ = await place.say(12)
    await until(lambda: room.breakers_open == 1)
    await asyncio.sleep(0.4)
    assert len(receiver.heard) == 5
    place.clocks.steady_shift += 31 * SECOND
    await until(lambda: len(receiver.heard) == 6)
    assert receiver.heard[5].sequence == first + 5  # the others are due after their delay
    await asyncio.sleep(0.4)
    assert len(receiver.heard) == 6
    receiver.ways.clear()
    place.clocks.steady_shift += 61 * SECOND
    await until(lambda: room.breakers_open == 0)
    place.clocks.steady_shift += 10 * MINUTE
    await place.settles(hook_id, {"delivered": 12})
    health = await place.database.read(place.workspace_id, records.find_health, place.workspace_id, hook_id)
    assert (health.probes, health.probe_at, health.last_call) == (0, None, "succeeded")


async def _hang_up(_: Heard) -> bytes | None:
    return None


async def test_an_open_breaker_is_known_to_the_next_process(place: Workplace, receiver: Receiver) -> None:
    room = place.room(look_s=0.1)
    hook_id = await place.hook(receiver.url(), max_in_flight=1)
    receiver.ways["/"] = _hang_up
    await place.say(6)
    await until(lambda: room.breakers_open == 1)
    await room.stop()
    place.rooms.remove(room)
    receiver.ways.clear()
    after_it = place.room(look_s=0.1)
    await until(lambda: after_it.breakers_open == 1)
    await asyncio.sleep(0.3)
    assert len(receiver.heard) == 5
    place.clocks.steady_shift += 31 * SECOND
    await place.settles(hook_id, {"delivered": 6})


async def test_what_is_not_begun_at_the_end_is_given_back(place: Workplace, receiver: Receiver) -> None:
    room = place.room()
    hook_id = await place.hook(receiver.url(), max_in_flight=1)
    receiver.ways["/"] = after(0.3)
    await place.say(6)
    await until(lambda: len(receiver.heard) == 1)
    await room.stop()
    place.rooms.remove(room)
    assert await place.states(hook_id) == {"delivered": 1, "pending": 5}
    assert {row["lease"] for row in await place.rows(hook_id)} == {None}
    receiver.ways.clear()
    place.room(hears=False)
    await place.settles(hook_id, {"delivered": 6})
    assert len(receiver.heard) == 6


async def test_a_database_that_does_not_answer_holds_up_no_end(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()
    real = place.database.submit

    def submit(workspace_id: str, done: Any, action: Any, *args: Any, **named: Any) -> None:
        if action is claim:
            asked.set()
        else:
            real(workspace_id, done, action, *args, **named)

    await place.hook("http://127.0.0.1:9/")
    monkeypatch.setattr(place.database, "submit", submit)
    monkeypatch.setattr(dispatch, "REST_S", 0.1)
    room = place.room()
    await asyncio.wait_for(asked.wait(), PATIENCE_S)
    place.rooms.remove(room)
    await asyncio.wait_for(room.stop(), PATIENCE_S)


async def test_in_order_a_failing_delivery_holds_what_follows(place: Workplace, receiver: Receiver) -> None:
    place.room(look_s=0.1)
    hook_id = await place.hook(receiver.url(), ordered="conversation")
    failing = True

    async def one_fails(heard: Heard) -> bytes:
        return answer(500 if failing and json.loads(heard.body)["data"]["n"] == 1 else 200)

    receiver.ways["/"] = one_fails
    a = await place.say(4, conversation_id="a")
    b = await place.say(1, conversation_id="b")
    await until(lambda: len(receiver.heard) == 3)
    await asyncio.sleep(0.3)
    await place.settles(hook_id, {"delivered": 2, "pending": 3})
    assert [heard.sequence for heard in receiver.heard if heard.sequence in a] == a[:2]
    failing = False
    place.clocks.steady_shift += 10 * SECOND
    await place.settles(hook_id, {"delivered": 5})
    told = [heard.sequence for heard in receiver.heard]
    assert [seq for seq in told if seq in a] == [a[0], a[1], a[1], a[2], a[3]]
    assert [seq for seq in told if seq in b] == b


async def test_in_order_of_all_one_at_a_time(place: Workplace, receiver: Receiver) -> None:
    place.room()
    hook_id = await place.hook(receiver.url(), ordered="all")
    told = await place.say(40)
    await place.settles(hook_id, {"delivered": 40})
    assert [heard.sequence for heard in receiver.heard] == told
    assert receiver.most["/"] == 1


async def test_data_beyond_64_kib_is_not_sent(place: Workplace, receiver: Receiver) -> None:
    place.room()
    hook_id = await place.hook(receiver.url())
    await place.write(_say_much)
    await place.settles(hook_id, {"too_large": 1})
    assert receiver.heard == []


def _say_much(tx: Tx) -> None:
    from halloo.events.log import record

    record(tx, EVENT, b'{"a":"' + b"x" * 65_536 + b'"}')


async def test_light_events_are_told_once_and_never_again(place: Workplace, receiver: Receiver) -> None:
    room = place.room()
    hook_id = await place.hook(receiver.url(), events=("message:compose:send",))
    await until(lambda: room.wants(place.workspace_id, "message:compose:send"))
    assert not room.wants(place.workspace_id, EVENT)
    assert not room.wants("another", "message:compose:send")
    receiver.ways["/"] = with_status(500)
    room.light(place.workspace_id, "message:compose:send", b'{"type":"start"}')
    await until(lambda: len(receiver.heard) == 1)
    heard = receiver.heard[0]
    assert json.loads(heard.body)["data"] == {"type": "start"}
    assert "x-halloo-sequence" not in heard.headers
    assert heard.headers["x-delivery-attempt-limit"] == "1"
    await asyncio.sleep(0.3)
    assert len(receiver.heard) == 1
    assert await place.states(hook_id) == {}
    health = await place.database.read(place.workspace_id, records.find_health, place.workspace_id, hook_id)
    assert (health.last_call, health.last_status, health.failures) == ("failed", 500, 0)


async def test_a_light_event_probes_where_there_is_nothing_else(place: Workplace, receiver: Receiver) -> None:
    room = place.room(look_s=0.1)
    await place.hook(receiver.url(), events=("message:compose:send",))
    await until(lambda: room.wants(place.workspace_id, "message:compose:send"))
    receiver.ways["/"] = _hang_up
    for _ in range(5):
        room.light(place.workspace_id, "message:compose:send", b"{}")
    await until(lambda: room.breakers_open == 1)
    receiver.ways.clear()
    heard = len(receiver.heard)
    room.light(place.workspace_id, "message:compose:send", b"{}")
    await asyncio.sleep(0.3)
    assert len(receiver.heard) == heard
    place.clocks.steady_shift += 31 * SECOND
    room.light(place.workspace_id, "message:compose:send", b"{}")
    await until(lambda: room.breakers_open == 0)


async def test_a_test_call_says_so_and_stands_beside_everything(place: Workplace, receiver: Receiver) -> None:
    from halloo.hooks.actions.claim import load_targets
    from tests.hooks.dispatch.workplace import SEALER

    room = place.room()
    await place.hook(receiver.url(), signing="signed")
    (target,) = await place.database.read(place.workspace_id, load_targets, SEALER)
    attempt = await room.test(target, "hook:test", b'{"text":"Hello"}')
    assert attempt.exchange.outcome == "success"
    (heard,) = receiver.heard
    assert heard.headers["x-halloo-test"] == "1"
    assert json.loads(heard.body)["event"] == "hook:test"
    assert b"X-Halloo-Test: 1\r\n" in attempt.request_head


async def test_f18_an_address_that_turned_private_is_not_connected_to(place: Workplace, receiver: Receiver) -> None:
    names = TableResolver({"told.example": ["127.0.0.1"]})
    room = place.room(look_s=0.1, resolver=names)
    hook_id = await place.hook(f"http://told.example:{receiver.port}/")
    receiver.ways["/"] = with_status(500)
    await place.say()
    await until_attempts(place, hook_id, 1)
    names.table["told.example"] = ["10.0.0.1"]
    place.clocks.steady_shift += 10 * SECOND
    await until_attempts(place, hook_id, 2)
    (row,) = await place.rows(hook_id)
    assert row["last_outcome"] == "blocked_address"
    assert len(receiver.heard) == 1
    assert sum(room.outbound.tally.blocked.values()) == 1


async def test_a_replay_is_paced_at_half_of_what_may_be_in_flight(
    place: Workplace, receiver: Receiver, owner: Actor
) -> None:
    room = place.room(look_s=0.1)
    hook_id = await place.hook(receiver.url())
    began = place.clocks.wall()
    await place.say(60)
    await place.settles(hook_id, {"delivered": 60})
    receiver.heard.clear()
    receiver.most.clear()
    receiver.ways["/"] = after(0.05)
    times = began - HOUR, place.clocks.wall() + HOUR
    await place.write(start_range, owner, hook_id, times, place.clocks.steady())
    room.nudge(place.workspace_id)
    await place.settles(hook_id, {"delivered": 120}, 40)
    assert len(receiver.heard) == 60
    assert {heard.headers["x-halloo-replay"] for heard in receiver.heard} == {"1"}
    assert receiver.most["/"] == 5


async def test_what_is_said_meanwhile_passes_a_replay(place: Workplace, receiver: Receiver, owner: Actor) -> None:
    room = place.room(look_s=0.1)
    hook_id = await place.hook(receiver.url())
    began = place.clocks.wall()
    await place.say(200)
    await place.settles(hook_id, {"delivered": 200})
    receiver.heard.clear()
    receiver.ways["/"] = after(0.1)
    times = began - HOUR, place.clocks.wall() + HOUR
    await place.write(start_range, owner, hook_id, times, place.clocks.steady())
    room.nudge(place.workspace_id)
    await until(lambda: len(receiver.heard) > 5)
    (fresh,) = await place.say(1)
    await until(lambda: any(heard.sequence == fresh for heard in receiver.heard))
    assert len(receiver.heard) < 150


async def test_a_long_answer_is_kept_to_its_bounds(place: Workplace, receiver: Receiver) -> None:
    place.room()
    long = f"X-Long: {'a' * 20_000}\r\nRetry-After: {'9' * 5_000}\r\n"
    receiver.ways["/"] = with_body(answer(500, long, b"b" * 10_000))
    hook_id = await place.hook(receiver.url())
    (seq,) = await place.say()
    await until_attempts(place, hook_id, 1)
    (kept,) = await place.database.read(place.workspace_id, list_attempts, hook_id, (seq, 0))
    exchange = kept.attempt.exchange
    assert (len(exchange.response_head), exchange.response_body) == (4_096, b"b" * 2_048)
    assert (exchange.truncated, exchange.status, len(exchange.retry_after or "")) == (True, 500, 100)


def with_body(whole: bytes) -> Answering:
    async def say(_: Heard) -> bytes:
        return whole

    return say
