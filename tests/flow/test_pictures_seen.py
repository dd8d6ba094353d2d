"""Pictures and files of a conversation on both sides: they keep their room, are looked at by keys and fingers, and never run out."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Frame, Page, Route, expect

from tests.support import kinds
from tests.support.browser import DevTools, shoot
from tests.support.product import Product
from tests.support.screens import Windows

pytestmark = pytest.mark.browser

SCALE = "element => new DOMMatrix(getComputedStyle(element).transform).a"
SIZE = "element => { const { width, height } = element.getBoundingClientRect(); return [width, height]; }"
COLOURS = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return canvas.width > 8 && new Set(data).size > 3;
}"""
"""Whether something is drawn on a canvas."""


def test_pictures_keep_their_room_and_are_looked_at(windows: Windows) -> None:
    product = windows.product
    visitor, cid = kinds.begin(windows)
    held: list[Route] = []
    free: list[bool] = []

    def hold(route: Route) -> None:
        if free:
            route.continue_()
        else:
            held.append(route)

    windows.visitor.route("**/files/**", hold)
    for name, size, hue in (
        ("first.png", (1600, 1200), 150),
        ("second.png", (700, 1400), 20),
        ("third.png", (90, 60), 280),
    ):
        kinds.send_file(product, cid, name, kinds.picture(*size, hue), "image/png")
    first = visitor.thread.get_by_role("button", name="Show first.png large")
    expect(first.locator("canvas")).to_be_visible()
    visitor.page.wait_for_timeout(300)
    assert first.locator("canvas").evaluate(COLOURS)
    before = visitor.thread.evaluate("element => element.scrollHeight")
    free.append(True)
    for route in held:
        route.continue_()
    for name in ("first", "second", "third"):
        button = visitor.thread.get_by_role("button", name=f"Show {name}.png large")
        button.scroll_into_view_if_needed()
        expect(button.locator(".u-there")).to_be_visible()
    assert visitor.thread.evaluate("element => element.scrollHeight") == before
    width, height = first.evaluate(SIZE)
    assert abs(width / height - 4 / 3) < 0.02
    _look(visitor.chat, visitor.page)
    expect(visitor.chat.get_by_role("button", name="Close")).to_be_visible()
    inbox = kinds.in_inbox(windows)
    _look(inbox.page, inbox.page)
    assert visitor.violations() == []
    assert visitor.errors + inbox.errors == []


def _look(screen: Frame | Page, page: Page) -> None:
    """Keys, wheel, double click, and saving; the focus comes back."""
    button = screen.get_by_role("button", name="Show first.png large")
    button.focus()
    button.press("Enter")
    large = screen.get_by_role("dialog", name="Pictures of this conversation")
    expect(large).to_contain_text("1 of 3")
    expect(large.get_by_role("img", name="first.png")).to_be_visible()
    for key, place in (("ArrowRight", 2), ("End", 3), ("ArrowLeft", 2), ("Home", 1), ("ArrowLeft", 1)):
        page.keyboard.press(key)
        expect(large).to_contain_text(f"{place} of 3")
    picture = large.locator(".u-light-picture")
    expect(large.locator(".u-there")).to_be_visible()
    picture.hover()
    page.mouse.wheel(0, -400)
    assert picture.evaluate(SCALE) > 1.5
    page.keyboard.press("0")
    page.wait_for_timeout(300)
    assert picture.evaluate(SCALE) == 1
    picture.dblclick()
    page.wait_for_timeout(300)
    assert picture.evaluate(SCALE) == 2.5
    with page.expect_download() as saved:
        large.get_by_role("button", name="Download first.png").click()
    assert saved.value.suggested_filename == "first.png"
    assert Path(saved.value.path()).read_bytes().startswith(b"\x89PNG")
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)
    expect(button).to_be_focused()


def test_the_large_picture_goes_with_its_conversation(
    make_small: Callable[..., Product], make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(make_small())
    _, cid = kinds.begin(windows)
    kinds.send_file(windows.product, cid, "one.png", kinds.picture(300, 200, 90), "image/png")
    page = kinds.in_inbox(windows).page
    page.get_by_role("button", name="Show one.png large").click()
    large = page.get_by_role("dialog", name="Pictures of this conversation")
    expect(large).to_be_visible()
    page.go_back()
    expect(page.get_by_role("log")).to_have_count(0)
    expect(large).to_have_count(0)


def test_fingers_pinch_swipe_and_close(
    make_small: Callable[..., Product], make_windows: Callable[..., Windows]
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    windows = make_windows(make_small(), **phone)
    visitor = windows.visit()
    visitor.frame = visitor.widget.open()
    visitor.composer.fill("Hello")
    visitor.chat.get_by_role("button", name="Send", exact=True).click()
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    cid = kinds.only_conversation(windows.product)
    for name, hue in (("one.png", 10), ("two.png", 200)):
        kinds.send_file(windows.product, cid, name, kinds.picture(1200, 900, hue), "image/png")
    visitor.thread.get_by_role("button", name="Show one.png large").click()
    large = visitor.chat.get_by_role("dialog")
    expect(large.locator(".u-there")).to_be_visible()
    fingers = cast("DevTools", visitor.page.context.new_cdp_session(visitor.page))

    def touch(*steps: list[tuple[int, int]]) -> None:
        for number, points in enumerate([*steps, []]):
            kind = "touchStart" if number == 0 else "touchMove" if points else "touchEnd"
            fingers.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
            )
            visitor.page.wait_for_timeout(30)

    touch(*[[(195 - by, 420), (195 + by, 420)] for by in (30, 50, 80, 120)])
    picture = large.locator(".u-light-picture")
    assert picture.evaluate(SCALE) > 2
    shoot(visitor.page, "kinds-pinched")
    visitor.chat.get_by_role("button", name="Zoom out").press("0")
    visitor.page.wait_for_timeout(300)
    touch(*[[(300 - by, 420)] for by in (0, 40, 90, 160)])
    expect(large).to_contain_text("2 of 2")
    touch(*[[(90 + by, 420)] for by in (0, 40, 90, 160)])
    expect(large).to_contain_text("1 of 2")
    touch(*[[(195, 300 + by)] for by in (0, 60, 130, 240)])
    expect(large).to_have_count(0)
    assert visitor.errors == []


def test_what_ran_out_is_fetched_anew_and_nobody_notices(
    make_small: Callable[..., Product], make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(make_small(HALLOO_FILES_ADDRESS_HOURS="0"))
    visitor, cid = kinds.begin(windows)
    inbox = kinds.in_inbox(windows)
    picture = kinds.send_file(windows.product, cid, "late.png", kinds.picture(400, 300, 90), "image/png")
    kinds.send_file(windows.product, cid, "late.pdf", kinds.PDF, "application/pdf")
    for screen, thread in ((visitor.page, visitor.thread), (inbox.page, inbox.thread)):
        expect(thread.get_by_role("button", name="Show late.png large").locator(".u-there")).to_be_visible()
        with screen.expect_download() as saved:
            thread.get_by_role("link", name="Download late.pdf").click()
        assert Path(saved.value.path()).read_bytes() == kinds.PDF
    windows.product.call("DELETE", f"/core/conversations/{cid}/messages/{picture['fingerprint']}")
    for thread in (visitor.thread, inbox.thread):
        expect(thread.get_by_role("button", name="Show late.png large")).to_have_count(0)
        expect(thread.get_by_text("removed")).to_be_visible()
    assert visitor.violations() == []
