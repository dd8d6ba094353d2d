"""The demo shop's account: signing in is proven to the chat, and signing out makes it forget."""

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

import seed
from demo import shop
from tests.support.ports import free_port
from tests.support.product import Product, Store
from tests.support.screens import Windows

pytestmark = pytest.mark.browser


@pytest.fixture
def windows(
    store: Store, make_product: Callable[..., Product], make_windows: Callable[..., Windows]
) -> Iterator[Windows]:
    """Give the demo's shop, dressed and keyed as `make demo` does it."""
    product = make_product(store)
    api, widget = seed.Api(product.origin, product.facts["token"]), product.facts["widget_id"]
    windows, port = make_windows(product), free_port()
    site = shop.make_server(port, product.origin, widget, shop.IdentityKey(**seed.make_identity_key(api, widget)))
    windows.shop = f"http://localhost:{port}"
    seed.dress_widget(api, widget, windows.shop)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield windows
    site.shutdown()
    site.server_close()


def test_signing_in_is_proven_and_signing_out_forgets(windows: Windows) -> None:
    visitor = windows.visit()
    visitor.page.get_by_role("button", name="Sign in as Mary").click()
    expect(visitor.page.get_by_role("status").filter(has_text="You are Mary now.")).to_be_visible()
    visitor.open()
    visitor.write("Is the vase tight?")
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.open("Is the vase tight?")
    details = inbox.page.get_by_role("complementary", name="Contact details")
    expect(details.get_by_text("Verified", exact=True)).to_be_visible()
    expect(details.get_by_role("textbox", name="Email")).to_have_value("mary@example.com")
    visitor.chat.get_by_role("button", name="Close").click()
    visitor.page.get_by_role("button", name=re.compile("Sign out")).click()
    visitor.open()
    expect(visitor.chat.get_by_text("Is the vase tight?")).to_have_count(0)
    visitor.page.reload()
    expect(visitor.page.get_by_role("button", name="Sign in as Mary")).to_be_visible()
    assert visitor.errors == []
    assert visitor.violations() == []
