"""Reports as cleaned values (csp contract 1.6, 5): both formats, what is kept of them, what they are counted with."""

import json
from dataclasses import replace
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halloo.csp.model import Deployment
from halloo.csp.reports import (
    CUT,
    MANY_MAX,
    ONE_MAX,
    POLICY_MAX,
    SAMPLE_MAX,
    URL_MAX,
    USED_MAX,
    Report,
    origin_of,
    read_reports,
    size_limit,
    sort_reports,
)
from tests.support.csp import CLIENT, SHOP, Violation, body_of

ONE = Deployment({"client": CLIENT, "relay": CLIENT}, frozenset({"chat"}))
OWN_NAMES = Deployment({"client": CLIENT, "relay": "https://relay.example"}, frozenset({"chat"}))


def read(violation: Violation) -> Report:
    found = read_reports(body_of(violation))
    assert found is not None
    return found[0]


def sorted_kinds(*violations: Violation, deployment: Deployment = ONE) -> list[tuple[str, int]]:
    found = read_reports(json.dumps([one.new() for one in violations]).encode())
    assert found is not None
    kept = sort_reports(found, deployment, lambda origin: origin == SHOP)
    return [(one.kind, one.count) for one in kept.groups.values()]


def test_both_formats_say_the_same() -> None:
    violation = Violation(sample="alert(1)")
    old = read_reports(json.dumps(violation.old()).encode())
    new = read_reports(json.dumps([violation.new()]).encode())
    assert old == new
    assert old is not None
    assert old == [
        Report(
            page=f"{SHOP}/cart",
            page_origin=SHOP,
            disposition="enforce",
            directive="frame-src",
            blocked=CLIENT,
            source=f"{CLIENT}/public/embed/x",
            sample="alert(1)",
            policy="default-src 'self'; frame-src 'none'",
            policy_digest=old[0].policy_digest,
        )
    ]


def test_an_old_browser_gives_the_directive_with_its_values() -> None:
    body = Violation().old()
    body["csp-report"] |= {"effective-directive": None, "violated-directive": "Script-Src 'self' https://a.example"}
    assert [one.directive for one in read_reports(json.dumps(body).encode()) or []] == ["script-src"]


def test_nothing_secret_of_an_address_is_kept() -> None:
    report = read(
        Violation(
            page="https://ada:key@Shop.example:443/cart?token=secret#pay",
            blocked=f"{CLIENT}/x?session=secret",
            source="https://cdn.example/a.js?key=secret#secret",
        )
    )
    assert (report.page, report.blocked, report.source) == (f"{SHOP}/cart", CLIENT, "https://cdn.example/a.js")
    assert "secret" not in str(report)


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("inline", "inline"),
        ("eval", "eval"),
        ("wasm-eval", "wasm-eval"),
        ("trusted-types-policy", "trusted-types-policy"),
        ("data", "data"),
        ("data:text/html,SECRET", "data"),
        ("blob:https://shop.example/1-2-3", "blob"),
        ("ws", "ws"),
        ("wss", "wss"),
        ("wss://relay.example/relay?ticket=x", "wss://relay.example"),
        ("https://SHOP.example:8443/x", "https://shop.example:8443"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]"),
        ("chrome-extension://abcdef/inject.js", "chrome-extension"),
        ("https://shop.example:99999/", "unknown"),
        ("https:///", "unknown"),
        ("//shop.example/", "unknown"),
        ("https", "https"),
        ("", "unknown"),
        ("a word of a stranger", "unknown"),
        ("<b>", "unknown"),
    ],
)
def test_what_was_blocked_is_an_origin_a_keyword_or_a_scheme(given_text: str, kept: str) -> None:
    assert read(Violation(blocked=given_text)).blocked == kept


@pytest.mark.parametrize("name", ["frame-source", "", "x" * 4_999, "<script>", "frame-src\u0000", "__proto__"])
def test_a_directive_that_is_none_is_other(name: str) -> None:
    assert read(Violation(directive=name)).directive == "other"


def test_fields_have_caps() -> None:
    policy = "img-src " + " ".join(f"https://a{number}.example" for number in range(220))
    violation = Violation(page=f"{SHOP}/{'p' * 900}", policy=policy, source=f"{SHOP}/{'s' * 900}", sample="é" * 90)
    report = read(violation)
    assert (len(report.page), len(report.source), len(report.sample)) == (URL_MAX, URL_MAX, SAMPLE_MAX)
    assert len(report.policy.encode()) <= POLICY_MAX
    assert report.policy.endswith(CUT)
    other = read(replace(violation, policy=f"{policy} https://b.example"))
    assert (report.policy, report.key()) != (other.policy, other.key()), "what is behind the cut still counts"
    assert report.policy == other.policy


def test_a_policy_is_kept_without_what_one_visit_has() -> None:
    text = "script-src 'nonce-{}' 'self';\n  report-uri https://key:word@in.example/csp?key={} /other?x={}, img-src a.example"
    one, two = (read(Violation(policy=text.format(word, word, word))) for word in ("r4nd0m", "0ther+/="))
    assert one.key() == two.key()
    assert one.policy == (
        "script-src 'nonce-NONCE' 'self'; report-uri https://in.example/csp /other, img-src a.example"
    )


def test_what_hides_or_turns_text_is_not_kept() -> None:
    report = read(Violation(sample="a\u0000\u202eb\u2066\u200b  c\n\ufeff", policy="img-src\u0000 \u202e'self'\u200f"))
    assert (report.sample, report.policy) == ("ab c", "img-src 'self'")
    assert read(Violation(page=f'{SHOP}/\u202e\u0000"<é')).page == f'{SHOP}/%E2%80%AE%00"<%C3%A9'


@pytest.mark.parametrize(
    "change",
    [
        {"page": "https://other.example/"},
        {"disposition": "report"},
        {"directive": "script-src-elem"},
        {"blocked": "https://cdn.example/x.js"},
        {"policy": "default-src 'self'"},
    ],
)
def test_a_group_is_page_disposition_directive_blocked_and_policy(change: dict[str, str]) -> None:
    assert read(Violation()).key() != read(replace(Violation(), **change)).key()


def test_nothing_else_makes_a_group() -> None:
    same = [
        {"page": f"{SHOP}/other?x=1"},
        {"source": "https://cdn.example/"},
        {"sample": "x"},
        {"blocked": f"{CLIENT}/path"},
    ]
    assert {read(replace(Violation(), **change)).key() for change in same} == {read(Violation()).key()}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, "ours"),
        ({"blocked": f"{CLIENT}/public/embed/x"}, "ours"),
        ({"blocked": "https://ads.example", "source": ""}, "others"),
        ({"blocked": "inline", "source": f"{SHOP}/app.js"}, "others"),
        ({"blocked": "wss", "directive": "connect-src", "source": ""}, "others"),
        ({"blocked": "chrome-extension"}, "extensions"),
        ({"source": "moz-extension://1234/x.js"}, "extensions"),
        ({"source": "safari-web-extension://1234/x.js"}, "extensions"),
        ({"source": "webkit-masked-url://hidden/"}, "extensions"),
        ({"source": "user-script:7"}, "extensions"),
        ({"page": f"{CLIENT}/public/widget/x", "blocked": "https://ads.example"}, "ours"),
    ],
)
def test_whose_business_it_is(change: dict[str, str], kind: str) -> None:
    assert sorted_kinds(replace(Violation(), **change)) == [(kind, 1)]


def test_a_socket_that_is_told_of_by_its_scheme_is_ours_where_a_page_needs_one() -> None:
    ours = replace(OWN_NAMES, features=frozenset({"chat", "pusher"}))
    socket = Violation(blocked="wss", directive="connect-src", source="")
    assert sorted_kinds(socket, deployment=ours) == [("ours", 1)]
    assert sorted_kinds(replace(socket, directive="img-src"), deployment=ours) == [("others", 1)]
    assert sorted_kinds(replace(socket, blocked="wss://relay.example/"), deployment=ours) == [("ours", 1)]


def test_what_a_page_reports_too_is_no_extensions_business() -> None:
    """Whoever comes first: one visitor's extension must not hide what keeps the chat away from all others."""
    by_extension, by_page = Violation(source="chrome-extension://x/y.js"), Violation()
    assert sorted_kinds(by_extension, by_page, by_page) == [("ours", 3)]
    assert sorted_kinds(by_page, by_extension) == [("ours", 2)]
    assert sorted_kinds(by_extension, by_extension) == [("extensions", 2)]


def test_pages_of_strangers_are_only_counted() -> None:
    pages = (
        "https://evil.example/",
        "about:srcdoc",
        "",
        "null",
        f"{SHOP}.evil.example/",
        "https://shop.example@evil.example",
    )
    found = read_reports(json.dumps([Violation(page=page).new() for page in pages]).encode())
    kept = sort_reports(found or [], ONE, lambda origin: origin == SHOP)
    assert (kept.groups, kept.foreign) == ({}, len(pages))


def test_twenty_of_an_array_are_used_and_no_other_kind_takes_their_place() -> None:
    other: Any = {"type": "csp-hash", "body": {"documentURL": SHOP}}
    given_ones = [*[other] * 30, *[Violation().new()] * 25]
    assert len(read_reports(json.dumps(given_ones).encode()) or []) == USED_MAX


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"1",
        b'"text"',
        b"\xff\xfe",
        b'{"csp-report":{"document-uri":"\xff"}}',
        b'{"csp-report":{"document-uri":"\\ud800"}}',
        b"{",
        b"[[[]]]",
        b"[" * 60_000,
        b'{"a":' * 3_000,
        b"[" * 30_000 + b"]" * 30_000,
        b'[{"type":"csp-violation","body":' + b"9" * 5_000 + b"}]",
        b'{"csp-report":null}',
        b'{"csp-report":[]}',
        b'[{"type":"csp-violation"},{"body":{}},null,1,"x",[]]',
        b'[{"type":"deprecation","body":{"documentURL":"https://shop.example/"}}]',
    ],
)
def test_what_is_no_report_is_none(body: bytes) -> None:
    assert read_reports(body) == []


def test_fields_of_another_type_are_as_good_as_absent() -> None:
    fields: list[Any] = [None, 1, 1.5, True, [], {}, ["https://shop.example"]]
    for wrong in fields:
        body = {"csp-report": dict.fromkeys(Violation().old()["csp-report"], wrong)}
        (report,) = read_reports(json.dumps(body).encode()) or []
        assert (report.page, report.page_origin, report.directive, report.blocked) == ("", None, "other", "unknown")


def test_sizes_by_type() -> None:
    assert size_limit("application/csp-report") == ONE_MAX
    assert size_limit("Application/Reports+JSON; charset=utf-8") == size_limit("application/json") == MANY_MAX
    for other in ("", "text/plain", "application/x-www-form-urlencoded", "application/csp-reports", "json"):
        assert size_limit(other) == 0
    large = Violation(policy="x" * ONE_MAX)
    assert read_reports(json.dumps(large.old()).encode()) is None
    assert len(read_reports(json.dumps([large.new()]).encode()) or []) == 1


_WORDS = st.text(max_size=60) | st.sampled_from(
    [
        "https://",
        "?",
        "#",
        "'nonce-",
        "report-uri ",
        ";",
        "@",
        "shop.example",
        "\\",
        "%",
        "[",
        "::",
        "wss:",
        "-extension:",
    ]
)


@given(st.lists(_WORDS, max_size=12).map("".join))
@settings(max_examples=400, deadline=None)
def test_whatever_is_written_nothing_fails_and_every_cap_holds(text: str) -> None:
    body = Violation(*[text] * 3, policy=text, disposition=text, source=text, sample=text)
    for one in (body.old(), [body.new()]):
        sent = json.dumps(one).encode()
        found = read_reports(sent)
        if found is None:
            assert len(sent) > ONE_MAX, "a report that is too large is said to be so"
            continue
        (report,) = found
        assert len(report.page) <= URL_MAX >= len(report.source)
        assert len(report.sample) <= SAMPLE_MAX
        assert len(report.blocked) <= 300
        assert report.disposition in {"enforce", "report"}
        for kept in (report.page, report.blocked, report.source):
            assert kept.isascii()
            assert not {"?", "#", " "} & set(kept)
            assert "\0" not in kept
        assert "\0" not in report.policy + report.sample
        assert report.page_origin in {None, origin_of(report.page)}


@pytest.mark.parametrize(
    "policy",
    [
        "; " * 20_000,
        ";report-uri " * 4_000,
        "report-uri " + "?" * 50_000,
        "report-uri " + "//" * 25_000,
        "'nonce-" * 8_000,
        " " * 50_000,
        "\t;report-uri" * 4_000,
        "report-uri " + "/@" * 25_000,
    ],
)
def test_a_hostile_policy_is_cleaned_at_once(policy: str) -> None:
    body = json.dumps([Violation(policy=policy).new()]).encode()
    assert len(body) <= 2 * MANY_MAX
    begun = perf_counter()
    assert read_reports(body)
    assert perf_counter() - begun < 0.25
