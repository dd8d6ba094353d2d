"""What a visitor says, claims and sends along never runs on an operator's screen, nor what an operator says on a visitor's."""

import json
import urllib.request
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.support.product import Product
from tests.support.screens import InboxScreen

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("kind", ["sqlite"], indirect=True)]
RUN = "window.canary=(window.canary||0)+1"
CANARIES = (
    f"<img src=x onerror={RUN}>",
    f"<script>{RUN}</script>",
    f"\"'><svg/onload={RUN}>",
    f"javascript:{RUN}//https://x.example",
    f"[press](javascript:{RUN})",
    f'https://x.example/"onmouseover="{RUN}',
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    "data:text/html,<script>opener.canary=1</script>",
)


def _speak(product: Product, text: str) -> None:
    """A visitor all of whose fields hold a canary."""
    widget = f"{product.origin}/core/public/web-widgets/{product.facts['widget_id']}"
    body = {
        "user_id": f"guest_{uuid.uuid4().hex}",
        "custom_metadata": {"plan": text, text[:40]: text},
        "page": {"url": f"https://x.example/?{text}#{text}", "title": text, "referrer": f"https://x.example/{text}"},
        "message": {"client_id": str(uuid.uuid4()), "type": "text", "content": f"canary {text}"},
    }
    headers = {
        "Origin": product.origin,
        "Content-Type": "application/json",
        "User-Agent": f"Mozilla/5.0 {text}",
        "Accept-Language": text,
        "Referer": f"https://x.example/{text}",
    }
    request = urllib.request.Request(f"{widget}/conversations", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        made = json.loads(answer.read())
    contact = product.call("GET", f"/core/conversations/{made['conversation']['id']}")["contact"]["id"]
    details = {"name": f"Eve {text}", "company": text, "notes": text, "data": {"said": text}}
    product.call("PATCH", f"/core/contacts/{contact}", details)
    product.call("PATCH", f"/core/conversations/{made['conversation']['id']}", {"subject": text, "tags": [text[:60]]})


def test_cve_2017_1000059_cve_2018_9864_cve_2026_24399_no_field_of_a_visitor_runs_in_the_inbox(
    server: Product, browser: Browser, tmp_path: Path
) -> None:
    for text in CANARIES:
        _speak(server, text)
    server.call("POST", "/core/canned-replies", {"shortcut": "canary", "text": CANARIES[0]})
    context = browser.new_context(base_url=server.origin)
    dialogs: list[str] = []
    windows: list[str] = []
    try:
        inbox = InboxScreen(context, server)

        def dismiss(dialog: Dialog) -> None:
            dialogs.append(dialog.message)
            dialog.dismiss()

        inbox.page.on("dialog", dismiss)

        def note(page: Page) -> None:
            windows.append(page.url)

        context.on("page", note)
        inbox.sign_in()
        rows = inbox.page.get_by_role("link").filter(has_text="canary")
        expect(rows).to_have_count(len(CANARIES))
        for at in range(len(CANARIES)):
            rows.nth(at).click()
            expect(inbox.composer).to_be_visible()
            expect(inbox.page.get_by_role("log").first).to_contain_text("canary")
            inbox.page.wait_for_timeout(150)
        for path in ("/inbox/contacts", "/inbox/settings"):
            inbox.page.goto(server.origin + path)
            inbox.page.wait_for_timeout(300)
        inbox.page.screenshot(path=tmp_path / "inbox.png")
        links = inbox.page.eval_on_selector_all("a[href]", "all => all.map((one) => one.protocol)")
        assert set(links) <= {"http:", "https:", "mailto:"}
        for frame in inbox.page.frames:
            assert frame.evaluate("() => window.canary ?? 0") == 0
        assert (dialogs, windows, inbox.errors) == ([], [], [])
        assert inbox.page.evaluate("() => window.policyViolations") == []
    finally:
        context.close()
