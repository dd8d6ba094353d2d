"""Pictures and files of a conversation on both sides: they keep their room, are looked at by keys and fingers, and never run out."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Frame, Page, Response, Route, expect

from tests.support import kinds
from tests.support.browser import DevTools, shoot
from tests.support.product import Product
from tests.support.screens import Windows

pytestmark = pytest.mark.browser

SCALE = "element => new DOMMatrix(getComputedStyle(element).transform).a"
SIZE = "element => { const { width, height } = element.getBoundingClientRect(); return [width, height]; }"
NATURAL = "image => [image.naturalWidth, image.naturalHeight]"
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


def test_a_thread_asks_for_small_ones_and_the_large_picture_is_the_whole(
    make_small: Callable[..., Product], make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(make_small(), device_scale_factor=2)
    visitor, cid = kinds.begin(windows)
    seen = {screen: _pictures_of(screen) for screen in (windows.visitor, windows.operator)}
    product = windows.product
    photo = kinds.picture(3000, 2250, 150, "JPEG")
    kinds.send_file(product, cid, "photo.jpg", photo, "image/jpeg")
    kinds.send_file(product, cid, "tiny.png", kinds.picture(90, 60, 20), "image/png")
    kinds.send_file(product, cid, "spin.gif", kinds.moving(900, 600), "image/gif", "animation")
    kinds.send_file(product, cid, "long.png", kinds.picture(300, 4000, 20), "image/png")
    inbox = kinds.in_inbox(windows)
    for screen, thread, context in (
        (visitor.chat, visitor.thread, windows.visitor),
        (inbox.page, inbox.thread, windows.operator),
    ):
        loaded = seen[context]
        for name, size in (
            ("photo.jpg", [560, 420]),
            ("tiny.png", [90, 60]),
            ("spin.gif", [560, 373]),
            ("long.png", [144, 640]),
        ):
            button = thread.get_by_role("button", name=f"Show {name} large")
            button.scroll_into_view_if_needed()
            expect(button.locator(".u-there")).to_be_visible()
            assert button.locator("img").evaluate(NATURAL) == size, name
            assert [query.partition("&")[2] for query, *_ in loaded[name]] == ["width=560"], name
        ((_, kind, size),) = loaded["photo.jpg"]
        assert (kind, size < len(photo) / 4) == ("image/webp", True)
        assert loaded["tiny.png"][0][1] == "image/png", "small already"
        assert loaded["spin.gif"][0][1] == "image/webp"
        thread.get_by_role("button", name="Show photo.jpg large").click()
        large = screen.get_by_role("dialog").get_by_role("img", name="photo.jpg")
        expect(screen.get_by_role("dialog").locator(".u-there")).to_be_visible()
        assert large.evaluate(NATURAL) == [3000, 2250]
        assert [(query.partition("&")[2], kind) for query, kind, _ in loaded["photo.jpg"]][-1] == ("", "image/jpeg")
        with (visitor if context is windows.visitor else inbox).page.expect_download() as saved:
            screen.get_by_role("button", name="Download photo.jpg").click()
        with Image.open(saved.value.path()) as image:
            assert (image.format, image.size) == ("JPEG", (3000, 2250))
    assert visitor.violations() == []
    assert visitor.errors + inbox.errors == []


def _pictures_of(context: BrowserContext) -> dict[str, list[tuple[str, str, int]]]:
    """What is loaded of each picture from the storage host: query, type and bytes; what the browser has kept is not loaded."""
    loaded: dict[str, list[tuple[str, str, int]]] = {}

    def note(answer: Response) -> None:
        parts = urlsplit(answer.url)
        if "/files/" in parts.path and answer.request.resource_type == "image" and answer.status == 200:
            told = answer.headers
            name = parts.path.rpartition("/")[2]
            loaded.setdefault(name, []).append((parts.query, told["content-type"], int(told["content-length"])))

    context.on("response", note)
    return loaded


def test_the_small_one_stands_for_the_large_until_that_is_there(
    make_small: Callable[..., Product], make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(make_small(), reduced_motion="reduce")
    visitor, cid = kinds.begin(windows)
    held: list[Route] = []
    free: list[bool] = []

    def hold(route: Route) -> None:
        if free:
            route.continue_()
        else:
            held.append(route)

    windows.visitor.route(re.compile(r"/files/.*until=\d+$"), hold)
    kinds.send_file(windows.product, cid, "photo.jpg", kinds.picture(1600, 1200, 150, "JPEG"), "image/jpeg")
    visitor.thread.get_by_role("button", name="Show photo.jpg large").click()
    large = visitor.chat.get_by_role("dialog")
    before = large.locator("img.u-blur")
    expect(before).to_have_css("opacity", "1")
    visitor.chat.wait_for_function("() => document.querySelector('dialog img.u-blur').naturalWidth === 280")
    expect(large.get_by_role("img", name="photo.jpg")).to_have_css("opacity", "0")
    free.append(True)
    for route in held:
        route.continue_()
    expect(large.get_by_role("img", name="photo.jpg")).to_have_css("opacity", "1")
    expect(before).to_have_css("opacity", "0")
    assert visitor.errors == []


def test_where_the_small_one_cannot_be_had_the_whole_is_shown(
    make_small: Callable[..., Product], make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(make_small())
    visitor, cid = kinds.begin(windows)
    windows.visitor.route("**/files/**&width=*", lambda route: route.abort())
    kinds.send_file(windows.product, cid, "photo.jpg", kinds.picture(1600, 1200, 150, "JPEG"), "image/jpeg")
    button = visitor.thread.get_by_role("button", name="Show photo.jpg large")
    expect(button.locator(".u-there")).to_be_visible()
    assert button.locator("img").evaluate(NATURAL) == [1600, 1200]
    assert visitor.errors == []


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
