"""Every warning of csp contract 4.1, and what a page may take out (`removable`)."""

from dataclasses import replace

import pytest

from halloo.csp.checkup import check_page
from halloo.csp.model import Deployment, Given, Page
from halloo.csp.model import Warning as Remark
from halloo.csp.vendors import names_vendor, vendor_of
from halloo.csp.warnings import MOST, remarks
from tests.csp.draws import HOSTS, PINNED, WIDGET, C

SITE = "https://site.test"
CHAT = Deployment(HOSTS, frozenset({"chat"}), (), WIDGET, PINNED)
CODES = (
    "duplicate_directive", "comma_in_meta", "comma_in_header", "non_ascii", "unknown_directive", "missing_semicolon",
    "unquoted_keyword", "invalid_source", "none_with_others", "ignored_in_meta", "meta_after_tag", "meta_outside_head", "ip_host",
    "http_source", "path_source", "inert_under_strict_dynamic", "readings_differ", "report_only_would_block",
    "feature_policy_header",
)  # fmt: skip
"""The list of the contract."""
ROWS: tuple[tuple[str, Given, list[str]], ...] = (
    ("duplicate_directive", Given("img-src a.test; IMG-SRC b.test"), ["img-src "]),
    ("comma_in_meta", Given("img-src a.test, font-src b.test", "meta"), [" "]),
    ("comma_in_header", Given("img-src a.test", joined=True), [" "]),
    ("non_ascii", Given("img-src 'self' https://é.test"), ["img-src https://é.test"]),
    ("non_ascii", Given("img-src \x01 'self'"), ["img-src "]),
    ("unknown_directive", Given("script-scr 'self'"), ["script-scr "]),
    ("missing_semicolon", Given(f"img-src {C} script-src 'none'"), ["img-src script-src"]),
    ("unquoted_keyword", Given("img-src self none"), ["img-src self", "img-src none"]),
    (
        "unquoted_keyword",
        Given("script-src * nonce-abc sha256-abcd"),
        ["script-src nonce-abc", "script-src sha256-abcd"],
    ),
    ("invalid_source", Given("img-src 'foo' https://*.*.test"), ["img-src 'foo'", "img-src https://*.*.test"]),
    (
        "invalid_source",
        Given("img-src `self` https://a_b.test http://[::1]"),
        ["img-src `self`", "img-src https://a_b.test", "img-src http://[::1]"],
    ),
    ("none_with_others", Given("img-src 'none' a.test"), ["img-src 'none'"]),
    (
        "ignored_in_meta",
        Given("frame-ancestors 'none'; sandbox; report-uri /x; img-src *", "meta"),
        ["frame-ancestors ", "sandbox ", "report-uri "],
    ),
    ("ignored_in_meta", Given("img-src *", "meta", disposition="report"), [" "]),
    ("meta_after_tag", Given("img-src *", "meta", before_tag=False), [" "]),
    ("meta_outside_head", Given("img-src *", "meta", in_head=False), [" "]),
    ("ip_host", Given("img-src http://127.0.0.1:81 a.test"), ["img-src http://127.0.0.1:81"]),
    ("http_source", Given("img-src http: ws://a.test a.test"), ["img-src http:", "img-src ws://a.test"]),
    ("path_source", Given(f"frame-src {C}/public/widget/ https://b.test/x"), [f"frame-src {C}/public/widget/"]),
    (
        "inert_under_strict_dynamic",
        Given("script-src 'nonce-a' 'Strict-Dynamic' 'self' https:"),
        ["script-src 'self'", "script-src https:"],
    ),
    ("readings_differ", Given("img-src https://a.test/w?x=1"), ["img-src https://a.test/w?x=1"]),
)
SOUND = (
    f"default-src 'self' https: *.a.test:8443; script-src 'nonce-abc' 'strict-dynamic'; frame-src {C} wss://a.test; "
    "img-src data: 'self' https://a.test/x/; sandbox allow-scripts; report-to x; frame-ancestors 'none'; upgrade-insecure-requests"
)


def found_in(given: Given, code: str) -> list[Remark]:
    """The warnings of this code."""
    (policy,) = check_page(CHAT, Page((given,), SITE)).policies
    return [one for one in policy.warnings if one.code == code]


@pytest.mark.parametrize(("code", "given", "about"), ROWS, ids=[f"{row[0]}-{at}" for at, row in enumerate(ROWS)])
def test_a_warning(code: str, given: Given, about: list[str]) -> None:
    found = found_in(given, code)
    assert [f"{one.directive} {one.source}" for one in found] == about
    assert all(one.text[0].isupper() and ". " in f"{one.text} " for one in found)
    assert found_in(Given(SOUND), code) == []


def test_a_need_that_one_reading_alone_blocks() -> None:
    pusher = replace(CHAT, features=frozenset({"pusher"}))
    (policy,) = check_page(pusher, Page((Given("connect-src https://relay.chat.test"),), SITE)).policies
    (one,) = policy.warnings
    assert (one.code, one.directive, one.source) == ("readings_differ", "connect-src", "wss://relay.chat.test")


def test_what_is_of_no_policy() -> None:
    page = Page((Given("default-src 'none'", disposition="report"),), SITE, feature_policy=("camera 'none'",))
    diagnosis = check_page(CHAT, page)
    assert [one.code for one in diagnosis.warnings] == ["feature_policy_header"]
    assert {one.code for one in diagnosis.policies[0].warnings} == {"report_only_would_block"}


def test_every_code_of_the_contract_has_a_test() -> None:
    assert {code for code, *_ in ROWS} | {"report_only_would_block", "feature_policy_header"} == set(CODES)


def test_no_more_is_told_than_anybody_reads() -> None:
    page = Page((Given("img-src " + " ".join(f"http://a{number}.test" for number in range(500))),), SITE)
    diagnosis = check_page(CHAT, page)
    assert len(diagnosis.policies[0].warnings) == MOST
    assert diagnosis.notes == (f"Policy 1 has more warnings than the first {MOST}, which are shown.",)


def test_a_duplicate_says_nothing_of_its_values() -> None:
    assert [one.code for one in remarks(Given("img-src a.test; img-src self"), CHAT).warnings] == [
        "duplicate_directive"
    ]


HOSTS_OF_OTHERS = (
    "https://client.crisp.chat", "wss://client.relay.crisp.chat", "https://image.crisp.chat", "https://storage.crisp.chat",
    "https://game.crisp.chat", "wss://stream.relay.crisp.chat", "wss://client.relay.rescue.crisp.chat", "https://api.gleap.io",
    "wss://ws.gleap.io", "https://js.gleap.io", "https://app.gleap.io", "https://messenger-app.gleap.io",
    "https://outboundmedia.gleap.io", "wss://ws-eu.pusher.com", "https://sockjs-eu.pusher.com", "wss://ws-mt1.pusher.com",
    "https://sockjs-mt1.pusher.com",
)  # fmt: skip
"""What the manuals of two messengers list."""
CRISP = (
    "img-src data: https://*.crisp.chat; font-src https://*.crisp.chat; media-src https://*.crisp.chat; "
    "style-src 'unsafe-inline' https://*.crisp.chat; frame-src https://*.crisp.chat; script-src https://*.crisp.chat; "
    "worker-src blob: https://*.crisp.chat; "
    "connect-src https://*.crisp.chat wss://*.relay.crisp.chat wss://*.relay.rescue.crisp.chat"
)
GLEAP = (
    "frame-src 'self' https://*.gleap.io; script-src 'self' https://*.gleap.io; "
    "style-src 'self' 'unsafe-inline' https://*.gleap.io; font-src 'self' https://*.gleap.io data:; "
    "connect-src 'self' https://*.gleap.io wss://ws.gleap.io https://*.pusher.com wss://*.pusher.com; "
    "media-src 'self' https://*.gleap.io; img-src 'self' https://*.gleap.io data: blob:"
)


@pytest.mark.parametrize("policy", [CRISP, GLEAP], ids=["crisp", "gleap"])
def test_all_that_another_messenger_asked_for_may_go(policy: str) -> None:
    """Every source but the page's own `'self'`."""
    found = check_page(CHAT, Page((Given(policy),), SITE)).removable
    asked = {(part.split()[0], value) for part in policy.split("; ") for value in part.split()[1:]}
    assert {(one.directive, one.source) for one in found} == {one for one in asked if one[1] != "'self'"}
    assert all(one.code == "removable" and "Halloo does not need it" in one.text for one in found)


@pytest.mark.parametrize("origin", HOSTS_OF_OTHERS)
def test_their_hosts_are_known(origin: str) -> None:
    host = origin.partition("://")[2]
    vendor = vendor_of(host)
    assert vendor is not None
    assert host.endswith(f".{vendor}")
    assert names_vendor(f"connect-src {origin.upper()}")
    (one,) = check_page(CHAT, Page((Given(f"connect-src {origin}"),), SITE)).removable
    assert vendor in one.text


def test_what_may_go_and_what_may_not() -> None:
    policy = (
        "style-src 'self' 'UNSAFE-INLINE'; worker-src blob: https://a.test; img-src data: https://notcrisp.chat; font-src data:; "
        "script-src 'unsafe-inline' blob: https://crisp.chat.evil.test; frame-src https://*.chat.test; connect-src https://*.test"
    )
    found = check_page(CHAT, Page((Given(policy),), SITE)).removable
    assert [f"{one.directive} {one.source}" for one in found] == [
        "style-src 'UNSAFE-INLINE'", "worker-src blob:", "img-src data:", "font-src data:", "frame-src https://*.chat.test",
        "connect-src https://*.test",
    ]  # fmt: skip


def test_our_own_hosts_stay_even_below_a_vendor() -> None:
    here = replace(CHAT, hosts={**HOSTS, "client": "https://halloo.pusher.com"})
    page = Page((Given("frame-src https://halloo.pusher.com https://js.pusher.com"),), SITE)
    assert [one.source for one in check_page(here, page).removable] == ["https://js.pusher.com"]
