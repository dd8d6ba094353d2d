"""What the benchmark of hooks stands on: a database with a workspace, its hooks, and facts and deliveries that wait in it."""

import asyncio
import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import text

from halloo.cli.bench.hooks.payload import COMMON, payload
from halloo.cli.bench.hooks.sink import address
from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.db.statement import Statement
from halloo.db.tx import Tx
from halloo.events.log import record
from halloo.hooks.actions import records
from halloo.hooks.model import READER
from halloo.hooks.rules import HookDraft
from halloo.kit.clock import system_clock
from halloo.kit.sealing import Sealer
from halloo.workspaces.model import system_actor

T = TypeVar("T")
_PER_ACTION = 500
_BACKLOG_STEP = 100_000


@dataclass(frozen=True, slots=True)
class Base:
    """Where facts are kept: empty addresses for a SQLite file of its own, else an empty PostgreSQL."""

    url: str = ""
    owner_url: str = ""

    @property
    def name(self) -> str:
        """What it is."""
        return "postgresql" if self.url else "sqlite"

    def check(self) -> None:
        """Raise `ValueError` where the PostgreSQL holds anything: it is emptied between figures."""
        if self.url and (found := self.tables()):
            raise ValueError(
                f"--database-url: this database is not empty ({found[0]}); everything in it would be lost."
            )

    def empty(self) -> None:
        """Drop every table."""
        if not self.url:
            return
        with psycopg.connect(self.owner_url or self.url, autocommit=True) as connection:
            for name in self.tables():
                connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(name)))

    def tables(self) -> list[str]:
        """The tables that a PostgreSQL holds."""
        with psycopg.connect(self.owner_url or self.url) as connection:
            found = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            ).fetchall()
        return [str(row[0]) for row in found]


@dataclass(slots=True)
class Told:
    """A fact that was recorded: its number, its id as 16 bytes, and what happened."""

    seq: int
    id: bytes
    name: str
    at: int


@dataclass(slots=True)
class Ground:
    """A workspace with hooks, each on a receiver of its own: `hooks[n]` posts to receiver `n + 1`."""

    base: Base
    port: int
    scheme: str = "http"
    hooks: list[str] = field(default_factory=list[str])
    secrets: list[str] = field(default_factory=list[str])
    workspace_id: str = ""
    widget_id: str = ""
    _folder: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="halloo-bench-")
    )

    @property
    def data(self) -> Path:
        """The data folder."""
        return Path(self._folder.name) / "data"

    @property
    def url(self) -> str:
        """The database's address."""
        return self.base.url or f"sqlite:///{self.data.absolute() / 'halloo.db'}"

    @property
    def secret(self) -> bytes:
        """The server's secret."""
        return bytes.fromhex((self.data / "secret.key").read_text().strip())

    def environment(self, more: dict[str, str] | None = None) -> dict[str, str]:
        """For a process of Halloo on this ground: receivers on this machine are allowed, and no setting of the user's counts."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("HALLOO_")}
        here = {"HALLOO_HOOKS_ALLOW_NETWORKS": "127.0.1.0/24"}
        if self.base.url:
            here |= {"HALLOO_DATABASE_URL": self.base.url, "HALLOO_DATABASE_OWNER_URL": self.base.owner_url}
        return {**own, **here, **(more or {})}

    def lay(self) -> None:
        """Make workspace, owner and tables."""
        self.base.empty()
        who = ["--email", "bench@halloo.example", "--password", "bench-password"]
        command = [sys.executable, "-m", "halloo", "init", "--json", "--data", str(self.data), *who]
        made = subprocess.run(command, check=True, capture_output=True, env=self.environment())  # noqa: S603 - ourselves
        facts: dict[str, str] = msgspec.json.decode(made.stdout)
        self.workspace_id, self.widget_id = facts["workspace_id"], facts["widget_id"]

    def clear(self) -> None:
        """Leave nothing behind."""
        self._folder.cleanup()
        self.base.empty()

    async def on(self, job: Callable[[Database], Awaitable[T]]) -> T:
        """Do something on the database, past the server."""
        database = open_database(self.url, system_clock)
        try:
            return await job(database)
        finally:
            await database.close()

    # ── hooks ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def set_up(self, count: int, events: Callable[[int], Sequence[str]], **more: Any) -> None:
        """Make hooks, signed; hook `n`, from 0 on, wants `events(n)`."""
        sealer = Sealer(self.secret, "hook")

        async def make(database: Database) -> None:
            for number in range(count):
                url = f"{self.scheme}://{address(len(self.hooks) + 1)}:{self.port}/hooks"
                draft = HookDraft(f"Hook {number}", url, events(number), signing="signed", **more)
                who = system_actor(self.workspace_id)
                seen, secret = await database.write(
                    self.workspace_id, records.create_hook, who, sealer, draft, system_clock()
                )
                self.hooks.append(seen.hook.id)
                self.secrets.append(secret)

        await self.on(make)

    def keys(self) -> list[str]:
        """What a sink is told to check signatures with: one command for each hook."""
        raw = [base64.b64decode(one.removeprefix("whsec_")) for one in self.secrets]
        return [f"expect {number + 1} {' '.join(str(byte) for byte in key)}" for number, key in enumerate(raw)]

    # ── facts ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def tell(self, count: int, name: str = COMMON) -> list[Told]:
        """Record facts through the database's writer, committed and synced."""

        async def write(database: Database) -> list[Told]:
            told: list[Told] = []
            for start in range(0, count, _PER_ACTION):
                told += await database.write(self.workspace_id, _record, name, min(_PER_ACTION, count - start))
            return told

        return await self.on(write)

    async def told(self, after: int) -> list[Told]:
        """All facts behind a number that hooks may want."""

        def read(tx: Tx) -> list[Told]:
            rows = tx.rows(_FACTS, ws=self.workspace_id, after=after)
            return [Told(seq, bytes.fromhex(id_.replace("-", "")), name, at) for seq, id_, name, at in rows]

        return await self.on(lambda database: database.read(self.workspace_id, read))

    async def head(self) -> int:
        """The number of the last fact."""
        return await self.on(lambda database: database.read(self.workspace_id, _head))

    async def pile_up(self, hook: int, count: int, body: bytes) -> int:
        """Make `count` facts with a delivery each that waits for one hook, as after a long outage; the first one's number."""

        async def write(database: Database) -> int:
            first = await database.read(self.workspace_id, _head) + 1
            for start in range(0, count, _BACKLOG_STEP):
                size = min(_BACKLOG_STEP, count - start)
                await database.write(self.workspace_id, _pile, self.hooks[hook], first + start, size, body)
            return first

        return await self.on(write)

    async def states(self, hook: int | None = None) -> dict[str, int]:
        """Deliveries by state; of one hook, or of all."""

        def read(tx: Tx) -> dict[str, int]:
            some = _STATES if hook is None else _STATES_OF
            of = {} if hook is None else {"hook": self.hooks[hook]}
            return {state: count for state, count in tx.rows(some, ws=self.workspace_id, **of)}  # noqa: C416 - rows are of any length

        return await self.on(lambda database: database.read(self.workspace_id, read))

    async def failed(self, hook: int) -> int:
        """How many deliveries of a hook have failed at least once and wait for their time."""

        def read(tx: Tx) -> int:
            return tx.scalar(_FAILED, ws=self.workspace_id, hook=self.hooks[hook])

        return await self.on(lambda database: database.read(self.workspace_id, read))

    async def settled(self, patience_s: float, left: int = 0) -> None:
        """Wait until at most `left` deliveries are pending."""
        ends = asyncio.get_running_loop().time() + patience_s
        while (await self.states()).get("pending", 0) > left:
            if asyncio.get_running_loop().time() > ends:
                raise RuntimeError(f"Not settled within {patience_s:g} s: {await self.states()}")
            await asyncio.sleep(0.1)


_FACTS = Statement(text("SELECT seq, id, name, at FROM facts WHERE workspace_id = :ws AND seq > :after ORDER BY seq"))
_HEAD = Statement(text("SELECT head FROM streams WHERE workspace_id = :ws AND stream = :stream"))
_STATES = Statement(text("SELECT state, count(*) FROM deliveries WHERE workspace_id = :ws GROUP BY state"))
_STATES_OF = Statement(
    text("SELECT state, count(*) FROM deliveries WHERE workspace_id = :ws AND hook_id = :hook GROUP BY state")
)
_FAILED = Statement(
    text(
        "SELECT count(*) FROM deliveries WHERE workspace_id = :ws AND hook_id = :hook AND state = 'pending' AND attempts > 0"
    )
)
_NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) ",
    "postgresql": "WITH n(i) AS (SELECT generate_series({first}, {last})) ",
}
_ID = {
    "sqlite": "printf('01930000-0000-7000-8000-%012x', i)",
    "postgresql": "'01930000-0000-7000-8000-' || lpad(to_hex(i), 12, '0')",
}


def _head(tx: Tx) -> int:
    return tx.scalar(_HEAD, ws=tx.workspace_id, stream=f"w:{tx.workspace_id}") or 0


def _record(tx: Tx, name: str, count: int) -> list[Told]:
    found: list[Told] = []
    for _ in range(count):
        fact = record(tx, name, payload(tx.workspace_id, name))
        found.append(Told(fact.seq, bytes.fromhex(fact.id.replace("-", "")), name, fact.at))
    return found


def _pile(tx: Tx, hook: str, first: int, count: int, body: bytes) -> None:
    """Facts and deliveries in two statements, the log's head and the planner's cursor behind them."""
    last = first + count - 1
    numbers = _NUMBERS[tx.dialect].format(first=first, last=last)
    scope = {"ws": tx.workspace_id, "now": tx.now}
    tx.run(
        text(
            f"INSERT INTO facts (workspace_id, seq, id, name, data, at) {numbers}SELECT :ws, i, {_ID[tx.dialect]}, :name, "
            "CAST(:data AS {}), CAST(:now AS BIGINT) FROM n".format("BLOB" if tx.dialect == "sqlite" else "BYTEA")
        ),
        **scope,
        name=COMMON,
        data=body,
    )
    tx.run(
        text(
            f"INSERT INTO deliveries (workspace_id, hook_id, seq, series, state, attempts, due_at, created_at) {numbers}"
            "SELECT :ws, CAST(:hook AS TEXT), i, 0, 'pending', 0, CAST(:now AS BIGINT), CAST(:now AS BIGINT) FROM n"
        ),
        **scope,
        hook=hook,
    )
    tx.run(
        text("UPDATE streams SET head = :last WHERE workspace_id = :ws AND stream = :stream"),
        last=last,
        ws=tx.workspace_id,
        stream=f"w:{tx.workspace_id}",
    )
    tx.run(
        text("UPDATE cursors SET seq = :last WHERE workspace_id = :ws AND reader = :reader"),
        last=last,
        ws=tx.workspace_id,
        reader=READER,
    )
