"""Which connections are kept, for how long, and what becomes of one that died (hooks contract 5)."""

import asyncio

import pytest

from halloo.kit.outbound import pool
from halloo.kit.outbound.model import Exchange, Limits
from halloo.kit.outbound.resolver import TableResolver
from tests.kit.outbound.receivers import (
    HOST,
    OK,
    PATIENT,
    Line,
    answering,
    answering_once,
    outbound,
    post,
    receiving,
    until,
)


async def test_a_connection_carries_one_request_after_another() -> None:
    with receiving(answering(OK)) as receiver:
        async with outbound() as client:
            for _ in range(20):
                assert (await client.send(post(receiver.url()), PATIENT)).outcome == "success"
            assert (receiver.accepted, len(receiver.requests), client.idle) == (1, 20, 1)


async def test_what_rests_is_two_of_a_host() -> None:
    with receiving(answering(OK)) as receiver:
        async with outbound() as client:
            for _ in range(5):
                await asyncio.gather(*(client.send(post(receiver.url()), PATIENT) for _ in range(8)))
            assert receiver.accepted == 8, "those that are in use one after another are kept"
            await until(lambda: client.idle == pool.PER_HOST)


async def test_what_was_used_a_moment_ago_does_not_rest_yet() -> None:
    with receiving(answering(OK)) as receiver:
        async with outbound() as client:
            for _ in range(2):
                await asyncio.gather(*(client.send(post(receiver.url()), PATIENT) for _ in range(8)))
                await asyncio.sleep(0.65)
            assert (receiver.accepted, client.idle) == (8, 8), "the first look came in between"
            await until(lambda: client.idle == pool.PER_HOST)


async def test_so_many_rest_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "IN_ALL", 3)
    hosts = {f"h{at}.test": ["127.0.0.1"] for at in range(6)}
    with receiving(answering(OK)) as receiver:
        async with outbound(resolver=TableResolver(hosts)) as client:
            for host in hosts:
                await client.send(post(receiver.url(host)), PATIENT)
            assert client.idle == 3
            await client.send(post(receiver.url("h5.test")), PATIENT)
            assert receiver.accepted == 6, "the oldest went"
            await client.send(post(receiver.url("h0.test")), PATIENT)
            assert receiver.accepted == 7


async def test_nothing_rests_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "IDLE_S", 0.5)
    with receiving(answering(OK)) as receiver:
        async with outbound() as client:
            for _ in range(2):
                await client.send(post(receiver.url()), PATIENT)
            assert client.idle == 1
            await asyncio.sleep(0.3)
            await client.send(post(receiver.url()), PATIENT)
            await asyncio.sleep(0.3)
            assert client.idle == 1, "it was used in between"
            await asyncio.sleep(0.5)
            assert client.idle == 0
            assert receiver.accepted == 1


async def test_a_kept_connection_is_used_for_its_own_scheme_host_and_port_alone() -> None:
    with receiving(answering(OK)) as one, receiving(answering(OK)) as other:
        async with outbound(resolver=TableResolver({HOST: ["127.0.0.1"], "second.test": ["127.0.0.1"]})) as client:
            for url in (one.url(), one.url("second.test"), other.url()):
                await client.send(post(url), PATIENT)
            assert (one.accepted, other.accepted, client.idle) == (2, 1, 3)


@pytest.mark.parametrize("politely", [True, False])
async def test_a_kept_connection_that_died_is_replaced_once_by_a_fresh_one(*, politely: bool) -> None:
    """It dies when the second request has come, so that nobody could have known."""

    def script(line: Line) -> None:
        line.request()
        line.send(OK)
        line.request()
        if not politely:
            line.reset()

    with receiving(script) as receiver:
        async with outbound() as client:
            for _ in range(2):
                found = await client.send(post(receiver.url()), PATIENT)
                assert found.outcome == "success"
            assert (receiver.accepted, len(receiver.requests)) == (2, 3)
            assert client.tally.outcomes == {"success": 2}


async def test_the_fresh_one_is_not_replaced_again() -> None:
    seen: list[Line] = []

    def script(line: Line) -> None:
        seen.append(line)
        line.request()
        if len(seen) == 1:
            line.send(OK)
            line.request()

    with receiving(script) as receiver:
        async with outbound() as client:
            await client.send(post(receiver.url()), PATIENT)
            assert (await client.send(post(receiver.url()), PATIENT)).outcome == "protocol"
            assert (receiver.accepted, len(receiver.requests)) == (2, 3)


async def test_a_kept_connection_that_answered_a_byte_is_not_replaced() -> None:
    def script(line: Line) -> None:
        line.request()
        line.send(OK)
        line.request()
        line.send(b"H")

    with receiving(script) as receiver:
        async with outbound() as client:
            await client.send(post(receiver.url()), PATIENT)
            assert (await client.send(post(receiver.url()), PATIENT)).outcome == "protocol"
            assert receiver.accepted == 1


async def test_a_kept_connection_that_hangs_is_not_replaced() -> None:
    def script(line: Line) -> None:
        line.request()
        line.send(OK)
        line.request()
        line.wait(30)

    with receiving(script) as receiver:
        async with outbound() as client:
            await client.send(post(receiver.url()), PATIENT)
            assert (await client.send(post(receiver.url()), Limits(answer_s=0.3))).outcome == "timeout"
            assert receiver.accepted == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        OK + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother",
    ],
)
async def test_an_answer_that_ends_the_connection_or_says_too_much_is_the_last(answer: bytes) -> None:
    with receiving(answering(answer)) as receiver:
        async with outbound() as client:
            for _ in range(2):
                found = await client.send(post(receiver.url()), PATIENT)
                assert (found.outcome, found.response_body) == ("success", b"ok")
            assert (receiver.accepted, client.idle) == (2, 0)


async def test_what_comes_unasked_ends_a_kept_connection() -> None:
    """So that a receiver cannot answer a request before it was made."""

    def script(line: Line) -> None:
        line.request()
        line.send(OK)
        line.wait(0.1)
        line.send(OK)
        line.request()

    with receiving(script) as receiver:
        async with outbound() as client:
            await client.send(post(receiver.url()), PATIENT)
            assert client.idle == 1
            await until(lambda: client.idle == 0)


async def test_a_receiver_that_closes_takes_its_connection_out() -> None:
    with receiving(answering_once(OK)) as receiver:
        async with outbound() as client:
            await client.send(post(receiver.url()), PATIENT)
            await until(lambda: client.idle == 0)


async def test_a_kept_connection_serves_only_an_address_that_was_judged_again() -> None:
    """F18: the name turns to a private address; the connection that is still open is not used either."""
    with receiving(answering(OK)) as receiver:
        resolver = TableResolver({HOST: ["127.0.0.1"]})
        async with outbound(resolver=resolver) as client:
            assert (await client.send(post(receiver.url()), PATIENT)).outcome == "success"
            resolver.table[HOST] = ["10.0.0.1"]
            assert (await client.send(post(receiver.url()), PATIENT)).outcome == "blocked_address"
            assert (receiver.accepted, len(receiver.requests)) == (1, 1)


async def test_closing_closes_what_rests_and_keeps_nothing_more() -> None:
    with receiving(answering(OK)) as receiver:
        async with outbound() as client:
            await client.send(post(receiver.url()), PATIENT)
            await client.close()
            assert client.idle == 0


def _never(_: Exchange | None) -> None:
    pytest.fail("Nothing was begun.")


async def test_an_attempt_over_a_kept_connection_needs_no_task() -> None:
    def script(line: Line) -> None:
        for _ in range(2):
            line.request()
            line.send(OK)
        line.request()

    with receiving(script) as receiver:
        async with outbound() as client:
            request = post(receiver.url("127.0.0.1"))
            assert client.begin(request, PATIENT, _never) is None, "none is kept yet"
            assert (await client.send(request, PATIENT)).outcome == "success"
            found: list[Exchange | None] = []
            for count in (1, 2):
                assert client.begin(request, PATIENT, found.append) is not None
                assert client.begin(request, PATIENT, _never) is None, "it is in use"
                await until(lambda count=count: len(found) == count)
            assert [one and one.outcome for one in found] == ["success", None], "the second time it ended unheard"
            assert client.tally.outcomes == {"success": 2}
            assert (await client.send(request, PATIENT, fresh=True)).outcome == "success"
            assert receiver.accepted == 2
