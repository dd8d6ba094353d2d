"""The relay through the proxy: upgrades, origins, and how long a silent connection is let live."""

import http.client
import json
import os
import socket
import time
from collections.abc import Iterator
from typing import Any

from halloo.cli.doctor.finding import Finding, bad, ok, warn
from halloo.cli.doctor.pages import PAGE
from halloo.cli.doctor.site import Answer, Site
from halloo.cli.doctor.streaming import check_flow
from halloo.kit.ids import new_secret

IDLE_S = 65
_SWITCHING, _FORBIDDEN, _CREATED = 101, 403, 201
_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA
_SHORT, _LONG = 126, 127
_UPGRADES = (
    "nginx, in location = /relay: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
    'proxy_set_header Connection "upgrade"; proxy_set_header Host $host;\n'
    "Caddy does so by itself."
)
_IDLE = "nginx, in location = /relay: proxy_read_timeout 90s; proxy_send_timeout 90s;\nHAProxy: timeout tunnel 1h"


def check_upgrade(site: Site) -> Iterator[Finding]:
    """A WebSocket opens from the widget's own origin, and from no other."""
    relay, own = str(site.record["hosts"]["relay"]), str(site.record["hosts"]["client"])
    opened = _status(site, relay, own)
    if isinstance(opened, str) or opened.status != _SWITCHING:
        found = opened if isinstance(opened, str) else f"it answers {opened.status}"
        yield bad("WebSocket", f"No WebSocket opens at {relay}: {found}. The chat is offline.", _UPGRADES)
        return
    yield ok("WebSocket", f"A WebSocket opens at {relay}.")
    turned = _status(site, relay, PAGE)
    if isinstance(turned, Answer) and turned.status == _FORBIDDEN:
        yield ok("WebSocket origin", "Another site's WebSocket is refused.")
    elif isinstance(turned, Answer) and turned.status == _SWITCHING:
        yield bad(
            "WebSocket origin",
            "A WebSocket of another site is let in: the proxy writes Origin itself.",
            "Have the proxy pass Origin on as it came.",
        )
    else:
        found = turned if isinstance(turned, str) else str(turned.status)
        yield warn(
            "WebSocket origin", f"Another site's WebSocket got {found}, not 403.", "Something else than Halloo answers."
        )


def _status(site: Site, relay: str, origin: str) -> Answer | str:
    try:
        with site.upgrade(relay, origin) as (answer, _):
            return answer
    except OSError as error:
        return str(error) or type(error).__name__


def check_silence(site: Site, seconds: float = IDLE_S) -> Iterator[Finding]:
    """A connection on which the visitor says nothing lives on; the server's pings are all that moves on it.

    A visitor has to be there for that: one is made who never writes, and is ended again.
    """
    met = site.ask(
        f"{site.api}/visitor",
        {"Origin": str(site.record["hosts"]["client"])},
        method="POST",
        body=json.dumps({"user_id": new_secret("guest_")[:28]}).encode(),
        url=site.client,
    )
    if met.status != _CREATED:
        yield warn(
            "silence",
            f"It could not be tried: the first contact got {met.status} {met.error()}.",
            "Try another --widget.",
        )
        return
    hello = json.loads(met.body)
    connect: dict[str, Any] = {
        "t": "connect",
        "v": 1,
        "role": "visitor",
        "widget": site.widget_id,
        "token": hello["relay"]["token"],
        "tab": "doctor",
        "streams": [],
    }
    try:
        yield from check_flow(site, connect)
        lived, pings = _wait(site, connect, seconds)
    finally:
        site.ask(
            f"{site.api}/visitor",
            {"X-Halloo-Visitor": hello["visitor"]["visitor_token"]},
            method="DELETE",
            url=site.client,
        )
    if lived >= seconds:
        yield ok("silence", f"A silent connection lived for {seconds:.0f} s, with {pings} ping(s) of the server.")
    else:
        yield bad("silence", f"A silent connection was closed after {lived:.0f} s.", _IDLE)


def _wait(site: Site, hello: dict[str, Any], seconds: float) -> tuple[float, int]:
    """How long a connection lived at most `seconds`, and how often the server pinged."""
    record: dict[str, Any] = site.record["hosts"]
    pings, began = 0, time.monotonic()
    try:
        with site.upgrade(str(record["relay"]), str(record["client"])) as (_, line):
            began = time.monotonic()
            line.sendall(_frame(_TEXT, json.dumps(hello).encode()))
            while (left := began + seconds - time.monotonic()) > 0:
                line.settimeout(left)
                opcode, payload = _read(line)
                if opcode == _CLOSE:
                    break
                if opcode == _PING:
                    pings += 1
                    line.sendall(_frame(_PONG, payload))
    except TimeoutError:
        return seconds, pings
    except (OSError, http.client.HTTPException):
        pass
    return min(seconds, time.monotonic() - began), pings


def _frame(opcode: int, payload: bytes) -> bytes:
    """A frame of a client: short, whole and masked."""
    size = bytes([0x80 | len(payload)]) if len(payload) < _SHORT else b"\xfe" + len(payload).to_bytes(2, "big")
    mask = os.urandom(4)
    return bytes([0x80 | opcode]) + size + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def _read(line: socket.socket) -> tuple[int, bytes]:
    first, size = _exactly(line, 2)
    if size == _SHORT:
        size = int.from_bytes(_exactly(line, 2), "big")
    elif size == _LONG:
        size = int.from_bytes(_exactly(line, 8), "big")
    return first & 0xF, _exactly(line, size)


def _exactly(line: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        part = line.recv(count - len(found))
        if not part:
            raise ConnectionResetError("closed")
        found += part
    return found
