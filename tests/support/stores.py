"""Empty databases for tests: a folder for SQLite, a fresh database on the session's PostgreSQL otherwise."""

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.support.postgres import APP, OWNER, Postgres
from tests.support.product import Kind, Store


@contextmanager
def empty_store(kind: Kind, folder: Path, postgres: Postgres | None) -> Generator[Store]:
    """Give an empty database of a kind; a PostgreSQL one goes at the end."""
    if postgres is None or kind == "sqlite":
        yield Store("sqlite", folder, f"sqlite:///{folder / 'halloo.db'}")
        return
    name = f"halloo_{uuid.uuid4().hex[:12]}"
    postgres.create(name)
    try:
        yield Store("postgresql", folder, postgres.url(APP, name), postgres.url(OWNER, name))
    finally:
        postgres.drop(name)
