"""What passes between page, loader, frame and server, in a real browser; numbers are those of embedding contract 15."""

import json
import re
import time
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Frame, Route, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.embed.pages import Sites
from tests.embed.visits import Visit, answer, frame_address, not_allowed, snippet, visiting
from tests.support.product import Product

pytestmark = pytest.mark.browser

SOME_TIME_MS = 600
KEYS = "Object.keys(localStorage).filter(key => key.startsWith('halloo-widget-user-')).map(key => [key, localStorage[key]])"
LISTEN = "window.heard = []; addEventListener('message', ({data, origin}) => heard.push([origin, data]))"
SECRET = re.compile(r"hvt_[\w-]{8,}|eyJ[\w-]{8,}\.|ticket=|token=")


def listed(product: Product, web: Sites, name: str, look: Any = None) -> str:
    """A page that is allowed to have the widget; its address."""
    product.widget([web.origin(name)], look)
    return web.put(name, snippet(product))


def is_blocked(visit: Visit) -> None:
    """The frame did not start: no socket, no key, no message."""
    visit.page.wait_for_timeout(SOME_TIME_MS)
    assert visit.sockets == []
    assert [request.url for request in visit.requests if request.method == "POST"] == []
    assert visit.page.evaluate("window.heard ?? []") == []
    assert visit.page.context.storage_state().get("origins") == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_5_framed_by_a_stranger_the_header_blocks(
    scripts: bool,  # noqa: FBT001 - a parameter of the test
    browser: Browser,
    product: Product,
    web: Sites,
) -> None:
    product.widget([web.origin("a")])
    address = web.put("evil", f'<iframe src="{frame_address(product, web.origin("a"))}"></iframe>')
    with visiting(browser, product, address, java_script_enabled=scripts) as visit:
        visit.page.wait_for_timeout(SOME_TIME_MS)
        assert (visit.frames, visit.sockets) == ([], [])


def test_5_without_the_header_no_message_passes_and_nothing_starts(
    browser: Browser, product: Product, web: Sites
) -> None:
    product.widget([web.origin("a")])
    claims = [frame_address(product, web.origin("a")), frame_address(product, web.origin("evil"))]
    claims += [frame_address(product, None), f"{claims[0]}&parentOrigin={web.origin('a')}"]
    for claim in claims:
        with visiting(browser, product, "about:blank") as visit:
            visit.page.context.route("**/public/widget/**", _without_header)
            visit.page.goto(web.put("evil", f'<script>{LISTEN}</script><iframe src="{claim}"></iframe>'))
            is_blocked(visit)
            assert len(visit.frames) == 1
            assert visit.frames[0].locator("#halloo").inner_html() == ""


def _without_header(route: Route) -> None:
    """The frame's document from a server that forgot its policy."""
    found = route.fetch()
    headers = {key: value for key, value in found.headers.items() if key != "content-security-policy"}
    route.fulfill(response=found, headers=headers)


def test_5_opened_on_its_own_a_list_keeps_it_silent(browser: Browser, product: Product, web: Sites) -> None:
    product.widget([web.origin("a")])
    for address in (frame_address(product, None), frame_address(product, web.origin("a"))):
        with visiting(browser, product, address) as visit:
            visit.page.wait_for_timeout(SOME_TIME_MS)
            assert visit.sockets == []
            expect(visit.page.locator("#halloo")).to_have_text(f"This chat is at home on {web.origin('a')}.")
            assert visit.page.evaluate("localStorage.length") == 0
    product.widget([])
    with visiting(browser, product, frame_address(product, web.origin("a"))) as visit:
        visit.settle()
        keys = visit.page.evaluate(KEYS)
        assert [key.rpartition("-")[2] for key, _ in keys] == ["unknown"]


def test_9_each_widget_on_each_origin_has_a_guest_of_its_own(browser: Browser, product: Product, web: Sites) -> None:
    origins = [web.origin("one"), web.origin("two")]
    product.widget(origins)
    other = product.call("POST", "/core/web-widgets", {"published": True, "domains": origins})["id"]
    tags = {
        one: snippet(product).replace(product.facts["widget_id"], one) for one in (product.facts["widget_id"], other)
    }
    found: dict[str, str] = {}
    with visiting(browser, product, "about:blank") as visit:
        for widget, tag in tags.items():
            for name in ("one", "two"):
                visit.sockets.clear()
                visit.page.goto(web.put(name, tag))
                visit.settle()
                key = f"halloo-widget-user-{widget}-{web.origin(name)}"
                value = dict(visit.widget.frame().evaluate(KEYS))[key]
                assert re.fullmatch(r"guest_[A-Za-z0-9_-]{22}", value)
                found[key] = value
    assert len(set(found.values())) == len(found) == 4


def test_12_a_handshake_names_the_widget_host_once(product: Product, web: Sites) -> None:
    product.widget([web.origin("shop")])
    address = f"ws://localhost:{product.port}/relay"

    def status(*origins: str) -> int:
        headers = [("Origin", origin) for origin in origins]
        try:
            with connect(address, additional_headers=headers, proxy=None):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    refused = [("null",), (), (product.origin, product.origin), ("https://evil.example",), (web.origin("shop"),)]
    assert [status(*origins) for origins in refused] == [403] * 5
    assert status(product.origin) == 101


def test_13_the_frame_s_own_origin_passes_beside_a_list(browser: Browser, product: Product, web: Sites) -> None:
    with visiting(browser, product, listed(product, web, "own")) as visit:
        visit.settle()
        with visit.page.expect_response(
            lambda response: response.url.endswith("/conversations") and response.request.method == "POST"
        ) as started:
            visit.open().write("From inside the frame")
        assert started.value.status == 201
        assert started.value.request.all_headers()["origin"] == product.origin


def test_14_an_origin_that_is_removed_loses_its_visitors_at_once(
    browser: Browser, product: Product, web: Sites
) -> None:
    with visiting(browser, product, listed(product, web, "gone")) as visit:
        visit.settle()
        visit.open()
        socket = visit.sockets[0]
        assert not socket.is_closed()
        product.widget(["https://example.com"])
        before = time.monotonic()
        while not socket.is_closed():
            visit.page.wait_for_timeout(20)
            assert time.monotonic() - before < 1
        visit.page.wait_for_timeout(SOME_TIME_MS)
        assert all(one.is_closed() for one in visit.sockets)
    with visiting(browser, product, web.put("gone", snippet(product))) as visit:
        visit.page.wait_for_timeout(SOME_TIME_MS)
        assert visit.errors == [not_allowed(product, web.origin("gone"))]
        assert visit.frames == []


def test_15_where_storage_throws_the_chat_works_in_memory(browser: Browser, product: Product, web: Sites) -> None:
    throws = """for (const name of ["localStorage", "sessionStorage"])
      Object.defineProperty(window, name, {get() { throw new DOMException("The request was denied.", "SecurityError") }})"""
    with visiting(browser, product, listed(product, web, "strict"), throws) as visit:
        visit.settle()
        chat = visit.open()
        chat.write("Without a memory")
        answer(product, "And yet")
        expect(chat.thread.get_by_text("And yet")).to_be_visible()
        assert (visit.crashes, visit.errors) == ([], [])


def _envelope(product: Product, kind: str, data: Any, seq: Any = 900, **more: Any) -> dict[str, Any]:
    return {"v": 1, "wid": product.facts["widget_id"], "type": kind, "seq": seq, "data": data, **more}


def test_19_the_loader_hears_its_frame_alone_and_that_to_the_letter(
    browser: Browser, product: Product, web: Sites
) -> None:
    address = listed(product, web, "hears")
    web.put("ad", "")
    web.put("hears.localhost.evil", "")
    web.put("myhears", "")
    frames = "".join(
        f'<iframe {more} src="{source}"></iframe>'
        for source, more in (
            (web.origin("ad") + "/", ""),
            (web.origin("hears.localhost.evil") + "/", ""),
            (web.origin("myhears") + "/", ""),
            (web.origin("ad") + "/", 'sandbox="allow-scripts"'),
            (f"{product.origin}/public/assets/none", ""),
            (f"{product.origin}/public/loader/none.js", ""),
        )
    )
    web.put("hears", frames + snippet(product))
    forged = _envelope(product, "event", {"name": "message_sent", "detail": {"forged": True}})
    close, resize = _envelope(product, "failed", {"code": "forged"}), _envelope(product, "open", {})
    with visiting(browser, product, address) as visit:
        visit.settle()
        visit.page.evaluate("heard = []; void halloo.on('message_sent', (detail) => heard.push(detail))")
        own = visit.widget.frame()
        others = [frame for frame in visit.page.frames[1:] if frame != own]
        for frame in others:
            _say(frame, [forged, close, resize])
        _say(visit.page.main_frame, [forged, close, resize])
        event = {"name": "message_sent", "detail": {"forged": True}}
        _say(
            own,
            [
                _envelope(product, "navigate", {}),
                _envelope(product, "constructor", {}),
                _envelope(product, "event", event, extra=1),
                _envelope(product, "event", {**event, "extra": 1}),
                _envelope(product, "event", {"name": "message_sent"}),
                _envelope(product, "event", {"name": 1, "detail": {}}),
                _envelope(product, "event", event, seq=1),
                _envelope(product, "event", event, seq=0),
                _envelope(product, "event", event, seq=None),
                {**forged, "v": 2},
                {**forged, "wid": "0" * 36},
                _envelope(product, "event", {"name": "message_sent", "detail": {"text": "x" * 17_000}}),
                _envelope(product, "open", None),
                "ready",
                None,
            ],
        )
        visit.page.wait_for_timeout(SOME_TIME_MS)
        assert visit.page.evaluate("heard") == []
        assert visit.widget.launcher().attributes["aria-expanded"] == "false"
        assert visit.count("halloo-widget") == 1
        assert visit.crashes == []
        _say(own, [forged])
        visit.page.wait_for_timeout(100)
        assert visit.page.evaluate("heard") == [{"forged": True}], "a well-formed one gets through"


def _say(frame: Frame, messages: list[Any]) -> None:
    """Post to the page from inside a frame; browsers' own error pages have no scripts to post with."""
    if frame.url.startswith("http"):
        frame.evaluate("list => list.forEach(one => top.postMessage(one, '*'))", messages)


def test_19_the_frame_hears_its_page_alone_and_that_to_the_letter(
    browser: Browser, product: Product, web: Sites
) -> None:
    address = listed(product, web, "tells")
    web.put("ad", "")
    strangers = f'<iframe src="{web.origin("ad")}/"></iframe><iframe sandbox="allow-scripts" src="{web.origin("ad")}/"></iframe>'
    web.put("tells", strangers + snippet(product))
    opened = _envelope(product, "open", {"by": "api", "text": "Forged"})
    with visiting(browser, product, address) as visit:
        visit.settle()
        own = visit.widget.frame()
        for frame in visit.page.frames[1:]:
            if frame != own:
                frame.evaluate("one => { for (let n = 0; n < top.length; n++) top[n].postMessage(one, '*') }", opened)
        # The widget's frame is in no list of the page's: a shadow tree that is closed keeps it out of `window.frames`.
        assert visit.page.evaluate("frames.length") == 2
        visit.page.wait_for_timeout(SOME_TIME_MS)
        assert own.locator("#halloo").inner_html() == ""
        good = _envelope(product, "open", {"by": "api", "text": None})
        for origin, source in (
            (web.origin("ad"), "parent"),
            ("null", "parent"),
            (f"{web.origin('tells')}.evil", "parent"),
            (web.origin("tells")[:-1], "parent"),
            (product.origin, "parent"),
            (web.origin("tells"), "window"),
            (web.origin("tells"), "null"),
        ):
            _says_to(own, [good], origin, source)
        _page_says_to(
            own,
            [
                _envelope(product, "eval", {}),
                _envelope(product, "open", {"by": "somebody", "text": None}),
                _envelope(product, "open", {"by": "api", "text": "x" * 121}),
                _envelope(product, "open", {"by": "api", "text": None, "extra": 1}),
                _envelope(product, "open", {"by": "api", "text": None}, extra=1),
                _envelope(product, "open", {"by": "api", "text": None}, seq=1),
                _envelope(product, "page", {"url": "x" * 17_000, "title": "", "referrer": ""}),
            ],
        )
        visit.page.wait_for_timeout(SOME_TIME_MS)
        assert own.locator("#halloo").inner_html() == ""
        assert visit.crashes == []
        _page_says_to(own, [good])
        expect(own.get_by_role("textbox", name="Message")).to_be_attached()


def _page_says_to(frame: Frame, messages: list[Any]) -> None:
    """What the page itself would post, to the letter: its window as the source, its origin."""
    _says_to(frame, messages, httpx.URL(frame.url).params["parentOrigin"], "parent")


def _says_to(frame: Frame, messages: list[Any], origin: str, source: str) -> None:
    """What arrives in a frame from a window and an origin; no page can reach this one by itself."""
    script = f"""([list, origin]) => list.forEach(data =>
      dispatchEvent(new MessageEvent("message", {{data, origin, source: {source}}})))"""
    frame.evaluate(script, [messages, origin])


def test_25_no_secret_in_addresses_logs_or_referrers_and_no_cookie(
    browser: Browser, product: Product, web: Sites
) -> None:
    with visiting(browser, product, listed(product, web, "clean")) as visit:
        visit.page.reload()
        visit.settle()
        chat = visit.open()
        chat.write("A full visit")
        answer(product, "Come again")
        expect(chat.thread.get_by_text("Come again")).to_be_visible()
        visit.page.evaluate("halloo.identify('eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.x').catch(() => 0)")
        told = [request.url for request in visit.everything] + [socket.url for socket in visit.sockets]
        told += [request.all_headers().get("referer", "") for request in visit.everything]
        assert [text for text in told if SECRET.search(text)] == []
        assert [request.url for request in visit.everything if "cookie" in request.all_headers()] == []
        assert visit.page.context.cookies() == []
        visitor = chat.frame.evaluate("Object.entries(localStorage).find(([key]) => key.includes('-token-'))[1]")
        assert visitor.startswith("hvt_")
        log = product.log.read_text(errors="replace")
        assert visitor not in log
        assert SECRET.search(log) is None


def test_25_the_loader_is_304_until_something_changes(product: Product) -> None:
    product.widget(["https://a.example"])
    with httpx.Client(base_url=product.origin) as client:
        path = f"/public/embed/{product.facts['widget_id']}"
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert first.headers["cache-control"] == "public, max-age=60"
        product.widget(["https://b.example"])
        changed = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert changed.status_code == 200
        assert "https://b.example" in changed.text


def test_24_texts_stay_texts_and_a_bad_entry_stores_nothing(browser: Browser, product: Product, web: Sites) -> None:
    address = listed(product, web, "texts")
    path = f"/core/web-widgets/{product.facts['widget_id']}"
    bearer = {"Authorization": f"Bearer {product.facts['token']}"}
    before = product.call("GET", path)
    body = {"domains": ["https://a.example", "*.b.example", "https://c.example"]}
    refused = httpx.put(product.origin + path, json=body, headers=bearer)
    assert (refused.status_code, refused.json()["details"]["index"]) == (422, 1)
    assert product.call("GET", path) == before
    text = "</script><script>window.ran=1</script>\u2028__proto__'\"\\"
    look = {"chat": {"title": text[:60]}, "greeting": {"text": text}, "trigger": {"label": "<b>x</b>"}}
    product.widget([web.origin("texts"), *(f"https://h{number}.example" for number in range(99))], look)
    headers = httpx.get(frame_address(product, web.origin("texts"))).headers
    assert len(headers.get_list("content-security-policy")) == 1
    assert "x-frame-options" not in headers
    with visiting(browser, product, address) as visit:
        visit.settle()
        chat = visit.open()
        assert json.loads(chat.frame.locator("#halloo-record").text_content() or "")["config"]["v1"]["greeting"] == {
            "text": text,
            "bubble_after_s": None,
        }
        assert [frame.evaluate("window.ran") for frame in visit.page.frames] == [None, None]
        assert (visit.crashes, visit.errors, visit.violations()) == ([], [], [])


def test_a_list_too_long_for_a_header_admits_the_page_that_it_holds(
    browser: Browser, product: Product, web: Sites
) -> None:
    many = [f"https://{number:03}{'a' * 30}.example" for number in range(98)]
    product.widget([web.origin("long"), *many])
    with visiting(browser, product, web.put("long", snippet(product))) as visit:
        visit.settle()
        assert visit.errors == []
