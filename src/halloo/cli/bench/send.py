"""The send benchmark: visitors write through the relay as fast as acks come back; every ack is checked against the database.

Both sides sync every commit to disk and write the same rows: a message, its conversation, its search words, its fact and the two
stream heads. Figures are per CPU second (user and system) of the process that stores; the writers run in another one.
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
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from halloo import __version__
from halloo.cli.bench.bare import bare_loop
from halloo.kit.ids import new_secret

TEXT = "Hello, I would like to know whether the blue bowl is still there, and how long shipping takes. Thank you."
_UNLIMITED = {
    "HALLOO_PUBLIC_API_CONTACTS_PER_MINUTE": "1000000",
    "HALLOO_PUBLIC_API_CONTACTS_PER_HOUR": "1000000",
    "HALLOO_PUBLIC_API_MESSAGES_PER_MINUTE": "100000000",
    "HALLOO_PUBLIC_API_MESSAGES_BURST": "1000000",
    "HALLOO_RELAY_VISITOR_MESSAGES_PER_MINUTE": "100000000",
    "HALLOO_RELAY_VISITOR_FRAMES_PER_SECOND": "1000000",
}
_TICKS = os.sysconf("SC_CLK_TCK")
_WARM_UP_S = 1.0


def run(visitors: int, seconds: float, rounds: int) -> dict[str, Any]:
    """All figures of a run. Raises `RuntimeError` where an acknowledged message is missing or doubled."""
    halloo: list[dict[str, float]] = []
    bare: list[dict[str, float]] = []
    for number in range(1, rounds + 1):
        with tempfile.TemporaryDirectory(prefix="halloo-bench-") as folder:
            _say(f"round {number} of {rounds}: relay, {visitors} visitors, {seconds:g} s")
            halloo.append(_through_relay(Path(folder), visitors, seconds))
            _say(f"round {number} of {rounds}: bare SQLite loop, groups of {visitors}")
            bare.append(bare_loop(Path(folder) / "bare.db", visitors, seconds, TEXT))
    rate, floor = (statistics.median(one["per_cpu_s"] for one in side) for side in (halloo, bare))
    return {
        "halloo": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "cpus": os.cpu_count(),
        "visitors": visitors,
        "relay": halloo,
        "bare": bare,
        "relay_per_cpu_s": round(rate),
        "bare_per_cpu_s": round(floor),
        "ratio": round(rate / floor, 3),
    }


def report(figures: dict[str, Any]) -> str:
    """The figures as text."""
    last = figures["relay"][-1]
    return (
        f"relay: {figures['relay_per_cpu_s']:,} messages stored and acknowledged per CPU second "
        f"(median of {len(figures['relay'])}; {last['per_s']:,.0f} per second of the clock, ack p50 {last['p50_ms']:.1f} ms, "
        f"p99 {last['p99_ms']:.1f} ms)\n"
        f"bare SQLite loop, same rows: {figures['bare_per_cpu_s']:,} per CPU second\n"
        f"ratio: {figures['ratio']}"
    )


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _through_relay(folder: Path, visitors: int, seconds: float) -> dict[str, float]:
    port = _free_port()
    origin = f"http://localhost:{port}"
    environment = {**os.environ, **_UNLIMITED, "HALLOO_PUBLIC_URL": origin}
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
    widget: str = msgspec.json.decode(made.stdout)["widget_id"]
    server = subprocess.Popen(  # noqa: S603 - ourselves
        [*command, "serve", "--data", str(folder / "data"), "--port", str(port)], env=environment
    )
    try:
        _pin(server.pid, 0)
        _pin(0, 1)
        _wait(origin)
        figures, acknowledged = asyncio.run(_write(origin, widget, visitors, seconds, server.pid))
    finally:
        server.terminate()
        server.wait(30)
    _verify(folder / "data" / "halloo.db", acknowledged)
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


def _wait(origin: str) -> None:
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


async def _write(
    origin: str, widget: str, visitors: int, seconds: float, pid: int
) -> tuple[dict[str, float], list[str]]:
    writers = [_Writer(origin, widget) for _ in range(visitors)]
    for writer in writers:
        await writer.open()
    for writer in writers:
        await writer.send()  # the conversation starts
    await _for(writers, _WARM_UP_S)
    for writer in writers:
        writer.waits.clear()
    cpu, began = _cpu_s(pid), time.perf_counter()
    await _for(writers, seconds)
    used, took = _cpu_s(pid) - cpu, time.perf_counter() - began
    waits = sorted(wait for writer in writers for wait in writer.waits)
    for writer in writers:
        await writer.close()
    figures = {
        "messages": float(len(waits)),
        "per_s": len(waits) / took,
        "per_cpu_s": len(waits) / used,
        "p50_ms": waits[len(waits) // 2] * 1000,
        "p99_ms": waits[len(waits) * 99 // 100] * 1000,
    }
    return figures, [one for writer in writers for one in writer.acknowledged]


async def _for(writers: "list[_Writer]", seconds: float) -> None:
    until = time.perf_counter() + seconds
    await asyncio.gather(*(writer.keep_writing(until) for writer in writers))


class _Writer:
    """A visitor who writes the next message when the last one was acknowledged."""

    def __init__(self, origin: str, widget: str) -> None:
        self._origin = origin
        self._widget = widget
        self._conversation: str | None = None
        self._socket: ClientConnection | None = None
        self.waits: list[float] = []
        self.acknowledged: list[str] = []

    @property
    def socket(self) -> ClientConnection:
        if self._socket is None:
            raise RuntimeError("not open")
        return self._socket

    async def open(self) -> None:
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
        await self.socket.close()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _verify(path: Path, acknowledged: list[str]) -> None:
    """Every acknowledged message is there exactly once."""
    with sqlite3.connect(path) as connection:
        stored = [row[0] for row in connection.execute("SELECT client_id FROM messages")]
    if len(stored) != len(set(stored)) or not set(acknowledged) <= set(stored):
        raise RuntimeError(
            f"{len(acknowledged)} acknowledged, {len(stored)} stored, {len(set(stored))} of them different"
        )
