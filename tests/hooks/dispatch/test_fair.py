"""Nobody waits for a hook that hangs, fails, refuses or trickles, and a long backlog is nobody else's (hooks contract 6 and 15)."""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable

import pytest

from halloo.hooks.lane import WORKSPACE_MAX
from tests.hooks.dispatch.workplace import Workplace
from tests.support.postgres import free_port
from tests.support.receiver import Heard, Receiver, after, answer, until, with_status

HEALTHY, ILL = 12, 4
FACTS = 60


async def _trickle(_: Heard) -> bytes:
    """The head of an answer, a byte a second; written by the test's receiver as one that never ends."""
    await asyncio.sleep(3600)
    return answer()


async def _lags(place: Workplace, receiver: Receiver, events: str) -> list[float]:
    """How long after each fact its request came to the healthy hooks, in seconds, sorted."""
    said: dict[int, float] = {}
    before = len(receiver.heard)
    for _ in range(FACTS):
        at = time.time()
        for seq in await place.say(1, events):
            said[seq] = at
        await asyncio.sleep(0.02)
    paths = {f"/well/{number}" for number in range(HEALTHY)}

    def came() -> list[Heard]:
        return [heard for heard in receiver.heard[before:] if heard.path in paths]

    await until(lambda: len(came()) >= FACTS * HEALTHY, 60)
    return sorted(heard.at - said[heard.sequence] for heard in came())


@pytest.mark.parametrize("ailment", ["hangs", "fails", "refuses", "trickles"])
async def test_healthy_hooks_do_not_wait_for_ill_ones(
    place: Workplace, receiver: Receiver, ailment: str, kind: str
) -> None:
    if kind == "postgresql" and ailment != "hangs":
        return  # one is enough to see that the database makes no difference
    place.room()
    ways: dict[str, Callable[[Heard], Awaitable[bytes | None]]] = {
        "hangs": after(30),
        "fails": with_status(500),
        "trickles": _trickle,
    }
    for number in range(HEALTHY):
        await place.hook(receiver.url(f"/well/{number}"), events=("message:send", "message:received"))
    alone = await _lags(place, receiver, "message:send")
    dead = free_port()
    for number in range(ILL):
        path = f"/ill/{number}"
        receiver.ways[path] = ways.get(ailment, after(30))
        url = f"http://127.0.0.1:{dead}{path}" if ailment == "refuses" else receiver.url(path)
        await place.hook(url, events=("message:received",), max_in_flight=50)
    beside = await _lags(place, receiver, "message:received")
    p95 = [lags[int(len(lags) * 0.95)] for lags in (alone, beside)]
    assert p95[1] <= p95[0] * 3 + 0.5, f"{p95[0]:.3f} s alone, {p95[1]:.3f} s beside hooks whose receiver {ailment}"


async def test_where_all_slots_could_hang_there_is_one_for_each_other_hook(
    place: Workplace, receiver: Receiver
) -> None:
    place.room()
    for number in range(8):
        receiver.ways[f"/ill/{number}"] = after(30)
        await place.hook(receiver.url(f"/ill/{number}"), events=("message:send",), max_in_flight=100, timeout_ms=10_000)
    await place.say(120)
    await until(lambda: sum(receiver.most.values()) >= WORKSPACE_MAX // 2)
    hook_id = await place.hook(receiver.url("/well"), events=("message:received",))
    began = time.monotonic()
    await place.say(20, "message:received")
    await place.settles(hook_id, {"delivered": 20})
    assert time.monotonic() - began < 5, "it waited for requests that hang"
    assert sum(receiver.most.values()) <= WORKSPACE_MAX + 1


@pytest.mark.slow
async def test_a_backlog_of_20000_to_a_dead_address_slows_nobody_and_takes_no_memory(
    place: Workplace, receiver: Receiver
) -> None:
    room = place.room()
    dead = await place.hook(f"http://127.0.0.1:{free_port()}/", events=("message:send",))
    for number in range(HEALTHY):
        await place.hook(receiver.url(f"/well/{number}"), events=("message:received", "message:updated"))
    alone = await _lags(place, receiver, "message:received")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(40):
        await place.say(500, "message:send")
    await place.plans(dead, 20_000)
    beside = await _lags(place, receiver, "message:updated")
    assert room.most_held <= 20
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    p95 = [lags[int(len(lags) * 0.95)] for lags in (alone, beside)]
    assert p95[1] <= p95[0] * 3 + 1.0, f"{p95[0]:.3f} s alone, {p95[1]:.3f} s beside the backlog"
    assert grown < 64, f"{grown:.0f} MiB more"
    assert room.breakers_open == 1


async def test_a_backlog_is_drained_when_the_receiver_is_back(place: Workplace, receiver: Receiver) -> None:
    room = place.room(look_s=0.1)
    hook_id = await place.hook(receiver.url())
    receiver.ways["/"] = with_status(503)
    told = await place.say(500)
    await until(lambda: room.breakers_open == 1)
    receiver.ways.clear()
    place.clocks.steady_shift += 31_000
    await place.settles(hook_id, {"delivered": 500}, 60)
    assert {json.loads(heard.body)["data"]["n"] for heard in receiver.heard} == set(range(500))
    assert {heard.sequence for heard in receiver.heard} == set(told)
    assert receiver.most["/"] <= 10


async def test_what_takes_the_place_of_settled_rows_comes_with_their_commit(
    place: Workplace, receiver: Receiver, request: pytest.FixtureRequest
) -> None:
    """A commit may take milliseconds: a backlog that waited for two for each handful of rows was drained at half the speed."""
    interval = sys.getswitchinterval()
    request.addfinalizer(lambda: sys.setswitchinterval(interval))
    sys.setswitchinterval(1)  # on a busy machine the writer would run between the two
    hook_id = await place.hook(receiver.url())
    await place.say(400)
    place.room(hears=False)
    await place.settles(hook_id, {"delivered": 400}, 60)
    sizes = [writer.tally.sizes for writer in place.database.writers]
    commits, actions = sum(sum(one.counts) for one in sizes), sum(one.sum for one in sizes)
    assert actions > 60
    assert commits < actions * 0.7, f"{actions:g} actions took {commits} commits"
