"""P1, P2, P3, P6 with two nodes on one PostgreSQL and one Valkey, whatever of it dies (relay contract 7)."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.nodes import crowd, off_loop, reach, seed, serving
from tests.support.postgres import Postgres
from tests.support.product import Product, Store
from tests.support.stores import empty_store

pytestmark = pytest.mark.slow


@pytest.fixture
def shared(postgres: Postgres, tmp_path: Path) -> Iterator[Store]:
    """An empty database without tables on the session's PostgreSQL."""
    with empty_store("postgresql", tmp_path, postgres, migrated=False) as store:
        yield store


async def test_one_of_two_nodes_is_killed(shared: Store) -> None:
    number = seed()
    chance = random.Random(number)
    with serving(shared) as nodes:
        async with crowd(reach(nodes), number) as people:
            for _ in range(3):
                await asyncio.sleep(chance.uniform(0.5, 1.5))
                node: Product = chance.choice(nodes)
                people.history.note(f"node at {node.port} is killed")
                await off_loop(node.kill)
                await asyncio.sleep(chance.uniform(0.2, 1.0))
                await off_loop(node.start)
                people.history.note(f"node at {node.port} is back")
            await asyncio.sleep(0.5)
        assert sum(person.line.connects for person in people.people) > 2 * len(people.people)


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
