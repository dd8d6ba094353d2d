"""The bot check in a real browser: solved in a worker while the visitor types; nobody notices, and no policy objects."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, cast

import pytest
from playwright.sync_api import Page, Worker, expect

from halloo.botcheck.challenges import Challenges
from halloo.botcheck.settings import BotCheckSettings
from halloo.embed.assets import FOLDER
from halloo.kit.clock import system_clock
from tests.support.browser import DevTools
from tests.support.pace import PATIENCE_S
from tests.support.product import Product
from tests.support.screens import LOOK, VisitorScreen, Windows
from tests.support.tasks import busy_tasks

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SLOW_PHONE = 6
"""A phone of the lower class takes about six times as long as the machine that tests run on."""


@pytest.fixture
def strict(server: Product, make_windows: Callable[..., Windows]) -> Windows:
    """Give the two windows over a widget that always asks."""
    return make_windows(server, {**LOOK, "bot_check": {"guard_level": "always"}})


def _solved(visitor: VisitorScreen, key: str) -> Worker:
    """Type, and wait until the worker that this starts has come and gone."""
    with visitor.page.expect_worker() as started:
        visitor.composer.press_sequentially(key)
    ends = time.monotonic() + PATIENCE_S
    while visitor.page.workers and time.monotonic() < ends:
        visitor.page.wait_for_timeout(20)
    assert visitor.page.workers == [], "it ends when it is done"
    return started.value


def test_it_is_solved_while_the_visitor_types(strict: Windows) -> None:
    visitor = strict.visit()
    visitor.open()
    longest: list[float] = []
    for number in range(3):
        with busy_tasks(visitor.page) as tasks:
            worker = _solved(visitor, "Hi")
            visitor.page.wait_for_timeout(200)
        assert re.fullmatch(rf"{strict.product.widget_origin}/public/assets/worker\.[\w-]+\.js", worker.url)
        longest.append(tasks[0])
        asked = _asked(visitor.page)
        visitor.composer.press("Enter")
        expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
        expect(visitor.thread.get_by_text("Hi", exact=True)).to_have_count(number + 1)
        assert asked == [], "it was at hand"
    assert max(longest) < 50, longest
    assert (visitor.violations(), visitor.errors) == ([], [])


def test_a_task_that_is_long_is_seen(make_small: Callable[..., Product], make_windows: Callable[..., Windows]) -> None:
    """In the frame of the widget, which is not the page's own."""
    visitor = make_windows(make_small()).visit()
    visitor.open()
    turns = """() => new Promise((done) => setTimeout(() => {
      let sum = 0;
      for (let turn = 0; turn < 3e8; turn += 1) sum += Math.sqrt(turn ^ sum);
      done(sum);
    }))"""
    with busy_tasks(visitor.page) as tasks:
        visitor.chat.evaluate(turns)
        visitor.page.wait_for_timeout(100)
    assert tasks[0] > 50


def _asked(page: Page) -> list[str]:
    """Challenges that are asked for from now on."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if "/bot-check" in request.url else None)
    return found


def test_who_is_too_quick_for_it_waits_for_nothing_that_shows(strict: Windows) -> None:
    """Pasted and sent at once; then without a word of typing, by a suggested question's way."""
    visitor = strict.visit()
    visitor.open()
    visitor.write("Pasted")
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    visitor.write("Pasted again")
    expect(visitor.thread.get_by_text("Pasted again")).to_be_visible()
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    assert (visitor.violations(), visitor.errors) == ([], [])


def test_whoever_has_no_worker_is_told_what_to_do(strict: Windows) -> None:
    strict.visitor.route("**/worker.*.js", lambda route: route.abort())
    visitor = strict.visit()
    visitor.open()
    visitor.write("Hello?")
    expect(visitor.thread).to_contain_text("your browser did not pass the bot check")
    strict.visitor.unroute_all()
    visitor.thread.get_by_role("button", name="Try again").click()
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()


@pytest.fixture
def blank(browser: "Browser") -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_a_slow_phone_needs_less_than_400_ms(blank: Page) -> None:
    """Browsers do not slow workers down for a test: the worker's own file runs on the page's thread, which they do."""
    file = max(Path(FOLDER, "files").glob("worker.*.js"), key=lambda path: path.stat().st_mtime)
    blank.evaluate("() => { window.postMessage = (found) => { window.found = found } }")
    blank.add_script_tag(content=file.read_text())
    devtools = cast("DevTools", blank.context.new_cdp_session(blank))
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_PHONE})
    challenges = Challenges(b"k" * 32, BotCheckSettings(), system_clock)
    took = [_solve(blank, challenges.issue("w", "v")) for _ in range(15)]
    assert median(took) < 400, took


def _solve(page: Page, challenge: dict[str, Any]) -> float:
    """Milliseconds of one solution."""
    return page.evaluate(
        """(challenge) => {
          const before = performance.now();
          dispatchEvent(new MessageEvent("message", { data: challenge }));
          if (!window.found.derivedKey.startsWith(challenge.parameters.keyPrefix)) throw new Error("wrong");
          return performance.now() - before;
        }""",
        challenge,
    )
