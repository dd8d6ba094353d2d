"""The relay over both engines."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import uvloop
from sqlalchemy import create_engine

from halloo.db.schema import metadata
from halloo.relay.settings import Engine
from tests.relay.house import QUICK, House, house

Build = Callable[..., Any]


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that serves in life."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(params=["picows", "websockets"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    chosen: Engine = request.param
    return chosen


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with empty tables, made once."""
    path = tmp_path_factory.mktemp("relay") / "template.db"
    made = create_engine(f"sqlite:///{path}")
    metadata.create_all(made)
    made.dispose()
    return path


@pytest.fixture
async def build(tmp_path: Path, template: Path, engine: Engine) -> AsyncIterator[Build]:
    """Make a house with settings of the test's own."""
    shutil.copy(template, tmp_path / "halloo.db")
    async with AsyncExitStack() as stack:

        async def make(**settings: Any) -> House:
            timing = settings.pop("timing", QUICK)
            return await stack.enter_async_context(house(tmp_path / "halloo.db", engine, timing, **settings))

        yield make


@pytest.fixture
async def home(build: Build) -> House:
    """A house with the settings as they are."""
    made: House = await build()
    return made
