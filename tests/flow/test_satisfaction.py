"""What visitors thought of it, as operators see it: in the thread the moment it comes, beside it, and as a report."""

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.support.product import Product
from tests.support.screens import LOOK, Windows

pytestmark = pytest.mark.browser

FEEDBACK = {
    "enabled": True,
    "form": {
        "fields": [
            {"id": "rating", "type": "rating", "label": "How was it?", "required": True},
            {"id": "comment", "type": "textarea", "label": "What could we do better?"},
        ]
    },
}
FORM = {
    "fields": [
        {
            "id": "topic",
            "type": "select",
            "label": "What is it about?",
            "options": [{"value": "buy", "label": "Buying"}, {"value": "glaze", "label": "Glazes"}],
        }
    ]
}


def _started(product: Product, words: str, **more: Any) -> tuple[str, str]:
    """Start a conversation as a visitor and return its id with its visitor's token."""
    path = f"/core/public/web-widgets/{product.facts['widget_id']}/conversations"
    first = {"client_id": str(uuid4()), "type": "text", "content": words}
    made = product.public("POST", path, {"user_id": "guest_q0V9x2mWJ3yTn1c8LZr4Ag", "message": first, **more})
    return made["conversation"]["id"], made["visitor"]["visitor_token"]


def _rate(product: Product, conversation: str, visitor: str, fields: dict[str, Any]) -> None:
    """Resolve a conversation and rate it."""
    product.call("PATCH", f"/core/conversations/{conversation}", {"state": "resolved"})
    path = f"/core/public/web-widgets/{product.facts['widget_id']}/conversations/{conversation}/feedback"
    product.public("POST", path, {"fields": fields}, visitor)


def test_feedback_reaches_the_open_thread_the_panel_and_the_report(windows: Windows) -> None:
    product = windows.product
    product.widget([windows.shop], {**LOOK, "post_conversation_feedback": FEEDBACK})
    conversation, visitor = _started(product, "Is the vase tight?")
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.open("Is the vase tight?")
    _rate(product, conversation, visitor, {"rating": 4, "comment": "Quick and kind."})
    expect(inbox.thread.get_by_text("gave feedback")).to_be_visible()
    expect(inbox.thread.get_by_role("img", name="4 of 5 stars")).to_be_visible()
    details = inbox.page.get_by_role("complementary", name="Contact details")
    expect(details.get_by_text("Quick and kind.")).to_be_visible()
    inbox.page.get_by_role("link", name="Satisfaction").click()
    expect(inbox.page.get_by_text("100%").first).to_be_visible()
    expect(inbox.page.get_by_text("4.0").first).to_be_visible()
    inbox.page.get_by_role("radio", name="Table").click()
    expect(inbox.page.get_by_role("region", name="Over time").get_by_role("row")).to_have_count(2)
    inbox.page.get_by_role("link", name=re.compile("Quick and kind")).click()
    expect(inbox.thread.get_by_text("gave feedback")).to_be_visible()
    assert inbox.errors == []


def test_the_report_follows_its_filters_and_says_where_nothing_is(windows: Windows) -> None:
    product = windows.product
    product.widget([windows.shop], {**LOOK, "post_conversation_feedback": FEEDBACK})
    conversation, visitor = _started(product, "Is the vase tight?")
    _rate(product, conversation, visitor, {"rating": 2})
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.keyboard.press("g")
    inbox.page.keyboard.press("f")
    expect(inbox.page.get_by_role("heading", name="Satisfaction", level=1)).to_be_visible()
    expect(inbox.page.get_by_text("2.0").first).to_be_visible()
    inbox.page.get_by_role("radio", name="7 days").click()
    expect(inbox.page).to_have_url(re.compile(r"satisfaction\?days=7$"))
    inbox.page.goto(f"{product.origin}/inbox/satisfaction?from=2026-01-01&to=2026-01-31")
    expect(inbox.page.get_by_role("heading", name="No feedback in these days")).to_be_visible()
    inbox.page.get_by_role("button", name="Satisfaction of the last 90 days").click()
    expect(inbox.page.get_by_text("2.0").first).to_be_visible()


def test_where_nobody_is_asked_the_report_leads_to_the_form(windows: Windows) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.goto(f"{windows.product.origin}/inbox/satisfaction")
    inbox.page.get_by_role("button", name="Set up feedback").click()
    expect(inbox.page.get_by_role("switch", name="Ask for feedback")).to_be_visible()


def test_answers_before_a_conversation_stand_beside_it_in_words(windows: Windows) -> None:
    product = windows.product
    product.widget([windows.shop], {**LOOK, "pre_conversation_form": FORM})
    _started(product, "About that bowl", form={"topic": "glaze"}, custom_metadata={"plan": "pro"})
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.open("About that bowl")
    details = inbox.page.get_by_role("complementary", name="Contact details")
    expect(details.get_by_text("What is it about?")).to_be_visible()
    expect(details.get_by_text("Glazes")).to_be_visible()
    expect(details.get_by_text("plan", exact=True)).to_be_visible()
