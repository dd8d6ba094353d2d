"""F2 to F4: the server is killed while it tells hooks, the database is restarted; nothing is lost, and what comes twice is the same.

Leases are ended by a clock that stands a minute later at each start.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.support import shifted
from tests.support.nodes import seed
from tests.support.postgres import Postgres
from tests.support.product import Kind, Product, Store
from tests.support.receiver import Heard, Receiver, answer, receiving, until
from tests.support.stores import empty_store

EVENT = "people:profile:created"
LEASE_S = 61
WRITERS = 3
KILLS = 5


class Server:
    """A server with a hook that is told of new contacts."""

    def __init__(self, product: Product, clock: Path) -> None:
        self.product = product
        self._clock = clock
        self._shift = 0
        self.hook_id = ""
        self.made: set[str] = set()
        """Contacts that were acknowledged."""

    async def hook(self, receiver: Receiver, **values: Any) -> None:
        body = {"name": "Told", "url": receiver.url("/"), "events": [EVENT], "signing": "signed", **values}
        made = await asyncio.to_thread(self.product.call, "POST", "/core/hooks", body)
        self.hook_id = made["id"]

    async def contact(self, number: object) -> None:
        made = await asyncio.to_thread(self.product.call, "POST", "/core/contacts", {"email": f"{number}@told.example"})
        self.made.add(made["id"])

    async def restart(self) -> None:
        """Killed, and started again when every lease has ended."""
        await asyncio.to_thread(self.product.kill)
        self._shift += LEASE_S
        self._clock.write_text(str(self._shift))
        await asyncio.to_thread(self.product.start)

    async def states(self) -> dict[str, int]:
        found: dict[str, int] = {}
        cursor = ""
        while True:
            path = f"/core/hooks/{self.hook_id}/deliveries" + (f"?cursor={cursor}" if cursor else "")
            page = await asyncio.to_thread(self.product.call, "GET", path)
            for one in page["data"]:
                found[one["state"]] = found.get(one["state"], 0) + 1
            cursor = page["next_cursor"]
            if not cursor:
                return found

    async def settles(self, count: int) -> None:
        """Wait until so many are delivered and nothing else waits."""
        ends = time.monotonic() + 90
        while (found := await self.states()) != {"delivered": count}:
            assert time.monotonic() < ends, f"{found} and not {count} delivered"
            await asyncio.sleep(0.3)


Serve = Callable[..., Any]


@pytest.fixture
def serve(tmp_path: Path, kind: Kind, request: pytest.FixtureRequest) -> Serve:
    """Serve over a database of each kind, with a clock that can be moved."""
    postgres: Postgres | None = request.getfixturevalue("postgres") if kind == "postgresql" else None

    @asynccontextmanager
    async def serving() -> AsyncGenerator[Server]:
        clock = tmp_path / "clock"
        clock.write_text("0")
        settings = {"HALLOO_TEST_CLOCK": str(clock), "HALLOO_HOOKS_ALLOW_NETWORKS": "127.0.0.0/8"}
        with empty_store(kind, tmp_path, postgres, migrated=False) as store:
            product = Product(store, settings, program=(shifted.__file__,))
            await asyncio.to_thread(product.init)
            await asyncio.to_thread(product.start)
            try:
                yield Server(product, clock)
            finally:
                await asyncio.to_thread(product.stop)

    return serving


def told_of(receiver: Receiver) -> dict[str, list[Heard]]:
    """What came, by its id."""
    found: dict[str, list[Heard]] = {}
    for heard in receiver.heard:
        found.setdefault(heard.id, []).append(heard)
    return found


def assert_the_same(heard: list[Heard]) -> None:
    """Everything under one id is one fact, attempt after attempt."""
    assert len({one.body for one in heard}) == 1
    assert len({one.sequence for one in heard}) == 1


@pytest.mark.slow
async def test_f3_killed_between_answer_and_settling_it_is_told_again_the_same(serve: Serve) -> None:
    async with serve() as server, receiving() as receiver:
        await server.hook(receiver, timeout_ms=30_000)
        killed = asyncio.Event()

        async def never_before(_: Heard) -> bytes | None:
            return answer() if killed.is_set() else await _nothing()

        receiver.ways["/"] = never_before
        await server.contact(1)
        await until(lambda: len(receiver.heard) == 1)
        killed.set()
        await server.restart()
        await until(lambda: len(receiver.heard) == 2, 60)
        await server.settles(1)
        assert [heard.count for heard in receiver.heard] == [1, 1]
        assert list(told_of(receiver)) == [receiver.heard[0].id]
        assert_the_same(receiver.heard)


async def _nothing() -> None:
    await asyncio.sleep(3600)


@pytest.mark.slow
async def test_f2_killed_at_any_moment_everything_is_told(serve: Serve) -> None:
    chance = random.Random(seed())
    async with serve() as server, receiving() as receiver:
        await server.hook(receiver)
        receiver.ways["/"] = _soon(chance)
        stop = asyncio.Event()

        async def write(name: int) -> None:
            number = 0
            while not stop.is_set():
                number += 1
                try:
                    await server.contact(f"{name}-{number}")
                except (
                    OSError,
                    AssertionError,
                    HTTPException,
                ):  # killed meanwhile: whether it was stored, nobody knows
                    await asyncio.sleep(0.1)

        writers = [asyncio.create_task(write(name)) for name in range(WRITERS)]
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.3, 1.5))
            await server.restart()
        await asyncio.sleep(0.5)
        stop.set()
        await asyncio.gather(*writers)
        assert len(server.made) > KILLS
        contacts = await _contacts(server)
        assert server.made <= contacts
        await server.settles(len(contacts))
        told = told_of(receiver)
        assert len(told) == len(contacts)
        for heard in told.values():
            assert_the_same(heard)
            assert {one.count for one in heard} == {1}


def _soon(chance: random.Random) -> Callable[[Heard], Any]:
    async def say(_: Heard) -> bytes:
        await asyncio.sleep(chance.uniform(0, 0.2))
        return answer()

    return say


async def _contacts(server: Server) -> set[str]:
    found: set[str] = set()
    cursor = ""
    while True:
        page = await asyncio.to_thread(
            server.product.call, "GET", "/core/contacts" + (f"?cursor={cursor}" if cursor else "")
        )
        found |= {one["id"] for one in page["data"]}
        cursor = page["next_cursor"]
        if not cursor:
            return found


@pytest.mark.slow
async def test_f4_a_restart_of_the_database_loses_nothing_and_it_goes_on_by_itself(
    tmp_path: Path, postgres: Postgres
) -> None:
    settings = {"HALLOO_HOOKS_ALLOW_NETWORKS": "127.0.0.0/8"}
    with empty_store("postgresql", tmp_path, postgres, migrated=False) as store:
        await _restarted(store, postgres, settings)


async def _restarted(store: Store, postgres: Postgres, settings: dict[str, str]) -> None:
    product = Product(store, settings)
    await asyncio.to_thread(product.init)
    await asyncio.to_thread(product.start)
    try:
        async with receiving() as receiver:
            server = Server(product, store.folder / "clock")
            await server.hook(receiver)
            receiver.ways["/"] = _soon(random.Random(4))
            for number in range(20):
                await server.contact(number)
            await asyncio.to_thread(postgres.crash)
            await asyncio.sleep(1)
            await asyncio.to_thread(postgres.start)
            began = time.monotonic()
            while True:
                try:
                    await server.contact("after")
                    break
                except (OSError, AssertionError, HTTPException):
                    assert time.monotonic() - began < 30, "the server does not come back"
                    await asyncio.sleep(0.2)
            back = time.monotonic()
            await until(lambda: len(told_of(receiver)) == 21, 30)
            assert time.monotonic() - back < 15, "it took long to go on"
            await server.settles(21)
            for heard in told_of(receiver).values():
                assert_the_same(heard)
    finally:
        await asyncio.to_thread(product.stop)
