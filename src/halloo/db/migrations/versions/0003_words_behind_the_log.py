"""Words of search are written behind the log, and streams of conversations and visitors are numbered by the log itself."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the cursors, which begin at the end of each log: what was said until now is in the full-text table already."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "search_cursors",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id"),
    )
    if postgresql:
        op.execute("ALTER TABLE streams NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "INSERT INTO search_cursors (workspace_id, seq) "
        "SELECT workspace_id, head FROM streams WHERE stream = 'w:' || workspace_id"
    )
    op.execute("DELETE FROM streams WHERE stream <> 'w:' || workspace_id")
    if postgresql:
        op.execute("ALTER TABLE streams FORCE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE search_cursors ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE search_cursors FORCE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY workspace ON search_cursors USING (workspace_id = current_setting('halloo.workspace', true)) "
            "WITH CHECK (workspace_id = current_setting('halloo.workspace', true))"
        )
    _indexes()


def _indexes() -> None:
    """Drop what a message would have to keep up to date and nobody needs."""
    op.drop_index("conversations_visitor", "conversations")
    op.drop_index("facts_visitor", "facts")
    owned = sa.text("visitor_id IS NOT NULL")
    op.create_index(
        "facts_visitor",
        "facts",
        ["workspace_id", "visitor_id", "visitor_offset"],
        postgresql_where=owned,
        sqlite_where=owned,
    )
