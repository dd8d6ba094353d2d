"""Every scheme with every port, from pages of every scheme: what chance meets too rarely (csp contract 1.3, D1 and D2)."""

from typing import TYPE_CHECKING

import pytest

from halloo.csp.model import Given
from halloo.csp.policy import parse, rule

if TYPE_CHECKING:
    from tests.csp.browser.chromium import Chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCHEMES = ("", "http://", "https://", "ws://", "wss://")
PORTS = ("", ":80", ":443", ":0443", ":81", ":8443", ":*", ":0")
HOST = "relay.chat.test"
SECURE = [f"{scheme}://{HOST}{port}" for scheme in ("https", "wss") for port in ("", ":80", ":81", ":8443")]
PLAIN = [f"{scheme}://{HOST}{port}" for scheme in ("http", "ws") for port in ("", ":443", ":81", ":8443")]
WORDS = (
    "*",
    "http:",
    "https:",
    "ws:",
    "wss:",
    "'self'",
    "https://*",
    "http://*:*",
    "*:80",
    "*:443",
    "*:8443",
    "*.chat.test:80",
)


@pytest.mark.parametrize(
    "page", ["https://site.test", "http://site.test", "http://site.test:81", "https://site.test:8443"]
)
def test_schemes_and_ports(page: str, chromium: "Chromium") -> None:
    """Browsers refuse plain addresses on secure pages whatever the policy says, so those are not asked there."""
    from tests.csp.browser.asks import Ask
    from tests.csp.browser.chromium import Site

    urls = SECURE if page.startswith("https:") else SECURE + PLAIN
    urls = urls + [url.replace(HOST, "site.test") for url in urls]
    asks = [Ask(f"a{number}", "connect", f"{url}/x?n=a{number}") for number, url in enumerate(urls)]
    wrong: list[str] = []
    for source in (*(f"{scheme}{HOST}{port}" for scheme in SCHEMES for port in PORTS), *WORDS):
        text = f"connect-src {source}"
        [policy] = parse(Given(text), page, "browser")
        seen = {one.ask for one in chromium.visit(Site(page, (text,)), asks).told}
        wrong += [
            f"{source} {'blocks' if ask.id in seen else 'allows'} {ask.url}"
            for ask in asks
            if rule(policy, ask.load(), "browser").allowed == (ask.id in seen)
        ]
    assert wrong == []
