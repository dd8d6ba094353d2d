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


def why_away(error: Exception) -> str | None:
    """A sentence for an error that means the database cannot be reached, None for any other."""
    import psycopg  # noqa: PLC0415 - asked for when something has failed already
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415 - likewise

    if not isinstance(error, (psycopg.OperationalError, OperationalError)):
        return None
    cause = error.orig if isinstance(error, OperationalError) else error
    return f"The database cannot be reached: {' '.join(str(cause).split())}. Check database.url, and that it runs."
