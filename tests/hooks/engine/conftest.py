import pytest

from halloo.db.engine import Database
from tests.hooks.engine.ground import Ground
from tests.support.product import Store


@pytest.fixture
def ground(database: Database, store: Store) -> Ground:
    return Ground(database, store.owner_url or "")
