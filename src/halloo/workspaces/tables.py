"""Tables of workspaces, operators and their credentials."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from halloo.db.schema import metadata

workspaces = Table(
    "workspaces",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

operators = Table(
    "operators",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("avatar", Text),
    Column("password_hash", Text),
    Column("availability", Text, nullable=False),
    Column("active", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("locale", Text),
    Column("theme", Text, nullable=False),
    Column("sound", Integer, nullable=False),
    Column("last_seen_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
)
Index("operators_email", operators.c.workspace_id, operators.c.email_key, unique=True)

operator_sessions = Table(
    "operator_sessions",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("operator_id", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("address", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger, nullable=False),
)
Index("operator_sessions_operator", operator_sessions.c.workspace_id, operator_sessions.c.operator_id)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("operator_id", Text),
    Column("created_by", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("last_used_at", BigInteger),
)
Index("api_tokens_digest", api_tokens.c.workspace_id, api_tokens.c.digest, unique=True)

invitations = Table(
    "invitations",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("invited_by", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
Index("invitations_digest", invitations.c.workspace_id, invitations.c.digest, unique=True)
Index("invitations_email", invitations.c.workspace_id, invitations.c.email_key, unique=True)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("address", Text),
)
