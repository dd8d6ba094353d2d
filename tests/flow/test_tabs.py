"""All tabs of one browser share one connection to the relay (relay contract 6)."""

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.support.screens import VisitorScreen, Windows

pytestmark = pytest.mark.browser

NINE = 9


@dataclass
class Tabs:
    """The visitor's tabs, and the connections to the relay that stand."""

    windows: Windows
    sockets: list[tuple[Page, WebSocket]] = field(default_factory=list[tuple[Page, WebSocket]])
    said: str = ""

    def __post_init__(self) -> None:
        self.windows.visitor.on("page", self._watch)

    def _watch(self, page: Page) -> None:
        page.on("websocket", lambda socket: self.sockets.append((page, socket)))

    def open(self) -> VisitorScreen:
        """Open a further tab, on the conversation if there is one."""
        tab = self.windows.visit()
        tab.open()
        if self.said:
            tab.chat.get_by_role("button").filter(has_text=self.said).click()
            expect(tab.thread).to_contain_text(self.said)
        return tab

    def standing(self) -> int:
        """How many connections there are now."""
        return sum(not page.is_closed() and not socket.is_closed() for page, socket in self.sockets)

    def settle(self, page: Page, count: int) -> None:
        """Wait until that many connections stand, and go on standing."""
        for _ in range(150):
            if self.standing() == count:
                break
            page.wait_for_timeout(100)
        page.wait_for_timeout(500)
        assert self.standing() == count


def test_nine_tabs_have_one_connection_and_the_others_go_on_when_its_tab_is_closed(windows: Windows) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    tabs = Tabs(windows)
    first = tabs.open()
    first.write("Is anybody there?")
    expect(first.thread.get_by_text("Sent", exact=True)).to_be_visible()
    inbox.open("Is anybody there?")
    tabs.said = "Is anybody there?"
    others = [tabs.open() for _ in range(NINE - 1)]
    tabs.settle(first.page, 1)
    inbox.answer("All nine hear this.")
    for tab in (first, *others):
        expect(tab.thread.get_by_text("All nine hear this.")).to_have_count(1)
    second = others[0]
    second.write("Written in a tab that has no connection")
    expect(inbox.thread.get_by_text("Written in a tab that has no connection")).to_have_count(1)
    expect(first.thread.get_by_text("Written in a tab that has no connection")).to_have_count(1)
    first.page.close()
    inbox.answer("The one that led is gone.")
    for tab in others:
        expect(tab.thread.get_by_text("The one that led is gone.")).to_have_count(1)
    second.page.bring_to_front()
    second.write("We go on")
    expect(inbox.thread.get_by_text("We go on")).to_have_count(1)
    tabs.settle(second.page, 1)
    for tab in others:
        assert tab.errors == []
        assert tab.thread.get_by_text("All nine hear this.").count() == 1


def test_two_tabs_become_another_visitor_together(windows: Windows) -> None:
    tabs = Tabs(windows)
    first = tabs.open()
    first.write("Before")
    expect(first.thread.get_by_text("Sent", exact=True)).to_be_visible()
    second = tabs.open()
    tabs.settle(first.page, 1)
    first.page.evaluate("() => window.halloo.reset()")
    expect(second.chat.get_by_text("Before")).to_have_count(0)
    expect(second.composer).to_be_visible()
    tabs.settle(first.page, 1)
    second.write("After")
    expect(second.thread.get_by_text("Sent", exact=True)).to_be_visible()
