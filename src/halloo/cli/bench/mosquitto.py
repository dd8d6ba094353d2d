"""Mosquitto beside the relay, where it is installed: MQTT 3.1.1 over TCP, one topic, quality of service 0."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from halloo.cli.bench.control import body
from halloo.cli.bench.peers import Peer
from halloo.cli.bench.swarm import Hello, Socket

_TOPIC = b"bench"
_CONNECTED = b"\x20\x02\x00\x00"
_SUBSCRIBED = b"\x90\x03\x00\x01\x00"


def _text(value: bytes) -> bytes:
    return len(value).to_bytes(2, "big") + value


def _packet(kind: int, rest: bytes) -> bytes:
    """A control packet; nothing here is longer than two digits of length allow."""
    size = len(rest)
    length = bytes((size,)) if size < 128 else bytes((size % 128 | 128, size // 128))  # noqa: PLR2004 - seven bits a digit
    return bytes((kind,)) + length + rest


def _connect(name: bytes = b"") -> bytes:
    return _packet(0x10, _text(b"MQTT") + b"\x04\x02\x00\x00" + _text(name))


class _Publisher:
    """Publishes from here, as any client of it; answers like `control.Control`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._number = 0
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, command: str) -> Any:
        """`publish <turns> <burst>`."""
        if self._writer is None:
            reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
            self._writer.write(_connect())
            await reader.readexactly(len(_CONNECTED))
        _, turns, burst = command.split()
        for _ in range(int(turns)):
            first, self._number = self._number + 1, self._number + int(burst)
            self._writer.write(b"".join(_packet(0x30, _text(_TOPIC) + body(n)) for n in range(first, self._number + 1)))
            await self._writer.drain()
        return self._number

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()


class Mosquitto(Peer):
    """The broker, open to everybody on this machine, with nothing kept."""

    name = "mosquitto"

    def __init__(self, program: str) -> None:
        """`program`: its path."""
        super().__init__()
        self._program = program
        self._folder = TemporaryDirectory(prefix="halloo-bench-")
        self.control_port = self.port
        self.control = _Publisher(self.port)

    def command(self) -> list[str]:
        """See `Peer.command`."""
        path = Path(self._folder.name) / "mosquitto.conf"
        path.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nlog_type none\nset_tcp_nodelay true\nmax_queued_messages 0\n"
        )
        return [self._program, "-c", str(path)]

    def stop(self) -> None:
        """See `Peer.stop`."""
        super().stop()
        self._folder.cleanup()

    def first(self, path: str = "") -> bytes:  # noqa: ARG002 - MQTT has none
        """See `Peer.first`."""
        return _connect()

    def hello(self) -> Hello:
        """Connected, then subscribed."""

        def hello(socket: Socket, seen: bytes) -> bool:
            if seen == _CONNECTED:
                socket.answered()
                socket.transport.write(_packet(0x82, b"\x00\x01" + _text(_TOPIC) + b"\x00"))
                return False
            return _SUBSCRIBED in seen

        return hello
