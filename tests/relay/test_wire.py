"""The WebSocket protocol itself, on a raw socket, over both engines."""

import asyncio
import gc
from itertools import pairwise
from typing import cast

import msgspec
import pytest

from tests.relay.house import WORKSPACE, House
from tests.relay.raw import BINARY, CLOSE, CONTINUATION, PING, PONG, Raw, frame, upgraded

FAULTS = [
    ("unmasked", frame(b"{}", masked=False), 1002),
    ("the first reserved bit", frame(b"{}", rsv=0x40), 1002),
    ("the second reserved bit", frame(b"{}", rsv=0x20), 1002),
    ("the third reserved bit", frame(b"{}", rsv=0x10), 1002),
    ("an opcode that does not exist", frame(b"{}", 3), 1002),
    ("a control opcode that does not exist", frame(b"", 11), 1002),
    ("a ping in fragments", frame(b"", PING, fin=False), 1002),
    ("a ping too long", frame(b"x" * 126, PING), 1002),
    ("a continuation of nothing", frame(b"{}", CONTINUATION), 1002),
    ("a message within a message", frame(b"{", fin=False) + frame(b"{}"), 1002),
    ("a close with half a code", frame(b"\x03", CLOSE), 1002),
    ("a close with a code of no use", frame(b"\x03\xed", CLOSE), 1002),
    ("binary", frame(b"{}", BINARY), 4400),
    ("invalid utf-8", frame(b'{"t":"\xc3\x28"}'), 4400),
    ("half a character", frame(b'{"t":"\xe2\x82'), 4400),
    ("a surrogate in utf-8", frame(b'{"t":"\xed\xa0\x80"}'), 4400),
    ("no json", frame(b"hello"), 4400),
    ("an empty message", frame(b""), 4400),
    ("too large, all of it", frame(b" " * 65_537), 4413),
    ("too large, still coming", frame(b" " * 66_000, size=10**9), 4413),
    ("too large, in fragments", frame(b" " * 40_000, fin=False) + frame(b" " * 40_000, CONTINUATION), 4413),
]


async def test_a_fault_ends_the_connection(home: House) -> None:
    for what, data, code in FAULTS:
        raw = await upgraded(home)
        raw.send(data)
        assert await raw.closed() == code, what
        raw.cut()


async def _connected(home: House) -> Raw:
    raw = await upgraded(home)
    raw.send(frame(_connect(home)))
    while b'"t":"live"' not in (await raw.next())[1]:
        pass
    return raw


def _connect(home: House) -> bytes:
    token = home.operator()
    return msgspec.json.encode(
        {"t": "connect", "v": 1, "role": "operator", "token": token, "streams": [f"w:{WORKSPACE}"]}
    )


async def test_fragments_are_joined_with_pings_between_them(home: House) -> None:
    raw = await upgraded(home)
    payload = _connect(home)
    raw.send(
        frame(payload[:1], fin=False),
        frame(b"are you there", PING),
        frame(payload[1:50], CONTINUATION, fin=False),
        frame(b"", CONTINUATION, fin=False),
        frame(payload[50:], CONTINUATION),
    )
    assert await raw.next() == (PONG, b"are you there")
    assert b'"connected"' in (await raw.next())[1]
    raw.cut()


async def test_a_character_may_be_cut_by_fragments(home: House) -> None:
    raw = await _connected(home)
    payload = '{"t":"dance","id":"ö"}'.encode()
    at = payload.index(b"\xc3") + 1
    raw.send(frame(payload[:at], fin=False), frame(payload[at:], CONTINUATION))
    while b"unknown_frame" not in (answer := (await raw.next())[1]):
        pass
    assert msgspec.json.decode(answer)["id"] == "ö"
    raw.cut()


async def test_one_byte_at_a_time(home: House) -> None:
    raw = await upgraded(home)
    for byte in frame(_connect(home)):
        raw.send(bytes([byte]))
        await asyncio.sleep(0)
    assert b'"connected"' in (await raw.next())[1]
    raw.cut()


async def test_many_frames_in_one_segment_are_answered_in_order(home: House) -> None:
    raw = await _connected(home)
    raw.send(*(frame(msgspec.json.encode({"t": "unsubscribe", "id": n, "streams": []})) for n in range(50)))
    answered: list[int] = []
    while len(answered) < 50:
        for line in (await raw.next())[1].split(b"\n"):
            said = msgspec.json.decode(line)
            if said["t"] == "ok":
                answered.append(said["id"])
    assert all(after == before + 1 for before, after in pairwise(answered))
    raw.cut()


async def test_an_operators_frame_may_be_larger(home: House) -> None:
    raw = await _connected(home)
    raw.send(frame(b'{"t":"ping"}'.ljust(200_000)))
    while b"pong" not in (await raw.next())[1]:
        pass
    raw.send(frame(b'{"t":"ping"}'.ljust(256 * 1024 + 1)))
    assert await raw.closed() == 4413
    raw.cut()


@pytest.mark.parametrize("payload", [b"", b"\x03\xe8", b"\x03\xe8bye", b"\x0f\xa0"])
async def test_a_close_is_answered_and_the_connection_ends(home: House, payload: bytes) -> None:
    raw = await _connected(home)
    raw.send(frame(payload, CLOSE))
    while True:
        opcode, answer = await raw.next()
        if opcode == CLOSE:
            break
    assert answer == payload[:2]
    assert await raw.end() == b""
    assert home.relay.hub.sockets == 0


async def test_a_client_that_does_not_answer_a_close_is_cut(home: House) -> None:
    raw = await upgraded(home)
    raw.send(frame(b"hello"))
    assert await raw.closed() == 4400
    assert await raw.end() == b""


async def test_a_connection_that_is_cut_leaves_nothing_behind(home: House) -> None:
    raw = await _connected(home)
    assert home.relay.hub.sockets == 1
    raw.cut()
    for _ in range(100):
        if not home.relay.shared.connections:
            break
        await asyncio.sleep(0.01)
    assert home.relay.hub.sockets == 0
    assert home.relay.hub.peers() == []


@pytest.mark.parametrize("opcode", [PING, PONG])
async def test_control_frames_count_like_frames(home: House, opcode: int) -> None:
    raw = await _connected(home)
    raw.send(*[frame(b"x", opcode)] * 1_000)
    assert await raw.closed() == 4009


async def test_pings_of_nobody_known_count_too(home: House) -> None:
    raw = await upgraded(home)
    raw.send(*[frame(b"x" * 125, PING)] * 1_000)
    assert await raw.closed() == 4009


async def test_of_parts_of_a_message_their_bytes_alone_are_kept(home: House) -> None:
    raw = await _connected(home)
    raw.send(frame(b'{"t":', fin=False), *[frame(b"", CONTINUATION, fin=False)] * 2_000, frame(b"x", PING))
    while (await raw.next())[0] != PONG:
        pass
    lists = [cast("list[object]", one) for one in gc.get_objects() if type(one) is list]
    assert not [one for one in lists if len(one) >= 2_000 and one[-1] == b"" and one[-2] == b""]
    raw.send(frame(b'"ping"}', CONTINUATION))
    assert b'"pong"' in (await raw.next())[1]
    raw.cut()
