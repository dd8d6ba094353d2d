"""The one collection of tables, and the two that belong to no workspace.

Every other table has a column `workspace_id`, which leads its keys, and forced row-level security on PostgreSQL.
"""

from sqlalchemy import Column, MetaData, Table, Text

metadata = MetaData()

directory = Table(
    "directory",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("workspace_id", Text, nullable=False),
)
"""Which workspace an id or a secret's digest belongs to: the look-up before a scope is known. Holds no content."""

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))
"""Facts about this database itself, such as the epoch of its log."""

UNSCOPED = frozenset({"directory", "meta"})
