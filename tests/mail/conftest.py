"""A shop whose server sends mail to a postbox on loopback, over each kind of database, with time that tests move."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from tests.mail.office import Office, open_office
from tests.support.postbox import Postbox, postbox
from tests.support.product import Store

Build = Callable[..., Awaitable[Office]]


@pytest.fixture
async def box() -> AsyncIterator[Postbox]:
    """Everything that was mailed."""
    async with postbox() as made:
        yield made


@pytest.fixture
async def build(store: Store, box: Postbox) -> AsyncIterator[Build]:
    """Open an office with settings of the test's own."""
    async with AsyncExitStack() as stack:

        async def make(**settings: object) -> Office:
            return await stack.enter_async_context(open_office(store, box, **settings))

        yield make


@pytest.fixture
async def office(build: Build) -> Office:
    """A shop with mail."""
    return await build()
