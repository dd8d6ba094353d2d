"""Files, the bot check, blocks, spam, and proofs of deletion."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SCOPED = ("blocks", "bot_solutions", "erasures", "file_days", "files", "uploads")
"""New tables whose rows belong to a workspace, and to nobody else's eyes."""


def upgrade() -> None:
    """Add the tables, and on PostgreSQL the policies that keep workspaces apart."""
    op.add_column("conversations", sa.Column("spam", sa.Integer, nullable=False, server_default="0"))
    _files()
    _guard()
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY workspace ON {table} USING (workspace_id = current_setting('halloo.workspace', true)) "
                "WITH CHECK (workspace_id = current_setting('halloo.workspace', true))"
            )


def _files() -> None:
    op.create_table(
        "uploads",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("widget_id", sa.Text),
        sa.Column("visitor_id", sa.Text),
        sa.Column("operator_id", sa.Text),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("file_id", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("uploads_visitor", "uploads", ["workspace_id", "visitor_id", "created_at"])
    op.create_index("uploads_expiry", "uploads", ["workspace_id", "state", "expires_at"])
    op.create_table(
        "files",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("storage_key", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text),
        sa.Column("fingerprint", sa.BigInteger),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("removed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("files_message", "files", ["workspace_id", "conversation_id", "fingerprint"])
    op.create_index("files_owner", "files", ["workspace_id", "owner"])
    op.create_index("files_removed", "files", ["workspace_id", "removed_at"])
    op.create_table(
        "file_days",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("visitor_id", sa.Text, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "visitor_id", "day"),
    )


def _guard() -> None:
    op.create_table(
        "bot_solutions",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("challenge", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "challenge"),
    )
    op.create_index("bot_solutions_expiry", "bot_solutions", ["workspace_id", "expires_at"])
    op.create_table(
        "blocks",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("blocks_value", "blocks", ["workspace_id", "kind", "value"], unique=True)
    op.create_table(
        "erasures",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_at", sa.BigInteger, nullable=False),
        sa.Column("finished_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
