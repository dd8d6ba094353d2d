"""HTTP streaming, by a client over plain TCP: connecting, sending, acks, recovery, slow and silent readers, closes."""

import asyncio
import json
import time
from typing import Any

import pytest

from halloo.relay.broker import MemoryBroker, Note, SendNote
from halloo.relay.frames import FORBIDDEN
from halloo.relay.limits import Timing
from halloo.relay.settings import Engine
from halloo.relay.streamlink import lines
from halloo.relay.wire import PING, close_frame, text_frame
from tests.relay.conftest import Build
from tests.relay.house import EPOCH, ORIGIN, SHOP, WORKSPACE, House
from tests.relay.streams import Stream, answer, ask, dial
from tests.support.pace import Pace, until

MESSAGE = {"type": "text", "content": "hello"}


@pytest.fixture
def engine() -> Engine:
    """Streams need no WebSocket."""
    return "picows"


async def visitor(home: House, *streams: Any, id: str = "v1") -> Stream:
    return await Stream.live(home.port, role="visitor", token=home.visitor(id), streams=list(streams))


# ── a life ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_visitor_sends_is_answered_and_comes_back_without_missing_anything(home: House) -> None:
    mine = home.actions.own("v1", "c1")
    stream = await visitor(home, f"c:{mine}")
    node, _, secret = stream.session.partition(".")
    assert node == home.relay.node
    assert len(bytes.fromhex(secret)) * 8 == 256
    sent = await stream.say(
        {"t": "send", "id": 1, "conversation": mine, "client_id": "a", "message": MESSAGE},
        {"t": "send", "id": 2, "conversation": mine, "client_id": "b", "message": MESSAGE},
    )
    assert (sent.status, await sent.body()) == (204, b"")
    assert [(await stream.until("ack"))["id"] for _ in range(2)] == [1, 2]
    await home.facts(mine, 3)
    while (last := (await stream.until("event"))["offset"]) < 3:
        pass
    stream.cut()
    await home.facts(mine, 2)
    want = {"id": f"c:{mine}", "epoch": EPOCH, "offset": last}
    back = await Stream.open(home.port, role="visitor", token=home.visitor("v1"), streams=[want])
    found = (await back.until("connected"))["streams"][0]
    assert found["recovered"] is True
    missed = [(await back.hear())["offset"] for _ in range(found["offset"] - last)]
    assert missed == list(range(last + 1, found["offset"] + 1))
    assert len(missed) >= 2
    assert (await back.hear())["t"] == "live"


async def test_streams_and_sockets_are_one_relay(home: House) -> None:
    mine = home.actions.own("v1", "c1")
    stream = await visitor(home, f"c:{mine}")
    operator = await home.live("operator", home.operator(), [f"w:{WORKSPACE}", f"c:{mine}"])
    await operator.say(t="typing", conversation=mine, state="start")
    hint = await stream.until("hint")
    while hint["name"] != "typing":
        hint = await stream.until("hint")
    await stream.say(t="typing", conversation=mine, state="start")
    while (hint := await operator.until("hint"))["name"] != "typing" or hint["data"]["from"] == "operator":
        pass
    await home.fact(mine, "both")
    assert (await stream.until("event"))["data"] == (await operator.until("event"))["data"]
    assert home.relay.hub.sockets == 2


async def test_the_answer_is_for_one_reader_and_for_no_store(home: House) -> None:
    stream = await visitor(home)
    headers = stream.answer.headers
    assert headers["content-type"] == "application/x-ndjson"
    assert headers["cache-control"] == "no-store, no-transform"
    assert headers["x-accel-buffering"] == "no"
    assert headers["access-control-allow-origin"] == ORIGIN
    assert headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in headers


async def test_a_reader_who_hangs_up_is_gone_at_once(home: House) -> None:
    stream = await visitor(home)
    assert home.relay.hub.sockets == 1
    stream.cut()
    pace = Pace()
    await until(lambda: not (home.relay.shared.connections or home.relay.streaming.streams))
    assert pace.seconds() < 1
    assert home.relay.hub.sockets == 0
    assert (await stream.say(t="ping")).status == 404


# ── who is let in ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/relay/stream", "/relay/send"])
async def test_turned_away(home: House, path: str) -> None:
    cases: list[tuple[dict[str, Any], str, int, str]] = [
        ({"origin": None}, "", 403, "origin_not_allowed"),
        ({"origin": "null"}, "", 403, "origin_not_allowed"),
        ({"origin": SHOP}, "", 403, "origin_not_allowed"),
        ({"origin": f"{ORIGIN}, {ORIGIN}"}, "", 403, "origin_not_allowed"),
        ({"Host": "evil.example"}, "", 421, "unknown_host"),
        ({}, "?token=x", 400, "token_in_url"),
        ({}, "?a=hvt_x", 400, "token_in_url"),
        ({"method": "GET"}, "", 405, "method_not_allowed"),
        ({"method": "PUT"}, "", 405, "method_not_allowed"),
    ]
    for changes, query, status, code in cases:
        got = await ask(home.port, path + query, **changes)
        assert (got.status, json.loads(await got.body())["error"]) == (status, code), changes
        assert (got.headers.get("access-control-allow-origin") == ORIGIN) is (status == 405)
    assert not home.relay.shared.connections


async def test_a_browser_that_asks_first_is_answered_for_the_allowed_origin_alone(home: House) -> None:
    got = await ask(home.port, "/relay/send", method="OPTIONS", Access_Control_Request_Method="POST")
    assert (got.status, got.headers["access-control-allow-origin"]) == (204, ORIGIN)
    assert got.headers["access-control-allow-methods"] == "POST, OPTIONS"
    assert (await ask(home.port, "/relay/send", method="OPTIONS", origin=SHOP)).status == 403


async def test_what_begins_a_stream_is_a_connect_frame(home: House) -> None:
    for body, code in [
        (b"", 4400),
        (b"{", 4400),
        (b'{"t":"ping"}', 4400),
        (b'{"t":"connect","v":1,"role":"visitor"}', 4401),
    ]:
        stream = Stream(home.port, await ask(home.port, "/relay/stream", body))
        assert await stream.closed() == code
    assert not home.relay.shared.connections
    assert home.relay.shared.admission.opening == 0


async def test_every_close_is_a_last_line(home: House) -> None:
    stream = await visitor(home)
    home.relay.hub.revoke("visitor", "v1", FORBIDDEN)
    assert await stream.until("close") == {"t": "close", "code": 4403, "reason": "forbidden"}
    with pytest.raises(EOFError):
        await stream.hear()
    assert not home.relay.streaming.streams


async def test_a_connection_serves_on_behind_a_stream_that_ended(home: House) -> None:
    """A proxy keeps its connections, and the next request on one is not the stream's to cut."""
    stream = Stream(home.port, await ask(home.port, "/relay/stream", b"{"))
    assert await stream.closed() == 4400
    writer = stream.answer.writer
    host = f"Host: 127.0.0.1\r\nOrigin: {ORIGIN}\r\n".encode()
    await asyncio.sleep(QUICK_CUT_S)
    writer.write(b"POST /relay/send HTTP/1.1\r\n" + host + b"Content-Length: 1\r\n\r\nx")
    assert (await answer(stream.answer.reader, writer)).status == 404


QUICK_CUT_S = 0.5

# ── sending ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("secret", ["", "x", "0196.abc", "." + "0" * 64, "a" * 200, "é.é"])
async def test_a_stream_that_nobody_knows(home: House, secret: str) -> None:
    stream = await visitor(home)
    got = await ask(home.port, "/relay/send", f'{secret}\n{{"t":"ping"}}'.encode())
    assert (got.status, json.loads(await got.body())["error"]) == (404, "session_unknown")
    own_node = stream.session.partition(".")[0]
    assert (await ask(home.port, "/relay/send", f'{own_node}.{"0" * 64}\n{{"t":"ping"}}'.encode())).status == 404


async def test_bodies_have_a_size(home: House) -> None:
    small, large = b"x" * 65_537, b"x" * (256 * 1024 + 1)
    assert (await ask(home.port, "/relay/stream", small)).status == 413
    stream = await visitor(home)
    assert (await ask(home.port, "/relay/send", stream.session.encode() + b"\n" + small)).status == 413
    ping = b'{"t":"ping"}\n'
    whole = stream.session.encode() + b"\n" + ping + b" " * (65_536 - len(ping))
    assert (await ask(home.port, "/relay/send", whole)).status == 204
    await stream.until("pong")
    operator = await Stream.live(home.port, role="operator", token=home.operator())
    whole = operator.session.encode() + b"\n" + ping + b" " * (262_144 - len(ping))
    assert (await ask(home.port, "/relay/send", whole)).status == 204
    await operator.until("pong")
    assert (await ask(home.port, "/relay/send", operator.session.encode() + b"\n" + large)).status == 413


async def test_a_body_that_does_not_come_is_not_waited_for(build: Build) -> None:
    home: House = await build(timing=Timing(connect=300))
    reader, writer = await dial(home.port)
    head = f"POST /relay/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {ORIGIN}\r\nContent-Length: 100\r\n\r\n"
    writer.write(head.encode() + b"{")
    assert (await answer(reader, writer)).status == 408


async def test_a_full_queue_is_said_and_nothing_of_it_is_taken(home: House) -> None:
    mine = home.actions.own("v1")
    home.actions.delay = 0.4
    stream = await visitor(home)
    (connection,) = home.relay.streaming.streams.values()
    reads = [{"t": "send", "id": n, "conversation": mine, "client_id": str(n), "message": MESSAGE} for n in range(2)]
    assert (await stream.say(*reads)).status == 204
    connection.link.hold()
    got = await stream.say(t="ping")
    assert (got.status, got.headers["retry-after"]) == (429, "1")
    connection.link.release()
    assert (await stream.say(t="ping")).status == 204
    assert (await stream.until("pong"))["t"] == "pong"


async def test_more_frames_than_allowed_end_the_stream(home: House) -> None:
    stream = await visitor(home)
    assert (await stream.say(*[{"t": "presence", "state": "online"}] * 60)).status == 204
    assert await stream.closed() == 4009


class Pair(MemoryBroker):
    """One of two nodes."""

    def __init__(self, nodes: "list[Pair]") -> None:
        super().__init__()
        self._nodes = nodes
        nodes.append(self)

    def publish(self, note: Note) -> None:
        for node in self._nodes:
            MemoryBroker.publish(node, note)


async def test_frames_that_meet_another_node_find_their_stream(build: Build) -> None:
    nodes: list[Pair] = []
    one: House = await build(broker=Pair(nodes))
    two: House = await build(broker=Pair(nodes))
    two.relay.streaming.alone = False
    stream = await visitor(one)
    stream.port = two.port
    assert (await stream.say(t="ping")).status == 204
    await stream.until("pong")
    large = stream.session.encode() + b"\n" + b" " * 65_537
    assert (await ask(two.port, "/relay/send", large)).status == 413
    (connection,) = one.relay.streaming.streams.values()
    connection.link.hold()
    assert (await stream.say(t="ping")).status == 204
    assert await stream.closed() == 4009
    nodes[1].publish(SendNote(nodes[0].node, stream.session, b'{"t":"ping"}'))  # too late: nobody minds


async def test_a_secret_that_no_node_gave_out_reaches_no_node(build: Build) -> None:
    nodes: list[Pair] = []
    one: House = await build(broker=Pair(nodes))
    two: House = await build(broker=Pair(nodes))
    two.relay.streaming.alone = False
    stream = await visitor(one)
    node, _, proven = stream.session.partition(".")
    before = nodes[1].tally.published
    for secret in (
        f"{node}.{'0' * 64}",
        f"{node}.{proven[:-1]}{'0' if proven[-1] != '0' else '1'}",
        f"{'0' * 36}.{proven}",
        f"{node}.",
        f"{node}\x00.{proven}",
        f"*.{proven}",
        f"{two.relay.node}.{proven}",
    ):
        assert (await ask(two.port, "/relay/send", f"{secret}\n".encode() + b'{"t":"ping"}')).status == 404
    assert nodes[1].tally.published == before


async def test_what_is_sent_through_another_node_has_its_rate(build: Build) -> None:
    nodes: list[Pair] = []
    one: House = await build(broker=Pair(nodes), operator_frames_per_second=2)
    two: House = await build(broker=Pair(nodes), operator_frames_per_second=2)
    two.relay.streaming.alone = False
    stream = await visitor(one)
    stream.port = two.port
    answers = [await stream.say(t="ping") for _ in range(8)]
    assert [got.status for got in answers[:4]] == [204] * 4
    assert answers[-1].status == 429


async def begin(home: House, path: str, body: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request whose body does not end yet."""
    reader, writer = await dial(home.port)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {ORIGIN}\r\nContent-Length: 60000\r\n\r\n"
    writer.write(head.encode() + body)
    return reader, writer


async def test_who_knows_no_stream_is_refused_before_the_frames_came(home: House) -> None:
    for body in (b"nobody\n", b"x" * 200, b"\n{}"):
        got = await answer(*await begin(home, "/relay/send", body))
        assert (got.status, got.headers["connection"]) == (404, "close")


async def test_few_requests_for_one_stream_are_under_way_at_a_time(home: House) -> None:
    stream = await visitor(home)
    waiting = [await begin(home, "/relay/send", stream.session.encode() + b"\n") for _ in range(8)]
    await asyncio.sleep(0.1)
    assert (await stream.say(t="ping")).status == 429
    waiting[0][1].transport.abort()
    await asyncio.sleep(0.1)
    assert (await stream.say(t="ping")).status == 204


async def test_a_connect_frame_that_is_still_coming_counts_as_a_newcomer(home: House) -> None:
    _, writer = await begin(home, "/relay/stream", b"{")
    await until(lambda: home.relay.shared.admission.opening == 1)
    writer.transport.abort()
    await until(lambda: home.relay.shared.admission.opening == 0)


# ── silence ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_empty_line_comes_while_nothing_else_does(build: Build) -> None:
    home: House = await build(timing=Timing(ping=200, pong=10_000))
    began = time.monotonic()
    stream = await visitor(home)
    await asyncio.sleep(0.9)
    await stream.say(t="ping")
    await stream.until("pong")
    assert 3 <= stream.pings <= 5 * (time.monotonic() - began)


async def test_who_is_silent_is_given_up(build: Build) -> None:
    home: House = await build(timing=Timing(ping=600, pong=600))
    stream, talking = await visitor(home), await visitor(home, id="v2")
    while home.relay.hub.sockets == 2:
        await talking.say(t="ping")
        await asyncio.sleep(0.1)
    with pytest.raises((EOFError, asyncio.IncompleteReadError, ConnectionError)):
        await stream.until("close")
    await talking.until("pong")
    assert home.relay.hub.sockets == 1


# ── slow readers ──────────────────────────────────────────────────────────────────────────────────────────────────


async def deaf(home: House, *streams: Any) -> Stream:
    stream = await visitor(home, *streams)
    stream.stop_reading()
    return stream


async def flood(home: House, conversation_id: str, kib: int) -> None:
    text = "x" * 8_000
    for _ in range(0, kib, 80):
        await asyncio.gather(*(home.fact(conversation_id, text) for _ in range(10)))


async def test_a_queue_that_passes_the_cap(home: House) -> None:
    mine = home.actions.own("v1", "c1")
    await deaf(home, f"c:{mine}")
    for _ in range(100):
        if not home.relay.hub.sockets:
            break
        await flood(home, mine, 240)
    assert home.relay.shared.closes == {4008: 1}
    await until(lambda: not (home.relay.shared.connections or home.server.server_state.connections))


async def test_a_queue_that_stands_still(build: Build) -> None:
    home: House = await build(timing=Timing(slow=400), visitor_queue_bytes=1 << 30)
    mine = home.actions.own("v1", "c1")
    await deaf(home, f"c:{mine}")
    while not any(peer.paused_at for peer in home.relay.hub.peers()):
        await flood(home, mine, 800)
    await until(lambda: home.relay.shared.closes)
    assert home.relay.shared.closes == {4008: 1}


async def test_who_fell_behind_is_fed_in_order_and_nothing_piles_up_for_it(build: Build) -> None:
    home: House = await build(visitor_queue_bytes=1 << 30)
    mine = home.actions.own("v1", "c1")
    stream = await deaf(home, f"c:{mine}")
    (peer,) = home.relay.hub.peers()
    while not peer.paused_at:
        await flood(home, mine, 800)
    await flood(home, mine, 4_000)
    await home.facts(mine, 300)
    (sub,) = peer.subs.values()
    head = sub.channel.head or 0
    assert peer.link.buffered() < 1024 * 1024
    assert head - sub.sent > 256
    stream.read_on()
    assert [(await stream.until("event"))["offset"] for _ in range(head)] == list(range(1, head + 1))
    await home.fact(mine, "now")
    assert (await stream.until("event"))["offset"] == head + 1
    assert sub.live


async def test_a_large_recovery_is_no_full_queue(home: House) -> None:
    mine = home.actions.own("v1", "c1")
    await flood(home, mine, 2400)
    want = {"id": f"c:{mine}", "epoch": EPOCH, "offset": 0}
    stream = await Stream.open(home.port, role="visitor", token=home.visitor("v1"), streams=[want])
    assert [(await stream.until("event"))["offset"] for _ in range(300)] == list(range(1, 301))
    await stream.until("live")


# ── values ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_frames_of_any_length_become_lines() -> None:
    payloads = [b"", b"a", b"b" * 125, b"c" * 126, b"d" * 65_535, b"e" * 65_536]
    frames = b"".join([*map(text_frame, payloads), PING, close_frame(4401, "unauthorized")])
    *texts, ping, close, rest = lines(frames).split(b"\n")
    assert texts == payloads
    assert (ping, rest) == (b"", b"")
    assert json.loads(close) == {"t": "close", "code": 4401, "reason": "unauthorized"}


async def test_who_says_who_they_are_only_when_the_server_stops_is_told_to_come_back(home: House) -> None:
    reader, writer = await dial(home.port)
    writer.write(
        f"POST /relay/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {ORIGIN}\r\nContent-Type: text/plain\r\n"
        "Content-Length: 2\r\n\r\n{".encode()
    )
    while not home.relay.shared.admission.opening:  # noqa: ASYNC110 - the server's own count
        await asyncio.sleep(0.01)
    home.relay.refuse_newcomers()
    writer.write(b"}")
    late = await answer(reader, writer)
    assert (late.status, "retry-after" in late.headers) == (503, True)
    writer.close()
