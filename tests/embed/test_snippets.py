"""The snippets of the pages for site owners, copied out of them and run in a real browser (done-when 5)."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from halloo.embed.assets import load_assets
from tests.embed.conftest import Drive
from tests.embed.pages import Sites
from tests.support.bundle import bundled
from tests.support.product import SOURCES, Product
from tests.support.snippets import HOST, WIDGET, block, blocks

pytestmark = pytest.mark.browser
LISTEN = (
    "window.violations = [];"
    "document.addEventListener('securitypolicyviolation', e => violations.push(`${e.effectiveDirective} ${e.blockedURI}`))"
)


@dataclass
class Seen:
    """What a page did."""

    frames: int = 0
    elements: int = 0
    sockets: int = 0
    calls: list[str] = field(default_factory=list[str])
    errors: list[str] = field(default_factory=list[str])
    violations: list[str] = field(default_factory=list[str])
    commands: bool = False


@pytest.fixture(autouse=True)
def allowed(product: Product, web: Sites) -> None:
    product.widget([web.origin("shop")])


def ours(product: Product, text: str) -> str:
    """A snippet for this product: its host, its widget, its pinned file."""
    digest = load_assets(SOURCES / "halloo" / "embed" / "assets").pinned_digest()
    text = re.sub(r"/public/loader/[0-9a-f]+….js", f"/public/loader/{digest.hex()}.js", text)
    text = re.sub(r"sha384-\w+…", integrity(digest), text)
    return text.replace(HOST, product.origin).replace(WIDGET, product.facts["widget_id"])


def integrity(digest: bytes) -> str:
    return f"sha384-{base64.b64encode(digest).decode()}"


def visit(
    address: str, *, starts: bool = True, act: Callable[[Page], object] | None = None
) -> Callable[[Browser], Seen]:
    """Open a page, wait for the widget's connection where it should start, else a while."""

    def work(browser: Browser) -> Seen:
        context = browser.new_context()
        context.add_init_script(LISTEN)
        page = context.new_page()
        seen = Seen()
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        page.on("request", lambda request: seen.calls.append(request.url))
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on("console", lambda line: seen.errors.append(line.text) if line.type == "error" else None)
        page.goto(address)
        if act:
            act(page)
        for _ in range(100 if starts else 15):
            if starts and sockets:
                break
            page.wait_for_timeout(100)
        page.wait_for_timeout(300)
        seen.sockets = len(sockets)
        seen.frames = len(page.frames) - 1
        seen.elements = page.locator("halloo-widget").count()
        seen.commands = page.evaluate("typeof window.halloo?.open") == "function"
        for frame in page.frames:
            seen.violations += frame.evaluate("window.violations")
        context.close()
        return seen

    return work


def runs(seen: Seen) -> None:
    """One widget, connected, without a word of complaint."""
    assert (seen.elements, seen.frames, seen.sockets, seen.commands) == (1, 1, 1, True)
    assert (seen.errors, seen.violations) == ([], [])


def test_plain_html(product: Product, web: Sites, drive: Drive) -> None:
    runs(drive(visit(web.put("shop", ours(product, block("install.md", "Plain HTML", "html"))))))


def test_the_line_of_the_index_is_the_same() -> None:
    assert block("README.md", "Putting the widget on a website", "html") == block("install.md", "Plain HTML", "html")


def test_pinned_by_its_hash(product: Product, web: Sites, drive: Drive) -> None:
    line = ours(product, block("install.md", "Pinned", "html"))
    seen = drive(visit(web.put("shop", line)))
    runs(seen)
    assert f"{product.origin}/core/public/web-widgets/{product.facts['widget_id']}" in seen.calls


def test_a_wrong_hash_runs_nothing(product: Product, web: Sites, drive: Drive) -> None:
    line = ours(product, block("install.md", "Pinned", "html"))
    wrong = re.sub(r'integrity="[^"]+"', f'integrity="{integrity(bytes(48))}"', line)
    assert wrong != line
    seen = drive(visit(web.put("shop", wrong), starts=False))
    assert (seen.elements, seen.frames, seen.sockets, seen.commands) == (0, 0, 0, False)
    assert len(seen.errors) == 1
    assert "integrity" in seen.errors[0]


def app(web: Sites, folder: Path, files: dict[str, str], entry: str) -> str:
    """A page that runs a built app; its address."""
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    web.pages["shop.localhost", "/app.js"] = (
        {"Content-Type": "text/javascript; charset=utf-8"},
        bundled(str(folder / entry), "app"),
    )
    return web.put("shop", '<div id="app"></div><script src="/app.js"></script>')


def test_react(product: Product, web: Sites, drive: Drive, tmp_path: Path) -> None:
    """In strict mode, which runs the effect twice."""
    main = """import { StrictMode } from "react";
        import { createRoot } from "react-dom/client";
        import { Chat } from "./chat.jsx";
        createRoot(document.getElementById("app")).render(<StrictMode><Chat /><p>Hello from React</p></StrictMode>);"""
    files = {"chat.jsx": ours(product, block("install.md", "React", "jsx")), "main.jsx": main}
    seen = drive(
        visit(app(web, tmp_path, files, "main.jsx"), act=lambda page: page.get_by_text("Hello from React").wait_for())
    )
    assert len([url for url in seen.calls if "/public/embed/" in url]) in {1, 2}
    runs(seen)


def test_vue(product: Product, web: Sites, drive: Drive, tmp_path: Path) -> None:
    main = """import { createApp, h } from "vue";
        import Chat from "./chat.vue";
        createApp({ render: () => h(Chat, null, { default: () => "Hello from Vue" }) }).mount("#app");"""
    files = {"chat.vue": ours(product, block("install.md", "Vue", "vue")), "main.js": main}
    runs(
        drive(
            visit(app(web, tmp_path, files, "main.js"), act=lambda page: page.get_by_text("Hello from Vue").wait_for())
        )
    )


def attributes(product: Product) -> dict[str, str]:
    """What the Next.js snippet hands to its component, but for the strategy."""
    (tag,) = re.findall(r"<Script\s([^>]+)/>", ours(product, block("install.md", "Next.js", "tsx")))
    found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
    assert found.pop("strategy") == "afterInteractive"
    return found


NONCE_POLICY = "default-src 'none'; script-src 'nonce-r4nd0m' 'strict-dynamic'; frame-src {}"


def test_next_as_its_component_adds_the_script(product: Product, web: Sites, drive: Drive) -> None:
    """After hydration the component makes the element, sets every property and `data-nscript`, and appends it."""
    lines = "".join(f'tag.setAttribute("{name}", "{value}");' for name, value in attributes(product).items())
    script = f"""<script nonce="r4nd0m">const tag = document.createElement("script"); {lines}
        tag.setAttribute("nonce", "r4nd0m"); tag.setAttribute("data-nscript", "afterInteractive");
        document.body.appendChild(tag);</script>"""
    headers = {"Content-Security-Policy": NONCE_POLICY.format(product.origin)}
    runs(drive(visit(web.put("shop", script, headers))))


def test_next_as_its_component_prints_the_script(product: Product, web: Sites, drive: Drive) -> None:
    printed = " ".join(f'{name}="{value}"' for name, value in attributes(product).items())
    tag = f'<script async nonce="r4nd0m" {printed} data-nscript="beforeInteractive"></script>'
    headers = {"Content-Security-Policy": NONCE_POLICY.format(product.origin)}
    runs(drive(visit(web.put("shop", tag, headers))))
    seen = drive(visit(web.put("shop", tag.replace("r4nd0m", "other"), headers), starts=False))
    assert (seen.elements, seen.frames) == (0, 0)
    assert any(violation.startswith("script-src") for violation in seen.violations)


def test_wordpress(product: Product, web: Sites, drive: Drive) -> None:
    (printed,) = re.findall(r"echo '([^']*)';", ours(product, block("install.md", "WordPress", "php")))
    runs(drive(visit(web.put("shop", printed))))


def test_after_consent(product: Product, web: Sites, drive: Drive) -> None:
    script = ours(product, block("install.md", "Only after consent", "html"))
    address = web.put("shop", script)
    seen = drive(visit(address, starts=False))
    assert (seen.elements, [url for url in seen.calls if url.startswith(product.origin)]) == (0, [])
    runs(drive(visit(address, act=lambda page: page.evaluate("startChat()"))))


POLICIES = [text for _, kind, text in blocks("csp.md") if kind == "" and "script-src" in text]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda text: " ".join(text.split())[:60])
def test_every_policy_of_the_page_lets_it_run(policy: str, product: Product, web: Sites, drive: Drive) -> None:
    line = (
        block("csp.md", "Nonces and strict-dynamic", "html")
        if "nonce-" in policy
        else block("install.md", "Plain HTML", "html")
    )
    if "connect-src" in policy:
        line = block("install.md", "Pinned", "html")
    headers = {"Content-Security-Policy": " ".join(ours(product, policy).split())}
    runs(drive(visit(web.put("shop", ours(product, line), headers))))


def test_the_pinned_line_needs_connect_src(product: Product, web: Sites, drive: Drive) -> None:
    (policy,) = [text for text in POLICIES if "connect-src" in text]
    without = ours(product, policy).replace(f"; connect-src {product.origin}", "").strip()
    line = ours(product, block("install.md", "Pinned", "html"))
    seen = drive(visit(web.put("shop", line, {"Content-Security-Policy": without}), starts=False))
    assert seen.frames == 0
    assert any(violation.startswith("connect-src") for violation in seen.violations)


def test_the_queue_before_the_loader(product: Product, web: Sites, drive: Drive) -> None:
    snippet = ours(product, block("javascript.md", "The page's JavaScript API", "html"))
    seen = drive(visit(web.put("shop", snippet), act=is_open))
    runs(seen)


def is_open(page: Page) -> None:
    """Wait until the chat is on the screen."""
    page.wait_for_function("document.activeElement?.localName === 'halloo-widget'")


def test_a_button_of_the_pages_own(product: Product, web: Sites, drive: Drive) -> None:
    button = next(text for _, kind, text in blocks("javascript.md") if kind == "html" and "<button" in text)
    address = web.put("shop", button + ours(product, block("install.md", "Plain HTML", "html")))

    def press(page: Page) -> None:
        page.get_by_role("button", name="Chat with us").click()
        is_open(page)

    runs(drive(visit(address, act=press)))


def test_listening_and_stopping(product: Product, web: Sites, drive: Drive) -> None:
    script = next(text for _, kind, text in blocks("javascript.md") if kind == "js" and "const stop" in text)
    address = web.put("shop", ours(product, block("install.md", "Plain HTML", "html")))

    def listen(page: Page) -> Any:
        page.wait_for_function("typeof window.halloo?.on === 'function'")
        page.evaluate(f"() => {{ {script} }}")

    runs(drive(visit(address, act=listen)))


def test_the_addresses_of_the_examples_answer(product: Product) -> None:
    """Whatever path of the server a page shows is there."""
    pages = ("README.md", "install.md", "csp.md", "javascript.md")
    paths = {
        path for page in pages for _, _, text in blocks(page) for path in re.findall(rf"{HOST}(/[^\s\"'<;]+)", text)
    }
    assert paths
    for path in paths:
        if path != "/public/embed/":
            address = ours(product, HOST + path)
            assert httpx.get(address).status_code == 200, address
