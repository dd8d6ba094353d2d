"""Tables of the log."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from halloo.db.schema import metadata

facts = Table(
    "facts",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("conversation_id", Text),
    Column("conversation_offset", BigInteger),
    Column("visitor_id", Text),
    Column("visitor_offset", BigInteger),
    Column("contact_id", Text),
)
"""`contact_id`: the contact whose details the payload holds, with whom it goes."""
Index("facts_conversation", facts.c.workspace_id, facts.c.conversation_id, facts.c.conversation_offset)
Index(
    "facts_visitor",
    facts.c.workspace_id,
    facts.c.visitor_id,
    facts.c.visitor_offset,
    postgresql_where=facts.c.visitor_id.is_not(None),
    sqlite_where=facts.c.visitor_id.is_not(None),
)
Index(
    "facts_contact",
    facts.c.workspace_id,
    facts.c.contact_id,
    postgresql_where=facts.c.contact_id.is_not(None),
    sqlite_where=facts.c.contact_id.is_not(None),
)

streams = Table(
    "streams",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("head", BigInteger, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""How far a reader that keeps its own place has come in the log of a workspace."""
