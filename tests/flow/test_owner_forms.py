"""What an owner asks: the forms before and after a conversation, built, moved, saved, and shown as they are built."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.product import Kind, Product
from tests.support.screens import Windows

pytestmark = pytest.mark.browser


@pytest.fixture
def kind() -> Kind:
    """Give one kind of database: these are about screens."""
    return "sqlite"


def _open_forms(windows: Windows) -> Page:
    """Open the forms of the first widget, as its owner."""
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.goto(f"{windows.product.origin}/inbox/widgets/{windows.product.facts['widget_id']}/forms")
    expect(inbox.page.get_by_role("heading", name="Before the conversation")).to_be_visible()
    return inbox.page


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()


def _stored(product: Product) -> dict[str, Any]:
    config = product.call("GET", f"/core/web-widgets/{product.facts['widget_id']}")["config"]
    stored: dict[str, Any] = config["v1"]
    return stored


def _names(page: Page) -> list[str]:
    """Return the questions of the first form, in their order."""
    return page.get_by_role("list", name="Fields").first.locator("strong").all_inner_texts()


def _handle(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=f"Move {name}:")


def _drag_below(page: Page, name: str, other: str) -> None:
    """Pull a row below another; what is open closes when the pull begins, and only then the rows lie still."""
    start = _handle(page, name).bounding_box()
    assert start is not None
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 8, start["y"] + 14)
    expect(page.get_by_role("textbox", name="Question")).to_have_count(0)
    end = _handle(page, other).bounding_box()
    assert end is not None
    page.mouse.move(end["x"] + 8, end["y"] + 40, steps=6)
    page.mouse.up()


def test_a_form_from_a_template_to_the_server(windows: Windows) -> None:
    page = _open_forms(windows)
    page.get_by_role("switch", name="Ask before the first message").click()
    assert _names(page) == ["Name", "Email"]
    page.get_by_role("button", name="Add field").click()
    page.get_by_role("menuitem", name="Drop-down list").click()
    page.get_by_role("textbox", name="Question").fill("What is it about?")
    expect(page.get_by_role("textbox", name="Identifier")).to_have_value("what_is_it_about")
    page.get_by_role("textbox", name="Text of option 1").fill("Buying a vase")
    expect(page.get_by_role("textbox", name="Value of option 1")).to_have_value("buying_a_vase")
    page.get_by_role("switch", name="Ask for feedback").click()
    _save(page)
    stored = _stored(windows.product)
    form, feedback = stored["pre_conversation_form"], stored["post_conversation_feedback"]
    assert [field["id"] for field in form["fields"]] == ["name", "email", "what_is_it_about"]
    assert form["fields"][1]["maps_to"] == "email"
    assert feedback["enabled"] is True
    assert [field["type"] for field in feedback["form"]["fields"]] == ["rating", "textarea"]
    assert all("maps_to" not in field for field in feedback["form"]["fields"])
    page.get_by_role("textbox", name="Question").fill("Your matter")
    expect(page.get_by_role("textbox", name="Identifier")).to_have_value("what_is_it_about")


def test_fields_move_by_keys_and_by_drag_and_a_removed_one_comes_back(windows: Windows) -> None:
    page = _open_forms(windows)
    page.get_by_role("switch", name="Ask before the first message").click()
    _handle(page, "Email").press("ArrowUp")
    assert _names(page) == ["Email", "Name"]
    expect(_handle(page, "Email")).to_be_focused()
    page.get_by_role("button", name=re.compile("^Email Email")).click()
    _drag_below(page, "Email", "Name")
    assert _names(page) == ["Name", "Email"]
    page.get_by_role("button", name="Remove Name").click()
    assert _names(page) == ["Email"]
    page.get_by_role("button", name="Undo").click()
    assert _names(page) == ["Name", "Email"]


def test_a_form_that_the_server_would_refuse_is_not_sent(windows: Windows) -> None:
    page = _open_forms(windows)
    page.get_by_role("switch", name="Ask before the first message").click()
    page.get_by_role("button", name=re.compile("^Email Email")).click()
    page.get_by_role("textbox", name="Identifier").fill("name")
    expect(page.get_by_text("Another field has this identifier.")).to_be_visible()
    save = page.get_by_role("button", name="Save", exact=True)
    expect(save).to_be_disabled()
    expect(page.get_by_text("Some fields need a look first.")).to_be_visible()
    page.get_by_role("textbox", name="Identifier").fill("email")
    _save(page)


def test_the_preview_shows_the_form_that_one_works_at(windows: Windows) -> None:
    page = _open_forms(windows)
    page.get_by_role("switch", name="Ask before the first message").click()
    preview = page.frame_locator("iframe")
    expect(preview.get_by_text("Before we start")).to_be_visible()
    page.get_by_role("textbox", name="Title").first.fill("One moment")
    expect(preview.get_by_text("One moment")).to_be_visible()
    page.get_by_role("switch", name="Ask for feedback").click()
    expect(preview.get_by_text("How do you rate this conversation?")).to_be_visible()
    expect(page.get_by_role("button", name="Preview")).to_have_text("Feedback")
