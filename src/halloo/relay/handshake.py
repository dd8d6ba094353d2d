"""What a WebSocket upgrade must bring before it is answered with 101 (embedding contract 11), and a stream before its 200.

No middleware of the HTTP side runs before an upgrade, so that host, path, origin and address are checked here, by the same
functions for all engines.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl

PATH = "/relay"
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?")
_RETRY_S = (1, 5)
"""Who is refused for now comes back some time between these, so that a storm does not come back as one."""
_SECRETS = ("hvt_", "hlt_")
Whence = Callable[[str | None, Sequence[str]], str | None]
"""Whom a newcomer is counted with, by the peer's address and the values of `X-Forwarded-For`; None: with nobody."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Under which names the relay answers.

    `hosts`: host names in lower case, without ports, which proxies and tunnels change; empty: any. `origins`: the
    public origins of widget host and inbox, one of which every upgrade must name exactly. `relays`: those of `hosts` that
    are the relay's, where it has names of its own; empty: all.
    """

    hosts: frozenset[str]
    origins: frozenset[str]
    relays: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Turned:
    """An upgrade that was turned away: the HTTP answer."""

    status: HTTPStatus
    message: str
    retry_after_s: int | None = None

    def render(self) -> bytes:
        """The whole answer; the connection is closed after it."""
        body = self.message.encode()
        retry = f"Retry-After: {self.retry_after_s}\r\n" if self.retry_after_s is not None else ""
        if self.status is HTTPStatus.UPGRADE_REQUIRED:
            retry += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        head = (
            f"HTTP/1.1 {self.status.value} {self.status.phrase}\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n"
            f"{retry}"
            "Cache-Control: no-store\r\n"
            "Connection: close\r\n\r\n"
        )
        return head.encode() + body


_REASONS: dict[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "malformed",
    HTTPStatus.FORBIDDEN: "origin",
    HTTPStatus.NOT_FOUND: "path",
    HTTPStatus.MISDIRECTED_REQUEST: "host",
    HTTPStatus.UPGRADE_REQUIRED: "no_upgrade",
    HTTPStatus.SERVICE_UNAVAILABLE: "busy",
}


def reason_of(turned: Turned) -> str:
    """Why, in a word, for those who count."""
    return _REASONS.get(turned.status, "other")


NO_REQUEST = Turned(HTTPStatus.BAD_REQUEST, "This is no HTTP request.")


def later(message: str) -> Turned:
    """Not now: 503, with a moment of chance to come back in."""
    return Turned(HTTPStatus.SERVICE_UNAVAILABLE, message, random.randint(*_RETRY_S))  # noqa: S311 - jitter


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The request as it came: target and headers, names in lower case."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]

    def values(self, name: str) -> list[str]:
        """Every value of a header, one for each time it came."""
        return [value for key, value in self.headers if key == name]


def read_upgrade(head: bytes) -> Upgrade | None:
    """The request in a replayed head, or None for what is none."""
    lines = head.decode("latin-1").split("\r\n")
    first = lines[0].split(" ")
    if len(first) != 3:  # noqa: PLR2004 - method, target, version
        return None
    pairs = (line.partition(":") for line in lines[1:] if line)
    return Upgrade(first[0], first[1], [(name.strip().lower(), value.strip()) for name, _, value in pairs])


def from_anywhere(_peer: str | None, _forwarded: Sequence[str]) -> None:
    """A `Whence` that counts newcomers with nobody."""


def _host_name(host: str) -> str:
    """The name in a `Host` header; empty for what is none."""
    found = _HOST.fullmatch(host.lower())
    return "" if found is None else found[1].strip("[]")


def turn_away(upgrade: Upgrade, doors: Doors) -> Turned | None:
    """Why an upgrade is refused, or None: come in."""
    turned = misdirected(upgrade, doors)
    if turned is None and upgrade.target.partition("?")[0] != PATH:
        turned = Turned(HTTPStatus.NOT_FOUND, "There is nothing here; the relay is at /relay.")
    return turned or foreign(upgrade, doors) or _no_websocket(upgrade)


def misdirected(request: Upgrade, doors: Doors) -> Turned | None:
    """Why a request's host name is refused, or None."""
    hosts = request.values("host")
    if doors.hosts and (len(hosts) != 1 or _host_name(hosts[0]) not in doors.hosts):
        return Turned(HTTPStatus.MISDIRECTED_REQUEST, "This server does not answer under that name.")
    if doors.relays and _host_name(hosts[0]) not in doors.relays:
        return Turned(HTTPStatus.NOT_FOUND, "There is nothing here; the relay has a host name of its own.")
    return None


def foreign(request: Upgrade, doors: Doors) -> Turned | None:
    """Why whoever sends a request is refused, or None: another site, or a token where others read it."""
    origins = request.values("origin")
    if len(origins) != 1 or origins[0] not in doors.origins:
        return Turned(HTTPStatus.FORBIDDEN, "This origin may not connect to the relay.")
    if _names_token(request.target.partition("?")[2]) or request.values("sec-websocket-protocol"):
        return Turned(
            HTTPStatus.BAD_REQUEST, "A token goes into the connect frame, never into the address or a subprotocol."
        )
    return None


def _no_websocket(upgrade: Upgrade) -> Turned | None:
    if upgrade.method != "GET" or upgrade.values("sec-websocket-version") != ["13"]:
        return Turned(HTTPStatus.UPGRADE_REQUIRED, "The relay speaks version 13 of the WebSocket protocol.")
    return None


def _names_token(query: str) -> bool:
    return any(
        "token" in key.lower() or value.startswith(_SECRETS) for key, value in parse_qsl(query, keep_blank_values=True)
    )
