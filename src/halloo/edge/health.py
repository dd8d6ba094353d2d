"""`/healthz`: whether this server can work, and what `halloo doctor` asks of what stands in front of it.

`?probe=address` also says from where the server sees the caller come, and its time. An address inside of a network is only
called so: what the machines behind the proxy are called is nobody's business. `?probe=headers` brings a header of 8 KiB.
"""

import asyncio
import ipaddress
from collections.abc import Callable
from typing import Any

from litestar.types import Receive, Scope, Send

from halloo.db.directory import find_meta
from halloo.db.engine import DIRECTORY, Database
from halloo.edge.address import Network, client_address
from halloo.edge.errors import error_body
from halloo.kit.clock import Clock
from halloo.kit.json import dump

PADDING = 8 * 1024
_PATIENCE_S = 5


class Health:
    """200 while the database answers and the server is not about to stop."""

    def __init__(
        self, database: Database, clock: Clock, trusted: tuple[Network, ...], stopping: Callable[[], bool]
    ) -> None:
        """`trusted`: the proxies whose word on the caller's address counts."""
        self._database = database
        self._clock = clock
        self._trusted = trusted
        self._stopping = stopping

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        status, body = 200, b'{"status":"ok"}'
        headers = [(b"content-type", b"application/json")]
        probe = scope["query_string"]
        if probe == b"probe=address":
            body = dump({"status": "ok", "address": self._seen(scope), "time": self._clock()})
        elif probe == b"probe=headers":
            headers.append((b"x-halloo-padding", b"x" * PADDING))
        try:
            await asyncio.wait_for(self._database.read(DIRECTORY, find_meta, "epoch"), _PATIENCE_S)
        except Exception:  # noqa: BLE001 - whatever it was, we are not healthy
            status, body = 503, error_body("unavailable", "The database does not answer.")
        if self._stopping():
            status, body = 503, error_body("unavailable", "This server is about to stop.")
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _seen(self, scope: Any) -> str:
        peer = scope.get("client")
        forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        seen = client_address(peer[0] if peer else None, forwarded, self._trusted)
        if seen is None:
            return "unknown"
        return "internal" if ipaddress.ip_address(seen).is_private else seen
