"""F20: what receivers check signatures with, unmodified, takes every request, and refuses one that was touched.

npm `crisp-api` and `standardwebhooks`, PyPI `standardwebhooks`; with one secret and during a rotation.
"""

import json
import random
import subprocess
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from halloo.hooks.catalogue import EVENTS
from halloo.hooks.model import Hook, Secret, envelope, webhook_id
from halloo.hooks.samples import render_test
from halloo.hooks.sign import Letterhead
from halloo.kit.ids import new_id
from halloo.kit.json import canonical, dump
from halloo.kit.outbound.url import parse_url
from node import find_node
from tests.conftest import ROOT, WORKSPACE

CURRENT = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
NEXT = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
WRONG = "whsec_QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8="
OURS, THEIRS = "x-crisp-signature", "x-crisp-signature-next"
SAID: dict[str, Any] = {
    "emoji": "Hey 😀👩‍👩‍👧‍👦🇦🇹",
    "accents": "é e\u0301 ß Ω ı İ",
    "breaks": 'a\u2028b\u2029c\nd\te\\f"g/<script>\x7f\ufeff',
    "controls": "\x00\x01\x08\x0b\x0c\x1f",
    "nested": {"a": [{"b": [[], {}, [None, True, {"c": {"10": 1, "2": 2, "x": 3, "01": 4}}]]}]},
    "numbers": [0, -0.0, 1.0, 1e15, 0.1, 1e-5, 4.69e-6, -9.99e-6, 1e-7, 5e-324, 1 / 3, 2**53 - 1, -(2**53) + 1, 123456.789],
    "keys": {"b": 1, "10": 2, "2": 3, "01": 4, "-1": 5, "4294967295": 6, "4294967294": 7, "0": 8, "": 9, "__proto__": 10},
}  # fmt: skip


class Call(NamedTuple):
    """A request as a receiver gets it."""

    headers: dict[str, str]
    body: bytes


def request(data: bytes, event: str = "message:send", *, rotates: bool = False, kind: str = "website") -> Call:
    """A signed request, as it is written."""
    values: dict[str, Any] = dict.fromkeys(Hook.__struct_fields__, 0)
    values |= {"id": new_id(), "kind": kind, "environment": "production", "signing": "signed", "headers": {}}
    now = time.time_ns() // 1_000_000
    secrets = [Secret("a", "current", CURRENT, "", now, None)]
    if rotates:
        secrets.append(Secret("b", "next", NEXT, "", now, now + 60_000))
    letterhead = Letterhead(Hook(**values), parse_url("https://endpoint.example.com/hooks?key=KEY"), secrets)
    body = envelope(WORKSPACE, event, data, now)
    head = letterhead.write(webhook_id(new_id()).encode(), body, now, 1, 10).written.decode()
    lines = [line.partition(": ") for line in head.rstrip("\r\n").split("\r\n")[1:]]
    return Call({name.lower(): value for name, _, value in lines}, body)


def in_node(asked: list[tuple[Call, str, str]]) -> list[dict[str, bool]]:
    """What the libraries for Node say of each request, with a secret and the header that holds the signature."""
    given = [
        {"secret": secret, "body": call.body.decode(), "headers": call.headers, "signature": signature}
        for call, secret, signature in asked
    ]
    script = Path(__file__).parent / "verify.mjs"
    command = [find_node().node, str(script), str(ROOT / "web" / "package.json")]
    done = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, encoding="utf-8", check=True, timeout=120
    )
    return json.loads(done.stdout)


def in_python(call: Call, secret: str) -> bool:
    try:
        return dump(canonical(Webhook(secret).verify(call.body, call.headers))) == call.body
    except WebhookVerificationError:
        return False


def payloads() -> list[tuple[str, bytes]]:
    own = [(event.name, render_test(event.name, WORKSPACE, "hook")) for event in EVENTS]
    said = {**json.loads(own[0][1]), "content": SAID}
    return [*own, ("message:send", dump(canonical(said))), ("session:set_data", dump(canonical({"data": SAID})))]


BOTH = {"crisp": True, "standard": True}
NEITHER = {"crisp": False, "standard": False}


@pytest.mark.parametrize("kind", ["website", "plugin"])
def test_f20_every_event_is_taken_by_each_library(kind: str) -> None:
    calls = [request(data, event, kind=kind) for event, data in payloads()]
    assert all(THEIRS not in call.headers for call in calls)
    assert in_node([(call, CURRENT, OURS) for call in calls]) == [BOTH] * len(calls)
    assert all(in_python(call, CURRENT) for call in calls)


def test_f20_during_a_rotation_who_knows_either_secret_takes_it() -> None:
    calls = [request(data, event, rotates=True) for event, data in payloads()]
    assert in_node([(call, CURRENT, OURS) for call in calls]) == [BOTH] * len(calls)
    assert in_node([(call, NEXT, THEIRS) for call in calls]) == [BOTH] * len(calls)
    for secret in (CURRENT, NEXT):
        assert all(in_python(call, secret) for call in calls)


@pytest.mark.parametrize("rotates", [False, True])
def test_f20_a_byte_that_was_changed_is_refused_by_each(*, rotates: bool) -> None:
    chance = random.Random(20)
    call = request(payloads()[-2][1], rotates=rotates)
    touched: list[Call] = []
    for _ in range(200):
        at = chance.randrange(len(call.body))
        byte = bytes([(call.body[at] + chance.randrange(1, 128)) % 128])
        body = call.body[:at] + byte + call.body[at + 1 :]
        if _reads(body):
            touched.append(Call(call.headers, body))
    touched += [Call(call.headers, call.body[:-1] + b',"more":1}'), Call(call.headers, b"{}")]
    assert len(touched) > 20
    secrets = [(CURRENT, OURS), *([(NEXT, THEIRS)] if rotates else [])]
    for secret, signature in secrets:
        assert in_node([(one, secret, signature) for one in touched]) == [NEITHER] * len(touched)
        assert not any(in_python(one, secret) for one in touched)


def _reads(body: bytes) -> bool:
    """Whether a changed body is one that says something else: white space beside a colon is no change to a library that parses."""
    try:
        return dump(canonical(json.loads(body))) == body and isinstance(json.loads(body), dict)
    except ValueError:
        return False


def test_another_secret_id_or_time_is_refused_by_each() -> None:
    call = request(payloads()[0][1])
    later = str(int(call.headers["webhook-timestamp"]) + 1)
    in_crisp = str(int(call.headers["x-crisp-request-timestamp"]) + 1)
    moved = Call({**call.headers, "webhook-timestamp": later, "x-crisp-request-timestamp": in_crisp}, call.body)
    named = Call({**call.headers, "webhook-id": "msg_" + "0" * 32}, call.body)
    assert in_node([(call, WRONG, OURS), (moved, CURRENT, OURS)]) == [NEITHER] * 2
    assert in_node([(named, CURRENT, OURS)]) == [{"crisp": True, "standard": False}], "it signs no id"
    assert [in_python(*one) for one in ((call, WRONG), (moved, CURRENT), (named, CURRENT))] == [False] * 3
