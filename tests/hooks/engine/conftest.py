import pytest

from halloo.db.engine import Database
from tests.hooks.engine.ground import Ground


@pytest.fixture
def ground(database: Database) -> Ground:
    return Ground(database)
