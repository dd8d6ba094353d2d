"""Pages as somebody hands them in: hostile text costs time by its length alone, and nothing is left out in silence."""

import time

import pytest

from halloo.csp.asked import CHARS, POLICIES, Asked, NothingAsked, TooMuch, origin_of, put_together
from halloo.csp.checkup import check_page
from halloo.csp.model import Deployment
from halloo.csp.page import read_html
from halloo.csp.shown import shown
from halloo.kit.refusals import Invalid

CLIENT = "https://chat.example"
SHOP = Deployment({"client": CLIENT, "relay": CLIENT}, frozenset({"chat", "pusher"}), widget_id="w1")
HTML = (
    *("<", "<!--", "<a ", "<a '", "<script>", "<script><!--<script>", "<template>", "<meta http-equiv=x ", "&#99999999999;"),
    *("<base href='http://['>", "<script src='http://['>", "<script src='https://chat.example:99999/public/embed/w1'></script>"),
)  # fmt: skip


@pytest.mark.parametrize("unit", HTML)
@pytest.mark.parametrize("before", ["", "<x ", "<x a='", "<script>", "<!--"])
def test_hostile_html_is_read_in_a_time_that_grows_with_its_length(before: str, unit: str) -> None:
    began = time.process_time()
    read_html(before + unit * (256 * 1024 // len(unit)), SHOP)
    assert time.process_time() - began < 1.5  # quadratic time would be minutes


@pytest.mark.parametrize("unit", [";", "x ", "'none' ", "a b;", "https://*.x ", "'", "trusted-types a;", "é "])
@pytest.mark.parametrize("before", ["", "default-src ", "script-src 'nonce-a' 'strict-dynamic' ", "sandbox "])
def test_a_policy_as_long_as_may_be_is_answered(before: str, unit: str) -> None:
    text = (before + unit * CHARS)[:CHARS]
    read = put_together(Asked((("header", text),)), SHOP)
    began = time.process_time()
    assert shown(check_page(SHOP, read.page, "auto", read.notes)).endswith(".")
    assert time.process_time() - began < 5


def test_more_than_is_read_is_refused_and_not_called_good() -> None:
    with pytest.raises(TooMuch):
        put_together(Asked((("header", "x" * (CHARS + 1)),)), SHOP)
    with pytest.raises(TooMuch):
        put_together(Asked((("header", "img-src a," * (POLICIES + 1)),)), SHOP)
    with pytest.raises(TooMuch):
        put_together(Asked((("meta", ", ".join(["img-src a"] * (POLICIES + 1))),)), SHOP)
    fits = put_together(Asked((("meta", ", ".join(["img-src a"] * POLICIES)),)), SHOP)
    assert len(fits.page.policies) == 1
    with pytest.raises(NothingAsked):
        put_together(Asked(), SHOP)


def test_too_much_is_refused_before_it_is_cut_into_policies() -> None:
    """A million of them would take seconds and a gigabyte."""
    began = time.process_time()
    with pytest.raises(TooMuch):
        put_together(Asked((("header", "a," * 1_000_000),)), SHOP)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://shop.example", "https://shop.example"),
        (" HTTPS://Shop.Example:443/cart?x#y ", "https://shop.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_an_origin_has_one_form(text: str, origin: str) -> None:
    assert origin_of(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "shop.example",
            "javascript:1",
            "https://",
            "https://[",
            "https://a:b@c",
            "https://x:99999",
            "https://a b",
        ),
        *("https://%41", "https://a\\b", "https://..", "https://a..b", "https://[fe80::1%eth0]/", "https://İ.example"),
    ],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        origin_of(text)
    assert refused.value.details == {"field": "page_origin"}


def test_a_line_of_headers_says_itself_what_it_is() -> None:
    lines = ("Content-Security-Policy: img-src a", "content-security-policy-report-only : img-src b")
    page = put_together(Asked(tuple(("header", line) for line in lines)), SHOP).page
    assert [(one.disposition, one.text) for one in page.policies] == [("enforce", "img-src a"), ("report", "img-src b")]
