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


def compile_clause(clause: ClauseElement, dialect: DialectName, params: Params | None = None) -> tuple[str, Params]:
    """SQL text and its own values. With `params`: a query composed for one call, whose lists (`IN`) are written out."""
    compiled = clause.compile(dialect=_DIALECTS[dialect])
    if not isinstance(compiled, SQLCompiler):
        msg = f"{type(clause).__name__} is no query"
        raise TypeError(msg)
    if params is not None and compiled.post_compile_params:
        state = compiled.construct_expanded_state(params)
        return state.statement, dict(state.parameters)
    required = {name for name, bind in compiled.binds.items() if bind.required}
    return str(compiled), {name: value for name, value in compiled.params.items() if name not in required}
