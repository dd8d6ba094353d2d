"""The ring, the channels, the outbox, the wheel: values without sockets."""

import asyncio
from itertools import pairwise

import pytest

from halloo.events.model import Fact
from halloo.relay.broker import HintNote, MemoryBroker, Note, RevokeNote
from halloo.relay.outbox import MANY, SLICE, Outbox
from halloo.relay.peer import Peer, Write
from halloo.relay.room import IDLE_CHANNELS, RING, Room
from halloo.relay.tokens import Claims
from halloo.relay.wheel import TICK_MS, Once, Wheel
from halloo.relay.wire import Out, close_frame, joined, pong_frame, text_frame

CLAIMS = Claims("visitor", "ws", 0, 1, "Ada", visitor_id="v1")


class Tape:
    """A link that keeps what is written."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.write: Write = self.frames.append
        self.aborted = False

    def write_last(self, data: bytes) -> None:
        self.frames.append(data)

    transport = "tape"

    def buffered(self) -> int:
        return 0

    def finish(self) -> None:
        self.aborted = True

    def abort(self) -> None:
        self.aborted = True

    def hold(self) -> None:
        self.frames.clear()

    def release(self) -> None:
        self.frames.clear()


def peer() -> tuple[Peer, Tape]:
    tape = Tape()
    return Peer(tape, CLAIMS, "t", 1000), tape


def fact(seq: int, conversation: str = "c1", offset: int | None = None) -> Fact:
    return Fact("ws", seq, str(seq), "message:send", b"{}", 0, conversation, seq if offset is None else offset)


def room(*facts: Fact) -> Room:
    made = Room("ws", Outbox())
    made.load("e1", 0, [])
    assert made.take(facts)
    return made


def test_the_ring_holds_the_last_facts_and_says_so_when_it_does_not() -> None:
    made = room(*(fact(n) for n in range(1, RING + 11)))
    found = made.find("c:c1", 10, RING + 10)
    assert found is not None
    assert [event.offset for event in found] == list(range(11, RING + 11))
    assert made.find("c:c1", 9, RING + 10) is None
    assert made.find("c:c1", RING + 10, RING + 10) == []
    assert made.find("c:c1", RING + 9, RING + 11) is None
    assert made.find("c:other", 0, 1) is None
    part = made.find("w:ws", 20, 22)
    assert part is not None
    assert [event.offset for event in part] == [21, 22]


def test_a_stream_that_left_the_ring_leaves_nothing_behind() -> None:
    made = room(fact(1, "old", 1), *(fact(n) for n in range(2, RING + 2)))
    assert made.find("c:old", 0, 1) is None
    assert made.pin("c:old").head is None
    assert made.pin("c:c1").head == RING + 1


def test_numbers_that_were_seen_are_passed_over_and_missing_ones_are_told() -> None:
    made = room(fact(1), fact(2))
    assert made.take([fact(2), fact(3)])
    assert made.seq == 3
    assert not made.take([fact(5)])
    assert made.seq == 3
    assert made.take([fact(4), fact(5)])
    assert made.seq == 5


def test_heads_of_channels_without_followers_are_kept_up_to_a_bound() -> None:
    made = room()
    for n in range(IDLE_CHANNELS + 5):
        channel = made.pin(f"c:{n}")
        channel.head = 7
        made.unpin(channel)
    assert len(made.channels) == IDLE_CHANNELS
    assert made.pin("c:0").head is None
    assert made.pin(f"c:{IDLE_CHANNELS + 4}").head == 7


async def test_frames_of_one_tick_are_one_frame_and_shared() -> None:
    outbox = Outbox()
    (one, first), (two, second), (three, third) = peer(), peer(), peer()
    a, b, c = Out(b"a"), Out(b"b"), Out(b"c")
    outbox.push_all([one, two], a)
    outbox.push_all([one, two], b)
    outbox.push(three, c)
    outbox.push_all([], c)
    await asyncio.sleep(0)
    assert first.frames == second.frames == [text_frame(b"a\nb")]
    assert first.frames[0] is second.frames[0]
    assert third.frames == [text_frame(b"c")]
    assert third.frames[0] is c.frame


async def test_a_fan_out_to_many_lets_the_loop_breathe() -> None:
    outbox = Outbox()
    peers = [peer() for _ in range(SLICE * 2 + 1)]
    outbox.push_all([one for one, _ in peers], Out(b"x"))
    written: list[int] = []
    for _ in range(4):
        await asyncio.sleep(0)
        written.append(sum(len(tape.frames) for _, tape in peers))
    assert written == [SLICE, SLICE * 2, SLICE * 2 + 1, SLICE * 2 + 1]


async def test_many_get_one_object_and_bursts_of_one_tick_are_one_frame() -> None:
    outbox = Outbox()
    peers = [peer() for _ in range(MANY * 2)]
    everyone = [one for one, _ in peers]
    outbox.push_all(everyone, Out(b"a"))
    outbox.push_all(everyone, Out(b"b"))
    await asyncio.sleep(0)
    frame = peers[0][1].frames[0]
    assert frame == text_frame(b"a\nb")
    assert all(len(tape.frames) == 1 and tape.frames[0] is frame for _, tape in peers)


@pytest.mark.parametrize("many", [MANY, SLICE * 2])
async def test_whatever_is_pushed_reaches_each_peer_in_order(many: int) -> None:
    outbox = Outbox()
    peers = [peer() for _ in range(many)]
    everyone = [one for one, _ in peers]
    expected: dict[Peer, list[bytes]] = {one: [] for one in everyone}

    def push(some: list[Peer], letter: bytes) -> None:
        for one in some:
            expected[one].append(letter)
        if len(some) == 1:
            outbox.push(some[0], Out(letter))
        else:
            outbox.push_all(some, Out(letter))

    last = everyone[-1]
    push(everyone, b"a")
    push(everyone[1:], b"b")
    push([last], b"c")
    await asyncio.sleep(0)  # where they are very many, the first half has it
    push(everyone, b"d")
    push([last], b"e")
    push(everyone[-3:], b"f")
    last.pause(1)
    push([everyone[0]], b"g")
    await asyncio.sleep(0)
    assert last.resume()
    for _ in range(12):
        await asyncio.sleep(0)
    push(everyone, b"h")
    for _ in range(12):
        await asyncio.sleep(0)
    for one, tape in peers:
        said = b"\n".join(frame[2:] for frame in tape.frames).split(b"\n")
        assert said == expected[one]


async def test_before_a_close_a_peer_gets_what_is_on_its_way_to_many() -> None:
    outbox = Outbox()
    peers = [peer() for _ in range(SLICE + 1)]
    last, tape = peers[-1]
    outbox.push_all([one for one, _ in peers], Out(b"a"))
    outbox.push(last, Out(b"b"))
    await asyncio.sleep(0)
    assert tape.frames == []
    outbox.flush_peer(last)
    last.leave()
    await asyncio.sleep(0)
    assert tape.frames == [text_frame(b"a\nb")]
    outbox.flush_peer(peers[0][0])
    assert peers[0][1].frames == [text_frame(b"a")]


async def test_a_peer_that_cannot_be_written_to_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    outbox = Outbox()
    (one, broken), (two, whole) = peer(), peer()

    def write(_: bytes) -> None:
        raise RuntimeError

    broken.write = write
    outbox.push_all([one, two], Out(b"x"))
    await asyncio.sleep(0)
    assert broken.aborted
    assert whole.frames == [text_frame(b"x")]
    assert "RuntimeError" in caplog.text


def test_a_paused_peer_keeps_what_it_is_answered_and_nothing_after_its_end() -> None:
    one, tape = peer()
    one.pause(5)
    one.pause(6)
    assert one.paused_at == 5
    for letter in (b"a", b"b"):
        one.write(Out(letter))
    assert tape.frames == []
    assert one.resume()
    assert tape.frames == [text_frame(b"a\nb")]
    one.gone = True
    one.write(Out(b"c"))
    assert len(tape.frames) == 1


def test_a_backlog_goes_out_in_pieces() -> None:
    one, tape = peer()
    one.pause(0)
    for _ in range(10):
        one.write(Out(b"x" * 10_000))
    assert one.resume()
    assert [len(frame) for frame in tape.frames] == [30_006, 30_006, 30_006, 10_004]


class Alarm:
    def __init__(self, every: int | None = None) -> None:
        self.rang: list[int] = []
        self.every = every

    def due(self, now: int) -> int | None:
        self.rang.append(now)
        return None if self.every is None else now + self.every


def test_the_wheel_asks_when_the_time_has_come_and_not_before() -> None:
    wheel = Wheel(lambda: 0)
    once, again = Alarm(), Alarm(250)
    wheel.add(once, 1000)
    wheel.add(again, 0)
    for now in range(0, 2001, TICK_MS):
        wheel.turn(now)
    assert once.rang == [1000]
    assert again.rang[0] == 0
    assert all(250 <= after - before <= 250 + TICK_MS for before, after in pairwise(again.rang))


def test_a_wheel_that_slept_asks_everybody_once() -> None:
    wheel = Wheel(lambda: 0)
    alarms = [Alarm() for _ in range(5)]
    for at, alarm in enumerate(alarms):
        wheel.add(alarm, at * 1000)
    wheel.turn(86_400_000)
    assert all(alarm.rang == [86_400_000] for alarm in alarms)
    late = Alarm()
    wheel.add(late, 5)
    wheel.turn(86_400_000 + TICK_MS)
    assert late.rang == [86_400_000 + TICK_MS]


def test_one_entry_that_fails_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    wheel = Wheel(lambda: 0)
    alarm = Alarm()

    def fail(_: int) -> None:
        raise RuntimeError

    wheel.add(Once(fail), 0)
    wheel.add(alarm, 0)
    wheel.turn(0)
    assert alarm.rang == [0]
    assert "RuntimeError" in caplog.text


async def test_notes_reach_every_listener_in_order() -> None:
    broker = MemoryBroker()
    heard: list[list[Note]] = [[], []]
    broker.listen(heard[0].append)
    broker.listen(heard[1].append)
    await broker.start()
    notes = [HintNote("ws", ["w:ws"], b"{}"), RevokeNote("visitor", "v1", 4403, 0)]
    for note in notes:
        broker.publish(note)
    assert heard == [notes, notes]
    await broker.stop()
    broker.publish(notes[0])
    assert heard == [notes, notes]


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f" + (65_536).to_bytes(8, "big")),
    ],
)
def test_a_text_frame(size: int, head: bytes) -> None:
    assert text_frame(b"x" * size) == head + b"x" * size


def test_control_frames() -> None:
    assert close_frame(4400, "bad_frame") == b"\x88\x0b\x11\x30bad_frame"
    assert pong_frame(b"hi") == b"\x8a\x02hi"
    out = Out(b"{}")
    assert joined([out]) is out
