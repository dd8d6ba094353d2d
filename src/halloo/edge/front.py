"""The outermost layer: refuses foreign host names, and what another name serves; an answer without a policy gets the strictest."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from halloo.csp.own import ERROR_POLICY
from halloo.edge.answers import Answers
from halloo.edge.errors import error_body
from halloo.edge.names import Names

_DEFAULTS = (
    (b"content-security-policy", ERROR_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NOT_FOUND, _MISDIRECTED = 404, 421


async def _misdirected(send: Send) -> None:
    await _refuse(send, _MISDIRECTED, error_body("unknown_host", "This server does not answer to that host name."))


async def _elsewhere(send: Send, origin: str) -> None:
    """What is asked has another host name: `details.host` says which."""
    if origin:
        body = error_body(
            "route_not_found", f"Under this host name there is no such address; {origin} has it.", {"host": origin}
        )
    else:
        body = error_body("route_not_found", "Under this host name there is no such address.")
    await _refuse(send, _NOT_FOUND, body)


async def _refuse(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class Front:
    """ASGI application around all others. A port in `Host` is not compared, since proxies and tunnels change it."""

    def __init__(
        self,
        app: ASGIApp,
        names: Names,
        bare: tuple[str, ...] = (),
        answers: Answers | None = None,
        under_any_name: frozenset[str] = frozenset(),
    ) -> None:
        """`names`: those the server answers to, and with what. Answers below the path prefixes `bare` choose all their headers.

        The paths `under_any_name` have a lock of their own: whoever calls them may know this server by another name.
        """
        self._app = app
        self._names = names
        self._bare = bare
        self._answers = answers or Answers()
        self._under_any_name = under_any_name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        kind: str = scope["type"]
        if kind == "http":
            await self._http(scope, receive, self._answers.counted(scope, send))
        elif kind != "websocket" or self._names.of(scope["headers"]) is not None:
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "unknown host"})  # 403 before the upgrade

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        owners = self._names.of(scope["headers"])
        if owners is not None:
            elsewhere = self._names.elsewhere(owners, path)
            if elsewhere is not None:
                await _elsewhere(_with_defaults(send), elsewhere)
                return
        elif path not in self._under_any_name:
            await _misdirected(_with_defaults(send))
            return
        await self._app(scope, receive, send if path.startswith(self._bare) else _with_defaults(send))


def _with_defaults(send: Send) -> Send:
    async def send_with_defaults(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message["headers"])
            names = {name.lower() for name, _ in headers}
            headers.extend(default for default in _DEFAULTS if default[0] not in names)
            message["headers"] = headers
        await send(message)

    return send_with_defaults
