"""What a real browser reports reaches the widget's page of reports, by either way, and what it says of our own pages its place."""

import base64
import hashlib
import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Page

from halloo.csp.generate import Options, generate
from halloo.csp.model import Deployment, Role
from tests.support.browser import Widget, launched
from tests.support.certificates import certificate
from tests.support.pace import PATIENCE_S
from tests.support.ports import free_port
from tests.support.product import Product
from tests.support.proxy import Faults, Reply, Request, proxied
from tests.support.stores import empty_store

pytestmark = pytest.mark.browser

ROLES: tuple[Role, ...] = get_args(Role)
OWN = "/core/public/csp-reports"
TOKEN = "0123456789abcdef0123456789abcdef"
LOAD = "address => { new Image().src = address; }"


class Secure(Product):
    """A product behind a proxy that speaks https, as `Reporting-Endpoints` is heard over https alone."""

    at: int = 0

    @property
    def widget_origin(self) -> str:
        return f"https://localhost:{self.at}"


@dataclass
class Ground:
    """The product, a shop beside it, and a browser that takes their certificate."""

    product: Secure
    browser: Browser
    shop: str
    headers: dict[str, str] = field(default_factory=dict[str, str])
    """What the shop's page is sent with."""
    faults: Faults = field(default_factory=Faults)

    @property
    def deployment(self) -> Deployment:
        origin = self.product.widget_origin
        return Deployment(dict.fromkeys(ROLES, origin), frozenset({"chat"}), widget_id=self.widget)

    @property
    def widget(self) -> str:
        return self.product.facts["widget_id"]

    def seen(self) -> list[dict[str, Any]]:
        """The groups of the widget, last seen first."""
        return self.product.call("GET", f"/core/web-widgets/{self.widget}/csp/reports")["data"]

    def sent(self, path: str) -> list[str]:
        """Methods and types of what was sent to an address."""
        return [f"{one.method} {_header(one, 'content-type')}".strip() for one in self.faults.seen if one.path == path]

    def page(self) -> Page:
        """A page whose reports are sent: Chromium asks whether it may do things in the background, and headless the answer is no."""
        page = self.browser.new_page()
        page.context.grant_permissions(["background-sync"])
        return page

    def own(self) -> int:
        """How many reports about the operators' pages were counted."""
        asked = urllib.request.Request(f"{self.product.origin}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        found = next(line for line in lines if line.startswith('halloo_csp_reports_total{outcome="own"}'))
        return int(float(found.rpartition(" ")[2]))

    @property
    def address(self) -> str:
        """Where reports about the shop go."""
        return f"/core/public/web-widgets/{self.widget}/csp-reports"


def _header(request: Request, name: str) -> str:
    return next((value for key, value in request.headers if key.lower() == name), "")


def _pin(folder: Path) -> str:
    made = x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())
    key = made.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Everything over https; the shop's page is the plain snippet, with headers of the test's own."""
    folder = tmp_path_factory.mktemp("reports")
    tls = certificate(folder)
    at, shop = free_port(), free_port()
    switches = (f"--ignore-certificate-errors-spki-list={_pin(folder)}", "--short-reporting-delay")
    with empty_store("sqlite", folder, None, migrated=False) as store, launched(*switches) as browser:
        product = Secure(store, {"HALLOO_PUBLIC_URL": f"https://localhost:{at}", "HALLOO_SERVER_METRICS_TOKEN": TOKEN})
        product.at = at
        product.init()
        product.start()
        made = Ground(product, browser, f"https://localhost:{shop}")
        product.widget([made.shop])
        made.faults.tls = tls

        def page(_request: Request) -> Reply:
            tag = f'<script async src="{product.widget_origin}/public/embed/{made.widget}"></script>'
            html = f"<!doctype html><html><head><title>shop</title>{tag}</head><body><h1>Shop</h1></body></html>"
            return Reply(200, [("Content-Type", "text/html"), *made.headers.items()], html.encode())

        try:
            with proxied(at, product.port, made.faults), proxied(shop, product.port, Faults(request=page, tls=tls)):
                yield made
        finally:
            product.stop()


def _until(page: Page, done: Any) -> Any:
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        found = done()
        if found:
            return found
        page.wait_for_timeout(200)
    raise AssertionError("it did not come to that")


def _without_the_frame(ground: Ground) -> dict[str, str]:
    """The headers that the generator prints for the shop's page, with the frame forgotten."""
    made = generate(ground.deployment, Options(form="strict", trust="host", report=True))
    headers = dict(made.headers)
    name = "Content-Security-Policy"
    policy = headers[name]
    assert f"frame-src {ground.product.widget_origin}" in policy
    headers[name] = policy.replace(f"frame-src {ground.product.widget_origin}", "frame-src 'none'")
    return headers


@pytest.mark.parametrize("way", ["report-to", "report-uri"])
def test_a_violation_of_a_customers_page_is_on_the_widgets_page_of_reports(way: str, ground: Ground) -> None:
    headers = _without_the_frame(ground)
    if way == "report-uri":
        name = "Content-Security-Policy"
        headers = {name: headers[name].replace("report-to halloo", "").replace(";;", ";") + "; img-src data:"}
    ground.headers = headers
    ground.faults.seen.clear()
    page = ground.page()
    try:
        page.goto(f"{ground.shop}/cart?token=secret#pay")
        widget = Widget(page, ground.product.widget_origin)
        widget.press(widget.launcher())
        group = _until(page, lambda: next((one for one in ground.seen() if _policy_way(one) == way), None))
    finally:
        page.close()
    assert (group["kind"], group["disposition"], group["directive"]) == ("ours", "enforce", "frame-src")
    assert (group["page"], group["blocked"]) == (f"{ground.shop}/cart", ground.product.widget_origin)
    assert group["verdict"]["blocks"] is True
    assert group["verdict"]["line"] == f"frame-src {ground.product.widget_origin}"
    assert "secret" not in json.dumps(group)
    kind = "application/reports+json" if way == "report-to" else "application/csp-report"
    assert f"POST {kind}" in ground.sent(ground.address)
    assert ("OPTIONS" in ground.sent(ground.address)) == (way == "report-to"), "only the newer way asks before"


def _policy_way(group: dict[str, Any]) -> str:
    return "report-to" if "report-to" in group["policy"] else "report-uri"


def test_what_the_frame_itself_is_refused_comes_to_its_widget(ground: Ground) -> None:
    ground.headers = {}
    page = ground.page()
    try:
        page.goto(f"{ground.shop}/")
        frame = Widget(page, ground.product.widget_origin).open()
        frame.wait_for_load_state("domcontentloaded")
        frame.evaluate(LOAD, "https://ads.example/pixel?key=secret")
        group = _until(page, lambda: next((one for one in ground.seen() if one["directive"] == "img-src"), None))
    finally:
        page.close()
    assert group["page"] == f"{ground.product.widget_origin}/public/widget/{ground.widget}"
    assert (group["kind"], group["blocked"]) == ("ours", "https://ads.example")
    assert group["verdict"]["text"].startswith("This is a page of Halloo itself.")


@pytest.mark.parametrize("path", ["/inbox", "/inbox/preview"])
def test_what_our_own_pages_are_refused_comes_to_the_operators_address(path: str, ground: Ground) -> None:
    ground.faults.seen.clear()
    before = ground.own()
    page = ground.page()
    try:
        page.goto(f"{ground.product.widget_origin}{path}?token=secret")
        page.evaluate(LOAD, "https://ads.example/pixel?key=secret")
        _until(page, lambda: ground.own() > before)
    finally:
        page.close()
    assert "POST application/reports+json" in ground.sent(OWN)
    assert ground.sent(ground.address) == []
    said = ground.product.log.read_text()
    assert "https://ads.example" in said
    assert "secret" not in said
