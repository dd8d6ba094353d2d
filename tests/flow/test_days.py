"""An operator's day by keyboard, and an owner's day in the settings, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.screens import InboxScreen, Windows

pytestmark = pytest.mark.browser


def choose(page: Page, typed: str) -> None:
    """Type into the search field of an open menu, and take the first hit."""
    page.keyboard.type(typed)
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")


def test_an_operators_day(windows: Windows) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    page = inbox.page
    visitor = windows.visit()
    visitor.open()
    visitor.write("Do the mugs stack? I need twelve of them.")
    inbox.open("Do the mugs stack?")
    _write_a_note(inbox)
    expect(visitor.thread).not_to_contain_text("please pack")
    _sort_it(page)
    _resolve_and_reopen(inbox)
    visitor.write("And in blue?")
    expect(inbox.thread).to_contain_text("And in blue?")
    _know_the_person(page)
    _find_it_again(inbox)
    assert inbox.errors == []
    assert visitor.errors == []


def _write_a_note(inbox: InboxScreen) -> None:
    """A private note, which visitors never see."""
    inbox.thread.click()
    inbox.page.keyboard.press("n")
    expect(inbox.note_composer).to_be_focused()
    inbox.note_composer.fill("Twelve mugs: please pack with care")
    inbox.note_composer.press("Enter")
    expect(inbox.thread).to_contain_text("please pack with care")
    inbox.thread.click()
    inbox.page.keyboard.press("r")
    expect(inbox.composer).to_be_focused()
    inbox.thread.click()


def _sort_it(page: Page) -> None:
    """Assign and tag, without the mouse."""
    page.keyboard.press("a")
    choose(page, "ada")
    expect(page.get_by_role("button", name=re.compile("Assigned to"))).to_be_visible()
    page.keyboard.press("t")
    choose(page, "bulk")
    page.keyboard.press("Escape")
    expect(page.get_by_text("bulk", exact=True).first).to_be_visible()


def _resolve_and_reopen(inbox: InboxScreen) -> None:
    page = inbox.page
    page.keyboard.press("e")
    expect(page.get_by_text("Conversation resolved")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    conversation = page.get_by_role("region", name="Conversation")
    expect(conversation.get_by_role("button", name="Resolve", exact=True)).to_be_visible()


def _know_the_person(page: Page) -> None:
    """The panel is edited in place, and the new name is everywhere at once."""
    page.get_by_label("Name", exact=True).fill("Tom Becker")
    page.keyboard.press("Enter")
    page.get_by_label("Email", exact=True).fill("tom@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tom Becker").first).to_be_visible()
    expect(page.get_by_role("link").filter(has_text="Tom Becker")).to_be_visible()


def _find_it_again(inbox: InboxScreen) -> None:
    """Search finds notes too, marks the words, and leads to the message."""
    page = inbox.page
    inbox.thread.click()
    page.keyboard.press("/")
    page.get_by_role("searchbox").first.fill("pack care")
    hit = page.locator("mark").first
    expect(hit).to_be_visible()
    hit.click()
    expect(inbox.thread).to_contain_text("please pack with care")


def test_an_owners_day(windows: Windows) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    page = inbox.page
    _make_a_widget(page)
    _allow_domains(page)
    _invite(page)
    _make_a_token(page)
    assert inbox.errors == []


def _make_a_widget(page: Page) -> None:
    page.get_by_role("link", name="Widgets").click()
    page.get_by_role("button", name="New widget").first.click()
    expect(page.get_by_text("The list of allowed domains is empty")).to_be_visible()
    title = page.get_by_label("Title", exact=True)
    title.fill("Kiln help")
    preview = page.frame_locator("iframe")
    expect(preview.get_by_text("Kiln help").first).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("Saved").first).to_be_visible()


def _allow_domains(page: Page) -> None:
    """What is typed is shown as it will be stored; what cannot be is said before."""
    page.get_by_role("link", name=re.compile("Allowed domains")).click()
    field = page.get_by_label("Add a website")
    field.fill("*.shop.example")
    expect(page.get_by_text("Wildcards do not work")).to_be_visible()
    field.fill("Shop.Example/cart")
    expect(page.get_by_text("https://shop.example").first).to_be_visible()
    field.press("Enter")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("The list of allowed domains is empty")).to_have_count(0)
    page.get_by_role("link", name="Installation").click()
    expect(page.get_by_text(re.compile("<script async src="))).to_be_visible()


def _invite(page: Page) -> None:
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="People").click()
    page.get_by_role("button", name="Invite a colleague").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Email").fill("lin@example.com")
    dialog.get_by_role("button", name=re.compile("Invite|Create")).last.click()
    expect(dialog.get_by_text(re.compile("/inbox/join#"))).to_be_visible()
    page.keyboard.press("Escape")


def _make_a_token(page: Page) -> None:
    page.get_by_role("link", name="API tokens").click()
    page.get_by_role("button", name="Create token").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Nightly export")
    dialog.get_by_text("Read contacts").click()
    dialog.get_by_role("button", name="Create token").click()
    shown = dialog.get_by_text(re.compile("^hal_")).first
    expect(shown).to_be_visible()
