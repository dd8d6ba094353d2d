"""Several nodes over one PostgreSQL change, plan and settle hooks at the same time: nobody waits for who waits for them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest

from halloo.db.connect import open_database
from halloo.hooks.actions import records, replay
from halloo.hooks.actions.claim import claim
from halloo.hooks.actions.sweep import tend
from halloo.hooks.errors import ReplayRunning
from halloo.hooks.rules import HookChange
from halloo.kit.clock import DAY, system_clock
from halloo.kit.refusals import Unavailable
from halloo.workspaces.model import Actor
from tests.hooks.engine.ground import SEALER, Ground
from tests.support.product import Store

ROUNDS = 40


@pytest.fixture
async def nodes(ground: Ground, store: Store) -> AsyncIterator[list[Ground]]:
    """Connections of their own to the ground's database, as of so many nodes."""
    made = [Ground(open_database(store.url, system_clock)) for _ in range(5)]
    for one in made:
        one.now = ground.now
    yield made
    for one in made:
        await one.database.close()


async def _deadlocks(ground: Ground) -> int:
    await asyncio.sleep(1.5)  # sessions tell what they count once a second
    [row] = await ground.rows(
        "SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database() AND :ws <> ''"
    )
    return row["n"]


async def _over_and_over(round_: Callable[[int], Awaitable[object]]) -> None:
    for number in range(ROUNDS):
        with suppress(ReplayRunning, Unavailable):  # given up after several deadlocks
            await round_(number)


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_changing_planning_settling_and_replaying_take_their_locks_in_one_order(
    ground: Ground, nodes: list[Ground], owner: Actor
) -> None:
    hooks = [await ground.hook(ordered=ordered) for ordered in ("all", "none", "conversation", "none", "all")]
    await ground.sql("UPDATE hook_health SET failing_since = :past, failures = 20 WHERE workspace_id = :ws", past=1)
    one, two, three, four, five = nodes
    all_of_them = dict.fromkeys(hooks, 5)

    async def change(number: int) -> None:
        hook = hooks[-number % len(hooks)]
        await one.do(records.update_hook, owner, SEALER, hook, HookChange(name=f"n{number}"), one.now)
        await one.do(records.enable_hook, owner, SEALER, hooks[number % len(hooks)], one.now)

    async def talk(number: int) -> None:
        await two.facts(2, talk=f"c{number % 3}")
        await two.facts(1, name="session:removed", talk=f"c{number % 3}")
        await two.plan({}, "two")

    async def deliver(number: int) -> None:
        found = await three.plan(all_of_them, "three")
        found += await three.do(claim, dict(reversed(all_of_them.items())), "three", three.now)
        outcome = "gone" if number % 4 == 0 else "status"
        await three.settle(found, outcome, "held", lease="three", breakers=dict.fromkeys(hooks, (1, three.now - DAY)))

    async def again(number: int) -> None:
        await four.do(replay.start_range, owner, hooks[number % len(hooks)], (0, 2**50), four.now)

    async def order(_: int) -> None:
        await five.do(tend, five.now)
        found = await five.do(claim, all_of_them, "five", five.now)
        await five.settle(found, lease="five", breakers=dict.fromkeys(reversed(hooks), (1, five.now - DAY)))

    before = await _deadlocks(ground)
    await asyncio.gather(*(_over_and_over(round_) for round_ in (change, talk, deliver, again, order)))
    assert await _deadlocks(ground) == before
