"""Web hooks, a cursor for each reader of the log, the contact whose details a fact holds, and who was mentioned and has not answered."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SCOPED = (
    "cursors",
    "deliveries",
    "hook_attempts",
    "hook_health",
    "hook_hours",
    "hook_replays",
    "hook_secrets",
    "hooks",
)
"""New tables whose rows belong to a workspace, and to nobody else's eyes."""

_READ = ("search_cursors", "facts", "contacts")
"""Tables that are read and changed across workspaces, by their owner."""


def upgrade() -> None:
    """Add the tables, and on PostgreSQL the policies that keep workspaces apart."""
    op.add_column("conversations", sa.Column("mentioned", sa.Text, nullable=False, server_default="[]"))
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in _READ if postgresql else ():
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    _cursors()
    _contacts_of_facts(postgresql=postgresql)
    for table in _READ if postgresql else ():
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.drop_table("search_cursors")
    _hooks()
    _deliveries()
    _replays()
    if postgresql:
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY workspace ON {table} USING (workspace_id = current_setting('halloo.workspace', true)) "
                "WITH CHECK (workspace_id = current_setting('halloo.workspace', true))"
            )


def _cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "reader"),
    )
    op.execute("INSERT INTO cursors (workspace_id, reader, seq) SELECT workspace_id, 'search', seq FROM search_cursors")


def _contacts_of_facts(*, postgresql: bool) -> None:
    """Say which contact's details a fact holds, and erase those of contacts that are gone."""
    op.add_column("facts", sa.Column("contact_id", sa.Text))
    told = sa.text("contact_id IS NOT NULL")
    op.create_index("facts_contact", "facts", ["workspace_id", "contact_id"], postgresql_where=told, sqlite_where=told)
    of_payload = (
        "convert_from(data, 'UTF8')::json ->> 'people_id'"
        if postgresql
        else "json_extract(CAST(data AS TEXT), '$.people_id')"
    )
    op.execute(
        f"UPDATE facts SET contact_id = {of_payload} "
        "WHERE name IN ('people:profile:created', 'people:profile:updated') AND length(data) > 2"
    )
    nothing = "convert_to('{}', 'UTF8')" if postgresql else "CAST('{}' AS BLOB)"
    op.execute(
        f"UPDATE facts SET data = {nothing} WHERE contact_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM contacts WHERE contacts.workspace_id = facts.workspace_id AND contacts.id = facts.contact_id)"
    )


def _hooks() -> None:
    op.create_table(
        "hooks",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("signing", sa.Text, nullable=False),
        sa.Column("timeout_ms", sa.Integer, nullable=False),
        sa.Column("max_in_flight", sa.Integer, nullable=False),
        sa.Column("ordered", sa.Text, nullable=False),
        sa.Column("retry", sa.Text, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("enabled", sa.Integer, nullable=False),
        sa.Column("disabled_reason", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_table(
        "hook_secrets",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("hook_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("hint", sa.Text, nullable=False),
        sa.Column("promotes_at", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "hook_id", "id"),
    )
    op.create_table(
        "hook_health",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("hook_id", sa.Text, nullable=False),
        sa.Column("last_call", sa.Text, nullable=False),
        sa.Column("last_call_at", sa.BigInteger),
        sa.Column("last_status", sa.Integer),
        sa.Column("last_error", sa.Text),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("warned_at", sa.BigInteger),
        sa.Column("probes", sa.Integer, nullable=False),
        sa.Column("probe_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("workspace_id", "hook_id"),
    )
    op.create_table(
        "hook_hours",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("hook_id", sa.Text, nullable=False),
        sa.Column("succeeded", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.BigInteger, nullable=False),
        sa.Column("answers", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "at", "hook_id"),
        sqlite_with_rowid=False,
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("hook_id", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("series", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("lease", sa.Text),
        sa.Column("line", sa.Text),
        sa.Column("last_outcome", sa.Text),
        sa.Column("last_status", sa.Integer),
        sa.Column("replay_id", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "hook_id", "seq", "series"),
        sqlite_with_rowid=False,
    )
    pending = sa.text("state = 'pending'")
    op.create_index(
        "deliveries_due",
        "deliveries",
        ["workspace_id", "hook_id", "due_at", "seq", "series"],
        postgresql_where=pending,
        sqlite_where=pending,
    )
    in_line = sa.text("state = 'pending' AND line IS NOT NULL")
    op.create_index(
        "deliveries_line",
        "deliveries",
        ["workspace_id", "hook_id", "line", "due_at", "seq", "series"],
        postgresql_where=in_line,
        sqlite_where=in_line,
    )
    in_replay = sa.text("state = 'pending' AND replay_id IS NOT NULL")
    op.create_index(
        "deliveries_replay",
        "deliveries",
        ["workspace_id", "hook_id", "replay_id"],
        postgresql_where=in_replay,
        sqlite_where=in_replay,
    )
    op.create_table(
        "hook_attempts",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("hook_id", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("series", sa.Integer, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "hook_id", "seq", "series", "n"),
    )


def _replays() -> None:
    op.create_table(
        "hook_replays",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("hook_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("states", sa.Text, nullable=False),
        sa.Column("next_seq", sa.BigInteger, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("from_at", sa.BigInteger, nullable=False),
        sa.Column("to_at", sa.BigInteger, nullable=False),
        sa.Column("planned", sa.BigInteger, nullable=False),
        sa.Column("delivered", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.BigInteger, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("hook_replays_hook", "hook_replays", ["workspace_id", "hook_id"])
