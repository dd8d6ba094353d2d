"""Databases for tests: a folder for SQLite, a fresh database on the session's PostgreSQL otherwise.

The schema is migrated once a session and copied from then on: a copy takes milliseconds, the revisions half a second.
"""

import atexit
import shutil
import tempfile
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from halloo.db.migrate import upgrade
from tests.support.postgres import APP, OWNER, Postgres
from tests.support.product import Kind, Store

_TEMPLATE = "halloo_template"


@contextmanager
def empty_store(kind: Kind, folder: Path, postgres: Postgres | None, *, migrated: bool = True) -> Generator[Store]:
    """Give an empty database of a kind, with tables unless `migrated` is off; a PostgreSQL one goes at the end."""
    if postgres is None or kind == "sqlite":
        path = folder / "halloo.db"
        if migrated:
            shutil.copyfile(_sqlite_template(), path)
        yield Store("sqlite", folder, f"sqlite:///{path}")
        return
    name = f"halloo_{uuid.uuid4().hex[:12]}"
    postgres.create(name, _postgres_template(postgres) if migrated else "template0")
    try:
        yield Store("postgresql", folder, postgres.url(APP, name), postgres.url(OWNER, name))
    finally:
        postgres.drop(name)


@cache
def _sqlite_template() -> Path:
    folder = tempfile.mkdtemp(prefix="halloo-template-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "halloo.db"
    upgrade(f"sqlite:///{path}")
    return path


@cache
def _postgres_template(postgres: Postgres) -> str:
    postgres.create(_TEMPLATE)
    upgrade(postgres.url(APP, _TEMPLATE), postgres.url(OWNER, _TEMPLATE))
    return _TEMPLATE
