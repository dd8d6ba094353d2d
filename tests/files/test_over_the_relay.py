"""A file sent, heard of and taken back over the relay: the same rules as over HTTP, since it is the same action."""

from collections.abc import AsyncIterator

import pytest

from halloo.kit.ids import new_id
from tests.files.desk import fetch, upload
from tests.isolation.sockets import Port, listening
from tests.public.shop import Shop

TEXT = b"Dear Ada,\nhere it is.\n"


@pytest.fixture
async def port(shop: Shop) -> AsyncIterator[Port]:
    """The relay of the same server."""
    async with listening(shop.api.halloo) as made:
        yield made


async def test_a_file_over_the_relay(shop: Shop, port: Port) -> None:
    visitor, thief = await shop.arrive(), await shop.arrive()
    cid = await shop.start(visitor)
    hello = {"user_id": visitor.user_id, "parent_origin": "https://shop.example"}
    token = (await shop.call("POST", "/visitor", hello, visitor.headers)).json()["relay"]["token"]
    socket = await port.enter("visitor", token, [], widget=shop.house.widget_id)
    foreign = await upload(shop, thief, "theirs.txt", TEXT)
    send = {"t": "send", "id": "1", "client_id": new_id(), "conversation": cid}
    await socket.say(**send, message={"type": "file", "content": {"upload_id": foreign}})
    refused = (await socket.answer())[0]
    assert (refused["t"], refused["code"]) == ("error", "upload_incomplete")
    mine = await upload(shop, visitor, "mine.txt", TEXT)
    await socket.say(**send, message={"type": "file", "content": {"upload_id": mine}})
    ack = next(frame for frame in await socket.all() if frame["t"] == "ack")
    content = ack["message"]["content"]
    assert content["name"] == "mine.txt"
    assert (await fetch(shop, content["url"])).content == TEXT
    await socket.say(t="remove", id="2", conversation=cid, fingerprint=ack["message"]["fingerprint"])
    assert any(frame["t"] == "ack" for frame in await socket.all())
    assert (await fetch(shop, content["url"])).status_code == 404


async def test_a_conversation_begins_with_a_file(shop: Shop, port: Port) -> None:
    visitor = await shop.arrive()
    hello = {"user_id": visitor.user_id, "parent_origin": "https://shop.example"}
    token = (await shop.call("POST", "/visitor", hello, visitor.headers)).json()["relay"]["token"]
    socket = await port.enter("visitor", token, [], widget=shop.house.widget_id)
    upload_id = await upload(shop, visitor, "mine.txt", TEXT)
    said = {"type": "file", "content": {"upload_id": upload_id}}
    await socket.say(t="send", id="1", client_id=new_id(), conversation=None, message=said)
    ack = next(frame for frame in await socket.all() if frame["t"] == "ack")
    assert (await fetch(shop, ack["message"]["content"]["url"])).content == TEXT
