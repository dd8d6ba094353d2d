"""The relay as the composition root sees it: build it, mount it in uvicorn, start it, stop it."""

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import Any

from halloo.db.engine import Database
from halloo.events.pump import Reader
from halloo.kit.clock import Clock, system_clock
from halloo.relay.actions_port import RelayActions
from halloo.relay.admission import Admission
from halloo.relay.broker import Broker, MemoryBroker
from halloo.relay.draining import drain, spread_ms
from halloo.relay.fanout import Fanout
from halloo.relay.handshake import PATH, Doors
from halloo.relay.hub import Decide, Hub
from halloo.relay.limits import Timing, limits_of, timing_of
from halloo.relay.log import DatabaseLog
from halloo.relay.session import Rules
from halloo.relay.settings import RelaySettings
from halloo.relay.shared import Shared
from halloo.relay.streaming import SEND_PATH, STREAM_PATH, Streaming
from halloo.relay.tokens import RelayTokens

RELAY_PATHS = frozenset({PATH, STREAM_PATH, SEND_PATH})
logger = logging.getLogger("halloo.relay")


def monotonic_clock() -> int:
    """Milliseconds that never go back."""
    return time.monotonic_ns() // 1_000_000


class RelayServer:
    """One node of the relay."""

    def __init__(self, shared: Shared, settings: RelaySettings, broker: Broker) -> None:
        """See `mount`."""
        self.shared = shared
        self._engine = settings.engine
        self._broker = broker
        self._checking: asyncio.Task[None] | None = None
        self.node = broker.node
        self.hub = shared.hub
        self.streaming = Streaming(shared, broker, alone=isinstance(broker, MemoryBroker))
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
        return self._checking is not None and not self.shared.draining

    async def start(self) -> None:
        """Begin; on the loop that serves."""
        await self._broker.start()
        self.hub.wheel.start()
        self._checking = asyncio.get_running_loop().create_task(self._check())

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
        if self._checking is not None:
            self._checking.cancel()
        self.hub.wheel.stop()
        await self._broker.stop()


def mount(  # noqa: PLR0913 - the composition root hands in what there is
    *,
    database: Database,
    tokens: RelayTokens,
    actions: RelayActions,
    settings: RelaySettings,
    hosts: Iterable[str],
    origins: Iterable[str],
    decide: Decide,
    broker: Broker | None = None,
    wall: Clock = system_clock,
    timing: Timing | None = None,
) -> RelayServer:
    """Build a node.

    `hosts`: the values of `Host` that upgrades may name (empty: any). `origins`: the public origins, one of which
    every upgrade names. `decide(domains, origin)`: whether a widget's list allows an embedding origin.
    """
    timing = timing or timing_of(settings)
    broker = broker or MemoryBroker()
    hub = Hub(DatabaseLog(database), broker, timing, monotonic_clock, wall, decide)
    rules = Rules(limits_of(settings), timing, tokens.open)
    doors = Doors(frozenset(host.lower() for host in hosts), frozenset(origins))
    admission = Admission(settings.handshakes_per_second, monotonic_clock)
    shared = Shared(hub, rules, actions, doors, monotonic_clock, wall, admission)
    return RelayServer(shared, settings, broker)
