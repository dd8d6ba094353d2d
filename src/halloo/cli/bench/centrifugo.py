"""Centrifugo beside the relay, where it is installed: its WebSocket with JSON, one channel, published over its HTTP API."""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from halloo.cli.bench.control import body
from halloo.cli.bench.peers import Peer, greeting
from halloo.cli.bench.swarm import Hello, Socket, dial, masked

_KEY = "bench"
_CHANNEL = "bench"


class _Published:
    """Publishes from here, since Centrifugo takes messages over HTTP only; answers like `control.Control`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._number = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, command: str) -> Any:
        """`publish <turns> <burst>`: each turn is one request."""
        _, turns, burst = command.split()
        for _ in range(int(turns)):
            await self._request(int(burst))
        return self._number

    async def _request(self, burst: int) -> None:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        commands = [
            {"publish": {"channel": _CHANNEL, "data": json.loads(body(self._number + n + 1))}} for n in range(burst)
        ]
        self._number += burst
        data = json.dumps({"commands": commands}, separators=(",", ":")).encode()
        head = (
            f"POST /api/batch HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {_KEY}\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        writer.write(head.encode() + data)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()


class Centrifugo(Peer):
    """The server, with memory engine and without history."""

    name = "centrifugo"

    def __init__(self, program: str) -> None:
        """`program`: its path."""
        super().__init__()
        self._program = program
        self._folder = TemporaryDirectory(prefix="halloo-bench-")
        self.control_port = self.port
        self.control = _Published(self.port)

    def command(self) -> list[str]:
        """See `Peer.command`."""
        settings: dict[str, Any] = {
            "http_server": {"address": "127.0.0.1", "port": self.port},
            "http_api": {"key": _KEY},
            "client": {"allowed_origins": ["*"], "insecure": True, "ping_interval": "3600s"},
            "channel": {
                "without_namespace": {"allow_subscribe_for_anonymous": True, "allow_subscribe_for_client": True}
            },
            "log": {"level": "none"},
        }
        path = Path(self._folder.name) / "config.json"
        path.write_text(json.dumps(settings))
        return [self._program, "--config", str(path)]

    def stop(self) -> None:
        """See `Peer.stop`."""
        super().stop()
        self._folder.cleanup()

    def hello(self) -> Hello:
        """Connect and subscribe in one frame."""
        lines = (json.dumps({"id": 1, "connect": {}}), json.dumps({"id": 2, "subscribe": {"channel": _CHANNEL}}))
        return greeting(masked("\n".join(lines).encode()), lambda seen: b'"id":2' in seen and b'"subscribe"' in seen)

    async def open(self, number: int) -> Socket:  # noqa: ARG002 - one like the other
        """See `Peer.open`."""
        first = self.first("/connection/websocket")
        return await dial(self.port, lambda: Socket(self.tally, first, self.hello()))
