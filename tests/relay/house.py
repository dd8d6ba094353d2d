"""A relay on a port of its own: uvicorn in this process, a database in a file, clients over real sockets."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator
from typing import Any, Self

import msgspec
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from halloo.db.connect import open_database
from halloo.edge.http import BoundedProtocol
from halloo.events.pump import Pump
from halloo.kit.clock import system_clock
from halloo.kit.ids import new_id
from halloo.relay.broker import Broker
from halloo.relay.handshake import Whence, from_anywhere
from halloo.relay.limits import Timing
from halloo.relay.server import RelayServer, mount
from halloo.relay.settings import Engine, RelaySettings
from halloo.relay.tokens import RelayTokens
from halloo.workspaces.model import ROLE_SCOPES, Actor
from tests.relay.twin import Json, TwinActions, say
from tests.support.pace import PATIENCE_S
from tests.support.product import Store

WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
WIDGET = "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
ORIGIN = "https://chat.example"
SHOP = "https://shop.example"
EPOCH = "e0"
QUICK = Timing(presence=100, read=300, cut=300, check=10**9, grace=50)


def allows(domains: Any, origin: str) -> bool:
    """Whether a list of domains allows an origin, as widgets decide it."""
    return not domains or origin in domains


class Client:
    """One end of a socket that reads frames one by one."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._frames: list[Json] = []

    async def say(self, **frame: Any) -> None:
        await self.connection.send(msgspec.json.encode(frame).decode())

    async def hear(self, seconds: float = PATIENCE_S) -> Json:
        """The next frame."""
        if not self._frames:
            text = await asyncio.wait_for(self.connection.recv(), seconds)
            assert isinstance(text, str)
            self._frames = [msgspec.json.decode(line) for line in text.split("\n")]
        return self._frames.pop(0)

    async def until(self, t: str, seconds: float = PATIENCE_S) -> Json:
        """The next frame of a kind; others are passed over."""
        while True:
            frame = await self.hear(seconds)
            if frame["t"] == t:
                return frame

    async def events(self, count: int, seconds: float = PATIENCE_S) -> list[Json]:
        return [await self.until("event", seconds) for _ in range(count)]

    async def quiet(self, seconds: float = 0.15) -> bool:
        """Whether no event comes for a while."""
        try:
            await self.until("event", seconds)
        except TimeoutError:
            return True
        return False

    async def closed(self, seconds: float = PATIENCE_S) -> int:
        """The code that the server closes with."""
        try:
            while True:
                await self.hear(seconds)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 1006

    async def close(self) -> None:
        await self.connection.close()


class House:
    """The relay with everything around it."""

    def __init__(self, store: Store, engine: Engine, timing: Timing, **settings: Any) -> None:
        self._store = store
        self.database = open_database(store.url, system_clock)
        self.tokens = RelayTokens(b"k" * 32, system_clock)
        self.actions = TwinActions(self.database)
        broker: Broker | None = settings.pop("broker", None)
        whence: Whence = settings.pop("whence", from_anywhere)
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        self.port: int = sock.getsockname()[1]
        self._socket = sock
        self.pump = Pump(self.database)
        self.relay: RelayServer = mount(
            database=self.database,
            pump=self.pump,
            tokens=self.tokens,
            actions=self.actions,
            settings=RelaySettings(engine=engine, **settings),
            hosts=["127.0.0.1"],
            origins=[ORIGIN],
            decide=allows,
            broker=broker,
            timing=timing,
            whence=whence,
        )
        self.pump.read_by(self.relay.reader)
        config = uvicorn.Config(
            self.app,
            http=BoundedProtocol,
            ws=self.relay.protocol,  # type: ignore[arg-type] - wider than its stub says
            log_config=None,
            lifespan="off",
            interface="asgi3",
        )
        self.server = uvicorn.Server(config)
        self._serving: asyncio.Task[None] | None = None
        self.clients: list[Client] = []
        self.writers: list[asyncio.StreamWriter] = []

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        await self.relay.plain(scope, receive, send)

    async def __aenter__(self) -> Self:
        await self.relay.start()
        self._serving = asyncio.create_task(self.server.serve([self._socket]))
        while not self.server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.005)
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self.clients:
            with contextlib.suppress(Exception):
                client.connection.transport.abort()
        for writer in self.writers:
            writer.transport.abort()
            writer.close()
        for connection in list(self.relay.shared.connections):
            connection.link.abort()
        await asyncio.sleep(0.01)
        await self.relay.stop()
        for server in self.server.servers:
            server.close()
        if self._serving is not None:
            self._serving.cancel()  # its own way out sleeps
            with contextlib.suppress(asyncio.CancelledError):
                await self._serving
        await self.database.close()
        await self.relay.close()

    # ── tokens and facts ──────────────────────────────────────────────────────────────────────────────────────────

    def visitor(self, visitor_id: str | None = None, **claims: Any) -> str:
        """A visitor's token."""
        return self.tokens.issue_visitor(
            workspace_id=claims.pop("workspace_id", WORKSPACE),
            visitor_id=visitor_id or new_id(),
            name=claims.pop("name", "visitor1"),
            widget_id=claims.pop("widget_id", WIDGET),
            parent_origin=claims.pop("parent_origin", SHOP),
            **claims,
        )

    def operator(self, operator_id: str = "op-1", workspace_id: str = WORKSPACE, *, away: bool = False) -> str:
        """An operator's token."""
        who = Actor("operator", workspace_id, operator_id, "Grace", "operator", ROLE_SCOPES["operator"])
        return self.tokens.issue_operator(who, away=away)

    async def fact(self, conversation_id: str, text: str = "", visitor_id: str | None = None, **more: Any) -> None:
        """Something was said."""
        data = msgspec.json.encode({"content": text})
        await self.database.write(WORKSPACE, say, conversation_id, visitor_id, data, **more)

    def program(self, token_id: str) -> str:
        """A program's token."""
        scopes = frozenset({"conversations:read"})
        return self.tokens.issue_operator(Actor("integration", WORKSPACE, token_id, "CRM", scopes=scopes))

    async def raw_fact(self, conversation_id: str, data: bytes) -> None:
        """A fact with bytes of the test's own."""
        await self.database.write(WORKSPACE, say, conversation_id, None, data)

    async def facts(self, conversation_id: str, count: int, **more: Any) -> None:
        """Facts `0`, `1`, … in one group."""
        await asyncio.gather(*(self.fact(conversation_id, str(n), **more) for n in range(count)))

    async def elsewhere(self, conversation_id: str, count: int) -> None:
        """Facts that another process writes: no pump of ours sees them."""
        other = open_database(self._store.url, system_clock)
        for n in range(count):
            await other.write(WORKSPACE, say, conversation_id, None, msgspec.json.encode({"content": str(n)}))
        await other.close()

    # ── clients ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def dial(self, path: str = "/relay", origin: str | None = ORIGIN, **options: Any) -> Client:
        """A socket that said nothing yet."""
        options = {"compression": None, "max_size": None, "ping_interval": None, "proxy": None, **options}
        connection = await connect(f"ws://127.0.0.1:{self.port}{path}", origin=origin, **options)  # type: ignore[arg-type] - wider than its stub says
        client = Client(connection)
        self.clients.append(client)
        return client

    async def enter(self, role: str, token: str, streams: list[Any] | None = None, **options: Any) -> Client:
        """A socket that said `connect`."""
        client = await self.dial(**options)
        await client.say(t="connect", v=1, role=role, token=token, tab="t", streams=streams or [])
        return client

    async def live(self, role: str, token: str, streams: list[Any] | None = None, **options: Any) -> Client:
        """A socket that is live; what came before is swallowed."""
        client = await self.enter(role, token, streams, **options)
        await client.until("live")
        return client


@contextlib.asynccontextmanager
async def house(store: Store, engine: Engine, timing: Timing = QUICK, **settings: Any) -> AsyncGenerator[House]:
    """A relay for one test."""
    async with House(store, engine, timing, **settings) as made:
        yield made
