"""PostgreSQL: the same actions on a few writer threads; a workspace always on the same one; forced row-level security."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, LiteralString, cast

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation
from psycopg.pq import TransactionStatus

from halloo.db.engine import Job, Threaded, Worker
from halloo.db.tx import Cursor, Group, Tx, Unstorable
from halloo.kit.clock import Clock
from halloo.kit.refusals import Unavailable

_SCOPE: LiteralString = "SELECT set_config('halloo.workspace', %s, true)"
_TRIES = 5
_CONFLICTS = (SerializationFailure, DeadlockDetected, UniqueViolation)
"""What another node may be the reason of: run again, an action finds what that node has stored."""
_Run = Callable[[Job, Tx, Group, psycopg.Cursor[Any]], None]
_PATIENCE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A server that went silent is given up after half a minute; what the address itself says counts more."""


class _Undo(Exception):
    """An action of a group failed after it wrote."""


class UnsafeLogin(ValueError):
    """The database login could see past row-level security."""


def check_login(connection: Connection[Any]) -> None:
    """Refuse a login that row-level security does not bind. Raises `UnsafeLogin` with what to do."""
    row = connection.execute(
        "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    connection.rollback()
    if row is None or not (row[1] or row[2]):
        return
    what = "is a superuser" if row[1] else "has BYPASSRLS"
    msg = (
        f"The database login “{row[0]}” {what}, so row-level security could not keep workspaces apart. "
        "Use an ordinary login in HALLOO_DATABASE_URL (CREATE ROLE halloo LOGIN PASSWORD '…'), give the owner of the tables in "
        "HALLOO_DATABASE_OWNER_URL, and run “halloo migrate”, which grants the ordinary login what it needs."
    )
    raise UnsafeLogin(msg)


class _Link:
    """A connection that one thread uses and that is made again after it broke."""

    def __init__(self, url: str) -> None:
        said = conninfo_to_dict(url)
        self._conninfo = make_conninfo(url, **{name: value for name, value in _PATIENCE.items() if name not in said})
        self._connection: Connection[Any] | None = None

    def get(self) -> Connection[Any]:
        if self._connection is None or self._connection.closed or self._connection.broken:
            self._connection = psycopg.connect(self._conninfo, autocommit=True)
        return self._connection

    def begin(self, stack: ExitStack) -> Connection[Any]:
        """A transaction that ends with `stack`. A connection that broke while nothing was done on it is made again at once."""
        try:
            connection = self.get()
            stack.enter_context(connection.transaction())
        except psycopg.OperationalError:
            self.close()
            connection = self.get()
            stack.enter_context(connection.transaction())
        return connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


class PostgresDatabase(Threaded):
    """The database of a deployment with more than one machine."""

    def __init__(self, url: str, clock: Clock, writers: int = 4, readers: int = 4) -> None:
        """Connect and check the login. Raises `UnsafeLogin`, `psycopg.OperationalError`."""
        super().__init__()
        self._clock = clock
        self._links = [_Link(url) for _ in range(writers + readers)]
        check_login(self._links[0].get())
        self.writers = [self._writer(link, number) for number, link in enumerate(self._links[:writers])]
        self.readers = [self._reader(link, number) for number, link in enumerate(self._links[writers:])]

    def _writer(self, link: _Link, number: int) -> Worker:
        def group(jobs: list[Job]) -> None:
            self._write_group(link, jobs)

        return Worker(f"halloo-write-{number}", group)

    def _reader(self, link: _Link, number: int) -> Worker:
        def group(jobs: list[Job]) -> None:
            self._read_group(link, jobs)

        return Worker(f"halloo-read-{number}", group)

    def _write_group(self, link: _Link, jobs: list[Job]) -> None:
        """One transaction for all that waits.

        Where an action fails after it wrote, the group begins anew with a savepoint for each. After a conflict between nodes
        there is a transaction for each, tried again.
        """
        after: list[Any] = []
        try:
            try:
                self._transaction(link, jobs, after, apart=False)
            except _Undo:
                after = []
                self._transaction(link, jobs, after, apart=True)
        except _CONFLICTS:
            after = []
            for job in jobs:
                self._alone(link, job, after)
        except psycopg.Error as error:
            after = []
            _refuse(jobs, error)
        self.deliver(jobs, after)

    def _transaction(self, link: _Link, jobs: list[Job], after: list[Any], *, apart: bool) -> None:
        """Raises `_Undo` where one action has to be undone and the others not, which takes `apart`."""
        with ExitStack() as stack:
            cursor = stack.enter_context(link.begin(stack).cursor())
            group = Group(cast("Cursor", cursor), "postgresql")
            try:
                self._run_all(jobs, after, group, cursor, self._in_savepoint if apart else self._in_group)
            except (*_CONFLICTS, psycopg.OperationalError):
                raise
            except Exception as error:
                if apart:
                    raise
                raise _Undo from error

    def _run_all(self, jobs: list[Job], after: list[Any], group: Group, cursor: psycopg.Cursor[Any], run: _Run) -> None:
        scope: str | None = None
        for job in jobs:
            job.error = None
            if job.workspace_id != scope:
                group.flush()  # what waits belongs to the former scope
                cursor.execute(_SCOPE, (job.workspace_id,))
                scope = job.workspace_id
            tx = Tx(cast("Cursor", cursor), "postgresql", job.workspace_id, self._clock(), group)
            run(job, tx, group, cursor)
            if job.error is None:
                after.extend(tx.after)
        group.flush()

    @staticmethod
    def _in_group(job: Job, tx: Tx, group: Group, cursor: psycopg.Cursor[Any]) -> None:  # noqa: ARG004 - its twin's
        """Run an action as one of many; raises what cannot be undone alone."""
        try:
            job.result = job.function(tx, *job.args, **job.kwargs)
        except (*_CONFLICTS, psycopg.OperationalError):
            raise
        except Exception as error:
            if tx.wrote or cursor.connection.info.transaction_status != TransactionStatus.INTRANS:
                raise
            job.error = _told(error)

    @staticmethod
    def _in_savepoint(job: Job, tx: Tx, group: Group, cursor: psycopg.Cursor[Any]) -> None:
        """Run an action that may fail alone."""
        cursor.execute("SAVEPOINT a")
        try:
            job.result = job.function(tx, *job.args, **job.kwargs)
            group.flush()
        except (*_CONFLICTS, psycopg.OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever an action raises is its caller's
            job.error = _told(error)
            group.forget()
            cursor.execute("ROLLBACK TO a")
        cursor.execute("RELEASE a")

    def _alone(self, link: _Link, job: Job, after: list[Any]) -> None:
        for attempt in range(_TRIES):
            mine: list[Any] = []
            try:
                self._transaction(link, [job], mine, apart=True)
            except _CONFLICTS as error:
                if attempt == _TRIES - 1 and isinstance(error, UniqueViolation):
                    job.error = error  # no other node's doing, but a fault of the action
                elif attempt == _TRIES - 1:
                    _refuse([job], error)
            except psycopg.Error as error:
                _refuse([job], error)
                return
            else:
                after.extend(mine)
                return

    def _read_group(self, link: _Link, jobs: list[Job]) -> None:
        for job in jobs:
            try:
                with ExitStack() as stack:
                    cursor = stack.enter_context(link.begin(stack).cursor())
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                    cursor.execute(_SCOPE, (job.workspace_id,))
                    tx = Tx(cast("Cursor", cursor), "postgresql", job.workspace_id, self._clock())
                    job.result = job.function(tx, *job.args, **job.kwargs)
            except psycopg.DataError as error:
                job.error = _told(error)
            except psycopg.Error as error:
                _refuse([job], error)
            except Exception as error:  # noqa: BLE001 - whatever a query raises is its caller's
                job.error = error
            self.deliver([job], [])

    async def close(self) -> None:
        """See `Database.close`."""
        await super().close()
        for link in self._links:
            link.close()


def _told(error: Exception) -> Exception:
    """What the caller is told: a number out of range or a NUL in a text is a refusal, not a fault."""
    if not isinstance(error, psycopg.DataError):
        return error
    refusal = Unstorable()
    refusal.__cause__ = error
    return refusal


def _refuse(jobs: list[Job], error: psycopg.Error) -> None:
    for job in jobs:
        if job.error is None:
            job.error = Unavailable(f"The database could not store this: {type(error).__name__}.")
            job.error.__cause__ = error
