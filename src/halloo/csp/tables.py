"""What browsers reported, and what the doctor said of a widget's pages."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from halloo.db.schema import metadata

groups = Table(
    "csp_groups",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("widget_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("disposition", Text, nullable=False),
    Column("directive", Text, nullable=False),
    Column("blocked", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("sample", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Column("muted", Integer, nullable=False),
    Column("judged", Integer, nullable=False),
)
"""`key`: what reports are counted under. `page`, `source`, `sample`: those of the first of them. `judged`: whether it was looked at
whether administrators must be told."""
Index("csp_groups_key", groups.c.workspace_id, groups.c.widget_id, groups.c.key, unique=True)
Index("csp_groups_seen", groups.c.workspace_id, groups.c.widget_id, groups.c.last_seen, groups.c.id)

inboxes = Table(
    "csp_inboxes",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("widget_id", Text, primary_key=True),
    Column("foreign_reports", BigInteger, nullable=False),
    Column("told_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
"""One row for each widget that reports have come for: what writers of its groups hold. `foreign_reports`: how many were of pages
that it has nothing to do with. `told_at`: when administrators were last told of one that keeps the chat away; 0 for never."""

checks = Table(
    "csp_checks",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("widget_id", Text, primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("checked_at", BigInteger, nullable=False),
    Column("verdict", Text),
    Column("error", Text),
    Column("result", Text),
)
"""What the doctor last said of a page: its `verdict` and `result` (JSON), or the `error` for which there is none."""
