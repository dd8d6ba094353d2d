"""What happens to dispatching when things change in between: breakers, leases, hooks, replays."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from halloo.events.model import Fact
from halloo.hooks import facts
from halloo.hooks.actions import replay
from halloo.hooks.actions.claim import claim
from halloo.hooks.actions.plan import plan
from halloo.hooks.intake import Intake
from halloo.hooks.lane import Lane
from halloo.hooks.lanes import Lanes
from halloo.hooks.ledger import Parts
from halloo.hooks.model import Claimed, Planned
from halloo.hooks.store import records
from halloo.kit.clock import SECOND
from halloo.workspaces.model import Actor
from tests.hooks.dispatch.test_lanes import NOW, lane, row
from tests.hooks.dispatch.workplace import EVENT, Workplace
from tests.support.receiver import Heard, Receiver, answer, until, with_status

TYPING = "message:compose:send"


class Later:
    """A database that answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, Callable[[Any, BaseException | None], None]]] = []

    def submit(
        self, _: str, done: Callable[[Any, BaseException | None], None], action: Any, *args: Any, **named: Any
    ) -> None:
        del args, named
        self.asked.append((action, done))

    def answer(self, action: Any, result: Any) -> None:
        found = next(one for one in self.asked if one[0] is action)
        self.asked.remove(found)
        found[1](result, None)


@pytest.fixture
async def open_meanwhile() -> tuple[Intake, Lane, Later]:
    """A hook whose breaker opens while planning and claiming are under way."""
    database = Later()
    parts: Any = Parts(database, Lanes(), None, None, lambda: NOW, None, "d", lambda: None, None)  # pyright: ignore[reportArgumentType] - no loop, no senders: only lanes are looked at
    intake = Intake("w", parts)
    one = lane(share=intake.share)
    intake.lanes[one.hook_id] = one
    intake.stale = False
    one.backlog = False
    intake.facts_came()
    one.backlog = True
    intake.poke()
    assert {action for action, _ in database.asked} == {plan, claim}
    for _ in range(5):
        one.breaker.note("timeout", NOW)
    assert one.breaker.state == "open"
    return intake, one, database


@pytest.mark.parametrize("action", [plan, claim])
async def test_what_was_asked_for_before_the_breaker_opened_is_no_probe(
    open_meanwhile: tuple[Intake, Lane, Later], action: Any
) -> None:
    intake, one, database = open_meanwhile
    found: list[Claimed] = [row(one.hook_id, 1)]
    database.answer(action, Planned(1, False, found) if action is plan else found)
    assert one.probe is None
    assert (one.waiting, one.held) == (0, 0)
    assert "give_back" in {action.__name__ for action, _ in database.asked}
    intake.stop()


async def test_a_light_event_is_no_probe_before_its_time(open_meanwhile: tuple[Intake, Lane, Later]) -> None:
    intake, one, database = open_meanwhile
    one.light.waiting.append(None)  # pyright: ignore[reportArgumentType] - what waits is not looked into
    database.answer(claim, [])
    assert not one.light_probe
    assert one.backlog, "at its time a probe is looked for"
    intake.stop()


async def test_a_light_event_that_is_answered_with_gone_disables_its_hook(place: Workplace, receiver: Receiver) -> None:
    room = place.room()
    hook_id = await place.hook(receiver.url(), events=(TYPING,))
    await until(lambda: room.wants(place.workspace_id, TYPING))
    receiver.ways["/"] = with_status(410)
    room.light(place.workspace_id, TYPING, b"{}")
    await until(lambda: room.tally.disabled == {"gone": 1})
    hook = await place.database.read(place.workspace_id, records.get_hook, place.workspace_id, hook_id)
    assert (hook.enabled, hook.disabled_reason) == (False, "gone")


async def test_a_gone_that_is_not_believed_closes_nothing(place: Workplace, receiver: Receiver) -> None:
    hook_id = await place.hook(receiver.url(), timeout_ms=30_000)
    slow = asyncio.Event()

    async def first_slowly(_: Heard) -> bytes:
        if len(receiver.heard) == 1:
            await slow.wait()
            return answer(410)
        return answer()

    receiver.ways["/"] = first_slowly
    place.room(hears=False, look_s=0.1)
    await place.say()
    await until(lambda: len(receiver.heard) == 1)
    place.clocks.steady_shift += 61 * SECOND
    other = place.room(hears=False, look_s=0.1)
    await place.settles(hook_id, {"delivered": 1})
    await other.stop()
    slow.set()
    await asyncio.sleep(0.5)
    await place.say()
    await place.settles(hook_id, {"delivered": 2})


async def test_a_replay_goes_on_at_the_next_look_where_its_first_facts_are_not_wanted(
    place: Workplace, receiver: Receiver, owner: Actor
) -> None:
    room = place.room(look_s=1_000)
    hook_id = await place.hook(receiver.url())
    await until(lambda: room.wants(place.workspace_id, EVENT))
    await room.look()
    await place.say(replay.BATCH + 5, "message:removed")
    await place.say(1)
    await place.settles(hook_id, {"delivered": 1})
    now = place.clocks.steady()
    await place.write(replay.start_range, owner, hook_id, (0, 2**50), now)
    room.nudge(place.workspace_id)
    await room.look()
    await place.settles(hook_id, {"delivered": 2})


async def test_a_workspace_that_gets_its_first_hook_during_a_look_stays(place: Workplace) -> None:
    room = place.room(look_s=1_000)
    await asyncio.sleep(0.5)
    looking = asyncio.create_task(room.look())
    await asyncio.sleep(0)
    room.changed_read([Fact("w2", 1, "f", facts.UPDATED, b"{}", NOW)])
    await looking
    assert "w2" in room._desks  # pyright: ignore[reportPrivateUsage] - without one it does nothing for two seconds
    await room.look()
    assert "w2" not in room._desks  # pyright: ignore[reportPrivateUsage] - whether it is let go can be seen nowhere else
