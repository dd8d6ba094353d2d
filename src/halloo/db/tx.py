"""One transaction as an action sees it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import ClauseElement

from halloo.db.statement import DialectName, Params, Statement, compile_clause
from halloo.kit.refusals import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

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

    def fetchall(self) -> list[Any]:
        """All rows left."""
        ...

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...


class Unstorable(Invalid):
    """A value is too large, or holds characters that cannot be stored."""


class Tx:
    """A transaction: connection, clock and workspace scope. Handed to every action and query as its first argument.

    `workspace_id` is the scope: on PostgreSQL row-level security shows nothing else. `now` is UNIX milliseconds, one reading for
    the whole action. What must happen in this process once the commit is safe is left with `after_commit`.
    """

    __slots__ = ("_cursor", "after", "dialect", "now", "workspace_id")

    def __init__(self, cursor: Cursor, dialect: DialectName, workspace_id: str, now: int) -> None:
        """Made by the engine only."""
        self._cursor = cursor
        self.dialect: DialectName = dialect
        self.workspace_id = workspace_id
        self.now = now
        self.after: list[Any] = []

    def _run(self, query: Statement | ClauseElement, params: Params) -> Cursor:
        if isinstance(query, Statement):
            sql, values = query.compiled(self.dialect)
        else:
            sql, values = compile_clause(query, self.dialect, params)
        try:
            self._cursor.execute(sql, {**values, **params} if values else params)
        except (OverflowError, UnicodeEncodeError) as error:
            raise Unstorable from error
        return self._cursor

    def all(self, query: Statement | ClauseElement, /, **params: Any) -> list[Row]:
        """Every row."""
        cursor = self._run(query, params)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def first(self, query: Statement | ClauseElement, /, **params: Any) -> Row | None:
        """The first row, or None."""
        cursor = self._run(query, params)
        row = cursor.fetchone()
        if row is None:
            return None
        found = dict(zip([column[0] for column in cursor.description], row, strict=True))
        if self.dialect == "sqlite":
            cursor.fetchall()  # a statement left open would keep the savepoint open
        return found

    def scalar(self, query: Statement | ClauseElement, /, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.first(query, **params)
        return None if row is None else next(iter(row.values()))

    def run(self, query: Statement | ClauseElement, /, **params: Any) -> int:
        """Run a writing statement; how many rows it touched."""
        return self._run(query, params).rowcount

    def run_each(self, query: Statement | ClauseElement, rows: "Iterable[Params]") -> None:
        """Run a writing statement once for each set of parameters."""
        for params in rows:
            self._run(query, params)

    def after_commit(self, value: object) -> None:
        """Leave a value for the engine's listener: it gets it, in order, once the commit is synced, and never otherwise."""
        self.after.append(value)


if TYPE_CHECKING:
    Listener = Callable[[list[object]], None]
