"""A visit to a page with the widget, and what was seen and heard of it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, ConsoleMessage, Frame, Locator, Page, Request, WebSocket, expect

from tests.support.browser import Widget
from tests.support.product import Product
from tests.support.screens import COLLECT_VIOLATIONS

NOT_ALLOWED = "Halloo: widget {id} is not allowed on {origin}. Add it under Settings › Widget › Allowed Domains."


def snippet(product: Product, query: str = "", more: str = "async") -> str:
    """The evergreen tag of the first widget."""
    return f'<script {more} src="{product.facts["embed_url"]}{query}"></script>'


def pinned(product: Product, widget_id: str | None = None, integrity: str | None = None) -> str:
    """The pinned tag; with another id or integrity where one is given."""
    embed = product.call("GET", "/core/embed")
    wanted = product.facts["widget_id"] if widget_id is None else widget_id
    return (
        f'<script async crossorigin="anonymous" src="{embed["pinned_url"]}" '
        f'integrity="{integrity or embed["integrity"]}" data-widget="{wanted}"></script>'
    )


@dataclass
class Visit:
    """An open page."""

    product: Product
    page: Page
    errors: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    crashes: list[str] = field(default_factory=list[str])
    requests: list[Request] = field(default_factory=list[Request])
    everything: list[Request] = field(default_factory=list[Request])
    sockets: list[WebSocket] = field(default_factory=list[WebSocket])

    def listen(self) -> None:
        """Note everything from here on."""
        self.page.add_init_script(COLLECT_VIOLATIONS)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.crashes.append(str(error)))
        self.page.on("websocket", self._connect)
        self.page.context.on("request", self._see)

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type in ("error", "warning"):
            (self.errors if line.type == "error" else self.warnings).append(line.text)

    def _connect(self, socket: WebSocket) -> None:
        self.sockets.append(socket)

    def _see(self, request: Request) -> None:
        self.everything.append(request)
        if request.url.startswith(self.product.widget_origin):
            self.requests.append(request)

    @cached_property
    def widget(self) -> Widget:
        """What the loader drew."""
        return Widget(self.page, self.product.widget_origin)

    @property
    def frames(self) -> list[Frame]:
        """Every frame from the widget host that really is its document."""
        return [
            frame for frame in self.page.frames if frame.url.startswith(f"{self.product.widget_origin}/public/widget/")
        ]

    @property
    def paths(self) -> list[str]:
        """What was asked of the widget host."""
        return [request.url.removeprefix(self.product.widget_origin) for request in self.requests]

    def settle(self) -> None:
        """Wait until the frame is at work: it has a socket."""
        for _ in range(150):
            if self.sockets:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"no socket: {self.errors} {self.crashes} {self.paths}")

    def open(self) -> "Chat":
        """Open the chat with the launcher."""
        chat = Chat(self.widget.open())
        expect(chat.composer).to_be_visible()
        return chat

    def count(self, tag: str) -> int:
        """How many elements of a kind stand in the page."""
        found: int = self.page.evaluate("tag => document.querySelectorAll(tag).length", tag)
        return found

    def violations(self) -> list[str]:
        """What any policy refused, in the page and in every frame."""
        found: list[str] = []
        for frame in self.page.frames:
            found += frame.evaluate("window.policyViolations ?? []")
        return found


@dataclass
class Chat:
    """The open chat."""

    frame: Frame

    @property
    def composer(self) -> Locator:
        return self.frame.get_by_role("textbox", name="Message")

    @property
    def thread(self) -> Locator:
        return self.frame.get_by_role("log", name="Messages")

    def write(self, text: str) -> None:
        """Write a message and wait until it is stored."""
        self.composer.fill(text)
        self.composer.press("Enter")
        expect(self.thread.get_by_text(text)).to_be_visible()
        expect(self.thread.get_by_text("Sent", exact=True)).to_be_visible()


@contextmanager
def visiting(browser: Browser, product: Product, address: str, script: str = "", **options: Any) -> Generator[Visit]:
    """Open a page in a browser of its own; `script` runs before every document's own."""
    settings: dict[str, Any] = {"locale": "en-GB", **options}
    context = browser.new_context(**settings)
    try:
        if script:
            context.add_init_script(script)
        visit = Visit(product, context.new_page())
        visit.listen()
        visit.page.goto(address)
        yield visit
    finally:
        context.close()


def not_allowed(product: Product, origin: str) -> str:
    """The one error of a page that is not listed."""
    return NOT_ALLOWED.format(id=product.facts["widget_id"], origin=origin)


def frame_address(product: Product, parent: str | None) -> str:
    """The frame's address as the loader makes it, or without a parent."""
    claim = "" if parent is None else f"?parentOrigin={quote(parent, safe='')}"
    return f"{product.widget_origin}/public/widget/{product.facts['widget_id']}{claim}"


def answer(product: Product, text: str) -> None:
    """An operator answers the newest conversation."""
    newest = product.call("GET", "/core/conversations?limit=1")["data"][0]
    body = {"client_id": newest["id"], "type": "text", "content": text}
    product.call("POST", f"/core/conversations/{newest['id']}/messages", body)
