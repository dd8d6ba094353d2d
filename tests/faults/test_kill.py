"""P1, P2, P3, P6 over SQLite: killed at any moment, the one process loses no acknowledged message and doubles none.

Its twin over PostgreSQL, with a node that stays, is in `test_nodes.py`.
"""

import asyncio
import random
from pathlib import Path

import pytest

from tests.support.nodes import crowd, off_loop, reach, seed, serving
from tests.support.stores import empty_store

VISITORS = 12
KILLS = 5


@pytest.mark.slow
async def test_no_acknowledged_message_is_lost_or_doubled(tmp_path: Path) -> None:
    number = seed()
    chance = random.Random(number)
    with empty_store("sqlite", tmp_path, None, migrated=False) as store, serving(store, 1) as (node,):
        async with crowd(reach([node]), number, visitors=VISITORS, pause=0.02) as people:
            for _ in range(KILLS):
                await asyncio.sleep(chance.uniform(0.1, 1.0))
                people.history.note("the server is killed")
                await off_loop(node.kill)
                await off_loop(node.start)
                people.history.note("the server is back")
            await asyncio.sleep(0.5)
        assert len(people.history.of("ack")) > VISITORS * KILLS
        assert min(person.line.connects for person in people.people) > KILLS // 2
