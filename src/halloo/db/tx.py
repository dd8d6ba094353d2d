"""One transaction as an action sees it."""

from collections.abc import Hashable, Sequence
from typing import Any, Protocol

from sqlalchemy import ClauseElement

from halloo.db.statement import Compiled, DialectName, Params, Statement, compile_clause
from halloo.kit.refusals import Invalid

Row = dict[str, Any]
"""A row by column names."""


class Cursor(Protocol):
    """What sqlite3 and psycopg cursors share."""

    @property
    def description(self) -> Any:
        """Column descriptions of the last query, or None."""
        ...

    @property
    def rowcount(self) -> int:
        """Rows touched by the last statement."""
        ...

    def execute(self, sql: Any, params: Any = ..., /) -> Any:
        """Run one statement."""
        ...

    def executemany(self, sql: Any, params: Any, /) -> Any:
        """Run one writing statement for each set of parameters."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows left."""
        ...

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...


class Unstorable(Invalid):
    """A value is too large, or holds characters that cannot be stored."""


class Group:
    """What the actions of one transaction have in common until its commit."""

    __slots__ = ("_cursor", "_dialect", "_later", "known")

    def __init__(self, cursor: Cursor, dialect: DialectName, known: dict[Hashable, Any] | None = None) -> None:
        """A transaction that has just begun. `known`: what is still true of the one before."""
        self._cursor = cursor
        self._dialect: DialectName = dialect
        self._later: dict[Statement, dict[Hashable, Params]] = {}
        self.known: dict[Hashable, Any] = {} if known is None else known

    def later(self, query: Statement, params: Params, key: Hashable) -> None:
        """See `Tx.later`."""
        rows = self._later.get(query)
        if rows is None:
            rows = self._later[query] = {}
        rows[len(rows) if key is None else key] = params

    def flush(self) -> None:
        """Write what waits."""
        try:
            for query, rows in self._later.items():
                compiled = query.compiled(self._dialect)
                self._cursor.executemany(compiled.sql, [compiled.values(row) for row in rows.values()])
        except (OverflowError, UnicodeEncodeError) as error:
            raise Unstorable from error
        self._later.clear()

    def forget(self) -> None:
        """Drop what waits and what was known, as the action that left it was undone."""
        self._later.clear()
        self.known.clear()


class Tx:
    """A transaction: connection, clock and workspace scope. Handed to every action and query as its first argument.

    `workspace_id` is the scope: on PostgreSQL row-level security shows nothing else. `now` is UNIX milliseconds, one reading for
    the whole action. What must happen in this process once the commit is safe is left with `after_commit`.

    An action may be run again from its beginning, where another one of its group failed: it changes nothing but the database.
    """

    __slots__ = ("_cursor", "_group", "after", "dialect", "now", "workspace_id", "wrote")

    def __init__(
        self, cursor: Cursor, dialect: DialectName, workspace_id: str, now: int, group: Group | None = None
    ) -> None:
        """Made by the engine only."""
        self._cursor = cursor
        self._group = Group(cursor, dialect) if group is None else group
        self.dialect: DialectName = dialect
        self.workspace_id = workspace_id
        self.now = now
        self.after: list[Any] = []
        self.wrote = False
        """Whether there is anything to undo."""

    def _run(self, query: Statement | ClauseElement, params: Params) -> Compiled:
        prepared = isinstance(query, Statement)
        compiled = query.compiled(self.dialect) if prepared else compile_clause(query, self.dialect, params)
        if not compiled.reads:
            self.wrote = True
        try:
            self._cursor.execute(compiled.sql, compiled.values(params))
        except (OverflowError, UnicodeEncodeError) as error:
            raise Unstorable from error
        return compiled

    def _columns(self, compiled: Compiled) -> tuple[str, ...]:
        names = compiled.columns
        if names is None:
            names = compiled.columns = tuple([column[0] for column in self._cursor.description])
        return names

    def all(self, query: Statement | ClauseElement, /, **params: Any) -> list[Row]:
        """Every row."""
        names = self._columns(self._run(query, params))
        return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]

    def first(self, query: Statement | ClauseElement, /, **params: Any) -> Row | None:
        """The first row, or None."""
        compiled = self._run(query, params)
        row = self._only()
        return None if row is None else dict(zip(self._columns(compiled), row, strict=True))

    def row(self, query: Statement | ClauseElement, /, **params: Any) -> tuple[Any, ...] | None:
        """The first row as the driver gives it, in the order of the query's columns, or None."""
        self._run(query, params)
        return self._only()

    def rows(self, query: Statement | ClauseElement, /, **params: Any) -> list[tuple[Any, ...]]:
        """Every row as the driver gives it, in the order of the query's columns."""
        self._run(query, params)
        return self._cursor.fetchall()

    def scalar(self, query: Statement | ClauseElement, /, **params: Any) -> Any:
        """The first column of the first row, or None."""
        self._run(query, params)
        row = self._only()
        return None if row is None else row[0]

    def _only(self) -> Any:
        if self.dialect != "sqlite":
            return self._cursor.fetchone()
        rows = self._cursor.fetchall()  # to its end: a statement left open would keep the savepoint open
        return rows[0] if rows else None

    def run(self, query: Statement | ClauseElement, /, **params: Any) -> int:
        """Run a writing statement; how many rows it touched."""
        wrote = self.wrote
        self._run(query, params)
        touched = self._cursor.rowcount
        if not touched:
            self.wrote = wrote
        return touched

    def many(self, query: Statement, rows: Sequence[Sequence[Any]]) -> int:
        """Run a writing statement for each row of values, which stand in the order of its parameters; how many rows it touched."""
        if not rows:
            return 0
        wrote = self.wrote
        self.wrote = True
        try:
            self._cursor.executemany(query.compiled(self.dialect).sql, rows)
        except (OverflowError, UnicodeEncodeError) as error:
            raise Unstorable from error
        touched = self._cursor.rowcount
        if not touched:
            self.wrote = wrote
        return touched

    def later(self, query: Statement, params: Params, key: Hashable = None) -> None:
        """Have a writing statement run before the commit, together with the same ones of other actions.

        With a `key` once: the last parameters count. Who reads what it writes calls `flush` first.
        """
        self.wrote = True
        self._group.later(query, params, key)

    def flush(self) -> None:
        """Write now what was left for later."""
        self._group.flush()

    @property
    def known(self) -> dict[Hashable, Any]:
        """What actions have found out under this transaction's locks, and have kept up to date. A key names its workspace."""
        return self._group.known

    def after_commit(self, value: object) -> None:
        """Leave a value for the engine's listener: it gets it, in order, once the commit is synced, and never otherwise."""
        self.after.append(value)
