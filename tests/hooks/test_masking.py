"""What those who may not manage hooks never see, not even where a receiver says it back."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from halloo.hooks.masking import Veil, mask_url
from halloo.hooks.model import Attempt
from halloo.kit.outbound.model import Exchange, Timings

KEY, TOKEN, SIGNED = "a2sD/x_1+ü", 'tok"en<7>&', "z4FJQrJSPTJCEzXzISRc0"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "X-Shop": "seven", "X-Empty": "", "X-One": "1"}
HEAD = (
    b"POST /hooks HTTP/1.1\r\nwebhook-id: msg_1\r\nwebhook-signature: v1,%b v1,other\r\nX-Crisp-Signature: 079c\r\n\r\n"
)


def _in_php(text: str) -> str:
    return json.dumps(text).replace("/", "\\/")


WAYS: tuple[Callable[[str], str], ...] = (str, json.dumps, _in_php, html.escape, repr)


def veil(query: str = "") -> Veil:
    exchange = Exchange("status", 500, None, Timings(0, 0, 0, 0, 0), b"", b"", False, None, "")
    return Veil(
        Attempt(1, f"https://a.example/x?{query or 'key=' + quote(KEY)}", HEAD % SIGNED.encode(), exchange), HEADERS
    )


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("https://endpoint.example.com/crisp/hooks?key=KEY", "https://endpoint.example.com/crisp/hooks?key=***"),
        ("https://a.example/x", "https://a.example/x"),
        ("https://a.example/?KEY&a=1&&c=x=y?z=1", "https://a.example/?***&a=***&&c=***"),
        ("https://a.example/?b=&c2VjcmV0Zm9vYmFy==&c2VjcmV0Zm9vYmF=", "https://a.example/?***&***&***"),
        ("https://a.example?", "https://a.example?"),
    ],
)
def test_a_masked_address_shows_no_value_of_its_query(url: str, masked: str) -> None:
    assert mask_url(url) == masked


@pytest.mark.parametrize(
    "secret", [KEY, quote(KEY), quote(KEY, safe=""), TOKEN, f"Bearer {TOKEN}", "seven", SIGNED, "079c"]
)
@pytest.mark.parametrize("write", WAYS)
def test_what_was_sent_is_hidden_however_it_is_said_back(secret: str, write: Callable[[str], str]) -> None:
    said = veil().over(f"before {write(secret)} behind {write(secret)}")
    assert said.count("***") == 2
    assert said.startswith("before ")
    assert "behind" in said
    for part in (KEY, TOKEN, "seven", SIGNED, "079c", quote(KEY)):
        assert write(part).strip("\"'") not in said


def test_what_the_end_cuts_off_is_hidden_too() -> None:
    for length in range(4, len(SIGNED)):
        assert veil().over(f"got {SIGNED[:length]}") == "got ***"
    assert veil().over("got z4F") == "got z4F"


def test_a_key_without_a_name_is_hidden() -> None:
    key = base64.b64encode(b"a secret of mine").decode()
    assert key.endswith("=")
    assert key.strip("=") not in veil(key).over(f"I got {key} and {key}")


def test_everything_else_stays_and_short_words_do_not_tear_it() -> None:
    text = '{"error": 1, "id": "msg_1", "hint": "try again 01"}'
    assert veil("v=1&key=").over(text) == text
