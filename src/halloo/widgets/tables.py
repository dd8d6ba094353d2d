"""Tables of the widgets slice."""

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from halloo.db.schema import metadata

widgets = Table(
    "widgets",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("domains", Text, nullable=False),
    Column("published", Integer, nullable=False),
    Column("config", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
"""`domains` and `config` are JSON; ids are time-ordered, so that the key is the order of the list."""
