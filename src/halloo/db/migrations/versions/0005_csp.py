"""What browsers report of policies, and what the doctor said of the pages of a widget."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SCOPED = ("csp_checks", "csp_groups", "csp_inboxes")
"""New tables whose rows belong to a workspace, and to nobody else's eyes."""


def upgrade() -> None:
    """Add the tables, and on PostgreSQL the policies that keep workspaces apart."""
    op.create_table(
        "csp_groups",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("widget_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("disposition", sa.Text, nullable=False),
        sa.Column("directive", sa.Text, nullable=False),
        sa.Column("blocked", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("sample", sa.Text, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("muted", sa.Integer, nullable=False),
        sa.Column("judged", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("csp_groups_key", "csp_groups", ["workspace_id", "widget_id", "key"], unique=True)
    op.create_index("csp_groups_seen", "csp_groups", ["workspace_id", "widget_id", "last_seen", "id"])
    op.create_table(
        "csp_inboxes",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("widget_id", sa.Text, nullable=False),
        sa.Column("foreign_reports", sa.BigInteger, nullable=False),
        sa.Column("told_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "widget_id"),
    )
    op.create_table(
        "csp_checks",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("widget_id", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("checked_at", sa.BigInteger, nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("result", sa.Text),
        sa.PrimaryKeyConstraint("workspace_id", "widget_id", "origin"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY workspace ON {table} USING (workspace_id = current_setting('halloo.workspace', true)) "
                "WITH CHECK (workspace_id = current_setting('halloo.workspace', true))"
            )
