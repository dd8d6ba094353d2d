"""From an address to the database behind it."""

from halloo.db.engine import Database
from halloo.db.migrate import is_postgres, sqlite_path
from halloo.db.sqlite import SqliteDatabase
from halloo.kit.clock import Clock


def open_database(url: str, clock: Clock) -> Database:
    """The database of an address. Raises `ValueError`, `UnsafeLogin`."""
    if not is_postgres(url):
        return SqliteDatabase(sqlite_path(url), clock)
    from halloo.db.postgres import PostgresDatabase  # noqa: PLC0415 - SQLite needs no driver of PostgreSQL

    return PostgresDatabase(url, clock)
