"""The main job, in a real browser: someone on a web page writes, someone in the inbox answers."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.support.browser import shoot
from tests.support.screens import InboxScreen, VisitorScreen, Windows

pytestmark = pytest.mark.browser

EMOJI = "A wave 👋🏽, a family 👩‍👩‍👧 and a flag 🇩🇪"
LINES = "First line\nsecond line\n\nfourth line"
LINK = "Look at https://example.com/a?b=c, please"
ARABIC = "مرحبا، هل المزهرية متوفرة؟"
HEBREW = "שלום, האם הספל זמין?"
LONG_WORD = "Donaudampfschifffahrt" * 20
LONGEST = ("All the words that fit into one message. " * 250)[:9_990].rstrip().ljust(10_000, "!")


TEXT_OUTSIDE = """thread => {
  const room = thread.getBoundingClientRect();
  const outside = ({ left, right }) => left < room.left - 1 || right > room.right + 1;
  return [...thread.querySelectorAll("[dir=auto]")]
    .filter((text) => outside(text.getBoundingClientRect()) || text.scrollWidth > text.clientWidth + 1)
    .map((text) => text.textContent.slice(0, 60));
}"""
"""Texts that stick out of the thread, or out of their own bubble."""


def test_the_whole_conversation(windows: Windows) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    visitor = windows.visit("/pots/long-vase")
    visitor.page.keyboard.press("Escape")
    _first_message(visitor, inbox)
    _contact_panel(windows, inbox)
    _typing_and_answer(visitor, inbox)
    _every_kind_of_text(visitor, inbox)
    _both_come_back(windows, visitor, inbox)


def _first_message(visitor: VisitorScreen, inbox: InboxScreen) -> None:
    """Launcher, greeting, writing; the operator sees a badge and the message at once, and hears it."""
    visitor.open()
    expect(visitor.thread).to_contain_text("Hello, ask me about glazes.")
    before = inbox.tones()
    visitor.write("Is the vase tight?")
    expect(visitor.thread).to_contain_text("Is the vase tight?")
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    row = inbox.row("Is the vase tight?")
    expect(row).to_be_visible()
    expect(row).to_contain_text("1 unread")
    expect(inbox.page).to_have_title(re.compile(r"^\(1\)"))
    assert inbox.tones() > before, "the operator heard nothing"
    inbox.open("Is the vase tight?")
    expect(inbox.thread).to_contain_text("Is the vase tight?")
    inbox.page.bring_to_front()
    expect(inbox.page).not_to_have_title(re.compile(r"^\("))
    expect(visitor.thread.get_by_text("Seen", exact=True)).to_be_visible()


def _contact_panel(windows: Windows, inbox: InboxScreen) -> None:
    """The operator sees the visitor's page, browser and language."""
    panel = inbox.page.get_by_role("complementary", name="Contact details")
    expect(panel).to_contain_text("Chrome")
    expect(panel).to_contain_text("English")
    expect(panel).to_contain_text(windows.shop.removeprefix("http://"))


def _typing_and_answer(visitor: VisitorScreen, inbox: InboxScreen) -> None:
    """Each sees the other type; the answer arrives, and the mark that it was read."""
    visitor.composer.press_sequentially("I would put", delay=20)
    expect(inbox.thread.get_by_text(re.compile("is typing"))).to_be_attached()
    visitor.composer.fill("")
    inbox.composer.press_sequentially("Yes, it", delay=20)
    expect(visitor.thread.get_by_text(re.compile("is typing"))).to_be_attached()
    inbox.answer("Yes, it is. Fresh flowers are welcome.")
    expect(visitor.thread).to_contain_text("Yes, it is. Fresh flowers are welcome.")
    visitor.page.bring_to_front()
    expect(inbox.thread.get_by_text("Read", exact=True)).to_be_visible()


def _every_kind_of_text(visitor: VisitorScreen, inbox: InboxScreen) -> None:
    """Texts arrive as they were written, and look right on both sides."""
    for text in (EMOJI, LINES, LINK, ARABIC, HEBREW, LONG_WORD, LONGEST):
        visitor.write(text)
        expect(_bubble(visitor.thread, text)).to_be_attached()
        expect(_bubble(inbox.thread, text)).to_be_attached(timeout=15_000)
    for thread in (visitor.thread, inbox.thread):
        assert "second line\n\nfourth line" in thread.inner_text()
        link = thread.get_by_role("link", name="https://example.com/a?b=c")
        expect(link).to_have_attribute("href", "https://example.com/a?b=c")
        expect(link).to_have_attribute("rel", re.compile("noopener"))
        for text in (ARABIC, HEBREW):
            assert _bubble(thread, text).evaluate("element => getComputedStyle(element).direction") == "rtl"
        assert thread.evaluate(TEXT_OUTSIDE) == []
    expect(inbox.row("All the words that fit").first).to_be_visible()


def _bubble(thread: Locator, text: str) -> Locator:
    """Find the smallest element that holds exactly a text; white space counts as a browser shows it."""
    words = re.compile(r"^\s*" + r"\s+".join(re.escape(word) for word in text.split()) + r"\s*$")
    return thread.locator("[dir=auto]").filter(has_text=words).last


def _both_come_back(windows: Windows, visitor: VisitorScreen, inbox: InboxScreen) -> None:
    """Both close the tab, come back, and find everything."""
    shoot(visitor.page, f"flow-visitor-{windows.product.store.kind}")
    shoot(inbox.page, f"flow-inbox-{windows.product.store.kind}")
    assert visitor.violations() == []
    assert visitor.errors == []
    assert inbox.errors == []
    visitor.page.close()
    inbox.page.close()
    again = windows.visit()
    again.open()
    again.chat.get_by_role("button").filter(has_text="All the words that fit").click()
    for text in ("Is the vase tight?", "Yes, it is. Fresh flowers are welcome.", "second line"):
        expect(again.thread).to_contain_text(text)
    back = windows.inbox()
    back.wait_for_list()
    back.open("All the words that fit")
    for text in ("Is the vase tight?", "Yes, it is. Fresh flowers are welcome.", "second line"):
        expect(back.thread).to_contain_text(text)


def test_what_was_typed_offline_is_sent_once(windows: Windows) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    visitor = windows.visit()
    visitor.open()
    visitor.write("Before the tunnel")
    inbox.open("Before the tunnel")
    windows.visitor.set_offline(offline=True)
    visitor.write("In the tunnel")
    expect(visitor.chat.get_by_text(re.compile("You are offline|Connecting again"))).to_be_visible(timeout=45_000)
    expect(visitor.thread.get_by_text("Sending")).to_be_visible()
    expect(inbox.thread.get_by_text("In the tunnel")).to_have_count(0)
    windows.visitor.set_offline(offline=False)
    expect(inbox.thread.get_by_text("In the tunnel")).to_have_count(1, timeout=20_000)
    expect(visitor.thread.get_by_text("In the tunnel")).to_have_count(1)
    expect(visitor.thread.get_by_text("Sending")).to_have_count(0)
    visitor.write("After the tunnel")
    expect(inbox.thread.get_by_text("After the tunnel")).to_have_count(1)
    expect(inbox.thread.get_by_text("In the tunnel")).to_have_count(1)


def test_the_operator_sees_who_is_there(windows: Windows) -> None:
    visitor = windows.visit()
    visitor.open()
    visitor.write("Anybody there?")
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.open("Anybody there?")
    panel = inbox.page.get_by_role("complementary", name="Contact details")
    expect(panel).to_contain_text("On the website now")
    visitor.page.close()
    expect(panel).to_contain_text("Last seen", timeout=20_000)


def test_nothing_is_fetched_before_the_first_click(windows: Windows) -> None:
    context = windows.visitor
    fetched: list[str] = []
    origin = windows.product.origin
    context.on("request", lambda request: fetched.append(request.url) if request.url.startswith(origin) else None)
    visitor = windows.visit()
    visitor.widget.frame()
    visitor.page.wait_for_timeout(2500)
    names = [re.sub(r"^.*/|\?.*$", "", url) for url in fetched]
    scripts = [name for name in names if name.endswith(".js")]
    assert len(scripts) == 1, scripts
    assert scripts[0].startswith("boot."), scripts
    assert not [name for name in names if name.startswith(("chat.", "messages-"))], names
    visitor.open()
    assert any("/public/assets/chat." in url for url in fetched), fetched
