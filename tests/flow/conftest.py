"""Two windows: a visitor's on the demo shop, an operator's on the inbox."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.support.product import Product
from tests.support.screens import InboxScreen, VisitorScreen

LOOK = {
    "chat": {"title": "Kiln & Clay"},
    "greeting": {"text": "Hello, ask me about glazes.", "bubble_after_s": None},
}


@dataclass
class Windows:
    """What a flow test has: the product, the shop's address, and a browser profile for each person."""

    product: Product
    shop: str
    visitor: BrowserContext
    operator: BrowserContext

    def visit(self, path: str = "/") -> VisitorScreen:
        """Open a page of the shop, as the visitor."""
        return VisitorScreen(self.visitor, self.product, self.shop + path)

    def inbox(self) -> InboxScreen:
        """Open the inbox, as the operator."""
        return InboxScreen(self.operator, self.product)


@pytest.fixture
def make_windows(browser: Browser, make_shop: Callable[[Product], str]) -> Iterator[Callable[..., Windows]]:
    """Make the two windows over a product; `look` is the widget's configuration."""
    contexts: list[BrowserContext] = []

    def make(product: Product, look: dict[str, Any] | None = None, **settings: Any) -> Windows:
        shop = make_shop(product)
        product.widget([shop], LOOK if look is None else look)
        settings = {"locale": "en-GB", "viewport": {"width": 1280, "height": 860}, **settings}
        contexts.extend(browser.new_context(**settings) for _ in range(2))
        return Windows(product, shop, *contexts[-2:])

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def windows(server: Product, make_windows: Callable[..., Windows]) -> Windows:
    """Give the two windows over each kind of database."""
    return make_windows(server)
