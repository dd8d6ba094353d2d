"""SQL compiled once per dialect and run on the raw driver's cursor."""

from typing import Any, Literal

from sqlalchemy import ClauseElement
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

DialectName = Literal["sqlite", "postgresql"]
Params = dict[str, Any]

_DIALECTS: dict[DialectName, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": postgresql.dialect(paramstyle="pyformat"),
}


class Statement:
    """A SQLAlchemy Core statement, compiled at first use for each dialect and kept.

    Make one per query at module level; parameters are named binds. Column types convert nothing: what the driver gives is what
    the store reads.
    """

    __slots__ = ("_clause", "_compiled")

    def __init__(self, clause: ClauseElement) -> None:
        """Wrap a statement whose text never changes."""
        self._clause = clause
        self._compiled: dict[DialectName, tuple[str, Params]] = {}

    def compiled(self, dialect: DialectName) -> tuple[str, Params]:
        """SQL text and the literal values that the statement itself holds."""
        found = self._compiled.get(dialect)
        if found is None:
            found = self._compiled[dialect] = compile_clause(self._clause, dialect)
        return found


def compile_clause(clause: ClauseElement, dialect: DialectName) -> tuple[str, Params]:
    """SQL text and literal values of a statement that was composed for one call, such as a filtered list."""
    compiled = clause.compile(dialect=_DIALECTS[dialect], compile_kwargs={"render_postcompile": True})
    if not isinstance(compiled, SQLCompiler):
        msg = f"{type(clause).__name__} is no query"
        raise TypeError(msg)
    values: Params = {name: value for name, value in compiled.params.items() if value is not None}
    return str(compiled), values
