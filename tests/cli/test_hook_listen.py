"""`halloo hook listen` says of every request whether it is genuine, and of every other one what is wrong with it."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from halloo.cli.hook import receiver as receiving
from halloo.cli.hook.receiver import Connection, Receiver, Shown
from halloo.cli.hook.show import Printer, clean
from halloo.cli.hook.verdict import BadSecret, Verdict, judge, read_secrets
from tests.support.product import SOURCES
from tests.support.receiver import until

CURRENT = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
NEXT = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
OTHER = "whsec_" + base64.b64encode(b"o" * 32).decode()
BODY = (
    b'{"website_id":"w","event":"message:removed","data":{"website_id":"w","session_id":"session_s","inbox_id":null,'
    b'"fingerprint":150698569649423},"timestamp":1506985696616}'
)
AT_MS = 1506985697000
VECTOR = {
    "x-crisp-request-timestamp": "1506985697000",
    "x-crisp-signature": "079c4b266119fae890b10065cc9295aecf2d7370fcc5e7078a70c3a122a896e2",
    "x-crisp-signature-next": "17ca15619191fe767dbb2359332eec3f3ad77d336501d76d003e14b58ef8e0dc",
    "webhook-id": "msg_0192f0c5a4e87c3ab1d20f6e5a4b3c2d",
    "webhook-timestamp": "1506985697",
    "webhook-signature": (
        "v1,z4FJQrJSPTJCEzXzISRc0+YsPvZeEZTrB7eZWTRqLk4= v1,SF3O22HbAtN2F8NVGgDpynrrmxY5caeGULCxykOMPpw="
    ),
}
"""Headers of the hooks contract's example (3), during a rotation."""


def signed(
    secret: str, body: bytes = BODY, *, at: int | None = None, id_: str = "msg_1", more: dict[str, str] | None = None
) -> dict[str, str]:
    """Headers as a sender makes them."""
    at = int(time.time()) if at is None else at
    mac = hmac.digest(base64.b64decode(secret[6:]), f"{id_}.{at}.".encode() + body, hashlib.sha256)
    crisp = hmac.new(secret.encode(), b"[%d000;%b]" % (at, body), hashlib.sha256)
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
        "x-crisp-request-timestamp": f"{at}000",
        "x-crisp-signature": crisp.hexdigest(),
        **(more or {}),
    }


def verdict(
    headers: dict[str, str], body: bytes, *secrets: str, now_ms: int | None = None, proven: bool = False
) -> Verdict:
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    return judge(headers, body, read_secrets(",".join(secrets)), now_ms, proven=proven)


# ── what a request is worth ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("secret", "which"), [(CURRENT, "current"), (NEXT, "next")])
def test_the_example_of_the_contract_is_genuine(secret: str, which: str) -> None:
    found = verdict(VECTOR, BODY, secret, now_ms=AT_MS)
    assert (found.proof, found.problems, found.secret) == ("right", (), 0)
    assert f"this is the {which} one" in found.notes[0]


def test_what_the_library_of_standard_webhooks_signs_is_genuine() -> None:
    now = datetime.now(UTC)
    headers = signed(CURRENT, at=int(now.timestamp()))
    headers["webhook-signature"] = Webhook(CURRENT).sign("msg_1", now, BODY.decode())
    assert verdict(headers, BODY, CURRENT).proof == "right"


def test_one_of_two_secrets_is_enough() -> None:
    found = verdict(signed(NEXT), BODY, CURRENT, NEXT)
    assert (found.proof, found.secret, found.notes) == ("right", 1, ("both signatures are right",))


def test_without_a_secret_nothing_is_claimed() -> None:
    assert verdict(signed(CURRENT), BODY).proof == "unchecked"
    assert verdict({}, BODY).proof == "unsigned"


@pytest.mark.parametrize(
    ("headers", "body", "proven", "word"),
    [
        ({}, BODY, False, "signing is switched off"),
        (signed(OTHER), BODY, False, "another secret than this one (whsec_AAEC…)"),
        (
            signed(CURRENT),
            BODY.replace(b"50698569649423", b"50698569649424"),
            True,
            "though this secret has fitted before",
        ),
        (signed(CURRENT), json.dumps(json.loads(BODY), indent=1).encode(), False, "parsed and written anew"),
        (signed(OTHER), json.dumps(json.loads(BODY), indent=1).encode(), False, "Halloo sends compact JSON"),
        (signed(CURRENT), b"website_id=w", False, "not the JSON that Halloo sends"),
        (
            signed(CURRENT, more={"content-length": "9"}),
            BODY.replace(b"4942", b"4943"),
            False,
            "9 bytes were announced",
        ),
        (signed(CURRENT, more={"webhook-id": "msg_2"}), BODY, False, "webhook-id or webhook-timestamp was changed"),
        (signed(CURRENT, more={"x-crisp-signature": "0"}), BODY, False, "X-Crisp-Signature is not"),
        (signed(CURRENT, more={"webhook-signature": ""}), BODY, False, "webhook-id or webhook-timestamp was changed"),
    ],
)
def test_what_does_not_fit_is_explained(headers: dict[str, str], body: bytes, *, proven: bool, word: str) -> None:
    found = verdict(headers, body, CURRENT, proven=proven)
    assert found.proof == ("wrong" if headers else "missing")
    assert word in " ".join(found.problems)


@pytest.mark.parametrize(
    ("off", "word"),
    [(-301, "5 minutes old"), (400, "7 minutes ahead"), (-90_000, "25 hours old"), (-299, None), (299, None)],
)
def test_a_clock_that_is_too_far_is_said(off: int, word: str | None) -> None:
    at = int(time.time())
    found = verdict(signed(CURRENT, at=at + off), BODY, CURRENT, now_ms=at * 1000)
    assert found.proof == "right"
    assert [one for one in found.problems if "timestamp" in one] == list(found.problems)
    assert (word in found.problems[0]) if word else not found.problems


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event":1}', b"\xff\xfe", b"[" * 100_000, b"1" * 10_000])
def test_any_body_is_judged(body: bytes) -> None:
    assert verdict(signed(CURRENT, body), body, CURRENT).problems
    assert verdict({}, body, CURRENT).proof == "missing"


@pytest.mark.parametrize("text", ["KEY", "whsec_", "whsec_AAEC", "whsec_%%%", CURRENT + "x", f"{CURRENT},a2sDx_1"])
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(BadSecret):
        read_secrets(text)


def test_nothing_that_was_sent_moves_the_cursor() -> None:
    assert clean("\x1b[2Ja\u202eb\x9bc\x07") == "\\x1b[2Ja\\u202eb\\x9bc\\x07"
    assert clean("Grüße ✓ 👩‍💻") == "Grüße ✓ 👩‍💻"


# ── the server ────────────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def listening(*secrets: str, answer: int = 200, delay_s: float = 0) -> AsyncGenerator[tuple[int, list[Shown]]]:
    shown: list[Shown] = []
    one = Receiver(read_secrets(",".join(secrets)), answer, delay_s, shown.append)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(one), "127.0.0.1", 0)
    server.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    async with server:
        yield server.sockets[0].getsockname()[1], shown


def request(headers: dict[str, str], body: bytes = BODY, method: str = "POST") -> bytes:
    lines = [
        f"{method} /crisp/hooks?key=KEY HTTP/1.1",
        "Host: x",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


async def exchange(port: int, *pieces: bytes, answers: int = 1) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)
    got = b""
    while got.count(b"HTTP/1.1 ") < answers and (chunk := await asyncio.wait_for(reader.read(4096), 20)):
        got += chunk
    writer.close()
    return got


async def test_requests_are_taken_however_they_are_cut() -> None:
    async with listening(CURRENT) as (port, shown):
        whole = request(signed(CURRENT))
        await exchange(port, *(whole[at : at + 50] for at in range(0, len(whole), 50)))
        chunked = whole.replace(b"Content-Length: %d" % len(BODY), b"Transfer-Encoding: chunked")
        head, _, body = chunked.partition(b"\r\n\r\n")
        await exchange(port, head + b"\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
        assert (await exchange(port, whole + whole, answers=2)).count(b"200 OK") == 2
    assert [one.verdict and one.verdict.proof for one in shown] == ["right"] * 4
    assert [one.seen.times for one in shown] == [0, 1, 2, 3]


async def test_an_id_that_comes_again_with_another_body_is_told() -> None:
    async with listening() as (port, shown):
        await exchange(port, request(signed(CURRENT)))
        await exchange(port, request(signed(CURRENT), BODY.replace(b"w", b"v")))
        await exchange(port, request(signed(CURRENT, id_="msg_2")))
    assert [(one.seen.times, one.seen.same_body) for one in shown] == [(0, True), (1, False), (0, True)]


async def test_it_answers_as_it_was_told() -> None:
    async with listening(answer=503, delay_s=0.2) as (port, shown):
        began = time.monotonic()
        assert (await exchange(port, request({}))).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert time.monotonic() - began >= 0.2
        assert shown[0].status == 503
    async with listening(answer=204) as (port, _):
        assert b"Content-Length" not in await exchange(port, request({}))
    async with listening(answer=599) as (port, _):
        assert (await exchange(port, request({}))).startswith(b"HTTP/1.1 599 ")


async def test_a_look_from_a_browser_is_greeted() -> None:
    async with listening(answer=500) as (port, shown):
        assert b"200 OK" in await exchange(port, request({}, b"", "GET"))
        assert b"405" in await exchange(port, request({}, b"", "PUT"))
    assert ["no web hook" in one.trouble for one in shown] == [True, True]


@pytest.mark.parametrize(
    ("sent", "status", "word"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00", b"400", "is it TLS?"),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400", "no HTTP/1.1 request"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 500_000, b"431", "headers"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + b"a" * 3_000_000, b"413", "1024 KiB"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", b"", ""),
    ],
    ids=["tls", "length", "head", "body", "upgrade"],
)
async def test_what_cannot_be_read_is_refused_and_said(sent: bytes, status: bytes, word: str) -> None:
    async with listening(CURRENT) as (port, shown):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        answer = b""
        try:
            answer = await asyncio.wait_for(reader.read(200), 20)
        except ConnectionError:  # closed with bytes of ours unread
            assert status in {b"413", b"431"}
        writer.close()
        assert not answer or status in answer
        assert word in shown[-1].trouble
        await exchange(port, request(signed(CURRENT)))
        assert shown[-1].verdict == verdict(signed(CURRENT), BODY, CURRENT)


async def test_the_world_behind_a_tunnel_cannot_take_every_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "CONNECTIONS_MAX", 2)
    monkeypatch.setattr(receiving, "REQUEST_S", 0.3)
    async with listening() as (port, shown):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        held[0][1].write(b"POST / HT")
        assert b"503" in await exchange(port)
        assert b"408" in await asyncio.wait_for(held[0][0].read(100), 20)
        assert await asyncio.wait_for(held[1][0].read(100), 20) == b""
        for _, writer in held:
            writer.close()
        assert b"200" in await exchange(port, request({}))
    assert "not whole after" in shown[1].trouble


async def test_nobody_makes_it_remember_requests_without_end() -> None:
    async with listening(delay_s=30) as (port, shown):
        answer = await exchange(port, request({}) * 5_000)
    assert b"429" in answer
    assert len(shown) == receiving.ANSWERS_MAX + 2
    assert "not waited for" in shown[-1].trouble


async def test_nobody_makes_it_keep_answers_that_are_not_read() -> None:
    async with listening() as (port, shown):
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            deaf.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(deaf, ("127.0.0.1", port))
            with contextlib.suppress(ConnectionError):
                for number in range(1, 20_000):
                    await loop.sock_sendall(deaf, request({}, b"{}"))
                    await until(lambda number=number: len(shown) >= number)
                    if shown[-1].status == 429:
                        break
    assert shown[-1].status == 429


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 4_000, "1e999", "NaN", "9007199254740993"])
def test_no_number_is_too_large_to_be_shown(number: str) -> None:
    body = BODY.replace(b"1506985696616", number.encode())
    received = receiving.Received(AT_MS, "POST", "/", {"x-halloo-sequence": "9" * 5_000}, body)
    shown = Shown(received, verdict({}, body), receiving.Seen(0, same_body=True), 200)
    for as_json in (False, True):
        out = io.StringIO()
        Printer(out, as_json=as_json).show(shown)
        assert "message:removed" in out.getvalue()


# ── the command ───────────────────────────────────────────────────────────────────────────────────────────────────


def start(*options: str, **environment: str) -> tuple[subprocess.Popen[str], int]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HALLOO_", "HOOK_"))}
    command = [sys.executable, "-m", "halloo", "hook", "listen", "--port", "0", "--json", *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**own, "PYTHONPATH": str(SOURCES), **environment}
    )
    assert process.stdout is not None
    said: dict[str, Any] = json.loads(process.stdout.readline())
    assert said["listening"].startswith("http://127.0.0.1:")
    return process, int(said["listening"].rstrip("/").rpartition(":")[2])


async def test_each_web_hook_is_a_line_of_json() -> None:
    process, port = await asyncio.to_thread(start, "--answer", "201", HOOK_SECRET=CURRENT)
    try:
        extra = {"x-delivery-attempt-count": "3", "x-delivery-attempt-limit": "10", "x-halloo-sequence": "7"}
        assert b"201 Created" in await exchange(port, request(signed(CURRENT, more={**extra, "x-halloo-replay": "1"})))
        await exchange(port, request(signed(OTHER), b'{"event":"\\ud800","big":1e999}'))
        assert process.stdout is not None
        first, second = [json.loads(await asyncio.to_thread(process.stdout.readline)) for _ in range(2)]
    finally:
        process.send_signal(signal.SIGINT)
        code = await asyncio.to_thread(process.wait, 20)
        assert process.stdout is not None
        process.stdout.close()
    assert code == 0
    known = ("event", "id", "attempt", "attempts", "sequence", "replay", "proof", "answered", "seen_before", "problems")
    assert [first[name] for name in known] == ["message:removed", "msg_1", 3, 10, 7, True, "right", 201, 0, []]
    assert first["body"] == json.loads(BODY)
    assert 0 <= first["since_sent_ms"] < 60_000
    assert (second["proof"], second["seen_before"]) == ("wrong", 1)


def test_people_get_a_block() -> None:
    out = io.StringIO()
    printer = Printer(out, as_json=False)
    printer.listening("::1", 9000)
    headers = signed(CURRENT, more={"x-delivery-attempt-count": "1", "x-delivery-attempt-limit": "10"})
    received = receiving.Received(time.time_ns() // 1_000_000, "POST", "/a?key=\x1b", headers, BODY)
    printer.show(Shown(received, verdict(headers, BODY, CURRENT), receiving.Seen(2, same_body=True), 200))
    printer.show(Shown(None, None, receiving.Seen(0, same_body=True), 400, "this is no HTTP"))
    said = out.getvalue()
    for words in (
        "http://[::1]:9000/", "message:removed", "msg_1 · attempt 1 of 10 · not numbered", "both signatures are right",
        "came 2 times before", '      "fingerprint": 150698569649423', "answered 200", "this is no HTTP (answered 400)",
    ):  # fmt: skip
        assert words in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    "options", [("--secret", "KEY"), ("--answer", "99"), ("--delay", "-1"), ("--host", "203.0.113.1")]
)
def test_what_cannot_be_is_refused_with_a_sentence(options: tuple[str, str]) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HOOK_")}
    command = [sys.executable, "-m", "halloo", "hook", "listen", "--port", "0", *options]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**own, "PYTHONPATH": str(SOURCES)}, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.startswith("halloo: ")
    assert len(done.stderr.splitlines()) == 1
