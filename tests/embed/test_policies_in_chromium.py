"""The whole chat under every policy that a page may have, without one violation (embedding contract 4.3, 15: 16 and 17)."""

import time

import pytest
from playwright.sync_api import Browser, expect

from tests.embed.pages import Sites
from tests.embed.visits import Visit, answer, pinned, snippet, visiting
from tests.support.identity import Issuer, decoded
from tests.support.product import Product

pytestmark = pytest.mark.browser

STRICT = "default-src 'none'; script-src {0}; frame-src {0}; require-trusted-types-for 'script'; trusted-types 'none'"
ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
POLICIES: dict[str, dict[str, str]] = {
    "no policy": {},
    "strict with trusted types": {"Content-Security-Policy": STRICT},
    "isolated": ISOLATED,
    "strict and isolated": {"Content-Security-Policy": STRICT, **ISOLATED},
    "nonce and strict-dynamic": {
        "Content-Security-Policy": "script-src 'nonce-r4nd0m' 'strict-dynamic'; object-src 'none'; base-uri 'none'"
    },
}
LOOK = {
    "greeting": {"text": "Ask me about glazes.", "bubble_after_s": 0},
    "suggested_questions": ["Do you ship abroad?"],
    "trigger": {"label": "Help"},
}


@pytest.fixture(scope="module")
def signer(product: Product) -> Issuer:
    """The customer's server, which says who somebody is."""
    widget = product.facts["widget_id"]
    key = product.call("POST", f"/core/web-widgets/{widget}/identity-keys", {"alg": "HS256"})
    return Issuer(key["kid"], widget, decoded(key["secret"]))


@pytest.mark.parametrize("name", POLICIES)
def test_16_17_the_full_chat_flow_runs_without_a_violation(
    name: str, browser: Browser, product: Product, web: Sites, signer: Issuer
) -> None:
    """Greeting, launcher, chat, reading, ending, and being known."""
    headers = {key: value.format(product.origin) for key, value in POLICIES[name].items()}
    tag = snippet(product, more='async nonce="r4nd0m"' if "nonce" in name else "async")
    address = web.put("shop", tag, headers)
    product.widget([web.origin("shop")], LOOK)
    with visiting(browser, product, address) as visit:
        greeting = visit.widget.find(lambda node: node.name == "button" and "Ask me about glazes." in node.text)
        visit.widget.press(greeting)
        expect(visit.widget.frame().get_by_role("textbox", name="Message")).to_be_visible()
        visit.page.evaluate("halloo.close()")
        _chat(visit)
        _be_known(visit, signer)
        assert visit.violations() == []
        assert (visit.errors, visit.crashes) == ([], [])
        assert visit.page.evaluate("crossOriginIsolated") == ("Cross-Origin-Embedder-Policy" in headers)


def _chat(visit: Visit) -> None:
    """Open, write, be answered, read, end."""
    chat = visit.open()
    chat.write("Is the vase tight?")
    answer(visit.product, "Yes, it is.")
    expect(chat.thread.get_by_text("Yes, it is.")).to_be_visible()

    def read() -> bool:
        visit.page.wait_for_timeout(50)
        newest = visit.product.call("GET", "/core/conversations?limit=1")["data"][0]
        return newest["visitor_read_seq"] == newest["last_seq"]

    assert any(read() for _ in range(100)), "the visitor has not read it"
    chat.frame.get_by_role("button", name="Menu").click()
    chat.frame.get_by_text("End conversation").click()
    expect(chat.frame.get_by_text("This conversation has ended")).to_be_visible()
    chat.frame.get_by_role("button", name="Close").click()
    visit.widget.find(lambda node: node.attributes.get("aria-expanded") == "false")


def _be_known(visit: Visit, signer: Issuer) -> None:
    """Be identified by the page, and log out."""
    say = "proof => halloo.identify(proof).then(() => 'known', (error) => error.code)"
    assert visit.page.evaluate(say, signer.token(time.time(), "ada", name="Ada")) == "known"
    expect(visit.widget.open().get_by_role("button", name="Close")).to_be_visible()
    visit.page.evaluate("halloo.reset()")


def test_16_the_pinned_form_needs_the_host_in_connect_src_and_nothing_else(
    browser: Browser, product: Product, web: Sites
) -> None:
    policy = STRICT.format(product.origin) + f"; connect-src {product.origin}"
    product.widget([web.origin("pinned")])
    address = web.put("pinned", pinned(product), {"Content-Security-Policy": policy})
    with visiting(browser, product, address) as visit:
        visit.open().write("Under the strictest policy")
        assert visit.violations() == []
    address = web.put("pinned", pinned(product), {"Content-Security-Policy": STRICT.format(product.origin)})
    with visiting(browser, product, address) as visit:
        visit.page.wait_for_timeout(500)
        assert visit.frames == []
        assert [line for line in visit.errors if line.startswith("Halloo")] == ["Halloo: no record."]
