"""Tables of the widgets slice."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

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

identity_keys = Table(
    "identity_keys",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("kid", Text, primary_key=True),
    Column("widget_id", Text, nullable=False),
    Column("alg", Text, nullable=False),
    Column("sealed", Text),
    Column("public_key", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
)
"""`sealed`: the secret, encrypted with the server's own; a copy of the database identifies nobody."""
Index("identity_keys_widget", identity_keys.c.workspace_id, identity_keys.c.widget_id)
