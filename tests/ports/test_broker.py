"""The broker's promises, over both twins: several nodes in one process, or over a real Valkey."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any, Literal

import msgspec
import pytest

from halloo.events.model import Fact
from halloo.relay.broker import (
    Broker,
    Exchange,
    FactsNote,
    HintNote,
    Kept,
    MemoryBroker,
    Note,
    PresenceNote,
    RevokeNote,
    SendNote,
)
from halloo.relay.envelope import pack
from halloo.relay.valkey_broker import ValkeyBroker
from tests.support.pace import PATIENCE_S, Pace, until
from tests.support.valkey import ValkeyServer, running_valkey

Twin = Literal["memory", "valkey"]
Make = Callable[..., Any]
LIFE_MS = 1_500


class Heard:
    """What a node was told."""

    def __init__(self, broker: Broker) -> None:
        self.notes: list[Note] = []
        self.reached: list[str] = []
        self.gone: list[str] = []
        self.changes: list[bool] = []
        broker.listen(self.notes.append)
        broker.on_reach(self.reached.extend)
        broker.on_gone(self.gone.append)
        broker.on_change(self.changes.append)


@pytest.fixture(scope="module")
def valkey_server() -> Iterator[ValkeyServer]:
    with running_valkey() as server:
        yield server


@pytest.fixture
def valkey(valkey_server: ValkeyServer) -> ValkeyServer:
    """A running server, whatever the test before did to it, without keys of others."""
    valkey_server.start()
    valkey_server.resume()
    valkey_server.command("FLUSHALL")
    return valkey_server


@pytest.fixture(params=["memory", "valkey"])
def twin(request: pytest.FixtureRequest) -> Twin:
    """Each twin in turn."""
    chosen: Twin = request.param
    return chosen


@pytest.fixture
async def make(twin: Twin, request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    """Start a node beside those that were made before."""
    exchange = Exchange()
    server: ValkeyServer | None = request.getfixturevalue("valkey") if twin == "valkey" else None
    async with AsyncExitStack() as stack:

        async def start() -> Broker:
            made: Broker = MemoryBroker(exchange) if server is None else ValkeyBroker(server.url, life_ms=LIFE_MS)
            await made.start()
            stack.push_async_callback(made.stop)
            return made

        yield start


@pytest.fixture
async def line(valkey: ValkeyServer) -> AsyncIterator[Make]:
    """Start nodes over the Valkey alone: what only a line that breaks can show."""
    async with AsyncExitStack() as stack:

        async def start(life_ms: int = LIFE_MS) -> ValkeyBroker:
            made = ValkeyBroker(valkey.url, life_ms=life_ms)
            await made.start()
            stack.push_async_callback(made.stop)
            return made

        yield start


async def wanting(broker: Broker, workspace_id: str = "ws") -> Heard:
    """Listen to a workspace, until its notes reach the node."""
    heard = Heard(broker)
    broker.want(workspace_id)
    if isinstance(broker, ValkeyBroker):
        await until(lambda: workspace_id in heard.reached)
    return heard


def hint(number: int, workspace_id: str = "ws") -> HintNote:
    return HintNote(workspace_id, ["w:ws"], str(number).encode())


NOTES: list[Note] = [
    HintNote("ws", ["w:ws", "v:*"], b'{"t":"hint"}'),
    RevokeNote("origins", "w1", 4403, 7, ["https://shop.example"]),
    FactsNote("ws", "n", 9, [Fact("ws", 9, "f9", "message:send", b'{"a":"\xc3\xa9"}', 5, "c1", 3, "v1", 2)]),
    FactsNote("ws", "n", 9, []),
    PresenceNote("ws", "n", "visitor:v1", b"value"),
    PresenceNote("ws", "n", "visitor:v1", None),
]


async def test_every_kind_of_note_arrives_as_it_was_sent(make: Make) -> None:
    one, other = await make(), await make()
    mine, theirs = await wanting(one), await wanting(other)
    for note in NOTES:
        one.publish(note)
    assert mine.notes == NOTES
    await until(lambda: len(theirs.notes) == len(NOTES))
    assert theirs.notes == NOTES


async def test_notes_of_a_publisher_come_in_order_and_once(make: Make) -> None:
    one, other = await make(), await make()
    mine, theirs = await wanting(one), await wanting(other)
    for number in range(2_000):
        one.publish(hint(number) if number % 7 else RevokeNote("visitor", str(number), 4403, number))
    assert len(mine.notes) == 2_000
    await until(lambda: len(theirs.notes) == 2_000)
    assert theirs.notes == mine.notes
    assert one.tally.lost_notes == 0


async def test_a_node_hears_of_the_workspaces_it_wants(make: Make) -> None:
    one, other = await make(), await make()
    theirs = await wanting(other)
    other.want("ws")
    one.publish(hint(1, "another"))
    one.publish(hint(2))
    other.unwant("ws")
    await asyncio.sleep(0.05)
    one.publish(hint(3))  # it was wanted twice
    await until(lambda: len(theirs.notes) == 2)
    other.unwant("ws")
    await asyncio.sleep(0.1)
    one.publish(hint(4))
    one.publish(RevokeNote("visitor", "v1", 4403, 0))
    await until(lambda: len(theirs.notes) == 3)
    assert theirs.notes == [hint(2), hint(3), RevokeNote("visitor", "v1", 4403, 0)]


async def test_what_is_for_everybody_needs_no_want(make: Make) -> None:
    one, other = await make(), await make()
    theirs = Heard(other)
    note = FactsNote("ws", one.node, 1, [], everywhere=True)
    one.publish(note)
    await until(lambda: theirs.notes == [note])


async def test_what_is_for_one_node_reaches_it_alone(make: Make) -> None:
    one, other, third = await make(), await make(), await make()
    heard = [Heard(broker) for broker in (one, other, third)]
    note = SendNote(other.node, "session", b"\x00frames")
    one.publish(note)
    one.publish(SendNote("0" * 36, "session", b"nobody"))
    await until(lambda: heard[1].notes == [note])
    await asyncio.sleep(0.05)
    assert [one.notes for one in heard] == [[], [note], []]
    own = SendNote(one.node, "session", b"mine")
    one.publish(own)
    assert heard[0].notes == [own]


async def test_a_listener_that_fails_keeps_no_note_from_the_others(make: Make) -> None:
    one = await make()

    def fails(_note: Note) -> None:
        raise LookupError

    one.listen(fails)
    heard = Heard(one)
    one.publish(hint(1))
    assert heard.notes == [hint(1)]


async def test_what_nodes_keep_all_find(make: Make) -> None:
    one, other = await make(), await make()
    one.keep("ws", "presence", "v1", b"online")
    one.keep("ws", "visitor", "v1", b"page")
    other.keep("ws", "presence", "v1", b"away")
    other.keep("ws", "presence", "v2", b"\x00\xff")
    other.keep("another", "presence", "v3", b"online")
    wanted = {Kept(one.node, "v1", b"online"), Kept(other.node, "v1", b"away"), Kept(other.node, "v2", b"\x00\xff")}
    await finds(one, wanted)
    await finds(other, wanted)
    one.keep("ws", "presence", "v1", b"away")
    other.keep("ws", "presence", "v1", None)
    other.keep("ws", "presence", "unknown", None)
    wanted = {Kept(one.node, "v1", b"away"), Kept(other.node, "v2", b"\x00\xff")}
    await finds(one, wanted)
    await finds(other, wanted)


async def test_what_a_node_kept_goes_with_it(make: Make) -> None:
    one, other = await make(), await make()
    heard = Heard(one)
    other.keep("ws", "presence", "v1", b"online")
    await finds(one, {Kept(other.node, "v1", b"online")})
    await other.stop()
    await until(lambda: heard.gone == [other.node])
    await finds(one, set())


async def finds(broker: Broker, wanted: set[Kept], seconds: float = PATIENCE_S) -> None:
    async with asyncio.timeout(seconds):
        while set(await broker.kept("ws", "presence")) != wanted:  # noqa: ASYNC110 - another node has no event for it
            await asyncio.sleep(0.02)


# ── a line that breaks ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
async def test_what_is_kept_lives_as_long_as_its_node(line: Make) -> None:
    one, other = await line(), await line()
    heard = Heard(one)
    one.keep("ws", "presence", "v1", b"online")
    other.keep("ws", "presence", "v2", b"online")
    both = {Kept(one.node, "v1", b"online"), Kept(other.node, "v2", b"online")}
    await finds(one, both)
    await asyncio.sleep(2 * LIFE_MS / 1000)
    assert set(await one.kept("ws", "presence")) == both
    die(other)
    pace = Pace()
    await finds(one, {Kept(one.node, "v1", b"online")})
    assert pace.seconds() < LIFE_MS / 1000 + 1
    await until(lambda: heard.gone == [other.node])


def die(broker: ValkeyBroker) -> None:
    """End a node as a power cut would: nothing is said."""
    line = broker._line  # pyright: ignore[reportPrivateUsage] - no door leads to a power cut
    assert line is not None
    line.cancel()


@pytest.mark.slow
async def test_it_comes_back_after_the_server_was_killed(line: Make, valkey: ValkeyServer) -> None:
    one, other = await line(), await line()
    mine, theirs = await wanting(one), await wanting(other)
    one.keep("ws", "presence", "v1", b"online")
    valkey.kill()
    await until(lambda: not one.up and not other.up)
    one.publish(hint(1))
    assert mine.notes == [hint(1)]
    assert one.tally.lost_notes == 1
    assert await one.kept("ws", "presence") == [Kept(one.node, "v1", b"online")]
    assert await other.kept("ws", "presence") == []
    one.keep("ws", "presence", "v2", b"online")
    theirs.reached.clear()
    valkey.start()
    await until(lambda: one.up and other.up)
    await until(lambda: theirs.reached == ["ws"])
    one.publish(hint(2))
    await until(lambda: theirs.notes == [hint(2)])
    await finds(other, {Kept(one.node, "v1", b"online"), Kept(one.node, "v2", b"online")})
    assert mine.changes == theirs.changes == [False, True]


@pytest.mark.slow
async def test_a_server_that_hangs_is_found_within_two_seconds(line: Make, valkey: ValkeyServer) -> None:
    one, other = await line(), await line()
    await wanting(one)
    theirs = await wanting(other)
    valkey.pause()
    pace = Pace()
    one.publish(hint(1))
    await until(lambda: not one.up and not other.up)
    assert pace.seconds() < 2.5
    one.publish(hint(2))
    pace = Pace()
    await one.kept("ws", "presence")
    assert pace.seconds() < 0.1
    valkey.resume()
    await until(lambda: one.up and other.up)
    one.publish(hint(3))
    await until(lambda: hint(3) in theirs.notes)
    assert theirs.notes in ([hint(3)], [hint(1), hint(3)])


@pytest.mark.slow
async def test_a_node_that_falls_silent_makes_the_others_ask_the_log(line: Make) -> None:
    one, other = await line(60_000), await line(60_000)
    heard = await wanting(one)
    await until(lambda: one.complete)
    heard.reached.clear()
    await asyncio.sleep(1.1)
    die(other)
    await until(lambda: not one.complete)
    assert one.up
    third = await line(60_000)
    await other.stop()
    await until(lambda: third.up)
    assert heard.reached == []


async def test_a_broker_that_is_not_there_stops_nobody(valkey: ValkeyServer) -> None:
    valkey.kill()
    broker = ValkeyBroker(valkey.url, life_ms=LIFE_MS)
    heard = Heard(broker)
    await broker.start()
    assert not broker.up
    broker.publish(hint(1))
    broker.keep("ws", "presence", "v1", b"online")
    assert heard.notes == [hint(1)]
    assert await broker.kept("ws", "presence") == [Kept(broker.node, "v1", b"online")]
    valkey.start()
    await until(lambda: broker.up)
    await broker.stop()


async def test_a_broker_that_was_emptied_gets_everything_again(line: Make, valkey: ValkeyServer) -> None:
    one, other = await line(), await line()
    one.keep("ws", "presence", "v1", b"online")
    await finds(other, {Kept(one.node, "v1", b"online")})
    valkey.command("FLUSHALL")
    await finds(other, {Kept(one.node, "v1", b"online")})


async def test_messages_nobody_knows_are_counted_and_passed_over(line: Make, valkey: ValkeyServer) -> None:
    one = await line()
    heard = Heard(one)
    strange = [
        b"",
        b"hello",
        b"H2" + b"x" * 60,
        pack("1" * 36, 1, b"\xc1"),
        pack("1" * 36, 2, b"\x81\xa4type\xa6future"),
        b"H1" + b"\xff" * 44 + b"x",
        pack("2" * 36, 1, msgspec.msgpack.encode(hint(1)).replace(b"ws", b"w\xff", 1)),
        pack("2" * 36, 2, b"\x82\xa4type\xa4hint\xa1x" + b"\x91" * 100_000 + b"\xc0"),
    ]
    for message in strange:
        valkey.command("PUBLISH", "halloo:all", message)
    await until(lambda: one.tally.garbled == len(strange))
    assert heard.notes == []
    assert one.up


async def test_more_than_may_wait_is_dropped_and_counted(line: Make) -> None:
    one = await line()
    for number in range(10_500):
        one.publish(hint(number))
    assert one.tally.lost_notes == 500
    one.publish(hint(10_500))
    assert one.tally.lost_notes == 501


@pytest.mark.parametrize(
    "url",
    [
        "http://:secret@valkey.internal",
        "valkey.internal:6379",
        "redis://:secret@",
        "redis://:secret@host:99999",
        "redis://:secret@host:port/0",
        "redis://:secret@host/name",
        "unix://",
        "redis://:secret@host/0?colour=red",
    ],
)
def test_an_address_that_cannot_be_one_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"relay\.broker_url: ") as refused:
        ValkeyBroker(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["redis://host", "rediss://u:p@host:6380/1", "unix:///run/valkey.sock", "valkey://host"]
)
def test_addresses_as_people_write_them(url: str) -> None:
    assert ValkeyBroker(url).up is False
