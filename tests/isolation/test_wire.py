"""HTTP as no browser speaks it, on raw sockets: smuggling, endless and slow requests, upgrades elsewhere."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.isolation.grounds import Grounds
from tests.isolation.sockets import Port, listening
from tests.support.api import ORIGIN

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # what comes before the database
HOST = "Host: chat.example"
JSON = "Content-Type: application/json"
UPGRADE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
)


@pytest.fixture
async def port(grounds: Grounds) -> AsyncIterator[Port]:
    async with listening(grounds.api.halloo) as made:
        yield made


def request(line: str, *headers: str, body: str = "") -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", *headers, "", body]).encode("latin-1")


async def exchange(port: Port, data: bytes, seconds: float = 1) -> bytes:
    """All that comes back until the server closes or nothing comes for a while."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port.number)
    answer = b""
    try:
        writer.write(data)
        async with asyncio.timeout(seconds):
            while more := await reader.read(65_536):
                answer += more
    except TimeoutError:
        answer += b"<open>"
    except ConnectionError:
        answer += b"<reset>"
    finally:
        writer.transport.abort()
    return answer


def statuses(answer: bytes) -> list[int]:
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


async def test_a_request_has_one_length_and_one_host(grounds: Grounds, port: Port) -> None:
    place = f"POST /core/public/web-widgets/{grounds.here.guest.widget_id}/visitor"
    hidden = "GET /healthz HTTP/1.1\r\nHost: chat.example\r\n\r\n"
    for headers, body in (
        (("Content-Length: 4", "Transfer-Encoding: chunked"), f"0\r\n\r\n{hidden}"),
        (("Transfer-Encoding: chunked", "Content-Length: 4"), f"0\r\n\r\n{hidden}"),
        (("Content-Length: 2", "Content-Length: 40"), "{}" + hidden),
        (("Transfer-Encoding : chunked", "Content-Length: 2"), "{}"),
        (("Transfer-Encoding: xchunked",), "{}"),
        (("Transfer-Encoding: chunked, identity",), f"0\r\n\r\n{hidden}"),
        (("Transfer-Encoding: identity", "Content-Length: 2"), "{}"),
        (("Content-Length: -1",), "{}"),
        (("Content-Length: +2",), "{}"),
        (("Content-Length: 0x2",), "{}"),
        (("Content-Length: 99999999999999999999999",), "{}"),
        (("X: a\r\n Authorization: Bearer x", "Content-Length: 2"), "{}"),
        (("X: a\0b", "Content-Length: 2"), "{}"),
    ):
        answer = await exchange(port, request(place, HOST, JSON, *headers, body=body))
        assert statuses(answer) == [400], headers
    for headers in ((), (HOST, "Host: evil.example"), (HOST, HOST), ("Host: evil.example", HOST)):
        answer = await exchange(port, request("GET /healthz", *headers), 0.3)
        assert statuses(answer) == [421], headers
    forwarded = ("Host: evil.example", "X-Forwarded-Host: chat.example", "X-Original-Host: chat.example")
    assert statuses(await exchange(port, request("GET http://chat.example/healthz", *forwarded), 0.3)) == [421]


async def test_an_upgrade_passes_the_relay_alone(grounds: Grounds, port: Port) -> None:
    own = (HOST, f"Origin: {ORIGIN}", *UPGRADE)
    bearer = f"Authorization: Bearer {grounds.here.owner_token}"
    for line, headers, due in (
        ("GET /core/me", (*own, bearer), 404),
        ("GET /inbox", own, 404),
        ("GET /relay/", own, 404),
        ("GET //relay", own, 404),
        ("GET /relay%20", own, 404),
        ("POST /relay", own, 426),
        ("GET /relay?token=x", own, 400),
        ("GET /relay", (*own, "Sec-WebSocket-Protocol: hvt_x"), 400),
        ("GET /relay", (HOST, *UPGRADE), 403),
        ("GET /relay", (HOST, "Origin: null", *UPGRADE), 403),
        ("GET /relay", (HOST, "Origin: https://evil.example", *UPGRADE), 403),
        ("GET /relay", (HOST, "Origin: https://shop.example", *UPGRADE), 403),
        ("GET /relay", (*own, "Origin: https://evil.example"), 403),
        ("GET /relay", (*own, f"Origin: {ORIGIN}"), 403),
        ("GET /relay", ("Host: evil.example", f"Origin: {ORIGIN}", *UPGRADE), 421),
        ("GET /relay", own, 101),
    ):
        assert statuses(await exchange(port, request(line, *headers), 0.3)) == [due], (line, headers)


@pytest.mark.parametrize("endless", ["headers", "one header", "address"])
async def test_an_endless_head_is_cut(grounds: Grounds, port: Port, endless: str) -> None:
    start = {"headers": request("GET /healthz", HOST)[:-2], "one header": b"GET / HTTP/1.1\r\nX: ", "address": b"GET /"}
    piece = b"X-A: " + b"a" * 8_000 + b"\r\n" if endless == "headers" else b"a" * 8_000
    reader, writer = await asyncio.open_connection("127.0.0.1", port.number)
    sent = 0
    try:
        writer.write(start[endless])
        while sent < 40_000_000:
            writer.write(piece)
            await writer.drain()
            sent += len(piece)
            await asyncio.sleep(0)
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()
    assert reader.at_eof() or reader.exception() is not None or sent < 40_000_000
    assert sent < 8_000_000
    assert (await grounds.api.client.get("/healthz")).status_code == 200


async def test_a_slow_request_is_cut_and_a_live_socket_is_not(
    grounds: Grounds, port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("halloo.edge.http.HEAD_S", 0.3)
    monkeypatch.setattr("halloo.edge.http.BODY_S", 0.3)
    live = await port.dial()
    assert await exchange(port, b"", 2) == b"", "who says nothing is let go without a word"
    assert statuses(await exchange(port, b"GET /healthz HTTP/1.1\r\nHost: c", 2)) == [408]
    place = f"POST /core/public/web-widgets/{grounds.here.guest.widget_id}/visitor"
    half = request(place, HOST, JSON, "Content-Length: 100", body='{"user_id"')
    answer = await exchange(port, half, 2)
    assert statuses(answer) == [408]
    assert not answer.endswith(b"<open>")
    several = await exchange(port, request("GET /healthz", HOST) * 3, 0.25)
    assert statuses(several) == [200, 200, 200]
    await live.say(t="ping")
    await live.all(0.3)
    assert live.code == 4400, "it was heard, as a frame before connect"


async def test_a_body_that_nobody_reads_costs_nothing(grounds: Grounds, port: Port) -> None:
    head = (HOST, JSON, "Transfer-Encoding: chunked")
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    for path, due in (
        (f"/core/public/web-widgets/{grounds.here.guest.widget_id}/visitor", 413),
        ("/core/session", 413),
        ("/core/nothing", 404),
        ("/inbox", 405),
        ("/healthz", 200),
    ):
        answer = await exchange(port, request(f"POST {path}", *head) + chunk * 100, 0.3)
        assert statuses(answer)[:1] == [due], path
