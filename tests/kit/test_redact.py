"""What must not stand in a log is found, by its key and by its shape; everything else stays readable."""

import time

import pytest

from halloo.kit.ids import new_secret
from halloo.kit.redact import HIDDEN, redact, redact_text
from halloo.kit.signing import Signer


@pytest.mark.parametrize("prefix", ["hvt_", "hlt_", "hal_", "hs_", "hi_", ""])
def test_our_own_secrets_are_hidden_wherever_they_stand(prefix: str) -> None:
    for _ in range(50):
        secret = new_secret(prefix)
        for text in (secret, f"token {secret}.", f"https://chat.example/x#{secret}", f'{{"t":"{secret}"}}'):
            assert secret not in redact_text(text), text


def test_signed_values_are_hidden() -> None:
    token = Signer(b"k" * 32, "relay").seal({"role": "visitor"})
    assert redact_text(f"connect with {token} failed") == f"connect with {HIDDEN} failed"
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert redact_text(jwt) == HIDDEN


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://halloo:s3cret@db/halloo", f"postgresql://halloo:{HIDDEN}@db/halloo"),
        ("rediss://:s3cret@cache:6380/0", f"rediss://:{HIDDEN}@cache:6380/0"),
        ("host=db user=halloo password=s3cret", f"host=db user=halloo password={HIDDEN}"),
        ("Authorization: Bearer abcdefgh", f"Authorization: Bearer {HIDDEN}"),
        ("__Host-halloo=hs_abcdefghijklm; Path=/", f"__Host-halloo={HIDDEN}; Path=/"),
        ("GET /x?access_token=abc&y=1", f"GET /x?access_token={HIDDEN}&y=1"),
        ("of whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= today", f"of {HIDDEN} today"),
        ("550 <ada@shop.example> unknown", f"550 <{HIDDEN}> unknown"),
        ("a" * 3 + "0123456789abcdef" * 4, "aaa" + "0123456789abcdef" * 4),
        ("key " + "0123456789abcdef" * 4, f"key {HIDDEN}"),
        ("a secret without a digit JrWhmIPRlWzZffOkuURHGVCNSbnrEVQqDuACWnfSlcA", f"a secret without a digit {HIDDEN}"),
    ],
)
def test_shapes_of_secrets(text: str, shown: str) -> None:
    assert redact_text(text) == shown


def test_what_a_database_quotes_of_a_row_is_hidden() -> None:
    told = 'null value in column "x"\nDETAIL:  Failing row contains (1, my diagnosis\nis bad).\n\nThe above exception was the direct cause'
    assert (
        redact_text(told) == f'null value in column "x"\nDETAIL: {HIDDEN}\n\nThe above exception was the direct cause'
    )
    assert "my diagnosis" not in redact_text('invalid input syntax for type json: "my diagnosis"')


@pytest.mark.parametrize(
    "text",
    [
        "The outbox could not be read; looking again",
        "https://chat.example/core/conversations/0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1",
        "test_a_function_with_a_very_long_name_that_has_no_number_and_no_capital",
        "2026-11-28T20:28:31.662361Z",
        "postgresql://db/halloo",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "metrics_token",
        "Authorization",
        "set-cookie",
        "content",
        "text",
        "excerpt",
        "email",
        "client_secret",
    ],
)
def test_names_of_secrets_and_of_what_people_say(key: str) -> None:
    assert redact(key, "whatever it is") == HIDDEN
    assert redact("frame", {key: "whatever it is", "t": "send"}) == {key: HIDDEN, "t": "send"}
    assert redact("frames", [{key: ["whatever it is"]}]) == [{key: HIDDEN}]


def test_anything_may_be_logged() -> None:
    class Odd:
        def __repr__(self) -> str:
            return "Odd(hvt_0123456789abcdef)"

    deep: dict[str, object] = {}
    deep["again"] = deep
    assert redact("odd", Odd()) == f"Odd({HIDDEN})"
    assert redact("code", 4008) == 4008
    assert redact("nothing", None) is None
    assert redact("deep", deep)
    assert len(redact_text("x " * 100_000)) < 17_000


@pytest.mark.parametrize(
    "text", ["a" * 16_000, "%41." * 4_000, "-eyJaaaaaa" * 1_600, f"x://{'a' * 15_000}:", "a@" * 8_000]
)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    redact_text(text)
    assert time.process_time() - began < 0.25
