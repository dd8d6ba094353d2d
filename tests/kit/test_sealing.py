"""Sealed texts: unreadable without the key, and nothing else opens."""

from halloo.kit.sealing import Sealer

KEY = b"k" * 32


def test_what_was_sealed_opens_and_looks_different_each_time() -> None:
    sealer = Sealer(KEY, "mail")
    one, two = sealer.seal("hi_secret ü"), sealer.seal("hi_secret ü")
    assert one != two
    assert "hi_secret" not in one
    assert sealer.open(one) == sealer.open(two) == "hi_secret ü"


def test_nothing_else_opens() -> None:
    sealer = Sealer(KEY, "mail")
    sealed = sealer.seal("secret")
    assert Sealer(KEY, "identity").open(sealed) is None
    assert Sealer(b"x" * 32, "mail").open(sealed) is None
    altered = sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]
    for text in (altered, sealed[:-4], "", "x", "ü", "AAAA", sealed + "AAAA"):
        assert sealer.open(text) is None
