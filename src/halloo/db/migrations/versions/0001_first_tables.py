"""The first tables: workspaces and their people, widgets, contacts, conversations, and the log of facts."""

import os

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0001"
down_revision = None

SCOPED = (
    "api_tokens",
    "audit_entries",
    "canned_replies",
    "contacts",
    "conversations",
    "facts",
    "invitations",
    "messages",
    "operator_sessions",
    "operators",
    "read_marks",
    "streams",
    "tags",
    "visitor_tokens",
    "visitors",
    "widgets",
    "workspaces",
    "message_words",
)
"""Tables whose rows belong to a workspace, and to nobody else's eyes."""


def upgrade() -> None:
    """Create the tables, the full-text table, and on PostgreSQL the policies that keep workspaces apart."""
    for create in (
        _api_tokens,
        _audit_entries,
        _canned_replies,
        _contacts,
        _conversations,
        _directory,
        _facts,
        _invitations,
        _messages,
        _meta,
        _operator_sessions,
        _operators,
        _read_marks,
        _streams,
        _tags,
        _visitor_tokens,
        _visitors,
        _widgets,
        _workspaces,
    ):
        create()
    op.execute(f"INSERT INTO meta (key, value) VALUES ('epoch', '{os.urandom(4).hex()}')")
    if op.get_bind().dialect.name == "postgresql":
        _words_postgresql()
        _policies()
    else:
        _words_sqlite()


def _api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("hint", sa.Text, nullable=False),
        sa.Column("operator_id", sa.Text),
        sa.Column("created_by", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("last_used_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("api_tokens_digest", "api_tokens", ["workspace_id", "digest"], unique=True)


def _audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("address", sa.Text),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )


def _canned_replies() -> None:
    op.create_table(
        "canned_replies",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("shortcut", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("canned_replies_shortcut", "canned_replies", ["workspace_id", "shortcut"], unique=True)


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("company", sa.Text),
        sa.Column("avatar", sa.Text),
        sa.Column("verified", sa.Integer, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("conversations", sa.Integer, nullable=False),
        sa.Column("first_seen_at", sa.BigInteger, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("contacts_email", "contacts", ["workspace_id", "email"])
    op.create_index("contacts_seen", "contacts", ["workspace_id", "last_seen_at"])


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("widget_id", sa.Text, nullable=False),
        sa.Column("visitor_id", sa.Text, nullable=False),
        sa.Column("contact_id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("snoozed_until", sa.BigInteger),
        sa.Column("assignee_id", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("custom_metadata", sa.Text, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("last_fingerprint", sa.BigInteger, nullable=False),
        sa.Column("last_type", sa.Text),
        sa.Column("last_from", sa.Text),
        sa.Column("last_author", sa.Text),
        sa.Column("last_excerpt", sa.Text),
        sa.Column("last_at", sa.BigInteger),
        sa.Column("unread", sa.Integer, nullable=False),
        sa.Column("visitor_unread", sa.Integer, nullable=False),
        sa.Column("operator_read_seq", sa.BigInteger, nullable=False),
        sa.Column("visitor_read_seq", sa.BigInteger, nullable=False),
        sa.Column("waiting_since", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("conversations_activity", "conversations", ["workspace_id", "state", "updated_at"])
    op.create_index("conversations_client", "conversations", ["workspace_id", "visitor_id", "client_id"], unique=True)
    op.create_index("conversations_contact", "conversations", ["workspace_id", "contact_id"])
    op.create_index("conversations_visitor", "conversations", ["workspace_id", "visitor_id", "updated_at"])


def _directory() -> None:
    op.create_table(
        "directory",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key"),
    )


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("conversation_id", sa.Text),
        sa.Column("conversation_offset", sa.BigInteger),
        sa.Column("visitor_id", sa.Text),
        sa.Column("visitor_offset", sa.BigInteger),
        sa.PrimaryKeyConstraint("workspace_id", "seq"),
    )
    op.create_index("facts_conversation", "facts", ["workspace_id", "conversation_id", "conversation_offset"])
    op.create_index("facts_visitor", "facts", ["workspace_id", "visitor_id", "visitor_offset"])


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_key", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("invited_by", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("invitations_digest", "invitations", ["workspace_id", "digest"], unique=True)
    op.create_index("invitations_email", "invitations", ["workspace_id", "email_key"], unique=True)


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.BigInteger, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger),
        sa.Column("client_id", sa.Text),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("author_avatar", sa.Text),
        sa.Column("mentions", sa.Text, nullable=False),
        sa.Column("properties", sa.Text, nullable=False),
        sa.Column("automated", sa.Integer, nullable=False),
        sa.Column("edited", sa.Integer, nullable=False),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "conversation_id", "fingerprint"),
    )
    op.create_index("messages_client", "messages", ["workspace_id", "conversation_id", "client_id"], unique=True)
    op.create_index("messages_seq", "messages", ["workspace_id", "conversation_id", "seq"], unique=True)


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def _operator_sessions() -> None:
    op.create_table(
        "operator_sessions",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("operator_id", sa.Text, nullable=False),
        sa.Column("user_agent", sa.Text, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "digest"),
    )
    op.create_index("operator_sessions_operator", "operator_sessions", ["workspace_id", "operator_id"])


def _operators() -> None:
    op.create_table(
        "operators",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("avatar", sa.Text),
        sa.Column("password_hash", sa.Text),
        sa.Column("availability", sa.Text, nullable=False),
        sa.Column("active", sa.Integer, nullable=False),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("locale", sa.Text),
        sa.Column("theme", sa.Text, nullable=False),
        sa.Column("sound", sa.Integer, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("operators_email", "operators", ["workspace_id", "email_key"], unique=True)


def _read_marks() -> None:
    op.create_table(
        "read_marks",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("reader_id", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "conversation_id", "reader_id"),
    )


def _streams() -> None:
    op.create_table(
        "streams",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("head", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "stream"),
    )


def _tags() -> None:
    op.create_table(
        "tags",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("color", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("tags_name", "tags", ["workspace_id", "name"], unique=True)


def _visitor_tokens() -> None:
    op.create_table(
        "visitor_tokens",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("visitor_id", sa.Text, nullable=False),
        sa.Column("widget_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "digest"),
    )
    op.create_index("visitor_tokens_visitor", "visitor_tokens", ["workspace_id", "visitor_id"])


def _visitors() -> None:
    op.create_table(
        "visitors",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("widget_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("contact_id", sa.Text),
        sa.Column("identified", sa.Integer, nullable=False),
        sa.Column("blocked", sa.Integer, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("company", sa.Text),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("parent_origin", sa.Text),
        sa.Column("embedding", sa.Text, nullable=False),
        sa.Column("locale", sa.Text),
        sa.Column("timezone", sa.Text),
        sa.Column("user_agent", sa.Text, nullable=False),
        sa.Column("pages", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("visitors_contact", "visitors", ["workspace_id", "contact_id"])
    op.create_index("visitors_user", "visitors", ["workspace_id", "widget_id", "user_id"], unique=True)


def _widgets() -> None:
    op.create_table(
        "widgets",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("domains", sa.Text, nullable=False),
        sa.Column("published", sa.Integer, nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )


def _workspaces() -> None:
    op.create_table(
        "workspaces",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id"),
    )


def _words_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE message_words USING fts5 (words, workspace_id UNINDEXED, conversation_id UNINDEXED, "
        "fingerprint UNINDEXED, tokenize = 'unicode61 remove_diacritics 0')"
    )


def _words_postgresql() -> None:
    op.create_table(
        "message_words",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.BigInteger, nullable=False),
        sa.Column("words", TSVECTOR, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "conversation_id", "fingerprint"),
    )
    op.create_index("message_words_words", "message_words", ["words"], postgresql_using="gin")


def _policies() -> None:
    for table in SCOPED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY workspace ON {table} USING (workspace_id = current_setting('halloo.workspace', true)) "
            "WITH CHECK (workspace_id = current_setting('halloo.workspace', true))"
        )
