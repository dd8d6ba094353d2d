"""The relay as the composition root sees it: build it, mount it in uvicorn, start it, stop it."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterable
from typing import Any

from halloo.db.engine import Database
from halloo.events.pump import Reader
from halloo.kit.clock import SECOND, Clock, system_clock
from halloo.relay.actions_port import RelayActions
from halloo.relay.admission import Admission
from halloo.relay.broker import Broker, MemoryBroker
from halloo.relay.fanout import Fanout
from halloo.relay.frames import RESTART, ReconnectFrame
from halloo.relay.handshake import Doors
from halloo.relay.hub import Decide, Hub
from halloo.relay.limits import Timing, limits_of, timing_of
from halloo.relay.log import DatabaseLog
from halloo.relay.session import Rules
from halloo.relay.settings import RelaySettings
from halloo.relay.shared import Shared, Socket
from halloo.relay.streaming import SEND_PATH, STREAM_PATH, Streaming
from halloo.relay.tokens import RelayTokens

logger = logging.getLogger("halloo.relay")
_A_SECOND = 1_000
"""Sockets asked to come back in a second while the server stops."""
_SPREAD_MIN_MS = 2 * SECOND
_BUSY_S = 5
_LAST_S = 1.5


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

    async def stop(self) -> None:
        """Ask every client to come back, spread over max(2 s, sockets / 1000 s), and close each when its turn comes.

        What clients have asked for before is finished, as far as that takes no more than 5 seconds.
        """
        self.shared.draining = True
        sockets = list(self.shared.connections)
        spread = max(_SPREAD_MIN_MS, len(sockets) * 1000 // _A_SECOND)
        for socket in sockets:
            socket.answer(ReconnectFrame(random.randrange(spread)))  # noqa: S311 - jitter
        if sockets:
            await self._end_all(sockets, spread / 1000)
        if self._checking is not None:
            self._checking.cancel()
        self.hub.wheel.stop()
        await self._broker.stop()

    async def _end_all(self, sockets: list[Socket], spread_s: float) -> None:
        pause = spread_s / len(sockets)
        pending: list[Socket] = []
        for at, socket in enumerate(sockets):
            if at:
                await asyncio.sleep(pause)
            if socket.busy:
                pending.append(socket)
            else:
                socket.end(RESTART)
        await _until(lambda: not any(socket.busy for socket in pending), _BUSY_S)
        for socket in [*pending, *self.shared.connections]:
            socket.end(RESTART)
        await _until(lambda: not self.shared.connections, _LAST_S)


async def _until(done: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not done() and time.monotonic() < ends:  # noqa: ASYNC110 - many sockets, none of which knows of the others
        await asyncio.sleep(0.02)


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
