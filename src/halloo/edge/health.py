"""`/healthz`: whether this process lives. `/readyz`: whether it should be sent anybody.

Alive is who answers: the process and its loop. The database is not asked, since no restart of ours would bring it back, and a
server that stops is alive until it has. Ready is more: the database answers, and the relay takes connections. Without its broker
a server is `degraded`, and ready all the same: the log stands in.

`/healthz` also answers what `halloo doctor` asks of what stands in front of it. `?probe=address` says from where the server sees
the caller come, and its time. An address inside of a network is only called so: what the machines behind the proxy are called is
nobody's business. `?probe=headers` brings a header of 8 KiB.
"""

import ipaddress
from typing import Any, Literal

from litestar.types import Receive, Scope, Send

from halloo.edge.address import Network, client_address
from halloo.edge.pulse import PATIENCE_S, Pulse
from halloo.kit.clock import Clock
from halloo.kit.json import dump
from halloo.relay.server import RelayServer

PADDING = 8 * 1024
DatabasePart = Literal["ok", "silent", "stuck"]
RelayPart = Literal["ok", "starting", "draining"]
BrokerPart = Literal["ok", "down", "none"]
Headers = list[tuple[bytes, bytes]]


class Alive:
    """200 as long as anything answers at all."""

    def __init__(self, clock: Clock, trusted: tuple[Network, ...]) -> None:
        """`trusted`: the proxies whose word on the caller's address counts."""
        self._clock = clock
        self._trusted = trusted

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        body, headers = b'{"status":"ok"}', Headers()
        probe = scope["query_string"]
        if probe == b"probe=address":
            body = dump({"status": "ok", "address": self._seen(scope), "time": self._clock()})
        elif probe == b"probe=headers":
            headers.append((b"x-halloo-padding", b"x" * PADDING))
        await _answer(send, 200, body, headers)

    def _seen(self, scope: Any) -> str:
        peer = scope.get("client")
        forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        seen = client_address(peer[0] if peer else None, forwarded, self._trusted)
        if seen is None:
            return "unknown"
        return "internal" if ipaddress.ip_address(seen).is_private else seen


class Ready:
    """200 while this server can work, 503 while it cannot; which part it is that cannot stands in the answer."""

    def __init__(self, pulse: Pulse, relay: RelayServer, patience_s: float = PATIENCE_S) -> None:
        """`patience_s`: how long the database has to answer."""
        self._pulse = pulse
        self._relay = relay
        self._patience_s = patience_s

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        parts: dict[str, str] = {
            "database": await self._database(),
            "relay": relay_part(self._relay),
            "broker": broker_part(self._relay),
        }
        ready = parts["database"] == parts["relay"] == "ok"
        status = "unready" if not ready else "degraded" if parts["broker"] == "down" else "ready"
        await _answer(send, 200 if ready else 503, dump({"status": status, "parts": parts}), [])

    async def _database(self) -> DatabasePart:
        if await self._pulse.beat(self._patience_s) is None:
            return "silent"
        return "stuck" if self._pulse.stuck() else "ok"


def relay_part(relay: RelayServer) -> RelayPart:
    """Whether connections are taken."""
    if relay.shared.draining:
        return "draining"
    return "ok" if relay.ready else "starting"


def broker_part(relay: RelayServer) -> BrokerPart:
    """Whether other nodes are told; `none` where this one is alone."""
    broker = relay.broker
    if broker.tally.kind == "memory":
        return "none"
    return "ok" if broker.up else "down"


async def _answer(send: Send, status: int, body: bytes, headers: Headers) -> None:
    headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status != 200:  # noqa: PLR2004 - HTTP
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
