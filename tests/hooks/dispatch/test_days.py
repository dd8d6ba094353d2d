"""F13: everything fails for five days, by clocks that the test moves."""

import asyncio

from halloo.db.tx import Tx
from halloo.events.log import list_after
from halloo.hooks.actions.records import enable_hook
from halloo.hooks.store import records
from halloo.kit.clock import HOUR
from halloo.workspaces.model import Actor
from tests.hooks.dispatch.workplace import SEALER, Workplace
from tests.support.receiver import Receiver, until, with_status


def _told(tx: Tx, name: str) -> int:
    return sum(fact.name == name for fact in list_after(tx, f"w:{tx.workspace_id}", 0, 10_000))


async def test_f13_warned_after_a_day_disabled_after_five_and_recovered_in_order(
    place: Workplace, receiver: Receiver, owner: Actor
) -> None:
    room = place.room(look_s=0.05)
    hook_id = await place.hook(receiver.url(), ordered="all")
    receiver.ways["/"] = with_status(500)
    since = place.clocks.wall()
    missed = await place.say(4)
    hours = 0
    warned_at = 0
    while not room.tally.disabled:
        heard = len(receiver.heard)
        place.clocks.steady_shift += 6 * HOUR
        place.clocks.wall_shift += 6 * HOUR
        hours += 6
        if hours % 24 == 0:
            missed += await place.say(1)
        await asyncio.sleep(0.3)
        if not warned_at and await place.database.read(place.workspace_id, _told, "hook:warned"):
            warned_at = hours
        assert hours <= 168, f"{len(receiver.heard)} calls, the last one {heard}"
    assert 24 <= warned_at <= 48
    assert 120 <= hours <= 150
    assert room.tally.disabled == {"failing": 1}
    assert await place.database.read(place.workspace_id, _told, "hook:warned") == 1
    missed += await place.say(2)  # while it is disabled
    await asyncio.sleep(0.3)
    receiver.heard.clear()
    receiver.ways.clear()
    await place.write(enable_hook, owner, SEALER, hook_id, place.clocks.steady(), since - HOUR)
    await until(lambda: len(receiver.heard) >= len(missed))
    await asyncio.sleep(0.3)
    assert [heard.sequence for heard in receiver.heard] == missed
    assert {heard.headers.get("x-halloo-replay") for heard in receiver.heard} == {"1"}
    health = await place.database.read(place.workspace_id, records.find_health, place.workspace_id, hook_id)
    assert (health.last_call, health.failing_since, health.failures) == ("succeeded", None, 0)
