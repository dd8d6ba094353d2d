"""Going on from a position: from the ring, from the log, and never a part."""

import asyncio
from typing import Any

import pytest

from halloo.kit.ids import new_id
from tests.relay.conftest import Build
from tests.relay.house import EPOCH, WORKSPACE, Client, House
from tests.relay.raw import upgraded
from tests.support.pace import Pace

W = f"w:{WORKSPACE}"


def offsets(frames: list[dict[str, Any]]) -> list[int]:
    return [frame["offset"] for frame in frames]


async def until_live(client: Client) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """`connected`, and the events between it and `live`."""
    connected = await client.until("connected")
    events: list[dict[str, Any]] = []
    while (frame := await client.hear())["t"] != "live":
        assert frame["t"] == "event"
        events.append(frame)
    return connected, events


async def test_a_stream_without_position_starts_at_its_head(home: House) -> None:
    for n in range(3):
        await home.fact("c1", str(n))
    client = await home.enter("operator", home.operator(), [{"id": W}])
    connected, events = await until_live(client)
    assert connected["streams"] == [{"id": W, "epoch": EPOCH, "offset": 3, "recovered": False}]
    assert connected["ping_s"] == 25
    assert connected["session"]
    assert abs(connected["server_time"] - home.tokens._clock()) < 5000  # pyright: ignore[reportPrivateUsage] - a test may look inside
    assert events == []
    await home.fact("c1", "now")
    assert (await client.until("event"))["offset"] == 4


@pytest.mark.parametrize("warm", [True, False], ids=["from the ring", "from the log"])
@pytest.mark.parametrize("missed", [0, 1, 200, 256])
async def test_what_was_missed_comes_before_live(home: House, missed: int, *, warm: bool) -> None:
    if warm:
        await home.live("operator", home.operator("other"), [W])
    await home.facts("c1", 4 + missed)
    if not warm:
        await home.facts("elsewhere", 300, public=True)
    mine = home.actions.own("v1", "c1")
    wants = [{"id": f"c:{mine}", "epoch": EPOCH, "offset": 4}]
    connected, events = await until_live(await home.enter("visitor", home.visitor("v1"), wants))
    assert connected["streams"] == [{"id": f"c:{mine}", "epoch": EPOCH, "offset": 4 + missed, "recovered": True}]
    assert offsets(events) == list(range(5, 5 + missed))
    assert all(
        event["stream"] == f"c:{mine}" and event["data"]["content"] == str(event["offset"] - 1) for event in events
    )


@pytest.mark.parametrize(
    ("position", "recovered"),
    [
        ({"epoch": EPOCH, "offset": 20}, True),
        ({"epoch": EPOCH, "offset": 19}, False),
        ({"epoch": EPOCH, "offset": 320}, True),
        ({"epoch": EPOCH, "offset": 321}, False),
        ({"epoch": EPOCH, "offset": -1}, False),
        ({"epoch": "other", "offset": 319}, False),
        ({"offset": 319}, False),
        ({"epoch": EPOCH}, False),
    ],
    ids=[
        "300 behind",
        "301 behind",
        "at the head",
        "ahead of it",
        "negative",
        "another epoch",
        "no epoch",
        "no offset",
    ],
)
async def test_whether_a_position_can_be_recovered(home: House, position: dict[str, Any], *, recovered: bool) -> None:
    await home.facts("c1", 320)
    connected, events = await until_live(await home.enter("operator", home.operator(), [{"id": "c:c1", **position}]))
    assert connected["streams"][0]["recovered"] is recovered
    assert connected["streams"][0]["offset"] == 320
    assert offsets(events) == (list(range(position["offset"] + 1, 321)) if recovered else [])


async def test_several_streams_recover_one_after_another(home: House) -> None:
    mine = home.actions.own("v1")
    for n in range(6):
        await home.fact(mine, str(n), visitor_id="v1" if n % 2 else None)
    wants = [{"id": f"c:{mine}", "epoch": EPOCH, "offset": 3}, {"id": "v:v1", "epoch": EPOCH, "offset": 1}]
    _, events = await until_live(await home.enter("visitor", home.visitor("v1"), wants))
    assert [(event["stream"], event["offset"]) for event in events] == [
        (f"c:{mine}", 4),
        (f"c:{mine}", 5),
        (f"c:{mine}", 6),
        ("v:v1", 2),
        ("v:v1", 3),
    ]


async def test_internal_facts_leave_no_gap_in_a_conversation(home: House) -> None:
    mine = home.actions.own("v1")
    visitor = await home.live("visitor", home.visitor("v1"), [f"c:{mine}"])
    operator = await home.live("operator", home.operator(), [W])
    await home.fact(mine, "a")
    await home.fact(mine, "a note", public=False)
    await home.fact(mine, "b")
    assert [(event["offset"], event["data"]["content"]) for event in await visitor.events(2)] == [(1, "a"), (2, "b")]
    assert offsets(await operator.events(3)) == [1, 2, 3]
    assert await visitor.quiet()


async def test_data_is_the_facts_own_bytes(home: House) -> None:
    client = await home.live("operator", home.operator(), [W])
    data = b'{"content":"\\u2028 \xc3\xb6 <\\/script>","b":1,"a":2}'
    await home.raw_fact("c1", data)
    text = '{"t":"hint"'
    while text.startswith('{"t":"hint"'):  # who is there may be told before
        text = str(await client.connection.recv())
    assert text.encode().endswith(b'"data":' + data + b"}")


async def test_subscribe_recovers_and_unsubscribe_ends(home: House) -> None:
    await home.facts("c1", 10)
    client = await home.live("operator", home.operator())
    await client.say(t="subscribe", id="1", streams=[{"id": "c:c1", "epoch": EPOCH, "offset": 7}, "c:c2"])
    ok = await client.until("ok")
    assert ok == {
        "t": "ok",
        "id": "1",
        "streams": [
            {"id": "c:c1", "epoch": EPOCH, "offset": 10, "recovered": True},
            {"id": "c:c2", "epoch": EPOCH, "offset": 0, "recovered": False},
        ],
    }
    assert offsets(await client.events(3)) == [8, 9, 10]
    await home.fact("c1")
    await home.fact("c2")
    assert [event["stream"] for event in await client.events(2)] == ["c:c1", "c:c2"]
    await client.say(t="unsubscribe", id=2, streams=["c:c1", "c:never"])
    assert await client.until("ok") == {"t": "ok", "id": 2}
    await home.fact("c1")
    await home.fact("c2")
    assert (await client.until("event"))["stream"] == "c:c2"


async def test_a_client_that_saw_a_jump_asks_again(home: House) -> None:
    client = await home.live("operator", home.operator(), ["c:c1"])
    await home.facts("c1", 5)
    assert offsets(await client.events(5)) == [1, 2, 3, 4, 5]
    await client.say(t="subscribe", id="1", streams=[{"id": "c:c1", "epoch": EPOCH, "offset": 2}])
    assert (await client.until("ok"))["streams"][0]["recovered"] is True
    assert offsets(await client.events(3)) == [3, 4, 5]
    await home.fact("c1")
    assert (await client.until("event"))["offset"] == 6
    assert await client.quiet()


async def _follow_on(home: House, at: int, total: int) -> list[int]:
    """Connect with a position, again and again, while facts are being written; the offsets that were heard."""
    heard: list[int] = []
    position = at
    while position < total:
        client = await home.enter(
            "operator", home.operator(new_id()), [{"id": "c:c1", "epoch": EPOCH, "offset": position}]
        )
        assert (await client.until("connected"))["streams"][0]["recovered"] is True
        for _ in range(min(37, total - position)):
            heard.append((await client.until("event"))["offset"])
            position = heard[-1]
        client.connection.transport.abort()
    return heard


async def test_no_gap_no_double_and_in_order_while_facts_are_written(build: Build) -> None:
    home: House = await build(operator_frames_per_second=1000)
    total = 600
    steady = await home.live("operator", home.operator("steady"), ["c:c1"])

    async def write() -> None:
        for n in range(0, total, 20):
            await asyncio.gather(*(home.fact("c1", str(n + i)) for i in range(20)))

    writing = asyncio.create_task(write())
    followers = await asyncio.gather(*(_follow_on(home, 0, total) for _ in range(4)))
    await writing
    assert followers == [list(range(1, total + 1))] * 4
    assert offsets(await steady.events(total)) == list(range(1, total + 1))


async def test_facts_of_another_process_are_read_from_the_log(home: House) -> None:
    """They do not pass the pump; the next one that does brings them along."""
    client = await home.live("operator", home.operator(), [W, "c:c1"])
    await home.fact("c1", "0")
    await home.elsewhere("c1", 3)
    await home.fact("c1", "4")
    events = await client.events(10)
    assert offsets([event for event in events if event["stream"] == W]) == [1, 2, 3, 4, 5]
    assert offsets([event for event in events if event["stream"] == "c:c1"]) == [1, 2, 3, 4, 5]


async def test_facts_before_the_first_one_here_are_read_from_the_log(home: House) -> None:
    client = await home.live("operator", home.operator(), [W, "c:c1"])
    await home.elsewhere("c1", 3)
    await asyncio.gather(home.fact("c1", "3"), home.fact("c1", "4"))
    await home.fact("c1", "5")
    events = await client.events(12)
    assert offsets([event for event in events if event["stream"] == W]) == [1, 2, 3, 4, 5, 6]
    assert offsets([event for event in events if event["stream"] == "c:c1"]) == [1, 2, 3, 4, 5, 6]


async def test_what_the_command_line_writes_is_found_within_a_second(home: House) -> None:
    client = await home.live("operator", home.operator(), [W, "c:c1"])
    await asyncio.sleep(0.6)  # it has looked once
    await home.elsewhere("c1", 2)
    pace = Pace()
    assert offsets([event for event in await client.events(4) if event["stream"] == W]) == [1, 2]
    assert pace.seconds() < 1


def _never(*_: object) -> None:
    """The log cannot be read, or takes longer than a node may stay behind."""


async def test_a_node_that_stays_behind_sends_its_clients_away(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home.pump, "catch_up", _never)
    behind = await home.live("operator", home.operator(), [W])
    await home.elsewhere("c1", 3)
    await home.relay.hub.check()
    assert await behind.closed() == 4010
    wants = [{"id": W, "epoch": EPOCH, "offset": 0}]
    connected, events = await until_live(await home.enter("operator", home.operator(), wants))
    assert connected["streams"][0]["recovered"] is True
    assert offsets(events) == [1, 2, 3]


async def test_a_node_that_fell_behind_reads_what_it_lacks(home: House) -> None:
    client = await home.live("operator", home.operator(), [W])
    await home.elsewhere("c1", 3)
    await home.relay.hub.check()
    assert offsets(await client.events(3)) == [1, 2, 3]
    assert await client.quiet()


async def test_a_node_that_is_up_to_date_keeps_its_clients(home: House) -> None:
    client = await home.live("operator", home.operator(), [W])
    await home.facts("c1", 3)
    await home.relay.hub.check()
    assert offsets(await client.events(3)) == [1, 2, 3]
    assert await client.quiet()


async def test_reconnects_ask_the_database_nothing(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = home.actions.own("v1")
    await home.facts(mine, 20)
    wants = [{"id": f"c:{mine}", "epoch": EPOCH, "offset": 5}, {"id": "v:v1", "epoch": EPOCH, "offset": 0}]
    first = await home.live("visitor", home.visitor("v1"), wants)
    await first.close()
    reads: list[object] = []

    def read(*asked: object) -> None:
        reads.append(asked)

    monkeypatch.setattr(home.database, "read", read)
    asked = home.actions.asked
    for _ in range(5):
        _, events = await until_live(await home.enter("visitor", home.visitor("v1"), wants))
        assert offsets(events) == list(range(6, 21))
    assert reads == []
    assert home.actions.asked == asked


async def test_workspaces_do_not_hear_each_other(home: House) -> None:
    other = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d2"
    stranger = await home.live("operator", home.operator("op", other), [f"w:{other}", "c:c1", "v:v1"])
    await home.fact("c1", "secret", visitor_id="v1")
    assert await stranger.quiet()
    await stranger.say(t="subscribe", id="1", streams=[{"id": "c:c1", "epoch": EPOCH, "offset": 0}])
    assert (await stranger.until("ok"))["streams"] == [{"id": "c:c1", "epoch": EPOCH, "offset": 0, "recovered": True}]
    assert await stranger.quiet()


async def test_a_way_back_that_is_longer_than_the_queue_is_gone_while_more_is_said(home: House) -> None:
    mine = home.actions.own("v1", "c1")
    text = "x" * 12_000
    await asyncio.gather(*(home.fact(mine, text) for _ in range(250)))
    raw = await upgraded(home)
    raw.stop_reading()
    wants = [{"id": f"c:{mine}", "epoch": EPOCH, "offset": 0}]
    raw.connect(role="visitor", token=home.visitor("v1"), streams=wants)
    for _ in range(10):
        await asyncio.sleep(0.05)
        await home.fact(mine, "meanwhile")
    assert home.relay.shared.closes == {}
    raw.read_on()
    found: list[int] = []
    sizes: list[int] = []
    while len(found) < 260:
        frames = [frame for frame in await raw.frames() if frame["t"] == "event"]
        found += offsets(frames)
        sizes.append(len(frames))
    assert found == list(range(1, 261))
    assert max(sizes) < 10, "whoever is cut off in between goes on from what came whole"
    raw.cut()
