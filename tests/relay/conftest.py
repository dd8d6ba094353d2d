"""The relay over both engines."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import uvloop

from halloo.relay.settings import Engine
from tests.relay.house import EPOCH, QUICK, House, house
from tests.relay.streams import hang_up
from tests.support.stores import empty_store

Build = Callable[..., Any]


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that serves in life."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(params=["picows", "websockets"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    chosen: Engine = request.param
    return chosen


@pytest.fixture
async def build(tmp_path: Path, engine: Engine) -> AsyncIterator[Build]:
    """Make a house with settings of the test's own."""
    async with AsyncExitStack() as stack:
        store = stack.enter_context(empty_store("sqlite", tmp_path, None))
        with closing(sqlite3.connect(tmp_path / "halloo.db")) as database, database:
            database.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (EPOCH,))

        async def make(**settings: Any) -> House:
            timing = settings.pop("timing", QUICK)
            return await stack.enter_async_context(house(store, engine, timing, **settings))

        yield make
        hang_up()


@pytest.fixture
async def home(build: Build) -> House:
    """A house with the settings as they are."""
    made: House = await build()
    return made
