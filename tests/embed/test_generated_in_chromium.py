"""The chat runs under what the generator prints, in every form and by every way of trust (csp contract 3)."""

from typing import get_args

import pytest
from playwright.sync_api import Browser

from halloo.csp.generate import Form, Generated, Options, generate
from halloo.csp.model import Deployment, Pinned, Role, Trust
from tests.embed.pages import Sites
from tests.embed.visits import snippet, visiting
from tests.support.product import Product

pytestmark = pytest.mark.browser
ROLES: tuple[Role, ...] = get_args(Role)
NONCE = "cjRuZDBtcjRuZDBtcjRuZA=="
STRICTEST = "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'; "


def deployment(product: Product) -> Deployment:
    """The first widget on this machine's one origin."""
    embed = product.call("GET", "/core/embed")
    return Deployment(
        hosts=dict.fromkeys(ROLES, product.origin),
        features=frozenset({"chat", "files", "images", "sounds", "outbound"}),
        widget_id=product.facts["widget_id"],
        pinned=Pinned(embed["pinned_url"], embed["integrity"]),
    )


def runs(browser: Browser, product: Product, address: str) -> None:
    with visiting(browser, product, address) as visit:
        visit.open()
        visit.settle()
        assert visit.violations() == []
        assert (visit.errors, visit.crashes) == ([], [])


def put(product: Product, web: Sites, made: Generated, *, before: str = "") -> str:
    product.widget([web.origin("shop")])
    headers = {name: value.replace("{NONCE}", NONCE) for name, value in made.headers}
    headers["Content-Security-Policy"] = before + headers["Content-Security-Policy"]
    return web.put("shop", (made.tag or snippet(product)).replace("{NONCE}", NONCE), headers)


@pytest.mark.parametrize("trust", ["host", "nonce", "hash"])
@pytest.mark.parametrize("form", get_args(Form))
def test_the_chat_runs_under_what_is_printed(
    form: Form, trust: Trust, browser: Browser, product: Product, web: Sites
) -> None:
    """Additions and lines to merge, without `'self'`, beside a policy that allows nothing at all."""
    made = generate(deployment(product), Options(form=form, trust=trust, no_self=True, report=True))
    runs(browser, product, put(product, web, made, before="" if form == "strict" else STRICTEST))


def test_the_chat_runs_under_the_meta_tag(browser: Browser, product: Product, web: Sites) -> None:
    product.widget([web.origin("shop")])
    made = generate(deployment(product), Options(form="strict", target="meta", report=True))
    address = web.put("shop", (made.tag or "").replace("{NONCE}", NONCE), head=made.text.replace("{NONCE}", NONCE))
    runs(browser, product, address)


@pytest.mark.parametrize("directive", ["script-src", "frame-src", "connect-src"])
def test_without_one_of_the_lines_there_is_no_chat(
    directive: str, browser: Browser, product: Product, web: Sites
) -> None:
    made = generate(deployment(product), Options(trust="hash", no_self=True))
    kept = "; ".join(part for part in made.policy.split("; ") if not part.startswith(directive))
    assert kept != made.policy
    less = Generated(kept, kept, made.tag, headers=(("Content-Security-Policy", kept),))
    with visiting(browser, product, put(product, web, less, before=STRICTEST)) as visit:
        # The frame is only tried once somebody opens the chat, or the page is idle.
        visit.page.wait_for_timeout(1_500)
        assert visit.frames == []
        assert any(directive in line for line in visit.violations()), visit.violations()
