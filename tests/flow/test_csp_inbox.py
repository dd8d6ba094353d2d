"""Content security as operators use it: lines to copy, the doctor, each page's state, and what a real browser reports."""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import shoot, violations
from tests.support.ports import free_port
from tests.support.product import Product, calling_home
from tests.support.screens import LOOK, InboxScreen, Windows

pytestmark = pytest.mark.browser

STRICT = "default-src 'self'; img-src *"


class Site:
    """A customer's page with the widget's tag. `policy` is the header that it sends; empty for none."""

    def __init__(self) -> None:
        self.policy = ""
        self.tag = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f"<!doctype html><title>Shop</title>{site.tag}<p>Pots</p>".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if site.policy:
                    self.send_header("Content-Security-Policy", site.policy)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def belongs_to(self, product: Product) -> None:
        """Carry the widget, as one of its allowed domains."""
        product.widget([self.origin], LOOK)
        widget = product.facts["widget_id"]
        self.tag = f'<script async src="{product.widget_origin}/public/embed/{widget}"></script>'

    def reporting(self, product: Product) -> str:
        """What makes browsers report to a product."""
        widget = product.facts["widget_id"]
        return f"report-uri {product.widget_origin}/core/public/web-widgets/{widget}/csp-reports"


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def product(tmp_path: Path, make_product: Callable[..., Product]) -> Product:
    """The doctor of this product may reach this machine."""
    return calling_home(tmp_path, make_product)


@pytest.fixture
def windows(product: Product, make_windows: Callable[..., Windows], site: Site) -> Windows:
    windows = make_windows(product, reduced_motion="reduce")
    site.belongs_to(product)
    return windows


def _security(windows: Windows) -> InboxScreen:
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.goto(_address(windows.product))
    expect(inbox.page.get_by_role("heading", name="Content security", level=2)).to_be_visible()
    return inbox


def _address(product: Product) -> str:
    return f"{product.inbox_origin}/inbox/widgets/{product.facts['widget_id']}/csp"


def _rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Reports of browsers").get_by_role("listitem")


def _pages(page: Page) -> Locator:
    return page.get_by_role("list", name="Your pages").get_by_role("listitem")


def _blocked_visit(windows: Windows, site: Site) -> None:
    """Somebody looks at a page whose policy keeps the chat away, with a browser that reports."""
    site.policy = f"script-src 'self' {windows.product.widget_origin}; frame-src 'none'; "
    site.policy += site.reporting(windows.product)
    page = windows.visitor.new_page()
    with page.expect_event("console", lambda said: "frame-src" in said.text):
        page.goto(f"{site.origin}/checkout")
    page.close()


def test_the_lines_are_those_that_the_server_writes(windows: Windows) -> None:
    page = (inbox := _security(windows)).page
    origin = windows.product.widget_origin
    lines = page.get_by_role("region", name="HTTP header")
    expect(lines).to_have_text(f"Content-Security-Policy: script-src 'self' {origin}; frame-src 'self' {origin}")
    page.get_by_role("radio", name="Additions").click()
    expect(lines).not_to_contain_text("'self'")
    page.get_by_role("radio", name="A nonce").first.click()
    expect(page.get_by_role("region", name="The tag that goes with it")).to_contain_text('nonce="{NONCE}"')
    page.get_by_role("radio", name="Strict").click()
    expect(lines).to_contain_text("object-src 'none'")
    page.get_by_label("What it is for").click()
    page.get_by_role("option", name="nginx").click()
    expect(page.get_by_role("region", name="nginx")).to_contain_text("add_header Content-Security-Policy")
    page.get_by_text("Report violations here").click()
    expect(page.get_by_role("region", name="nginx")).to_contain_text("report-uri")
    page.get_by_text("Table of all addresses").click()
    table = page.get_by_role("region", name="Table of all addresses")
    expect(table.get_by_role("row").filter(has_text="WebSocket (messaging)")).to_contain_text("Required")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as Markdown").click()
    assert page.evaluate("() => navigator.clipboard.readText()").startswith("| Service |")
    assert inbox.errors == []


def test_the_doctor_says_what_blocks_and_what_to_write(windows: Windows) -> None:
    page = (inbox := _security(windows)).page
    origin = windows.product.widget_origin
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("Paste a policy first.")).to_be_visible()
    field = page.get_by_label("Policy, headers or HTML")
    field.fill(f"HTTP/2 200\ncontent-security-policy: {STRICT}\nserver: x")
    expect(page.get_by_text("read as the headers of an answer")).to_be_visible()
    page.get_by_role("button", name="Check", exact=True).click()
    policy = page.get_by_role("region", name="Policy 1: HTTP header")
    expect(policy.get_by_text("so default-src decides")).to_have_count(2)
    expect(policy.locator("mark")).to_have_text("default-src 'self';")
    fixed = policy.get_by_role("region", name="The new policy").inner_text()
    assert fixed == f"{STRICT}; script-src 'self' {origin}; frame-src 'self' {origin}"
    field.fill(fixed)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("status").get_by_text("Nothing is blocked")).to_be_visible()
    assert inbox.errors == []


def test_a_page_is_fetched_and_an_unreachable_one_says_why(windows: Windows, site: Site) -> None:
    site.policy = STRICT
    page = _security(windows).page
    page.get_by_role("radio", name="Address of a page").click()
    address = page.get_by_label("Address", exact=True)
    address.fill("ftp://nowhere")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("Write an address that begins with")).to_be_visible()
    address.fill(f"{site.origin}/pots")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("region", name="Policy 1: HTTP header")).to_contain_text("The chat’s frame")
    address.fill(f"http://localhost:{free_port()}/")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("it takes no connections")).to_be_visible()


def test_each_domain_is_checked_and_keeps_its_result(windows: Windows, site: Site) -> None:
    site.policy = STRICT
    page = _security(windows).page
    row = _pages(page).filter(has_text=site.origin)
    expect(row).to_contain_text("Not checked yet")
    row.get_by_role("button", name="Check now").click()
    expect(row).to_contain_text("The chat is blocked")
    page.reload()
    row.get_by_role("button", name="Details").click()
    expect(row.get_by_role("region", name="The new policy")).to_contain_text("frame-src 'self'")
    site.policy = ""
    row.get_by_role("button", name="Check now").click()
    expect(row).to_contain_text("Nothing is blocked")


def test_what_a_browser_reports_is_told_and_helped(windows: Windows, site: Site) -> None:
    page = (inbox := _security(windows)).page
    expect(page.get_by_text("No browser has reported anything about Halloo")).to_be_visible()
    page.get_by_role("button", name="Show me the line").click()
    expect(page.get_by_role("region", name="HTTP header")).to_contain_text("report-uri")
    page.goto(f"{windows.product.inbox_origin}/inbox")
    _blocked_visit(windows, site)
    expect(page.get_by_text(re.compile("the policy of .*/checkout blocks the chat"))).to_be_visible()
    shoot(page, "csp-notice")
    page.get_by_role("button", name="Have a look").click()
    row = _rows(page).filter(has_text="/checkout")
    expect(row).to_contain_text("Blocks the chat")
    expect(row).to_contain_text("frame-src")
    expect(row.get_by_role("region", name="Your policy needs this line:")).to_have_text(
        f"frame-src {windows.product.widget_origin}"
    )
    row.get_by_role("button", name="Blocks the chat").click()
    expect(row).to_contain_text("The page’s policy")
    shoot(page, "csp-report")
    assert inbox.errors == []


def test_reports_are_muted_brought_back_and_deleted(windows: Windows, site: Site) -> None:
    _blocked_visit(windows, site)
    page = _security(windows).page
    actions = _rows(page).get_by_role("button", name=re.compile("^Actions for frame-src"))
    actions.click()
    page.get_by_role("menuitem", name="Mute").click()
    expect(_rows(page)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(_rows(page)).to_have_count(1)
    actions.click()
    page.get_by_role("menuitem", name="Mute").click()
    page.get_by_role("button", name=re.compile("^Muted")).click()
    expect(_rows(page)).to_have_count(1)
    actions.click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nothing is muted")).to_be_visible()


def test_the_palette_leads_to_it(windows: Windows) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    page = inbox.page
    page.goto(_address(windows.product).removesuffix("csp") + "look")
    expect(page.get_by_role("heading", name="Look", level=2)).to_be_visible()
    page.keyboard.press("ControlOrMeta+k")
    page.get_by_role("combobox").fill("content security")
    page.keyboard.press("Enter")
    expect(page).to_have_url(_address(windows.product))


def _opened(page: Page) -> None:
    """Open all that there is to open."""
    for summary in page.locator("summary").all():
        summary.click()
    closed = page.locator(".in-csp-rows").get_by_role("button", expanded=False).filter(has_not_text="Check now")
    closed = closed.filter(has_text=re.compile("Details|Blocks"))
    while closed.count():
        closed.first.click()


@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_for_everybody(
    scheme: str, product: Product, make_windows: Callable[..., Windows], site: Site
) -> None:
    found: list[str] = []
    windows = make_windows(product, color_scheme=scheme, reduced_motion="reduce")
    site.belongs_to(product)

    def judge(name: str) -> None:
        page.wait_for_load_state("networkidle")
        found.extend(f"{name}: {line}" for line in violations(page))
        shoot(page, f"csp-{name}-{scheme}")

    page = _security(windows).page
    judge("empty")
    _blocked_visit(windows, site)
    page.reload()
    expect(_rows(page)).to_have_count(1)
    _pages(page).get_by_role("button", name="Check now").click()
    expect(_pages(page)).to_contain_text("The chat is blocked")
    page.get_by_label("Policy, headers or HTML").fill("script-src 'nonce-a' 'strict-dynamic'; frame-src self foo!")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("region", name="Policy 1: HTTP header").last).to_be_visible()
    _opened(page)
    judge("full")
    page.route("**/csp/**", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("button", name="Try again").first).to_be_visible()
    judge("broken")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_small_phone_nothing_runs_out_of_the_screen(
    language: str, product: Product, make_windows: Callable[..., Windows], site: Site
) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}
    windows = make_windows(product, **phone, reduced_motion="reduce")
    site.belongs_to(product)
    _blocked_visit(windows, site)
    page = _security(windows).page
    page.evaluate(
        """locale => fetch("/core/me", {method: "PATCH", body: JSON.stringify({locale}),
        headers: {"content-type": "application/json", "x-halloo-request": "1"}})""",
        language,
    )
    page.reload()
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    page.locator("textarea").fill("default-src https://" + "a-name-without-any-end." * 20 + "example")
    page.locator("form button[type=submit]").click()
    expect(page.locator("mark")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    page.wait_for_load_state("networkidle")
    shoot(page, f"csp-{language}-phone")
    assert page.evaluate("() => document.querySelector('.in-settings-body').scrollWidth <= innerWidth")
