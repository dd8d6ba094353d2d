"""Frames that ask for something: answers, order, refusals."""

import asyncio
from time import time

import pytest

from halloo.kit.ids import new_id
from tests.relay.house import WORKSPACE, Client, House

TEXT = {"type": "text", "content": "Hello"}


async def visitor_of(home: House, visitor_id: str = "v1") -> tuple[Client, str]:
    mine = home.actions.own(visitor_id)
    return await home.live("visitor", home.visitor(visitor_id), [f"c:{mine}", f"v:{visitor_id}"]), mine


async def test_a_message_goes_from_the_visitor_to_the_operator(home: House) -> None:
    operator = await home.live("operator", home.operator(), [f"w:{WORKSPACE}"])
    visitor, mine = await visitor_of(home)
    await visitor.say(t="send", id="1", conversation=mine, client_id="a", message=TEXT)
    ack = await visitor.until("ack")
    data = {"content": "Hello", "client_id": "a"}
    assert ack == {"t": "ack", "id": "1", "conversation": mine, "seq": 1, "message": data}
    event = {"t": "event", "stream": f"w:{WORKSPACE}", "offset": 1, "name": "message:send", "data": data}
    heard = await operator.until("event")
    assert abs(heard.pop("at") - time() * 1_000) < 60_000
    assert heard == event


async def test_only_the_stream_of_a_workspace_says_when_a_fact_was_recorded(home: House) -> None:
    visitor, mine = await visitor_of(home)
    await visitor.say(t="send", id="1", conversation=mine, client_id="a", message=TEXT)
    assert "at" not in await visitor.until("event")


async def test_a_repeated_send_is_one_message(home: House) -> None:
    visitor, mine = await visitor_of(home)
    for id in (1, 2, 3):
        await visitor.say(t="send", id=id, conversation=mine, client_id="a", message=TEXT)
    acks = [await visitor.until("ack") for _ in range(3)]
    assert [(ack["id"], ack["seq"]) for ack in acks] == [(1, 1), (2, 1), (3, 1)]
    await home.fact(mine, "the second")
    assert await home.database.read(WORKSPACE, lambda tx: tx.workspace_id) == WORKSPACE


async def test_a_conversation_that_was_just_started_may_be_followed(home: House) -> None:
    visitor = await home.live("visitor", home.visitor("v1"))
    await visitor.say(t="send", id="1", conversation=None, client_id="a", message=TEXT)
    started = (await visitor.until("ack"))["conversation"]
    asked = home.actions.asked
    await visitor.say(t="subscribe", id="2", streams=[{"id": f"c:{started}", "epoch": "e0", "offset": 0}])
    assert (await visitor.until("ok"))["streams"][0]["recovered"] is True
    assert (await visitor.until("event"))["offset"] == 1
    assert home.actions.asked == asked


async def test_sends_of_one_connection_are_applied_in_order(home: House) -> None:
    visitor, mine = await visitor_of(home)
    frames = [{"t": "send", "id": n, "conversation": mine, "client_id": str(n), "message": TEXT} for n in range(20)]
    await asyncio.gather(*(visitor.say(**frame) for frame in frames))
    acks = [await visitor.until("ack") for _ in range(20)]
    assert [ack["id"] for ack in acks] == list(range(20))
    assert [ack["seq"] for ack in acks] == list(range(1, 21))


async def test_whatever_comes_while_a_message_is_stored_waits_for_its_turn(home: House) -> None:
    """Messages alone take no task; what follows one does, and is answered behind it."""
    visitor, mine = await visitor_of(home)
    about = {"conversation": mine}
    for round_ in range(3):
        frames = [
            {"t": "send", "id": 1, "client_id": f"{round_} a", "message": TEXT, **about},
            {"t": "edit", "id": 2, "fingerprint": 7, "content": "better", **about},
            {"t": "send", "id": 3, "client_id": f"{round_} b", "message": TEXT, **about},
            {"t": "remove", "id": 4, "fingerprint": 7, **about},
        ]
        await asyncio.gather(*(visitor.say(**frame) for frame in frames))
        assert [(await visitor.until("ack"))["id"] for _ in frames] == [1, 2, 3, 4]


async def test_a_message_that_cannot_be_stored_is_told_and_the_next_one_is(home: House) -> None:
    visitor, mine = await visitor_of(home)
    await visitor.say(t="send", id=1, conversation=mine, client_id="a", message={"type": "text", "content": "explode"})
    await visitor.say(t="send", id=2, conversation=mine, client_id="b", message=TEXT)
    assert ((await visitor.until("error"))["id"], (await visitor.until("ack"))["id"]) == (1, 2)


async def test_a_refusal_is_an_error_and_the_connection_stays(home: House) -> None:
    visitor, _ = await visitor_of(home)
    theirs = home.actions.own("v2")
    refusals: list[object] = []
    for conversation in (theirs, new_id(), "x"):
        await visitor.say(t="send", id="1", conversation=conversation, client_id=new_id(), message=TEXT)
        refusals.append(await visitor.until("error"))
    assert refusals == [{"t": "error", "id": "1", "code": "not_found", "message": "There is nothing here."}] * 3
    await visitor.say(t="ping")
    await visitor.until("pong")


async def test_what_goes_wrong_inside_is_told_without_details(home: House, caplog: pytest.LogCaptureFixture) -> None:
    visitor, mine = await visitor_of(home)
    message = {"type": "text", "content": "explode"}
    await visitor.say(t="send", id="1", conversation=mine, client_id="a", message=message)
    error = await visitor.until("error")
    assert (error["id"], error["code"]) == ("1", "internal")
    assert "Zero" not in error["message"]
    assert "ZeroDivisionError" in caplog.text


async def test_edit_and_remove_are_acknowledged(home: House) -> None:
    visitor, mine = await visitor_of(home)
    await visitor.say(t="edit", id="1", conversation=mine, fingerprint=7, content="better")
    assert (await visitor.until("ack"))["message"] == {"content": "better", "by": "v1"}
    await visitor.say(t="remove", id="2", conversation=mine, fingerprint=7)
    assert (await visitor.until("ack"))["message"] == {"removed": True, "by": "v1"}


async def test_another_visitors_streams_are_refused_alike(home: House) -> None:
    visitor, mine = await visitor_of(home)
    theirs = home.actions.own("v2")
    for stream in (f"c:{theirs}", f"c:{new_id()}", "c:x", "v:v2", f"w:{WORKSPACE}"):
        await visitor.say(t="subscribe", id="1", streams=[f"c:{mine}", stream])
        error = await visitor.until("error")
        assert (error["id"], error["code"]) == ("1", "stream_forbidden")
    await home.fact(theirs, "secret", visitor_id="v2")
    assert await visitor.quiet()


@pytest.mark.parametrize("stream", ["c:theirs", "c:none", "v:v2", f"w:{WORKSPACE}"])
async def test_connecting_to_what_is_not_ones_own_ends_the_connection(home: House, stream: str) -> None:
    home.actions.own("v2", "theirs")
    visitor = await home.enter("visitor", home.visitor("v1"), [stream])
    assert await visitor.closed() == 4403


async def test_read_marks_are_taken_at_most_once_a_second(home: House) -> None:
    visitor, mine = await visitor_of(home)
    for seq in (1, 2, 5, 4):
        await visitor.say(t="read", conversation=mine, seq=seq)
    await visitor.say(t="read", conversation="another", seq=1)
    await asyncio.sleep(0.1)
    assert home.actions.reads == [(mine, 1)]
    await asyncio.sleep(0.5)
    assert home.actions.reads == [(mine, 1), (mine, 5), ("another", 1)]


async def test_a_read_mark_that_waits_survives_the_connection(home: House) -> None:
    visitor, mine = await visitor_of(home)
    await visitor.say(t="read", conversation=mine, seq=1)
    await visitor.say(t="read", conversation=mine, seq=2)
    await visitor.say(t="ping")
    await visitor.until("pong")
    await visitor.close()
    await asyncio.sleep(0.5)
    assert home.actions.reads == [(mine, 1), (mine, 2)]


async def test_every_read_mark_that_waits_survives_and_a_connection_that_went_opens_nothing(home: House) -> None:
    visitor, mine = await visitor_of(home)
    for conversation, seq in ((mine, 1), (mine, 2), ("another", 1)):
        await visitor.say(t="read", conversation=conversation, seq=seq)
    await visitor.say(t="ping")
    await visitor.until("pong")
    visitor.connection.transport.abort()
    await asyncio.sleep(0.5)
    assert home.actions.reads == [(mine, 1), (mine, 2), ("another", 1)]
    assert home.relay.shared.admission.opening == 0


async def test_more_frames_than_can_be_done_make_the_socket_wait(home: House) -> None:
    home.actions.delay = 0.001
    operator = await home.live("operator", home.operator())
    for n in range(150):
        await operator.say(t="edit", id=n, conversation="c1", fingerprint=n, content="x")
    acks = [await operator.until("ack") for _ in range(150)]
    assert [ack["id"] for ack in acks] == list(range(150))


async def test_a_connection_follows_so_many_streams_however_often_it_asks(home: House) -> None:
    operator = await home.live("operator", home.operator())
    for n in range(3):
        await operator.say(t="subscribe", id=n, streams=[f"v:{n * 400 + k}" for k in range(400)])
    assert [(await operator.until("ok"))["id"] for _ in range(2)] == [0, 1]
    assert (await operator.until("error"))["code"] == "too_many_streams"
    await operator.say(t="unsubscribe", id=3, streams=[f"v:{k}" for k in range(400)])
    await operator.say(t="subscribe", id=4, streams=[f"v:{800 + k}" for k in range(400)])
    assert [(await operator.until("ok"))["id"] for _ in range(2)] == [3, 4]
    assert sum(len(peer.subs) for peer in home.relay.hub.peers()) == 800
