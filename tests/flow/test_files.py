"""Files in a conversation, in a real browser: attached by both sides, brought over lines that break, refused with a sentence."""

import random
import re
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import cast

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.attaching import (
    SIDES,
    Talk,
    Thing,
    Who,
    begin,
    choose,
    drop,
    hang_over,
    heavy,
    on_a_bad_line,
    paste,
    picture,
    text,
)
from tests.support.browser import DevTools, shoot, violations
from tests.support.pace import PATIENCE_S
from tests.support.product import Product, Store
from tests.support.screens import LOOK, Windows
from tests.support.tcp_proxy import TcpProxy

pytestmark = pytest.mark.browser


@pytest.fixture
def talk(windows: Windows) -> Talk:
    """A conversation over each kind of database."""
    return begin(windows)


@pytest.fixture
def bad_line(bare_store: Store, make_windows: Callable[..., Windows]) -> Iterator[tuple[Talk, TcpProxy]]:
    """A conversation whose files go over a line that can be made slow and be cut."""
    with on_a_bad_line(bare_store) as (product, proxy):
        yield begin(make_windows(product)), proxy


def test_both_attach_by_button_drop_and_paste(talk: Talk) -> None:
    for who in SIDES:
        side = talk.side(who)
        chosen = (text(f"{who}-list.txt"), picture(f"{who}-vase.png"))
        dropped, pasted = Thing(f"{who}-dropped.csv", "text/csv", b"vase,2\nbowl,1\n"), picture(f"{who}-pasted.png")
        choose(side.place, side.clip, *chosen)
        hang_over(side.place, dropped)
        expect(side.place.get_by_text("Drop files here to attach them")).to_be_visible()
        drop(side.place, dropped)
        expect(side.place.get_by_text("Drop files here to attach them")).to_have_count(0)
        paste(side.composer, pasted)
        side.waits_for(*chosen, dropped, pasted)
        assert talk.files(who, 0) == [], "a file was sent before anybody said so"
        assert violations(side.place) == []
        shoot(side.page, f"files-{who}")
        side.say(f"These are the {who}'s")
        expect(side.tray).to_have_count(0)
        sent = talk.files(who, 4)
        assert [one["name"] for one in sent] == [thing.name for thing in (*chosen, dropped, pasted)]
        assert _read(sent[0]["url"]) == chosen[0].data
        assert _read(sent[2]["url"]) == dropped.data
        assert (sent[1]["width"], sent[1]["height"]) == (640, 400)
        for thread in (talk.visitor.thread, talk.inbox.thread):
            expect(thread).to_contain_text(f"These are the {who}'s")
            expect(thread).to_contain_text(chosen[0].name)
            expect(thread).to_contain_text(dropped.name)
    expect(talk.inbox.row("operator-pasted.png")).to_be_visible()
    talk.is_calm()


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        data: bytes = answer.read()
        return data


@pytest.mark.parametrize("who", SIDES)
def test_a_lost_line_is_taken_up_where_it_broke(bad_line: tuple[Talk, TcpProxy], who: Who) -> None:
    talk, proxy = bad_line
    side, thing = talk.side(who), heavy("catalogue.txt", 6)
    asked: list[tuple[str, str]] = []
    side.page.on(
        "request",
        lambda request: (
            asked.append((request.method, request.headers.get("upload-offset", "")))
            if "/uploads/" in request.url
            else None
        ),
    )
    proxy.misbehave("slow")
    drop(side.place, thing)
    expect(side.file(thing.name)).to_contain_text(re.compile(r"[1-9]\d? ?% sent|checked"))
    side.say("On its way")
    expect(side.file(thing.name)).to_be_visible()
    side.page.wait_for_timeout(2500)
    assert talk.files(who, 0) == []
    with _no_line(proxy):
        proxy.cut_all()
        expect(side.file(thing.name)).to_contain_text("Waits for the connection")
        proxy.misbehave("none")
    (sent,) = talk.files(who, 1)
    expect(side.tray).to_have_count(0)
    assert _read(sent["url"]) == thing.data
    assert [method for method, _ in asked].count("PUT") == 1, asked
    resumed = [int(offset) for method, offset in asked if method == "PATCH"]
    assert resumed, asked
    assert 0 < resumed[0] < len(thing.data), "what had come was sent again"
    assert len(talk.files(who, 1)) == 1
    talk.is_calm()


@contextmanager
def _no_line(proxy: TcpProxy) -> Generator[None]:
    """Nobody answers at the other end. Chromium itself repeats a request whose connection was cut, so cutting alone is no lost line."""
    there, proxy.upstream = proxy.upstream, 1
    yield
    proxy.upstream = there


@pytest.mark.parametrize("who", SIDES)
def test_what_is_cancelled_never_arrives(bad_line: tuple[Talk, TcpProxy], who: Who) -> None:
    talk, proxy = bad_line
    side = talk.side(who)
    proxy.misbehave("slow")
    drop(side.place, heavy("catalogue.txt", 6), text("note.txt"))
    expect(side.file("catalogue.txt")).to_be_visible()
    side.say()
    with side.page.expect_event("requestfailed", lambda request: request.method == "PUT"):
        side.place.get_by_role("button", name="Cancel catalogue.txt").click()
    proxy.misbehave("none")
    expect(side.tray).to_have_count(0)
    assert [one["name"] for one in talk.files(who, 1)] == ["note.txt"]
    talk.is_calm()


@pytest.mark.parametrize("who", SIDES)
def test_what_failed_is_tried_again_and_holds_up_nothing(talk: Talk, who: Who) -> None:
    side = talk.side(who)

    def fail(route: Route) -> None:
        headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
        route.fulfill(status=409, headers=headers, body='{"error": "upload_damaged", "message": "x", "details": {}}')

    side.page.route("**/uploads/**", lambda route: fail(route) if route.request.method == "PUT" else route.continue_())
    drop(side.place, text("first.txt"))
    expect(side.file("first.txt").get_by_role("alert")).to_contain_text("did not arrive whole")
    side.page.unroute_all()
    drop(side.place, text("second.txt"))
    expect(side.file("second.txt")).to_contain_text("Ready to send")
    side.say()
    assert [one["name"] for one in talk.files(who, 1)] == ["second.txt"]
    side.place.get_by_role("button", name="Try again: first.txt").click()
    assert [one["name"] for one in talk.files(who, 2)] == ["second.txt", "first.txt"]
    expect(side.tray).to_have_count(0)


REFUSED = (
    (Thing("empty.txt", "text/plain", b""), "empty"),
    (Thing("setup.exe", "application/x-msdownload", b"MZ" + b"\0" * 500), "cannot be sent"),
    (Thing("page.png", "image/png", b"<!doctype html><script>alert(1)</script>"), "not what its name says"),
)


def test_what_is_refused_is_told_why(server: Product, make_windows: Callable[..., Windows]) -> None:
    small = {**LOOK, "files": {"enabled": True, "max_bytes": 8 * 1024, "types": ["image", "text"]}}
    talk = begin(make_windows(server, small))
    for who in SIDES:
        side = talk.side(who)
        drop(side.place, *(thing for thing, _ in REFUSED))
        for thing, why in REFUSED:
            expect(side.file(thing.name).get_by_role("alert")).to_contain_text(why)
            expect(side.place.get_by_role("button", name=f"Try again: {thing.name}")).to_have_count(0)
        if who == "visitor":
            drop(side.place, text("long.txt", "x" * 9000), Thing("plan.pdf", "application/pdf", b"%PDF-1.4 x"))
            expect(side.file("long.txt").get_by_role("alert")).to_contain_text("at most 8 kB")
            expect(side.file("plan.pdf").get_by_role("alert")).to_contain_text("pictures and text files")
        assert violations(side.place) == []
        shoot(side.page, f"files-refused-{who}")
        side.say("Words go without them")
        expect(talk.inbox.thread.get_by_text("Words go without them")).to_have_count(1 + SIDES.index(who))
        side.place.get_by_role("button", name="Remove empty.txt").click()
        expect(side.file("empty.txt")).to_have_count(0)
        assert talk.files(who, 0) == []


def test_there_is_no_paperclip_where_files_are_off(server: Product, make_windows: Callable[..., Windows]) -> None:
    talk = begin(make_windows(server, {**LOOK, "files": {"enabled": False}}))
    expect(talk.side("operator").clip).to_be_visible()
    expect(talk.side("visitor").clip).to_have_count(0)


def test_a_note_holds_no_files(talk: Talk) -> None:
    side = talk.side("operator")
    drop(side.place, text("for-the-visitor.txt"))
    side.waits_for(text("for-the-visitor.txt"))
    side.page.get_by_role("tab", name="Note").click()
    expect(side.clip).to_have_count(0)
    expect(side.tray).to_have_count(0)
    talk.inbox.note_composer.fill("Only between us")
    talk.inbox.note_composer.press("Enter")
    expect(talk.inbox.thread).to_contain_text("Only between us")
    paste(talk.inbox.note_composer, picture("screen.png"))
    expect(side.page.get_by_text("Notes hold no files.")).to_be_visible()
    assert talk.files("operator", 0) == [], "a file left with a note"
    side.page.get_by_role("button", name="Attach to the reply").click()
    side.waits_for(text("for-the-visitor.txt"), picture("screen.png"))
    side.page.keyboard.press("Escape")
    with side.page.expect_file_chooser():
        side.page.keyboard.press("Control+u")
    side.say()
    assert [one["name"] for one in talk.files("operator", 2)] == ["for-the-visitor.txt", "screen.png"]
    expect(talk.visitor.thread).not_to_contain_text("Only between us")


def test_a_file_goes_on_while_the_operator_looks_elsewhere(bad_line: tuple[Talk, TcpProxy]) -> None:
    talk, proxy = bad_line
    side = talk.side("operator")
    proxy.misbehave("slow")
    drop(side.place, heavy("catalogue.txt", 2))
    side.say("It is coming")
    expect(side.file("catalogue.txt")).to_be_visible()
    side.page.get_by_role("link", name="Settings").click()
    expect(side.page.get_by_role("heading", name="Your profile")).to_be_visible()
    assert _asks_before_it_closes(side.page), "the file would be lost"
    proxy.misbehave("none")
    assert [one["name"] for one in talk.files("operator", 1)] == ["catalogue.txt"]


def _asks_before_it_closes(page: Page) -> bool:
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    asked.value.dismiss()
    return asked.value.type == "beforeunload"


def test_a_file_let_go_where_nothing_takes_it_keeps_the_inbox(talk: Talk) -> None:
    page = talk.inbox.page
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Your profile")).to_be_visible()
    kept = """() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["x"], "x.txt"));
      return !document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
    }"""
    assert page.evaluate(kept), "the browser would open the file instead of the inbox"
    assert talk.files("operator", 0) == []


def test_a_picture_of_ones_own_says_how_far_it_is(talk: Talk) -> None:
    page = talk.inbox.page
    page.get_by_role("link", name="Settings").click()
    pick = page.get_by_role("button", name="Choose a picture")
    line = cast("DevTools", page.context.new_cdp_session(page))
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 60_000}
    line.send("Network.emulateNetworkConditions", slow)
    large = Thing("me.png", "image/png", picture("me.png", 300, 300).data + random.Random(1).randbytes(600_000))
    choose(page, pick, large)
    expect(page.get_by_text(re.compile(r"^[1-9]\d?% sent$"))).to_be_visible()
    expect(pick).to_be_disabled()
    shoot(page, "files-own-picture-under-way")
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(pick).to_be_enabled()
    expect(page.get_by_role("alert")).to_have_count(0)
    line.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    choose(page, pick, picture("me.png", 300, 300))
    expect(page.get_by_role("button", name="Change picture")).to_be_visible()
    talk.is_calm()


def test_an_operator_has_a_picture_of_their_own(talk: Talk) -> None:
    page = talk.inbox.page
    talk.inbox.answer("One moment")
    page.get_by_role("link", name="Settings").click()
    face = page.locator(".in-own-picture img")
    expect(page.get_by_role("button", name="Choose a picture")).to_be_visible()
    expect(face).to_have_count(0)
    choose(page, page.get_by_role("button", name="Choose a picture"), text("not-a-picture.txt"))
    expect(page.get_by_role("alert")).to_contain_text("Only pictures can be taken")
    before = page.get_by_role("button", name="Choose a picture").bounding_box()
    choose(page, page.get_by_role("button", name="Choose a picture"), picture("me.png", 300, 300))
    expect(page.get_by_role("button", name="Change picture")).to_be_visible()
    after = page.get_by_role("button", name="Change picture").bounding_box()
    assert before is not None
    assert after is not None
    # What takes the picture away does not appear under the pointer that has just chosen one.
    assert abs(before["x"] + before["width"] - after["x"] - after["width"]) < 1
    expect(page.get_by_role("alert")).to_have_count(0)
    loaded = "image => image.complete && image.naturalWidth > 0"
    page.wait_for_function(loaded, arg=face.element_handle())
    shoot(page, "files-own-picture")
    (operator,) = talk.windows.product.call("GET", "/core/operators")["data"]
    assert _read(operator["avatar"]) != b""
    expect(page.get_by_role("navigation").locator("img[src*='/avatar/operator/']").first).to_be_visible()
    page.get_by_role("button", name="Remove picture").click()
    expect(face).to_have_count(0)
    expect(page.get_by_role("button", name="Choose a picture")).to_be_visible()
    talk.is_calm()
