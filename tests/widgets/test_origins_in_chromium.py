"""The normaliser in Python, the one in TypeScript and Chromium's own URL parser on the same inputs (done-when 2)."""

import os
import random
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halloo.widgets.origins import OriginError, normalise_origin
from tests.support.browser import launched
from tests.support.bundle import bundled

pytestmark = pytest.mark.browser
COUNT = 10_000
AT_ONCE = 2_500
LABELS = [
    "example", "com", "a", "b-c", "x_y", "1", "01", "127", "255", "256", "0x7f", "0x", "0xg", "xn--mnchen-3ya", "xn--u4h",
    "xn--a", "xn--", "xn--4db", "xn--a-b", "xn--abc-", "xn--example-", "xn--zzzzzz", "XN--MNCHEN-3YA", "xn--999999b",
    "xn--mnchen-3yaa", "xn--1ug", "null", "NULL", "http", "https", "localhost", "co.uk", "münchen", "MÜNCHEN", "straße",
    "STRASSE", "ẞ", "例え", "テスト", "παράδειγμα", "ς", "пример", "ａｂｃ", "ﬁ", "é", "e\u0301", "\u0301", "א", "אב1",
    "1א", "א-", "אa", "٣", "۳", "٣۳", "עַ", "بي\u200cبي", "न\u094d\u200d", "\u200d", "\u200c", "क\u094d\u200cष",
    "💬", "☃", "♥", "ﷺ", "-a", "a-", "a--b", "ab--c", "é-", "éé--a", "", "Ⅷ", "㍿", "℡", "⒈", "℀", "㏂", "ä", "ß",
    "\xad", "a\u034fb", "\u2060", "\ufeff", "l·l", "a·b", "·", "β͵α", "͵α", "א׳", "׳", "ア・イ", "a・b", "・", "ー", "〇",
    "ᄀ", "각", "각", "Ⴀ", "ა", "Ა", "Ꭰ", "ꭰ", "１２７", "𝐚", "𠀀", "𞤀", "\ue000", "\ufffd", "ǆ", "İ", "ı", "K", "Å",
    "a" * 63, "a" * 64, "ä" * 30, "ä" * 60, "\xad" * 400,
]  # fmt: skip
TAME = ["example", "com", "b-c", "x_y", "1a", "xn--mnchen-3ya", "münchen", "MÜNCHEN", "straße", "例え", "テスト", "παράδειγμα",
        "пример", "ａｂｃ", "ﬁ", "é", "e\u0301", "אב1", "אa1", "عربي", "l·l", "Ⅷ", "㍿", "각", "ა", "𠀀"]  # fmt: skip
SIGNS = ["@", "%", "%41", "%2e", "*", "[", "]", "[::1]", "\\", " ", "\t", "\n", "\x00", "\x7f", "\x1f", "\x85", "\u3000",
         "\u2028", "<", ">", "^", "|", "`", "'", '"', "{", "}", "!", "$", "&", "(", ")", "+",
         ",", ";", "=", "~", "／", "？", "＠", "：", "％"]  # fmt: skip
DOTS = [".", ".", ".", ".", ".", "。", "．", "｡", "..", "․"]
SCHEMES = [*[""] * 10, *["https://"] * 12, *["http://"] * 12, "HTTPS://", "Http://", "https:", "https:/", "http:///", "ftp://",
           "//", "///", "file://", "javascript:", "javascript://", "data:", "ws://", "wss://", "h+t-t.p://", "1http://",
           "ｈttps://", "https ://", "view-source:https://"]  # fmt: skip
PORTS = [*[""] * 20, ":80", ":443", ":8443", ":0080", ":00443", ":", "::", ":0", ":65535", ":65536", ":x", ":1x", ":-1", ":１",
         ":8 0", ":80:80", f":{'0' * 300}81", ":٣"]  # fmt: skip
TAILS = [*[""] * 12, "/", "/path", "?q", "#f", "/a?b#c", "/%zz", "/\u202e", "/@x", "?@x", "#@x", "/\\x", ";x", "/a b"]
USERS = [*[""] * 16, "user@", "user:pw@", "@", "a%40b@", "evil.example@"]
EDGES = [*[""] * 30, " ", "\t", "\r\n", "\u3000", "\ufeff", "\x00"]
ALIKE = [range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xAC00, 0xD7A4), range(0x20000, 0x2A6E0)]
"""Han in three blocks, and Hangul: no mapping, no combining, no joining, one direction."""

EVERY = 16
CHROMIUM_AND_TYPESCRIPT = """texts => texts.map(text => {
  const parsed = url => { try { return new URL(url).origin } catch { return null } };
  const { origin, error } = origins.normaliseOrigin(text);
  const typed = text.replace(/^[ \\t\\r\\n]+|[ \\t\\r\\n]+$/g, "");
  const prepared = /^[A-Za-z][A-Za-z0-9+.-]*:\\/\\//.test(typed) ? typed : "https://" + typed;
  return [origin ?? error, parsed(prepared), parsed(origin)];
})"""
Told = list[tuple[str, str | None, str | None]]
Ask = Callable[[list[str]], Told]
"""For each text: what TypeScript says of it, the origin Chromium reads in it, and the one it reads in the answer."""


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Ask a page, in the one thread that Playwright keeps busy."""
    script = bundled("web/packages/core/src/origins.ts", "origins")

    def opened(context: Any) -> Any:
        page = context.__enter__().new_page()
        page.evaluate(f"() => {{ {script}; window.origins = origins }}")
        return page

    with ThreadPoolExecutor(1) as thread:
        context = launched()
        page = thread.submit(opened, context).result()
        yield lambda texts: thread.submit(page.evaluate, CHROMIUM_AND_TYPESCRIPT, texts).result()
        thread.submit(context.__exit__, None, None, None).result()


def python_says(text: str) -> tuple[str, bool]:
    """The origin or the reason, and whether it was accepted."""
    try:
        return normalise_origin(text), True
    except OriginError as error:
        return error.reason, False


def differences(ask: Ask, texts: list[str]) -> tuple[list[object], int]:
    """Where the three do not agree, and how many were accepted."""
    found: list[object] = []
    accepted = 0
    for at in range(0, len(texts), AT_ONCE):
        some = texts[at : at + AT_ONCE]
        for text, (typescript, written, again) in zip(some, ask(some), strict=True):
            python, good = python_says(text)
            accepted += good
            if python != typescript or (good and not python == written == again):
                found.append((text, python, typescript, written, again))
    return found, accepted


def some_host(chance: random.Random) -> str:
    if chance.random() < 0.08:
        return ".".join(
            chance.choice(["0", "1", "127", "255", "256", "01", "0x7f", "１", "", "1e1"])
            for _ in range(chance.randint(1, 5))
        )
    labels = chance.choice([LABELS, TAME, TAME])
    host = chance.choice(labels)
    for _ in range(chance.choice([0, 1, 1, 1, 2, 3])):
        host += chance.choice(DOTS) + chance.choice(labels)
    if chance.random() < 0.15:
        at = chance.randint(0, len(host))
        any_sign = chr(
            chance.choice([chance.randint(33, 126), chance.randint(128, 0x2FFF), chance.randint(0x3000, 0xD7FF)])
        )
        host = (
            host[:at]
            + chance.choice([any_sign, chr(chance.randint(0xE000, 0x10FFFF)), chance.choice(SIGNS)])
            + host[at:]
        )
    return host + chance.choice([*[""] * 30, ".", ".."])


def some_input(chance: random.Random) -> str:
    parts = (EDGES, SCHEMES, USERS, None, PORTS, TAILS, EDGES)
    return "".join(some_host(chance) if part is None else chance.choice(part) for part in parts)


def test_ten_thousand_random_inputs(ask: Ask) -> None:
    seed = int(os.environ.get("HALLOO_TEST_SEED", uuid.uuid4().int % 1_000_000))
    print(f"HALLOO_TEST_SEED={seed}")  # noqa: T201 - pytest shows it where the test fails
    chance = random.Random(seed)
    texts: dict[str, None] = {}
    while len(texts) < COUNT:
        texts[some_input(chance)] = None
    found, accepted = differences(ask, list(texts))
    assert found == []
    assert accepted > COUNT / 10


def test_every_letter_there_is(ask: Ask) -> None:
    """Each code point alone, and each among others and behind one that runs from right to left.

    Of the long rows of characters that are all of one kind, a part will do where it is their neighbours that count.
    """
    points = [*range(0x80, 0xD800), *range(0xE000, 0x10000), *range(0x20000, 0x2A700), *range(0x10000, 0x110000, 101)]
    some = [point for point in points if point % EVERY == 0 or not any(point in row for row in ALIKE)]
    for shape, chosen, least in (("{}.example", points, 90_000), ("a{}b", some, 10_000), ("א{}", some, 500)):
        found, accepted = differences(ask, [shape.format(chr(point)) for point in chosen])
        assert found == []
        assert accepted > least


PIECES = st.sampled_from([*LABELS, *SIGNS, *DOTS, *SCHEMES, *PORTS, *TAILS, *USERS])
TEXTS = st.one_of(st.text(max_size=12), st.lists(PIECES, max_size=8).map("".join))


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=30, max_size=60))
def test_no_text_parts_the_three(ask: Ask, texts: list[str]) -> None:
    assert differences(ask, texts)[0] == []
