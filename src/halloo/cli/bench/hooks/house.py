"""The processes of one measurement: receivers, and the server or a bare client that posts to them, each on its core."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from halloo.cli.bench import machine
from halloo.cli.bench.control import Control, answers
from halloo.cli.bench.hooks.certificates import make_certificates
from halloo.cli.bench.hooks.ground import Base, Ground
from halloo.cli.bench.hooks.payload import COMMON, EVENTS
from halloo.cli.bench.hooks.sink import Seen, read_seen
from halloo.cli.bench.swarm import Wrong

_START_S = 60
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Options:
    """How much, how long, how often."""

    hooks: int = 50
    facts: int = 1_000
    """For each hook in a round of the rates."""
    rounds: int = 3
    seconds: float = 10.0
    """How long a steady pace goes on."""
    rate: int = 500
    """Facts a second of a steady pace."""
    backlog: int = 1_000_000
    waiting: int = 100_000
    outage_s: float = 30.0
    visitors: int = 100
    crowd: int = 100
    """Hooks beside which messages are sent."""
    at_once: int = 200
    """Connections of the bare clients: as many as a workspace's hooks have in flight."""
    core: int | None = None
    """Of what is measured; everything else runs on the other one."""

    @property
    def sick(self) -> int:
        """A tenth of the hooks."""
        return max(1, self.hooks // 10)


class Process:
    """A process that takes commands."""

    def __init__(self, module: str, arguments: Sequence[object], environment: dict[str, str] | None = None) -> None:
        """Not started yet. The first argument is the control port."""
        (self._port,) = machine.free_ports(1)
        words = [str(self._port) if one is Process else str(one) for one in arguments]
        self._command = [sys.executable, "-m", f"halloo.cli.bench.hooks.{module}", *words]
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self.control = Control(self._port)

    @property
    def pid(self) -> int:
        """The process."""
        if self._process is None:
            raise Wrong("A process does not run.")
        return self._process.pid

    def start(self, core: int | None = None) -> Self:
        """Start it and wait until it takes commands."""
        with machine.on_core(core):
            self._process = subprocess.Popen(self._command, env=self._environment)  # noqa: S603 - ours, by a fixed command
        ends = time.monotonic() + _START_S
        while not answers(self._port):
            if self._process.poll() is not None or time.monotonic() > ends:
                raise Wrong(f"This did not start: {' '.join(self._command)}")
            time.sleep(0.02)
        return self

    async def ask(self, command: str) -> Any:
        """One command."""
        return await self.control.ask(command)

    def stop(self) -> None:
        """End it."""
        self.control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class House:
    """A ground with its receivers, and the server that posts to them once it is started."""

    def __init__(self, base: Base, options: Options, *, tls: bool = False) -> None:
        """Nothing is started yet."""
        self.options = options
        self._folder = tempfile.TemporaryDirectory(prefix="halloo-bench-")
        folder = Path(self._folder.name)
        (self.port,) = machine.free_ports(1)
        self.authorities, certificate = make_certificates(folder, options.hooks) if tls else (None, None)
        self.scheme = "https" if tls else "http"
        self._seen = folder / "seen"
        more = [] if certificate is None else [certificate]
        self.sink = Process("sink", [Process, self.port, options.hooks, self._seen, *more])
        self.ground = Ground(base, self.port, self.scheme)
        self.node: Process | None = None

    async def open(self, events: Callable[[int], Sequence[str]]) -> None:
        """Make the database and its hooks, and let the receivers listen."""
        self.ground.lay()
        await self.ground.set_up(self.options.hooks, events)
        self.sink.start()
        await self.check_signatures(self.ground.keys())

    async def check_signatures(self, commands: Sequence[str]) -> None:
        """From now on the receivers check with these keys."""
        for command in commands:
            await self.sink.ask(command)

    def start_node(self) -> Process:
        """Start the server; it does not deliver before it is told to go."""
        more = {"HALLOO_OUTBOUND_CA_FILE": str(self.authorities)} if self.authorities else {}
        arguments = [self.ground.data, self.ground.workspace_id, Process]
        self.node = Process("node", arguments, self.ground.environment(more)).start(self.options.core)
        return self.node

    def stop_node(self) -> None:
        """End the server at once; its leases run on."""
        if self.node is not None:
            self.node.stop()
            self.node = None

    def close(self) -> None:
        """End everything and leave nothing behind."""
        self.stop_node()
        self.sink.stop()
        self.ground.clear()
        self._folder.cleanup()

    # ── what came ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def came(self, count: int, receivers: Sequence[int], patience_s: float = PATIENCE_S) -> None:
        """Wait until these receivers got so many requests together; raises `Wrong` where for `patience_s` none comes."""
        before, ends = -1, 0.0
        while True:
            counts = await self.sink.ask("counts")
            if counts["wrong"]:
                raise Wrong(f"{counts['wrong']} requests were no web hooks, or signed wrongly.")
            got = sum(counts.get(str(number), 0) for number in receivers)
            if got >= count:
                return
            if got > before:
                before, ends = got, time.monotonic() + patience_s
            if time.monotonic() > ends:
                raise Wrong(f"{got} of {count} requests came, and for {patience_s:g} s none more.")
            await asyncio.sleep(0.05)

    async def seen(self) -> list[Seen]:
        """Everything that came since the last `forget`."""
        await self.sink.ask("dump")
        return list(read_seen(self._seen))


def wanted_by(number: int) -> list[str]:
    """What hook `number`, from 0 on, wants: one event of a steady pace, so that each is told to as many hooks."""
    return [EVENTS[number % len(EVENTS)]]


def wants(receiver: int, event: str) -> bool:
    """Whether the hook of a receiver wants an event of a steady pace."""
    return event in wanted_by(receiver - 1)


def everything(_: int) -> list[str]:
    """What every hook wants where rates are measured."""
    return [COMMON]
