"""Sealed texts."""

import pytest

from halloo.kit.sealing import Sealer

KEY = b"k" * 32


def test_what_was_sealed_opens_in_its_place_alone() -> None:
    sealer = Sealer(KEY, "test")
    sealed = sealer.seal("a secret", "here", "1")
    assert "secret" not in sealed
    assert sealer.open(sealed, "here", "1") == "a secret"
    assert Sealer(KEY, "test").open(sealed, "here", "1") == "a secret"
    for place in ((), ("here",), ("here1",), ("1", "here"), ("here", "1", ""), ("here", "2")):
        assert sealer.open(sealed, *place) is None
    assert Sealer(KEY, "other").open(sealed, "here", "1") is None
    assert Sealer(b"x" * 32, "test").open(sealed, "here", "1") is None


def test_the_same_text_never_looks_the_same() -> None:
    sealer = Sealer(KEY, "test")
    assert len({sealer.seal("a secret") for _ in range(50)}) == 50


@pytest.mark.parametrize("text", ["", "x", "====", "ä", "A" * 40, "null"])
def test_what_was_not_sealed_is_nothing(text: str) -> None:
    assert Sealer(KEY, "test").open(text) is None


def test_a_changed_byte_is_found() -> None:
    sealer = Sealer(KEY, "test")
    sealed = sealer.seal("a secret")
    for index in range(len(sealed) - 2):
        other = "A" if sealed[index] != "A" else "B"
        assert sealer.open(sealed[:index] + other + sealed[index + 1 :]) is None
