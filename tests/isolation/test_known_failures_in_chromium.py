"""Known failures of products like this one, each by its reference (embedding contract 16): what a real browser shows."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect

from halloo.embed.assets import load_assets
from tests.embed.pages import Sites, sites
from tests.support.browser import Widget
from tests.support.product import SOURCES, Product
from tests.support.screens import InboxScreen, VisitorScreen

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("kind", ["sqlite"], indirect=True)]
MARKUP = '"><img src=x onerror=window.canary=1>'
SCRIPT = "javascript:window.canary=1"
RAN = "() => [window.canary ?? 0, document.querySelectorAll('img[src=x], script[src^=\"javascript:\"], [onerror]').length]"


@pytest.fixture
def web() -> Iterator[Sites]:
    with sites() as served:
        yield served


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    yield made
    made.close()


def nothing_ran(page: Page) -> None:
    for frame in page.frames:
        assert frame.evaluate(RAN) == [0, 0], frame.url


@pytest.mark.parametrize("text", [MARKUP, SCRIPT])
def test_cve_2024_57026_cve_2025_45960_cve_2025_57483_parameters_of_a_widget_stay_text(
    text: str, server: Product, web: Sites, context: BrowserContext
) -> None:
    """In the configuration, in addresses, in the tag, and in what the page says."""
    look = {
        "chat": {"title": text},
        "trigger": {"label": text[:40]},
        "greeting": {"text": text, "bubble_after_s": 0},
        "suggested_questions": [text],
    }
    server.widget([web.origin("shop")], look)
    address = (
        f"{server.facts['embed_url']}?locale={quote(text)}&amp;theme={quote(text)}&amp;{quote(text)}={quote(text)}"
    )
    tag = f'<script async data-widget="{text.replace(chr(34), "&quot;")}" src="{address}"></script>'
    page = web.put("shop", tag) + f"?q={quote(text)}#{quote(text)}"
    visitor = VisitorScreen(context, server, page)
    expect(visitor.page.locator("halloo-widget")).to_have_count(1)
    said = {"locale": text, "theme": text, "data": {"plan": text}}
    for attributes in ({name: value} for name, value in said.items()):
        visitor.page.evaluate("what => { halloo.set(what).catch(() => undefined) }", attributes)
    visitor.open()
    expect(visitor.chat.get_by_text(text).first).to_be_visible()
    visitor.write(text)
    expect(visitor.thread).to_contain_text(text)
    nothing_ran(visitor.page)
    assert (visitor.violations(), visitor.errors) == ([], [])
    inbox = InboxScreen(context, server)
    inbox.sign_in()
    inbox.open(text)
    nothing_ran(inbox.page)
    inbox.page.goto(f"{server.origin}/inbox/widgets/{server.facts['widget_id']}")
    expect(inbox.page.locator("iframe")).to_have_count(1)
    inbox.page.wait_for_timeout(1_000)
    nothing_ran(inbox.page)


def test_cve_2024_57026_cve_2025_45960_cve_2025_57483_a_pinned_tag_names_a_widget_or_nothing(
    server: Product, web: Sites, context: BrowserContext
) -> None:
    server.widget([web.origin("shop")])
    digest = load_assets(SOURCES / "halloo" / "embed" / "assets").pinned_digest().hex()
    for name in (MARKUP, SCRIPT, "../../inbox", f"{server.facts['widget_id']}/../x", ""):
        shown = name.replace('"', "&quot;")
        page = context.new_page()
        calls: list[str] = []

        def note(request: Request, calls: list[str] = calls) -> None:
            calls.append(request.url)

        page.on("request", note)
        tag = f'<script data-widget="{shown}" src="{server.origin}/public/loader/{digest}.js"></script>'
        page.goto(web.put("shop", tag))
        page.wait_for_timeout(300)
        assert page.locator("halloo-widget").count() == 0
        assert [url for url in calls if "/core/" in url or "/public/widget" in url] == []
        nothing_ran(page)
        page.close()


NO_LINKS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://a.example",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://a.example/x",
    "ftp://a.example/x",
    "intent://a.example",
    "//evil.example/x",
    "[press](javascript:alert(1))",
    '<a href="javascript:alert(1)">press</a>',
    "mailto:a@b.example?subject=<script>",
)
LINKS = ("https://good.example/a?b=c", "http://good.example", "mailto:ada@good.example", "www.good.example")


def only_safe_links(thread: Locator) -> None:
    links = thread.locator("a[href]")
    expect(thread.locator("a[href*='good.example']")).to_have_count(len(LINKS))
    found = links.evaluate_all("all => all.map(({protocol, rel, target, href}) => ({protocol, rel, target, href}))")
    assert {link["protocol"] for link in found} <= {"http:", "https:", "mailto:"}
    for link in found:
        assert {"noopener", "noreferrer"} <= set(link["rel"].split()), link
        assert link["target"] == "_blank"


def test_cve_2022_0542_cve_2025_12246_only_safe_addresses_become_links(
    server: Product, web: Sites, context: BrowserContext
) -> None:
    """In the chat and in the inbox, whoever wrote them."""
    server.widget([web.origin("shop")])
    visitor = VisitorScreen(
        context, server, web.put("shop", f'<script async src="{server.facts["embed_url"]}"></script>')
    )
    visitor.open()
    visitor.write("\n".join((*NO_LINKS, *LINKS)).replace("\n", "  "))
    inbox = InboxScreen(context, server)
    inbox.sign_in()
    inbox.open("javascript:alert(1)")
    only_safe_links(inbox.thread)
    visitor.page.bring_to_front()
    only_safe_links(visitor.thread)


SECRET = re.compile(r"hvt_[A-Za-z0-9_-]{20,}|eyJ[A-Za-z0-9_-]{10,}\.")


def test_25_cwe_598_no_secret_is_in_an_address_a_referer_a_cookie_or_the_log(
    server: Product, web: Sites, context: BrowserContext
) -> None:
    """A full visit: first contact, a message, an answer, a proof of identity, a reload, and logging out."""
    server.widget([web.origin("shop")])
    page = web.put("shop", f'<script async src="{server.facts["embed_url"]}"></script>')
    addresses: list[str] = []
    referers: list[str] = []
    relay_tokens: set[str] = set()

    def note(request: Request) -> None:
        addresses.append(request.url)
        referers.append(request.headers.get("referer", ""))

    context.on("request", note)
    visitor = VisitorScreen(context, server, page)
    visitor.page.on("websocket", lambda socket: addresses.append(socket.url))
    visitor.page.on(
        "response",
        lambda answer: (
            relay_tokens.add(json.loads(answer.body())["relay"]["token"]) if answer.url.endswith("/visitor") else None
        ),
    )
    visitor.page.reload()
    visitor.widget = Widget(visitor.page, server.origin)
    visitor.open()
    visitor.write("The whole way")
    expect(visitor.thread).to_contain_text("The whole way")
    jwt = "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsifQ.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
    visitor.page.evaluate("token => halloo.identify(token).catch(() => undefined)", jwt)
    token: str = visitor.chat.evaluate(
        "() => Object.entries(localStorage).find(([key]) => key.startsWith('halloo-widget-token-'))[1]"
    )
    assert token.startswith("hvt_")
    visitor.page.evaluate("() => halloo.reset()")
    assert len(relay_tokens) > 0
    log = server.log.read_text("utf-8", errors="replace")
    places = {"addresses": "\n".join(addresses), "referers": "\n".join(referers), "the log": log}
    for place, said in places.items():
        assert not SECRET.search(said), place
        for secret in (token, jwt, *relay_tokens):
            assert secret not in said, place
            assert quote(secret, safe="") not in said, place
    assert context.cookies() == []
    frame = [referer for url, referer in zip(addresses, referers, strict=False) if "/core/" in url]
    assert all("shop" not in referer for referer in frame)
