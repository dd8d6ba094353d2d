"""The corpus opened at top level in a real browser: nothing that was sent asks for the canary, and nothing is a page of ours."""

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.files.corpus import corpus
from tests.files.test_corpus import ALL_KINDS
from tests.support.product import Product, Store
from tests.support.seven import address, seven_hosts

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("kind", ["sqlite"], indirect=True)]


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """An address, and who has asked for it."""
    heard: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(f"{self.path} from {self.headers.get('Referer')}")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: ARG002 - its names in the library
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/ran", heard
    server.shutdown()
    server.server_close()


@pytest.fixture
def hosts(bare_store: Store) -> Iterator[Product]:
    """A product with a name for each host, the storage's among them."""
    product = seven_hosts(
        bare_store, {"HALLOO_PUBLIC_API_UPLOADS_PER_TEN_MINUTES": "10000", "HALLOO_PUBLIC_API_MESSAGES_BURST": "1000"}
    )
    product.init()
    product.start()
    yield product
    product.stop()


def request(product: Product, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """Ask the product for an address under any of its names; status and body."""
    parts = urlsplit(url)
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    sent = {
        "Host": parts.netloc,
        **({"Content-Type": "application/json"} if isinstance(body, dict) else {}),
        **(headers or {}),
    }
    target = f"http://127.0.0.1:{product.port}{parts.path}{f'?{parts.query}' if parts.query else ''}"
    try:
        with urllib.request.urlopen(urllib.request.Request(target, data, sent, method=method), timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def brought(product: Product, canary: str) -> dict[str, str]:
    """Addresses of everything of the corpus that is not refused."""
    client = address("client", product.port)
    base = f"{client}/core/public/web-widgets/{product.facts['widget_id']}"
    own = {"Origin": client}
    _, hello = request(product, "POST", f"{base}/visitor", {"user_id": f"guest_{uuid.uuid4().hex[:22]}"}, own)
    own["X-Halloo-Visitor"] = json.loads(hello)["visitor"]["visitor_token"]
    _, started = request(product, "POST", f"{base}/conversations", {}, own)
    cid = json.loads(started)["conversation"]["id"]
    found: dict[str, str] = {}
    for one in corpus(canary):
        announced = {"name": one.name, "size": len(one.data), "type": one.type}
        status, made = request(product, "POST", f"{base}/uploads", announced, own)
        if status != 201:
            continue
        target = json.loads(made)
        assert target["put"]["url"].startswith(address("storage", product.port))
        if request(product, "PUT", target["put"]["url"], one.data)[0] != 200:
            continue
        said = {"client_id": str(uuid.uuid4()), "type": "file", "content": {"upload_id": target["upload_id"]}}
        status, answer = request(product, "POST", f"{base}/conversations/{cid}/messages", said, own)
        assert status == 201, (one.label, answer)
        found[one.label] = json.loads(answer)["message"]["content"]["url"]
    return found


def opened(page: Page, url: str) -> int:
    """Go there as if the address had been typed; the status, 0 where a download has ended the journey, which is fine."""
    with suppress(Error):
        answer = page.goto(url, wait_until="load", timeout=5_000)
        return 0 if answer is None else answer.status
    return 0


def test_nothing_that_was_sent_runs_at_top_level(
    hosts: Product, browser: Browser, canary: tuple[str, list[str]]
) -> None:
    url, heard = canary
    hosts.widget([], {"files": {"enabled": True, "types": ALL_KINDS}})
    served = brought(hosts, url)
    assert len(served) >= 30
    context = browser.new_context(accept_downloads=False)
    try:
        page = context.new_page()
        page.goto(url)
        assert heard, "the canary hears what asks for it"
        heard.clear()
        shown = 0
        for label, file in served.items():
            shown += opened(page, file) == 200
            page.wait_for_timeout(30)
            assert heard == [], f"{label} has run"
            framed = page.evaluate("document.querySelectorAll('script, iframe').length")
            assert framed == 0, label
        assert shown >= 10, "pictures and sound are shown, not saved"
        other = context.new_page()
        other.goto(url)
        heard.clear()
        for label, file in served.items():  # and as what a page may try to make of it
            other.evaluate(
                """async (file) => {
                    for (const [tag, name] of [['script', 'src'], ['iframe', 'src'], ['embed', 'src'], ['object', 'data']]) {
                        const made = document.createElement(tag);
                        made[name] = file;
                        document.documentElement.append(made);
                    }
                }""",
                file,
            )
            other.wait_for_timeout(30)
            assert heard == [], f"{label} has run in a page"
    finally:
        context.close()


def test_the_storage_host_serves_files_and_nothing_else(hosts: Product, canary: tuple[str, list[str]]) -> None:
    storage, port = address("storage", hosts.port), hosts.port
    for path in (
        "/",
        "/inbox",
        "/docs",
        "/core/me",
        "/relay",
        "/public/assets/x",
        "/favicon.svg",
        "/files",
        "/uploads",
    ):
        assert request(hosts, "GET", storage + path)[0] == 404, path
    hosts.widget([], {"files": {"enabled": True, "types": ["text"]}})
    file = brought(hosts, canary[0])["a name of a device"]
    assert request(hosts, "GET", file)[0] == 200
    for owner in ("client", "public", "relay", "image"):
        assert request(hosts, "GET", file.replace(storage, address(owner, port)))[0] == 404, owner
