"""Which application answers a path."""

from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

from halloo.api.public.app import PREFIX
from halloo.edge.errors import error_body
from halloo.relay.server import RELAY_PATHS, RelayServer


class Paths:
    """What the main listener answers; the most frequent first."""

    def __init__(
        self,
        management: ASGIApp,
        public: ASGIApp,
        embedded: list[tuple[str, Any]],
        exact: dict[str, ASGIApp],
    ) -> None:
        """`embedded`: applications for all that lies below a path; `exact`: for one path alone."""
        self._management = management
        self._public = public
        self._embedded = embedded
        self._exact = exact

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one request to its application."""
        if scope["type"] != "http":
            await self._management(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith(PREFIX):
            await self._public(scope, receive, send)
            return
        if path in self._exact:
            await self._exact[path](scope, receive, send)
            return
        for prefix, app in self._embedded:
            if path == prefix or path.startswith(f"{prefix}/"):
                await app(scope, receive, send)
                return
        await self._management(scope, receive, send)


class RescuePaths:
    """What the rescue relay's listener answers: the relay, and how it does."""

    def __init__(self, relay: RelayServer, health: dict[str, ASGIApp]) -> None:
        """`health`: applications by path."""
        self._relay = relay
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        if path in self._health:
            await self._health[path](scope, receive, send)
        elif path in RELAY_PATHS:
            await self._relay.plain(scope, receive, send)
        else:
            body = error_body("route_not_found", "There is nothing here but the rescue relay.")
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 404, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": False})
