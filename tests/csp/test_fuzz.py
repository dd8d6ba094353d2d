"""No text makes the matcher fail, and none makes it slow (csp contract 7.3)."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from halloo.csp.model import Delivery, Destination, Given, Reading
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
    requires_trusted_types,
    rule,
    split_header,
)
from tests.csp.guided import find_nothing, guided

READINGS: tuple[Reading, ...] = ("browser", "letter")
PIECES = st.sampled_from(
    (
        *sorted(KNOWN_DIRECTIVES),
        *";,'*:/%?#.é",
        "*.",
        "://",
        "//",
        "%2F",
        "%E9",
        "443",
        "[::1]",
        "https:",
        "client.chat.test",
        "'self'",
        "'none'",
        "'nonce-a'",
        "'sha256-abcd'",
        "'strict-dynamic'",
        "'unsafe-inline'",
        *(" ", "\t", "\v", "\0", "\u00a0", "\u212a", "\ud800", "0" * 5000, "9" * 5000),
    )
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join), st.lists(PIECES, max_size=40).map(" ".join))
DESTINATIONS = st.sampled_from(sorted(CHAINS))
LOADS = st.builds(
    Load,
    DESTINATIONS,
    st.none() | TEXTS | TEXTS.map("https://client.chat.test/{}".format) | TEXTS.map("https://{}".format),
    TEXTS,
    TEXTS,
    st.booleans(),
    st.lists(TEXTS, max_size=2).map(tuple),
    TEXTS,
)


@given(TEXTS, st.sampled_from(["header", "meta"]), st.none() | TEXTS, LOADS)
@example("frame-src h:" + "9" * 5000, "header", "https://a:" + "9" * 5000, Load("frame", "https://h:" + "9" * 5000))
@example("script-src 'sha256-abcd'", "header", None, Load("script", code="\ud800"))
def test_no_text_makes_it_fail(text: str, delivery: Delivery, origin: str | None, load: Load) -> None:
    by_reading: dict[Reading, tuple[Policy, ...]] = {}
    for reading in READINGS:
        by_reading[reading] = parse(Given(text, delivery), origin, reading)
        for policy in by_reading[reading]:
            ruling = rule(policy, load, reading)
            assert ruling.allowed or ruling.decided_by in CHAINS[load.destination]
            assert not (ruling.allowed and ruling.blocked)
            assert (ruling.decided_by is None) is (deciding(policy, load.destination) is None)
            requires_trusted_types(policy)
            may_create(policy, text, created=False)
    allowed(by_reading, load)


@given(TEXTS)
def test_a_header_falls_into_policies_that_need_no_more_splitting(text: str) -> None:
    for part in split_header(text):
        assert split_header(part) == [part]
        assert len(parse(Given(part), None, "browser")) <= 1


@given(TEXTS, st.sampled_from(READINGS))
def test_a_policy_written_again_from_its_parts_means_the_same(text: str, reading: Reading) -> None:
    for policy in parse(Given(text), "https://site.test", reading):
        again = "; ".join(" ".join((one.name, *one.values)) for one in policy.directives)
        (parsed,) = parse(Given(again), "https://site.test", reading)
        assert parsed.directives == policy.directives


@given(st.lists(TEXTS, min_size=1, max_size=3), LOADS)
def test_another_policy_only_restricts(texts: list[str], load: Load) -> None:
    lists: dict[Reading, list[Policy]] = {
        reading: [policy for text in texts for policy in parse(Given(text), "https://site.test", reading)]
        for reading in READINGS
    }
    # Trusted Types of another policy are the one thing that opens something: `eval` with 'trusted-types-eval'.
    if load.destination != "eval" and allowed(lists, load):
        assert allowed({reading: policies[:-1] for reading, policies in lists.items()}, load)


HOSTILE = {
    "names": " ".join(f"a{number:x}.b" for number in range(10_000)),
    "paths": " ".join(f"h.b/{number:04x}" for number in range(10_000)),
    "prefixes": " ".join(f"h.b/{number:04x}/" for number in range(10_000)),
    "ports": " ".join(f"h.b:{number}" for number in range(1000, 10_000)),
    "protocols": " ".join(f"a{number:x}://h.b" for number in range(10_000)),
    "depths": " ".join("h.b" + "/" * number for number in range(360)),
    "encoded": " ".join(f"h.b/%{number % 256:02x}" for number in range(10_000)),
    "nonces": " ".join(f"'nonce-{number:x}'" for number in range(10_000)),
    "hashes": " ".join(f"'sha256-{number:04x}'" for number in range(10_000)),
    "words": "'self' " * 10_000,
    "letters": "a " * 32_768,
    "directives": "; ".join(f"x{number:x} y" for number in range(10_000)),
    "empty": ";" * 65_536,
    "blanks": " " * 65_536,
    "commas": "img-src a," * 6_553,
    "dots": "a." * 32_768,
    "dashes": "-" * 65_536,
    "quotes": "'" * 65_536,
    "slashes": "h/" + "/" * 65_534,
    "percent": "h/" + "%2F" * 21_844,
    "colons": ":" * 65_536,
    "schemes": "a://" * 16_384,
    "digits": "h:" + "9" * 65_534,
    "padding": "'nonce-" + "=" * 65_529,
}
KINDS: tuple[Destination, ...] = ("script", "frame", "connect", "style", "worker")
BUSY = 2.5
"""What a processor may lose to its neighbours."""
URLS = ("https://h.b/%zz/x", "https://a.b/x", "https://" + "a." * 120 + "b/" + "%2F" * 1000)


@pytest.mark.parametrize("name", HOSTILE)
def test_policies_of_64_kib_take_no_time(name: str) -> None:
    text = f"default-src {HOSTILE[name]}"[:65_536]
    # Commas make a policy of every ten bytes, and each is asked: thirty thousand rulings.
    assert _quickest(text) < BUSY * (0.3 if name == "commas" else 0.05)


def test_text_of_64_kib_is_parsed_in_time() -> None:
    taken: list[float] = []
    for _ in range(5):
        begun = time.process_time()
        assert len(parse(Given(HOSTILE["commas"]), "https://site.test", "browser")) == 6_553
        taken.append(time.process_time() - begun)
    assert min(taken) < BUSY * 0.1


SOURCES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "http://", "https://", "ws://", "wss://", "HTTPS://"]),
    st.sampled_from(["*", "*.test", "*.chat.test", "client.chat.test", "CHAT.test", "127.0.0.1", "site.test"]),
    st.sampled_from(["", "", ":*", ":80", ":443", ":0443", ":8443"]),
    st.sampled_from(
        ["", "", "/", "/w", "/w/", "/%77", "/%77/", "/w/x", "/w%2F", "/w%2Fx", "/%E9/", "/%C3%A9/x", "/w?x"]
    ),
)
ADDRESSES = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https", "ws", "wss"]),
    st.sampled_from(["client.chat.test", "chat.test", "a.b.chat.test", "127.0.0.1", "site.test"]),
    st.sampled_from(["", ":80", ":443", ":8443"]),
    st.sampled_from(["", "/", "/w", "/w/", "/w/x", "/w/x?y", "/w%2Fx", "/W", "/%C3%A9/x", "/%E9/x", "/%E9/%C3%A9"]),
)


@given(
    st.lists(SOURCES | st.sampled_from(["'self'", "https:", "ws:", "*"]), min_size=1, max_size=6),
    ADDRESSES,
    st.sampled_from(READINGS),
    st.booleans(),
    st.sampled_from(["https://site.test", "http://site.test:81", "http://site.test", None]),
)
def test_a_list_matches_what_any_of_its_sources_matches(
    texts: list[str],
    url: str,
    reading: Reading,
    redirected: bool,  # noqa: FBT001 - a drawn value
    origin: str | None,
) -> None:
    def matches(chosen: list[str]) -> bool:
        (policy,) = parse(Given(f"img-src {' '.join(chosen)}"), origin, reading)
        return match_url(policy.directives[0], url, policy, reading, redirected=redirected)

    one_by_one = [matches([text]) for text in texts]
    assert matches(texts) is any(one_by_one)
    assert matches([*texts, "'none'"]) is matches(texts[::-1])


def _quickest(text: str) -> float:
    """CPU seconds, the best of five: parsed and asked for every kind of load, as browsers read it."""
    taken: list[float] = []
    for _ in range(5):
        begun = time.process_time()
        for policy in parse(Given(text), "https://site.test", "browser"):
            for kind in KINDS:
                rule(policy, Load(kind, URLS[0], "x", "sha256-zzzz"), "browser")
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("url", URLS)
def test_long_addresses_take_no_time(reading: Reading, url: str) -> None:
    (policy,) = parse(Given(f"img-src {HOSTILE['encoded']}"[:65_536]), url, reading)
    begun = time.process_time()
    rule(policy, Load("image", url, hops=(url, "https://" + "." * 65_536)), reading)
    assert time.process_time() - begun < 0.1


@guided
def test_a_guided_fuzzer_finds_nothing() -> None:
    find_nothing("fuzz_policy.py", runs=20_000, longest=4096)
