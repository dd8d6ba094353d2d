"""The same server on a port, and clients of its relay."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from halloo.app import Halloo
from halloo.edge.http import BoundedProtocol
from tests.support.api import ORIGIN

Frame = dict[str, Any]


@dataclass
class Socket:
    """One client; what it heard is kept."""

    connection: ClientConnection
    waiting: list[Frame] = field(default_factory=list[Frame])
    code: int | None = None

    async def say(self, **frame: Any) -> None:
        with contextlib.suppress(ConnectionClosed):
            await self.connection.send(json.dumps(frame))

    async def hear(self, seconds: float) -> Frame | None:
        """The next frame, or None when none comes or the connection is over; `code` says with what."""
        if not self.waiting:
            try:
                text = await asyncio.wait_for(self.connection.recv(), seconds)
            except TimeoutError:
                return None
            except ConnectionClosed as closed:
                self.code = closed.rcvd.code if closed.rcvd is not None else 1006
                return None
            assert isinstance(text, str)
            self.waiting = [json.loads(line) for line in text.split("\n")]
        return self.waiting.pop(0)

    async def all(self, seconds: float = 0.3) -> list[Frame]:
        """Everything that comes until nothing does for a while."""
        found: list[Frame] = []
        while (frame := await self.hear(seconds)) is not None:
            found.append(frame)
        return found

    async def answer(self) -> list[Frame]:
        """The next frame that is no hint, unless the connection ends."""
        while (frame := await self.hear(5)) is not None:
            if frame["t"] != "hint":
                return [frame]
        return []


@dataclass
class Port:
    """Where the relay listens."""

    number: int
    sockets: list[Socket] = field(default_factory=list[Socket])

    async def dial(self) -> Socket:
        """A connection that said nothing yet."""
        address = f"{ORIGIN.replace('https:', 'ws:')}/relay"
        there: Any = {"host": "127.0.0.1", "port": self.number, "origin": ORIGIN}
        connection = await connect(address, **there, proxy=None, ping_interval=None, close_timeout=1)
        made = Socket(connection)
        self.sockets.append(made)
        return made

    async def enter(self, role: str, token: str, streams: list[str], **more: Any) -> Socket:
        """A connection that said `connect`; what it was greeted with is passed over."""
        made = await self.dial()
        wanted = [{"id": stream} for stream in streams]
        await made.say(t="connect", v=1, role=role, token=token, tab="t", streams=wanted, **more)
        while (frame := await made.hear(5)) is not None and frame["t"] != "live":
            pass
        return made


@asynccontextmanager
async def listening(halloo: Halloo) -> AsyncGenerator[Port]:
    """Serve on a free port of this machine."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen(64)
        port = Port(bound.getsockname()[1])
        settings = uvicorn.Config(
            halloo.asgi,
            http=BoundedProtocol,
            ws=cast("Any", halloo.relay.protocol),
            lifespan="off",
            log_level="critical",
            access_log=False,
            proxy_headers=False,
        )
        server = uvicorn.Server(settings)
        await halloo.relay.start()
        serving = asyncio.create_task(server.serve([bound]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.005)
        try:
            yield port
        finally:
            for one in port.sockets:
                one.connection.transport.abort()
            for peer in halloo.relay.hub.peers():
                peer.link.abort()
            await asyncio.sleep(0.01)
            await halloo.relay.stop()
            server.should_exit = True
            await serving
