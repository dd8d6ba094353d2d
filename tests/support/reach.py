"""Where the product is, how it is called, and the times that a client lives by."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import WebSocketException

TROUBLE = (OSError, EOFError, WebSocketException, TimeoutError)
"""What goes wrong with a line."""


class Trouble(Exception):
    """The product could not do it just now."""


@dataclass(frozen=True)
class Manner:
    """The times a client lives by, in seconds: those of the browser, with its widget open."""

    base: float = 0.5
    patience: float = 4
    later: float = 30
    connect: float = 10
    pong: float = 8
    retry: float = 3
    quiet: float = 2
    """How long a line may be down before the visitor is told."""


BROWSER = Manner()
QUICK = Manner(base=0.1, patience=0.8, later=1, connect=3, pong=1.5, retry=0.2)
"""In a hurry, so that a test of a few seconds sees many reconnects."""


@dataclass
class Reach:
    """Where the product is: its ports, one a node or a proxy, and what `halloo init` said."""

    ports: Sequence[int]
    origin: str
    widget_id: str
    workspace_id: str
    token: str

    async def http(
        self, port: int, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Call the API and return the status and the answer's JSON. Raises one of `TROUBLE` where no whole answer came."""
        return await asyncio.to_thread(_http, f"http://127.0.0.1:{port}{path}", self._host, method, body, headers or {})

    @property
    def _host(self) -> str:
        return self.origin.partition("://")[2]


def _http(url: str, host: str, method: str, body: object, headers: dict[str, str]) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    kind = {} if body is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data, {"Host": host, **kind, **headers}, method=method)
    try:
        status, text = _answered(request)
    except OSError:
        raise
    except Exception as error:
        raise EOFError(str(error)) from error
    if not text and status != 204:
        raise EOFError("the line was cut within the headers")  # `http.client` takes what came for all there were
    try:
        return status, json.loads(text) if text else None
    except ValueError as error:
        raise EOFError(str(error)) from error


def _answered(request: urllib.request.Request) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read()
