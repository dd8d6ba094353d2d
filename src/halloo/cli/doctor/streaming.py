"""What stands in for the relay's WebSocket through the proxy: HTTP streaming, and the rescue relay."""

import http.client
import json
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from halloo.cli.doctor.finding import Finding, ok, warn
from halloo.cli.doctor.site import Answer, Site

_NO_METHOD, _SWITCHING = 405, 101
_PATIENCE_S = 10
_STREAM = (
    "nginx, in location = /relay/stream: proxy_buffering off; proxy_read_timeout 90s;\n"
    "Caddy: flush_interval -1 where it does not do so by itself."
)


def check_stream(site: Site) -> Iterator[Finding]:
    """`/relay/stream` is reached, and the answer to the widget comes back. Asked by a method that it does not take: nothing begins."""
    client = str(site.record["hosts"]["client"])
    answer = site.ask("/relay/stream", {"Origin": client}, url=_relay(site))
    if answer.status != _NO_METHOD or answer.error() != "method_not_allowed":
        yield warn(
            "HTTP streaming",
            f"Where no WebSocket gets through, the chat is offline: /relay/stream answers {answer.status}.",
            "Let /relay/stream and /relay/send through, as it stands in deploy/.",
        )
    elif answer.all("access-control-allow-origin") != [client]:
        yield warn(
            "HTTP streaming",
            "The widget may not read the stream: Access-Control-Allow-Origin does not come back as it was sent.",
            "Take the proxy's own Access-Control-… headers out for this host.",
        )
    else:
        yield ok("HTTP streaming", "Where no WebSocket gets through, the chat can do without.")


def check_flow(site: Site, hello: dict[str, Any]) -> Iterator[Finding]:
    """A stream flows: its first line comes while the answer is still open. `hello` is a `connect` frame that is let in."""
    parts = urlsplit(_relay(site))
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    further: dict[str, Any] = {"context": ssl.create_default_context()} if secure else {}
    line = kind(parts.hostname or "", parts.port, timeout=_PATIENCE_S, **further)
    headers = {"Origin": str(site.record["hosts"]["client"]), "Content-Type": "text/plain"}
    try:
        line.request("POST", "/relay/stream", json.dumps(hello).encode(), headers)
        first = line.getresponse().readline(1 << 20)
    except TimeoutError:
        first = b""
    finally:
        line.close()
    if b'"connected"' in first:
        yield ok("stream flow", "What is streamed arrives as it is said.")
    else:
        yield warn("stream flow", "Something on the way keeps the stream back until it ends.", _STREAM)


def check_rescue(site: Site) -> Iterator[Finding]:
    """A WebSocket opens at the rescue relay, where there is one."""
    rescue = site.record["hosts"].get("rescue")
    if rescue is None:
        return
    try:
        with site.upgrade(str(rescue), str(site.record["hosts"]["client"])) as (answer, _):
            found: Answer | str = answer
    except OSError as error:
        found = str(error) or type(error).__name__
    if isinstance(found, Answer) and found.status == _SWITCHING:
        yield ok("rescue relay", f"A WebSocket opens at {rescue}, for when the relay is down.")
        return
    yield warn(
        "rescue relay",
        f"No WebSocket opens at {rescue}: {found if isinstance(found, str) else f'it answers {found.status}'}.",
        "Lead that name to relay.rescue_port, or to “halloo serve --role rescue”; or take hosts.rescue out.",
    )


def _relay(site: Site) -> str:
    """The relay's origin as HTTP knows it."""
    return "http" + str(site.record["hosts"]["relay"]).removeprefix("ws").removesuffix("/relay")
