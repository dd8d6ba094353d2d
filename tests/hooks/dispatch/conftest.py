from collections.abc import AsyncIterator

import pytest

from halloo.db.engine import Database
from tests.conftest import WORKSPACE
from tests.hooks.dispatch.workplace import Workplace
from tests.support.receiver import Receiver, receiving


@pytest.fixture
async def place(database: Database) -> AsyncIterator[Workplace]:
    made = Workplace(database, WORKSPACE)
    yield made
    await made.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made
