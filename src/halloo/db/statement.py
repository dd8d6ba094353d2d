"""SQL compiled once per dialect and run on the raw driver's cursor, its parameters by position."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import ClauseElement, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

DialectName = Literal["sqlite", "postgresql"]
Params = dict[str, Any]

_DIALECTS: dict[DialectName, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": postgresql.dialect(paramstyle="format"),
}
_BY_INDEX = re.compile(r" INDEXED BY \w+")


@dataclass(slots=True)
class Compiled:
    """SQL text, and how a call's named parameters become the driver's."""

    sql: str
    values: Callable[[Params], Sequence[Any]]
    reads: bool
    """It changes nothing."""
    columns: tuple[str, ...] | None = None
    """What the driver has called the columns of its rows; None before the first time."""


class Statement:
    """A SQLAlchemy Core statement, compiled at first use for each dialect and kept.

    Make one per query at module level; parameters are named binds. Column types convert nothing: what the driver gives is what
    the store reads.
    """

    __slots__ = ("_clause", "_compiled")

    def __init__(self, clause: ClauseElement) -> None:
        """Wrap a statement whose text never changes."""
        self._clause = clause
        self._compiled: dict[DialectName, Compiled] = {}

    def compiled(self, dialect: DialectName) -> Compiled:
        """The statement as this dialect's driver takes it."""
        found = self._compiled.get(dialect)
        if found is None:
            found = self._compiled[dialect] = compile_clause(self._clause, dialect)
        return found


def by_index(sql: str) -> dict[DialectName, Statement]:
    """A query that names the index by which SQLite finds its rows, `INDEXED BY …`: without statistics it may take a worse one.

    PostgreSQL knows its tables, and is not told; an order that the index has keeps it from reading on until enough are found.
    """
    return {"sqlite": Statement(text(sql)), "postgresql": Statement(text(_BY_INDEX.sub("", sql)))}


def compile_clause(clause: ClauseElement, dialect: DialectName, params: Params | None = None) -> Compiled:
    """Compile a clause. With `params`: a query composed for one call, whose lists (`IN`) are written out."""
    compiled = clause.compile(dialect=_DIALECTS[dialect])
    if not isinstance(compiled, SQLCompiler):
        msg = f"{type(clause).__name__} is no query"
        raise TypeError(msg)
    reads = str(compiled).lstrip()[:6].upper() == "SELECT"
    if params is not None and compiled.post_compile_params:
        state = compiled.construct_expanded_state(params)
        values = tuple(state.positional_parameters)
        return Compiled(state.statement, lambda _: values, reads)
    required = {name for name, bind in compiled.binds.items() if bind.required}
    own = {name: value for name, value in compiled.params.items() if name not in required}
    return Compiled(str(compiled), _picker(compiled.positiontup or [], own), reads)


def _picker(names: list[str], own: Params) -> Callable[[Params], Sequence[Any]]:
    """A function from named parameters to values in the order of `names`; `own` are those that the statement itself holds."""
    if own:
        return lambda params: [params[name] if name in params else own[name] for name in names]
    if len(names) > 1:
        return itemgetter(*names)
    return lambda params: [params[name] for name in names]
