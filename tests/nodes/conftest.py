"""Two nodes of the relay on one PostgreSQL, with or without one Valkey between them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import uvloop

from tests.relay.house import QUICK, House, house
from tests.support.postgres import Postgres
from tests.support.stores import empty_store
from tests.support.valkey import ValkeyServer, running_valkey

Build = Callable[..., Awaitable[House]]


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that serves in life."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    with running_valkey() as server:
        yield server


@pytest.fixture
def valkey(valkey_server: ValkeyServer) -> ValkeyServer:
    """A running server, whatever the test before did to it."""
    valkey_server.resume()
    valkey_server.start()
    return valkey_server


@pytest.fixture
async def build(tmp_path: Path, postgres: Postgres) -> AsyncIterator[Build]:
    """Make nodes on one database; one takes another's conversations for its own, as both read them from the database."""
    async with AsyncExitStack() as stack:
        store = stack.enter_context(empty_store("postgresql", tmp_path, postgres))
        owners: dict[str, str] = {}

        async def make(broker_url: str = "") -> House:
            made = await stack.enter_async_context(house(store, "picows", QUICK, broker_url=broker_url))
            made.actions.owners = owners
            return made

        yield make


@pytest.fixture
async def pair(build: Build, valkey: ValkeyServer) -> tuple[House, House]:
    """Two nodes over one Valkey."""
    nodes = await build(valkey.url), await build(valkey.url)
    assert all(node.relay.broker.up for node in nodes)
    return nodes
