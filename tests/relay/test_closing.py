"""Every close, on a real socket: limits, revocations, silence, slow readers, the planned stop."""

import asyncio
import time
from typing import Any

import pytest

from halloo.kit.ids import new_id
from halloo.relay.frames import FORBIDDEN, UNAUTHORIZED, UNKNOWN_WIDGET, Close
from halloo.relay.limits import Timing
from halloo.relay.link import TransportLink
from tests.relay.conftest import Build
from tests.relay.house import EPOCH, SHOP, WIDGET, WORKSPACE, Client, House
from tests.relay.raw import PONG, Raw, frame, upgraded
from tests.support.pace import Pace, until

W = f"w:{WORKSPACE}"
SLOW_MS = 900


async def test_no_connect_in_time(build: Build) -> None:
    home: House = await build(timing=Timing(connect=300))
    assert await (await home.dial()).closed() == 4408


async def test_silence_is_met_with_a_ping_and_no_answer_with_a_cut(build: Build) -> None:
    home: House = await build(timing=Timing(ping=300, pong=300))
    raw = await connected(home)
    while (await raw.next())[0] != 9:
        pass
    assert await raw.end() == b""
    assert home.relay.hub.sockets == 0


async def test_who_answers_pings_stays(build: Build) -> None:
    home: House = await build(timing=Timing(ping=100, pong=900))
    client = await home.live("operator", home.operator())
    await asyncio.sleep(1.5)
    await client.say(t="ping")
    await client.until("pong")


async def closed_within_a_second(*clients: Client) -> list[int]:
    """The codes that they are closed with, from now on."""
    pace = Pace()
    codes = [await client.closed() for client in clients]
    assert pace.seconds() < 1
    return codes


async def connected(home: House, role: str = "operator", **fields: Any) -> Raw:
    """A raw connection that is live."""
    token = home.operator() if role == "operator" else home.visitor("v1")
    raw = await upgraded(home)
    raw.connect(role=role, token=token, **fields)
    await raw.until(b'"live"')
    return raw


@pytest.mark.parametrize(("role", "limit"), [("visitor", 8), ("operator", 32)])
async def test_connections_of_one_person_have_a_limit(home: House, role: str, limit: int) -> None:
    token = home.visitor("v1") if role == "visitor" else home.operator("op-1")
    clients = [await home.live(role, token) for _ in range(limit)]
    assert await (await home.enter(role, token)).closed() == 4429
    other = home.visitor("v2") if role == "visitor" else home.operator("op-2")
    await home.live(role, other)
    await clients[0].close()
    await home.live(role, token)


async def test_more_frames_than_allowed(build: Build) -> None:
    home: House = await build(visitor_frames_per_second=5)
    client = await home.live("visitor", home.visitor())
    for _ in range(12):
        await client.say(t="presence", state="online")
    assert await client.closed() == 4009


async def test_more_messages_than_allowed(build: Build) -> None:
    home: House = await build(visitor_messages_per_minute=600)
    mine = home.actions.own("v1")
    client = await home.live("visitor", home.visitor("v1"))
    message = {"type": "text", "content": "x"}
    for n in range(21):
        await client.say(t="send", id=n, conversation=mine, client_id=str(n), message=message)
    error = await client.until("error")
    assert (error["id"], error["code"]) == (20, "rate_limited")
    assert 0 < error["retry_after_ms"] <= 100
    await asyncio.sleep(error["retry_after_ms"] / 1000 + 0.01)
    await client.say(t="send", id=21, conversation=mine, client_id="21", message=message)
    assert (await client.until("ack"))["id"] == 0


@pytest.mark.parametrize("close", [FORBIDDEN, UNAUTHORIZED, UNKNOWN_WIDGET], ids=lambda close: close.name)
async def test_who_has_no_standing_is_not_let_in(home: House, close: Close) -> None:
    home.actions.close = close
    assert await (await home.enter("visitor", home.visitor())).closed() == close.code


async def test_standing_is_asked_again_at_refresh(home: House) -> None:
    client = await home.live("visitor", home.visitor("v1"))
    await client.say(t="refresh", token=home.visitor("v1"))
    assert await client.until("ok") == {"t": "ok", "id": None}
    await client.say(t="refresh", id="7", token=home.visitor("v1"))
    assert await client.until("ok") == {"t": "ok", "id": "7"}
    home.actions.close = FORBIDDEN
    await client.say(t="refresh", token=home.visitor("v1"))
    assert await client.closed() == 4403


async def test_a_token_that_cannot_be_opened_at_refresh(home: House) -> None:
    client = await home.live("visitor", home.visitor("v1"))
    await client.say(t="refresh", token="x")
    assert await client.closed() == 4401


async def test_a_token_expires(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("halloo.relay.tokens.LIFE_S", 1)
    client = await home.live("visitor", home.visitor("v1"))
    assert await client.closed() == 4401


REVOKED = [
    ("visitor", "v1", FORBIDDEN),
    ("widget", WIDGET, UNKNOWN_WIDGET),
]


@pytest.mark.parametrize(("kind", "id", "close"), REVOKED)
async def test_whose_right_ends_is_closed_within_a_second_and_stays_out(
    home: House, kind: str, id: str, close: Close
) -> None:
    token = home.visitor("v1")
    clients = [await home.live("visitor", token) for _ in range(3)]
    stranger = await home.live("visitor", home.visitor("v2", widget_id=new_id()))
    home.relay.hub.revoke(kind, id, close)
    assert await closed_within_a_second(*clients) == [close.code] * 3
    assert await closed_within_a_second(await home.enter("visitor", token)) == [close.code]
    await stranger.say(t="ping")
    await stranger.until("pong")
    await asyncio.sleep(0.005)
    await home.live("visitor", home.visitor("v1"))


async def test_an_operator_who_is_deactivated(home: House) -> None:
    client, other = await home.live("operator", home.operator("a")), await home.live("operator", home.operator("b"))
    home.relay.hub.revoke("operator", "a", UNAUTHORIZED)
    assert await closed_within_a_second(client) == [4401]
    await other.say(t="ping")
    await other.until("pong")


async def test_a_token_that_is_revoked(home: House) -> None:
    client = await home.live("operator", home.program("tok-1"))
    home.relay.hub.revoke("token", "tok-1", UNAUTHORIZED)
    assert await closed_within_a_second(client) == [4401]


async def test_an_origin_that_left_the_list(home: House) -> None:
    gone = await home.live("visitor", home.visitor("v1", parent_origin="https://old.example"))
    nowhere = await home.live("visitor", home.visitor("v2", parent_origin=None))
    stays = await home.live("visitor", home.visitor("v3"))
    home.relay.hub.revoke_origins(WIDGET, [SHOP], FORBIDDEN)
    assert await closed_within_a_second(gone, nowhere) == [4403, 4403]
    home.relay.hub.revoke_origins(WIDGET, [], FORBIDDEN)
    await stays.say(t="ping")
    await stays.until("pong")


# ── slow readers ──────────────────────────────────────────────────────────────────────────────────────────────────


async def deaf(home: House, streams: list[Any]) -> Raw:
    """A visitor who stops reading, with little room in between."""
    raw = await upgraded(home)
    raw.connect(role="visitor", token=home.visitor("v1"), streams=streams)
    await raw.until(b'"live"')
    raw.stop_reading()
    return raw


async def flood(home: House, conversation_id: str, kib: int) -> None:
    text = "x" * 8_000
    for _ in range(0, kib, 80):
        await asyncio.gather(*(home.fact(conversation_id, text) for _ in range(10)))


async def test_a_queue_that_passes_the_cap(home: House) -> None:
    mine = home.actions.own("v1", "c1")
    raw = await deaf(home, [f"c:{mine}"])
    for _ in range(100):
        if not home.relay.hub.sockets:
            break
        await flood(home, mine, 240)
    assert home.relay.hub.sockets == 0
    assert home.relay.shared.closes == {4008: 1}
    await until(lambda: not home.relay.shared.connections)
    raw.cut()


async def test_a_queue_that_stands_still(build: Build) -> None:
    home: House = await build(timing=Timing(slow=400), visitor_queue_bytes=1 << 30)
    mine = home.actions.own("v1", "c1")
    raw = await deaf(home, [f"c:{mine}"])
    while not any(peer.paused_at for peer in home.relay.hub.peers()):
        await flood(home, mine, 800)
    await until(lambda: home.relay.shared.closes)
    assert home.relay.shared.closes == {4008: 1}
    raw.cut()


async def test_a_slow_reader_that_gets_on_is_not_cut_off(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    left = 1 << 20

    def buffered(_link: TransportLink) -> int:
        return left

    monkeypatch.setattr(TransportLink, "buffered", buffered)
    home: House = await build(timing=Timing(slow=SLOW_MS), visitor_queue_bytes=1 << 30)
    mine = home.actions.own("v1", "c1")
    raw = await deaf(home, [f"c:{mine}"])
    while not any(peer.paused_at for peer in home.relay.hub.peers()):
        await flood(home, mine, 800)
    began = time.monotonic()
    left //= 2
    await until(lambda: home.relay.shared.closes)
    assert home.relay.shared.closes == {4008: 1}
    assert time.monotonic() - began > 1.5 * SLOW_MS / 1000  # it was given the time twice
    raw.cut()


async def test_who_fell_behind_is_fed_from_ring_and_log(build: Build) -> None:
    home: House = await build(visitor_queue_bytes=1 << 30)
    mine = home.actions.own("v1", "c1")
    raw = await deaf(home, [f"c:{mine}", "v:v1"])
    (peer,) = home.relay.hub.peers()
    while not peer.paused_at:
        await flood(home, mine, 800)
    (sub,) = (sub for sub in peer.subs.values() if sub.channel.stream == "c:c1")
    await home.facts(mine, 400, visitor_id="v1")
    head = sub.channel.head or 0
    assert head - sub.sent > 256
    assert not sub.live
    raw.read_on()
    heard: dict[str, list[int]] = {"c:c1": [], "v:v1": []}
    while heard["c:c1"][-1:] != [head] or len(heard["v:v1"]) < 400:
        for said in await raw.frames():
            if said["t"] == "event":
                heard[said["stream"]].append(said["offset"])
    assert heard == {"c:c1": list(range(1, head + 1)), "v:v1": list(range(1, 401))}
    await home.fact(mine, "now")
    assert any(said["t"] == "event" and said["offset"] == head + 1 for said in await raw.frames())
    assert sub.live
    raw.cut()


async def test_others_do_not_wait_for_a_slow_reader(home: House) -> None:
    mine = home.actions.own("v1", "c1")
    raw = await deaf(home, [f"c:{mine}"])
    quick = await home.live("operator", home.operator(), [f"c:{mine}"])

    async def listen() -> list[int]:
        return [event["offset"] for event in await quick.events(600, 10)]

    heard, _ = await asyncio.gather(listen(), flood(home, mine, 4800))
    assert heard == list(range(1, 601))
    raw.cut()


async def test_a_large_recovery_is_no_full_queue(home: House) -> None:
    mine = home.actions.own("v1", "c1")
    await flood(home, mine, 2400)
    client = await home.enter("visitor", home.visitor("v1"), [{"id": f"c:{mine}", "epoch": EPOCH, "offset": 0}])
    assert (await client.until("connected"))["streams"][0]["recovered"] is True
    assert [event["offset"] for event in await client.events(300)] == list(range(1, 301))
    await client.until("live")


# ── the planned stop ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_planned_stop_asks_everybody_to_come_back(home: House) -> None:
    clients = [await home.live("visitor", home.visitor()) for _ in range(4)]

    async def story(client: Client) -> tuple[int, int]:
        after = (await client.until("reconnect"))["after_ms"]
        return after, await client.closed()

    pace = Pace()
    stopping = asyncio.create_task(home.relay.stop())
    stories = await asyncio.gather(*map(story, clients))
    await stopping
    assert pace.seconds() < 3
    assert all(0 <= after < 2000 and code == 1012 for after, code in stories)
    assert not home.relay.ready


async def test_what_was_asked_for_before_a_stop_is_finished(home: House) -> None:
    mine = home.actions.own("v1")
    home.actions.delay = 0.3
    client = await home.live("visitor", home.visitor("v1"))
    message = {"type": "text", "content": "last words"}
    await client.say(t="send", id="1", conversation=mine, client_id="a", message=message)
    await asyncio.sleep(0.05)
    ack, _ = await asyncio.gather(client.until("ack"), home.relay.stop())
    assert ack["id"] == "1"
    assert await client.closed() == 1012


async def test_a_stop_without_anybody_is_quick(home: House) -> None:
    pace = Pace()
    await home.relay.stop()
    assert pace.seconds() < 0.5


async def test_a_pong_that_was_not_asked_for(home: House) -> None:
    raw = await connected(home)
    raw.send(frame(b"unasked", PONG))
    raw.say(t="ping")
    await raw.until(b'"pong"')
    raw.cut()
