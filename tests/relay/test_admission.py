"""Admission: a storm of newcomers is told to come back, cheaply, and does come back in time; over both engines."""

import asyncio
import heapq
import os
import random
import time
import uuid
from collections.abc import Sequence

from halloo.relay.admission import Admission
from halloo.relay.limits import Timing
from halloo.relay.settings import RelaySettings
from tests.relay.conftest import Build
from tests.relay.house import House
from tests.relay.raw import Raw, headers, upgraded
from tests.relay.streams import ask
from tests.support.pace import PATIENCE_S, until


async def head(home: House, **further: str) -> bytes:
    """The head of the answer to an upgrade."""
    raw = await Raw.open(home)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers(home, **further))
    raw.writer.write(f"GET /relay HTTP/1.1\r\n{lines}\r\n".encode())
    return await asyncio.wait_for(raw.reader.readuntil(b"\r\n\r\n"), PATIENCE_S)


async def test_more_newcomers_than_allowed_are_told_when_to_come_back(build: Build) -> None:
    home: House = await build(handshakes_per_second=2)
    home.relay.shared.admission.opening = -1_000  # those who say nothing are another test's
    began = time.monotonic()
    heads = [await head(home) for _ in range(20)]
    refused = [one for one in heads if one.startswith(b"HTTP/1.1 503")]
    assert 8 <= len(heads) - len(refused) <= 9 + 2 * (time.monotonic() - began)
    assert refused
    assert heads[0].startswith(b"HTTP/1.1 101")
    assert all(1 <= int(one.lower().partition(b"retry-after: ")[2].split(b"\r\n")[0]) <= 5 for one in refused)
    assert len(home.relay.shared.connections) == len(heads) - len(refused)
    assert home.relay.shared.admission.refused == len(refused)
    await asyncio.sleep(0.6)
    assert (await head(home)).startswith(b"HTTP/1.1 101")


async def test_streams_count_like_sockets(build: Build) -> None:
    home: House = await build(handshakes_per_second=1)
    for _ in range(4):
        await upgraded(home)
    got = await ask(home.port, "/relay/stream", b"{}")
    while got.status != 503:  # where a second has passed meanwhile
        got = await ask(home.port, "/relay/stream", b"{}")
    assert 1 <= int(got.headers["retry-after"]) <= 5
    assert got.headers["access-control-expose-headers"] == "retry-after"


async def test_who_is_turned_away_for_another_reason_takes_nobodys_place(build: Build) -> None:
    home: House = await build(handshakes_per_second=2)
    for _ in range(12):
        assert await (await Raw.open(home)).ask(headers(home, Origin="https://evil.example")) == 403
    assert (await head(home)).startswith(b"HTTP/1.1 101")


async def test_frames_for_a_stream_are_no_newcomers(build: Build) -> None:
    home: House = await build(handshakes_per_second=1)
    assert [(await ask(home.port, "/relay/send", b"x")).status for _ in range(5)] == [404] * 5


async def test_those_who_have_not_said_who_they_are_have_a_bound(build: Build) -> None:
    home: House = await build(handshakes_per_second=10, timing=Timing(connect=60_000))
    admission = home.relay.shared.admission
    silent = [await upgraded(home) for _ in range(40)]
    assert admission.opening == 40
    assert (await head(home)).startswith(b"HTTP/1.1 503")
    await asyncio.sleep(0.3)  # so that it is not the rate that is in the way
    silent.pop().cut()
    while admission.opening == 40:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.01)
    assert (await head(home)).startswith(b"HTTP/1.1 101")
    silent[0].connect(role="operator", token=home.operator())
    await silent[0].until(b'"live"')
    assert admission.opening == 39
    silent[1].connect(role="operator", token="x")
    assert await silent[1].closed() == 4401
    silent[0].cut()
    while home.relay.hub.sockets:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.01)
    assert admission.opening == 38


def as_said(_peer: str | None, forwarded: Sequence[str]) -> str | None:
    return forwarded[0] if forwarded else None


async def test_a_read_mark_that_comes_after_its_connection_went_frees_no_place_twice(home: House) -> None:
    mine = home.actions.own("v1")
    for _ in range(3):
        visitor = await home.live("visitor", home.visitor("v1"))
        await visitor.say(t="read", conversation=mine, seq=1)
        await visitor.say(t="read", conversation=mine, seq=2)
        await visitor.say(t="ping")
        await visitor.until("pong")
        visitor.connection.transport.abort()
    await until(lambda: len(home.actions.reads) == 6)
    assert home.relay.shared.admission.opening == 0


async def test_one_address_keeps_nobody_else_out(build: Build) -> None:
    home: House = await build(handshakes_per_second=4, whence=as_said)
    began = time.monotonic()
    mine = [await head(home, X_Forwarded_For="203.0.113.7") for _ in range(12)]
    assert 4 <= sum(one.startswith(b"HTTP/1.1 101") for one in mine) <= 6 + 4 * (time.monotonic() - began)
    assert (await head(home, X_Forwarded_For="203.0.113.8")).startswith(b"HTTP/1.1 101")
    assert (await head(home)).startswith(b"HTTP/1.1 101")
    got = await ask(home.port, "/relay/stream", b"{}", X_Forwarded_For="203.0.113.7")
    assert (got.status, "retry-after" in got.headers) == (503, True)


async def test_no_limit_lets_everybody_in(build: Build) -> None:
    home: House = await build(handshakes_per_second=0)
    assert {(await head(home))[:12] for _ in range(50)} == {b"HTTP/1.1 101"}


def test_ten_thousand_come_back_within_fifteen_seconds() -> None:
    """With the clients' own pauses (0.5 s · 2^n, full jitter) and the usual limit; by a clock of its own."""
    seed = int(os.environ.get("HALLOO_TEST_SEED", uuid.uuid4().int % 1_000_000))
    print(f"HALLOO_TEST_SEED={seed}")  # noqa: T201 - pytest shows it where the test fails
    chance = random.Random(seed)
    now = 0
    admission = Admission(RelaySettings().handshakes_per_second, lambda: now)
    waiting = [(chance.randrange(500), 0) for _ in range(10_000)]
    heapq.heapify(waiting)
    while waiting:
        now, tries = heapq.heappop(waiting)
        if admission.turn_away() is not None:
            pause = chance.random() * min(30_000, 500 * 2 ** (tries + 1))
            heapq.heappush(waiting, (now + int(pause), tries + 1))
    assert now <= 15_000
