"""The public API of one widget, over each kind of database, with time that tests move."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from halloo.api.public.limits import PublicApiSettings
from halloo.config import Config
from tests.public.shop import Build, Shop, open_shop
from tests.support.api import serving
from tests.support.product import Store


@pytest.fixture
async def build(store: Store) -> AsyncIterator[Build]:
    """Open a shop with rates of the test's own."""
    async with AsyncExitStack() as stack:

        async def make(**rates: int) -> Shop:
            config = Config(public_api=PublicApiSettings(**rates))
            return await open_shop(await stack.enter_async_context(serving(store, config)))

        yield make


@pytest.fixture
async def shop(build: Build) -> Shop:
    """A shop that embeds a widget with one allowed domain."""
    return await build()
