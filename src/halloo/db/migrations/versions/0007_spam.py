"""Spam is found without looking at every conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add an index over what was marked as spam alone."""
    is_spam = sa.text("spam = 1")
    op.create_index(
        "conversations_spam",
        "conversations",
        ["workspace_id", "updated_at"],
        sqlite_where=is_spam,
        postgresql_where=is_spam,
    )
