"""How much room the database takes."""

from sqlalchemy import text

from halloo.db.statement import DialectName, Statement
from halloo.db.tx import Tx

_SQLITE = Statement(text("SELECT page_count * page_size AS size FROM pragma_page_count(), pragma_page_size()"))
_POSTGRES = Statement(text("SELECT pg_database_size(current_database()) AS size"))


def measure(tx: Tx) -> tuple[DialectName, int]:
    """Which kind of database this is, and its bytes; run it in the scope `DIRECTORY`, since it names no row of anybody."""
    return tx.dialect, int(tx.scalar(_SQLITE if tx.dialect == "sqlite" else _POSTGRES))
