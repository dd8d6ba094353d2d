"""Who a visitor has proven to be, what forms and feedback said, how quickly operators answered, and mail that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SCOPED = ("answers", "continue_codes", "feedback", "identity_keys", "mails", "used_tickets")
"""New tables whose rows belong to a workspace, and to nobody else's eyes."""


def upgrade() -> None:
    """Add the tables and columns, and on PostgreSQL the policies that keep workspaces apart."""
    _visitors()
    _conversations()
    _identity()
    _feedback()
    _mail()
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY workspace ON {table} USING (workspace_id = current_setting('halloo.workspace', true)) "
                "WITH CHECK (workspace_id = current_setting('halloo.workspace', true))"
            )


def _visitors() -> None:
    for column in (
        sa.Column("external_id", sa.Text),
        sa.Column("identity", sa.Text),
        sa.Column("signed", sa.Text, nullable=False, server_default="[]"),
        sa.Column("avatar", sa.Text),
        sa.Column("form_hash", sa.Text),
        sa.Column("form_fields", sa.Text, nullable=False, server_default="{}"),
    ):
        op.add_column("visitors", column)
    op.create_index("visitors_external", "visitors", ["workspace_id", "widget_id", "external_id"], unique=True)
    op.create_index("visitors_email", "visitors", ["workspace_id", "widget_id", "email"])
    nobody = sa.text("contact_id IS NULL")
    op.create_index(
        "visitors_silent",
        "visitors",
        ["workspace_id", "last_seen_at", "id"],
        postgresql_where=nobody,
        sqlite_where=nobody,
    )
    op.add_column("visitor_tokens", sa.Column("kid", sa.Text))
    op.add_column("visitor_tokens", sa.Column("verified_origin", sa.Text))
    op.create_index("visitor_tokens_kid", "visitor_tokens", ["workspace_id", "kid"])


def _conversations() -> None:
    op.add_column("conversations", sa.Column("feedback_at", sa.BigInteger))
    op.add_column("conversations", sa.Column("notified_seq", sa.BigInteger, nullable=False, server_default="0"))


def _identity() -> None:
    op.create_table(
        "identity_keys",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("widget_id", sa.Text, nullable=False),
        sa.Column("alg", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("public_key", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("workspace_id", "kid"),
    )
    op.create_index("identity_keys_widget", "identity_keys", ["workspace_id", "widget_id"])
    op.create_table(
        "used_tickets",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("jti", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "jti"),
    )
    op.create_index("used_tickets_expiry", "used_tickets", ["workspace_id", "expires_at"])
    op.create_table(
        "continue_codes",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("widget_id", sa.Text, nullable=False),
        sa.Column("visitor_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "digest"),
    )
    op.create_index("continue_codes_expiry", "continue_codes", ["workspace_id", "expires_at"])


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("widget_id", sa.Text, nullable=False),
        sa.Column("visitor_id", sa.Text, nullable=False),
        sa.Column("contact_id", sa.Text, nullable=False),
        sa.Column("operator_id", sa.Text),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("stars", sa.Integer),
        sa.Column("comment", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "conversation_id"),
    )
    op.create_index("feedback_time", "feedback", ["workspace_id", "created_at", "conversation_id"])
    op.create_table(
        "answers",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.BigInteger, nullable=False),
        sa.Column("widget_id", sa.Text, nullable=False),
        sa.Column("operator_id", sa.Text),
        sa.Column("waited_ms", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "conversation_id", "fingerprint"),
    )
    op.create_index("answers_time", "answers", ["workspace_id", "widget_id", "at"])


def _mail() -> None:
    op.create_table(
        "mails",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text),
        sa.Column("visitor_id", sa.Text),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("mails_due", "mails", ["workspace_id", "state", "due_at"])
    op.create_index("mails_conversation", "mails", ["workspace_id", "conversation_id"])
