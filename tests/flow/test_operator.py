"""What an operator does all day, by keyboard where a key exists: note, assign, tag, snooze, resolve, search, canned replies."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.product import OWNER_EMAIL, OWNER_PASSWORD, Product
from tests.support.screens import InboxScreen, VisitorScreen, Windows

pytestmark = pytest.mark.browser


def test_an_operator_s_day(windows: Windows) -> None:
    product = windows.product
    grace = {"email": "grace@halloo.example", "name": "Grace Adeyemi", "password": "birch-heron-olive-42"}
    product.call("POST", "/core/operators", grace)
    product.call("POST", "/core/canned-replies", {"shortcut": "shipping", "text": "We ship within two days."})
    visitor = windows.visit()
    visitor.open()
    visitor.write("Where is my teapot?")
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.open("Where is my teapot?")
    _canned_reply(visitor, inbox)
    _note_with_mention(visitor, inbox)
    _assign_and_tag(inbox)
    _contact(inbox)
    _search(inbox)
    _snooze_and_resolve(visitor, inbox)
    assert inbox.errors == []
    assert inbox.page.evaluate("() => window.policyViolations") == []


def _canned_reply(visitor: VisitorScreen, inbox: InboxScreen) -> None:
    inbox.composer.click()
    inbox.page.keyboard.type("/ship")
    expect(inbox.page.get_by_role("option", name="/shipping")).to_be_visible()
    inbox.page.keyboard.press("Enter")
    expect(inbox.composer).to_have_value("We ship within two days.")
    inbox.composer.press("Enter")
    expect(visitor.thread).to_contain_text("We ship within two days.")


def _note_with_mention(visitor: VisitorScreen, inbox: InboxScreen) -> None:
    """A note reaches colleagues and never the visitor."""
    inbox.page.keyboard.press("Escape")
    inbox.page.keyboard.press("n")
    expect(inbox.note_composer).to_be_focused()
    inbox.page.keyboard.type("Could you look, @Gra")
    expect(inbox.page.get_by_role("option", name=re.compile("Grace Adeyemi"))).to_be_visible()
    inbox.page.keyboard.press("Enter")
    inbox.page.keyboard.press("Enter")
    expect(inbox.thread).to_contain_text("Could you look, @Grace Adeyemi")
    expect(inbox.thread).to_contain_text("Private note")
    inbox.page.keyboard.press("Escape")
    inbox.page.keyboard.press("r")
    inbox.answer("A colleague looks into it.")
    expect(visitor.thread).to_contain_text("A colleague looks into it.")
    expect(visitor.thread).not_to_contain_text("Could you look")


def _assign_and_tag(inbox: InboxScreen) -> None:
    inbox.page.keyboard.press("Escape")
    inbox.page.keyboard.press("a")
    expect(inbox.page.get_by_role("combobox", name="Assign")).to_be_focused()
    inbox.page.keyboard.type("Grace")
    inbox.page.keyboard.press("Enter")
    expect(inbox.page.get_by_role("button", name=re.compile("Assigned to.*Grace Adeyemi")).first).to_be_visible()
    inbox.page.keyboard.press("t")
    expect(inbox.page.get_by_role("combobox", name=re.compile("tag", re.IGNORECASE))).to_be_focused()
    inbox.page.keyboard.type("shipping")
    inbox.page.keyboard.press("Enter")
    inbox.page.keyboard.press("Escape")
    panel = inbox.page.get_by_role("complementary", name="Contact details")
    expect(panel).to_contain_text("shipping")


def _contact(inbox: InboxScreen) -> None:
    panel = inbox.page.get_by_role("complementary", name="Contact details")
    panel.get_by_role("textbox", name="Name").fill("Tea Lover")
    panel.get_by_role("textbox", name="Name").press("Enter")
    expect(inbox.page.get_by_role("heading", name=re.compile("Tea Lover"))).to_be_visible()
    expect(inbox.row("Tea Lover").first).to_be_visible()


def _search(inbox: InboxScreen) -> None:
    """Search finds what was said, notes included, and leads there."""
    inbox.page.locator("body").press("/")
    field = inbox.page.get_by_role("searchbox", name="Search everything that was said")
    field.fill("teap")
    hit = inbox.page.get_by_role("link").filter(has_text="Where is my teapot?").first
    expect(hit).to_be_visible()
    field.fill("could look")
    expect(inbox.page.get_by_role("link").filter(has_text="Could you look").first).to_be_visible()
    field.fill("teapot")
    hit.click()
    expect(inbox.thread).to_contain_text("Where is my teapot?")


def _snooze_and_resolve(visitor: VisitorScreen, inbox: InboxScreen) -> None:
    """Snoozed and resolved conversations leave the list; a new message brings a resolved one back."""
    inbox.page.locator("body").press("s")
    inbox.page.get_by_role("menuitem", name=re.compile("Tomorrow")).click()
    _choose_state(inbox, "Snoozed")
    expect(inbox.row("Tea Lover").first).to_be_visible()
    inbox.open("Tea Lover")
    inbox.page.keyboard.press("Escape")
    inbox.page.get_by_role("button", name="Resolve", exact=True).last.click()
    _choose_state(inbox, "Resolved")
    expect(inbox.row("Tea Lover").first).to_be_visible()
    visitor.write("It has arrived, thank you")
    _choose_state(inbox, "Open")
    expect(inbox.row("It has arrived, thank you").first).to_be_visible()


def _choose_state(inbox: InboxScreen, name: str) -> None:
    group = inbox.page.get_by_role("radiogroup", name="State").or_(inbox.page.get_by_role("group", name="State"))
    group.get_by_text(re.compile(rf"^{name}")).first.click()


def test_the_sheet_of_keys(windows: Windows) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.locator("body").press("?")
    sheet = inbox.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("Next conversation")
    inbox.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_a_row_shows_how_a_message_begins_whatever_its_direction(
    server: Product, make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(server, locale="ar", color_scheme="light")
    visitor = windows.visit()
    visitor.open()
    visitor.write("Hello there, " + "this is a long sentence that no row can show. " * 6)
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    page = windows.inbox().page
    page.locator("input[type=email]").fill(OWNER_EMAIL)
    page.locator("input[type=password]").fill(OWNER_PASSWORD)
    page.keyboard.press("Enter")
    row = page.locator(".in-row-preview").first
    expect(row).to_contain_text("Hello there")
    begins = """(row) => {
      const text = document.createTreeWalker(row.querySelector("[dir]"), NodeFilter.SHOW_TEXT).nextNode();
      const range = document.createRange();
      range.setStart(text, 0);
      range.setEnd(text, 5);
      const word = range.getBoundingClientRect(), box = row.getBoundingClientRect();
      return word.left >= box.left - 1 && word.right <= box.right + 1;
    }"""
    assert row.evaluate(begins)
    row.click()
    fields = page.locator(".in-place :is(input, textarea)")
    expect(fields.first).to_be_visible()
    running = "(all) => all.filter((one) => one.value === '').map((one) => getComputedStyle(one).direction)"
    assert set(fields.evaluate_all(running)) == {"rtl"}, "empty fields run as the screen does"
