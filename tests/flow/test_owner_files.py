"""What an owner lets visitors send: the form, its preview, and what the visitor's chat offers then."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.screens import LOOK, Windows

pytestmark = pytest.mark.browser


def test_an_owner_says_which_files_may_be_sent(windows: Windows) -> None:
    product = windows.product
    product.widget([windows.shop], LOOK)
    inbox = windows.inbox()
    inbox.sign_in()
    page = inbox.page
    page.goto(f"{product.origin}/inbox/widgets/{product.facts['widget_id']}")
    page.get_by_role("link", name=re.compile("Language and behaviour", re.IGNORECASE)).click()
    preview = page.frame_locator("iframe")
    clip = preview.get_by_role("button", name="Attach files")
    expect(clip).to_be_visible()
    allowed = page.get_by_role("switch", name="Visitors can send files")
    allowed.click()
    expect(clip).to_have_count(0)
    expect(page.get_by_role("textbox", name="Largest file")).to_have_count(0)
    allowed.click()
    page.get_by_role("textbox", name="Largest file").fill("2.5")
    page.get_by_role("checkbox", name="Videos").uncheck()
    page.get_by_role("checkbox", name="Archives").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    files = product.call("GET", f"/core/web-widgets/{product.facts['widget_id']}")["config"]["v1"]["files"]
    assert files == {
        "max_bytes": 2_621_440,
        "types": ["image", "pdf", "text", "office", "audio", "archive"],
    }
    visitor = windows.visit()
    visitor.open()
    taken = visitor.chat.locator("input[type=file]").get_attribute("accept") or ""
    assert ".zip" in taken
    assert "video" not in taken
    assert inbox.errors == []
