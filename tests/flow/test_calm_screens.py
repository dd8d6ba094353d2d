"""What must not jump, hide or cover: files that wait, the day over what is read, the end that is held, what is said in passing."""

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Locator, ViewportSize, expect

from tests.support import kinds
from tests.support.attaching import SIDES, Thing, text
from tests.support.attaching import begin as begin_talk
from tests.support.browser import shoot
from tests.support.product import Product
from tests.support.screens import LOOK, Windows
from tests.support.stores import empty_store
from tests.support.visitor import PAGE, Visitor

pytestmark = pytest.mark.browser

OPACITY = "day => getComputedStyle(day).opacity"
BACK_AND_GROW = """async (box, by) => {
  const last = box.querySelector("li:last-child, .in-run:last-child > .in-run-lines");
  box.scrollTop = box.scrollHeight - box.clientHeight - 20;
  await new Promise((next) => setTimeout(next, 400));
  // Both before the browser tells of either.
  box.scrollTop = box.scrollHeight;
  const more = document.createElement("div");
  more.style.cssText = `flex: none; inline-size: 9px; block-size: ${by}px`;
  last.append(more);
  await new Promise((next) => setTimeout(next, 600));
  return box.scrollHeight - box.scrollTop - box.clientHeight;
}"""


@pytest.fixture
def product(tmp_path: Path, make_product: Callable[..., Product]) -> Iterator[Product]:
    """A product over SQLite: what is tried here is the browser's side."""
    with empty_store("sqlite", tmp_path, None, migrated=False) as store:
        yield make_product(store)


@pytest.fixture
def windows(product: Product, make_windows: Callable[..., Windows]) -> Windows:
    """Both windows over it."""
    return make_windows(product)


def _long(product: Product, conversation: str) -> None:
    for number in range(24):
        kinds.say(
            product, conversation, "text", f"Number {number} is tight. We test each one for a week before it goes."
        )


def test_a_full_tray_shows_that_there_is_more(windows: Windows) -> None:
    talk = begin_talk(windows)
    for who in SIDES:
        side = talk.side(who)
        files = [text(f"{number}.txt") for number in range(9)]
        side.place.locator("input[type=file]").first.set_input_files([one.payload for one in files])
        side.waits_for(*files)
        tray = side.tray
        tray.evaluate("list => list.scrollTo(0, 0)")
        expect(tray).to_have_attribute("data-below", "")
        shoot(side.page, f"tray-full-{who}")
        assert tray.evaluate("list => getComputedStyle(list).maskImage") != "none"
        tray.evaluate("list => list.scrollTo(0, list.scrollHeight)")
        expect(tray).to_have_attribute("data-above", "")
        expect(tray).not_to_have_attribute("data-below", "")
        tray.evaluate("list => list.scrollTo(0, 0)")
        expect(tray).not_to_have_attribute("data-above", "")
        false = Thing("film.mp4", "video/mp4", b"no film at all")
        side.place.locator("input[type=file]").first.set_input_files([false.payload])
        tray.evaluate("list => list.scrollTo(0, 0)")
        row = side.file("film.mp4")
        expect(row).to_contain_text("not what its name says")
        expect(tray).not_to_have_attribute("data-below", "")
        expect(row).to_be_in_viewport(ratio=1)
    talk.is_calm()


def test_the_day_covers_what_is_read_only_while_one_scrolls(windows: Windows) -> None:
    _, conversation = kinds.begin(windows)
    _long(windows.product, conversation)
    inbox = kinds.in_inbox(windows)
    day = inbox.thread.get_by_text("Today", exact=True)
    expect(inbox.thread.get_by_text("Number 23 is tight")).to_be_in_viewport()
    expect(day).to_have_css("opacity", "0")
    inbox.thread.hover()
    inbox.page.mouse.wheel(0, -120)
    expect(day).to_have_css("opacity", "1")
    shoot(inbox.page, "day-while-scrolling")
    expect(day).to_have_css("opacity", "0")
    inbox.thread.evaluate("box => box.scrollTo(0, 0)")
    expect(day).to_have_css("opacity", "1")
    inbox.page.wait_for_timeout(1_500)
    assert day.evaluate(OPACITY) == "1", "it stands at its own place, and was hidden"


def test_what_grows_does_not_take_the_end_away(windows: Windows) -> None:
    visitor, conversation = kinds.begin(windows)
    _long(windows.product, conversation)
    inbox = kinds.in_inbox(windows)
    for thread in (visitor.thread, inbox.thread):
        expect(thread.get_by_text("Number 23 is tight")).to_be_in_viewport()
        assert thread.evaluate(BACK_AND_GROW, 400) < 2


def test_a_word_about_a_name_stands_beside_it(windows: Windows) -> None:
    visitor = windows.visit()
    visitor.page.evaluate("() => window.halloo.set({ name: 'Mary Poole', email: 'mary@shop.example' })")
    visitor.open()
    visitor.write("Is the vase tight?")
    inbox = kinds.in_inbox(windows)
    marks = inbox.page.get_by_text("claimed", exact=True)
    expect(marks).to_have_count(2)
    shoot(inbox.page, "claimed")
    for mark, label in ((marks.nth(0), "Name"), (marks.nth(1), "Email")):
        field = inbox.page.get_by_role("textbox", name=label, exact=True)
        words, sign = _words_of(field), mark.bounding_box()
        assert sign is not None
        assert -2 <= sign["x"] - words <= 40, f"{label} ends at {words}, its word is at {sign}"


def _box(element: Locator) -> FloatRect:
    box = element.bounding_box()
    assert box is not None
    return box


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 860}, {"width": 390, "height": 780}])
def test_what_is_said_in_passing_covers_no_composer(windows: Windows, viewport: ViewportSize) -> None:
    kinds.begin(windows)
    inbox = kinds.in_inbox(windows)
    inbox.page.set_viewport_size(viewport)
    talk = inbox.page.get_by_role("region", name="Conversation", exact=True)
    talk.get_by_role("button", name="Resolve", exact=True).click()
    said = inbox.page.get_by_role("status").filter(has_text="Conversation resolved")
    expect(said).to_be_visible()
    shoot(inbox.page, f"passing-{viewport['width']}")
    toast, composer = _box(said), _box(inbox.page.locator(".in-composer"))
    apart = (
        toast["x"] + toast["width"] <= composer["x"]
        or toast["y"] >= composer["y"] + composer["height"]
        or toast["y"] + toast["height"] <= composer["y"]
    )
    assert apart, f"{toast} lies over {composer}"
    assert toast["x"] >= 0
    assert toast["x"] + toast["width"] <= viewport["width"]


def test_keys_go_on_from_where_a_conversation_was(windows: Windows) -> None:
    windows.product.widget([PAGE, windows.shop], LOOK)
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs here
        aside.submit(asyncio.run, _crowd(windows.product, "First", "Second", "Third")).result()
    inbox = windows.inbox()
    inbox.sign_in()
    keys = inbox.page.keyboard
    expect(inbox.row("Third question")).to_be_visible()
    keys.press("j")
    expect(inbox.thread).to_contain_text("First question")
    inbox.answer("Yes, it is.")
    expect(inbox.row("Yes, it is.")).to_be_visible()
    keys.press("Escape")
    keys.press("j")
    expect(inbox.thread).to_contain_text("Second question")
    keys.press("e")
    expect(inbox.row("Second question")).to_have_count(0)
    keys.press("j")
    expect(inbox.thread).to_contain_text("Third question")


def test_who_has_nothing_is_led_to_what_nobody_has(windows: Windows) -> None:
    kinds.begin(windows)
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.get_by_role("button", name=re.compile("^Mine")).click()
    expect(inbox.page.get_by_text("Nothing is assigned to you")).to_be_visible()
    inbox.page.get_by_role("button", name="Show 1 unassigned").click()
    expect(inbox.row("Is the vase tight?")).to_be_visible()


async def _crowd(product: Product, *names: str) -> None:
    """A visitor each, who waits in this order."""
    for number, name in enumerate(names):
        visitor = Visitor(product, number)
        visitor.arrive()
        await visitor.write(f"{name} question")
        await visitor.leave()


def _words_of(field: Locator) -> float:
    """Where the text of a field ends."""
    ends: float = field.evaluate("""field => {
      const style = getComputedStyle(field);
      const pen = document.createElement("canvas").getContext("2d");
      pen.font = style.font;
      pen.letterSpacing = style.letterSpacing;
      const { left, width } = field.getBoundingClientRect();
      const words = pen.measureText(field.value).width;
      const start = style.textAlign === "center" ? left + (width - words) / 2 : left + parseFloat(style.paddingLeft);
      return start + words;
    }""")
    return ends
