"""What an owner sets up: a widget with its look and its domains, the line of code, a colleague, a token."""

import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.product import Product
from tests.support.screens import InboxScreen, VisitorScreen, Windows

pytestmark = pytest.mark.browser


def test_a_widget_from_nothing_to_a_page(windows: Windows, make_shop: Callable[[Product], str]) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.goto(f"{windows.product.origin}/inbox/widgets")
    inbox.page.get_by_role("button", name="New widget").click()
    expect(inbox.page).to_have_url(re.compile(r"/inbox/widgets/[0-9a-f-]{36}$"))
    widget_id = inbox.page.url.rpartition("/")[2]
    _look(inbox)
    shop = make_shop(Product(windows.product.store, port=windows.product.port, facts={"widget_id": widget_id}))
    _domains(inbox, shop)
    _publish_and_copy(windows, inbox, widget_id)
    visitor = VisitorScreen(windows.visitor, windows.product, shop)
    visitor.open()
    expect(visitor.chat.get_by_role("heading", name="Pots and pans")).to_be_visible()
    assert inbox.errors == []
    assert inbox.page.evaluate("() => window.policyViolations") == []


def _look(inbox: InboxScreen) -> None:
    """The preview beside the form shows what is typed, before it is saved."""
    inbox.page.get_by_role("textbox", name="Title").fill("Pots and pans")
    preview = inbox.page.frame_locator("iframe")
    expect(preview.get_by_role("heading", name="Pots and pans")).to_be_visible()
    inbox.page.get_by_role("button", name="Save", exact=True).click()
    expect(inbox.page.get_by_text("Saved", exact=True).first).to_be_visible()


def _domains(inbox: InboxScreen, shop: str) -> None:
    """An open list is warned about; what one types is normalised before one's eyes; what is no website is explained."""
    inbox.page.get_by_role("link", name=re.compile("Allowed domains", re.IGNORECASE)).click()
    expect(inbox.page.get_by_text("Any website may embed this widget", exact=True)).to_be_visible()
    field = inbox.page.get_by_role("textbox", name="Add a website")
    add = inbox.page.get_by_role("button", name="Add", exact=True)
    field.fill("*.shop.example")
    expect(add).to_be_disabled()
    field.fill("MÜNCHEN.de/kontakt")
    expect(inbox.page.get_by_text("https://xn--mnchen-3ya.de")).to_be_visible()
    add.click()
    field.fill(shop)
    add.click()
    expect(inbox.page.get_by_text("Any website may embed this widget", exact=True)).to_have_count(0)
    inbox.page.get_by_role("button", name="Save", exact=True).click()
    expect(inbox.page.get_by_text("Saved", exact=True).first).to_be_visible()


def _publish_and_copy(windows: Windows, inbox: InboxScreen, widget_id: str) -> None:
    inbox.page.get_by_role("switch", name=re.compile("Published")).click()
    inbox.page.get_by_role("link", name=re.compile("Install")).click()
    expect(inbox.page.get_by_role("heading", name="Before going live")).to_be_visible()
    line = f'<script async src="{windows.product.origin}/public/embed/{widget_id}"></script>'
    expect(inbox.page.get_by_text(line)).to_be_visible()


def test_an_invited_colleague_and_a_token(windows: Windows) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    product = windows.product
    inbox.page.goto(f"{product.origin}/inbox/settings/people")
    inbox.page.get_by_role("button", name="Invite a colleague").click()
    inbox.page.get_by_role("dialog").get_by_label("Email").fill("grace@halloo.example")
    inbox.page.get_by_role("button", name="Create invitation").click()
    link = inbox.page.get_by_text(re.compile(r"/inbox/join#\S+")).inner_text()
    grace = InboxScreen(windows.visitor, product)
    grace.page.goto(link)
    grace.page.get_by_label("Your name").fill("Grace Adeyemi")
    grace.page.get_by_label("New password").fill("raven-willow-fern-17")
    grace.page.get_by_role("button", name="Join").click()
    grace.wait_for_list()
    inbox.page.goto(f"{product.origin}/inbox/settings/tokens")
    inbox.page.get_by_role("button", name="Create token").first.click()
    dialog = inbox.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Nightly export")
    dialog.get_by_text("conversations:read", exact=True).click()
    dialog.get_by_role("button", name="Create token").click()
    token = inbox.page.get_by_text(re.compile(r"^hal_\S{40,}$")).inner_text()
    assert "data" in product.call("GET", "/core/conversations", token=token)
    with pytest.raises(AssertionError, match="missing_scope"):
        product.call("POST", "/core/tags", {"name": "x"}, token=token)
    with urllib.request.urlopen(f"{product.origin}/docs") as page:
        assert page.status == 200
