"""What a widget asks: a form before the conversation, feedback after it, and where else an answer may go."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.product import Product
from tests.support.screens import LOOK, VisitorScreen, Windows

pytestmark = pytest.mark.browser

OPTIONS = [{"value": "order", "label": "An order"}, {"value": "return", "label": "A return"}]
FORM: dict[str, Any] = {
    "title": "Two things first",
    "fields": [
        {"id": "name", "type": "text", "label": "Your name", "required": True, "maps_to": "name"},
        {"id": "email", "type": "email", "label": "Your email", "required": True, "maps_to": "email"},
        {"id": "phone", "type": "phone", "label": "Your phone"},
        {"id": "pieces", "type": "number", "label": "How many pieces", "min": 1, "max": 12},
        {"id": "topic", "type": "select", "label": "What is it about", "options": OPTIONS, "required": True},
        {"id": "pace", "type": "radio", "label": "How urgent is it", "options": OPTIONS},
        {"id": "likes", "type": "checkbox", "label": "What do you collect", "options": OPTIONS},
        {"id": "mood", "type": "rating", "label": "How do you like the shop"},
        {"id": "story", "type": "textarea", "label": "Tell us more"},
        {"id": "terms", "type": "checkbox", "label": "I have read the notice", "required": True},
    ],
}
FEEDBACK: dict[str, Any] = {
    "enabled": True,
    "thank_you_text": "You are a gem.",
    "form": {
        "title": "How was it",
        "fields": [
            {"id": "stars", "type": "rating", "label": "Your rating", "required": True},
            {"id": "comment", "type": "textarea", "label": "What could be better"},
        ],
    },
}
NEVER = [{"day": day, "open": "00:00", "close": "00:01"} for day in ("mon",)]
AWAY = {"enabled": True, "timezone": "UTC", "days": NEVER, "away_text": "The kiln is cooling down."}


@pytest.fixture
def asking(server: Product, make_windows: Callable[..., Windows]) -> Windows:
    """Give the two windows over a widget that asks before and after."""
    look = {**LOOK, "pre_conversation_form": FORM, "post_conversation_feedback": FEEDBACK}
    return make_windows(server, {**look, "suggested_questions": ["Is the glaze dishwasher safe?"]})


def _fill(visitor: VisitorScreen) -> None:
    """Fill in everything that the form asks, by label, as people and their aids find it."""
    chat = visitor.chat
    chat.get_by_label("Your name").fill("Ada")
    chat.get_by_label("Your email").fill("ada@example.com")
    chat.get_by_label("Your phone").fill("+43 1 234 567")
    chat.get_by_label("How many pieces").fill("3")
    chat.get_by_label("What is it about").select_option("order")
    chat.get_by_role("radiogroup", name="How urgent is it").get_by_label("A return").check()
    chat.get_by_role("group", name="What do you collect").get_by_label("An order").check()
    chat.get_by_role("radio", name="4 of 5").check()
    chat.get_by_label("Tell us more").fill("First line\nsecond line")
    chat.get_by_label("I have read the notice").check()


def _only(product: Product) -> dict[str, Any]:
    """Return the one conversation that there is."""
    (found,) = product.call("GET", "/core/conversations")["data"]
    return found


def test_a_form_before_the_conversation(asking: Windows) -> None:
    visitor = asking.visit()
    visitor.open()
    chat = visitor.chat
    expect(chat.get_by_role("heading", name="Two things first")).to_be_visible()
    expect(visitor.composer).to_have_count(0)
    chat.get_by_role("button", name="Start the conversation").click()
    expect(chat.get_by_label("Your name")).to_be_focused()
    expect(chat.get_by_label("Your name")).to_have_accessible_description("Please fill this in.")
    expect(chat.get_by_text("Please choose", exact=True).last).to_be_visible()
    _fill(visitor)
    chat.get_by_role("button", name="Start the conversation").click()
    visitor.write("Is the vase tight?")
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    found = _only(asking.product)
    full = asking.product.call("GET", f"/core/conversations/{found['id']}")
    assert full["custom_metadata"].items() >= {"name": "Ada", "pieces": 3, "topic": "order", "mood": 4}.items()
    again = asking.visit()
    again.open()
    again.chat.get_by_role("button").filter(has_text="Send us a message").click()
    expect(again.composer).to_be_visible()
    assert visitor.errors == []
    assert visitor.violations() == []


def test_answers_that_were_typed_survive_a_reload(asking: Windows) -> None:
    visitor = asking.visit()
    visitor.open()
    visitor.chat.get_by_label("Your name").fill("Ada")
    visitor.chat.get_by_label("Your email").fill("ada@")
    again = asking.visit()
    again.open()
    expect(again.chat.get_by_label("Your name")).to_have_value("Ada")
    expect(again.chat.get_by_label("Your email")).to_have_value("ada@")


def test_a_suggested_question_waits_for_the_form(asking: Windows) -> None:
    visitor = asking.visit()
    visitor.widget.press(visitor.widget.find(lambda node: "dishwasher" in node.text and node.name == "button"))
    visitor.open()
    expect(visitor.chat.get_by_text("Is the glaze dishwasher safe?")).to_be_visible()
    assert asking.product.call("GET", "/core/conversations")["data"] == []
    _fill(visitor)
    visitor.chat.get_by_role("button", name="Start the conversation").click()
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    assert _only(asking.product)["last_message"] is not None


def test_a_form_that_has_changed_is_shown_again_filled_in(asking: Windows) -> None:
    visitor = asking.visit()
    visitor.open()
    _fill(visitor)
    visitor.chat.get_by_role("button", name="Start the conversation").click()
    expect(visitor.composer).to_be_visible()
    fields = [*FORM["fields"], {"id": "city", "type": "text", "label": "Your city", "required": True}]
    asking.product.widget([asking.shop], {**LOOK, "pre_conversation_form": {**FORM, "fields": fields}})
    # The page that is open does not know yet: the server asks, and the message is kept.
    visitor.write("Is the vase tight?")
    expect(visitor.chat.get_by_label("Your city")).to_have_accessible_description("Please fill this in.")
    expect(visitor.chat.get_by_label("Your name")).to_have_value("Ada")
    expect(visitor.chat.get_by_text("Is the vase tight?")).to_be_visible()
    visitor.chat.get_by_label("Your city").fill("Vienna")
    visitor.chat.get_by_role("button", name="Start the conversation").click()
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()


def _ended(windows: Windows, **look: Any) -> VisitorScreen:
    """Bring a visitor to a conversation that was answered and has ended."""
    windows.product.widget([windows.shop], {**LOOK, "post_conversation_feedback": FEEDBACK, **look})
    visitor = windows.visit()
    visitor.open()
    visitor.write("Is the vase tight?")
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    windows.product.call("PATCH", f"/core/conversations/{_only(windows.product)['id']}", {"state": "resolved"})
    expect(visitor.chat.get_by_role("heading", name="How was it")).to_be_visible()
    return visitor


def _rate(visitor: VisitorScreen, stars: int) -> None:
    visitor.chat.get_by_role("radio", name=f"{stars} of 5").check()
    visitor.chat.get_by_label("What could be better").fill("Nothing at all")
    visitor.chat.get_by_role("button", name="Send feedback").click()


def test_11_feedback_is_given_once_also_in_two_tabs(windows: Windows) -> None:
    visitor = _ended(windows)
    other = windows.visit()
    other.open()
    other.chat.get_by_role("button").filter(has_text="Is the vase tight?").click()
    expect(other.chat.get_by_role("heading", name="How was it")).to_be_visible()
    other.chat.get_by_role("radio", name="1 of 5").check()
    _rate(visitor, 4)
    expect(visitor.chat.get_by_text("You are a gem.")).to_be_visible()
    # The other tab hears of it and asks no more.
    expect(other.chat.get_by_text("You are a gem.")).to_be_visible()
    expect(other.chat.get_by_role("button", name="Send feedback")).to_have_count(0)
    full = windows.product.call("GET", f"/core/conversations/{_only(windows.product)['id']}")
    assert full["custom_metadata"]["feedback_form"] == {"stars": 4, "comment": "Nothing at all"}


def test_feedback_can_be_put_away(windows: Windows) -> None:
    visitor = _ended(windows)
    visitor.chat.get_by_role("button", name="Not now").click()
    expect(visitor.chat.get_by_role("heading", name="How was it")).to_have_count(0)
    again = windows.visit()
    again.open()
    again.chat.get_by_role("button").filter(has_text="Is the vase tight?").click()
    expect(again.thread).to_contain_text("This conversation has ended")
    expect(again.chat.get_by_role("heading", name="How was it")).to_have_count(0)


def test_outside_business_hours_an_address_can_be_left(server: Product, make_windows: Callable[..., Windows]) -> None:
    windows = make_windows(server, {**LOOK, "business_hours": AWAY})
    visitor = windows.visit()
    visitor.open()
    expect(visitor.chat.get_by_text("The kiln is cooling down.")).to_be_visible()
    visitor.write("Is the vase tight?")
    _leave(visitor, "nobody")
    expect(visitor.chat.get_by_text(re.compile("does not look like an email address"))).to_be_visible()
    _leave(visitor, "ada@example.com")
    expect(visitor.chat.get_by_text(re.compile("ada@example.com"))).to_be_visible()
    contact = server.call("GET", "/core/contacts")["data"][0]
    assert contact["email"] == "ada@example.com"


def _leave(visitor: VisitorScreen, email: str) -> None:
    visitor.chat.get_by_label("Your email").fill(email)
    visitor.chat.get_by_role("button", name="Save").click()
