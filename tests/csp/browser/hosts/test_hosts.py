"""The doctor's advice on four sites' policies, tried with the whole product (csp contract 4.3, 7).

Without it the widget is kept away by what the doctor names; with it, as he prints it, the chat works; without any one piece of it,
that piece is missed, and nothing else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

import pytest
from playwright.sync_api import Browser

from halloo.csp.asked import Asked, put_together
from halloo.csp.checkup import check_page
from halloo.csp.model import Deployment, Diagnosis, Finding
from halloo.csp.shown import shown
from halloo.edge.deployment import deployment_of
from halloo.edge.services import Snippets
from tests.csp.browser.hosts.policies import HOSTS, NONCE, Host
from tests.embed.pages import Sites, sites
from tests.embed.visits import Visit, snippet, visiting
from tests.support.browser import launched
from tests.support.pace import PATIENCE_S
from tests.support.seven import SevenHosts, crowded_hosts

pytestmark = pytest.mark.browser

VALUE = "r4nd0mValue"
"""The nonce of the answer at hand."""
WATCH = """(() => {
  window.refused = [];
  addEventListener("securitypolicyviolation", (event) => {
    const blocked = event.blockedURI;
    refused.push([event.effectiveDirective, /^(?:http|ws)s?:/.test(blocked) ? new URL(blocked).origin : blocked].join(" "));
  });
})()"""


@dataclass(frozen=True)
class Served:
    """What the customer's server sends: policies in headers and in metas, our tag, and the other headers."""

    headers: tuple[str, ...]
    metas: tuple[str, ...]
    tag: str
    further: dict[str, str]

    def put(self, web: Sites, host: Host) -> str:
        """Serve the page; its address."""
        head = host.own + "".join(
            f'<meta http-equiv="Content-Security-Policy" content="{escape(one)}">' for one in self.metas
        )
        headers = {"Content-Security-Policy": ", ".join(self.headers), **self.further}
        return web.put(
            host.name,
            self.tag.replace(NONCE, VALUE),
            {name: value.replace(NONCE, VALUE) for name, value in headers.items()},
            head=head.replace(NONCE, VALUE),
        )


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SevenHosts]:
    with crowded_hosts(tmp_path_factory.mktemp("hosts")) as made:
        yield made


@pytest.fixture(scope="module")
def web() -> Iterator[Sites]:
    with sites() as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


def _deployment(product: SevenHosts, host: Host, origin: str) -> Deployment:
    embed = product.call("GET", "/core/embed")
    snippets = Snippets(embed["loader_url"], embed["pinned_url"], embed["integrity"])
    return deployment_of(product.hosts(), product.facts["widget_id"], [origin], {"v1": host.config}, snippets)


def _diagnosed(served: Served, deployment: Deployment, origin: str) -> Diagnosis:
    """What the doctor says of the answer as it is sent."""
    asked = Asked(
        policies=(
            *(("header", one.replace(NONCE, VALUE)) for one in served.headers),
            *(("meta", one.replace(NONCE, VALUE)) for one in served.metas),
        ),
        page_origin=origin,
        tag=served.tag.replace(NONCE, VALUE),
        permissions_policy=tuple(value for name, value in served.further.items() if name == "Permissions-Policy"),
    )
    return check_page(deployment, put_together(asked, deployment).page)


def _advised(served: Served, diagnosis: Diagnosis) -> Served:
    """The page with what is printed for people to copy: new policies, the tag, and a value for another header."""
    text = shown(diagnosis)
    policies = [*served.headers, *served.metas]
    for number, policy in re.findall(r"^new policy(?: ([0-9]+) \(\w+\))?\n  (.*)$", text, re.MULTILINE):
        policies[int(number or 1) - 1] = policy
    tags = re.findall(r"<script .*?</script>", text)
    further = dict(served.further)
    for value in re.findall(r"^      send  (.*)$", text, re.MULTILINE):
        further["Permissions-Policy"] += f", {value}"
    headers = tuple(policies[: len(served.headers)])
    return Served(headers, tuple(policies[len(headers) :]), tags[0] if _of_tag(diagnosis) else served.tag, further)


def _of_tag(diagnosis: Diagnosis) -> list[Finding]:
    return [one for one in diagnosis.findings if one.fix.kind in ("nonce", "hash")]


def _without(served: Served, finding: Finding, before: Served) -> Served:
    """The page without what one finding brought."""
    if finding.fix.kind == "nonce":
        return replace(served, tag=before.tag)
    if finding.fix.kind == "permissions_policy":
        return replace(served, further=before.further)
    policies = [*served.headers, *served.metas]
    assert finding.policy is not None
    pieces = policies[finding.policy - 1].split("; ")
    [at] = [place for place, piece in enumerate(pieces) if piece.split(" ")[0] == finding.fix.directive]
    words = pieces[at].split(" ")
    words.remove(finding.fix.value)
    pieces[at] = " ".join(words)
    policies[finding.policy - 1] = "; ".join(pieces)
    return replace(served, headers=tuple(policies[: len(served.headers)]), metas=tuple(policies[len(served.headers) :]))


def _refused(visit: Visit, expected: int) -> set[str]:
    """What the page's policies have refused, once that is at least so many, and no more comes."""
    for _ in range(20 * PATIENCE_S):
        if len(visit.page.evaluate("refused")) >= expected:
            break
        visit.page.wait_for_timeout(50)
    visit.page.wait_for_timeout(200)
    return set(visit.page.evaluate("refused"))


def _cause(finding: Finding) -> str:
    return f"{finding.directive} {finding.blocked}"


def _lets_sound(visit: Visit) -> bool:
    return visit.widget.frame().evaluate("document.featurePolicy.allowsFeature('autoplay')")


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_the_doctors_advice_is_right_and_no_more_than_needed(
    host: Host, browser: Browser, product: SevenHosts, web: Sites
) -> None:
    origin = web.origin(host.name)
    product.widget([origin], host.config)
    before = Served(host.headers, host.metas, snippet(product), host.further)
    deployment = _deployment(product, host, origin)
    diagnosis = _diagnosed(before, deployment, origin)
    assert tuple((one.need, one.decided_by, one.fix.kind) for one in diagnosis.findings) == host.blocks

    # As it is: the loader is refused, so that nothing else is asked for.
    loader = diagnosis.findings[0]
    with visiting(browser, product, before.put(web, host), WATCH) as visit:
        assert _refused(visit, 1) == {_cause(loader)}
        assert (visit.sockets, visit.frames) == ([], [])
        assert visit.page.evaluate("window.own") == "ran"

    # As advised: the chat works.
    after = _advised(before, diagnosis)
    assert _diagnosed(after, deployment, origin).findings == ()
    with visiting(browser, product, after.put(web, host), WATCH) as visit:
        visit.open().write("Is the vase tight?")
        assert _refused(visit, 0) == set()
        assert (visit.violations(), visit.errors, visit.crashes) == ([], [], [])
        assert visit.page.evaluate("window.own") == "ran"
        assert _lets_sound(visit)

    # Without any one piece of it: that is missed, and nothing else.
    for finding in diagnosis.findings:
        with visiting(browser, product, _without(after, finding, before).put(web, host), WATCH) as visit:
            if finding.policy is None:
                visit.settle()
                assert not _lets_sound(visit)
            else:
                assert _refused(visit, 1) == {_cause(finding)}
                assert visit.sockets == []
