"""Loader and frame in a real browser, on pages of several origins; numbers are those of embedding contract 15."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.embed.pages import Sites
from tests.support.browser import launched
from tests.support.product import Product

pytestmark = pytest.mark.browser

LISTEN = (
    "window.violations = [];"
    "document.addEventListener('securitypolicyviolation', e => violations.push(`${e.effectiveDirective} ${e.blockedURI}`))"
)
STRICT = "default-src 'none'; script-src {0}; frame-src {0}; require-trusted-types-for 'script'; trusted-types 'none'"
HEADS: dict[str, dict[str, str]] = {
    "no policy": {},
    "strict": {"Content-Security-Policy": STRICT},
    "strict by path": {"Content-Security-Policy": STRICT.replace("script-src {0}", "script-src {0}/public/embed/")},
    "isolated": {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"},
    "isolated credentialless": {"Cross-Origin-Embedder-Policy": "credentialless"},
}


@dataclass
class Seen:
    """What happened while a page was open."""

    frames: list[str] = field(default_factory=list[str])
    started: bool = False
    violations: list[str] = field(default_factory=list[str])
    errors: list[str] = field(default_factory=list[str])
    sockets: list[str] = field(default_factory=list[str])
    isolated: bool = False


@pytest.fixture(scope="module")
def drive() -> Iterator[Callable[[Callable[[Browser], Any]], Any]]:
    """Run a function with the browser, in the one thread that Playwright keeps busy."""
    with ThreadPoolExecutor(1) as thread:
        opened = launched()
        chromium = thread.submit(opened.__enter__).result()
        yield lambda work: thread.submit(work, chromium).result()
        thread.submit(opened.__exit__, None, None, None).result()


def snippet(product: Product, query: str = "") -> str:
    return f'<script async src="{product.facts["embed_url"]}{query}"></script>'


def visit(address: str, *, starts: bool, **options: Any) -> Callable[[Browser], Seen]:
    """Open a page, wait for the frame's socket where it should start, else a while."""

    def work(browser: Browser) -> Seen:
        context = browser.new_context(**options)
        context.add_init_script(LISTEN)
        page = context.new_page()
        seen = Seen()
        page.on("websocket", lambda socket: seen.sockets.append(socket.url))
        page.on("console", lambda line: seen.errors.append(line.text) if line.type == "error" else None)
        page.goto(address)
        wait_for(page, seen, starts=starts)
        look(page, seen, scripts=bool(options.get("java_script_enabled", True)))
        context.close()
        return seen

    return work


def wait_for(page: Page, seen: Seen, *, starts: bool) -> None:
    for _ in range(80 if starts else 15):
        if starts and seen.sockets:
            page.wait_for_timeout(300)
            return
        page.wait_for_timeout(100)


def look(page: Page, seen: Seen, *, scripts: bool) -> None:
    seen.frames = [frame.url for frame in page.frames[1:]]
    if not scripts:
        return
    for frame in page.frames:
        if frame.url.startswith("http"):
            seen.violations += frame.evaluate("window.violations")
    seen.isolated = page.evaluate("window.crossOriginIsolated")


def test_24_the_server_adds_no_second_policy_and_no_cookie(product: Product) -> None:
    product.widget([])
    widget_id = product.facts["widget_id"]
    for path, policies in ((f"/public/embed/{widget_id}", 0), (f"/public/widget/{widget_id}", 1), ("/inbox", 1)):
        with httpx.Client() as client:
            headers = client.get(product.origin + path).headers
        assert len(headers.get_list("content-security-policy")) == policies
        assert "x-frame-options" not in headers
        assert "set-cookie" not in headers


@pytest.mark.parametrize("name", HEADS)
def test_16_17_the_frame_starts_without_a_violation(
    name: str, product: Product, web: Sites, drive: Callable[[Any], Seen]
) -> None:
    headers = {key: value.format(product.origin) for key, value in HEADS[name].items()}
    address = web.put("shop", snippet(product), headers)
    product.widget([web.origin("shop")])
    seen = drive(visit(address, starts=True))
    assert len(seen.frames) == 1
    assert seen.frames[0].startswith(f"{product.origin}/public/widget/{product.facts['widget_id']}?parentOrigin=")
    assert seen.sockets == [f"ws://localhost:{product.port}/relay"]
    assert seen.violations == []
    assert seen.errors == []
    assert seen.isolated == (name == "isolated")


def test_16_a_policy_in_the_page_itself(product: Product, web: Sites, drive: Callable[[Any], Seen]) -> None:
    policy = STRICT.format(product.origin)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    address = web.put("meta", snippet(product), head=meta)
    product.widget([web.origin("meta")])
    seen = drive(visit(address, starts=True))
    assert (len(seen.frames), seen.violations, seen.errors) == (1, [], [])


@pytest.mark.parametrize("missing", ["script-src", "frame-src"])
def test_16_without_either_source_it_breaks(
    missing: str, product: Product, web: Sites, drive: Callable[[Any], Seen]
) -> None:
    policy = STRICT.format(product.origin).replace(f"{missing} {product.origin}", f"{missing} 'none'")
    address = web.put("shop", snippet(product), {"Content-Security-Policy": policy})
    product.widget([web.origin("shop")])
    seen = drive(visit(address, starts=False))
    assert seen.sockets == []
    assert any(missing in violation for violation in seen.violations)


@pytest.mark.parametrize(
    "listed", [["https://example.com"], ["http://www.shop.localhost"], ["http://shop.localhost:1"]]
)
def test_1_3_an_unlisted_page_gets_one_error_and_nothing_else(
    listed: list[str], product: Product, web: Sites, drive: Callable[[Any], Seen]
) -> None:
    address = web.put("shop", snippet(product))
    product.widget(listed)
    seen = drive(visit(address, starts=False))
    assert (seen.frames, seen.sockets) == ([], [])
    widget_id, origin = product.facts["widget_id"], web.origin("shop")
    assert seen.errors == [
        f"Halloo: widget {widget_id} is not allowed on {origin}. Add it under Settings › Widget › Allowed Domains."
    ]


def test_2_an_empty_list_runs_anywhere(product: Product, web: Sites, drive: Callable[[Any], Seen]) -> None:
    address = web.put("anywhere", snippet(product))
    product.widget([])
    assert len(drive(visit(address, starts=True)).sockets) == 1


def test_4_a_spoofed_parent_is_stripped(product: Product, web: Sites, drive: Callable[[Any], Seen]) -> None:
    product.widget([web.origin("a")])
    spoofed = snippet(product, f"?parentOrigin={web.origin('a')}&amp;PARENTORIGIN=x&amp;p%61rentOrigin=y")
    seen = drive(visit(web.put("b", spoofed), starts=False))
    assert seen.frames == []
    seen = drive(visit(web.put("a", spoofed), starts=True))
    query = seen.frames[0].partition("?")[2]
    assert query.lower().count("parentorigin") == 1
    found = parse_qs(query)
    assert found.pop("parentOrigin") == [web.origin("a")]
    assert set(found) <= {"locale", "theme"}


@pytest.mark.parametrize("scripts", [True, False])
def test_5_a_hostile_page_cannot_frame_it(
    scripts: bool,  # noqa: FBT001 - a parameter of the test
    product: Product,
    web: Sites,
    drive: Callable[[Any], Seen],
) -> None:
    product.widget([web.origin("a")])
    frame = f"{product.origin}/public/widget/{product.facts['widget_id']}?parentOrigin={web.origin('a')}"
    address = web.put("evil", f'<iframe src="{frame}"></iframe>')
    seen = drive(visit(address, starts=False, java_script_enabled=scripts))
    assert seen.sockets == []
    assert [url for url in seen.frames if url.startswith(product.origin)] == []


def test_6_every_ancestor_counts(product: Product, web: Sites, drive: Callable[[Any], Seen]) -> None:
    inner = web.put("a", snippet(product))
    outer = web.put("evil", f'<iframe src="{inner}"></iframe>')
    product.widget([web.origin("a")])
    seen = drive(visit(outer, starts=False))
    assert seen.sockets == []
    assert [url for url in seen.frames if url.startswith(product.origin)] == []
    product.widget([web.origin("a"), web.origin("evil")])
    assert len(drive(visit(outer, starts=True)).sockets) == 1


def test_markup_in_the_record_stays_text(product: Product, web: Sites, drive: Callable[[Any], Seen]) -> None:
    address = web.put("shop", snippet(product))
    title = "</script><script>throw 1</script>"
    product.widget([web.origin("shop")], {"chat": {"title": title}, "greeting": {"text": "\u2028</title><b>"}})
    seen = drive(visit(address, starts=True))
    assert (len(seen.frames), seen.violations, seen.errors) == (1, [], [])


def test_the_inbox_loads_without_a_violation(product: Product, drive: Callable[[Any], Seen]) -> None:
    for path in ("/inbox", "/inbox/preview"):
        seen = drive(visit(product.origin + path, starts=False))
        assert seen.violations == []


def test_nobody_frames_the_inbox(product: Product, web: Sites, drive: Callable[[Any], Seen]) -> None:
    body = "".join(f'<iframe src="{product.origin}{path}"></iframe>' for path in ("/inbox", "/inbox/preview"))
    seen = drive(visit(web.put("evil", body), starts=False))
    assert len(seen.frames) == 2
    assert [url for url in seen.frames if url.startswith(product.origin)] == []
