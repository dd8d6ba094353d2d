"""What keeps the relay quick, as rules: nothing is built twice, no socket has a task, and who comes back soon costs no query."""

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest

import halloo.relay
from halloo.events.model import Fact
from halloo.kit.ids import new_id
from halloo.relay.fanout import Fanout
from halloo.relay.server import monotonic_clock
from halloo.relay.wire import text_frame
from tests.relay.house import EPOCH, WORKSPACE, House

RELAY = str(Path(halloo.relay.__file__).parent)


async def test_everybody_gets_the_very_same_frame_which_holds_the_fact_s_own_bytes(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bytes] = []
    for _ in range(20):
        await home.live("operator", home.operator(), [f"w:{WORKSPACE}"])
    for peer in home.relay.hub.peers():
        monkeypatch.setattr(peer, "direct", written.append)
    data = b'{"content":"the bytes that were recorded"}'
    Fanout(home.relay.hub).read([Fact(WORKSPACE, 1, new_id(), "message:send", data, 7, "c", 1)])
    await asyncio.sleep(0.01)
    events = [frame for frame in written if b'"t":"event"' in frame]
    assert len(events) == 20
    assert all(frame is events[0] for frame in events)
    head = f'{{"t":"event","stream":"w:{WORKSPACE}","offset":1,"name":"message:send","at":7,"data":'
    assert events[0] == text_frame(head.encode() + data + b"}")


async def test_sockets_have_no_task_and_no_queue_of_their_own(home: House) -> None:
    def ours() -> list[str]:
        names = [task.get_coro() for task in asyncio.all_tasks()]
        return [str(coro) for coro in names if getattr(coro, "cr_code", None) and RELAY in coro.cr_code.co_filename]  # type: ignore[union-attr] - looked at before

    before = ours()
    clients = [await home.live("visitor", home.visitor()) for _ in range(20)]
    for client in clients:
        await client.say(t="ping")
        await client.until("pong")
    assert ours() == before
    assert not any(connection.busy for connection in home.relay.shared.connections)


async def test_what_was_closed_is_gone_without_the_collector(home: House) -> None:
    kinds = ("Connection", "Session", "Peer", "Worker", "TCPTransport", "BoundedProtocol")

    def held() -> int:
        home.relay.hub.wheel.turn(monotonic_clock() + 60_000)  # it asks everybody once more
        return sum(type(one).__name__ in kinds for one in gc.get_objects())

    async def come_and_go(times: int) -> None:
        for _ in range(times):
            await (await home.live("visitor", home.visitor())).close()
        home.clients.clear()
        await asyncio.sleep(0.2)

    await come_and_go(1)
    gc.collect()
    gc.disable()
    try:
        before = held()
        await come_and_go(10)
        assert held() <= before
    finally:
        gc.enable()


async def test_who_comes_back_while_the_ring_holds_what_was_missed_costs_no_query(home: House) -> None:
    visitors = [new_id() for _ in range(10)]
    for visitor in visitors:
        await home.fact("c", "before", visitor)
        await home.live("visitor", home.visitor(visitor), [f"v:{visitor}"])
    for visitor in visitors:
        await home.fact("c", "meanwhile", visitor)
    asked: list[Any] = []
    read = home.database.read

    async def counted(*arguments: Any) -> Any:
        asked.append(arguments)
        return await read(*arguments)

    home.database.read = counted  # type: ignore[method-assign] - the same, counted
    for visitor in visitors:
        back = await home.enter("visitor", home.visitor(visitor), [{"id": f"v:{visitor}", "epoch": EPOCH, "offset": 1}])
        found = (await back.until("connected"))["streams"][0]
        assert (found["offset"], found["recovered"]) == (2, True)
        assert (await back.until("event"))["data"] == {"content": "meanwhile"}
    assert asked == []
