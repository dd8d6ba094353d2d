"""Tables of web hooks.

A delivery is told by its hook, the number of its fact and its series (0 when it was planned, one more with each replay), and is kept
in that order, so that the log of a hook is read off from its end. What was said is the fact's; only what happened to it stands here.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from halloo.db.schema import metadata

hooks = Table(
    "hooks",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("signing", Text, nullable=False),
    Column("timeout_ms", Integer, nullable=False),
    Column("max_in_flight", Integer, nullable=False),
    Column("ordered", Text, nullable=False),
    Column("retry", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("enabled", Integer, nullable=False),
    Column("disabled_reason", Text),
    Column("version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
"""`headers` is a sealed JSON object of own headers, empty where there are none."""

hook_secrets = Table(
    "hook_secrets",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("hook_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("promotes_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
)

hook_health = Table(
    "hook_health",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("hook_id", Text, primary_key=True),
    Column("last_call", Text, nullable=False),
    Column("last_call_at", BigInteger),
    Column("last_status", Integer),
    Column("last_error", Text),
    Column("failing_since", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("warned_at", BigInteger),
    Column("probes", Integer, nullable=False),
    Column("probe_at", BigInteger),
)
"""How the last calls went. `failing_since` and `failures` count since the last success; `probe_at` is set while the breaker is open."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("hook_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("lease", Text),
    Column("line", Text),
    Column("last_outcome", Text),
    Column("last_status", Integer),
    Column("replay_id", Text),
    Column("created_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""`due_at`: when it is tried next; while it is leased, when the lease ends. `line`: what it waits in order in, null for no order;
those that wait for another one of their line are due at `model.PARKED`."""
_D = deliveries.c
Index(
    "deliveries_due",
    _D.workspace_id,
    _D.hook_id,
    _D.due_at,
    _D.seq,
    _D.series,
    postgresql_where=_D.state == "pending",
    sqlite_where=_D.state == "pending",
)
_WAITS_IN_LINE = (_D.state == "pending") & _D.line.is_not(None)
Index(
    "deliveries_line",
    _D.workspace_id,
    _D.hook_id,
    _D.line,
    _D.due_at,
    _D.seq,
    _D.series,
    postgresql_where=_WAITS_IN_LINE,
    sqlite_where=_WAITS_IN_LINE,
)
_WAITS_IN_REPLAY = (_D.state == "pending") & _D.replay_id.is_not(None)
Index(
    "deliveries_replay",
    _D.workspace_id,
    _D.hook_id,
    _D.replay_id,
    postgresql_where=_WAITS_IN_REPLAY,
    sqlite_where=_WAITS_IN_REPLAY,
)

attempts = Table(
    "hook_attempts",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("hook_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("started_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
"""`record` is `model.Attempt` in MessagePack: too long to be kept in the order of the key, as SQLite lays tables out."""

replays = Table(
    "hook_replays",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("hook_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("states", Text, nullable=False),
    Column("next_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("from_at", BigInteger, nullable=False),
    Column("to_at", BigInteger, nullable=False),
    Column("planned", BigInteger, nullable=False),
    Column("delivered", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
"""A replay goes through the facts from `next_seq` to `last_seq` that were recorded from `from_at` on and before `to_at`. `count`: how
many deliveries it will have made; `delivered` and `failed`: those that have ended."""
Index("hook_replays_hook", replays.c.workspace_id, replays.c.hook_id)

hours = Table(
    "hook_hours",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("hook_id", Text, primary_key=True),
    Column("succeeded", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("answers", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""What the chart of a day shows, by quarter of an hour: attempts by how they ended, and `answers`, the counts of a histogram as JSON."""
