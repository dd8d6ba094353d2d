"""P1, P2, P3, P6 with two nodes on one PostgreSQL and one Valkey, whatever of it dies (relay contract 7)."""

import asyncio
import random

import pytest

from tests.support.nodes import brokered, crowd, off_loop, reach, seed, serving
from tests.support.pace import Pace
from tests.support.postgres import Postgres
from tests.support.product import Product, Store
from tests.support.reach import BROWSER
from tests.support.valkey import ValkeyServer

ANSWERED_S = 5
"""How long a message may take to be acknowledged while nodes restart one after another."""
RESTART, GONE = 1012, 1006

pytestmark = pytest.mark.slow


async def test_one_of_two_nodes_is_killed(shared: Store, valkey: ValkeyServer) -> None:
    number = seed()
    chance = random.Random(number)
    with serving(shared, settings=brokered(valkey.url)) as nodes:
        async with crowd(reach(nodes), number) as people:
            for _ in range(2):
                await asyncio.sleep(chance.uniform(0.5, 1.5))
                node: Product = chance.choice(nodes)
                people.history.note(f"node at {node.port} is killed")
                await off_loop(node.kill)
                await asyncio.sleep(chance.uniform(0.2, 1.0))
                await off_loop(node.start)
                people.history.note(f"node at {node.port} is back")
            await asyncio.sleep(0.5)
        assert sum(person.line.connects for person in people.people) > len(people.people)


async def test_postgresql_is_restarted_at_once(shared: Store, postgres: Postgres) -> None:
    number = seed()
    chance = random.Random(number)
    with serving(shared) as nodes:
        async with crowd(reach(nodes), number) as people:
            for _ in range(3):
                await asyncio.sleep(chance.uniform(0.5, 1.5))
                people.history.note("PostgreSQL stops at once")
                await off_loop(postgres.crash)
                await asyncio.sleep(chance.uniform(0, 1.0))
                await off_loop(postgres.start)
                people.history.note("PostgreSQL is back")
            await asyncio.sleep(0.5)


async def test_a_rolling_restart_is_seen_by_nobody(shared: Store, valkey: ValkeyServer) -> None:
    number = seed()
    with serving(shared, settings=brokered(valkey.url)) as nodes:
        pace = Pace()
        async with crowd(reach(nodes), number, BROWSER) as people:
            await asyncio.sleep(1)
            for node in nodes:
                people.history.note(f"node at {node.port} is asked to stop")
                await off_loop(node.stop)
                await off_loop(node.start)
                people.history.note(f"node at {node.port} is back")
            await asyncio.sleep(0.5)
        assert min(person.line.connects for person in people.people) > 1
        assert max(wait for person in people.people for wait in person.waits) < ANSWERED_S + pace.held()
        assert [quiet for visitor in (*people.visitors, *people.tabs) for quiet in visitor.line.quiet] == []
        assert {code for person in people.people for code in person.line.codes} <= {RESTART, GONE}
