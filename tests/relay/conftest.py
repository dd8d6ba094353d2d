"""The relay over both engines."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from halloo.relay.settings import Engine
from tests.relay.house import QUICK, House, house

Build = Callable[..., Any]


@pytest.fixture(params=["picows", "websockets"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    chosen: Engine = request.param
    return chosen


@pytest.fixture
async def build(tmp_path: Path, engine: Engine) -> AsyncIterator[Build]:
    """Make a house with settings of the test's own."""
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
