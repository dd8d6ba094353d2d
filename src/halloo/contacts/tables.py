"""Tables of visitors and contacts."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from halloo.db.schema import metadata

contacts = Table(
    "contacts",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("company", Text),
    Column("avatar", Text),
    Column("verified", Integer, nullable=False),
    Column("notes", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("conversations", Integer, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index("contacts_seen", contacts.c.workspace_id, contacts.c.last_seen_at)
Index("contacts_email", contacts.c.workspace_id, contacts.c.email)

visitors = Table(
    "visitors",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("widget_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("contact_id", Text),
    Column("identified", Integer, nullable=False),
    Column("blocked", Integer, nullable=False),
    Column("name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("company", Text),
    Column("data", Text, nullable=False),
    Column("parent_origin", Text),
    Column("embedding", Text, nullable=False),
    Column("locale", Text),
    Column("timezone", Text),
    Column("user_agent", Text, nullable=False),
    Column("pages", Text, nullable=False),
    Column("external_id", Text),
    Column("identity", Text),
    Column("signed", Text, nullable=False),
    Column("avatar", Text),
    Column("form_hash", Text),
    Column("form_fields", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
)
"""`external_id`: who the customer's server says this is, one visitor each; `signed`: which attributes it has vouched for."""
Index("visitors_user", visitors.c.workspace_id, visitors.c.widget_id, visitors.c.user_id, unique=True)
Index("visitors_contact", visitors.c.workspace_id, visitors.c.contact_id)
Index("visitors_external", visitors.c.workspace_id, visitors.c.widget_id, visitors.c.external_id, unique=True)
Index(
    "visitors_silent",
    visitors.c.workspace_id,
    visitors.c.last_seen_at,
    visitors.c.id,
    postgresql_where=visitors.c.contact_id.is_(None),
    sqlite_where=visitors.c.contact_id.is_(None),
)
Index("visitors_email", visitors.c.workspace_id, visitors.c.widget_id, visitors.c.email)

visitor_tokens = Table(
    "visitor_tokens",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("visitor_id", Text, nullable=False),
    Column("widget_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger, nullable=False),
    Column("kid", Text),
    Column("verified_origin", Text),
)
"""`kid`: the identity key on whose word a token was given, `mail` for a link that was sent to a guest; `verified_origin`: the page that
this browser has proven by a ticket."""
Index("visitor_tokens_visitor", visitor_tokens.c.workspace_id, visitor_tokens.c.visitor_id)
Index("visitor_tokens_kid", visitor_tokens.c.workspace_id, visitor_tokens.c.kid)

used_tickets = Table(
    "used_tickets",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("jti", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
)
Index("used_tickets_expiry", used_tickets.c.workspace_id, used_tickets.c.expires_at)

continue_codes = Table(
    "continue_codes",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("widget_id", Text, nullable=False),
    Column("visitor_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
"""Codes of links that let a visitor go on in another browser."""
Index("continue_codes_expiry", continue_codes.c.workspace_id, continue_codes.c.expires_at)

blocks = Table(
    "blocks",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
)
"""`kind`: `visitor`, whose `value` is a contact's id, or a visitor's who is no contact; `network`, an address or a range.

Whom a `visitor` block concerns stands on the visitors themselves, so that recognising one costs nothing more.
"""
Index("blocks_value", blocks.c.workspace_id, blocks.c.kind, blocks.c.value, unique=True)

erasures = Table(
    "erasures",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
)
"""Proofs of deletion. `subject`: the id of the contact that is no more; `digest`: of the ids of all that went with it."""
