import hmac
from base64 import b64decode, b64encode
from typing import Any

from halloo.hooks.model import Hook, Secret, envelope, webhook_id
from halloo.hooks.sign import REPLAY, TEST, Hmac, Letterhead
from halloo.kit.outbound.model import Url

CURRENT = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
FOLLOWING = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
NOW = 1506985697000
URL = Url(
    "https://endpoint.example.com/crisp/hooks?key=KEY", "https", "endpoint.example.com", 443, "/crisp/hooks?key=KEY", False
)  # fmt: skip
ID = webhook_id("0192f0c5-a4e8-7c3a-b1d2-0f6e5a4b3c2d").encode()
DATA = b'{"website_id":"w","session_id":"session_s","inbox_id":null,"fingerprint":150698569649423}'
BODY = envelope("w", "message:removed", DATA, 1506985696616)
VECTOR = b"""\
POST /crisp/hooks?key=KEY HTTP/1.1
Host: endpoint.example.com
Content-Type: application/json
Content-Length: 167
User-Agent: Halloo-Hooks/1
Accept-Encoding: identity
X-Crisp-Hook-Origin: website/rtm 42286ab3b29a4fde production
X-Crisp-Request-Timestamp: 1506985697000
X-Crisp-Signature: 079c4b266119fae890b10065cc9295aecf2d7370fcc5e7078a70c3a122a896e2
X-Crisp-Signature-Next: 17ca15619191fe767dbb2359332eec3f3ad77d336501d76d003e14b58ef8e0dc
X-Delivery-Attempt-Count: 1
X-Delivery-Attempt-Limit: 10
X-Halloo-Sequence: 90817
webhook-id: msg_0192f0c5a4e87c3ab1d20f6e5a4b3c2d
webhook-timestamp: 1506985697
webhook-signature: v1,z4FJQrJSPTJCEzXzISRc0+YsPvZeEZTrB7eZWTRqLk4= v1,SF3O22HbAtN2F8NVGgDpynrrmxY5caeGULCxykOMPpw=

{"website_id":"w","event":"message:removed","data":{"website_id":"w","session_id":"session_s","inbox_id":null,"fingerprint":150698569649423},"timestamp":1506985696616}"""
SEQUENCE = b"X-Halloo-Sequence: 90817\r\n"


def hook(**values: Any) -> Hook:
    usual: dict[str, Any] = {
        "workspace_id": "w", "id": "42286ab3-b29a-4fde-8538-da0ae501d825", "kind": "website", "environment": "production",
        "name": "A hook", "url": URL.text, "events": ("message:removed",), "signing": "signed", "timeout_ms": 2000,
        "max_in_flight": 10, "ordered": "none", "retry": "standard", "headers": {}, "enabled": True,
        "disabled_reason": None, "version": 1, "created_at": 0, "updated_at": 0,
    }  # fmt: skip
    usual.update(values)
    return Hook(**usual)


def secrets(promotes_at: int | None = None) -> tuple[Secret, Secret]:
    return (
        Secret("a", "current", CURRENT, "Hh8=", 0, None),
        Secret("b", "next", FOLLOWING, "Pj8=", 0, promotes_at),
    )


def lines(head: bytes) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:-2])


def test_the_whole_request_during_a_rotation_is_the_contracts_byte_by_byte() -> None:
    head = Letterhead(hook(), URL, secrets(NOW + 1)).write(ID, BODY, NOW, 1, 10, SEQUENCE)
    said, body = VECTOR.split(b"\n\n", 1)
    assert head.written == said.replace(b"\n", b"\r\n") + b"\r\n\r\n"
    assert head.kept == head.written
    assert body == BODY


def test_a_hook_that_is_not_signed_tells_when_and_of_what_all_the_same() -> None:
    said = lines(Letterhead(hook(signing="none"), URL, secrets()).write(ID, BODY, NOW, 1, 10).written)
    assert not [name for name in said if "signature" in name.lower()]
    assert said["webhook-id"] == ID.decode()
    assert said["webhook-timestamp"] == "1506985697"
    assert said["X-Crisp-Request-Timestamp"] == str(NOW)
    assert "X-Halloo-Sequence" not in said


def test_a_plugin_hook_is_signed_whatever_it_says_and_named_with_its_environment() -> None:
    plugin = hook(kind="plugin", signing="none", environment="development")
    said = lines(Letterhead(plugin, URL, secrets()[:1]).write(ID, BODY, NOW, 1, 10).written)
    assert said["X-Crisp-Hook-Origin"] == "plugin/rtm 42286ab3b29a4fde development"
    assert said["X-Crisp-Signature"] == "079c4b266119fae890b10065cc9295aecf2d7370fcc5e7078a70c3a122a896e2"
    assert "X-Crisp-Signature-Next" not in said


def test_the_next_secret_becomes_the_current_one_by_the_clock() -> None:
    letterhead = Letterhead(hook(), URL, secrets(NOW + 1000))
    before = lines(letterhead.write(ID, BODY, NOW + 999, 1, 10).written)
    assert before["webhook-signature"].count("v1,") == 2
    at = NOW + 1000
    said = lines(letterhead.write(ID, BODY, at, 1, 10).written)
    raw = b64decode(FOLLOWING.removeprefix("whsec_"))
    standard = hmac.digest(raw, b"%b.%d.%b" % (ID, at // 1000, BODY), "sha256")
    assert said["webhook-signature"] == f"v1,{b64encode(standard).decode()}"
    crisp = hmac.new(FOLLOWING.encode(), b"[%d;%b]" % (at, BODY), "sha256")
    assert said["X-Crisp-Signature"] == crisp.hexdigest()
    assert "X-Crisp-Signature-Next" not in said


def test_own_headers_are_written_and_not_kept() -> None:
    letterhead = Letterhead(hook(headers={"Authorization": "Bearer abc", "X-Mine": "1"}), URL, secrets())
    head = letterhead.write(ID, BODY, NOW, 3, 10, SEQUENCE + REPLAY)
    assert lines(head.written)["Authorization"] == "Bearer abc"
    assert head.written.endswith(b"X-Mine: 1\r\n\r\n")
    assert head.written.replace(b"Authorization: Bearer abc\r\nX-Mine: 1\r\n", b"") == head.kept
    assert lines(head.kept)["X-Halloo-Replay"] == "1"
    assert lines(head.kept)["X-Delivery-Attempt-Count"] == "3"


def test_a_test_call_says_so_and_another_port_stands_in_host() -> None:
    url = URL._replace(scheme="http", port=8080)
    said = lines(Letterhead(hook(), url, secrets()).write(ID, BODY, NOW, 1, 1, TEST).written)
    assert said["X-Halloo-Test"] == "1"
    assert said["Host"] == "endpoint.example.com:8080"
    assert said["X-Delivery-Attempt-Limit"] == "1"


def test_a_key_of_any_length_signs_as_hmac_does() -> None:
    for length in (0, 1, 32, 50, 63, 64, 65, 200):
        key = bytes(range(length % 256))
        for message in (b"", b"x", b"y" * 5000):
            assert Hmac(key).of(message).digest() == hmac.digest(key, message, "sha256")
