"""Tables of conversations."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from halloo.db.schema import metadata

conversations = Table(
    "conversations",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("widget_id", Text, nullable=False),
    Column("visitor_id", Text, nullable=False),
    Column("contact_id", Text, nullable=False),
    Column("client_id", Text),
    Column("state", Text, nullable=False),
    Column("snoozed_until", BigInteger),
    Column("assignee_id", Text),
    Column("subject", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("custom_metadata", Text, nullable=False),
    Column("mentioned", Text, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("last_fingerprint", BigInteger, nullable=False),
    Column("last_type", Text),
    Column("last_from", Text),
    Column("last_author", Text),
    Column("last_excerpt", Text),
    Column("last_at", BigInteger),
    Column("unread", Integer, nullable=False),
    Column("visitor_unread", Integer, nullable=False),
    Column("operator_read_seq", BigInteger, nullable=False),
    Column("visitor_read_seq", BigInteger, nullable=False),
    Column("waiting_since", BigInteger),
    Column("feedback_at", BigInteger),
    Column("notified_seq", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("spam", Integer, nullable=False, server_default="0"),
)
_C = conversations.c
Index("conversations_activity", _C.workspace_id, _C.state, _C.updated_at)
Index("conversations_contact", _C.workspace_id, _C.contact_id)
Index("conversations_client", _C.workspace_id, _C.visitor_id, _C.client_id, unique=True)
Index("conversations_spam", _C.workspace_id, _C.updated_at, sqlite_where=_C.spam == 1, postgresql_where=_C.spam == 1)

messages = Table(
    "messages",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("conversation_id", Text, primary_key=True),
    Column("fingerprint", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("seq", BigInteger),
    Column("client_id", Text),
    Column("type", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("author_avatar", Text),
    Column("mentions", Text, nullable=False),
    Column("properties", Text, nullable=False),
    Column("automated", Integer, nullable=False),
    Column("edited", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
)
_M = messages.c
Index("messages_seq", _M.workspace_id, _M.conversation_id, _M.seq, unique=True)
Index("messages_client", _M.workspace_id, _M.conversation_id, _M.client_id, unique=True)

read_marks = Table(
    "read_marks",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("conversation_id", Text, primary_key=True),
    Column("reader_id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)

canned_replies = Table(
    "canned_replies",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("shortcut", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index("canned_replies_shortcut", canned_replies.c.workspace_id, canned_replies.c.shortcut, unique=True)

tags = Table(
    "tags",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("color", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
Index("tags_name", tags.c.workspace_id, tags.c.name, unique=True)

feedback = Table(
    "feedback",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("conversation_id", Text, primary_key=True),
    Column("widget_id", Text, nullable=False),
    Column("visitor_id", Text, nullable=False),
    Column("contact_id", Text, nullable=False),
    Column("operator_id", Text),
    Column("fields", Text, nullable=False),
    Column("stars", Integer),
    Column("comment", Text),
    Column("created_at", BigInteger, nullable=False),
)
"""Once for each conversation, which the key holds everybody to."""
Index("feedback_time", feedback.c.workspace_id, feedback.c.created_at, feedback.c.conversation_id)

answers = Table(
    "answers",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("conversation_id", Text, primary_key=True),
    Column("fingerprint", BigInteger, primary_key=True, autoincrement=False),
    Column("widget_id", Text, nullable=False),
    Column("operator_id", Text),
    Column("waited_ms", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""How long visitors waited for each answer that ended a wait: what the reply time is made of."""
Index("answers_time", answers.c.workspace_id, answers.c.widget_id, answers.c.at)
