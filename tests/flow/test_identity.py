"""Who a visitor is: proven by the page, asked for by the widget, and forgotten in every tab."""

import base64
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from playwright.sync_api import expect

from tests.support.product import Product
from tests.support.screens import LOOK, VisitorScreen, Windows

pytestmark = pytest.mark.browser

STORED = "() => JSON.stringify([{...localStorage}, {...sessionStorage}])"
"""Everything that the frame keeps in this browser."""


class Signer:
    """The customer's server: it knows a key of the widget and signs who its people are."""

    def __init__(self, product: Product) -> None:
        self.widget = product.facts["widget_id"]
        key = product.call("POST", f"/core/web-widgets/{self.widget}/identity-keys", {"alg": "HS256"})
        secret = key["secret"]
        self.kid = key["kid"]
        self.secret = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))

    def token(self, sub: str, **claims: Any) -> str:
        """Sign that this visitor is `sub`."""
        now = int(time.time())
        payload = {"aud": self.widget, "sub": sub, "iat": now, "exp": now + 600, **claims}
        return jwt.encode(payload, self.secret, algorithm="HS256", headers={"kid": self.kid})


def _identify(visitor: VisitorScreen, token: str) -> None:
    visitor.page.evaluate("token => window.halloo.identify(token)", token)


def test_23_a_widget_that_requires_it_asks_to_sign_in(server: Product, make_windows: Callable[..., Windows]) -> None:
    windows = make_windows(server, {**LOOK, "security": {"identity": "required"}})
    signer = Signer(server)
    visitor = windows.visit()
    visitor.open()
    expect(visitor.chat.get_by_role("heading", name="Please sign in first")).to_be_visible()
    expect(visitor.composer).to_be_disabled()
    refused = "token => window.halloo.identify(token).then(() => null, error => error.code)"
    assert visitor.page.evaluate(refused, signer.token("ada", aud="another-widget")) == "identity_invalid"
    expect(visitor.composer).to_be_disabled()
    _identify(visitor, signer.token("ada", name="Ada"))
    expect(visitor.composer).to_be_enabled()
    visitor.write("Is the vase tight?")
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    assert visitor.errors == []


def test_cwe_488_nobody_sees_another_s_chat(windows: Windows) -> None:
    signer = Signer(windows.product)
    one, two = windows.visit(), windows.visit()
    one.open()
    two.open()
    _identify(one, signer.token("ada", name="Ada"))
    one.write("A secret of Ada's")
    expect(one.thread.get_by_text("Sent", exact=True)).to_be_visible()
    # The other tab follows, without being told.
    two.chat.get_by_role("button", name="Back").click()
    expect(two.chat.get_by_text("A secret of Ada's").first).to_be_visible()
    one.composer.fill("a half-written secret of Ada's")
    one.page.wait_for_timeout(500)
    one.page.evaluate("() => window.halloo.reset()")
    for tab in (one, two):
        expect(tab.chat.get_by_text("A secret of Ada's")).to_have_count(0)
        expect(tab.composer).to_have_value("")
        assert "secret" not in tab.chat.evaluate(STORED)
    _identify(two, signer.token("bob", name="Bob"))
    two.write("A word of Bob's")
    # The other tab follows where it stands: in a new conversation, or at home if it heard of Bob after he wrote.
    back = one.chat.get_by_role("button", name="Back")
    expect(back.or_(one.chat.get_by_text("A word of Bob's")).first).to_be_visible()
    if back.is_visible():
        back.click()
    expect(one.chat.get_by_text("A word of Bob's").first).to_be_visible()
    two.page.evaluate("() => window.halloo.reset()")
    for tab in (one, two, windows.visit()):
        if tab.frame is None:
            tab.open()
        expect(tab.chat.get_by_text("A word of Bob's")).to_have_count(0)
        assert "Bob" not in tab.chat.evaluate(STORED)


def test_what_the_page_claims_arrives_and_what_is_wrong_is_refused(windows: Windows) -> None:
    visitor = windows.visit()
    visitor.open()
    code = "attributes => window.halloo.set(attributes).then(() => null, error => error.code)"
    assert visitor.page.evaluate(code, {"name": "Ada", "email": "ada@example.com", "data": {"plan": "pro"}}) is None
    assert visitor.page.evaluate(code, {"email": "nobody"}) == "field_invalid"
    assert visitor.page.evaluate(code, {"nickname": "Ada"}) == "field_unknown"
    assert visitor.page.evaluate(code, {"locale": "de", "theme": "dark"}) is None
    expect(visitor.chat.get_by_placeholder("Nachricht schreiben")).to_be_visible()
    assert visitor.chat.evaluate("() => document.documentElement.dataset.theme") == "dark"
    visitor.chat.get_by_placeholder("Nachricht schreiben").fill("Hallo")
    visitor.chat.get_by_placeholder("Nachricht schreiben").press("Enter")
    expect(visitor.chat.get_by_text("Gesendet", exact=True)).to_be_visible()
    contact = windows.product.call("GET", "/core/contacts")["data"][0]
    assert (contact["name"], contact["email"]) == ("Ada", "ada@example.com")
