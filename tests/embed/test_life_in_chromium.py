"""The loader's life on a page, in a real browser; numbers are those of embedding contract 15."""

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, WebSocketRoute, expect

from halloo.files.model import FILE_KINDS
from tests.embed.pages import Sites
from tests.embed.visits import Visit, answer, not_allowed, pinned, snippet, visiting
from tests.support.product import Product

pytestmark = pytest.mark.browser

SOME_TIME_MS = 600
"""Long enough for a loader that must do nothing to do something."""
QUESTION = "Do you ship abroad?"


def listed(product: Product, web: Sites, name: str, body: str | None = None, look: Any = None, **page: Any) -> str:
    """A page that is allowed to have the widget; its address."""
    product.widget([web.origin(name)], look)
    return web.put(name, snippet(product) if body is None else body, **page)


def rows(product: Product) -> dict[str, int]:
    """How many rows every table has."""
    with closing(sqlite3.connect(f"file:{product.store.folder / 'halloo.db'}?mode=ro", uri=True)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def is_silent(visit: Visit) -> None:
    """Nothing was drawn, stored or asked but the loader."""
    visit.page.wait_for_timeout(SOME_TIME_MS)
    assert (visit.frames, visit.sockets, visit.count("halloo-widget")) == ([], [], 0)
    assert [path for path in visit.paths if not path.startswith(("/public/embed/", "/public/loader/"))] == []
    assert visit.page.context.storage_state() == {"cookies": [], "origins": []}


def test_1_no_launcher_no_storage_and_one_error(browser: Browser, product: Product, web: Sites) -> None:
    product.widget([web.origin("example")])
    with visiting(browser, product, web.put("www.example", snippet(product))) as visit:
        is_silent(visit)
        assert visit.errors == [not_allowed(product, web.origin("www.example"))]
        assert not visit.page.evaluate("'halloo' in window")
        assert visit.page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_2_an_empty_list_warns_in_the_console(browser: Browser, product: Product, web: Sites) -> None:
    product.widget([])
    with visiting(browser, product, web.put("any", snippet(product))) as visit:
        visit.settle()
        assert visit.warnings == ["Halloo: allowed on any website."]
        assert visit.errors == []
    with visiting(browser, product, "about:blank") as visit:
        visit.page.context.grant_permissions(["local-network-access"])  # the product runs on this machine
        page = f"<!doctype html><body>{snippet(product)}</body>"
        visit.page.route("https://any.example/", lambda route: route.fulfill(content_type="text/html", body=page))
        visit.page.goto("https://any.example/")
        visit.settle()
        assert visit.warnings == ["Halloo: allowed on any website."]
        assert visit.errors == []
    warnings = product.call("GET", f"/core/web-widgets/{product.facts['widget_id']}")["warnings"]
    assert [warning["code"] for warning in warnings] == ["domains_empty"]


@pytest.mark.parametrize("domains", [True, False], ids=["listed", "empty list"])
def test_sandboxed_srcdoc_and_file_pages_count_as_null(
    domains: bool,  # noqa: FBT001 - a parameter of the test
    browser: Browser,
    product: Product,
    web: Sites,
    tmp_path: Path,
) -> None:
    product.widget([web.origin("shop")] if domains else [])
    tag = snippet(product)
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><title>file</title><body>{tag}</body>")
    srcdoc = f"<iframe srcdoc='<!doctype html><body>{tag}</body>'></iframe>"
    addresses = [
        web.put("shop", tag, {"Content-Security-Policy": "sandbox allow-scripts"}, "/sandboxed"),
        web.put("shop", srcdoc.replace("<iframe", "<iframe sandbox='allow-scripts'"), path="/srcdoc-sandboxed"),
        file.as_uri(),
    ]
    for address in addresses:
        with visiting(browser, product, address) as visit:
            is_silent(visit)
            assert visit.errors == [not_allowed(product, "null")], address
    # A srcdoc without sandbox has its parent's origin for `self.origin`, and none of its own in the address.
    with visiting(browser, product, web.put("shop", srcdoc, path="/srcdoc")) as visit:
        is_silent(visit)
        assert visit.errors == [not_allowed(product, "null")]


@pytest.mark.parametrize(
    "hostile",
    [
        "Object.freeze(Array.prototype); Object.freeze(Object.prototype)",
        "Object.defineProperty(window, 'visualViewport', {value: null})",
    ],
)
def test_a_page_that_changed_the_language_gets_one_widget_and_no_second(
    hostile: str, browser: Browser, product: Product, web: Sites
) -> None:
    body = f"<script>{hostile}</script>{snippet(product)}"
    with visiting(browser, product, "about:blank") as visit:
        visit.page.clock.install()
        visit.page.goto(listed(product, web, "changed", body))
        visit.widget.find(lambda node: "aria-expanded" in node.attributes)
        for _ in range(14):
            visit.page.clock.run_for(500)
            visit.page.wait_for_timeout(20)
        assert visit.page.evaluate("document.querySelectorAll('halloo-widget').length") == 1
        if "freeze" in hostile:
            visit.page.evaluate("halloo.open()")
            visit.settle()
            expect(visit.widget.frame().get_by_role("button", name="Close")).to_be_visible()


def test_18_interaction_asks_for_nothing_until_the_visitor_acts(browser: Browser, product: Product, web: Sites) -> None:
    queue = (
        "<script>halloo = [['set', {data: {plan: 'pro'}}], ['identify', 'x.y.z'], ['on', 'ready', () => "
        "document.title = 'ready']]</script>"
    )
    look = {
        "boot": "interaction",
        "greeting": {"text": "May I help?", "bubble_after_s": 0},
        "suggested_questions": [QUESTION],
    }
    address = listed(product, web, "quiet", queue + snippet(product), look)
    before = rows(product)
    with visiting(browser, product, "about:blank") as visit:
        visit.page.clock.install()
        visit.page.goto(address)
        greeting = visit.widget.find(lambda node: node.name == "button" and "May I help?" in node.text)
        for _ in range(20):
            visit.page.clock.run_for(500)
            visit.page.wait_for_timeout(20)
        assert len(visit.paths) == 1
        assert visit.paths[0].startswith("/public/embed/")
        assert (visit.frames, visit.sockets) == ([], [])
        assert visit.page.context.storage_state() == {"cookies": [], "origins": []}
        assert rows(product) == before
        assert greeting
        visit.page.clock.resume()
        question = visit.widget.find(lambda node: node.name == "button" and node.text == QUESTION)
        visit.widget.press(question)
        visit.settle()
        expect(visit.page).to_have_title("ready")
        frame = visit.widget.frame()
        expect(frame.get_by_role("log", name="Messages").get_by_text(QUESTION)).to_be_visible()
        expect(frame.get_by_text("Sent", exact=True)).to_be_visible()
    assert {name for name, count in rows(product).items() if count > before[name]} >= {"visitors", "messages", "facts"}
    newest = product.call("GET", "/core/conversations?limit=1")["data"][0]["id"]
    assert "'plan': 'pro'" in str(product.call("GET", f"/core/conversations/{newest}"))


@pytest.mark.parametrize("by", ["launcher", "greeting", "api"])
def test_18_each_act_of_the_visitor_boots(by: str, browser: Browser, product: Product, web: Sites) -> None:
    look = {"boot": "interaction", "greeting": {"text": "May I help?", "bubble_after_s": 0}}
    with visiting(browser, product, listed(product, web, "acts", look=look)) as visit:
        greeting = visit.widget.find(lambda node: node.name == "button" and "May I help?" in node.text)
        assert visit.frames == []
        if by == "api":
            visit.page.evaluate("halloo.open()")
        else:
            visit.widget.press(greeting if by == "greeting" else visit.widget.launcher())
        visit.settle()
        expect(visit.widget.frame().get_by_role("textbox", name="Message")).to_be_visible()
        assert visit.crashes == []


def test_18_a_farewell_before_any_act_clears_what_an_earlier_page_left_and_makes_nobody_known(
    browser: Browser, product: Product, web: Sites
) -> None:
    address = listed(product, web, "farewell", look={"boot": "interaction"})
    with visiting(browser, product, address) as visit:
        visit.open().write("Mine alone")
        visit.page.goto(address)
        assert visit.frames == []
        before = len(visit.sockets)
        visit.page.evaluate("halloo.identify('x.y.z').catch(() => {}) && halloo.reset()")
        frame = visit.widget.frame()
        keys = frame.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('halloo-'))")
        assert keys == []
        assert len(visit.sockets) == before
        assert [path for path in visit.paths if path.endswith("/identify")] == []
        visit.open()
        expect(visit.widget.frame().get_by_text("Mine alone")).to_have_count(0)


def test_a_link_from_a_mail_boots_at_once_and_travels_as_a_fragment(
    browser: Browser, product: Product, web: Sites
) -> None:
    look = {"boot": "interaction", "page_tracking": "full"}
    address = listed(product, web, "mail", look=look) + "?a=1#halloo-continue=Ab_-9"
    with visiting(browser, product, address) as visit:
        frame = visit.widget.frame()
        assert frame.url.endswith("#halloo-continue=Ab_-9")
        visit.settle()
        # What the server hears of it is in no address, and in no page that operators see.
        assert [path for path in visit.paths if "continue=" in path] == []
    with visiting(browser, product, address.replace("halloo-continue", "access_token")) as visit:
        visit.widget.launcher()
        visit.page.evaluate("halloo.open()")
        assert "#" not in visit.widget.frame().url


def test_the_pinned_form_runs_under_its_integrity(browser: Browser, product: Product, web: Sites) -> None:
    address = listed(product, web, "pinned", pinned(product))
    with visiting(browser, product, address) as visit:
        visit.settle()
        visit.open().write("From the pinned form")
        assert visit.errors == []
    wrong = "sha384-" + "A" * 64
    with visiting(browser, product, web.put("pinned", pinned(product, integrity=wrong))) as visit:
        is_silent(visit)


@pytest.mark.parametrize("claimed", ["", "../../me", '"><img src=x onerror=alert(1)>', "0" * 35])
def test_the_pinned_form_reads_a_uuid_or_stops(claimed: str, browser: Browser, product: Product, web: Sites) -> None:
    product.widget([])
    tag = pinned(product, widget_id=claimed.replace('"', "&quot;"))
    with visiting(browser, product, web.put("claims", tag)) as visit:
        is_silent(visit)
        assert visit.errors == ["Halloo: no record."]


def test_a_record_that_is_missing_is_asked_for_again(browser: Browser, product: Product, web: Sites) -> None:
    product.call("PUT", f"/core/web-widgets/{product.facts['widget_id']}", {"published": False})
    address = web.put("later", pinned(product))
    with visiting(browser, product, "about:blank") as visit:
        visit.page.clock.install()
        visit.page.goto(address)

        def asked() -> int:
            visit.page.wait_for_timeout(150)
            return sum(path.startswith("/core/public/web-widgets/") for path in visit.paths)

        for seconds, expected in ((0, 1), (4.5, 1), (1, 2), (14, 2), (2, 3), (58, 3), (3, 4), (500, 4)):
            visit.page.clock.run_for(int(seconds * 1000))
            assert asked() == expected
        product.widget([web.origin("later")])
        visit.page.evaluate("window.dispatchEvent(new Event('online'))")
        visit.widget.launcher()
        assert [line for line in visit.errors if line.startswith("Halloo")] == ["Halloo: no record."]


def test_loaded_twice_and_late_it_is_one_widget(browser: Browser, product: Product, web: Sites) -> None:
    other = product.call("POST", "/core/web-widgets", {"published": True})["id"]
    twice = snippet(product) * 2 + pinned(product)
    second = snippet(product).replace(product.facts["widget_id"], other)
    with visiting(browser, product, listed(product, web, "twice", twice)) as visit:
        visit.settle()
        visit.page.evaluate(
            "source => document.head.append(Object.assign(document.createElement('script'), {src: source}))",
            product.facts["embed_url"],
        )
        visit.page.wait_for_timeout(SOME_TIME_MS)
        assert (visit.count("halloo-widget"), len(visit.frames), visit.errors) == (1, 1, [])
        visit.page.evaluate(
            "source => document.head.append(Object.assign(document.createElement('script'), {src: source}))",
            re.findall(r'src="([^"]*)"', second)[0],
        )
        visit.page.wait_for_timeout(SOME_TIME_MS)
        assert (visit.count("halloo-widget"), len(visit.frames)) == (1, 1)
        assert visit.errors == [f"Halloo: widget {other} is a second one."]


def test_named_elements_do_not_pass_for_ours(browser: Browser, product: Product, web: Sites) -> None:
    named = (
        '<form id="halloo"><input name="wid"><input name="push"></form>'
        '<img name="currentScript" src="data:," data-widget="x">'
        '<iframe name="halloo" src="/blank"></iframe>'
    )
    with visiting(browser, product, listed(product, web, "named", named + snippet(product))) as visit:
        visit.settle()
        assert visit.page.evaluate("typeof halloo.push") == "function"
        assert visit.count("halloo-widget") == 1


def test_the_queue_runs_in_order_and_every_command_answers(browser: Browser, product: Product, web: Sites) -> None:
    queue = """<script>
      heard = [];
      halloo = window.halloo || [];
      for (const name of ["ready", "open", "close", "unread", "message_sent", "message_received", "error"])
        halloo.push(["on", name, (detail) => heard.push([name, detail])]);
      halloo.push(["open"], ["nonsense", 1], ["nonsense", 2], ["set", {data: {plan: "pro"}}]);
    </script>"""
    with visiting(browser, product, listed(product, web, "queue", queue + snippet(product))) as visit:
        visit.settle()
        frame = visit.widget.frame()
        expect(frame.get_by_role("textbox", name="Message")).to_be_visible()
        assert visit.errors == ["Halloo: unknown command nonsense."]
        frame.get_by_role("textbox", name="Message").fill("Hello")
        frame.get_by_role("textbox", name="Message").press("Enter")
        expect(frame.get_by_text("Sent", exact=True)).to_be_visible()
        _closed_and_answered(visit)
        _refused(visit)
        heard: list[list[Any]] = visit.page.evaluate("heard")
        assert heard[0] == ["ready", {}] or heard[1] == ["ready", {}]
        names = [name for name, _ in heard]
        assert (
            names.index("open") < names.index("message_sent") < names.index("close") < names.index("message_received")
        )
        conversation = next(detail["conversation_id"] for name, detail in heard if name == "message_sent")
        assert ["message_received", {"conversation_id": conversation}] in heard
        assert ["unread", {"count": 1}] in heard
        assert visit.crashes == []


def _closed_and_answered(visit: Visit) -> None:
    """An answer to a closed chat: badge, bubble, events."""
    visit.page.evaluate("halloo.close()")
    answer(visit.product, "Good day to you")
    visit.widget.find(lambda node: node.name == "button" and "Good day to you" in node.text)
    visit.widget.find(lambda node: node.name == "b" and node.text == "1")
    assert visit.widget.launcher().attributes["aria-label"] == "Chat 1"


def _refused(visit: Visit) -> None:
    """Promises: what is refused has a code; `on` gives back how to stop it."""
    code = "call => call().then(() => 'done', error => [error instanceof Error, error.code])"
    assert visit.page.evaluate(f"({code})(() => halloo.identify('not.a.jwt'))")[0] is True
    assert visit.page.evaluate(f"({code})(() => halloo.set({{data: {{'Bad Key': 1}}}}))") == [True, "field_invalid"]
    assert visit.page.evaluate(f"({code})(() => halloo.set({{data: {{a: 1n}}}}))") == [True, "field_invalid"]
    assert visit.page.evaluate(f"({code})(() => halloo.set({{name: 'x'.repeat(20000)}}))") == [True, "field_invalid"]
    assert visit.page.evaluate(f"({code})(() => halloo.set({{locale: 'de'}}))") == "done"
    assert (
        visit.page.evaluate("const off = halloo.on('open', () => heard.push('late')); off(); halloo.toggle()") is None
    )
    visit.page.wait_for_timeout(SOME_TIME_MS)
    assert "late" not in visit.page.evaluate("heard")
    assert visit.widget.launcher().attributes["aria-expanded"] == "true"
    assert visit.page.evaluate(f"({code})(() => halloo.reset())") == "done"


def test_a_framework_that_replaces_the_body_and_pages_without_loading(
    browser: Browser, product: Product, web: Sites
) -> None:
    with visiting(browser, product, listed(product, web, "spa", look={"page_tracking": "path"})) as visit:
        visit.settle()
        visit.open().write("On the first page")
        replace = "document.body.replaceWith(document.createElement('body'))"
        visit.page.evaluate(f"{replace}; history.pushState(null, '', '/cart?secret=1#x'); document.title = 'Cart'")
        chat = visit.widget.frame()
        expect(chat.get_by_role("log", name="Messages").get_by_text("On the first page")).to_be_visible()
        expect(chat.get_by_role("textbox", name="Message")).to_be_visible()
        assert visit.count("halloo-widget") == 1
        for _ in range(8):
            visit.page.evaluate("document.querySelector('halloo-widget')?.remove()")
            visit.page.wait_for_timeout(50)
        assert visit.count("halloo-widget") == 0, "put back more than five times a minute"
        assert visit.crashes == []
    newest = product.call("GET", "/core/conversations?limit=1")["data"][0]["id"]
    page = json.dumps(product.call("GET", f"/core/conversations/{newest}"))
    assert f"{web.origin('spa')}/cart" in page
    assert "secret" not in page


def test_hidden_it_is_opened_by_the_page_alone(browser: Browser, product: Product, web: Sites) -> None:
    closed: dict[str, Any] = {"enabled": True, "days": [], "when_closed": "hide_launcher"}
    hidden: list[dict[str, Any]] = [{"trigger": {"hidden": True}}, {"business_hours": closed}]
    for look in hidden:
        look |= {"suggested_questions": [QUESTION], "greeting": {"text": "Hi", "bubble_after_s": 0}}
        with visiting(browser, product, listed(product, web, "hidden", look=look)) as visit:
            visit.settle()
            assert [node.name for node in visit.widget.nodes() if node.name in ("button", "b")] == []
            visit.page.evaluate("halloo.open()")
            expect(visit.widget.frame().get_by_role("textbox", name="Message")).to_be_visible()


def test_a_frame_that_never_gets_ready_is_taken_out_and_tried_again(
    browser: Browser, product: Product, web: Sites
) -> None:
    with visiting(browser, product, "about:blank") as visit:
        loads: list[str] = []
        visit.page.context.route("**/public/widget/**", lambda route: (loads.append("x"), route.fulfill(body="hm")))
        visit.page.clock.install()
        visit.page.goto(listed(product, web, "slow"))
        visit.page.evaluate("halloo.open()")

        def tried(after_s: float) -> tuple[int, bool]:
            visit.page.clock.run_for(int(after_s * 1000))
            visit.page.wait_for_timeout(150)
            return len(loads), any(node.name == "iframe" for node in visit.widget.nodes())

        assert tried(0) == (1, True)
        # It takes no clicks while it is not ready.
        box = visit.page.viewport_size or {"width": 0, "height": 0}
        point = [box["width"] - 200, box["height"] - 300]
        assert visit.page.evaluate("([x, y]) => document.elementFromPoint(x, y).localName", point) != "halloo-widget"
        assert tried(10.2) == (1, False)
        assert tried(5) == (2, True)
        assert tried(10.2) == (2, False)
        visit.page.context.unroute("**/public/widget/**")
        assert tried(15)[1]
        visit.page.clock.resume()
        expect(visit.widget.frame().get_by_role("textbox", name="Message")).to_be_visible()


def test_the_sizes_and_features_of_the_frame(browser: Browser, product: Product, web: Sites) -> None:
    plain = "autoplay;clipboard-write"
    no_sound = [kind for kind in FILE_KINDS if kind != "audio"]
    looks: list[tuple[dict[str, Any], str]] = [
        ({}, f"{plain};microphone"),
        ({"files": {"types": no_sound}}, plain),
        ({"files": {"enabled": False}}, plain),
        ({"files": {"enabled": False}, "features": {"calls": True}}, f"{plain};microphone;camera;display-capture"),
    ]
    for at, (look, allowed) in enumerate(looks):
        with visiting(browser, product, listed(product, web, "allow", look=look)) as visit:
            iframe = visit.widget.find(lambda node: node.name == "iframe", 12) if at == 0 else None
            visit.settle()
            iframe = next(node for node in visit.widget.nodes() if node.name == "iframe") if iframe is None else iframe
            assert iframe.attributes["allow"] == allowed
            assert iframe.attributes["referrerpolicy"] == "no-referrer"
            assert iframe.attributes["sandbox"].split() == [
                "allow-scripts",
                "allow-same-origin",
                "allow-forms",
                "allow-popups",
                "allow-popups-to-escape-sandbox",
                "allow-downloads",
            ]


def test_back_from_the_cache_the_line_comes_back(browser: Browser, product: Product, web: Sites) -> None:
    with visiting(browser, product, "about:blank") as visit:
        lines: list[WebSocketRoute] = []

        def take(line: WebSocketRoute) -> None:
            line.connect_to_server()
            lines.append(line)

        visit.page.context.route_web_socket("**/relay", take)
        visit.page.clock.install()
        visit.page.goto(listed(product, web, "back"))
        visit.open().write("Before I left")
        # A page in the cache has no time and no sockets.
        visit.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
        lines[0].close()
        visit.page.wait_for_timeout(SOME_TIME_MS)
        assert len(lines) == 1
        visit.widget.frame().evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        for _ in range(50):
            visit.page.wait_for_timeout(50)
            if len(lines) > 1:
                break
        assert len(lines) == 2
        visit.page.clock.resume()
        visit.open().write("And after I came back")


def test_a_prerendered_page_waits_until_it_is_shown(browser: Browser, product: Product, web: Sites) -> None:
    hidden = "Object.defineProperty(document, 'prerendering', {get: () => !window.shown})"
    with visiting(browser, product, listed(product, web, "ahead"), hidden) as visit:
        is_silent(visit)
        visit.page.evaluate("shown = true; document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")
        visit.settle()
        assert visit.errors == []
