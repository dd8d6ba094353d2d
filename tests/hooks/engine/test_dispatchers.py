"""Several dispatchers over one PostgreSQL: nobody waits for another one's rows, and nothing is told twice or forgotten."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from halloo.db.connect import open_database
from halloo.db.tx import Tx
from halloo.hooks.actions.claim import claim
from halloo.hooks.actions.settle import settle
from halloo.hooks.model import Claimed
from halloo.kit.clock import system_clock
from tests.conftest import WORKSPACE
from tests.hooks.engine.ground import LEASE, Ground, answered
from tests.support.product import Store

NODES = 4


@pytest.fixture
async def nodes(ground: Ground, store: Store) -> AsyncIterator[list[Ground]]:
    """Connections of their own to the ground's database, as of so many nodes."""
    made = [Ground(open_database(store.url, system_clock)) for _ in range(NODES)]
    for one in made:
        one.now = ground.now
    yield made
    for one in made:
        await one.database.close()


async def _work(node: Ground, name: str, hooks: list[str], told: list[tuple[str, Claimed]], idle: int = 20) -> None:
    """Plan, claim and settle until there was nothing to do for a while."""
    quiet = 0
    while quiet < idle:
        found = await node.plan(dict.fromkeys(hooks, 3), name)
        found += await node.do(claim, dict.fromkeys(hooks, 5), name, node.now)
        told += [(name, one) for one in found]
        for one in found[:2]:
            await node.settle([one], lease=name)
        await node.settle(found[2:], lease=name)
        quiet = 0 if found else quiet + 1
        await asyncio.sleep(0)


@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("ordered", ["none", "conversation", "all"])
async def test_dispatchers_beside_each_other_tell_everything_once(
    ground: Ground, nodes: list[Ground], ordered: str
) -> None:
    hooks = [await ground.hook(ordered=ordered) for _ in range(3)]
    told: list[tuple[str, Claimed]] = []

    async def talk() -> None:
        for number in range(40):
            await ground.facts(2, talk=f"c{number % 3}")
            await asyncio.sleep(0.005)

    await asyncio.gather(talk(), *(_work(one, f"n{number}", hooks, told) for number, one in enumerate(nodes)))
    await asyncio.gather(*(_work(one, f"n{number}", hooks, told, 3) for number, one in enumerate(nodes)))
    counted = Counter((one.hook_id, one.seq, one.series) for _, one in told)
    assert set(counted.values()) == {1}
    assert len(counted) == 3 * 80
    assert len({name for name, _ in told}) > 1, "one of them had everything to do"
    for hook in hooks:
        assert set(await ground.states(hook)) == {"delivered"}
        if ordered != "none":
            for line in {one.line for _, one in told}:
                got = [one.seq for _, one in told if one.hook_id == hook and one.line == line]
                assert got == sorted(got)


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_who_claims_passes_over_what_another_one_is_claiming(ground: Ground, nodes: list[Ground]) -> None:
    hook = await ground.hook()
    await ground.facts(6)
    await ground.plan()
    taken, going = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def claim_slowly(tx: Tx) -> list[Claimed]:
        found = claim(tx, {hook: 3}, "slow", ground.now)
        loop.call_soon_threadsafe(taken.set)
        asyncio.run_coroutine_threadsafe(going.wait(), loop).result(30)
        return found

    slow = asyncio.create_task(nodes[0].database.write(WORKSPACE, claim_slowly))
    await asyncio.wait_for(taken.wait(), 30)
    quick = await asyncio.wait_for(nodes[1].do(claim, {hook: 9}, "quick", ground.now), 30)
    going.set()
    assert [one.seq for one in await slow] == [1, 2, 3]
    assert [one.seq for one in quick] == [4, 5, 6]


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_one_of_all_dispatchers_probes(ground: Ground, nodes: list[Ground]) -> None:
    hook = await ground.hook()
    await ground.facts(8)
    [first, *_] = await ground.plan({hook: 1})
    await ground.settle([first], "timeout", "pending", ground.now, breakers={hook: (1, ground.now)})
    found = await asyncio.gather(
        *(one.do(claim, {hook: 9}, f"n{number}", ground.now) for number, one in enumerate(nodes))
    )
    assert sum(len(some) for some in found) == 1


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_a_line_is_not_left_without_a_head_between_two_dispatchers(ground: Ground, nodes: list[Ground]) -> None:
    """One ends the last of a line, and another one plans behind it before that is committed."""
    hook = await ground.hook(ordered="all")
    await ground.facts(1)
    [head] = await ground.plan({hook: 1})
    await ground.facts(1)
    ended, going = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def settle_slowly(tx: Tx) -> None:
        settle(tx, LEASE, [answered(head, "success", "delivered")], {}, ground.now)
        loop.call_soon_threadsafe(ended.set)
        asyncio.run_coroutine_threadsafe(going.wait(), loop).result(30)

    slow = asyncio.create_task(nodes[0].database.write(WORKSPACE, settle_slowly))
    await asyncio.wait_for(ended.wait(), 30)
    planning = asyncio.create_task(nodes[1].plan({}, "two"))
    await asyncio.sleep(0.3)
    going.set()
    await asyncio.gather(slow, planning)
    assert [one.seq for one in await ground.do(claim, {hook: 9}, LEASE, ground.now)] == [2]
