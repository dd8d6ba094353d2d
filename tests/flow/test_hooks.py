"""Web hooks as operators set them up and look after them, against a receiver of their own."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import shoot, violations
from tests.support.product import Product, calling_home
from tests.support.screens import InboxScreen, Windows

pytestmark = pytest.mark.browser

EVENT = "message:send"


class Receiver:
    """A program of somebody else's: it keeps what it was told, and answers as it is told to."""

    def __init__(self) -> None:
        self.status = 200
        self.calls: list[tuple[dict[str, str], dict[str, Any]]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append(({name.lower(): value for name, value in self.headers.items()}, json.loads(body)))
                self.send_response(receiver.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "11")
                self.end_headers()
                self.wfile.write(b'{"ok":true}')

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/crisp/hooks?key=KEY"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self) -> list[str]:
        return [body["event"] for _, body in self.calls]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def product(tmp_path: Path, make_product: Callable[..., Product]) -> Product:
    """Hooks of this product may reach this machine."""
    return calling_home(tmp_path, make_product)


@pytest.fixture
def windows(product: Product, make_windows: Callable[..., Windows]) -> Windows:
    return make_windows(product, reduced_motion="reduce")


def _hooks(windows: Windows, path: str = "") -> InboxScreen:
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.goto(f"{windows.product.origin}/inbox/settings/hooks{path}")
    return inbox


def _made(product: Product, url: str, **more: Any) -> str:
    body = {"name": "Orders", "url": url, "events": [EVENT], **more}
    made: str = product.call("POST", "/core/hooks", body)["id"]
    return made


def _say(product: Product, words: str) -> None:
    """Say something as a visitor."""
    path = f"/core/public/web-widgets/{product.facts['widget_id']}/conversations"
    first = {"client_id": str(uuid4()), "type": "text", "content": words}
    product.public("POST", path, {"user_id": "guest_q0V9x2mWJ3yTn1c8LZr4Ag", "message": first})


def _log(page: Page) -> Locator:
    return page.get_by_role("region", name="Deliveries").get_by_role("row")


def test_a_hook_is_set_up_as_the_document_says_and_tells_of_messages(windows: Windows, receiver: Receiver) -> None:
    page = (inbox := _hooks(windows, "")).page
    expect(page.get_by_role("link", name="Web Hooks")).to_have_attribute("aria-current", "page")
    expect(page.get_by_text("Advanced configuration")).to_be_visible()
    page.get_by_role("button", name="Add a Web Hook").click()
    page.get_by_label("Name", exact=True).fill("Orders")
    page.get_by_label("Endpoint URL").fill(receiver.url)
    expect(page.get_by_text("Without https anybody")).to_be_visible()
    page.get_by_role("button", name="Add Hook Target").click()
    expect(page.get_by_role("alert")).to_have_text("Choose at least one event.")
    page.get_by_role("searchbox", name="Find an event").fill(EVENT)
    page.get_by_role("checkbox", name=EVENT).check(force=True)
    page.get_by_role("button", name="Add Hook Target").click()
    expect(page.get_by_role("heading", name="Orders", level=2)).to_be_visible()
    expect(page.get_by_text("Not called yet")).to_be_visible()
    _say(windows.product, "Is the vase tight?")
    expect(page.get_by_text("Last call succeeded")).to_be_visible()
    _log(page).filter(has_text=EVENT).get_by_role("link").click()
    delivery = page.get_by_role("dialog", name=EVENT)
    expect(delivery.get_by_text("POST /crisp/hooks?key=*** HTTP/1.1")).to_be_visible()
    expect(delivery.get_by_label("Request body", exact=True).last).to_contain_text("Is the vase tight?")
    expect(delivery.get_by_text("HTTP/1.1 200 OK")).to_be_visible()
    shoot(page, "hooks-delivery")
    delivery.get_by_role("button", name="Replay").click()
    expect(page.get_by_text("It is being sent again")).to_be_visible()
    expect(delivery.get_by_text("Again", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(_log(page)).to_have_count(3)
    first, again = receiver.calls
    assert first[1] == again[1]
    assert first[0]["webhook-id"] == again[0]["webhook-id"]
    assert "x-halloo-replay" in again[0]
    page.get_by_role("link", name="All web hooks").click()
    expect(page.get_by_role("listitem").filter(has_text="Orders")).to_contain_text("Last call succeeded")
    assert inbox.errors == []


def test_a_test_call_is_shown_in_full_and_a_failing_one_says_why(windows: Windows, receiver: Receiver) -> None:
    page = _hooks(windows, f"/{_made(windows.product, receiver.url)}").page
    page.get_by_role("button", name="Send a test").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.get_by_text("HTTP/1.1 200 OK")).to_be_visible()
    receiver.status = 500
    dialog.get_by_role("button", name="Event").click()
    page.get_by_role("combobox").fill("message:received")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Send again").click()
    expect(dialog.get_by_text("Refused by the receiver")).to_be_visible()
    expect(dialog.get_by_text("HTTP/1.1 500")).to_be_visible()
    shoot(page, "hooks-test")
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("Last call failed")).to_be_visible()
    assert receiver.events() == ["hook:test", "message:received"]
    assert all("x-halloo-test" in head for head, _ in receiver.calls)


def test_what_was_missed_while_a_hook_was_off_is_sent_when_it_is_on(windows: Windows, receiver: Receiver) -> None:
    page = _hooks(windows, f"/{_made(windows.product, receiver.url)}").page
    page.get_by_role("button", name="Actions for Orders").click()
    page.get_by_role("menuitem", name="Turn off").click()
    page.get_by_role("dialog").get_by_role("button", name="Turn off").click()
    expect(page.get_by_text("This web hook is turned off")).to_be_visible()
    _say(windows.product, "Nobody hears this")
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("dialog").get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("Last call succeeded")).to_be_visible()
    assert [body["data"]["content"] for _, body in receiver.calls] == ["Nobody hears this"]


def test_a_range_is_replayed_from_the_page(windows: Windows, receiver: Receiver) -> None:
    product = windows.product
    page = _hooks(windows, f"/{_made(product, receiver.url)}").page
    _say(product, "Once")
    expect(page.get_by_text("Last call succeeded")).to_be_visible()
    page.get_by_role("button", name="Replay", exact=True).click()
    page.get_by_role("menuitem", name="Replay a time range").click()
    page.get_by_role("dialog").get_by_role("button", name="Replay", exact=True).click()
    expect(page.get_by_text(re.compile("events? (is|are) sent again"))).to_be_visible()
    expect(_log(page).filter(has_text="Again").first).to_be_visible()
    told = page.get_by_role("region", name="Progress of the replay")
    expect(told.get_by_text("Replay ended")).to_be_visible()
    page.reload()
    expect(told.get_by_text(re.compile(r"[1-9]\d* delivered, 0 failed"))).to_be_visible()
    told.get_by_role("button", name="Hide").click()
    expect(told).to_have_count(0)


def test_two_who_edit_a_hook_do_not_overwrite_each_other(windows: Windows, receiver: Receiver) -> None:
    product = windows.product
    hook = _made(product, receiver.url)
    page = _hooks(windows, f"/{hook}/edit").page
    page.get_by_label("Name", exact=True).fill("Mine")
    product.call("PUT", f"/core/hooks/{hook}", {"timeout_ms": 7_000})
    expect(page.get_by_text("Somebody else changed this web hook meanwhile").first).to_be_visible()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_label("Time to answer, in seconds")).to_have_value("7")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Mine", level=2)).to_be_visible()
    saved = product.call("GET", f"/core/hooks/{hook}")
    assert (saved["name"], saved["timeout_ms"]) == ("Mine", 7_000)


def test_one_conversation_is_found_among_many(windows: Windows, receiver: Receiver) -> None:
    page = _hooks(windows, f"/{_made(windows.product, receiver.url)}").page
    for words in ("One", "Two", "Three"):
        _say(windows.product, words)
    expect(_log(page)).to_have_count(4)
    page.get_by_role("button", name="Only this conversation").nth(1).click()
    expect(_log(page)).to_have_count(2)
    chosen = page.get_by_role("textbox", name="Conversation id").input_value()
    page.get_by_role("button", name="Clear filters").click()
    expect(_log(page)).to_have_count(4)
    page.get_by_role("textbox", name="Conversation id").fill(f"https://halloo.example/inbox/open/all/{chosen}")
    expect(_log(page)).to_have_count(2)
    assert receiver.url.endswith("?key=KEY")
    expect(page.get_by_text("/crisp/hooks?key=***")).to_be_visible()


def test_secrets_are_shown_once_and_changed_in_peace(windows: Windows, receiver: Receiver) -> None:
    page = (inbox := _hooks(windows, f"/{_made(windows.product, receiver.url)}/signature")).page
    page.get_by_role("radio", name=re.compile("^Signed")).click()
    dialog = page.get_by_role("dialog", name="Calls are signed from now on")
    secret = dialog.get_by_role("region", name="Signing secret").inner_text()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    for language in ("Python", "Node", "PHP", "Go", "Ruby"):
        dialog.get_by_role("tab", name=language).click()
        expect(dialog.get_by_role("region", name=language)).to_contain_text(secret)
    dialog.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Make the next secret").click()
    page.get_by_role("button", name="Make it", exact=True).click()
    page.get_by_role("dialog", name="The next secret").get_by_role("button", name="Done").click()
    expect(page.get_by_role("list", name="Secrets").get_by_role("listitem")).to_have_count(2)
    _say(windows.product, "Signed twice")
    page.get_by_role("button", name="Make it current").click()
    page.get_by_role("dialog").get_by_role("button", name="Make it current").click()
    expect(page.get_by_role("list", name="Secrets").get_by_role("listitem")).to_have_count(1)
    page.reload()
    expect(page.get_by_text("whsec_YOUR_SECRET").first).to_be_visible()
    expect(page.get_by_text(secret)).to_have_count(0)
    assert len(receiver.calls[0][0]["webhook-signature"].split(" ")) == 2
    assert inbox.errors == []


def test_who_listens_sees_the_very_body_that_a_hook_gets(windows: Windows, receiver: Receiver) -> None:
    _made(windows.product, receiver.url)
    page = _hooks(windows, "/listen").page
    expect(page.get_by_text("Listening")).to_be_visible()
    _say(windows.product, "Who hears ✓ this?")
    page.get_by_role("button", name=re.compile(EVENT)).click()
    page.get_by_role("radio", name="Raw").click()
    shown = page.get_by_role("region", name="Request body").inner_text()
    expect(page.get_by_role("region", name="Events heard").get_by_role("button")).not_to_have_count(0)
    for _ in range(100):
        if receiver.calls:
            break
        page.wait_for_timeout(100)
    assert json.loads(shown) == receiver.calls[0][1]
    page.get_by_role("button", name="Pause").click()
    _say(windows.product, "Not now")
    expect(page.get_by_role("button", name=re.compile("^Go on, "))).to_be_visible()
    expect(page.get_by_role("region", name="Events heard")).not_to_contain_text("Not now")


@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_hooks_is_for_everybody(
    scheme: str, product: Product, make_windows: Callable[..., Windows], receiver: Receiver
) -> None:
    found: list[str] = []
    windows = make_windows(product, color_scheme=scheme, reduced_motion="reduce")
    page = _hooks(windows).page
    places = [("none", ""), ("new", "/new"), ("listen", "/listen")]
    hook = _made(product, receiver.url)
    _say(product, "Is the vase tight?")
    places += [("list", ""), *((part, f"/{hook}/{part}") for part in ("edit", "signature")), ("log", f"/{hook}")]
    for name, path in places:
        page.goto(f"{product.origin}/inbox/settings/hooks{path}")
        expect(page.get_by_role("heading", level=2).first).to_be_visible()
        page.wait_for_load_state("networkidle")
        found += [f"{name}: {line}" for line in violations(page)]
        shoot(page, f"hooks-{name}-{scheme}")
    _log(page).filter(has_text=EVENT).get_by_role("link").click()
    expect(page.get_by_role("dialog").get_by_text("HTTP/1.1 200 OK")).to_be_visible()
    found += [f"delivery: {line}" for line in violations(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_small_phone_nothing_runs_out_of_the_screen(
    language: str, product: Product, make_windows: Callable[..., Windows], receiver: Receiver
) -> None:
    phone = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}
    windows = make_windows(product, **phone, reduced_motion="reduce")
    long = _made(product, receiver.url + "&page=" + "long" * 100, name="A name without any end " * 4)
    _say(product, "Is the vase tight?")
    page = _hooks(windows).page
    page.evaluate(
        """locale => fetch("/core/me", {method: "PATCH", body: JSON.stringify({locale}),
        headers: {"content-type": "application/json", "x-halloo-request": "1"}})""",
        language,
    )
    for name, path in (
        ("list", ""),
        ("new", "/new"),
        ("log", f"/{long}"),
        ("signature", f"/{long}/signature"),
        ("listen", "/listen"),
    ):
        page.goto(f"{product.origin}/inbox/settings/hooks{path}")
        expect(page.get_by_role("heading", level=2).first).to_be_visible()
        expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
        page.wait_for_load_state("networkidle")
        shoot(page, f"hooks-{name}-{language}-phone")
        assert page.evaluate("() => document.querySelector('.in-settings-body').scrollWidth <= innerWidth"), name
