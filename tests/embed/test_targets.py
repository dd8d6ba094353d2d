"""Where the frame speaks to, and an http entry under an https page: acceptance 7 and 8 of embedding contract 15, in Chromium."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from tests.embed.conftest import Drive
from tests.embed.pages import Sites
from tests.support.bundle import bundled
from tests.support.product import Product

pytestmark = pytest.mark.browser
CASES = json.loads((Path(__file__).parents[1] / "vectors" / "origin_cases.json").read_text("utf-8"))
HEARD = "window.heard = []; addEventListener('message', ({data}) => heard.push(data))"


def look(address: str, body: str = "") -> Callable[[Browser], dict[str, Any]]:
    """Open a page and wait a while; what happened there. With a body, the browser itself serves the page."""

    def work(browser: Browser) -> dict[str, Any]:
        context = browser.new_context()
        context.add_init_script(HEARD)
        page = context.new_page()
        if body:
            context.grant_permissions(["local-network-access"])  # the product runs on this machine
            page.route(address, lambda route: route.fulfill(content_type="text/html", body=body))
        sockets: list[str] = []
        errors: list[str] = []
        calls: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: calls.append(request.url) if "/core/" in request.url else None)
        page.goto(address)
        page.wait_for_timeout(1_500)
        inner = [frame for frame in page.frames[1:] if frame.url.startswith("http")]
        stored = [frame.evaluate("Object.keys(localStorage).length") for frame in inner]
        seen = {
            "frames": [frame.url for frame in inner],
            "heard": page.evaluate("heard"),
            "sockets": sockets,
            "errors": errors,
            "calls": calls,
            "stored": stored,
        }
        context.close()
        return seen

    return work


def test_7_the_target_follows_the_table(drive: Drive) -> None:
    script = bundled("web/packages/core/src/origins.ts", "origins")

    def work(browser: Browser) -> list[str]:
        page = browser.new_page()
        page.evaluate(f"() => {{ {script}; window.origins = origins }}")
        ask = "cases => cases.map(({domains, parent}) => origins.resolveTargetOrigin(domains, parent ?? undefined))"
        return page.evaluate(ask, CASES["target"])

    assert drive(work) == [case["target"] for case in CASES["target"]]
    told = {(tuple(case["domains"]), case["parent"]): case["target"] for case in CASES["target"]}
    assert told[("https://a.com",), "https://b.com"] == "null"
    assert told[(), None] == "*"
    assert told[(), "https://b.com"] == "https://b.com"


def test_7_under_null_nothing_is_posted_and_nothing_starts(product: Product, web: Sites, drive: Drive) -> None:
    """A listed page that forges its claim silences itself, without an error."""
    product.widget([web.origin("a"), web.origin("b")])
    frame = f"{product.origin}/public/widget/{product.facts['widget_id']}"
    for claim in (
        f"?parentOrigin={quote(web.origin('b'))}",
        "?parentOrigin=null",
        "",
        "?parentOrigin=https://a.example/",
    ):
        seen = drive(look(web.put("a", f'<iframe src="{frame}{claim}"></iframe>')))
        assert len(seen["frames"]) == 1, claim
        assert {name: seen[name] for name in ("heard", "sockets", "errors", "calls", "stored")} == {
            "heard": [],
            "sockets": [],
            "errors": [],
            "calls": [],
            "stored": [0],
        }, claim
    good = drive(look(web.put("a", f'<iframe src="{frame}?parentOrigin={quote(web.origin("a"))}"></iframe>')))
    assert [message["type"] for message in good["heard"]][:1] == ["ready"]


def test_7_under_a_star_visitor_text_is_held_back(product: Product, web: Sites, drive: Drive) -> None:
    product.widget([])
    widget_id = product.facts["widget_id"]
    frame = f'<iframe style="width:400px;height:600px" src="{product.origin}/public/widget/{widget_id}"></iframe>'
    address = web.put("a", frame)

    def work(browser: Browser) -> list[dict[str, Any]]:
        context = browser.new_context()
        context.add_init_script(HEARD)
        page = context.new_page()
        page.goto(address)
        page.wait_for_function("heard.length > 0")
        envelope = {"v": 1, "wid": widget_id, "seq": 1, "type": "open", "data": {"by": "launcher", "text": None}}
        page.evaluate("said => frames[0].postMessage(said, '*')", envelope)
        inner = page.frames[1]
        inner.get_by_role("textbox", name="Message").fill("between us")
        inner.get_by_role("textbox", name="Message").press("Enter")
        inner.get_by_role("log", name="Messages").get_by_text("between us").wait_for()
        page.wait_for_timeout(500)
        heard: list[dict[str, Any]] = page.evaluate("heard")
        context.close()
        return heard

    heard = drive(work)
    assert {message["type"] for message in heard} <= {"ready", "resize", "open", "close"}
    assert "between us" not in json.dumps(heard)


def test_8_an_http_entry_under_an_https_page(product: Product, drive: Drive) -> None:
    """The header admits it, as browsers compare; loader and target origin refuse."""
    origin, widget_id = "https://shop.example", product.facts["widget_id"]
    script = f'<script async src="{product.facts["embed_url"]}"></script>'
    product.widget(["http://shop.example"])
    seen = drive(look(f"{origin}/", script))
    assert seen["errors"] == [
        f"Halloo: widget {widget_id} is not allowed on {origin}. Add it under Settings › Widget › Allowed Domains."
    ]
    assert seen["frames"] == []
    frame = f"{product.origin}/public/widget/{widget_id}?parentOrigin={quote(origin, safe='')}"
    seen = drive(look(f"{origin}/", f'<iframe src="{frame}"></iframe>'))
    assert seen["frames"] == [frame]
    assert (seen["heard"], seen["sockets"], seen["errors"], seen["stored"]) == ([], [], [], [0])
    product.widget([origin])
    seen = drive(look(f"{origin}/", script))
    assert (seen["errors"], len(seen["frames"]), len(seen["sockets"])) == ([], 1, 1)
