"""P1, P2, P3, P6 over bad lines: between people and server, and between server and database."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.nodes import Crowd, brokered, crowd, reach, seed, serving
from tests.support.pace import Pace
from tests.support.postgres import Postgres
from tests.support.product import Store
from tests.support.stores import empty_store
from tests.support.tcp_proxy import TcpProxy, proxying, schedule
from tests.support.valkey import ValkeyServer

SECONDS = 8.0
FALLBACK_S, SLACK_S = 5, 1
"""How late a message of the other node may be shown (relay contract 7), and what is not the broker's."""
HEALTH = {"HALLOO_RELAY_PING_S": "2", "HALLOO_RELAY_PONG_S": "2"}
"""Silence is noticed in time for the test."""

pytestmark = pytest.mark.slow


async def misbehave(people: Crowd, proxy: TcpProxy, chance: random.Random) -> None:
    """Each fault once, with a moment of peace before each, and a cut of everything at the end."""
    for fault, seconds in schedule(chance, SECONDS):
        people.history.note(f"the line at {proxy.port}: {fault} for {seconds:.1f} s")
        proxy.misbehave(fault)
        await asyncio.sleep(seconds)
        proxy.misbehave("none")
    people.history.note("every line is cut")
    proxy.cut_all()
    await asyncio.sleep(0.3)


async def test_bad_lines_between_people_and_server(tmp_path: Path) -> None:
    number = seed()
    chance = random.Random(number)
    with (
        empty_store("sqlite", tmp_path, None, migrated=False) as store,
        serving(store, 1, settings=HEALTH) as nodes,
        proxying(nodes[0].port, chance) as proxy,
    ):
        async with crowd(reach(nodes, [proxy.port]), number, pause=0.2) as people:
            await misbehave(people, proxy, chance)
        assert proxy.cuts > len(people.people)
        assert sum(person.line.recovered for person in people.people) > len(people.people)


@pytest.fixture
def behind_a_proxy(postgres: Postgres, tmp_path: Path) -> Iterator[tuple[Store, TcpProxy, int]]:
    """An empty database on the session's PostgreSQL that is reached through a proxy, which has this seed."""
    number = seed()
    with (
        empty_store("postgresql", tmp_path, postgres, migrated=False) as store,
        proxying(postgres.port, random.Random(number)) as proxy,
    ):
        url = store.url.replace(f":{postgres.port}/", f":{proxy.port}/")
        assert urlsplit(url).port == proxy.port
        yield Store(store.kind, store.folder, url, store.owner_url), proxy, number


async def test_bad_lines_between_server_and_postgresql(behind_a_proxy: tuple[Store, TcpProxy, int]) -> None:
    store, proxy, number = behind_a_proxy
    with serving(store, 1, settings=HEALTH) as nodes:
        async with crowd(reach(nodes), number, pause=0.1) as people:
            await misbehave(people, proxy, random.Random(number))
        assert proxy.cuts > 3


async def test_bad_lines_between_server_and_broker(shared: Store, valkey: ValkeyServer) -> None:
    number = seed()
    chance = random.Random(number)
    with (
        proxying(valkey.port, chance) as proxy,
        serving(shared, settings=brokered(f"redis://127.0.0.1:{proxy.port}/0")) as nodes,
    ):
        pace = Pace(*(node.process.pid for node in nodes if node.process is not None))
        async with crowd(reach(nodes), number, apart=True) as people:
            await misbehave(people, proxy, chance)
        assert proxy.cuts > 1
        assert people.history.lags()[-1] < FALLBACK_S + SLACK_S + pace.held()
        assert all(person.line.codes == [] for person in people.people)
