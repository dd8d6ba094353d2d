"""What a page and the frame inside it ask of the product's hosts, as the browser tells it: by context, destination and origin."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Request

from halloo.csp.manifest import needs, origins
from halloo.csp.model import Context, Deployment, Destination
from tests.support.product import Product

Asked = tuple[Context, Destination, str]
"""Whose request, for what, of which origin."""
DESTINATIONS: dict[str, Destination] = {
    "script": "script",
    "stylesheet": "style",
    "font": "font",
    "image": "image",
    "media": "media",
    "manifest": "manifest",
    "fetch": "connect",
    "xhr": "connect",
    "eventsource": "connect",
    "ping": "connect",
    "websocket": "connect",
    "document": "frame",
    "worker": "worker",
}
WORKER = "/public/assets/worker."
TELL_SOCKETS = """(() => {
  const Real = window.WebSocket;
  window.WebSocket = new Proxy(Real, {
    construct(target, rest) {
      window.tellSocket(String(rest[0]));
      return new target(...rest);
    },
  });
})()"""
"""The browser's own record of sockets does not say in which frame one was opened."""


@dataclass
class Recording:
    """What was asked of hosts below `localhost` at the product's port."""

    product: Product
    seen: dict[Asked, set[str]] = field(default_factory=dict[Asked, set[str]])
    """The paths, by what was asked."""

    def listen(self, context: BrowserContext) -> None:
        """Note everything from now on."""
        context.on("request", self._see)
        context.expose_binding("tellSocket", self._socket)  # pyright: ignore[reportUnknownMemberType] - its own types
        context.add_init_script(TELL_SOCKETS)

    def _see(self, request: Request) -> None:
        if request.is_navigation_request():
            parent = request.frame.parent_frame
            if parent is not None:
                self._note(self._whose(parent), request.url, "document")
        else:
            # The browser calls a worker's file a script, or nothing at all.
            kind = "worker" if WORKER in request.url else request.resource_type
            self._note(self._whose(request.frame), request.url, kind)

    def _socket(self, source: dict[str, Any], url: str) -> None:
        self._note(self._whose(source["frame"]), url, "websocket")

    def _whose(self, frame: Any) -> Context:
        return "frame" if frame.url.startswith(f"{self.product.widget_origin}/public/widget/") else "host"

    def _note(self, whose: Context, url: str, kind: str) -> None:
        parts = urlsplit(url)
        if parts.port == self.product.port:
            found = (whose, DESTINATIONS[kind], f"{parts.scheme}://{parts.netloc}")
            self.seen.setdefault(found, set()).add(parts.path)

    def asked(self, whose: Context) -> set[Asked]:
        """What one of the two asked."""
        return {one for one in self.seen if one[0] == whose}


def promised(
    deployment: Deployment, whose: Context, *, pinned: bool = False, but: Iterable[str] = ()
) -> dict[Asked, set[str]]:
    """What the manifest says for a context, with the ids that say it; without the needs that `but` names."""
    found: dict[Asked, set[str]] = {}
    for need in needs(deployment, whose, pinned=pinned):
        if need.id in but:
            continue
        for origin in origins(deployment, need):
            found.setdefault((whose, need.destination, origin), set()).add(need.id)
    return found
