"""The page recovers by itself: within five seconds after the server is back, what was written meanwhile is there, once.

Waits between tries double and are drawn by lot up to that; the test fixes the lot at its middle, so that it does not depend on luck.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.pace import Pace
from tests.support.product import Product
from tests.support.screens import LOOK, Windows

STEADY_MS = 5_500
"""A line that held this long counts as good; tries after its loss begin with short waits again."""

RECOVERED_S, SLACK_S = 5, 3
"""How long it may take, and what a busy machine keeps the browser waiting, which is not measured."""

ROUNDS = 2
"""The first shows that it recovers, the second that it does so again."""

pytestmark = pytest.mark.browser


def test_the_page_recovers_after_a_kill(server: Product, make_windows: Callable[..., Windows]) -> None:
    windows = make_windows(server, LOOK)
    for person in (windows.visitor, windows.operator):
        person.add_init_script("Math.random = () => 0.5")
    inbox = windows.inbox()
    inbox.sign_in()
    visitor = windows.visit()
    visitor.open()
    visitor.write("Before")
    inbox.open("Before")
    for number in range(ROUNDS):
        visitor.page.wait_for_timeout(STEADY_MS)
        server.kill()
        visitor.write(f"While it was down, {number}")
        server.start()
        assert server.process is not None
        pace = Pace(server.process.pid)
        expect(visitor.thread.get_by_text("Sending")).to_have_count(0)
        expect(inbox.thread.get_by_text(f"While it was down, {number}")).to_have_count(1)
        assert pace.seconds() < RECOVERED_S + SLACK_S
    inbox.answer("After all that")
    expect(visitor.thread.get_by_text("After all that")).to_have_count(1)
    for number in range(ROUNDS):
        expect(visitor.thread.get_by_text(f"While it was down, {number}")).to_have_count(1)
        expect(inbox.thread.get_by_text(f"While it was down, {number}")).to_have_count(1)
    assert visitor.errors == []
    assert inbox.errors == []
