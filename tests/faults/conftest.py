"""What the fault tests share: a database that nobody else uses, and a broker that can be killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import Postgres
from tests.support.product import Store
from tests.support.stores import empty_store
from tests.support.valkey import ValkeyServer, running_valkey


@pytest.fixture
def shared(postgres: Postgres, tmp_path: Path) -> Iterator[Store]:
    """An empty database without tables on the session's PostgreSQL."""
    with empty_store("postgresql", tmp_path, postgres, migrated=False) as store:
        yield store


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    """A broker of this test alone."""
    with running_valkey() as server:
        yield server
