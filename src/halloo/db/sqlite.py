"""SQLite: WAL, full sync, one writer thread with group commit, readers on their own read-only connections."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import text

from halloo.db.engine import Job, Threaded, Worker
from halloo.db.statement import Statement
from halloo.db.tx import Tx
from halloo.kit.clock import Clock
from halloo.kit.refusals import Unavailable

_BUSY_MS = 10_000
_PASSING = frozenset(
    (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    )
)
"""Faults of the machine, not of the statement: the same may succeed later."""
_DATA_VERSION = Statement(text("PRAGMA data_version"))
_WRITER_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    f"PRAGMA busy_timeout={_BUSY_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",
    "PRAGMA wal_autocheckpoint=4000",
)


def connect_writer(path: Path) -> sqlite3.Connection:
    """The one connection that writes; transactions are ours to begin. A new file is its owner's alone to read."""
    path.touch(mode=0o600, exist_ok=True)  # the files beside it take this one's mode
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    for pragma in _WRITER_PRAGMAS:
        connection.execute(pragma).fetchall()
    return connection


def _connect_reader(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}").fetchall()
    return connection


def data_version(tx: Tx) -> int:
    """A number that changes when another process has written; ask the writer, which does not count its own writes."""
    return int(tx.scalar(_DATA_VERSION))


class SqliteDatabase(Threaded):
    """The default database: one file, one process."""

    def __init__(self, path: Path, clock: Clock, readers: int = 3) -> None:
        """Open `path`, which `migrate` has made."""
        super().__init__()
        self._clock = clock
        self._connection = connect_writer(path)
        self._cursor = self._connection.cursor()
        self.writers = [Worker("halloo-write", self._write_group)]
        self.readers = [self._reader(path, number) for number in range(readers)]

    def _reader(self, path: Path, number: int) -> Worker:
        connection = _connect_reader(path)

        def group(jobs: list[Job]) -> None:
            self._read_group(connection, jobs)

        return Worker(f"halloo-read-{number}", group)

    def _write_group(self, jobs: list[Job]) -> None:
        """One transaction for all; a savepoint for each, so that a failed action fails alone."""
        after: list[Any] = []
        run = self._cursor.execute
        try:
            run("BEGIN IMMEDIATE")
            for job in jobs:
                run("SAVEPOINT a")
                tx = Tx(self._cursor, "sqlite", job.workspace_id, self._clock())
                try:
                    job.result = job.function(tx, *job.args, **job.kwargs)
                except Exception as error:  # noqa: BLE001 - whatever an action raises is its caller's
                    job.error = _told(error)
                    run("ROLLBACK TO a")
                else:
                    after.extend(tx.after)
                run("RELEASE a")
            run("COMMIT")
        except sqlite3.Error as error:
            after = []
            self._abandon(jobs, error)
        self.deliver(jobs, after)

    def _abandon(self, jobs: list[Job], error: sqlite3.Error) -> None:
        """The group could not be committed (disk full, locked by another program): nobody is told success."""
        if self._connection.in_transaction:
            self._connection.rollback()
        for job in jobs:
            if job.error is None:
                job.error = _unavailable(error)

    def _read_group(self, connection: sqlite3.Connection, jobs: list[Job]) -> None:
        cursor = connection.cursor()
        for job in jobs:
            try:
                cursor.execute("BEGIN")
                job.result = job.function(
                    Tx(cursor, "sqlite", job.workspace_id, self._clock()), *job.args, **job.kwargs
                )
            except Exception as error:  # noqa: BLE001 - whatever a query raises is its caller's
                job.error = _told(error)
            if connection.in_transaction:  # some faults have ended it already
                connection.rollback()
            self.deliver([job], [])

    async def close(self) -> None:
        """See `Database.close`."""
        await super().close()
        self._connection.close()


def _unavailable(error: sqlite3.Error) -> Unavailable:
    refusal = Unavailable(f"The database could not do this: {error}.")
    refusal.__cause__ = error
    return refusal


def _told(error: Exception) -> Exception:
    """What the caller is told: a full disk or a locked file is a refusal that passes, not a fault."""
    code = getattr(error, "sqlite_errorcode", 0)  # errors that sqlite3 raises of its own accord have none
    if isinstance(error, sqlite3.OperationalError) and code & 0xFF in _PASSING:
        return _unavailable(error)
    return error
