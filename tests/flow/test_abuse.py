"""What an operator does about nuisances, and about who asks to be forgotten."""

import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.screens import InboxScreen, Windows

pytestmark = pytest.mark.browser


def menu(inbox: InboxScreen, item: str) -> None:
    """Choose something from the menu of the open conversation."""
    inbox.page.get_by_role("button", name="More", exact=True).last.click()
    inbox.page.get_by_role("menuitem", name=item, exact=True).click()


def settings(page: Page, name: str) -> None:
    """Open a section of the settings."""
    page.goto(re.sub(r"/inbox.*", "/inbox/settings/profile", page.url))
    page.get_by_role("navigation", name="Settings").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def test_spam_is_put_away_and_taken_back(windows: Windows) -> None:
    visitor = windows.visit()
    visitor.open()
    visitor.write("Cheap watches")
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.open("Cheap watches")
    menu(inbox, "Mark as spam")
    expect(inbox.row("Cheap watches")).to_have_count(0)
    inbox.page.get_by_role("button", name="Undo").click()
    expect(inbox.row("Cheap watches").first).to_be_visible()
    inbox.open("Cheap watches")
    menu(inbox, "Mark as spam")
    expect(inbox.row("Cheap watches")).to_have_count(0)
    visitor.write("Very cheap watches")
    expect(visitor.thread).to_contain_text("Very cheap watches")
    inbox.page.get_by_role("button", name="View", exact=True).click()
    inbox.page.get_by_role("menuitem", name=re.compile("Spam")).click()
    expect(inbox.page.get_by_role("heading", name="Spam", exact=True)).to_be_visible()
    inbox.open("Very cheap watches")
    menu(inbox, "Not spam")
    expect(inbox.page.get_by_text("No spam", exact=True)).to_be_visible()
    inbox.page.get_by_role("button", name="Back", exact=True).click()
    expect(inbox.row("Very cheap watches").first).to_be_visible()
    assert inbox.errors == []
    assert inbox.page.evaluate("() => window.policyViolations") == []


def test_a_visitor_is_blocked_at_once_and_let_in_again(windows: Windows) -> None:
    visitor = windows.visit()
    visitor.open()
    visitor.write("You are all useless")
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.open("You are all useless")
    menu(inbox, "Block visitor")
    dialog = inbox.page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Reason").fill("Insults")
    dialog.get_by_role("button", name="Block", exact=True).click()
    expect(inbox.page.get_by_role("main").get_by_text("Blocked", exact=True).first).to_be_visible()
    expect(visitor.composer).to_be_disabled()
    expect(visitor.composer).to_have_attribute("placeholder", re.compile("You cannot write here any more"))
    settings(inbox.page, "Blocked")
    table = inbox.page.get_by_role("region", name="Blocked")
    expect(table).to_contain_text("Insults")
    inbox.page.get_by_role("button", name="Block an address").click()
    dialog = inbox.page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Address or range").fill("everybody")
    dialog.get_by_role("button", name="Block", exact=True).click()
    expect(dialog.get_by_text("This is no address and no range", exact=False)).to_be_visible()
    dialog.get_by_role("textbox", name="Address or range").fill("203.0.113.0/24")
    dialog.get_by_role("button", name="Block", exact=True).click()
    expect(table).to_contain_text("203.0.113.0/24")
    table.get_by_role("row").filter(has_text="Insults").get_by_role("button", name=re.compile("Unblock")).click()
    expect(table).not_to_contain_text("Insults")
    visitor.page.close()
    again = windows.visit()
    again.open()
    again.chat.get_by_text("You are all useless").first.click()
    again.write("Sorry")
    expect(again.thread).to_contain_text("Sorry")
    settings(inbox.page, "Audit log")
    inbox.page.get_by_label("What", exact=True).click()
    inbox.page.get_by_role("option", name="Blocks").click()
    log = inbox.page.get_by_role("region", name="Audit log")
    expect(log.get_by_role("row")).to_have_count(4)
    expect(log).not_to_contain_text("session.opened")
    assert inbox.errors == []


def test_somebody_takes_their_data_and_is_forgotten_with_proof(windows: Windows, tmp_path: Path) -> None:
    visitor = windows.visit()
    visitor.open()
    visitor.write("Please forget me")
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.open("Please forget me")
    inbox.page.get_by_role("button", name="Open contact").click()
    details = inbox.page.get_by_role("complementary", name="Contact details")
    with inbox.page.expect_download() as coming:
        details.get_by_role("link", name="Download all data").click()
    archive = tmp_path / "contact.zip"
    coming.value.save_as(archive)
    said = json.loads(zipfile.ZipFile(archive).read("contact.json"))
    assert said["conversations"][0]["messages"][0]["content"] == "Please forget me"
    details.get_by_role("button", name="Delete contact").click()
    dialog = inbox.page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name=re.compile("Delete conversations")).check()
    dialog.get_by_role("button", name="Delete contact").click()
    expect(details).not_to_be_visible()
    settings(inbox.page, "Deleted data")
    table = inbox.page.get_by_role("region", name="Deleted data")
    expect(table).to_contain_text("Conversations: 1, Messages: 1, Browsers: 1")
    table.get_by_role("button", name="Proof").click()
    expect(inbox.page.get_by_role("dialog")).to_contain_text(said["contact"]["id"])
    inbox.page.keyboard.press("Escape")
    inbox.page.goto(re.sub(r"/inbox.*", "/inbox", inbox.page.url))
    expect(inbox.row("Please forget me")).to_have_count(0)
    assert inbox.errors == []


def test_how_long_things_are_kept_is_set_per_widget(windows: Windows) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    product = windows.product
    widget = product.call("GET", "/core/web-widgets")["data"][0]["id"]
    address = re.sub(r"/inbox.*", f"/inbox/widgets/{widget}/security", inbox.page.url)
    inbox.page.goto(address)
    field = inbox.page.get_by_role("textbox", name="Conversations")
    field.fill("365")
    inbox.page.get_by_role("button", name="Save", exact=True).click()
    expect(inbox.page.get_by_text("Saved", exact=True)).to_be_visible()
    kept = product.call("GET", f"/core/web-widgets/{widget}")["config"]["v1"]["retention"]
    assert kept == {"conversations_days": 365}
    inbox.page.reload()
    expect(field).to_have_value("365")
