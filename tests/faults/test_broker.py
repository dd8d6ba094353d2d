"""P1, P2, P3 with a broker that dies, stands still or is far away: delivery falls back to the log within 5 s (relay contract 7).

Who writes is at one node, and who reads is at the other, so that only broker and log bring them together.
"""

import asyncio
import random

import pytest

from tests.support.nodes import Crowd, brokered, crowd, off_loop, reach, seed, serving
from tests.support.pace import Pace
from tests.support.product import Store
from tests.support.valkey import ValkeyServer

FALLBACK_S = 5
SLACK_S = 1
"""For what is not the broker's: it is longer where the machine keeps the programs waiting."""

pytestmark = pytest.mark.slow


async def test_the_broker_is_killed_and_comes_back(shared: Store, valkey: ValkeyServer) -> None:
    number = seed()
    chance = random.Random(number)
    with serving(shared, settings=brokered(valkey.url)) as nodes:
        pace = Pace(*(node.process.pid for node in nodes if node.process is not None))
        async with crowd(reach(nodes), number, apart=True) as people:
            await asyncio.sleep(1)
            assert longest(people) < SLACK_S + pace.held()
            people.history.note("the broker is killed")
            await off_loop(valkey.kill)
            await asyncio.sleep(chance.uniform(FALLBACK_S, FALLBACK_S + 1))
            await off_loop(valkey.start)
            people.history.note("the broker is back")
            await asyncio.sleep(1)
        assert longest(people) < FALLBACK_S + SLACK_S + pace.held()
        assert undisturbed(people)


async def test_the_broker_stands_still_and_goes_on(shared: Store, valkey: ValkeyServer) -> None:
    number = seed()
    chance = random.Random(number)
    with serving(shared, settings=brokered(valkey.url)) as nodes:
        pace = Pace(*(node.process.pid for node in nodes if node.process is not None))
        async with crowd(reach(nodes), number, apart=True) as people:
            await asyncio.sleep(1)
            people.history.note("the broker is held")
            valkey.pause()
            await asyncio.sleep(chance.uniform(FALLBACK_S, FALLBACK_S + 1))
            valkey.resume()
            people.history.note("the broker goes on")
            await asyncio.sleep(1)
        assert longest(people) < FALLBACK_S + SLACK_S + pace.held()
        assert undisturbed(people)


def undisturbed(people: Crowd) -> bool:
    """No line broke: a broker is nobody's business but the server's."""
    return all(person.line.codes == [] for person in people.people)


def longest(people: Crowd) -> float:
    """How long it took at most from one node's writer to the other's reader."""
    return people.history.lags()[-1]
