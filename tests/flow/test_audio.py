"""Voice messages in a real browser, with a microphone that beeps: recorded by both sides, heard by both, refused with a sentence."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from tests.support.browser import launched, shoot
from tests.support.browser import violations as axe
from tests.support.pace import PATIENCE_S
from tests.support.product import Product
from tests.support.screens import LOOK, InboxScreen, VisitorScreen, Windows
from tests.support.stores import empty_store

pytestmark = pytest.mark.browser

RECORD, SEND = "Record a voice message", "Send voice message"
BEGINNING = "May I tell you something?"
HEARD = """() => {
  window.heard = [];
  const Sound = window.Audio;
  window.Audio = function () {
    const sound = new Sound();
    window.heard.push(sound);
    sound.addEventListener("playing", () => { sound.begun ??= sound.currentTime; });
    return sound;
  };
}"""
"""Keeps hold of what the page makes to play sound with, and of where each began."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium whose microphone beeps once a second, and which lets everybody use it."""
    with launched("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream") as chromium:
        yield chromium


@pytest.fixture
def product(tmp_path: Path, make_product: Callable[..., Product]) -> Iterator[Product]:
    """A product over SQLite: what is tried here is the browser's side."""
    with empty_store("sqlite", tmp_path, None, migrated=False) as store:
        yield make_product(store)


def _begin(windows: Windows, path: str = "/") -> tuple[VisitorScreen, InboxScreen]:
    """A visitor has written, and an operator looks at it."""
    for context in (windows.visitor, windows.operator):
        context.add_init_script(f"({HEARD})()")
    visitor = windows.visit(path)
    visitor.open()
    visitor.write(BEGINNING)
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.open(BEGINNING)
    visitor.page.bring_to_front()
    return visitor, inbox


def _button(place: Page | Frame | Locator, name: str | re.Pattern[str]) -> Locator:
    return place.get_by_role("button", name=name, exact=isinstance(name, str))


def _has_the_focus(element: Locator) -> None:
    """In its document; which of two windows is in front is another matter."""
    expect(element).to_be_visible()
    page = element.page
    for _ in range(10 * PATIENCE_S):
        if element.evaluate("element => element === document.activeElement"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{element} has not the focus")


def _sounds(product: Product, most: int) -> list[dict[str, Any]]:
    """What the voice messages of the one conversation say, as soon as there are so many."""
    until = time.monotonic() + PATIENCE_S
    while True:
        (row,) = product.call("GET", "/core/conversations")["data"]
        said = product.call("GET", f"/core/conversations/{row['id']}/messages")["data"]
        found = [one["content"] for one in said if one["type"] == "audio"]
        if len(found) >= most or time.monotonic() > until:
            return found
        time.sleep(0.1)


def _record(place: Page | Frame, page: Page, ms: int = 2_300) -> None:
    """Begin a recording and let it run."""
    _button(place, RECORD).click()
    expect(place.get_by_role("timer")).to_have_text("0:02")
    page.wait_for_timeout(ms - 2_000)


def _is_calm(visitor: VisitorScreen, inbox: InboxScreen) -> None:
    assert visitor.errors == []
    assert inbox.errors == []
    assert visitor.violations() == []
    assert inbox.page.evaluate("() => window.policyViolations") == []


def _heard(place: Page | Frame, at: int = -1) -> dict[str, Any]:
    """How the newest sound of a page stands."""
    told: dict[str, Any] = place.evaluate(
        f"""() => {{
          const sound = window.heard.at({at});
          return sound && {{ begun: sound.begun, paused: sound.paused, rate: sound.playbackRate, whole: sound.duration }};
        }}"""
    )
    return told


def test_both_sides_record_and_hear_each_other(windows: Windows) -> None:
    product = windows.product
    visitor, inbox = _begin(windows)
    for number, (place, page) in enumerate(((visitor.chat, visitor.page), (inbox.page, inbox.page)), 1):
        _record(place, page)
        expect(place.get_by_text("Recording", exact=True)).to_be_attached()
        shoot(page, f"audio-recording-{number}")
        _button(place, SEND).click()
        found = _sounds(product, number)
        assert len(found) == number
        said = found[-1]
        assert 2 <= said["duration"] <= 6, said
        assert said["type"] == "audio/webm"
        assert re.fullmatch(r"voice-\d{4}-\d\d-\d\d-\d{4}\.webm", said["name"])
        assert len(said["waveform"]) == min(64, len(said["waveform"])) > 20
        assert max(said["waveform"]) > min(said["waveform"]), "the beeps are not to be seen"
        for thread in (visitor.thread, inbox.thread):
            expect(_button(thread, "Play")).to_have_count(number)
    _button(visitor.thread, "Play").last.click()
    expect(_button(visitor.thread, "Pause")).to_have_count(1)
    visitor.chat.wait_for_function("() => window.heard.at(-1)?.currentTime > 0.1")
    expect(_button(visitor.thread, "Play")).to_have_count(2)
    assert _heard(visitor.chat)["paused"], "it plays on behind its end"
    _is_calm(visitor, inbox)


def test_a_recording_is_paused_heard_discarded_and_sent(product: Product, make_windows: Callable[..., Windows]) -> None:
    visitor, inbox = _begin(make_windows(product))
    chat = visitor.chat
    _record(chat, visitor.page)
    _button(chat, "Pause").click()
    timer = chat.get_by_role("timer")
    stood = timer.inner_text()
    visitor.page.wait_for_timeout(1_300)
    assert timer.inner_text() == stood, "the time went on while nothing was recorded"
    _button(chat, "Go on recording").click()
    expect(timer).not_to_have_text(stood)
    _button(chat, "Finish and listen").click()
    _has_the_focus(_button(chat, "Play"))
    place = chat.get_by_role("slider", name="Place in the recording")
    whole = float(place.get_attribute("max") or 0)
    assert 2 <= whole <= 6
    shoot(visitor.page, "audio-ready")
    _button(chat, "Play").click()
    expect(_button(chat, "Pause")).to_be_visible()
    expect(_button(chat, "Play")).to_be_visible()
    _button(chat, "Discard recording").click()
    _has_the_focus(visitor.composer)
    assert _sounds(product, 0) == []
    _record(chat, visitor.page)
    _button(chat, "Finish and listen").click()
    _button(chat, SEND).click()
    assert len(_sounds(product, 1)) == 1
    _has_the_focus(visitor.composer)
    _is_calm(visitor, inbox)


def test_the_player_is_used_by_keyboard_and_one_plays_at_a_time(
    product: Product, make_windows: Callable[..., Windows]
) -> None:
    visitor, inbox = _begin(make_windows(product))
    for number in (1, 2):
        _record(visitor.chat, visitor.page, 4_000)
        _button(visitor.chat, SEND).click()
        assert len(_sounds(product, number)) == number
    page = inbox.page
    page.bring_to_front()
    expect(_button(inbox.thread, "Play")).to_have_count(2)
    speed = _button(inbox.thread, re.compile("^Speed")).last
    speed.press("Enter")
    expect(speed).to_have_accessible_name("Speed: 1.5 times")
    speed.press("Enter")
    expect(speed).to_have_accessible_name("Speed: 2 times")
    place = inbox.thread.get_by_role("slider", name="Place in the recording").last
    place.press("End")
    ended = float(place.input_value())
    place.press("Home")
    assert float(place.input_value()) == 0 < ended
    step = "ArrowRight"
    for _ in range(5):
        place.press(step)
    middle = float(place.input_value())
    assert 0.4 * ended < middle < 0.6 * ended
    expect(place).to_have_attribute("aria-valuetext", re.compile(r"^0:0\d of 0:0\d$"))
    _button(inbox.thread, "Play").last.press("Enter")
    expect(_button(inbox.thread, "Pause")).to_have_count(1)
    page.wait_for_function("() => window.heard.at(-1)?.begun !== undefined")  # it is fetched and measured before
    told = _heard(page)
    assert told["begun"] >= middle - 0.1, "it did not begin where it was told to"
    assert told["rate"] == 2
    _button(inbox.thread, "Play").first.press("Enter")
    page.wait_for_function("() => window.heard.length === 2 && window.heard[0].paused && !window.heard[1].paused")
    expect(_button(inbox.thread, "Pause")).to_have_count(1)
    _is_calm(visitor, inbox)


def test_an_address_that_ran_out_is_asked_for_again(product: Product, make_windows: Callable[..., Windows]) -> None:
    visitor, inbox = _begin(make_windows(product))
    _record(visitor.chat, visitor.page)
    _button(visitor.chat, SEND).click()
    assert len(_sounds(product, 1)) == 1
    play = _button(inbox.thread, "Play")
    expect(play).to_have_count(1)
    refused: list[str] = []
    address = "**/files/**until=*"

    def run_out(route: Any) -> None:
        refused.append(route.request.url)
        route.fulfill(status=404, body="")

    inbox.page.route(address, run_out, times=1)
    with inbox.page.expect_response(lambda answer: "until=" in answer.url and answer.ok):
        play.click()
    assert len(refused) == 1
    expect(_button(inbox.thread, "Play")).to_be_visible()
    inbox.page.reload()
    inbox.page.route(address, run_out)
    _button(inbox.thread, "Play").click()
    expect(inbox.thread.get_by_role("alert")).to_have_text(
        "This browser cannot play the recording. Download it instead."
    )
    expect(inbox.thread.get_by_role("link", name="Download it instead.")).to_be_visible()


@pytest.mark.parametrize("files", [{"types": ["image", "pdf"]}, {"enabled": False}])
def test_where_voice_messages_are_off_there_is_no_button(
    product: Product, make_windows: Callable[..., Windows], files: dict[str, Any]
) -> None:
    visitor = make_windows(product, {**LOOK, "files": files}).visit()
    visitor.open()
    expect(_button(visitor.chat, "Emoji")).to_be_visible()
    expect(_button(visitor.chat, RECORD)).to_have_count(0)
    assert visitor.chat.evaluate("document.featurePolicy.allowsFeature('microphone')") is False


def test_a_site_that_keeps_its_microphone_has_no_button(product: Product, make_windows: Callable[..., Windows]) -> None:
    windows = make_windows(product)

    def keep(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "permissions-policy": "microphone=()"})

    windows.visitor.grant_permissions(["local-network-access"])  # a page that a test answers is of no known network
    windows.visitor.route(f"{windows.shop}/", keep)
    visitor = windows.visit()
    told: list[str] = []
    visitor.page.on("console", lambda said: told.append(said.text))
    visitor.open()
    expect(_button(visitor.chat, "Emoji")).to_be_visible()
    expect(_button(visitor.chat, RECORD)).to_have_count(0)
    line = f'Permissions-Policy: microphone=(self "{product.origin}")'
    assert [one for one in told if line in one], "the site's owner is not told why there is no button"
    visitor.write(BEGINNING)
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    assert visitor.errors == []


REFUSALS = {
    "NotAllowedError": "The microphone is blocked. Allow it beside your browser’s address bar, then try again.",
    "NotFoundError": "No microphone was found. Connect one and try again.",
    "NotReadableError": "Another program is using the microphone. Close it and try again.",
}


def test_an_owner_reads_what_a_page_must_leave_to_the_chat(
    product: Product, make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(product)
    inbox = windows.inbox()
    inbox.sign_in()
    page, address = inbox.page, f"{product.origin}/inbox/widgets/{product.facts['widget_id']}/install"
    line = page.get_by_text(f'Permissions-Policy: microphone=(self "{product.origin}")')
    page.goto(address)
    expect(line).to_be_visible()
    shoot(page, "audio-install")
    product.widget([windows.shop], {**LOOK, "files": {"types": ["image"]}})
    page.goto(address)
    expect(page.get_by_role("heading", name="Content Security Policy")).to_be_visible()
    expect(line).to_have_count(0)


def test_who_cannot_record_is_told_what_to_do(product: Product, make_windows: Callable[..., Windows]) -> None:
    visitor = make_windows(product).visit()
    visitor.open()
    chat = visitor.chat
    for name, sentence in REFUSALS.items():
        chat.evaluate(
            "name => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name)); }", name
        )
        _button(chat, RECORD).click()
        expect(chat.get_by_role("alert")).to_have_text(sentence)
        expect(_button(chat, "Try again")).to_be_focused()
        shoot(visitor.page, f"audio-{name}")
        _button(chat, "Cancel").click()
        expect(visitor.composer).to_be_focused()
    chat.evaluate("delete navigator.mediaDevices.getUserMedia")
    _button(chat, RECORD).click()
    expect(chat.get_by_role("timer")).to_be_visible()
    _button(chat, "Finish and listen").click()
    expect(chat.get_by_role("alert")).to_have_text("That was too short to be heard.")


def test_the_microphone_is_given_back(product: Product, make_windows: Callable[..., Windows]) -> None:
    """However a recording ends: sent, discarded, or its page gone from the screen."""
    visitor = make_windows(product).visit()
    visitor.open()
    chat = visitor.chat
    chat.evaluate(LISTEN)
    for ending in ("Discard recording", "Finish and listen", SEND):
        _record(chat, visitor.page)
        assert chat.evaluate("window.tracks.at(-1).readyState") == "live"
        _button(chat, ending).click()
        chat.wait_for_function("() => window.tracks.at(-1).readyState === 'ended'")
        if ending == "Finish and listen":
            _button(chat, "Discard recording").click()


LISTEN = """() => {
  window.tracks = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const stream = await ask(wish);
    window.tracks.push(...stream.getTracks());
    return stream;
  };
}"""
DEAF = "() => window.tracks.length > 0 && window.tracks.every((track) => track.readyState === 'ended')"


def test_a_recording_waits_in_the_conversation_that_an_operator_leaves(
    product: Product, make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(product)
    visitor, inbox = _begin(windows)
    other = VisitorScreen(windows.operator, product, windows.shop)
    other.open()
    other.write("I am somebody else.")
    inbox.page.bring_to_front()
    page = inbox.page
    page.evaluate(LISTEN)
    _record(page, page)
    inbox.open("I am somebody else.")
    page.wait_for_function(DEAF)
    expect(_button(page, RECORD)).to_be_visible()
    row = inbox.row("Audio message")
    expect(row).to_contain_text("Draft")
    shoot(page, "audio-kept-in-list")
    row.click()
    place = page.get_by_role("slider", name="Place in the recording")
    assert 2 <= float(place.get_attribute("max") or 0) <= 6
    page.get_by_role("link", name="Settings").click()
    expect(place).to_have_count(0)
    page.go_back()
    expect(_button(page, "Play")).to_be_visible()
    _button(page, SEND).click()
    expect(_button(inbox.thread, "Play")).to_have_count(1)
    expect(inbox.row("Draft")).to_have_count(0)
    expect(_button(visitor.thread, "Play")).to_have_count(1)
    expect(_button(other.thread, "Play")).to_have_count(0)
    inbox.open("I am somebody else.")
    _record(page, page)
    _button(page, "Discard recording").click()
    inbox.open("Audio message")
    inbox.open("I am somebody else.")
    expect(_button(page, RECORD)).to_be_visible()
    _is_calm(visitor, inbox)


def test_a_recording_waits_while_the_visitor_is_elsewhere(
    product: Product, make_windows: Callable[..., Windows]
) -> None:
    visitor = make_windows(product).visit()
    visitor.open()
    visitor.write(BEGINNING)
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    (row,) = product.call("GET", "/core/conversations")["data"]
    person = product.call("GET", f"/core/conversations/{row['id']}")["visitor"]["id"]
    said = {"client_id": str(uuid4()), "type": "text", "content": "Your vase is here."}
    product.call(
        "POST",
        "/core/conversations",
        {"widget_id": product.facts["widget_id"], "visitor_id": person, "message": said},
    )
    chat = visitor.chat
    chat.evaluate(LISTEN)
    place = chat.get_by_role("slider", name="Place in the recording")
    _record(chat, visitor.page)
    _button(chat, "Back").click()
    chat.wait_for_function(DEAF)
    _button(chat, re.compile(BEGINNING)).click()
    expect(place).to_be_visible()
    assert 2 <= float(place.get_attribute("max") or 0) <= 6
    _button(chat, "Close").click()
    visitor.open()
    expect(place).to_be_visible()
    _button(chat, "Discard recording").click()
    _record(chat, visitor.page)
    _button(chat, "Close").click()
    chat.wait_for_function(DEAF)
    visitor.open()
    expect(_button(chat, "Play")).to_be_visible()
    _button(chat, SEND).click()
    expect(_button(visitor.thread, "Play")).to_have_count(1)
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    _button(chat, RECORD).click()
    expect(chat.get_by_role("timer")).to_be_visible()
    _button(chat, "Close").click()
    visitor.open()
    expect(chat.get_by_role("timer")).to_have_count(0)
    assert visitor.errors == []


def test_five_minutes_are_the_most(product: Product, make_windows: Callable[..., Windows]) -> None:
    windows = make_windows(product)
    windows.visitor.add_init_script("""(() => {
      const now = performance.now.bind(performance);
      performance.now = () => now() * 60;
    })()""")
    visitor = windows.visit()
    visitor.open()
    chat = visitor.chat
    _button(chat, RECORD).click()
    expect(chat.get_by_text(re.compile(r"^0:\d\d left$"))).to_be_visible()
    expect(chat.get_by_role("status").filter(has_text="Five minutes are recorded")).to_be_attached()
    assert float(chat.get_by_role("slider").get_attribute("max") or 0) == 300


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_recorder_and_player_are_accessible(
    product: Product, make_windows: Callable[..., Windows], scheme: str
) -> None:
    visitor, inbox = _begin(make_windows(product, color_scheme=scheme, viewport={"width": 1280, "height": 860}))
    for place, page in ((visitor.chat, visitor.page), (inbox.page, inbox.page)):
        _record(place, page)
        assert axe(place) == []
        _button(place, "Finish and listen").click()
        expect(_button(place, SEND)).to_be_visible()
        assert axe(place) == []
        _button(place, SEND).click()
        expect(place.get_by_role("slider")).to_have_count(1 if place is visitor.chat else 2)
    expect(visitor.thread.get_by_role("slider")).to_have_count(2)
    page.wait_for_timeout(300)
    shoot(visitor.page, f"audio-visitor-{scheme}")
    shoot(inbox.page, f"audio-inbox-{scheme}")
    assert axe(visitor.chat) == []
    assert axe(inbox.page) == []


SMALL = """() => [...document.querySelectorAll(".ui-recorder button, .ui-player button")]
  .filter((button) => { const { width, height } = button.getBoundingClientRect(); return width < 43.5 || height < 43.5; })
  .map((button) => button.getAttribute("aria-label"))"""
OUTSIDE = """() => [...document.querySelectorAll(".ui-recorder *, .ui-player *")]
  .filter((part) => { const { left, right } = part.getBoundingClientRect(); return left < -1 || right > innerWidth + 1; })
  .map((part) => part.outerHTML.slice(0, 80))"""


def test_it_fits_on_a_phone_from_right_to_left(product: Product, make_windows: Callable[..., Windows]) -> None:
    phone = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True, "locale": "ar"}
    windows = make_windows(product, {**LOOK, "locale": "ar"}, color_scheme="dark", **phone)
    visitor = windows.visit()
    visitor.frame = chat = visitor.widget.open()
    _button(chat, "تسجيل رسالة صوتية").click()
    expect(chat.get_by_role("timer")).to_have_text("0:02")
    for step in ("recording", "ready", "sent"):
        if step == "ready":
            _button(chat, "إنهاء واستماع").click()
        elif step == "sent":
            _button(chat, "إرسال الرسالة الصوتية").click()
        expect(chat.get_by_role("slider")).to_have_count(0 if step == "recording" else 1)
        if step == "sent":
            expect(chat.locator(".ui-player")).to_be_visible()
        shoot(visitor.page, f"audio-phone-{step}")
        assert chat.evaluate(SMALL) == []
        assert chat.evaluate(OUTSIDE) == []
    box, play = chat.locator(".ui-player").bounding_box(), _button(chat, "تشغيل").bounding_box()
    assert box is not None
    assert play is not None
    assert play["x"] > box["x"] + box["width"] / 2, "the button does not stand where Arabic begins"
    place = chat.get_by_role("slider")
    place.press("ArrowLeft")
    assert float(place.input_value()) > 0, "in Arabic it goes on to the left"
