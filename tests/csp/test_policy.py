"""Parse and match, where the named cases do not say it already (csp contract 1)."""

import base64
import hashlib
from dataclasses import replace

import pytest

from halloo.csp.model import Destination, Given, Reading
from halloo.csp.policy import (
    CHAINS,
    KNOWN_DIRECTIVES,
    Load,
    Policy,
    allowed,
    deciding,
    match_url,
    may_create,
    parse,
    parse_source,
    requires_trusted_types,
    rule,
    split_header,
)

READINGS: tuple[Reading, ...] = ("browser", "letter")
SCRIPTS: tuple[Destination, ...] = ("script", "script-attr", "javascript-url")
STYLES: tuple[Destination, ...] = ("style", "style-attr")
OWN = "https://site.test"
C = "https://client.chat.test"


def one(text: str, reading: Reading = "browser", origin: str | None = OWN) -> Policy:
    (policy,) = parse(Given(text), origin, reading)
    return policy


@pytest.mark.parametrize("reading", READINGS)
def test_a_policy_keeps_its_text_and_the_order_of_its_directives(reading: Reading) -> None:
    policy = one("IMG-SRC  'self'\thttps://A.test ; x-unknown a b;;script-src", reading)
    assert [(directive.name, directive.values) for directive in policy.directives] == [
        ("img-src", ("'self'", "https://A.test")),
        ("x-unknown", ("a", "b")),
        ("script-src", ()),
    ]
    assert policy.text == "IMG-SRC  'self'\thttps://A.test ; x-unknown a b;;script-src"
    assert (policy.self_origin, policy.delivery, policy.disposition) == (OWN, "header", "enforce")


@pytest.mark.parametrize("text", ["", " \t;; ;", "é", "frame-src é"])
def test_a_policy_without_directives_is_none(text: str) -> None:
    assert parse(Given(text), OWN, "browser") == parse(Given(text), OWN, "letter") == ()


def test_a_meta_counts_in_the_head_only_and_never_reports_only() -> None:
    meta = Given("img-src 'none'", "meta")
    for reading in READINGS:
        assert len(parse(meta, OWN, reading)) == 1
        assert parse(replace(meta, in_head=False), OWN, reading) == ()
        assert parse(replace(meta, disposition="report"), OWN, reading) == ()
        assert len(parse(replace(meta, before_tag=False), OWN, reading)) == 1


def test_a_meta_of_ignored_directives_only_is_no_policy() -> None:
    text = "sandbox; frame-ancestors 'none'; report-uri /x"
    assert parse(Given(text, "meta"), OWN, "browser") == ()
    assert len(one(text).directives) == 3


def test_commas_split_headers_always_and_metas_in_browsers() -> None:
    text = " img-src a.test , ,frame-src b.test,"
    assert split_header(text) == ["img-src a.test", "frame-src b.test"]
    assert [policy.text for policy in parse(Given(text), OWN, "letter")] == split_header(text)
    assert len(parse(Given(text, "meta"), OWN, "browser")) == 2
    assert len(parse(Given(text, "meta"), OWN, "letter")) == 1


def test_what_a_token_means() -> None:
    host = parse_source("HTTPS://*.A.test:0443/Path/%20", "letter")
    assert (host.kind, host.scheme, host.host, host.port, host.path) == (
        "host",
        "https",
        "*.a.test",
        "0443",
        "/Path/%20",
    )
    assert parse_source("'STRICT-dynamic'", "letter")[1:3] == ("keyword", "'strict-dynamic'")
    assert parse_source("'Nonce-aB=='", "letter")[1:3] == ("nonce", "aB==")
    assert parse_source("'SHA256-a-_+'", "letter")[1:4] == ("hash", "a-_+", "sha256")
    assert parse_source("Web+App.1-x:", "letter").scheme == "web+app.1-x"
    assert parse_source("localhost:8080", "letter")[5:7] == ("localhost", "8080")
    assert parse_source("self", "letter").host == "self"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "'",
        "''",
        "'foo'",
        "'nonce-'",
        "'nonce-a==='",
        "'nonce-a=b'",
        "'nonce-a",
        "'sha1-abcd'",
        "'sha256-'",
        "'ſelf'",
        "1:",
        ":",
        "*.",
        "*a.test",
        "a..test",
        ".a",
        "a.*",
        "*.*.a",
        "a_b",
        "[::1]",
        "https://",
        "https:/a",
        "//a",
        "ab:x",
        "a:1:2",
        "a:-1",
        "a?x",
        "a#x",
        "é.test",
        "https://a/;",
        "https://a/b,c",
        "https://u@a",
        "data:x",
        "wor\u212aer:",
    ],
)
def test_what_is_no_source_expression(text: str) -> None:
    assert [parse_source(text, reading).kind for reading in READINGS] == ["invalid", "invalid"]


def test_known_directives_have_all_that_decide() -> None:
    assert {name for chain in CHAINS.values() for name in chain} <= KNOWN_DIRECTIVES
    assert {"base-uri", "frame-ancestors", "report-to", "trusted-types", "sandbox"} <= KNOWN_DIRECTIVES


def test_the_first_of_the_chain_decides_and_nothing_is_merged() -> None:
    policy = one(f"default-src *; child-src {C}; script-src 'none'")
    names = {destination: found.name for destination in CHAINS if (found := deciding(policy, destination))}
    assert (names["frame"], names["worker"], names["script-attr"], names["image"]) == (
        "child-src",
        "child-src",
        "script-src",
        "default-src",
    )
    assert deciding(one("base-uri 'none'"), "script") is None


@pytest.mark.parametrize(
    ("load", "effective", "blocked"),
    [
        (Load("script", f"{C}:8443/x?y"), "script-src-elem", f"{C}:8443"),
        (Load("script", f"{C}:443/x", hops=(f"{OWN}/y",)), "script-src-elem", C),
        (Load("script"), "script-src-elem", "inline"),
        (Load("script-attr"), "script-src-attr", "inline"),
        (Load("javascript-url"), "script-src-elem", "inline"),
        (Load("eval"), "script-src", "eval"),
        (Load("wasm"), "script-src", "wasm-eval"),
        (Load("style"), "style-src-elem", "inline"),
        (Load("style-attr"), "style-src-attr", "inline"),
        (Load("worker", "blob:https://site.test/1"), "worker-src", "blob"),
        (Load("connect", "wss://user:pass@relay.chat.test/x"), "connect-src", "wss://relay.chat.test"),
        (Load("image", "data:image/png,x"), "img-src", "data"),
        (Load("frame", "nonsense"), "frame-src", ""),
        (Load("frame", "http://[::1]:81/x"), "frame-src", "http://[::1]:81"),
    ],
)
def test_a_ruling_says_what_a_report_would(load: Load, effective: str, blocked: str) -> None:
    for reading in READINGS:
        ruling = rule(one("default-src 'none'", reading), load, reading)
        assert (ruling.allowed, ruling.effective, ruling.decided_by, ruling.blocked) == (
            False,
            effective,
            "default-src",
            blocked,
        )
        free = rule(one("base-uri 'none'", reading), load, reading)
        assert (free.allowed, free.effective, free.decided_by, free.blocked) == (True, effective, None, "")


def test_each_policy_that_blocks_says_so_by_itself() -> None:
    load = Load("image", "https://evil.test/x.png")
    rulings = [rule(one(text), load, "browser") for text in ("img-src 'none'", "default-src 'self'")]
    assert [(ruling.effective, ruling.decided_by) for ruling in rulings] == [
        ("img-src", "img-src"),
        ("img-src", "default-src"),
    ]


def test_a_report_only_policy_rules_and_blocks_nothing() -> None:
    reported = Given("frame-src 'none'", disposition="report")
    load = Load("frame", C)
    assert not rule(parse(reported, OWN, "browser")[0], load, "browser").allowed
    assert allowed({reading: parse(reported, OWN, reading) for reading in READINGS}, load)


@pytest.mark.parametrize("reading", READINGS)
def test_an_opaque_origin_is_not_self_and_lends_no_scheme(reading: Reading) -> None:
    for text, expected in (
        ("img-src 'self'", False),
        ("img-src site.test", False),
        ("img-src *", True),
        (f"img-src {OWN}", True),
    ):
        policy = one(text, reading, None)
        assert rule(policy, Load("image", f"{OWN}/x"), reading).allowed is expected, text


@pytest.mark.parametrize("reading", READINGS)
def test_a_page_of_its_own_scheme_is_within_the_star(reading: Reading) -> None:
    policy = one("img-src *", reading, "app://site")
    assert rule(policy, Load("image", "app://other/x"), reading).allowed
    assert not rule(policy, Load("image", "data:,x"), reading).allowed


@pytest.mark.parametrize("reading", READINGS)
def test_every_hop_of_a_redirect_counts_without_its_path(reading: Reading) -> None:
    policy = one(f"img-src {OWN}/go {C}/other", reading)
    assert rule(policy, Load("image", f"{OWN}/go?x", hops=(f"{C}/w", f"{OWN}/elsewhere")), reading).allowed
    blocked = rule(policy, Load("image", f"{OWN}/go", hops=(f"{C}/w", "https://evil.test/")), reading)
    assert (blocked.allowed, blocked.blocked) == (False, OWN)
    assert not rule(policy, Load("image", f"{C}/w", hops=(f"{C}/other",)), reading).allowed


@pytest.mark.parametrize("reading", READINGS)
def test_nonces(reading: Reading) -> None:
    policy = one("script-src 'nonce-a'; style-src 'nonce-a'; worker-src 'nonce-a'; img-src 'nonce-a'", reading)
    rows: tuple[tuple[Destination, bool], ...] = (
        ("script", True),
        ("style", True),
        ("worker", False),
        ("image", False),
    )
    for destination, expected in rows:
        assert rule(policy, Load(destination, f"{C}/x", nonce="a"), reading).allowed is expected
    assert rule(policy, Load("script", nonce="a"), reading).allowed
    for wrong in (
        Load("script", nonce="a", nonce_counts=False),
        Load("script", f"{C}/x", nonce="a", nonce_counts=False),
    ):
        assert not rule(policy, wrong, reading).allowed
    assert not rule(policy, Load("script-attr", nonce="a"), reading).allowed
    assert not rule(one("script-src 'self'", reading), Load("script", f"{C}/x", nonce=""), reading).allowed


def digest(code: str, algorithm: str = "sha256") -> str:
    return f"'{algorithm}-{base64.b64encode(hashlib.new(algorithm, code.encode()).digest()).decode()}'"


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_inline_code_by_its_hash(reading: Reading, algorithm: str) -> None:
    code = "window.é = 1"
    listed = digest(code, algorithm)
    for written in (listed, listed.upper()[:7] + listed[7:], listed.replace("+", "-").replace("/", "_")):
        policy = one(f"script-src {written}; style-src {written}", reading)
        assert rule(policy, Load("script", code=code), reading).allowed
        assert rule(policy, Load("style", code=code), reading).allowed
        assert not rule(policy, Load("script", code=f"{code} "), reading).allowed
        assert not rule(policy, Load("script-attr", code=code), reading).allowed


@pytest.mark.parametrize("reading", READINGS)
def test_attributes_and_addresses_need_unsafe_hashes_beside(reading: Reading) -> None:
    listed = " ".join(("'unsafe-hashes'", digest("go()"), digest("javascript:run()")))
    policy = one(f"script-src {listed}; style-src {listed}", reading)
    assert rule(policy, Load("script-attr", code="go()"), reading).allowed
    assert rule(policy, Load("style-attr", code="go()"), reading).allowed
    # Of a `javascript:` address the whole is hashed.
    assert rule(policy, Load("javascript-url", code="run()"), reading).allowed
    assert rule(policy, Load("javascript-url", code="javascript:run()"), reading).allowed
    assert not rule(policy, Load("javascript-url", code="go()"), reading).allowed


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    ("words", "script", "style"),
    [
        ("'unsafe-inline'", True, True),
        ("'unsafe-inline' 'nonce-a'", False, False),
        ("'unsafe-inline' 'sha256-abcd'", False, False),
        ("'unsafe-inline' 'strict-dynamic'", False, True),
        ("'unsafe-inline' 'report-sha256'", True, True),
        ("unsafe-inline *", False, False),
    ],
)
def test_unsafe_inline_and_what_switches_it_off(reading: Reading, words: str, script: bool, style: bool) -> None:  # noqa: FBT001 - a row
    policy = one(f"script-src {words}; style-src {words}", reading)
    assert [rule(policy, Load(kind), reading).allowed for kind in ("script", "script-attr", "javascript-url")] == [
        script
    ] * 3
    assert [rule(policy, Load(kind), reading).allowed for kind in STYLES] == [style] * 2


@pytest.mark.parametrize("reading", READINGS)
def test_strict_dynamic_trusts_what_scripts_make(reading: Reading) -> None:
    policy = one(f"script-src 'nonce-a' 'strict-dynamic' 'self' https: {C}", reading)
    for url in (None, f"{C}/x", "https://evil.test/x"):
        assert rule(policy, Load("script", url, parser_inserted=False), reading).allowed
        assert not rule(policy, Load("script", url), reading).allowed
    assert not rule(policy, Load("script-attr", parser_inserted=False), reading).allowed


@pytest.mark.parametrize("reading", READINGS)
def test_eval_and_wasm(reading: Reading) -> None:
    def passes(text: str, kind: str, *, enforced: bool | None = None) -> bool:
        load = Load("eval" if kind == "eval" else "wasm")
        return rule(one(text, reading), load, reading, trusted_types=enforced).allowed

    assert passes("script-src 'unsafe-eval'", "eval")
    assert passes("script-src 'unsafe-eval'", "wasm")
    assert passes("script-src 'wasm-unsafe-eval'", "wasm")
    assert not passes("script-src 'wasm-unsafe-eval'", "eval")
    assert not passes("script-src *", "eval")
    typed = "script-src 'trusted-types-eval'"
    assert not passes(typed, "eval")
    assert passes(typed, "eval", enforced=True)
    assert passes(f"{typed}; require-trusted-types-for 'script'", "eval")
    assert not passes(f"{typed}; require-trusted-types-for 'script'", "wasm")


def test_trusted_types_of_any_policy_count_for_eval() -> None:
    texts = ("script-src 'trusted-types-eval'", "require-trusted-types-for 'script'")
    both: dict[Reading, list[Policy]] = {reading: [one(text, reading) for text in texts] for reading in READINGS}
    assert allowed(both, Load("eval"))
    assert not allowed({reading: policies[:1] for reading, policies in both.items()}, Load("eval"))


def test_trusted_types_names() -> None:
    def may(text: str, name: str = "halloo", *, created: bool = False) -> bool:
        return may_create(one(text), name, created)

    assert may("img-src *", created=True)
    assert may("trusted-types halloo other")
    assert not may("trusted-types HALLOO")
    assert not may("trusted-types")
    assert not may("trusted-types 'none'")
    assert may("trusted-types 'none' halloo")
    assert may("trusted-types *")
    assert not may("trusted-types *", created=True)
    assert not may("trusted-types *", "a b")
    assert not may("trusted-types *", "*")
    assert may("img-src *", "a b")
    assert not may("trusted-types halloo", created=True)
    assert may("trusted-types halloo 'ALLOW-duplicates'", created=True)
    assert not may("trusted-types 'allow-duplicates'")


def test_what_requires_trusted_types() -> None:
    assert requires_trusted_types(one("require-trusted-types-for 'script'"))
    assert not requires_trusted_types(one("require-trusted-types-for script"))
    assert not requires_trusted_types(one("require-trusted-types-for 'SCRIPT'"))
    assert not requires_trusted_types(one("require-trusted-types-for"))
    assert not requires_trusted_types(one("trusted-types 'none'"))


def test_an_address_is_the_browsers_alone() -> None:
    by_reading: dict[Reading, list[Policy]] = {
        reading: [one("frame-src http://127.0.0.1:81", reading)] for reading in READINGS
    }
    assert allowed(by_reading, Load("frame", "http://127.0.0.1:81/w"))
    assert not allowed(by_reading, Load("frame", "http://127.0.0.2:81/w"))


@pytest.mark.parametrize("reading", READINGS)
def test_one_list_and_one_address(reading: Reading) -> None:
    policy = one(f"img-src {C}/a/", reading)
    directive = policy.directives[0]
    assert match_url(directive, f"{C}/a/b", policy, reading)
    assert not match_url(directive, f"{C}/b", policy, reading)
    assert match_url(directive, f"{C}/b", policy, reading, redirected=True)
    assert not match_url(directive, "/a/b", policy, reading)
    assert match_url(directive, f"https://user@CLIENT.chat.test:0443/a/{'x' * 9}#f", policy, reading)
