"""The relay as the composition root sees it: build it, mount it in uvicorn, start it, stop it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from halloo.db.engine import DIRECTORY, Database
from halloo.db.sqlite import SqliteDatabase, data_version
from halloo.events.pump import Pump, Reader
from halloo.kit.clock import Clock, system_clock
from halloo.relay.actions_port import RelayActions
from halloo.relay.admission import Admission
from halloo.relay.broker import Broker, MemoryBroker
from halloo.relay.draining import drain, spread_ms
from halloo.relay.fanout import Fanout
from halloo.relay.follower import Follower
from halloo.relay.handshake import PATH, Doors, Whence, from_anywhere
from halloo.relay.hub import Decide, Hub
from halloo.relay.limits import Timing, limits_of, timing_of
from halloo.relay.log import DatabaseLog
from halloo.relay.session import Rules
from halloo.relay.settings import RelaySettings
from halloo.relay.shared import Shared
from halloo.relay.sharing import Sharing
from halloo.relay.streaming import SEND_PATH, STREAM_PATH, Streaming
from halloo.relay.streamsecrets import StreamSecrets
from halloo.relay.tokens import RelayTokens

RELAY_PATHS = frozenset({PATH, STREAM_PATH, SEND_PATH})
logger = logging.getLogger("halloo.relay")
_PATIENCE_S = 0.03
"""How long a fact that another node committed may be on its way before the log is asked for it."""


def monotonic_clock() -> int:
    """Milliseconds that never go back."""
    return time.monotonic_ns() // 1_000_000


class RelayServer:
    """One node of the relay."""

    def __init__(
        self, shared: Shared, settings: RelaySettings, broker: Broker, follower: Follower, secrets: StreamSecrets
    ) -> None:
        """See `mount`."""
        self.shared = shared
        self._engine = settings.engine
        self.broker = broker
        self._follower = follower
        self._tasks: list[asyncio.Task[None]] = []
        self.node = broker.node
        self.hub = shared.hub
        self.streaming = Streaming(shared, broker, secrets, alone=isinstance(broker, MemoryBroker))
        self.reader: Reader = Fanout(shared.hub).read
        """Hand it to `Pump.read_by`."""

    def protocol(self, *, config: Any, server_state: Any, app_state: Any, _loop: Any = None) -> asyncio.BaseProtocol:  # noqa: ARG002 - the protocol's
        """One socket that wants to upgrade: hand this method to `uvicorn.Config(ws=…)`."""
        if self._engine == "picows":
            from halloo.relay.picows_engine import PicowsProtocol  # noqa: PLC0415 - the other engine is not needed

            return PicowsProtocol(self.shared)
        from halloo.relay.websockets_engine import WebsocketsProtocol  # noqa: PLC0415 - the other engine is not needed

        return WebsocketsProtocol(self.shared)

    async def plain(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI answer to a request for /relay that is no upgrade: a stream, frames for one, or 426."""
        if scope["path"] in (STREAM_PATH, SEND_PATH):
            await self.streaming(scope, receive, send)
            return
        body = b'{"error":"upgrade_required","message":"The relay speaks WebSocket.","details":{}}'
        headers = [(b"content-type", b"application/json"), (b"upgrade", b"websocket"), (b"connection", b"upgrade")]
        headers += [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 426, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    @property
    def ready(self) -> bool:
        """Whether upgrades are taken: the relay's part in the server's readiness."""
        return bool(self._tasks) and not self.shared.draining

    async def start(self) -> None:
        """Begin; on the loop that serves."""
        await self.broker.start()
        self.hub.wheel.start()
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._check()), loop.create_task(self._follower.run())]

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(self.shared.timing.check / 1000)
            try:
                await self.hub.check()
            except Exception:
                logger.exception("The log could not be asked whether this node fell behind; asking again")

    def refuse_newcomers(self) -> int:
        """The stop is near: nobody new is let in. How long connections are given to come back, in milliseconds."""
        self.shared.draining = True
        return spread_ms(len(self.shared.connections))

    async def stop(self) -> None:
        """Let every connection go, in its own time, and then stop; see `drain`."""
        self.refuse_newcomers()
        await drain(self.shared)
        for task in self._tasks:
            task.cancel()
        self.hub.wheel.stop()

    async def close(self) -> None:
        """Let go of the other nodes: call it when nothing is written any more, so that they hear of everything."""
        await self.broker.stop()


def mount(  # noqa: PLR0913 - the composition root hands in what there is
    *,
    database: Database,
    pump: Pump,
    tokens: RelayTokens,
    actions: RelayActions,
    settings: RelaySettings,
    hosts: Iterable[str],
    origins: Iterable[str],
    decide: Decide,
    broker: Broker | None = None,
    wall: Clock = system_clock,
    timing: Timing | None = None,
    whence: Whence = from_anywhere,
    relays: Iterable[str] = (),
) -> RelayServer:
    """Build a node.

    `hosts`: the values of `Host` that upgrades may name (empty: any), `relays`: those of them that are the relay's (empty:
    all). `origins`: the public origins, one of which every upgrade names. `decide(domains, origin)`: whether a widget's list
    allows an embedding origin.
    `whence`: by which address newcomers are counted.
    """
    timing = timing or timing_of(settings)
    broker = broker or open_broker(settings)
    hub = Hub(DatabaseLog(database), pump, broker, timing, monotonic_clock, wall, decide)
    told = not isinstance(broker, MemoryBroker)
    pump.patience_s = _PATIENCE_S if told else 0
    Sharing(broker, pump, monotonic_clock)
    follower = Follower(pump, hub, broker, _version_of(database), told=told)
    rules = Rules(limits_of(settings), timing, tokens.open)
    doors = Doors(frozenset(host.lower() for host in hosts), frozenset(origins), frozenset(relays))
    admission = Admission(settings.handshakes_per_second, monotonic_clock)
    shared = Shared(hub, rules, actions, doors, monotonic_clock, wall, admission, whence)
    return RelayServer(shared, settings, broker, follower, tokens.streams)


def open_broker(settings: RelaySettings) -> Broker:
    """The broker that the settings name. Raises `ValueError` with a sentence for an address that cannot be one."""
    if not settings.broker_url:
        return MemoryBroker()
    from halloo.relay.valkey_broker import ValkeyBroker  # noqa: PLC0415 - one process alone needs no client

    return ValkeyBroker(settings.broker_url, settings.broker_prefix)


def _version_of(database: Database) -> Callable[[], Awaitable[int]] | None:
    if not isinstance(database, SqliteDatabase):
        return None
    return lambda: database.write(DIRECTORY, data_version)
