"""Signed values: whatever was altered, made for another purpose or by another key does not open."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest
from msgspec import Struct

from halloo.kit.signing import Signer

KEY = b"k" * 32


class Claims(Struct):
    who: str
    until: int


SIGNER = Signer(KEY, "test")
SEALED = SIGNER.seal(Claims("ada", 5))


def test_what_was_sealed_opens() -> None:
    assert SIGNER.open(SEALED, Claims) == Claims("ada", 5)
    assert Signer(KEY, "test").open(SEALED, Claims) == Claims("ada", 5)
    for text in ("", "ä💬", "x" * 10_000):
        assert SIGNER.open(SIGNER.seal(Claims(text, -1)), Claims) == Claims(text, -1)


def test_every_altered_character_spoils_it() -> None:
    for at, old in enumerate(SEALED):
        for new in "Ab0-_.=":
            if new != old:
                assert SIGNER.open(SEALED[:at] + new + SEALED[at + 1 :], Claims) is None
    for cut in range(len(SEALED)):
        assert SIGNER.open(SEALED[:cut], Claims) is None


@pytest.mark.parametrize("extra", ["A", "=", ".", " ", "\n", "\x00", ".x"])
def test_nothing_may_be_added(extra: str) -> None:
    assert SIGNER.open(SEALED + extra, Claims) is None
    assert SIGNER.open(extra + SEALED, Claims) is None


@pytest.mark.parametrize("text", ["", ".", "..", "a.b", "0", "null", "[]", "ä.b", "\ud800.x", "{}.", "a" * 100_000])
def test_what_nobody_sealed_does_not_open(text: str) -> None:
    assert SIGNER.open(text, Claims) is None


def test_another_key_or_purpose_does_not_open() -> None:
    for other in (Signer(b"o" * 32, "test"), Signer(KEY, "other"), Signer(KEY, ""), Signer(KEY, "test ")):
        assert other.open(SEALED, Claims) is None
        assert SIGNER.open(other.seal(Claims("ada", 5)), Claims) is None


@pytest.mark.parametrize(
    "claims", [{"who": "ada"}, {"who": 1, "until": 5}, [], None, "ada", {"who": "ada", "until": "5"}]
)
def test_another_shape_does_not_open(claims: Any) -> None:
    assert SIGNER.open(SIGNER.seal(claims), Claims) is None


def test_an_unsigned_or_self_signed_body_does_not_open() -> None:
    body = SEALED.partition(".")[0]
    for mac in ("", "none", body, urlsafe_b64encode(b"\x00" * 32).rstrip(b"=").decode()):
        assert SIGNER.open(f"{body}.{mac}", Claims) is None
