"""The send benchmark: visitors write through the relay as fast as acks come back; every ack is checked against the database.

All sides sync every commit to disk and write the same rows: a message, its conversation, its fact and the workspace's head at once,
its search words in batches behind. Figures are per CPU second (user and system) of the process that stores, from a moment at
which every word is indexed until the moment at which every word of what was sent is; the writers run in another process.
"""

import asyncio
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import text
from websockets.asyncio.client import ClientConnection, connect

from halloo import __version__
from halloo.cli.bench.bare import bare_loop
from halloo.conversations.actions import is_behind
from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.db.statement import Statement
from halloo.db.tx import Tx
from halloo.kit.clock import system_clock
from halloo.kit.ids import new_secret

T = TypeVar("T")
TEXT = "Hello, I would like to know whether the blue bowl is still there, and how long shipping takes. Thank you."
UNLIMITED = {
    "HALLOO_PUBLIC_API_CONTACTS_PER_MINUTE": "1000000",
    "HALLOO_PUBLIC_API_CONTACTS_PER_HOUR": "1000000",
    "HALLOO_PUBLIC_API_MESSAGES_PER_MINUTE": "100000000",
    "HALLOO_PUBLIC_API_MESSAGES_BURST": "1000000",
    "HALLOO_RELAY_VISITOR_MESSAGES_PER_MINUTE": "100000000",
    "HALLOO_RELAY_VISITOR_FRAMES_PER_SECOND": "1000000",
}
_CLIENT_IDS = Statement(text("SELECT client_id FROM messages WHERE workspace_id = :ws"))
_TICKS = os.sysconf("SC_CLK_TCK")
_WARM_UP_S = 1.0
_PATIENCE = 1_200


@dataclass(frozen=True, slots=True)
class Base:
    """The database that the relay stores in: empty addresses for a SQLite file of its own, else an empty PostgreSQL."""

    url: str = ""
    owner_url: str = ""


def run(visitors: int, seconds: float, rounds: int, base: Base) -> dict[str, Any]:
    """All figures of a run. Raises `RuntimeError` where an acknowledged message is missing or doubled."""
    relay: list[dict[str, float]] = []
    bare: list[dict[str, float]] = []
    tight: list[dict[str, float]] = []
    for number in range(1, 2 if base.url else rounds + 1):  # a PostgreSQL is empty once
        with tempfile.TemporaryDirectory(prefix="halloo-bench-") as folder:
            _say(f"round {number} of {rounds}: relay, {visitors} visitors, {seconds:g} s")
            relay.append(_through_relay(Path(folder), visitors, seconds, base))
            _say(f"round {number} of {rounds}: bare SQLite loops, groups of {visitors}")
            bare.append(bare_loop(Path(folder) / "bare.db", visitors, seconds, TEXT, tight=False))
            tight.append(bare_loop(Path(folder) / "tight.db", visitors, seconds, TEXT, tight=True))
    rate, floor, bottom = (statistics.median(one["per_cpu_s"] for one in side) for side in (relay, bare, tight))
    return {
        "halloo": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "cpus": os.cpu_count(),
        "visitors": visitors,
        "database": "postgresql" if base.url else "sqlite",
        "relay": relay,
        "bare": bare,
        "tight": tight,
        "relay_per_cpu_s": round(rate),
        "bare_per_cpu_s": round(floor),
        "tight_per_cpu_s": round(bottom),
        "ratio": round(rate / floor, 3),
        "ratio_to_tight": round(rate / bottom, 3),
    }


def report(figures: dict[str, Any]) -> str:
    """The figures as text."""
    last = figures["relay"][-1]
    return (
        f"relay: {figures['relay_per_cpu_s']:,} messages stored and acknowledged per CPU second "
        f"(median of {len(figures['relay'])}; {last['per_s']:,.0f} per second of the clock, ack p50 {last['p50_ms']:.1f} ms, "
        f"p99 {last['p99_ms']:.1f} ms)\n"
        f"search words were caught up with {last['indexed_after_s']:.1f} s after the last one\n"
        f"bare SQLite loop, same rows, a savepoint a message: {figures['bare_per_cpu_s']:,} per CPU second, "
        f"ratio {figures['ratio']}\n"
        f"the same without savepoints, facts in one go: {figures['tight_per_cpu_s']:,}, ratio {figures['ratio_to_tight']}"
    )


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _through_relay(folder: Path, visitors: int, seconds: float, base: Base) -> dict[str, float]:
    port = _free_port()
    origin = f"http://localhost:{port}"
    environment = {**os.environ, **UNLIMITED, "HALLOO_PUBLIC_URL": origin}
    if base.url:
        environment |= {"HALLOO_DATABASE_URL": base.url, "HALLOO_DATABASE_OWNER_URL": base.owner_url}
    command = [sys.executable, "-m", "halloo"]
    made = subprocess.run(  # noqa: S603 - ourselves
        [
            *command,
            "init",
            "--json",
            "--data",
            str(folder / "data"),
            "--email",
            "bench@halloo.example",
            "--password",
            "bench-password",
        ],
        check=True,
        capture_output=True,
        env=environment,
    )
    ids: dict[str, str] = msgspec.json.decode(made.stdout)
    stored = _Stored(base.url or f"sqlite:///{folder / 'data' / 'halloo.db'}", ids["workspace_id"])
    server = subprocess.Popen(  # noqa: S603 - ourselves
        [*command, "serve", "--data", str(folder / "data"), "--port", str(port)], env=environment
    )
    try:
        _pin(server.pid, 0)
        _pin(0, 1)
        wait_for(origin)
        writers = [Writer(origin, ids["widget_id"]) for _ in range(visitors)]
        figures = asyncio.run(_measure(writers, stored, seconds, server.pid))
    finally:
        server.terminate()
        server.wait(30)
    asyncio.run(stored.verify([one for writer in writers for one in writer.acknowledged]))
    return figures


def _pin(pid: int, cpu: int) -> None:
    """One core for the server, another for the writers, where the machine has two and lets us choose."""
    cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    with suppress(OSError):
        if (os.cpu_count() or 1) > 1 and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(pid, {cpu if not cpus else cpu % (os.cpu_count() or 1)})


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(origin: str) -> None:
    """Wait until a server answers."""
    for _ in range(200):
        with suppress(OSError), urllib.request.urlopen(f"{origin}/healthz", timeout=1):  # noqa: S310 - our own server
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def _visit(origin: str, widget: str) -> str:
    body = msgspec.json.encode({"user_id": new_secret("guest_")[:28]})
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{origin}/core/public/web-widgets/{widget}/visitor", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
        return msgspec.json.decode(answer.read())["relay"]["token"]


async def _measure(writers: "list[Writer]", stored: "_Stored", seconds: float, pid: int) -> dict[str, float]:
    for writer in writers:
        await writer.open()
    for writer in writers:
        await writer.send()  # the conversation starts
    await write_for(writers, _WARM_UP_S)
    await stored.indexed()
    for writer in writers:
        writer.waits.clear()
    cpu, began = _cpu_s(pid), time.perf_counter()
    await write_for(writers, seconds)
    took = time.perf_counter() - began
    await stored.indexed()
    used, behind = _cpu_s(pid) - cpu, time.perf_counter() - began - took
    waits = sorted(wait for writer in writers for wait in writer.waits)
    for writer in writers:
        await writer.close()
    return {
        "messages": float(len(waits)),
        "per_s": len(waits) / took,
        "per_cpu_s": len(waits) / used,
        "p50_ms": waits[len(waits) // 2] * 1000,
        "p99_ms": waits[len(waits) * 99 // 100] * 1000,
        "indexed_after_s": behind,
    }


async def write_for(writers: "list[Writer]", seconds: float) -> None:
    """Have all of them write for so long."""
    until = time.perf_counter() + seconds
    await asyncio.gather(*(writer.keep_writing(until) for writer in writers))


class Writer:
    """A visitor who writes the next message when the last one was acknowledged."""

    def __init__(self, origin: str, widget: str) -> None:
        """Not connected yet."""
        self._origin = origin
        self._widget = widget
        self._conversation: str | None = None
        self._socket: ClientConnection | None = None
        self.waits: list[float] = []
        self.acknowledged: list[str] = []

    @property
    def socket(self) -> ClientConnection:
        """The connection."""
        if self._socket is None:
            raise RuntimeError("not open")
        return self._socket

    async def open(self) -> None:
        """Visit, connect, and wait until the connection is live."""
        token = await asyncio.to_thread(_visit, self._origin, self._widget)
        address = f"ws{self._origin.removeprefix('http')}/relay"
        self._socket = await connect(address, origin=self._origin, compression=None, ping_interval=None)  # pyright: ignore[reportArgumentType] - Origin is a plain text
        hello: dict[str, Any] = {
            "t": "connect",
            "v": 1,
            "role": "visitor",
            "widget": self._widget,
            "token": token,
            "tab": "bench",
            "streams": [],
        }
        await self.socket.send(msgspec.json.encode(hello).decode())
        await self._until("live")

    async def send(self) -> None:
        """Send one message and wait for its ack."""
        client_id = str(uuid.uuid4())
        frame = {
            "t": "send",
            "id": 1,
            "conversation": self._conversation,
            "client_id": client_id,
            "message": {"type": "text", "content": TEXT},
        }
        began = time.perf_counter()
        await self.socket.send(msgspec.json.encode(frame).decode())
        ack = await self._until("ack")
        self.waits.append(time.perf_counter() - began)
        self._conversation = ack["conversation"]
        self.acknowledged.append(client_id)

    async def keep_writing(self, until: float) -> None:
        """Send one after the other."""
        while time.perf_counter() < until:
            await self.send()

    async def _until(self, kind: str) -> dict[str, Any]:
        while True:
            for line in str(await self.socket.recv()).split("\n"):
                frame: dict[str, Any] = msgspec.json.decode(line)
                if frame["t"] == kind:
                    return frame
                if frame["t"] == "error":
                    raise RuntimeError(f"refused: {frame}")

    async def close(self) -> None:
        """Hang up."""
        await self.socket.close()


def _client_ids(tx: Tx) -> list[str]:
    return [client_id for (client_id,) in tx.rows(_CLIENT_IDS, ws=tx.workspace_id)]


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class _Stored:
    """What the server has stored, read past it."""

    def __init__(self, url: str, workspace_id: str) -> None:
        self._url = url
        self._workspace_id = workspace_id

    async def _read(self, job: Callable[[Database], Awaitable[T]]) -> T:
        database = open_database(self._url, system_clock)
        try:
            return await job(database)
        finally:
            await database.close()

    async def indexed(self) -> None:
        """Wait until the words of everything are in the index."""

        async def wait(database: Database) -> None:
            for _ in range(_PATIENCE):
                if not await database.read(self._workspace_id, is_behind):
                    return
                await asyncio.sleep(0.05)
            raise RuntimeError("the search words were not caught up with")

        await self._read(wait)

    async def verify(self, acknowledged: list[str]) -> None:
        """Every acknowledged message is there exactly once."""
        stored = await self._read(lambda database: database.read(self._workspace_id, _client_ids))
        if len(stored) != len(set(stored)) or not set(acknowledged) <= set(stored):
            raise RuntimeError(
                f"{len(acknowledged)} acknowledged, {len(stored)} stored, {len(set(stored))} of them different"
            )
