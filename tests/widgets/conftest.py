"""A database of each kind with one workspace, for the tests of widgets."""

from collections.abc import AsyncIterator

import pytest

from halloo.db.engine import Database
from halloo.db.migrate import sqlite_path
from halloo.db.postgres import PostgresDatabase
from halloo.db.sqlite import SqliteDatabase
from halloo.kit.clock import system_clock
from halloo.workspaces.actions.workspaces import create_workspace
from halloo.workspaces.model import Actor, system_actor
from tests.support.product import Store

WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"


@pytest.fixture
async def database(store: Store) -> AsyncIterator[Database]:
    database = (
        SqliteDatabase(sqlite_path(store.url), system_clock)
        if store.kind == "sqlite"
        else PostgresDatabase(store.url, system_clock)
    )
    await database.write(WORKSPACE, create_workspace, system_actor(WORKSPACE), "Acme")
    yield database
    await database.close()


@pytest.fixture
def owner() -> Actor:
    return system_actor(WORKSPACE)
