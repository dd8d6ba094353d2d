"""The outbox."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from halloo.db.schema import metadata

mails = Table(
    "mails",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("conversation_id", Text),
    Column("visitor_id", Text),
    Column("recipient", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("error", Text),
    Column("created_at", BigInteger, nullable=False),
)
"""`content` holds what the mail is to be made of: no text of anybody, and a secret only sealed."""
Index("mails_due", mails.c.workspace_id, mails.c.state, mails.c.due_at)
Index("mails_conversation", mails.c.workspace_id, mails.c.conversation_id)
