"""Whole requests against receivers that behave, and such that do not (hooks contract 5, F6, F7, F9, F10)."""

import asyncio
import time

import pytest

from halloo.kit.outbound.model import Exchange, Limits
from halloo.kit.outbound.url import parse_url
from tests.kit.outbound.receivers import (
    HOST,
    OK,
    PATIENT,
    Line,
    answering,
    answering_once,
    deaf,
    hanging,
    outbound,
    post,
    receiving,
    resetting,
    until,
)

QUICK = Limits(connect_s=2, answer_s=0.4, body_s=0.3)


async def ask(url: str, limits: Limits = PATIENT, body: bytes = b"{}") -> Exchange:
    async with outbound() as client:
        return await client.send(post(url, body), limits)


async def test_a_request_goes_out_as_it_was_made_and_the_answer_comes_back() -> None:
    with receiving(answering(OK)) as receiver:
        request = post(receiver.url(), b'{"text":"\xc3\xa9"}')
        async with outbound() as client:
            found = await client.send(request)
        assert receiver.requests == [request.head + request.body]
    assert (found.outcome, found.status, found.remote_address) == ("success", 200, "127.0.0.1")
    assert (found.response_head + found.response_body, found.truncated, found.detail) == (OK, False, "")
    assert found.timings.total >= found.timings.connect + found.timings.answer


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", "success"),
        (b"HTTP/1.1 299 Fine\r\nContent-Length: 0\r\n\r\n", "success"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK, "success"),
        (b"HTTP/1.1 300 Choose\r\nContent-Length: 0\r\n\r\n", "redirect"),
        (b"HTTP/1.1 301 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", "redirect"),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "redirect"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "status"),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "gone"),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "status"),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", "protocol"),
        (b"HTTP/1.1 102 Processing\r\n\r\n" * 6 + OK, "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok", "protocol"),
        (b"220 mail.example.com ESMTP\r\n", "protocol"),
    ],
)
async def test_f9_the_status_decides(answer: bytes, outcome: str) -> None:
    with receiving(answering(answer)) as receiver:
        found = await ask(receiver.url())
        assert found.outcome == outcome, found.detail
        assert (found.detail == "") == (outcome != "protocol")
        assert (receiver.accepted, len(receiver.requests)) == (1, 1), "nothing is followed, nothing repeated"


async def test_retry_after_is_told() -> None:
    with receiving(answering(b"HTTP/1.1 429 Slow\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n")) as receiver:
        found = await ask(receiver.url())
        assert (found.outcome, found.status, found.retry_after) == ("status", 429, "120")


@pytest.mark.parametrize(("after", "outcome"), [(1.9, "success"), (2.1, "timeout")])
async def test_f10_an_answer_has_two_seconds(after: float, outcome: str) -> None:
    def script(line: Line) -> None:
        line.request()
        line.wait(after)
        line.send(OK)

    with receiving(script) as receiver:
        began = time.monotonic()
        found = await ask(receiver.url(), Limits())
        took = time.monotonic() - began
        assert found.outcome == outcome
        assert took == pytest.approx(min(after, 2.0), abs=0.09)
        assert found.timings.answer == pytest.approx(took * 1000, abs=90)


async def test_f6_a_receiver_that_hangs_is_left() -> None:
    with receiving(hanging) as receiver:
        found = await ask(receiver.url(), QUICK)
        assert (found.outcome, found.status, found.response_head) == ("timeout", None, b"")
        assert 390 <= found.timings.answer < 2000


async def test_a_stall_of_ones_own_is_not_the_receivers() -> None:
    """The answer has come in time, but nobody here could look; the clock has run out by then."""

    def script(line: Line) -> None:
        line.request()
        line.wait(0.15)
        line.send(OK)

    with receiving(script) as receiver:
        asyncio.get_running_loop().call_later(0.1, time.sleep, 0.8)
        found = await ask(receiver.url(), QUICK)
        assert found.outcome == "success", found.detail


async def test_f6_a_receiver_that_drips_its_head_is_left_with_what_came() -> None:
    def script(line: Line) -> None:
        line.request()
        for at in range(len(OK)):
            line.send(OK[at : at + 1])
            if line.wait(0.05):
                return

    with receiving(script) as receiver:
        found = await ask(receiver.url(), QUICK)
        assert (found.outcome, found.status) == ("timeout", None)
        assert OK.startswith(found.response_head)
        assert found.response_head


async def test_f6_a_2xx_wins_though_the_body_drips() -> None:
    def script(line: Line) -> None:
        line.request()
        line.send(b"HTTP/1.1 202 Yes\r\nContent-Length: 500\r\n\r\n")
        while not line.wait(0.05):
            line.send(b"x")

    with receiving(script) as receiver:
        found = await ask(receiver.url(), QUICK)
        assert (found.outcome, found.status, found.truncated) == ("success", 202, True)
        assert 0 < len(found.response_body) < 100
        assert found.timings.total < 2000


@pytest.mark.parametrize("part", [0, 1, 12, len(OK) - 5])
async def test_f6_a_close_before_the_head_is_complete_is_protocol(part: int) -> None:
    with receiving(answering_once(OK[:part])) as receiver:
        found = await ask(receiver.url())
        assert (found.outcome, found.status, found.response_head) == ("protocol", None, OK[:part])


async def test_a_reset_behind_the_request_is_protocol() -> None:
    with receiving(resetting) as receiver:
        assert (await ask(receiver.url())).outcome == "protocol"


async def test_a_close_within_the_body_leaves_the_status() -> None:
    with receiving(answering_once(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")) as receiver:
        found = await ask(receiver.url())
        assert (found.outcome, found.response_body, found.truncated) == ("success", b"ok", True)


async def test_a_body_may_end_with_the_connection() -> None:
    with receiving(answering_once(b"HTTP/1.1 200 OK\r\n\r\nto the end")) as receiver:
        found = await ask(receiver.url())
        assert (found.outcome, found.response_body, found.truncated) == ("success", b"to the end", False)


async def test_nobody_listening_is_connect() -> None:
    with receiving(answering(OK)) as receiver:
        url = receiver.url()
    found = await ask(url)
    assert (found.outcome, found.remote_address) == ("connect", "127.0.0.1")
    assert "127.0.0.1" in found.detail


async def test_a_receiver_that_takes_nothing_is_write() -> None:
    with receiving(deaf) as receiver:
        found = await ask(receiver.url(), QUICK, b"x" * 20_000_000)
        assert (found.outcome, found.status) == ("write", None)
        assert found.timings.total == pytest.approx(2700, abs=600), "there is no clock of its own: all of them together"


async def test_a_receiver_that_closes_while_it_should_read_is_write() -> None:
    def script(line: Line) -> None:
        line.sock.recv(1000)
        line.reset()

    with receiving(script) as receiver:
        assert (await ask(receiver.url(), PATIENT, b"x" * 20_000_000)).outcome == "write"


async def test_the_clock_of_the_answer_starts_with_the_last_byte_written() -> None:
    def script(line: Line) -> None:
        line.wait(1.0)
        line.request()
        line.wait(0.2)
        line.send(OK)

    with receiving(script) as receiver:
        found = await ask(receiver.url(), Limits(answer_s=0.8, body_s=3), b"x" * 20_000_000)
        assert found.outcome == "success", found.detail
        assert found.timings.answer < 700


async def test_an_answer_before_all_was_read_is_an_answer() -> None:
    def script(line: Line) -> None:
        line.sock.recv(1000)
        line.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
        line.wait(30)

    with receiving(script) as receiver:
        async with outbound() as client:
            found = await client.send(post(receiver.url(), b"x" * 20_000_000), PATIENT)
            assert (found.outcome, found.status, found.response_body) == ("status", 413, b"no")
            assert client.idle == 0, "half a request is on the line"


async def test_a_receiver_that_speaks_before_it_was_asked_is_heard() -> None:
    def script(line: Line) -> None:
        line.send(OK)
        line.request()
        line.wait(30)

    with receiving(script) as receiver:
        assert (await ask(receiver.url())).outcome == "success"


async def test_a_large_body_arrives_whole() -> None:
    body = bytes(range(256)) * 4096
    with receiving(answering(OK)) as receiver:
        assert (await ask(receiver.url(), PATIENT, body)).outcome == "success"
        assert receiver.requests[0].endswith(body)


async def test_being_cancelled_closes_the_connection() -> None:
    with receiving(answering(b"")) as receiver:
        async with outbound() as client:
            sending = asyncio.ensure_future(client.send(post(receiver.url()), PATIENT))
            await until(lambda: receiver.requests)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            await until(lambda: receiver.trouble)
            assert isinstance(receiver.trouble[0], ConnectionError)
            assert client.idle == 0


async def test_a_page_is_read_with_a_cap_and_a_head_of_its_own() -> None:
    page = b"<html>" + b"x" * 100_000
    with receiving(answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(page) + page)) as receiver:
        async with outbound() as client:
            url = parse_url(receiver.url(path="/p?q=ü"))
            whole = await client.get(url, PATIENT._replace(body_bytes=200_000), {"Accept": "text/html"})
            part = await client.get(url, PATIENT._replace(body_bytes=50_000))
            for bad in ({"Host": "x"}, {"A": "b\r\nC: d"}, {"A b": "c"}, {"A": "é"}, {"": "x"}):
                with pytest.raises(ValueError, match=r".*"):
                    await client.get(url, PATIENT, bad)
        assert (whole.response_body, whole.truncated) == (page, False)
        assert (part.response_body, part.truncated) == (page[:50_000], True)
        head = f"GET /p?q=%C3%BC HTTP/1.1\r\nHost: {HOST}:{receiver.port}\r\nUser-Agent: Halloo/1\r\n"
        assert receiver.requests[0] == f"{head}Accept-Encoding: identity\r\nAccept: text/html\r\n\r\n".encode()


async def test_what_happened_is_counted() -> None:
    with receiving(answering(OK, b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n")) as receiver:
        async with outbound() as client:
            for _ in range(3):
                await client.send(post(receiver.url()), PATIENT)
            await client.send(post("http://10.0.0.1/"), PATIENT)
            await client.send(post("http://unknown.test/"), PATIENT)
            assert client.tally.outcomes == {"success": 1, "status": 2, "blocked_address": 1, "dns": 1}
            assert client.tally.blocked == {"private": 1}
            assert (client.tally.opened, client.tally.reused) == (1, 2)
