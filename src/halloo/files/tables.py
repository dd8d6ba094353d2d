"""Tables of files."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from halloo.db.schema import metadata

uploads = Table(
    "uploads",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("widget_id", Text),
    Column("visitor_id", Text),
    Column("operator_id", Text),
    Column("purpose", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text),
    Column("token_hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("file_id", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
"""`purpose`: message or avatar. `state`: open, stored (all bytes are here, checked), used (a message or a person names it), refused."""
Index("uploads_visitor", uploads.c.workspace_id, uploads.c.visitor_id, uploads.c.created_at)
Index("uploads_expiry", uploads.c.workspace_id, uploads.c.state, uploads.c.expires_at)

files = Table(
    "files",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("storage_key", Text, nullable=False),
    Column("conversation_id", Text),
    Column("fingerprint", BigInteger),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
)
"""`secret` signs its addresses. `owner`: `visitor:id`, `operator:id`, `contact:id`. `details`: JSON of width, height, placeholder,
duration, waveform.

A row without conversation and fingerprint is nobody's yet. `removed_at`: its bytes are still to be deleted.
"""
Index("files_message", files.c.workspace_id, files.c.conversation_id, files.c.fingerprint)
Index("files_owner", files.c.workspace_id, files.c.owner)
Index("files_removed", files.c.workspace_id, files.c.removed_at)

file_days = Table(
    "file_days",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("visitor_id", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("bytes", BigInteger, nullable=False),
)
"""What a visitor has uploaded on a day (days since 1970, UTC), and what is announced and still to come."""
