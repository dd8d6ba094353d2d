"""The six laws of the doctor (csp contract 4.3), over pages drawn by chance. The browser tries a sample of the same in `browser/`."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from halloo.csp.doctor import examine, treated
from halloo.csp.model import Deployment, Destination, Finding, Given, Page, Reading, Tag, Trust
from halloo.csp.policy import Load, Policy, allowed, may_create, parse, requires_trusted_types
from halloo.csp.sheet import NONCE, STAND_IN
from tests.csp.draws import (
    HOSTS,
    INLINE,
    PINNED,
    RIGHT_NONCE,
    SCRIPT,
    STYLE,
    WIDGET,
    C,
    Drawn,
    hashed,
    how_many,
    pages,
    quiet,
    seeded,
)
from tests.csp.removed import additions, continues

SEED = seeded(5)
COUNT = how_many(150, "HALLOO_CSP_LAWS")
TRUSTS: tuple[Trust, ...] = ("auto", "host", "nonce", "hash")
FOREIGN = (
    "https://evil.test/x.js",
    "http://evil.test/x.js",
    "https://evil.test:8443/public/embed/x.js",
    "wss://evil.test/relay",
    "ws://evil.test/relay",
    "https://chat.test/",
    "https://a.client.chat.test/",
    "https://client.chat.test.evil.test/",
    "http://client.chat.test:81/",
    "https://site.test/own.js",
    "https://other.site.test/x",
    "data:text/plain,x",
    "blob:https://site.test/1",
    "https://image.chat.test/a.png",
    "https://relay.chat.test/x",
)
OURS = (PINNED.url, f"{C}/public/embed/{WIDGET}", f"{C}/public/widget/{WIDGET}", f"{C}/x", "wss://client.chat.test/y")
LOADED: tuple[Destination, ...] = (
    "script", "style", "worker", "frame", "connect", "image", "font", "media", "manifest", "object", "prefetch",
)  # fmt: skip
EXTRAS = (
    Load("script", "https://evil.test/s.js", RIGHT_NONCE),
    Load("script", "https://evil.test/s.js", integrity=hashed(SCRIPT)),
    Load("script", "https://evil.test/s.js", parser_inserted=False),
    Load("script", None, code=INLINE),
    Load("script", None, RIGHT_NONCE, code="other"),
    Load("script", None, code="other", parser_inserted=False),
    Load("script-attr", None, code=INLINE),
    Load("javascript-url", None, code=INLINE),
    Load("eval"),
    Load("wasm"),
    Load("style", None, code=STYLE),
    Load("style", None, RIGHT_NONCE),
    Load("style-attr", None, code=STYLE),
)
CORPUS = (*(Load(kind, url) for kind in LOADED for url in (*FOREIGN, *OURS)), *EXTRAS)


@st.composite
def treatable(draw: st.DrawFn, *, commas: bool = False) -> Drawn:
    """A page with what the comparison of lists does not draw: sandbox and Trusted Types; `commas`: with such in a meta."""
    drawn = draw(pages())
    policies: list[Given] = []
    for one in drawn.policies:
        text = one.text if commas else one.text.replace(",", " ;")
        if draw(st.integers(0, 5)) == 0:
            text = f"{draw(st.sampled_from(_FURTHER))}; {text}"
        policies.append(replace(one, text=text))
    return replace(drawn, policies=tuple(policies))


_FURTHER = (
    "sandbox",
    "sandbox allow-scripts",
    "SANDBOX ALLOW-SCRIPTS allow-forms allow-same-origin",
    "require-trusted-types-for 'script'",
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "trusted-types a default",
    "trusted-types a b 'allow-duplicates'; require-trusted-types-for 'script'",
    "trusted-types *",
)
_TRUST = st.sampled_from(TRUSTS)


def in_force(page: Page) -> dict[Reading, list[Policy]]:
    """The enforced policies; `{NONCE}` stands for the tag's."""
    nonce = page.tag.nonce if page.tag.nonce not in {"", NONCE} else STAND_IN
    readings: tuple[Reading, ...] = ("letter", "browser")
    return {
        reading: [
            policy
            for one in page.policies
            if one.disposition == "enforce"
            for policy in parse(replace(one, text=one.text.replace(NONCE, nonce)), page.origin, reading)
        ]
        for reading in readings
    }


def wanted(deployment: Deployment, tag: Tag) -> Iterator[Load]:
    """What the contract says the page loads, written down once more (2.1)."""
    nonce = STAND_IN if tag.nonce == NONCE else tag.nonce
    loader = PINNED.url if tag.pinned else deployment.loader_url
    yield Load("script", loader, nonce, tag.integrity, parser_inserted=not tag.made)
    yield Load("frame", deployment.frame_url)
    record = f"{C}/core/public/web-widgets/{WIDGET}"
    if tag.pinned:
        yield Load("connect", record)
    if deployment.verified_embedding:
        yield Load("connect", f"{record}/embed-ticket")
    if "cobrowse" in deployment.features:
        yield Load("script", f"{C}/public/assets/recorder.js", nonce, parser_inserted=not tag.made)
    if "pusher" in deployment.features:
        relay = deployment.hosts["relay"].removeprefix("https")
        yield from (Load("connect", f"{scheme}{relay}/app/x") for scheme in ("https", "wss"))


def works(drawn: Drawn, page: Page) -> bool:
    """Whether every need is met, judged by the matcher and what the contract says, not by the doctor."""
    before = tuple(one for one in page.policies if one.before_tag or one.delivery == "header" or page.tag.made)
    first, *rest = wanted(drawn.deployment, page.tag)
    policies = in_force(page)
    return (
        allowed(in_force(replace(page, policies=before)), first)
        and all(allowed(policies, load) for load in rest)
        and _sandbox_is_open(policies["browser"])
        and _address_is_trusted(page.tag, policies)
    )


def _sandbox_is_open(policies: Sequence[Policy]) -> bool:
    tokens = {
        "allow-scripts", "allow-same-origin", "allow-forms",
        "allow-popups", "allow-popups-to-escape-sandbox", "allow-downloads",
    }  # fmt: skip
    lists = [found.values for policy in policies if (found := policy.get("sandbox"))]
    return all(tokens <= {value.lower() for value in values} for values in lists)


def _address_is_trusted(tag: Tag, policies: dict[Reading, list[Policy]]) -> bool:
    every = [policy for found in policies.values() for policy in found]
    if not tag.made or not any(map(requires_trusted_types, every)):
        return True
    return bool(tag.trusted_types) and all(may_create(policy, tag.trusted_types, created=False) for policy in every)


@seed(SEED)
@settings(**quiet(COUNT))
@given(treatable(commas=True), _TRUST)
def test_with_what_is_added_nothing_is_blocked_and_nothing_is_left_to_add(drawn: Drawn, trust: Trust) -> None:
    """Laws 1 and 5, and that the verdict is what the matcher says."""
    diagnosis = examine(drawn.deployment, drawn.page, trust)
    page = treated(drawn.page, diagnosis)
    assert works(drawn, page), diagnosis
    again = examine(drawn.deployment, page, trust)
    assert not again.findings
    assert not again.fixed
    assert works(drawn, drawn.page) == (diagnosis.verdict == "ok")


@seed(SEED)
@settings(**quiet(COUNT))
@given(treatable(), _TRUST)
def test_without_any_one_addition_something_is_blocked(drawn: Drawn, trust: Trust) -> None:
    """Law 2. Who asks for a hash while co-browsing is on gets the host beside it (4.1.1), which lets the loader in as well."""
    if trust == "hash" and "cobrowse" in drawn.deployment.features:
        trust = "auto"
    diagnosis = examine(drawn.deployment, drawn.page, trust)
    for removed in additions(drawn, diagnosis):
        assert not works(drawn, removed.page), (removed.what, diagnosis)


@seed(SEED)
@settings(**quiet(COUNT))
@given(treatable(), _TRUST)
def test_nothing_foreign_is_let_in_and_nothing_is_shut_out(drawn: Drawn, trust: Trust) -> None:
    """Laws 3 and 4."""
    page = treated(drawn.page, examine(drawn.deployment, drawn.page, trust))
    before, after = in_force(drawn.page), in_force(page)
    hosts = set(drawn.deployment.hosts.values())
    for load in CORPUS:
        was, is_now = allowed(before, load), allowed(after, load)
        if was:
            assert is_now, (load, page)
        elif allowed({"browser": before["browser"]}, load):
            continue  # browsers passed over the part that forbids it by the letter, and nobody was ever refused (D9, D10)
        elif is_now and not load.nonce:  # what has the page's nonce is the page's own wish
            assert load.url is not None, (load, page)
            assert origin_of(load.url) in hosts, (load, page)


@seed(SEED)
@settings(**quiet(COUNT))
@given(treatable(), st.randoms(use_true_random=False))
def test_the_order_in_a_policy_changes_no_finding(drawn: Drawn, chance: random.Random) -> None:
    """Law 6."""
    # A part with an odd character hides later ones of its name from browsers, and not by the letter: there the order says something.
    plain = tuple(replace(one, text=re.sub(r"[^\t\n\x20-\x7e]", "", one.text)) for one in drawn.policies)
    mixed = tuple(replace(one, text=_mixed(one.text, chance)) for one in plain)
    first = examine(drawn.deployment, replace(drawn.page, policies=plain))
    other = examine(drawn.deployment, replace(drawn.page, policies=mixed))
    assert [_told(one) for one in first.findings] == [_told(one) for one in other.findings]


@seed(SEED)
@settings(**quiet(COUNT))
@given(treatable(), _TRUST)
def test_what_stood_in_a_policy_stands_there_still(drawn: Drawn, trust: Trust) -> None:
    """Law 6: every part is there, in its order, and begins with what it was, but for a lone `'none'`.

    What is added stands behind them; before them only where browsers would pass it over there (D9, D10).
    """
    for fixed in examine(drawn.deployment, drawn.page, trust).fixed:
        text = drawn.policies[fixed.index - 1].text
        left = iter(fixed.text.split(";"))
        for old in text.split(";"):
            assert any(continues(new, old) for new in left), (old, fixed.text)


def origin_of(url: str) -> str:
    """The origin, a socket's as that of a fetch."""
    scheme, _, rest = url.partition("://")
    return f"{scheme.replace('ws', 'http')}://{rest.partition('/')[0]}"


def _mixed(text: str, chance: random.Random) -> str:
    """Directives and their sources in another order; of two of one name the first stays the first."""
    pieces = [piece.split() for piece in text.split(";") if piece.split()]
    counted: dict[str, list[str]] = {}
    for name, *values in pieces:
        chance.shuffle(values)
        counted.setdefault(name.lower(), values)
    names = list(counted)
    chance.shuffle(names)
    return "; ".join(" ".join((name, *counted[name])) for name in names)


def _told(finding: Finding) -> tuple[object, ...]:
    fix = finding.fix
    value = sorted(fix.value.split()) if fix.kind == "sandbox" else fix.value
    return (
        finding.need, finding.level, finding.policy, finding.directive, finding.decided_by, finding.blocked, finding.reading,
        fix.kind, fix.directive, value,
    )  # fmt: skip


def test_what_is_written_for_one_reading_is_not_told_as_found_by_the_other() -> None:
    """Browsers let all through here; the new `connect-src` for the ticket would shut out the relay, which is then let in as well."""
    deployment = Deployment(HOSTS, frozenset({"chat", "pusher"}), (), WIDGET, PINNED, verified_embedding=True)
    found = examine(deployment, Page((Given("default-src é; default-src"),), "https://site.test")).findings
    assert {one.reading for one in found} == {"letter"}
    assert len(found) == 5
