import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halloo.widgets.errors import DomainInvalid, TooManyDomains
from halloo.widgets.origins import (
    REASONS,
    OriginError,
    decide,
    is_inexpressible,
    is_ipv4_origin,
    is_plain_http,
    normalise_domains,
    normalise_origin,
)

FILES = Path(__file__).parents[1] / "vectors"
VECTORS = json.loads((FILES / "origin_vectors.json").read_text("utf-8"))
CASES = json.loads((FILES / "origin_cases.json").read_text("utf-8"))
"""What the vectors leave open, and the tables of matching; TypeScript reads the same file."""
PIECES = st.sampled_from(
    [
        "http",
        "https",
        "://",
        ":",
        "/",
        "//",
        ".",
        "a",
        "example",
        "com",
        "münchen",
        "ß",
        "。",
        "127",
        "0x1",
        "1",
        "0",
        "443",
        "_",
        "-",
        "xn--",
        "@",
        "%",
        "*",
        "[",
        "]",
        "?",
        "#",
        "\\",
        " ",
        "null",
        "💬",
        "ａ",
        "É",
        "localhost",
        "\ud800",
        "\x00",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=10).map("".join))


def outcome(text: str) -> tuple[str | None, str | None]:
    try:
        return normalise_origin(text), None
    except OriginError as error:
        return None, error.reason


def test_the_vectors_are_those_of_the_contract() -> None:
    digest = hashlib.sha256((FILES / "origin_vectors.json").read_bytes()).hexdigest()
    assert digest == "28d0e7fc81aa1ec9028274e3180c121e07706efabc0bc707471d3f50f0232de7"
    assert all((vector["output"] is None) != (vector["error"] is None) for vector in VECTORS)


@pytest.mark.parametrize("vector", [*VECTORS, *CASES["normalise"]], ids=lambda vector: vector["input"][:40])
def test_vectors(vector: dict[str, str | None]) -> None:
    assert outcome(vector["input"] or "") == (vector["output"], vector["error"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com?x=1#y", "https://example.com"),
        ("\thttps://Example.COM\r\n", "https://example.com"),
        ("https://example.com:", "https://example.com"),
        ("https://example.com:00443", "https://example.com"),
        ("http://example.com:443", "http://example.com:443"),
        ("https://straße.de", "https://xn--strae-oqa.de"),
        ("https://אב.1a", "bad_idn"),
        ("https://xn--1ug.example", "https://xn--1ug.example"),
        ("example.com/a b", "bad_char"),
        ("https://user:pw@example.com", "userinfo"),
        ("https://a%2eb.com", "bad_host"),
        ("https://.example.com", "bad_host"),
        ("https://exa$mple.com", "bad_host"),
        ("http:example", "bad_port"),
        ("http", "bad_scheme"),
        ("https:", "bad_scheme"),
        ("http://http", "http://http"),
        ("null:8080", "opaque"),
        ("0x7f", "bad_ipv4"),
        ("http://1.2.3.04", "bad_ipv4"),
        ("http://1.2.3.256", "bad_ipv4"),
        ("http://0x.0x", "bad_ipv4"),
        ("https://a.1", "bad_ipv4"),
        ("https://example.com:１", "bad_port"),
        ("javascript://x", "bad_scheme"),
        ("https://münchen.de.", "trailing_dot"),
        (f"https://{'a.' * 127}com", "bad_host"),
        ("https://example.com/" + "a" * 2029, "too_long"),
        ("https://example.com/" + "a" * 2028, "https://example.com"),
    ],
)
def test_rules(text: str, expected: str) -> None:
    assert expected in outcome(text)


@given(TEXTS)
def test_every_text_has_an_answer_and_the_answer_is_its_own(text: str) -> None:
    output, error = outcome(text)
    if output is None:
        assert error in REASONS
    else:
        assert outcome(output) == (output, None)
        assert output.isascii()
        assert output == output.lower()
        assert not set(output) & set(" ;,'\"\\<>")


def test_entries_are_normalised_once_each_in_order() -> None:
    assert normalise_domains(["b.example", "https://A.example/x", "https://b.example:443"]) == (
        "https://b.example",
        "https://a.example",
    )


def test_one_bad_entry_refuses_all() -> None:
    with pytest.raises(DomainInvalid) as refused:
        normalise_domains(["shop.example", "*.shop.example", "x.example"])
    assert refused.value.message == "domains[1]: wildcards are not supported; add each host."
    assert refused.value.details == {"index": 1, "input": "*.shop.example", "reason": "wildcard"}


def test_a_hundred_entries_and_no_more() -> None:
    hosts = [f"h{number}.example" for number in range(101)]
    assert len(normalise_domains([*hosts[:100], hosts[0]])) == 100
    with pytest.raises(TooManyDomains):
        normalise_domains(hosts)


@pytest.mark.parametrize("case", CASES["decide"], ids=lambda case: f"{case['domains']} {case['origin']}")
def test_matching(case: dict[str, Any]) -> None:
    assert decide(case["domains"], case["origin"]) == case["decision"]


def test_8_an_http_entry_admits_no_https_page() -> None:
    assert decide(["http://a.com"], "https://a.com") == "deny"
    assert decide(["http://a.com"], "http://a.com") == "allow"


def test_what_a_warning_is_for() -> None:
    assert is_ipv4_origin("http://127.0.0.1:5173")
    assert not is_ipv4_origin("https://1.example")
    assert is_inexpressible("https://a_b.example")
    assert is_plain_http("http://shop.example")
    assert not any(
        map(is_plain_http, ["http://localhost:3000", "http://a.localhost", "http://127.0.0.1", "https://x.example"])
    )
