"""Text: what is cleaned, shortened, folded and taken for an address."""

import pytest

from halloo.kit.text import clean, excerpt, fold, is_email, search_words


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ("plain", "plain"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("a\r\nb\rc\n\td", "a\nb\nc\n\td"),
        ("a\ud800b", "a\ufffdb"),
        ("👩‍👩‍👧 עברית العربية", "👩‍👩‍👧 עברית العربية"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_clean(given: str, due: str) -> None:
    assert clean(given) == due
    assert clean(due) == due
    due.encode()


@pytest.mark.parametrize(
    "address",
    ["a@b.co", "Ada.Lovelace+x@mail.example.org", "ä@münchen.example", "o'neill@e.example", "a@xn--mnchen-3ya.de"],
)
def test_addresses(address: str) -> None:
    assert is_email(address)


@pytest.mark.parametrize(
    "text",
    ["", "a", "@", "a@", "@b.co", "a@b", "a@b.c", "a@@b.co", "a b@c.co", "a@b..co", "a@.co", "a@b.co.", "a@b.co\n",
     "a\x00@b.co", "a@b\x00.co", "a\n@b.co", "<a@b.co>", "a@b.co,c@d.co", "a@b.co;x", "a\x7f@b.co", f"{'a' * 65}@b.co",
     f"a@{'b' * 250}.co", "a\\@b.co", '"a"@b.co', "a@[127.0.0.1]"],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    assert not is_email(text)


def test_an_address_is_judged_quickly_however_it_is_built() -> None:
    assert not is_email("a@" + "a." * 126)
    assert not is_email("a@" + "a" * 250)
    assert not is_email("a" * 100_000 + "@")


def test_excerpt() -> None:
    assert excerpt("  one\n\ntwo\tthree ") == "one two three"
    long = excerpt("word " * 1_000, 20)
    assert len(long) <= 20
    assert long.endswith("…")
    assert excerpt("x" * 10, 10) == "x" * 10


@pytest.mark.parametrize(
    ("one", "two"),
    [("STRASSE", "straße"), ("Café", "cafe"), ("ﬁne", "fine"), ("İ", "i"), ("Ω", "ω"), ("ｆｕｌｌ", "full")],
)
def test_fold_compares_what_people_take_for_the_same(one: str, two: str) -> None:
    assert fold(one) == fold(two)


def test_words() -> None:
    assert search_words("Hello, wörld! 42") == ["hello", "world", "42"]
    assert search_words("東京都") == ["東京", "京都"]
    assert search_words("\x00 '\" *") == []
    assert search_words("a' OR 1=1 --") == ["a", "or", "1", "1"]
