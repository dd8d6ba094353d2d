"""What a visitor may do over the relay is counted as over HTTP: no frame is a way around a rate."""

from collections.abc import AsyncIterator

import pytest

from halloo.api.public.limits import PublicApiSettings
from halloo.config import Config
from halloo.kit.ids import new_id
from halloo.relay.settings import RelaySettings
from tests.isolation.grounds import Grounds, settle
from tests.isolation.sockets import Port, Socket, listening
from tests.isolation.test_frames import MESSAGE, visitor_token
from tests.support.api import serving
from tests.support.product import Store

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@pytest.fixture
async def grounds(store: Store) -> AsyncIterator[Grounds]:
    """With the rates of the product, but for those of the relay itself."""
    relay = RelaySettings(visitor_frames_per_second=1_000, visitor_messages_per_minute=10**6)
    public = PublicApiSettings(messages_per_minute=60, messages_burst=20, starts_per_hour=4, reads_per_minute=10)
    async with serving(store, Config(public_api=public, relay=relay)) as api:
        yield Grounds(api, await settle(api, "apricot"), await settle(api, "bramble"))


@pytest.fixture
async def port(grounds: Grounds) -> AsyncIterator[Port]:
    async with listening(grounds.api.halloo) as made:
        yield made


async def refusals(connection: Socket, count: int, **frame: object) -> int:
    """How many of `count` frames are refused for their rate."""
    for number in range(count):
        await connection.say(**frame, id=str(number))
    answers = [one for _ in range(count) for one in await connection.answer()]
    return [one.get("code") for one in answers].count("rate_limited")


async def test_messages_starts_edits_and_pages_have_rates(grounds: Grounds, port: Port) -> None:
    guest = grounds.here.guest
    connection = await port.enter("visitor", await visitor_token(grounds, guest), [])
    await connection.all()
    one = {"conversation": guest.conversation_id, "fingerprint": guest.fingerprint}
    begin = {"t": "send", "conversation": None, "message": MESSAGE}
    for number in range(6):
        await connection.say(**begin, id=str(number), client_id=new_id())
    answers = [one for _ in range(6) for one in await connection.answer()]
    assert [answer["t"] for answer in answers] == ["ack"] * 4 + ["error"] * 2
    assert await refusals(connection, 30, t="edit", **one, content="again") >= 15
    assert await refusals(connection, 5, t="remove", **one) >= 4
    for _ in range(30):
        await connection.say(t="page", url="https://shop.example/x")
    told = [one for _ in range(19) for one in await connection.answer()]
    assert {one["code"] for one in told} == {"rate_limited"}
    over_http = await grounds.api.client.post(
        f"/core/public/web-widgets/{guest.widget_id}/conversations/{guest.conversation_id}/messages",
        json={**MESSAGE, "client_id": new_id()},
        headers={**guest.header, "Origin": "https://chat.example"},
    )
    assert (over_http.status_code, over_http.json()["error"]) == (429, "rate_limited")


async def test_a_second_socket_is_no_second_allowance(grounds: Grounds, port: Port) -> None:
    guest = grounds.here.guest
    token = await visitor_token(grounds, guest)
    sockets = [await port.enter("visitor", token, []) for _ in range(3)]
    one = {"conversation": guest.conversation_id, "fingerprint": guest.fingerprint}
    for connection in sockets:
        await connection.all()
    refused = [await refusals(connection, 20, t="edit", **one, content="again") for connection in sockets]
    assert refused[0] == 0
    assert sum(refused) >= 35
