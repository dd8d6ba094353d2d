"""The planned stop (relay contract 6): in the house over both engines, and as a process that gets a signal."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Generator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from halloo.relay.draining import HARD_S, spread_ms
from halloo.relay.limits import Timing
from tests.relay.conftest import Build
from tests.relay.house import Client, House
from tests.relay.raw import Raw, headers, upgraded
from tests.relay.streams import Stream, ask
from tests.support.pace import PATIENCE_S, Pace, until
from tests.support.ports import free_port
from tests.support.product import Product
from tests.support.stores import empty_store

SLACK_S = 3
"""For a busy machine: without a limit the process would wait for a client or a database that never answers."""

MESSAGE = {"type": "text", "content": "last words"}


def test_the_spread_follows_from_how_many_there_are() -> None:
    assert [spread_ms(count) for count in (0, 1, 2_000, 3_000, 10_000)] == [2_000, 2_000, 2_000, 3_000, 10_000]


async def test_everybody_is_asked_at_once_and_closed_in_turn(home: House) -> None:
    sockets = [await home.live("visitor", home.visitor()) for _ in range(6)]
    streams = [await Stream.live(home.port, role="visitor", token=home.visitor()) for _ in range(6)]
    silent = await upgraded(home)
    pace, began = Pace(), time.monotonic()

    async def story(client: Client | Stream) -> tuple[float, int, int, float]:
        after = (await client.until("reconnect"))["after_ms"]
        asked = pace.seconds()
        return asked, after, await client.closed(), time.monotonic() - began

    stopping = asyncio.create_task(home.relay.stop())
    stories = await asyncio.gather(*map(story, [*sockets, *streams]))
    assert await silent.closed() == 1012
    await stopping
    assert all(asked < 0.5 and 0 <= after < 2_000 and code == 1012 for asked, after, code, _ in stories)
    closed, held = sorted(at for *_, at in stories), pace.held()
    assert closed[0] < 0.5 + held
    assert 1.5 < closed[-1] < 3 + held
    assert max(later - sooner for sooner, later in pairwise(closed)) < 0.6 + held
    assert pace.seconds() < 4
    assert not home.relay.shared.connections
    assert not home.relay.streaming.streams


async def test_from_the_first_moment_nobody_new_is_let_in(home: House) -> None:
    stream = await Stream.live(home.port, role="visitor", token=home.visitor())
    assert home.relay.ready
    assert home.relay.refuse_newcomers() == 2_000
    assert not home.relay.ready
    raw = await Raw.open(home)
    assert await raw.ask(headers(home)) == 503
    got = await ask(home.port, "/relay/stream", b"{}")
    assert (got.status, json.loads(await got.body())["error"]) == (503, "unavailable")
    assert 1 <= int(got.headers["retry-after"]) <= 5
    assert (await stream.say(t="ping")).status == 204  # who is there is still served
    await stream.until("pong")


async def test_what_a_stream_asked_for_is_finished(home: House) -> None:
    mine = home.actions.own("v1")
    home.actions.delay = 0.5
    stream = await Stream.live(home.port, role="visitor", token=home.visitor("v1"))
    await stream.say(t="send", id=1, conversation=mine, client_id="a", message=MESSAGE)
    ack, _ = await asyncio.gather(stream.until("ack"), home.relay.stop())
    assert ack["id"] == 1
    assert await stream.closed() == 1012


async def test_who_reads_nothing_does_not_keep_the_server(build: Build) -> None:
    home: House = await build(visitor_queue_bytes=1 << 30, timing=Timing())
    mine = home.actions.own("v1", "c1")
    stream = await Stream.live(home.port, role="visitor", token=home.visitor("v1"), streams=[f"c:{mine}"])
    raw = await upgraded(home)
    raw.connect(role="visitor", token=home.visitor("v1"), streams=[f"c:{mine}"])
    await raw.until(b'"live"')
    stream.stop_reading()
    raw.stop_reading()
    while sum(peer.paused_at is not None for peer in home.relay.hub.peers()) < 2:
        await asyncio.gather(*(home.fact(mine, "x" * 8_000) for _ in range(50)))
    pace = Pace()
    await home.relay.stop()
    assert pace.seconds() < 4
    assert not home.relay.shared.connections
    raw.cut()


async def test_an_action_that_hangs_is_not_waited_for_without_an_end(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("halloo.relay.draining._BUSY_S", 0.5)
    mine = home.actions.own("v1")
    home.actions.delay = 60
    client = await home.live("visitor", home.visitor("v1"))
    await client.say(t="send", id="1", conversation=mine, client_id="a", message=MESSAGE)
    await until(lambda: any(connection.busy for connection in home.relay.shared.connections))
    pace = Pace()
    code, _ = await asyncio.gather(client.closed(), home.relay.stop())
    assert code == 1012
    assert pace.seconds() < 2 + 0.5 + 1.5 + 0.5


async def test_two_thousand_sockets_are_closed_within_the_spread(home: House) -> None:
    """Of their own kind, so that it is quick: what counts is when each is told."""

    class Told:
        over = False
        busy = False
        link: Any = None

        def __init__(self) -> None:
            self.asked: list[int] = []
            self.ended = 0.0

        def answer(self, frame: Any) -> None:
            self.asked.append(frame.after_ms)

        def end(self, close: Any) -> None:
            assert close.code == 1012
            self.ended = time.monotonic()
            home.relay.shared.connections.pop(self, None)

    sockets = [Told() for _ in range(3_000)]
    home.relay.shared.connections.update(dict.fromkeys(sockets))
    pace, began = Pace(), time.monotonic()
    await home.relay.stop()
    held = pace.held()
    ended = sorted(socket.ended - began for socket in sockets)
    assert all(len(socket.asked) == 1 and 0 <= socket.asked[0] < 3_000 for socket in sockets)
    assert 2.8 < ended[-1] < 3.5 + held
    assert abs(ended[1_500] - 1.5) < 0.3 + held


# ── a process that gets a signal ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def product(tmp_path: Path) -> Generator[Product]:
    with empty_store("sqlite", tmp_path, None) as store:
        made = Product(store, {"HALLOO_RELAY_RESCUE_PORT": str(free_port())})
        made.init()
        made.start()
        try:
            yield made
        finally:
            made.stop()


def process_of(product: Product) -> subprocess.Popen[bytes]:
    assert product.process is not None
    return product.process


def opened(product: Product) -> socket.socket:
    """A WebSocket that says nothing, on a plain connection."""
    line = socket.create_connection(("127.0.0.1", product.port), PATIENCE_S)
    line.sendall(
        f"GET /relay HTTP/1.1\r\nHost: localhost:{product.port}\r\nOrigin: {product.origin}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    assert line.recv(4096).startswith(b"HTTP/1.1 101")
    return line


@pytest.mark.slow
def test_a_signal_ends_readiness_at_once_and_requests_finish(product: Product) -> None:
    process = process_of(product)
    line = opened(product)
    asking = socket.create_connection(("127.0.0.1", product.port), PATIENCE_S)
    path = f"/core/public/web-widgets/{product.facts['widget_id']}/visitor"
    body = json.dumps({"user_id": "guest_0123456789abcdefghijkl"}).encode()
    asking.sendall(
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: {product.origin}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode()
    )
    assert asking.recv(4096).startswith(b"HTTP/1.1 100")  # it waits for the body
    process.send_signal(signal.SIGTERM)
    while product.is_ready():
        time.sleep(0.02)
    asking.sendall(body)
    assert asking.recv(65_536).startswith(b"HTTP/1.1 201")
    heard = b""
    while part := line.recv(4096):
        heard += part
    assert b'"reconnect"' in heard
    assert heard.endswith(b"\x03\xf4restart")
    line.close()
    assert process.wait(PATIENCE_S) == 0
    asking.close()


@pytest.mark.slow
def test_a_second_signal_ends_it_at_once(product: Product) -> None:
    process = process_of(product)
    line = opened(product)
    process.send_signal(signal.SIGTERM)
    assert b'"reconnect"' in line.recv(4096)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == -signal.SIGINT
    assert time.monotonic() - began < spread_ms(1) / 1000  # which is what the first alone would take
    line.close()


@pytest.mark.slow
def test_a_client_that_stalls_does_not_keep_the_process(product: Product) -> None:
    """Requests whose bodies never come, and one whose answer is never read."""
    stalled = [socket.create_connection(("127.0.0.1", product.port), PATIENCE_S) for _ in range(3)]
    for one in stalled:
        one.sendall(
            b"POST /core/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
        )
    time.sleep(0.2)
    began = time.monotonic()
    process_of(product).send_signal(signal.SIGTERM)
    process_of(product).wait(PATIENCE_S)
    assert time.monotonic() - began < spread_ms(0) / 1000 + HARD_S + SLACK_S
    for one in stalled:
        one.close()


@pytest.mark.slow
def test_a_writer_that_hangs_does_not_keep_the_process(product: Product) -> None:
    """Another process holds the database, so that a visitor's message is never committed."""
    import sqlite3

    process = process_of(product)
    holder = sqlite3.connect(product.store.folder / "halloo.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    line = opened(product)
    threading.Thread(target=_say, args=(product,), daemon=True).start()
    time.sleep(0.3)
    began = time.monotonic()
    os.kill(process.pid, signal.SIGTERM)
    process.wait(PATIENCE_S)
    assert time.monotonic() - began < spread_ms(1) / 1000 + HARD_S + SLACK_S
    holder.close()
    line.close()


def _say(product: Product) -> None:
    path = f"/core/public/web-widgets/{product.facts['widget_id']}/visitor"
    try:
        product.public("POST", path, {"user_id": "guest_0123456789abcdefghijkl"})
    except (AssertionError, OSError):
        return
