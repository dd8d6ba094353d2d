"""The outermost layer: refuses foreign host names, and gives every answer without its own policy the strictest one."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from halloo.edge.answers import Answers
from halloo.edge.errors import error_body

_HOST = re.compile(rb"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?")
_POLICY = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_DEFAULTS = (
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_MISDIRECTED = 421


def host_names(public_url: str, further: Iterable[str] = ()) -> frozenset[str]:
    """The names that the server answers to: that of its public URL and the configured ones, without ports."""
    names = [urlsplit(public_url).hostname or "", *further]
    return frozenset(name.strip().lower() for name in names if name.strip())


async def _misdirected(_scope: Scope, _receive: Receive, send: Send) -> None:
    body = error_body("unknown_host", "This server does not answer to that host name.")
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": _MISDIRECTED, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class Front:
    """ASGI application around all others. A port in `Host` is not compared, since proxies and tunnels change it."""

    def __init__(
        self,
        app: ASGIApp,
        names: frozenset[str],
        bare: tuple[str, ...] = (),
        answers: Answers | None = None,
        under_any_name: frozenset[str] = frozenset(),
    ) -> None:
        """`names` as `host_names` gives them. Answers below the path prefixes `bare` choose all their headers.

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
            send = self._answers.counted(scope, send)
            if scope["path"] not in self._under_any_name and not self.knows(scope["headers"]):
                await _misdirected(scope, receive, _with_defaults(send))
            else:
                bare = scope["path"].startswith(self._bare)
                await self._app(scope, receive, send if bare else _with_defaults(send))
        elif kind != "websocket" or self.knows(scope["headers"]):
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "unknown host"})  # 403 before the upgrade

    def knows(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether there is exactly one `Host`, and it is one of ours."""
        hosts = [value for name, value in headers if name.lower() == b"host"]
        if len(hosts) != 1:
            return False
        found = _HOST.fullmatch(hosts[0].lower())
        return found is not None and found[1].decode().strip("[]") in self._names


def _with_defaults(send: Send) -> Send:
    async def send_with_defaults(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message["headers"])
            names = {name.lower() for name, _ in headers}
            headers.extend(default for default in _DEFAULTS if default[0] not in names)
            message["headers"] = headers
        await send(message)

    return send_with_defaults
