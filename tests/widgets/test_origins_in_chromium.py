"""What the normaliser accepts is what a browser would write: the same inputs through Chromium's own URL parser."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from halloo.widgets.origins import OriginError, normalise_origin
from tests.support.browser import launched

COUNT = 10_000
HOSTS = [
    "example", "com", "a", "b-c", "x_y", "1", "127", "0x7f", "255", "xn--mnchen-3ya", "xn--u4h",
    "xn--a", "xn--", "xn--4db", "xn--a-b", "xn--example-", "xn--zzzzzz", "null", "localhost",
    "co.uk", "münchen", "BÜCHER", "straße", "例え", "テスト", "παράδειγμα", "пример", "ａｂｃ", "ﬁ", "é",
    "e\u0301", "א", "٣", "💬", "ﷺ", "-a", "a-", "a--b", "ab--c", "", "Ⅷ", "㍿", "℡", "ä", "ß",
    "\xad", "\u200d", "\u0915\u094d\u200d\u0937",
]  # fmt: skip
DOTS = [".", ".", ".", ".", "。", "．", ".."]
SCHEMES = ["", "", "https://", "http://", "HTTPS://", "Http://", "https:", "ftp://", "//"]
TAILS = ["", "", "", "/", "/path", "?q", "#f", "/a?b#c", "/%zz", "/\u202e"]
PORTS = ["", "", "", ":80", ":443", ":8443", ":0080", ":", ":0", ":65536", ":x"]
ORIGIN_OF = "inputs => inputs.map(text => { try { return new URL(text).origin } catch { return null } })"


def some_input(chance: random.Random) -> str:
    host = chance.choice(HOSTS)
    for _ in range(chance.randint(0, 3)):
        host += chance.choice(DOTS) + chance.choice(HOSTS)
    if chance.random() < 0.1:
        at = chance.randint(0, len(host))
        host = host[:at] + chr(chance.choice([chance.randint(33, 126), chance.randint(160, 0x2FFF)])) + host[at:]
    return chance.choice(SCHEMES) + host + chance.choice(PORTS) + chance.choice(TAILS)


def origins_in_chromium(lists: list[list[str]]) -> list[list[str | None]]:
    with launched() as browser:
        page = browser.new_page()
        return [page.evaluate(ORIGIN_OF, inputs) for inputs in lists]


@pytest.mark.browser
def test_ten_thousand_random_inputs() -> None:
    chance = random.Random(20261121)
    accepted: dict[str, str] = {}
    for _ in range(COUNT):
        text = some_input(chance)
        try:
            accepted[text] = normalise_origin(text)
        except OriginError:
            continue
    assert len(accepted) > COUNT / 10
    inputs = [text if "://" in text[:9] else f"https://{text}" for text in accepted]
    with ThreadPoolExecutor(
        1
    ) as thread:  # Playwright keeps a loop running in its thread, where other tests need theirs
        written, again = thread.submit(origins_in_chromium, [inputs, list(accepted.values())]).result()
    differing = [
        (text, mine, first, second)
        for (text, mine), first, second in zip(accepted.items(), written, again, strict=True)
        if not mine == first == second
    ]
    assert differing == []
