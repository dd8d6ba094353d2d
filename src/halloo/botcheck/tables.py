"""Tables of the bot check."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from halloo.db.schema import metadata

bot_solutions = Table(
    "bot_solutions",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("challenge", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
)
"""Challenges whose solution was accepted, by their signature."""
Index("bot_solutions_expiry", bot_solutions.c.workspace_id, bot_solutions.c.expires_at)
