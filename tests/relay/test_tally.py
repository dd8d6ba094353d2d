"""What the relay counts, where it happens: over real sockets."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from websockets.exceptions import InvalidStatus

from halloo.events.log import list_after
from halloo.kit.ids import new_id
from halloo.relay.room import RING
from halloo.relay.tally import Tally
from tests.relay.house import EPOCH, WORKSPACE, House

STREAM = f"w:{WORKSPACE}"


async def until(done: Callable[[], bool]) -> None:
    for _ in range(200):
        if done():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")


async def test_connections_are_counted_by_role_and_leave_no_trace(home: House) -> None:
    tally = counted(home)
    visitor = await home.live("visitor", home.visitor())
    operator = await home.live("operator", home.operator())
    assert dict(tally.sockets) == {("visitor", "websocket"): 1, ("operator", "websocket"): 1}
    assert tally.opened == 2
    assert home.relay.hub.present(WORKSPACE) == {"visitor": 1, "operator": 1}
    assert home.relay.hub.rooms == 1
    frames = tally.frames_in
    await operator.say(t="ping")
    await operator.until("pong")
    assert tally.frames_in == frames + 1
    await visitor.close()
    await operator.close()
    await until(lambda: not sum(tally.sockets.values()))
    assert tally.opened == 2


async def test_handshakes_that_are_turned_away_are_counted_by_reason(home: House) -> None:
    turned: list[dict[str, Any]] = [
        {"origin": "https://evil.example"},
        {"origin": None},
        {"path": "/relays"},
        {"path": "/relay?token=x"},
    ]
    for options in turned:
        with pytest.raises(InvalidStatus):
            await home.dial(**options)
    home.relay.shared.draining = True
    with pytest.raises(InvalidStatus):
        await home.dial()
    home.relay.shared.draining = False
    assert counted(home).refused == {"origin": 2, "path": 1, "malformed": 1, "busy": 1}
    assert counted(home).opened == 0


async def test_a_fan_out_is_measured_once_and_its_frames_are_counted(home: House) -> None:
    clients = [await home.live("operator", home.operator(f"op-{number}"), [STREAM]) for number in range(3)]
    tally = counted(home)
    frames, payload = tally.frames_out, tally.bytes_out
    assert sum(tally.lag.counts) == 0
    await home.fact(new_id(), "hello")
    for client in clients:
        await client.until("event")
    assert sum(tally.lag.counts) == 1
    assert 0 <= tally.lag.sum < 5
    assert tally.frames_out == frames + 3
    assert tally.bytes_out - payload > 3 * len("hello")
    assert tally.hints == 0


async def test_recoveries_are_counted_by_where_they_came_from(home: House) -> None:
    tally = counted(home)
    await home.facts(new_id(), RING + 20)
    head = RING + 20
    for offset in (head, head - 5, 5, 10_000):
        client = await home.live("operator", home.operator(), [{"id": STREAM, "epoch": EPOCH, "offset": offset}])
        await client.close()
    client = await home.live("operator", home.operator(), [{"id": STREAM, "epoch": "another", "offset": 1}])
    await client.close()
    assert dict(tally.recoveries) == {
        ("none", "recovered"): 1,
        ("ring", "recovered"): 1,
        ("log", "recovered"): 1,
        ("none", "lost"): 2,
    }


async def test_closes_are_counted_by_code(home: House) -> None:
    client = await home.dial()
    await client.connection.send("no json")
    assert await client.closed() == 4400
    assert counted(home).closes == {4400: 1}


async def test_what_another_process_wrote_is_a_repair_and_what_cannot_be_repaired_a_fall(home: House) -> None:
    client = await home.live("operator", home.operator(), [STREAM])
    await home.elsewhere(new_id(), 3)
    await home.fact(new_id(), "a number behind those")
    await client.events(4)
    assert (home.relay.hub.repairs, counted(home).fell_behind) == (1, 0)
    last = (await home.database.read(WORKSPACE, list_after, STREAM, 0, 10))[-1]
    home.relay.hub.take(WORKSPACE, [replace(last, seq=99)])  # the log knows of none such
    assert await client.closed() == 4010
    assert counted(home).fell_behind == 1


async def test_who_reads_too_slowly_is_behind_and_is_owed(home: House) -> None:
    await home.live("operator", home.operator(), [STREAM])
    assert home.relay.hub.behind() == (0, 0)
    peer = home.relay.hub.peers()[0]
    peer.pause(0)
    await home.fact(new_id(), "hello")
    late, owed = home.relay.hub.behind()
    assert late == 1
    assert owed > len("hello")


def counted(home: House) -> Tally:
    return home.relay.hub.tally
