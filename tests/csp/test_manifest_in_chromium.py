"""The manifest is what page and frame really ask for, none more and none fewer (csp contract 7.1, *Manifest*).

Every feature that the product has runs in a browser, with a name for each host. What the product has not yet is listed in `NOT_YET`
with its reason, and with the signs by which its code would be known: who brings it records it here.
"""

import re
import sqlite3
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from halloo.csp.manifest import ALL_FEATURES, needs
from halloo.csp.model import Context, Deployment, Feature
from halloo.edge.deployment import deployment_of
from halloo.edge.services import Snippets
from tests.csp.recordings import Recording, promised
from tests.embed.pages import Sites, sites
from tests.embed.visits import Visit, answer, pinned, snippet
from tests.support.attaching import choose, picture
from tests.support.identity import Issuer, decoded
from tests.support.pace import PATIENCE_S
from tests.support.seven import SevenHosts, address, crowded_hosts
from tests.support.voices import say

pytestmark = pytest.mark.browser

PACKAGES = Path(__file__).resolve().parent.parent.parent / "web" / "packages"
LANGUAGES = ("ar", "de", "en", "es", "fr", "he", "it", "ja", "nl", "pt-BR")
QUESTION = {"id": "mail", "type": "email", "label": "Your address", "required": True}
EVERYTHING: dict[str, Any] = {
    "greeting": {"text": "Ask me about glazes.", "bubble_after_s": 0},
    "suggested_questions": ["Do you ship abroad?"],
    "bot_check": {"guard_level": "always"},
    "sound": True,
    "visitor_can_end": True,
    "typing_preview": True,
    "page_tracking": "full",
    "post_conversation_feedback": {"enabled": True, "form": {"title": "How was it?", "fields": [QUESTION]}},
}
NO_SOCKETS = """(() => {
  window.WebSocket = class {
    constructor() { setTimeout(() => this.onclose?.({ code: 1006 })); }
    send() {}
    close() {}
  };
})()"""
NOT_YET: dict[str, tuple[str, str, int]] = {
    "host.outbound": ("outbound messages are not built: there is one frame", r'make\("iframe"', 1),
    "host.recorder": ("co-browsing is not built: the loader imports nothing", r"import\(|recorder", 0),
    "host.pusher": ("the Pusher wire is not built; and the page's own pusher-js asks, not Halloo", r"[Pp]usher", 0),
    "frame.font": ("the chat is set in the system's own fonts, in every language", r"@font-face|FontFace|\.woff", 0),
    "frame.sound": ("tones are made in the browser, not played from a file", r"<audio|new Audio\(|decodeAudioData", 0),
    "frame.call": ("calls are not built", r"hosts\.stream|RTCPeerConnection|getUserMedia", 0),
    "frame.cobrowse": ("co-browsing is not built", r"hosts\.stream|rrweb|cobrowse", 0),
    "frame.game": ("the wait game is not built", r"hosts\.game|waitgame|wait-game|<iframe", 0),
    "frame.outbound_image": ("outbound messages are not built", r"[Oo]utbound", 0),
    "frame.outbound_media": ("outbound messages are not built", r"[Oo]utbound", 0),
}
"""Need → why nothing asks for it yet, and what its code would hold: a pattern, and how often it is there without it."""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SevenHosts]:
    """A product with seven hosts, whose owner has a face. Uploads are to bring faces; until then a row of the database does."""
    folder = tmp_path_factory.mktemp("recorded")

    def give_face(made: SevenHosts) -> None:
        with sqlite3.connect(folder / "halloo.db") as rows:
            rows.execute("UPDATE operators SET avatar = ?", [f"{address('image', made.port)}/faces/ada.png"])
        rows.close()

    with crowded_hosts(folder, give_face) as made:
        yield made


@pytest.fixture(scope="module")
def web() -> Iterator[Sites]:
    with sites() as served:
        yield served


def _deployment(product: SevenHosts, page: str, config: dict[str, Any], *further: Feature) -> Deployment:
    embed = product.call("GET", "/core/embed")
    snippets = Snippets(embed["loader_url"], embed["pinned_url"], embed["integrity"])
    return deployment_of(product.hosts(), product.facts["widget_id"], [page], {"v1": config}, snippets, further=further)


@contextmanager
def _recorded(
    browser: Browser,
    product: SevenHosts,
    address: str,
    recording: Recording,
    script: str = "",
    down: str = "",
    **options: Any,
) -> Generator[Visit]:
    """Open a page. `down`: the origin of a host that does not answer, from the first request on."""
    context = (
        browser.new_context(locale="en-GB", **options) if "locale" not in options else browser.new_context(**options)
    )
    try:
        recording.listen(context)
        if script:
            context.add_init_script(script)
        if down:
            context.route(f"{down}/**", lambda route: route.abort())
        visit = Visit(product, context.new_page())
        visit.listen()
        visit.page.goto(address)
        yield visit
        assert visit.violations() == []
    finally:
        context.close()


def _talk(visit: Visit) -> None:
    """Everything that a visitor can do: greeting, question, writing, files, voices, emoji, menu, reading, ending, feedback, being known."""
    chat = visit.open()
    chat.write("Is the vase tight?")
    answer(visit.product, "Yes, it is.")
    expect(chat.thread.get_by_text("Yes, it is.")).to_be_visible()
    _send_files(visit)
    chat.frame.get_by_role("button", name="Emoji").click()
    chat.frame.get_by_role("button", name="Menu").click()
    chat.frame.get_by_text("End conversation").click()
    expect(chat.frame.get_by_text("This conversation has ended")).to_be_visible()
    chat.frame.get_by_role("button", name="Close").click()


def _send_files(visit: Visit) -> None:
    """A picture of the visitor is brought, shown and looked at; a voice message of the operator is heard."""
    chat = visit.open()
    vase = picture("vase.png")
    choose(chat.frame, chat.frame.get_by_role("button", name="Attach files"), vase)
    expect(chat.frame.get_by_text("Ready to send")).to_be_visible()
    chat.frame.get_by_role("button", name="Send", exact=True).click()
    expect(chat.thread.locator(".u-image.u-there img")).to_be_visible()
    say(visit.product)
    chat.thread.get_by_role("button", name="Play").click()
    expect(chat.thread.get_by_role("button", name="Pause")).to_be_visible()


def _be_known(visit: Visit) -> None:
    product = visit.product
    path = f"/core/web-widgets/{product.facts['widget_id']}/identity-keys"
    key = product.call("POST", path, {"alg": "HS256"})
    signer = Issuer(key["kid"], product.facts["widget_id"], decoded(key["secret"]))
    say = "proof => halloo.identify(proof).then(() => 'known', (error) => error.code)"
    assert visit.page.evaluate(say, signer.token(time.time(), "ada", name="Ada")) == "known"
    visit.page.evaluate("halloo.set({phone: '+43 1 234', data: {plan: 'pro'}})")
    visit.page.evaluate("halloo.reset()")
    product.call("DELETE", f"{path}/{key['kid']}")


def _assert_equal(recording: Recording, deployment: Deployment, whose: Context, *, pinned: bool = False) -> None:
    """Recorded and promised are one set, but for what is not there yet."""
    wanted = promised(deployment, whose, pinned=pinned, but=NOT_YET)
    asked = recording.asked(whose)
    assert asked == set(wanted), {
        "more than promised": {one: recording.seen[one] for one in asked - set(wanted)},
        "promised and never asked": {one: wanted[one] for one in set(wanted) - asked},
    }


def test_the_whole_chat_asks_for_what_the_manifest_says(browser: Browser, product: SevenHosts, web: Sites) -> None:
    product.widget([web.origin("shop")], EVERYTHING)
    recording = Recording(product)
    page = web.put("shop", snippet(product))
    with _recorded(browser, product, page, recording) as visit:
        _talk(visit)
        _be_known(visit)
    deployment = _deployment(product, web.origin("shop"), EVERYTHING)
    _assert_equal(recording, deployment, "host")
    calm = {
        address("relay", product.port).replace("http", "ws", 1),
        *(address(one, product.port) for one in ("client", "image", "storage")),
    }
    wanted = {one for one in promised(deployment, "frame", but=NOT_YET) if one[2] in calm}
    assert recording.asked("frame") == wanted, "the other needs are for when the relay does not answer"


def test_the_pinned_loader_asks_for_its_record_besides(browser: Browser, product: SevenHosts, web: Sites) -> None:
    product.widget([web.origin("pinned")])
    recording = Recording(product)
    with _recorded(browser, product, web.put("pinned", pinned(product)), recording) as visit:
        visit.open().write("From a pinned page")
    _assert_equal(recording, _deployment(product, web.origin("pinned"), {}), "host", pinned=True)


@pytest.mark.parametrize("form", ["evergreen", "pinned"])
def test_verified_embedding_asks_for_a_ticket_besides(
    form: str, browser: Browser, product: SevenHosts, web: Sites
) -> None:
    config = {"security": {"require_verified_embedding": True}}
    product.widget([web.origin("verified")], config)
    recording = Recording(product)
    tag = pinned(product) if form == "pinned" else snippet(product)
    with _recorded(browser, product, web.put("verified", tag), recording) as visit:
        visit.open().write("From a verified page")
    deployment = _deployment(product, web.origin("verified"), config)
    assert deployment.verified_embedding
    _assert_equal(recording, deployment, "host", pinned=form == "pinned")
    tickets = recording.seen["host", "connect", product.widget_origin]
    assert f"/core/public/web-widgets/{product.facts['widget_id']}/embed-ticket" in tickets


def test_a_widget_that_waits_for_the_visitor_asks_for_its_loader_alone(
    browser: Browser, product: SevenHosts, web: Sites
) -> None:
    config = {"boot": "interaction"}
    product.widget([web.origin("waiting")], config)
    recording = Recording(product)
    with _recorded(browser, product, web.put("waiting", snippet(product)), recording) as visit:
        visit.widget.launcher()
        visit.page.wait_for_timeout(3_500)
        assert set(recording.seen) == {("host", "script", product.widget_origin)}
        visit.open()
        visit.settle()
    _assert_equal(recording, _deployment(product, web.origin("waiting"), config), "host")


def test_while_the_relay_is_down_rescue_and_streams_are_asked_and_nothing_else(
    browser: Browser, product: SevenHosts, web: Sites
) -> None:
    """The relay's sockets and streams fail, then the rescue relay's sockets, too: every way is gone once."""
    unasked = {"bot_check": {"guard_level": "off"}}
    product.widget([web.origin("down")], unasked)
    recording = Recording(product)
    deployment = _deployment(product, web.origin("down"), unasked)
    page = web.put("down", snippet(product))
    relay, rescue = (address(role, product.port) for role in ("relay", "rescue"))
    with _recorded(browser, product, page, recording, NO_SOCKETS, relay) as visit:
        visit.open()
        _wait_for(visit, recording, relay, rescue)
    with _recorded(browser, product, page, recording, _without("relay", product.port)) as visit:
        visit.open()
        _wait_for(visit, recording, rescue.replace("http", "ws", 1))
    with _recorded(browser, product, page, recording) as visit:
        chat = visit.open()
        chat.write("By the relay itself")
        answer(product, "This is my face.")
        expect(chat.thread.get_by_text("This is my face.")).to_be_visible()
        _send_files(visit)
        _wait_for(visit, recording, relay.replace("http", "ws", 1))
    _assert_equal(recording, deployment, "frame")
    _assert_equal(recording, deployment, "host")


def _wait_for(visit: Visit, recording: Recording, *wanted: str) -> None:
    """Until the frame has connected to these origins."""
    for _ in range(10 * PATIENCE_S):
        if {("frame", "connect", origin) for origin in wanted} <= set(recording.seen):
            return
        visit.page.wait_for_timeout(100)
    raise AssertionError(f"not asked: {wanted}; but {sorted(recording.seen)}")


def _without(role: str, port: int) -> str:
    """No socket opens at a host."""
    return f"""(() => {{
      const Told = window.WebSocket;
      window.WebSocket = class {{
        constructor(address) {{
          if (!address.includes("//{role}.localhost:{port}/")) return new Told(address);
          setTimeout(() => this.onclose?.({{ code: 1006 }}));
        }}
        send() {{}}
        close() {{}}
      }};
    }})()"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_brings_a_need_of_its_own(language: str, browser: Browser, product: SevenHosts, web: Sites) -> None:
    config = {"locale": language}
    product.widget([web.origin("speaking")], config)
    recording = Recording(product)
    page = web.put("speaking", snippet(product))
    with _recorded(browser, product, page, recording, locale=language) as visit:
        visit.widget.open()
        visit.settle()
        frame = visit.widget.frame()
        expect(frame.get_by_role("textbox")).to_be_visible()
        frame.evaluate("document.fonts.ready.then(() => null)")
    deployment = _deployment(product, web.origin("speaking"), config)
    assert recording.asked("frame") <= set(promised(deployment, "frame", but=NOT_YET))
    _assert_equal(recording, deployment, "host")


def test_every_need_is_recorded_or_waits_for_its_code() -> None:
    """The manifest with all features on has no need that neither this file records nor `NOT_YET` names; and none is named twice."""
    recorded = {
        "host.loader",
        "host.frame",
        "host.record",
        "host.ticket",
        "frame.script",
        "frame.style",
        "frame.api",
        "frame.relay",
        "frame.rescue",
        "frame.picture",
        "frame.avatar",
        "frame.upload",
        "frame.file",
        "frame.thumbnail",
        "frame.recording",
        "frame.bot_check",
    }
    assert recorded.isdisjoint(NOT_YET)
    assert recorded | set(NOT_YET) == {need.id for need in (*_all_needs("host"), *_all_needs("frame"))}


def _all_needs(whose: Context) -> list[Any]:
    hosts: dict[Any, str] = {
        role: f"https://{role}.example" for role in ("client", "relay", "rescue", "image", "storage", "game", "stream")
    }
    everything = Deployment(hosts, frozenset(ALL_FEATURES), verified_embedding=True)
    return needs(everything, whose, pinned=True)


@pytest.mark.parametrize("need", NOT_YET)
def test_what_is_not_recorded_has_no_code(need: str) -> None:
    """Whoever brings the code takes the need out of `NOT_YET` and has it recorded above."""
    why, signs, there = NOT_YET[need]
    packages = ("loader",) if need.startswith("host.") else ("widget", "core")
    files = [
        file
        for package in packages
        for file in sorted((PACKAGES / package / "src").rglob("*"))
        if file.suffix in (".ts", ".tsx", ".css") and ".test." not in file.name
    ]
    assert len(files) > 5
    found = [f"{file.name}: {hit[0]}" for file in files for hit in re.finditer(signs, file.read_text(), re.IGNORECASE)]
    assert len(found) == there, f"{why}; but there is {found}"
