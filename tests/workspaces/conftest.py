"""A workspace over both databases, without the wire."""

from collections.abc import AsyncIterator

import pytest

from tests.support.api import Api, House, serving
from tests.support.product import Store


@pytest.fixture
async def api(store: Store) -> AsyncIterator[Api]:
    """A server over an empty database of each kind."""
    async with serving(store) as made:
        yield made


@pytest.fixture
async def house(api: Api) -> House:
    """A workspace in it."""
    return await api.house()
