"""What passes between page, loader, frame and server, in a real browser; numbers are those of embedding contract 15."""

import json
import re
import time
from base64 import urlsafe_b64decode
from typing import Any
from urllib.parse import unquote

import httpx
import jwt
import pytest
from playwright.sync_api import Browser, Frame, Response, Route, expect
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


def test_9_without_a_parent_the_key_ends_in_unknown(browser: Browser, product: Product, web: Sites) -> None:
    """In a page that frames it without a claim, and as a page of its own."""
    product.widget([])
    address = web.put("bare", f'<iframe src="{frame_address(product, None)}"></iframe>')
    for start in (address, frame_address(product, None)):
        with visiting(browser, product, start) as visit:
            visit.settle()
            (key, value), *more = visit.frames[0].evaluate(KEYS)
            assert (key, more) == (f"halloo-widget-user-{product.facts['widget_id']}-unknown", [])
            assert re.fullmatch(r"guest_[A-Za-z0-9_-]{22}", value)


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
    framed = f'<iframe src="{frame_address(product, web.origin("gone"))}"></iframe>'
    with visiting(browser, product, web.put("gone", framed)) as visit:
        visit.page.wait_for_timeout(SOME_TIME_MS)
        assert (visit.frames, visit.sockets) == ([], [])
    for kept in (product.facts["embed_url"], frame_address(product, web.origin("gone"))):
        assert httpx.get(kept).headers["cache-control"] == "public, max-age=60", "nobody keeps it for longer"


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


def test_19_cve_2025_12245_the_loader_hears_its_frame_alone_and_that_to_the_letter(
    browser: Browser, product: Product, web: Sites
) -> None:
    address = listed(product, web, "hears")
    for name in ("ad", "hears.localhost.evil", "myhears"):
        web.put(name, "")
    # Names that begin and end like the widget host's: the browser itself serves these.
    look_alikes = [f"http://localhost.evil.example:{product.port}/", f"http://evil-localhost:{product.port}/"]
    others = [
        (f"{web.origin('ad')}/", ""),
        (f"{web.origin('hears.localhost.evil')}/", ""),
        (f"{web.origin('myhears')}/", ""),
        (f"{web.origin('ad')}/?sandboxed", 'sandbox="allow-scripts"'),
        (product.facts["embed_url"], ""),
        *((one, "") for one in look_alikes),
    ]
    frames = "".join(f'<iframe {more} src="{source}"></iframe>' for source, more in others)
    web.put("hears", frames + snippet(product))
    forged = _envelope(product, "event", {"name": "message_sent", "detail": {"forged": True}})
    close, resize = _envelope(product, "failed", {"code": "forged"}), _envelope(product, "open", {})
    with visiting(browser, product, "about:blank") as visit:
        for one in look_alikes:
            visit.page.route(one, lambda route: route.fulfill(content_type="text/html", body="<h1>ad</h1>"))
        visit.page.goto(address)
        visit.settle()
        visit.page.evaluate("heard = []; void halloo.on('message_sent', (detail) => heard.push(detail))")
        own = visit.widget.frame()
        strangers = [frame for frame in visit.page.frames[1:] if frame != own]
        assert sorted(frame.url for frame in strangers) == sorted(source for source, _ in others), "all of them speak"
        for frame in strangers:
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
        own.goto(f"{web.origin('ad')}/")
        _say(own, [_envelope(product, "event", event, seq=2_000)])
        visit.page.wait_for_timeout(SOME_TIME_MS)
        assert visit.page.evaluate("heard") == [{"forged": True}], "the right window, with somebody else in it"


def _say(frame: Frame, messages: list[Any]) -> None:
    """Post to the page from inside a frame."""
    frame.evaluate("list => list.forEach(one => top.postMessage(one, '*'))", messages)


def test_19_cve_2025_12245_the_frame_hears_its_page_alone_and_that_to_the_letter(
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
        page, good = web.origin("tells"), _envelope(product, "open", {"by": "api", "text": None})
        look_alikes = (f"{page}0", page[:-1], page.replace("tells", "mytells"), page.replace("http:", "https:"), "")
        for other in ("null", web.origin("ad"), *look_alikes, product.origin):
            _page_says_to(own, [good], origin=other)
        for source in ("window", "null", "parent.frames[0]"):
            _page_says_to(own, [good], source=source)
        visit.page.wait_for_timeout(SOME_TIME_MS)
        assert own.locator("#halloo").inner_html() == ""
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


def _page_says_to(frame: Frame, messages: list[Any], *, origin: str | None = None, source: str = "parent") -> None:
    """What the page itself would post, to the letter: its window as the source, its origin; unless another is given."""
    script = f"""([list, origin]) => list.forEach(data =>
      dispatchEvent(new MessageEvent("message", {{data, origin, source: {source}}})))"""
    claimed = re.findall(r"parentOrigin=([^&]*)", frame.url)[0]
    frame.evaluate(script, [messages, unquote(claimed) if origin is None else origin])


def test_cve_2025_12245_addresses_come_from_the_record_alone(browser: Browser, product: Product, web: Sites) -> None:
    """Whatever page, tag, address and messages say of where the server is."""
    evil = web.origin("evil")
    web.put("evil", "")
    named = f'<a id="hosts" href="{evil}"></a><form id="client" action="{evil}"></form>'
    says = "&amp;".join(f"{name}={evil}" for name in ("client", "relay", "rescue", "host", "base", "storage"))
    tag = snippet(product, f"?{says}", f'async data-host="{evil}" data-client="{evil}"')
    product.widget([web.origin("based")])
    address = web.put("based", named + tag, head=f'<base href="{evil}/">')
    with visiting(browser, product, address) as visit:
        chat = visit.open()
        own = chat.frame
        hosts = {"client": evil, "relay": evil.replace("http", "ws")}
        _page_says_to(own, [_envelope(product, "init", {**_init(web.origin("based")), "hosts": hosts})])
        _page_says_to(own, [_envelope(product, "init", _init(evil), seq=950)])
        chat.write("To the right address")
        asked = {request.url.split("/")[2] for request in visit.everything}
        assert asked == {web.origin("based").split("/")[2], product.origin.split("/")[2]}
        assert {socket.url for socket in visit.sockets} == {f"ws://localhost:{product.port}/relay"}
        assert [key for key in own.evaluate("Object.keys(localStorage)") if evil in key] == []


def _init(origin: str) -> dict[str, Any]:
    return {"parent_origin": origin, "locale": "en", "theme": "light", "mobile": False, "ticket": None}


def test_25_no_secret_in_addresses_logs_or_referrers_and_no_cookie(
    browser: Browser, product: Product, web: Sites
) -> None:
    """A full visit: a ticket, first contact, a message, an answer, a proof of identity, a reload, logging out."""
    key = product.call("POST", f"/core/web-widgets/{product.facts['widget_id']}/identity-keys", {"alg": "HS256"})
    now = int(time.time())
    claims = {"aud": product.facts["widget_id"], "sub": "ada", "iat": now, "exp": now + 600}
    proof = jwt.encode(claims, urlsafe_b64decode(key["secret"] + "="), "HS256", {"kid": key["kid"]})
    address = listed(product, web, "clean", {"security": {"require_verified_embedding": True}})
    secrets: dict[str, set[str]] = {"proof": {proof}, "ticket": set(), "visitor": set(), "relay": set()}

    def note(answer: Response) -> None:
        if answer.request.method == "POST" and answer.url.endswith(("/embed-ticket", "/visitor", "/identify")):
            said = answer.json()
            secrets["ticket"] |= {said.get("ticket")}
            secrets["visitor"] |= {said.get("visitor", {}).get("visitor_token")}
            secrets["relay"] |= {said.get("relay", {}).get("token")}

    with visiting(browser, product, "about:blank") as visit:
        visit.page.context.on("response", note)
        visit.page.goto(address)
        visit.settle()
        chat = visit.open()
        chat.write("A full visit")
        answer(product, "Come again")
        expect(chat.thread.get_by_text("Come again")).to_be_visible()
        assert visit.page.evaluate("proof => halloo.identify(proof).then(() => 'known')", proof) == "known"
        visit.page.reload()
        visit.page.evaluate("halloo.open()")
        expect(visit.widget.frame().get_by_role("textbox", name="Message")).to_be_visible()
        visit.page.evaluate("halloo.reset()")
        found = {kind: {one for one in values if one} for kind, values in secrets.items()}
        assert {kind: len(values) > 0 for kind, values in found.items()} == dict.fromkeys(found, True)
        places = {
            "addresses": [request.url for request in visit.everything] + [socket.url for socket in visit.sockets],
            "referrers": [request.all_headers().get("referer", "") for request in visit.everything],
            "frames": [frame.url for frame in visit.page.frames],
            "the log": product.log.read_text(errors="replace").splitlines(),
        }
        for place, texts in places.items():
            assert [text for text in texts if SECRET.search(text)] == [], place
            assert [one for values in found.values() for one in values if one in "\n".join(texts)] == [], place
        assert [request.url for request in visit.everything if "cookie" in request.all_headers()] == []
        assert visit.page.context.cookies() == []


def test_25_the_loader_is_304_until_something_changes(product: Product) -> None:
    product.widget(["https://a.example"])
    with httpx.Client(base_url=product.origin) as client:
        path = f"/public/embed/{product.facts['widget_id']}"
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        for answered in (first, again):
            assert answered.headers["cache-control"] == "public, max-age=60", "so that it is known within a minute"
            assert "set-cookie" not in answered.headers
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
    text = "</script><script>window.ran=1</script>\u2028\u2029__proto__'\"\\"
    look: dict[str, Any] = {
        "chat": {"title": text[:60]},
        "greeting": {"text": text, "bubble_after_s": None},
        "trigger": {"label": "__proto__"},
        "suggested_questions": [text, "<!--<script>", "__proto__"],
    }
    entries = [web.origin("texts"), *(f"https://h{number}.example" for number in range(99))]
    product.widget(entries, look)
    with visiting(browser, product, address) as visit:
        chat = visit.open()
        stored = product.public("GET", f"/core/public/web-widgets/{product.facts['widget_id']}")
        in_frame = json.loads(chat.frame.locator("#halloo-record").text_content() or "")
        source = httpx.get(product.facts["embed_url"]).text
        assert source.isascii()
        assert "</script>" not in source
        (literal,) = re.findall(r'JSON\.parse\(("(?:[^"\\]|\\.)*")\)', source)
        in_loader = json.loads(json.loads(literal))
        for record in (stored, in_frame, in_loader):
            assert record["domains"] == entries
            v1 = record["config"]["v1"]
            assert v1 == stored["config"]["v1"]
            for name, wanted in look.items():
                assert v1[name] == (wanted if isinstance(wanted, list) else {**v1[name], **wanted})
        for shown in (text, "<!--<script>", "__proto__"):
            assert any(shown in node.text for node in visit.widget.nodes()) or chat.frame.get_by_text(shown).count()
        assert [frame.evaluate("[window.ran, {}.ran]") for frame in visit.page.frames] == [[None, None]] * 2
        assert (visit.crashes, visit.errors, visit.violations()) == ([], [], [])


def test_24_a_hundred_entries_are_one_policy(browser: Browser, product: Product, web: Sites) -> None:
    entries = [web.origin("hundred"), *(f"https://h{number}.example" for number in range(99))]
    product.widget(entries)
    headers = httpx.get(frame_address(product, web.origin("hundred"))).headers
    (policy,) = headers.get_list("content-security-policy")
    (ancestors,) = re.findall(r"frame-ancestors ([^;]*)", policy)
    assert ancestors.split() == entries
    assert "x-frame-options" not in headers
    bearer = {"Authorization": f"Bearer {product.facts['token']}"}
    body = {"domains": [*entries, "https://one.more.example"]}
    path = f"/core/web-widgets/{product.facts['widget_id']}"
    refused = httpx.put(product.origin + path, json=body, headers=bearer)
    assert (refused.status_code, refused.json()["error"]) == (422, "too_many_domains")
    with visiting(browser, product, web.put("hundred", snippet(product))) as visit:
        visit.settle()
        assert visit.errors == []


def test_a_list_too_long_for_a_header_admits_the_page_that_it_holds(
    browser: Browser, product: Product, web: Sites
) -> None:
    many = [f"https://{number:03}{'a' * 30}.example" for number in range(98)]
    product.widget([web.origin("long"), *many])
    with visiting(browser, product, web.put("long", snippet(product))) as visit:
        visit.settle()
        assert visit.errors == []
