"""The servers that the relay benchmark measures beside each other: how each is started, greeted and pinged."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from halloo.cli.bench.control import Asked, Control, answers
from halloo.cli.bench.machine import cpu_s, free_ports, on_core, rss_bytes
from halloo.cli.bench.node import visitor_id
from halloo.cli.bench.swarm import Hello, Socket, Tally, Wrong, dial, masked, upgrade
from halloo.kit.clock import system_clock
from halloo.relay.tokens import RelayTokens
from halloo.relay.wire import text_frame
from halloo.workspaces.model import ROLE_SCOPES, Actor

_PATIENCE_S = 30
_MORE = {
    "HALLOO_RELAY_OPERATOR_SOCKETS": "1000000",
    "HALLOO_RELAY_OPERATOR_FRAMES_PER_SECOND": "1000000",
}
_PING = b'{"t":"ping"}'
_PONG = text_frame(b'{"t":"pong"}')


class Peer:
    """A server in a process of its own. `tally` is what its sockets got."""

    name = ""
    ping = masked(_PING)
    pong = _PONG

    def __init__(self) -> None:
        """Not started yet."""
        self.port, control = free_ports(2)
        self.control_port = control
        self.control: Asked = Control(control)
        self.tally = Tally(self.name)
        self.sockets: list[Socket] = []
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """How it is started."""
        raise NotImplementedError

    def environment(self) -> dict[str, str] | None:
        """Its environment; None: as ours."""
        return None

    @property
    def pid(self) -> int:
        """The process."""
        if self._process is None:
            raise Wrong(f"{self.name} does not run.")
        return self._process.pid

    def start(self, core: int | None) -> None:
        """Start it and wait until it takes commands and connections."""
        with on_core(core):
            self._process = subprocess.Popen(self.command(), env=self.environment())  # noqa: S603 - a peer, by a fixed command
        ends = time.monotonic() + _PATIENCE_S
        while not (answers(self.control_port) and answers(self.port)):
            if self._process.poll() is not None or time.monotonic() > ends:
                raise Wrong(f"{self.name} did not start: {' '.join(self.command())}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it."""
        self.control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def cpu_s(self) -> float:
        """CPU seconds so far."""
        return cpu_s(self.pid)

    def rss_bytes(self) -> int:
        """Memory it holds now."""
        return rss_bytes(self.pid)

    def first(self, path: str = "/") -> bytes:
        """What a socket begins with."""
        return upgrade(f"localhost:{self.port}", path, f"http://localhost:{self.port}")

    def hello(self) -> Hello:
        """How a socket that is to get everything opens."""
        return _upgraded

    async def open(self, number: int) -> Socket:  # noqa: ARG002 - one like the other
        """Open a socket that gets everything."""
        return await dial(self.port, lambda: Socket(self.tally, self.first(), self.hello()))


def _upgraded(socket: Socket, seen: bytes) -> bool:  # noqa: ARG001 - the protocol's
    return b"\r\n\r\n" in seen


class Bare(Peer):
    """A bare picows server: the limit in this language."""

    name = "picows"

    def command(self) -> list[str]:
        """See `Peer.command`."""
        return [sys.executable, "-m", "halloo.cli.bench.limit", str(self.port), str(self.control_port)]


class Halloo(Peer):
    """The relay: the whole server, with a data folder of its own."""

    name = "halloo"

    def __init__(self, settings: dict[str, str] | None = None) -> None:
        """`settings`: more of them."""
        super().__init__()
        self._settings = {**_MORE, **(settings or {})}
        self._folder = tempfile.TemporaryDirectory(prefix="halloo-bench-")
        self._facts: dict[str, str] = {}
        self._tokens: RelayTokens | None = None
        self.origin = f"http://localhost:{self.port}"

    @property
    def _data(self) -> Path:
        return Path(self._folder.name) / "data"

    def environment(self) -> dict[str, str]:
        """See `Peer.environment`."""
        return {**_own_environment(), "HALLOO_PUBLIC_URL": self.origin, **self._settings}

    def command(self) -> list[str]:
        """See `Peer.command`."""
        module = [sys.executable, "-m", "halloo.cli.bench.node", str(self._data)]
        return [*module, self._facts["workspace_id"], str(self.port), str(self.control_port)]

    def start(self, core: int | None) -> None:
        """See `Peer.start`; the workspace was made beforehand."""
        template, self._facts = _template()
        shutil.copytree(template.name, self._data)
        secret = bytes.fromhex((self._data / "secret.key").read_text().strip())
        self._tokens = RelayTokens(secret, system_clock)
        super().start(core)

    def stop(self) -> None:
        """See `Peer.stop`; the folder goes, too."""
        super().stop()
        self._folder.cleanup()

    @property
    def tokens(self) -> RelayTokens:
        """Issues tokens that this server takes."""
        if self._tokens is None:
            raise Wrong("Halloo was not started.")
        return self._tokens

    def first(self, path: str = "/relay") -> bytes:
        """See `Peer.first`."""
        return super().first(path)

    def connect(self, role: str, token: str, streams: list[Any]) -> bytes:
        """The frame that a socket says who it is with."""
        return masked(
            msgspec.json.encode(
                {"t": "connect", "v": 1, "role": role, "token": token, "tab": "bench", "streams": streams}
            )
        )

    def hello(self) -> Hello:
        """An operator who follows the workspace."""
        workspace = self._facts["workspace_id"]
        who = Actor("operator", workspace, self._facts["operator_id"], "Bench", "owner", ROLE_SCOPES["owner"])
        return greeting(self.connect("operator", self.tokens.issue_operator(who), [f"w:{workspace}"]), _live)

    async def visit(self, number: int, position: dict[str, Any] | None = None, expected: int = 1) -> "Visit":
        """Open the socket of the visitor with that number, who follows their own stream, from a position if there is one."""
        visitor = visitor_id(number)
        token = self.tokens.issue_visitor(
            workspace_id=self._facts["workspace_id"],
            widget_id=self._facts["widget_id"],
            visitor_id=visitor,
            name=f"visitor{number}",
        )
        visit = Visit()
        connect = self.connect("visitor", token, [{"id": f"v:{visitor}", **(position or {})}])
        hello = greeting(connect, visit.is_live)
        visit.socket = await dial(self.port, lambda: Socket(self.tally, self.first(), hello, expected=expected))
        return visit


@cache
def _template() -> tuple[tempfile.TemporaryDirectory[str], dict[str, str]]:
    """A data folder with a workspace, made once and copied; and what `halloo init` said of it."""
    folder = tempfile.TemporaryDirectory(prefix="halloo-bench-")
    init = [sys.executable, "-m", "halloo", "init", "--json", "--data", folder.name]
    who = ["--email", "bench@halloo.example", "--password", "bench-password"]
    made = subprocess.run([*init, *who], check=True, capture_output=True, env=_own_environment())  # noqa: S603 - ourselves
    return folder, msgspec.json.decode(made.stdout)


def _own_environment() -> dict[str, str]:
    """Ours, without the user's settings of Halloo."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HALLOO_")}


class Visit:
    """One visitor's connection, and what `connected` said about their stream."""

    def __init__(self) -> None:
        """Not open yet."""
        self.socket: Socket | None = None
        self.epoch = ""
        self.recovered = False

    def is_live(self, seen: bytes) -> bool:
        """Read `connected` once all up to `live` is there."""
        if not _live(seen):
            return False
        start = seen.index(b'{"t":"connected"')
        found = msgspec.json.decode(seen[start : seen.index(b"}]}", start) + 3])["streams"][0]
        self.epoch, self.recovered = found["epoch"], found["recovered"]
        return True


def _live(seen: bytes) -> bool:
    return b'{"t":"live"}' in seen


def greeting(connect: bytes, done: Callable[[bytes], bool]) -> Hello:
    """After the upgrade send one frame, and wait until `done`."""

    def hello(socket: Socket, seen: bytes) -> bool:
        if seen.startswith(b"HTTP"):
            if not seen.startswith(b"HTTP/1.1 101"):
                socket.transport.abort()
            elif b"\r\n\r\n" in seen:
                socket.answered()
                socket.transport.write(connect)
            return False
        return done(seen)

    return hello


class Ws(Peer):
    """npm `ws`."""

    name = "ws"
    script = "ws.js"

    def __init__(self, node: str, folder: Path) -> None:
        """`folder`: bench/peers, with its packages installed."""
        super().__init__()
        self._node = node
        self._folder = folder

    def command(self) -> list[str]:
        """See `Peer.command`."""
        return [self._node, str(self._folder / self.script), str(self.port), str(self.control_port)]


class SocketIo(Ws):
    """npm `socket.io`, over WebSocket alone."""

    name = "socket.io"
    script = "socketio.js"
    ping = masked(b'42["m",{"t":"ping"}]')
    pong = text_frame(b'42["m",{"t":"pong"}]')

    def first(self, path: str = "/socket.io/?EIO=4&transport=websocket") -> bytes:
        """See `Peer.first`."""
        return super().first(path)

    def hello(self) -> Hello:
        """Engine.IO's opening, then the namespace."""

        def hello(socket: Socket, seen: bytes) -> bool:
            if b"0{" in seen and b'"sid"' in seen and b"pingInterval" in seen:
                socket.answered()
                socket.transport.write(masked(b"40"))
                return False
            return b"40{" in seen

        return hello
