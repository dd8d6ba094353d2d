"""A database with one workspace, for the tests of widgets."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from halloo.db.engine import Database
from halloo.db.schema import metadata
from halloo.db.sqlite import SqliteDatabase
from halloo.kit.clock import system_clock
from halloo.workspaces.actions.workspaces import create_workspace
from halloo.workspaces.model import Actor, system_actor

WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    path = tmp_path / "halloo.db"
    metadata.create_all(create_engine(f"sqlite:///{path}"))
    database = SqliteDatabase(path, system_clock, readers=1)
    await database.write(WORKSPACE, create_workspace, system_actor(WORKSPACE), "Acme")
    yield database
    await database.close()


@pytest.fixture
def owner() -> Actor:
    return system_actor(WORKSPACE)
