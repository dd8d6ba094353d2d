"""Every kind of message on both sides: shown, answered, refused, edited and taken back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.support import kinds
from tests.support.browser import violations
from tests.support.product import OWNER_EMAIL, OWNER_PASSWORD, Product
from tests.support.screens import InboxScreen, VisitorScreen, Windows

pytestmark = pytest.mark.browser

LINK = "https://shop.example/vase"
MANY = 40
NAME = "A very long name of an invoice that nobody will ever read to its end, 2026-11.pdf"
DIRECTION = "element => getComputedStyle(element).direction"


def test_every_kind_is_shown_on_both_sides(windows: Windows) -> None:
    product = windows.product
    visitor, cid = kinds.begin(windows)
    inbox = kinds.in_inbox(windows)
    for context in (windows.visitor, windows.operator):
        context.route("**/preview?url=*", _preview)
        context.route("**/process/thumbnail?*", _thumbnail)
    kinds.send_file(product, cid, NAME, kinds.PDF, "application/pdf")
    kinds.send_file(product, cid, "spin.gif", kinds.moving(300, 200), "image/gif", "animation")
    kinds.say(product, cid, "animation", {"url": "https://elsewhere.example/party.gif", "type": "image/gif"})
    for kind, content in (("event", kinds.EVENT), ("picker", kinds.PICKER), ("field", kinds.FIELD)):
        kinds.say(product, cid, kind, content)
    kinds.say(product, cid, "note", "Only we see this")
    kinds.say(product, cid, "carousel", kinds.CAROUSEL)
    kinds.say(product, cid, "text", f"Have a look at {LINK}, please")
    for thread in (visitor.thread, inbox.thread):
        _kinds_in(thread)
    expect(inbox.thread).to_contain_text("Only we see this")
    expect(visitor.thread).not_to_contain_text("Only we see this")
    expect(inbox.thread.get_by_text("Not answered yet")).to_have_count(2)
    _cards_are_turned(visitor.thread)
    _found_by_words(inbox)
    for page in (visitor, inbox):
        assert page.errors == []
        assert page.page.evaluate("() => window.policyViolations") == []
    assert visitor.violations() == []


def _preview(route: Route) -> None:
    route.fulfill(
        json={"url": LINK, "title": "The long vase", "description": "Tall", "site": "Kiln & Clay", "image": ""}
    )


def _thumbnail(route: Route) -> None:
    """Stand in for what the image host would fetch from a stranger."""
    route.fulfill(body=kinds.picture(320, 200, 60), content_type="image/png")


def _kinds_in(thread: Locator) -> None:
    file = thread.get_by_role("link", name=f"Download {NAME} PDF")
    expect(file).to_have_attribute("href", re.compile(r"/files/.*until="))
    expect(file).to_have_attribute("rel", "noopener noreferrer")
    expect(file).to_contain_text(".pdf")
    moving = thread.get_by_role("button", name="Show spin.gif large")
    moving.scroll_into_view_if_needed()
    expect(moving.locator(".u-there")).to_be_visible()
    # What lies elsewhere is shown by the image host: nobody's browser asks a stranger.
    elsewhere = thread.get_by_role("button", name="Show Animation large")
    elsewhere.scroll_into_view_if_needed()
    expect(elsewhere.locator(".u-there")).to_be_visible()
    expect(elsewhere.locator("img")).to_have_attribute("src", re.compile(r"/process/thumbnail\?.*elsewhere\.example"))
    expect(thread.get_by_text("Your order was shipped")).to_be_visible()
    for words in ("Which glaze do you like best?", "Warm sand", "order number", "Eight digits"):
        expect(thread.get_by_text(words).first).to_be_visible()
    card = thread.get_by_role("article").filter(has_text="Jug")
    card.scroll_into_view_if_needed()
    expect(card.locator("img")).to_be_visible()
    expect(card.locator("img")).to_have_attribute("src", re.compile(r"/process/thumbnail\?.*Jug"))
    expect(card.get_by_role("link", name="Have a look")).to_have_attribute("href", "https://shop.example/jug")
    page = thread.get_by_role("link", name="The long vase")
    page.scroll_into_view_if_needed()
    expect(page).to_have_attribute("href", LINK)


def _cards_are_turned(thread: Locator) -> None:
    turn, back = (thread.get_by_role("button", name=f"{way} card") for way in ("Next", "Previous"))
    thread.get_by_role("list", name="Cards").evaluate("row => row.scrollTo({ left: 0 })")
    expect(back).to_have_count(0)
    for title in ("Jug", "Bowl"):
        turn.click()
        expect(thread.get_by_role("article").filter(has_text=title)).to_be_in_viewport(ratio=0.98)
    expect(turn).to_have_count(0)
    expect(back).to_be_visible()


def _found_by_words(inbox: InboxScreen) -> None:
    """What the kinds say is found, and shown in words."""
    page = inbox.page
    for words, line in (("invoice", "invoice"), ("dishwasher", "never fades"), ("litres", "on any table")):
        page.goto(re.sub(r"/inbox.*", f"/inbox/search?q={words}", page.url))
        hit = page.get_by_role("listitem").filter(has_text=line).first
        expect(hit).to_be_visible()
    hit.get_by_role("link").click()
    expect(inbox.thread.get_by_role("article").first).to_be_visible()


def test_an_answer_is_the_same_on_every_screen(windows: Windows) -> None:
    product = windows.product
    visitor, cid = kinds.begin(windows)
    inbox = kinds.in_inbox(windows)
    kinds.say(product, cid, "picker", kinds.PICKER)
    kinds.say(product, cid, "field", kinds.FIELD)
    # As long as anything is unread, another tab begins at it.
    expect(inbox.thread).to_contain_text(re.compile("order number.*Read"))
    other = windows.visit()
    other.open()
    other.chat.get_by_role("button").filter(has_text="Eight digits").first.click()
    sea = visitor.thread.get_by_role("button", name="Sea green")
    sea.click()
    for tab in (visitor, other):
        expect(tab.thread.get_by_role("button", name="Sea green")).to_have_attribute("aria-pressed", "true")
    expect(inbox.thread.locator(".u-on")).to_contain_text("Sea green")
    other.thread.get_by_role("button", name="Warm sand").click()
    expect(sea).to_have_attribute("aria-pressed", "false")
    expect(inbox.thread.locator(".u-on")).to_contain_text("Warm sand")
    visitor.thread.get_by_role("button", name="Warm sand").click()  # taken back
    expect(inbox.thread.locator(".u-on")).to_have_count(0)
    _a_value(visitor, other, inbox)
    for thread in (visitor.thread, inbox.thread):
        expect(thread.get_by_text("edited")).to_have_count(0)
    assert visitor.errors + other.errors + inbox.errors == []


def _a_value(visitor: VisitorScreen, other: VisitorScreen, inbox: InboxScreen) -> None:
    field = visitor.thread.get_by_role("textbox", name="What is your order number?")
    expect(field).to_have_accessible_description("Eight digits, on the slip in the parcel")
    visitor.thread.get_by_role("button", name="Send answer").click()
    expect(visitor.thread.get_by_text("Please write an answer first.")).to_be_visible()
    field.fill("12345678")
    field.press("Enter")
    for thread in (visitor.thread, other.thread, inbox.thread):
        expect(thread.get_by_text("12345678")).to_be_visible()
    other.thread.get_by_role("button", name="Change").click()
    again = other.thread.get_by_role("textbox", name="What is your order number?")
    expect(again).to_have_value("12345678")
    again.fill("87654321")
    other.thread.get_by_role("button", name="Send answer").click()
    for thread in (visitor.thread, other.thread, inbox.thread):
        expect(thread.get_by_text("87654321")).to_be_visible()


def test_a_refused_answer_says_why_and_the_last_one_stands(
    make_small: Callable[..., Product], make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(make_small(HALLOO_RELAY_VISITOR_MESSAGES_PER_MINUTE="2"))
    visitor, cid = kinds.begin(windows)
    kinds.say(windows.product, cid, "picker", kinds.PICKER)
    names = ["Sea green", "Warm sand"]
    why = visitor.thread.get_by_role("alert").filter(has_text="That was a lot at once. Please try again in a moment.")
    turn = 0
    for turn in range(MANY):
        choice = visitor.thread.get_by_role("button", name=names[turn % 2])
        choice.click()
        expect(choice).to_have_attribute("aria-disabled", "false")
        if why.is_visible():
            break
    expect(why).to_be_visible()
    refused, stands = (visitor.thread.get_by_role("button", name=names[(turn + one) % 2]) for one in (0, 1))
    expect(refused).to_have_attribute("aria-pressed", "false")
    expect(stands).to_have_attribute("aria-pressed", "true")


def test_an_edited_question_is_another_question(windows: Windows) -> None:
    visitor, cid = kinds.begin(windows)
    inbox = kinds.in_inbox(windows)
    asked = kinds.say(windows.product, cid, "picker", kinds.PICKER)
    said = kinds.say(windows.product, cid, "text", "Before")
    expect(visitor.thread.get_by_role("button", name="Sea green")).to_be_visible()
    at = f"/core/conversations/{cid}/messages"
    windows.product.call("PATCH", f"{at}/{said['fingerprint']}", {"content": "After"})
    choices: list[dict[str, Any]] = [{"value": "no", "label": "None of these", "selected": False}]
    windows.product.call("PATCH", f"{at}/{asked['fingerprint']}", {"content": {**kinds.PICKER, "choices": choices}})
    for thread in (visitor.thread, inbox.thread):
        expect(thread.get_by_text("After")).to_be_visible()
        expect(thread.get_by_text("edited").first).to_be_attached()
        expect(thread.get_by_text("Sea green")).to_have_count(0)
    visitor.thread.get_by_role("button", name="None of these").click()
    expect(inbox.thread.locator(".u-on")).to_contain_text("None of these")
    windows.product.call("DELETE", f"{at}/{asked['fingerprint']}")
    for thread in (visitor.thread, inbox.thread):
        expect(thread.get_by_text("None of these")).to_have_count(0)


def test_a_card_runs_one_way_in_a_page_that_runs_the_other(
    make_small: Callable[..., Product], make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(make_small(), locale="ar")
    _, cid = kinds.begin(windows)
    product = windows.product
    kinds.say(product, cid, "picker", kinds.PICKER)
    kinds.say(product, cid, "carousel", kinds.CAROUSEL)
    kinds.send_file(product, cid, NAME, kinds.PDF, "application/pdf")
    inbox = InboxScreen(windows.operator, product)
    page = inbox.page
    page.locator("input[type=email]").fill(OWNER_EMAIL)
    page.locator("input[type=password]").fill(OWNER_PASSWORD)
    page.locator("button[type=submit]").click()
    page.locator("a.in-row-link").first.click()
    log = page.get_by_role("log")
    for part in (".u-question", ".u-choice-label", ".u-slide h3", ".u-slide p", ".u-slide-action"):
        one = log.locator(part).first
        one.scroll_into_view_if_needed()
        assert one.evaluate(DIRECTION) == "ltr", part
    assert log.locator(".u-slide-action svg").first.evaluate("one => getComputedStyle(one).transform") == "none"
    assert log.locator(".u-doc").evaluate(DIRECTION) == "rtl"
    # The figure stays with its unit, and the ending apart from both.
    expect(log.locator(".u-doc-size bdi")).to_have_count(2)
    assert inbox.errors == []


@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    scheme: str, make_small: Callable[..., Product], make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(make_small(), color_scheme=scheme, reduced_motion="reduce")
    product = windows.product
    for context in (windows.visitor, windows.operator):
        context.route("**/preview?url=*", _preview)
    visitor, cid = kinds.begin(windows, f"Is the vase tight? {LINK}")
    kinds.send_file(product, cid, "first.png", kinds.picture(800, 600, 150), "image/png")
    kinds.send_file(product, cid, NAME, kinds.PDF, "application/pdf")
    kinds.say(product, cid, "event", kinds.EVENT)
    kinds.say(product, cid, "picker", kinds.PICKER)
    kinds.say(product, cid, "carousel", kinds.CAROUSEL)
    kinds.say(product, cid, "field", kinds.FIELD)
    visitor.thread.get_by_role("button", name="Sea green").click()
    visitor.thread.get_by_role("button", name="Send answer").click()
    inbox = kinds.in_inbox(windows)
    expect(inbox.thread.locator(".u-on")).to_be_visible()
    found = violations(visitor.chat) + violations(inbox.page)
    for screen in (visitor.chat, inbox.page):
        screen.get_by_role("button", name="Show first.png large").click()
        expect(screen.get_by_role("dialog")).to_be_visible()
        found += violations(screen)
    assert not found, "\n".join(found)
