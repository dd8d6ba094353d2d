"""What the product records, read back from its log as hooks get it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import pytest

from halloo.db.engine import Database
from halloo.events.log import list_after
from tests.conftest import WORKSPACE
from tests.mail.office import Office, open_office
from tests.public.shop import Shop, open_shop
from tests.support.api import serving
from tests.support.postbox import postbox
from tests.support.product import Store
from tests.support.wire import check_facts

Facts = Callable[..., Awaitable[list[dict[str, Any]]]]


async def read_facts(database: Database, workspace_id: str, *names: str) -> list[dict[str, Any]]:
    """The payloads of these facts in order; every fact of the workspace has to be as the wire wants it."""
    found = await database.read(workspace_id, list_after, f"w:{workspace_id}", 0, 10_000)
    check_facts([fact for fact in found if fact.data != b"{}"])
    return [msgspec.json.decode(fact.data) for fact in found if fact.name in names]


@pytest.fixture
def facts(database: Database) -> Facts:
    """The payloads of facts of `WORKSPACE`, by name."""
    return lambda *names: read_facts(database, WORKSPACE, *names)


@pytest.fixture
async def shop(store: Store) -> AsyncIterator[Shop]:
    """A shop that embeds a widget."""
    async with serving(store) as api:
        yield await open_shop(api)


@pytest.fixture
async def office(store: Store) -> AsyncIterator[Office]:
    """A shop whose mail goes to a postbox."""
    async with postbox() as box, open_office(store, box) as opened:
        yield opened
