"""What a visitor says, claims and sends along never runs on an operator's screen, nor what an operator says on a visitor's."""

import uuid
from pathlib import Path
from typing import Any

import httpx
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


def _ask_forms(product: Product) -> None:
    """Forms before and after, so that what visitors answer is on screens too."""
    before = [{"id": "who", "type": "text", "maps_to": "name"}, {"id": "topic", "type": "textarea"}]
    after = [{"id": "rate", "type": "rating"}, {"id": "why", "type": "textarea"}]
    product.widget(
        [],
        {
            "pre_conversation_form": {"id": "before", "fields": before},
            "post_conversation_feedback": {"enabled": True, "form": {"id": "after", "fields": after}},
            "page_tracking": "full",
        },
    )


def _post(product: Product, path: str, body: dict[str, Any], headers: dict[str, str], method: str = "POST") -> Any:
    address = f"{product.origin}/core/public/web-widgets/{product.facts['widget_id']}{path}"
    answer = httpx.request(method, address, json=body, headers=headers)
    assert answer.status_code < 300, (path, answer.text)
    return answer.json()


def _speak(product: Product, text: str) -> None:
    """A visitor all of whose fields hold a canary: what they say, claim, answer, and what their browser says of itself."""
    headers = {
        "Origin": product.origin,
        "Content-Type": "application/json",
        "User-Agent": f"Mozilla/5.0 {text}",
        "Accept-Language": text,
        "Referer": f"https://x.example/{text}",
    }
    hello = {"user_id": f"guest_{uuid.uuid4().hex}", "locale": text[:35]}
    headers["X-Halloo-Visitor"] = _post(product, "/visitor", hello, headers)["visitor"]["visitor_token"]
    claimed = {"name": f"Eve {text}", "company": text, "data": {"said": text}}
    _post(product, "/visitor", claimed, headers, "PATCH")
    body = {
        "form": {"who": f"Eve {text}", "topic": text},
        "custom_metadata": {"plan": text, text[:40]: text},
        "page": {"url": f"https://x.example/?{text}#{text}", "title": text, "referrer": f"https://x.example/{text}"},
        "message": {"client_id": str(uuid.uuid4()), "type": "text", "content": f"canary {text}"},
    }
    made = _post(product, "/conversations", body, headers)["conversation"]["id"]
    _post(product, f"/conversations/{made}/end", {}, headers)
    _post(product, f"/conversations/{made}/feedback", {"fields": {"rate": 1, "why": f"canary {text}"}}, headers)
    contact = product.call("GET", f"/core/conversations/{made}")["contact"]
    assert contact["name"].startswith("Eve"), "what was claimed is what operators see"
    product.call("PATCH", f"/core/contacts/{contact['id']}", {"notes": text, "data": {"noted": text}})
    product.call("PATCH", f"/core/conversations/{made}", {"subject": text, "tags": [text[:60]], "state": "unresolved"})


def test_cve_2017_1000059_cve_2018_9864_cve_2026_24399_no_field_of_a_visitor_runs_in_the_inbox(
    server: Product, browser: Browser, tmp_path: Path
) -> None:
    _ask_forms(server)
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
        for path in ("/inbox/contacts", "/inbox/satisfaction", "/inbox/settings"):
            inbox.page.goto(server.origin + path)
            inbox.page.wait_for_timeout(300)
            if path.endswith("satisfaction"):
                expect(inbox.page.get_by_text("canary").first).to_be_visible()
            assert inbox.page.evaluate("() => window.canary ?? 0") == 0, path
        inbox.page.screenshot(path=tmp_path / "inbox.png")
        links = inbox.page.eval_on_selector_all("a[href]", "all => all.map((one) => one.protocol)")
        assert set(links) <= {"http:", "https:", "mailto:"}
        for frame in inbox.page.frames:
            assert frame.evaluate("() => window.canary ?? 0") == 0
        assert (dialogs, windows, inbox.errors) == ([], [], [])
        assert inbox.page.evaluate("() => window.policyViolations") == []
    finally:
        context.close()
