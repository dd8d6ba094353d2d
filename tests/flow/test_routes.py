"""The ways to the relay in a real browser: primary, rescue, HTTP streaming, and back (relay contract 4)."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.support.gate import Gate, gate
from tests.support.pace import PATIENCE_S
from tests.support.ports import free_port
from tests.support.product import Product
from tests.support.screens import VisitorScreen, Windows
from tests.support.stores import empty_store

pytestmark = pytest.mark.browser

BLOCKED = """(() => {
  window.tried = [];
  window.WebSocket = class {
    constructor(address) {
      window.tried.push(address);
      setTimeout(() => this.onclose?.({ code: 1006 }));
    }
    send() {}
    close() {}
  };
})()"""
"""No WebSocket gets through, as behind some proxies."""


def _sent(visitor: VisitorScreen, text: str, timeout_s: float = PATIENCE_S) -> None:
    visitor.write(text)
    bubble = visitor.thread.get_by_text(text)
    expect(bubble).to_have_count(1)
    expect(visitor.thread.get_by_text("Sending")).to_have_count(0, timeout=timeout_s * 1000)


def _until(page: Page, done: Callable[[], bool], timeout_s: float) -> None:
    for _ in range(int(timeout_s * 10)):
        if done():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not within {timeout_s} s")


@contextmanager
def _behind(folder: Path) -> Generator[tuple[Product, Gate]]:
    """A product whose relay lies behind a gate; the way past it is its rescue address."""
    port = free_port()
    with empty_store("sqlite", folder, None, migrated=False) as store, gate(port) as door:
        settings = {
            "HALLOO_HOSTS_RELAY": f"http://localhost:{door.port}",
            "HALLOO_HOSTS_RESCUE": f"http://localhost:{port}",
        }
        product = Product(store, settings, port)
        product.init()
        try:
            product.start()
            yield product, door
        finally:
            product.stop()


def test_the_rescue_relay_serves_while_the_primary_is_down(
    tmp_path: Path, make_windows: Callable[..., Windows]
) -> None:
    with _behind(tmp_path) as (product, door):
        windows = make_windows(product)
        inbox = windows.inbox()
        inbox.sign_in()
        sockets: list[WebSocket] = []

        def connected(socket: WebSocket) -> None:
            sockets.append(socket)

        windows.visitor.on("page", lambda page: page.on("websocket", connected))
        visitor = windows.visit()
        visitor.open()
        _sent(visitor, "By the front door")
        inbox.open("By the front door")
        assert [socket.url for socket in sockets] == [f"ws://localhost:{door.port}/relay"]
        door.shut()
        _sent(visitor, "By the side door", 25)
        expect(inbox.thread.get_by_text("By the side door")).to_have_count(1)
        inbox.answer("I hear you.")
        expect(visitor.thread.get_by_text("I hear you.")).to_have_count(1)
        rescue = sockets[-1]
        assert rescue.url == f"ws://localhost:{product.port}/relay"
        door.open()
        visitor.chat.evaluate("() => dispatchEvent(new Event('online'))")
        _until(visitor.page, rescue.is_closed, 10)
        assert sockets[-1].url == f"ws://localhost:{door.port}/relay"
        _sent(visitor, "By the front door again")
        expect(inbox.thread.get_by_text("By the front door again")).to_have_count(1)
        assert visitor.errors == []


def test_where_no_websocket_gets_through_streaming_does_and_the_next_page_begins_with_it(windows: Windows) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    windows.visitor.add_init_script(BLOCKED)
    posts: list[str] = []
    windows.visitor.on("request", lambda request: posts.append(request.url))
    visitor = windows.visit()
    visitor.open()
    _sent(visitor, "Through a thick wall", 25)
    inbox.open("Through a thick wall")
    _sent(visitor, "And again, over the stream", 25)
    inbox.answer("Loud and clear.")
    expect(visitor.thread.get_by_text("Loud and clear.")).to_have_count(1)
    assert f"{windows.product.origin}/relay/stream" in posts
    _until(visitor.page, lambda: f"{windows.product.origin}/relay/send" in posts, PATIENCE_S)
    visitor.page.wait_for_timeout(5_500)
    visitor.page.reload()
    visitor.widget.find(lambda node: node.attributes.get("aria-expanded") == "true")
    visitor.open()
    expect(visitor.thread.get_by_text("Loud and clear.")).to_have_count(1)
    inbox.answer("Still there?")
    expect(visitor.thread.get_by_text("Still there?")).to_have_count(1)
    assert visitor.chat.evaluate("() => window.tried") == []
    assert visitor.violations() == []
