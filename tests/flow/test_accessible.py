"""Every screen, in light and dark, judged by axe-core: WCAG 2.2 A and AA."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flow.test_forms import FEEDBACK, FORM
from tests.support.browser import violations
from tests.support.product import Product, Store
from tests.support.screens import LOOK, InboxScreen, VisitorScreen, Windows

pytestmark = [pytest.mark.browser, pytest.mark.axe]

Scheme = Literal["light", "dark"]
WIDGET = {**LOOK, "suggested_questions": ["Is the glaze dishwasher safe?"]}
SETTINGS = ("profile", "people", "replies", "tags", "hooks", "tokens", "audit", "status")
SECTIONS = ("look", "greeting", "forms", "language", "hours", "domains", "security", "install")
BUILT = {
    "fields": [
        {"id": "email", "type": "email", "label": "Your email", "required": True, "maps_to": "email"},
        {
            "id": "topic",
            "type": "select",
            "label": "What is it about?",
            "options": [{"value": "buy", "label": "Buying"}, {"value": "glaze", "label": "Glazes"}],
        },
    ]
}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Give one product for all screens, with somebody and something in it."""
    folder = tmp_path_factory.mktemp("axe")
    made = Product(Store("sqlite", folder, f"sqlite:///{folder / 'halloo.db'}"))
    made.init()
    made.start()
    made.call("POST", "/core/canned-replies", {"shortcut": "hello", "text": "Hello, how can I help?"})
    made.call("POST", "/core/tags", {"name": "shipping", "color": "green"})
    made.call("POST", "/core/invitations", {"email": "grace@halloo.example", "role": "admin"})
    yield made
    made.stop()


@pytest.fixture(params=["light", "dark"])
def windows(
    request: pytest.FixtureRequest, product: Product, make_windows: Callable[..., Windows], browser: Browser
) -> Windows:
    """Give the two windows in each colour scheme; motion off, so that nothing is judged halfway."""
    assert browser
    return make_windows(product, WIDGET, color_scheme=request.param, reduced_motion="reduce")


def _judge(found: list[str], name: str, page: Page) -> None:
    """Judge a page with every frame in it: the widget's, the preview's."""
    page.wait_for_timeout(150)
    found += [f"{name}: {line}" for frame in page.frames for line in violations(frame)]


def test_the_visitor_s_screens(windows: Windows) -> None:
    found: list[str] = []
    visitor = windows.visit()
    visitor.open()
    _judge(found, "greeting", visitor.page)
    visitor.write("Is the vase tight? https://example.com")
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    _judge(found, "thread", visitor.page)
    visitor.chat.get_by_role("button", name="Emoji").click()
    _judge(found, "emoji", visitor.page)
    visitor.page.keyboard.press("Escape")
    again = windows.visit()
    again.open()
    expect(again.chat.get_by_role("heading", name="Your conversations")).to_be_visible()
    _judge(found, "home", again.page)
    again.chat.get_by_role("button", name="Close").click()
    _judge(found, "shop", again.page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_the_visitor_is_asked(scheme: Scheme, product: Product, make_windows: Callable[..., Windows]) -> None:
    found: list[str] = []

    def visit(**look: Any) -> VisitorScreen:
        made = make_windows(product, {**LOOK, **look}, color_scheme=scheme, reduced_motion="reduce").visit()
        made.open()
        return made

    visitor = visit(pre_conversation_form=FORM)
    _judge(found, "form", visitor.page)
    visitor.chat.get_by_role("button", name="Start the conversation").click()
    expect(visitor.chat.get_by_text("Please fill this in.").first).to_be_visible()
    _judge(found, "form with errors", visitor.page)
    visitor = visit(post_conversation_feedback=FEEDBACK, business_hours={"enabled": True, "days": []})
    _judge(found, "away", visitor.page)
    visitor.write("Is the vase tight?")
    expect(visitor.chat.get_by_label("Your email")).to_be_visible()
    _judge(found, "leave an address", visitor.page)
    conversation = product.call("GET", "/core/conversations")["data"][0]["id"]
    product.call("PATCH", f"/core/conversations/{conversation}", {"state": "resolved"})
    visitor.chat.get_by_role("radio", name="4 of 5").check()
    _judge(found, "feedback", visitor.page)
    visitor = visit(security={"identity": "required"})
    expect(visitor.chat.get_by_role("heading", name="Please sign in first")).to_be_visible()
    _judge(found, "sign in", visitor.page)
    assert not found, "\n".join(found)


def test_the_operator_s_screens(windows: Windows) -> None:
    found: list[str] = []
    inbox = windows.inbox()
    expect(inbox.page.get_by_role("button", name="Sign in")).to_be_visible()
    _judge(found, "sign in", inbox.page)
    inbox.sign_in()
    visitor = windows.visit()
    visitor.open()
    visitor.write("Anybody there?")
    expect(inbox.row("Anybody there?").first).to_be_visible()
    _judge(found, "list", inbox.page)
    inbox.open("Anybody there?")
    inbox.answer("Yes.")
    _judge(found, "thread", inbox.page)
    inbox.page.get_by_role("tab", name="Note").click()
    inbox.note_composer.fill("Not for visitors")
    inbox.note_composer.press("Enter")
    _judge(found, "note", inbox.page)
    for name, keys in (("palette", "Control+k"), ("keys", "?")):
        inbox.page.locator("body").press(keys)
        _judge(found, name, inbox.page)
        inbox.page.keyboard.press("Escape")
    for name, path in _places(windows):
        inbox.page.goto(f"{windows.product.origin}{path}")
        expect(inbox.page.get_by_role("heading").first).to_be_visible()
        inbox.page.wait_for_load_state("networkidle")
        _judge(found, name, inbox.page)
    assert not found, "\n".join(found)


def _places(windows: Windows) -> Iterator[tuple[str, str]]:
    contact = windows.product.call("GET", "/core/contacts")["data"][0]["id"]
    widget = f"/inbox/widgets/{windows.product.facts['widget_id']}"
    yield "snoozed", "/inbox/snoozed/all"
    yield "search", "/inbox/search?q=Anybody"
    yield "contacts", "/inbox/contacts"
    yield "satisfaction", "/inbox/satisfaction"
    yield "contact", f"/inbox/contacts/{contact}"
    yield "widgets", "/inbox/widgets"
    yield from ((f"widget {section}", f"{widget}/{section}") for section in SECTIONS)
    yield from ((f"settings {section}", f"/inbox/settings/{section}") for section in SETTINGS)
    yield "nowhere", "/inbox/nowhere"
    yield "api pages", "/docs"


def test_the_builder_of_forms(windows: Windows) -> None:
    found: list[str] = []
    windows.product.widget(["http://localhost:1"], {**WIDGET, "pre_conversation_form": BUILT})
    inbox = windows.inbox()
    inbox.sign_in()
    page = inbox.page
    page.goto(f"{windows.product.origin}/inbox/widgets/{windows.product.facts['widget_id']}/forms")
    page.get_by_role("button", name=re.compile("What is it about.*Drop-down")).click()
    expect(page.get_by_role("textbox", name="Text of option 2")).to_be_visible()
    _judge(found, "a field", page)
    page.get_by_role("textbox", name="Question").fill("")
    expect(page.get_by_text("Write a question.")).to_be_visible()
    _judge(found, "a mistake", page)
    page.get_by_role("button", name="Add field").click()
    _judge(found, "kinds of fields", page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["ar", "ja"])
def test_on_a_phone_in_other_scripts(language: str, product: Product, make_windows: Callable[..., Windows]) -> None:
    found: list[str] = []
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    windows = make_windows(product, {**WIDGET, "locale": language}, **phone, reduced_motion="reduce")
    visitor = windows.visit()
    frame = visitor.widget.open()
    expect(frame.get_by_role("textbox")).to_be_visible()
    _judge(found, "widget", visitor.page)
    direction = "rtl" if language == "ar" else "ltr"
    expect(frame.locator("html")).to_have_attribute("dir", direction)
    inbox = InboxScreen(windows.operator, product)
    inbox.sign_in()
    _judge(found, "list", inbox.page)
    assert not found, "\n".join(found)
    assert re.search(r"[^\x00-\x7f]", frame.locator("body").inner_text())
