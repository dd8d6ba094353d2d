"""What was revoked is over everywhere within a second: HTTP, open sockets, and tokens of the relay that were given before."""

from collections.abc import AsyncIterator

import pytest

from halloo.kit.ids import new_id
from halloo.relay.actions import LiveActions
from halloo.relay.tokens import RelayTokens
from tests.isolation.grounds import Grounds
from tests.isolation.rows import IGNORES_TOKEN, VISITOR
from tests.isolation.sockets import Port, Socket, listening
from tests.isolation.test_frames import operator_token, visitor_token
from tests.isolation.test_visitors import OWN, call


@pytest.fixture
async def port(grounds: Grounds) -> AsyncIterator[Port]:
    async with listening(grounds.api.halloo) as made:
        yield made


async def code_of(connection: Socket) -> int | None:
    """The code that a connection is closed with within a second."""
    await connection.all(1)
    return connection.code


async def test_a_visitor_who_left_is_cut_and_cannot_come_back(grounds: Grounds, port: Port) -> None:
    guest, client = grounds.here.guest, grounds.api.client
    token = await visitor_token(grounds, guest)
    live = await port.enter("visitor", token, [f"c:{guest.conversation_id}", f"v:{guest.id}"])
    beside = await port.enter("visitor", await visitor_token(grounds, grounds.here.neighbour), [])
    address = f"/core/public/web-widgets/{guest.widget_id}/visitor"
    assert (await client.delete(address, headers=guest.header)).status_code == 204
    assert await code_of(live) == 4401
    assert await code_of(await port.enter("visitor", token, [])) == 4401
    assert beside.code is None
    await beside.say(t="ping")
    assert {"t": "pong"} in await beside.all()


async def test_a_token_of_the_relay_from_before_a_restart_is_checked(grounds: Grounds, port: Port) -> None:
    """A fresh process remembers no revocation: it asks the database."""
    guest = grounds.here.guest
    services = grounds.api.halloo.services
    shared = grounds.api.halloo.relay.shared
    token = await visitor_token(grounds, guest)
    assert isinstance(shared.actions, LiveActions)
    shared.actions._started_at = services.clock() + 1_000  # pyright: ignore[reportPrivateUsage] - as after a restart
    live = await port.enter("visitor", token, [])
    assert live.code is None
    address = f"/core/public/web-widgets/{guest.widget_id}/visitor"
    await grounds.api.client.delete(address, headers=guest.header)
    shared.hub._revoked.clear()  # pyright: ignore[reportPrivateUsage] - a test may look inside
    assert await code_of(await port.enter("visitor", token, [])) == 4401


async def test_cve_2026_45757_cve_2026_49277_a_revoked_api_token_is_cut(grounds: Grounds, port: Port) -> None:
    here, client = grounds.here, grounds.api.client
    token = await operator_token(grounds, here)
    live = await port.enter("operator", token, [f"w:{here.workspace_id}"])
    tokens = (await client.get("/core/tokens", headers=here.house.bearer)).json()["data"]
    owners = next(one["id"] for one in tokens if one["name"] == "owner's")
    assert (await client.delete(f"/core/tokens/{owners}", headers=here.house.bearer)).status_code == 204
    assert await code_of(live) == 4401
    assert (await client.get("/core/me", headers=here.bearer)).status_code == 401
    assert await code_of(await port.enter("operator", token, [])) == 4401


@pytest.mark.parametrize("change", [{"active": False}, None])
async def test_cve_2026_45757_cve_2026_49277_an_operator_who_is_gone_is_cut(
    grounds: Grounds, port: Port, change: dict[str, bool] | None
) -> None:
    here, client = grounds.here, grounds.api.client
    async with grounds.api.browser(here.low_email) as low:
        token = (await low.post("/core/relay-token")).json()["token"]
        live = await port.enter("operator", token, [f"w:{here.workspace_id}"])
        address = f"/core/operators/{here.ids['operator_id']}"
        if change is None:
            await client.delete(address, headers=here.bearer)
        else:
            await client.patch(address, json=change, headers=here.bearer)
        assert await code_of(live) == 4401
        assert (await low.get("/core/me")).status_code == 401
        assert await code_of(await port.enter("operator", token, [])) == 4401


async def test_cve_2026_45757_cve_2026_49277_a_widget_that_is_gone_is_over(grounds: Grounds, port: Port) -> None:
    here, client = grounds.here, grounds.api.client
    for guest, method, body in (
        (here.guest, "PUT", {"published": False}),
        (here.elsewhere, "DELETE", None),
    ):
        token = await visitor_token(grounds, guest)
        live = await port.enter("visitor", token, [f"c:{guest.conversation_id}"])
        widget = f"/core/web-widgets/{guest.widget_id}"
        assert (await client.request(method, widget, json=body, headers=here.bearer)).status_code in {200, 204}
        assert await code_of(live) == 4404
        assert await code_of(await port.enter("visitor", token, [])) == 4404
        public = await client.get(f"/core/public/web-widgets/{guest.widget_id}/conversations", headers=guest.header)
        assert (public.status_code, public.json()["error"]) == (404, "widget_not_found")
        for path in ("/public/embed", "/public/widget"):
            assert (await client.get(f"{path}/{guest.widget_id}")).status_code == 404


async def test_cve_2026_45757_cve_2026_49277_a_blocked_visitor_is_refused_everywhere(
    grounds: Grounds, port: Port
) -> None:
    guest = grounds.here.guest
    token = await visitor_token(grounds, guest)
    live = await port.enter("visitor", token, [f"c:{guest.conversation_id}", f"v:{guest.id}"])
    beside = await port.enter("visitor", await visitor_token(grounds, grounds.here.neighbour), [])
    made = await grounds.api.client.post("/core/blocks", json={"visitor": guest.id}, headers=grounds.here.bearer)
    assert made.status_code == 201, made.text
    assert await code_of(live) == 4403
    assert await code_of(await port.enter("visitor", token, [])) == 4403
    ids = {**grounds.here.ids, "conversation_id": guest.conversation_id, "guest": guest.user_id}
    before = await grounds.stored(grounds.here, uses=False)
    for key, row in VISITOR.items():
        if key in IGNORES_TOKEN:
            continue
        answer = await call(grounds, key, guest.widget_id, row.aims[0], ids, {**OWN, **guest.header})
        assert (answer.status_code, answer.json()["error"]) == (403, "visitor_blocked"), key
    assert await grounds.stored(grounds.here, uses=False) == before
    await beside.say(t="ping")
    assert {"t": "pong"} in await beside.all(), "the others carry on"


async def test_who_is_let_in_again_comes_in_with_a_new_token(grounds: Grounds, port: Port) -> None:
    guest, client = grounds.here.guest, grounds.api.client
    token = await visitor_token(grounds, guest)
    made = await client.post("/core/blocks", json={"visitor": guest.id}, headers=grounds.here.bearer)
    assert await code_of(await port.enter("visitor", token, [])) == 4403
    lifted = await client.delete(f"/core/blocks/{made.json()['id']}", headers=grounds.here.bearer)
    assert lifted.status_code == 204
    back = await port.enter("visitor", await visitor_token(grounds, guest), [f"c:{guest.conversation_id}"])
    await back.say(t="ping")
    assert {"t": "pong"} in await back.all()


async def test_a_blocked_network_is_cut_and_refused_everywhere(grounds: Grounds, port: Port) -> None:
    """Every visitor of this workspace comes from 127.0.0.1; those of the other one carry on."""
    guest, there, client = grounds.here.guest, grounds.there.guest, grounds.api.client
    token = await visitor_token(grounds, guest)
    live = await port.enter("visitor", token, [f"c:{guest.conversation_id}"])
    beside = await port.enter("visitor", await visitor_token(grounds, there), [])
    made = await client.post("/core/blocks", json={"network": "127.0.0.0/16"}, headers=grounds.here.bearer)
    assert made.json()["value"] == "127.0.0.0/16"
    assert await code_of(live) == 4403
    assert await code_of(await port.enter("visitor", token, [])) == 4403
    ids = {**grounds.here.ids, "conversation_id": guest.conversation_id, "guest": guest.user_id}
    before = await grounds.stored(grounds.here, uses=False)
    for key, row in VISITOR.items():
        if key in IGNORES_TOKEN:
            continue
        answer = await call(grounds, key, guest.widget_id, row.aims[0], ids, {**OWN, **guest.header})
        assert (answer.status_code, answer.json()["error"]) == (403, "visitor_blocked"), key
    assert await grounds.stored(grounds.here, uses=False) == before
    await beside.say(t="ping")
    assert {"t": "pong"} in await beside.all(), "another workspace is not concerned"
    operator = await port.enter("operator", await operator_token(grounds, grounds.here), [])
    await operator.say(t="ping")
    assert {"t": "pong"} in await operator.all(), "colleagues are no visitors"


async def test_what_a_blocked_visitor_says_before_the_cut_is_refused(
    grounds: Grounds, port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = grounds.here.guest
    live = await port.enter("visitor", await visitor_token(grounds, guest), [f"c:{guest.conversation_id}"])

    def no_cut(*_: object) -> None:
        """The moment before it."""

    monkeypatch.setattr(grounds.api.halloo.relay.hub, "revoke", no_cut)
    monkeypatch.setattr(grounds.api.halloo.relay.hub, "obey", no_cut)
    await grounds.api.client.post("/core/blocks", json={"visitor": guest.id}, headers=grounds.here.bearer)
    message = {"type": "text", "content": "still here"}
    for conversation in (guest.conversation_id, None):
        where = {} if conversation is None else {"conversation": conversation}
        await live.say(t="send", id=1, client_id=new_id(), message=message, **where)
        errors = [frame["code"] for frame in await live.all() if frame["t"] == "error"]
        assert errors == ["visitor_blocked"]


async def test_a_deleted_conversation_is_replayed_to_nobody(grounds: Grounds, port: Port) -> None:
    """Neither from the log nor from memory: its facts keep their numbers and lose what they said."""
    here, client = grounds.here, grounds.api.client
    conversation = f"/core/conversations/{here.ids['conversation_id']}"
    place = (await client.get(conversation, headers=here.bearer)).json()["position"]["w"]
    said = {"client_id": here.guest.id, "type": "text", "content": "to be forgotten"}
    live = await port.enter("operator", await operator_token(grounds, here), [place["stream"]])
    assert (await client.post(f"{conversation}/messages", json=said, headers=here.bearer)).status_code == 201
    assert "to be forgotten" in str(await live.all())
    for round_ in range(2):
        if round_:
            assert (await client.delete(conversation, headers=here.bearer)).status_code == 204
        back = await port.enter("operator", await operator_token(grounds, here), [])
        await back.all()
        await back.say(
            t="subscribe",
            id="1",
            streams=[{name: place[name] for name in ("epoch", "offset")} | {"id": place["stream"]}],
        )
        told = await back.all()
        assert [one["streams"][0]["recovered"] for one in told if one["t"] == "ok"] == [True]
        events = [one for one in told if one["t"] == "event"]
        assert [one["offset"] for one in events] == list(range(place["offset"] + 1, place["offset"] + 1 + len(events)))
        assert ("to be forgotten" in str(told)) is (round_ == 0)
        assert len(events) >= 1 + round_


async def test_a_removed_message_is_replayed_without_what_it_said(grounds: Grounds, port: Port) -> None:
    """To operators and to the visitor, from memory and, in a fresh process, from the log; everything else stays."""
    here, client, guest = grounds.here, grounds.api.client, grounds.here.guest
    conversation = f"/core/conversations/{guest.conversation_id}"
    places = (await client.get(conversation, headers=here.bearer)).json()["position"]
    warm = await port.enter("operator", await operator_token(grounds, here), [places["w"]["stream"]])
    removed = ""
    for text in ("it stays", "to be forgotten", "it stays too"):
        said = {"client_id": new_id(), "type": "text", "content": text, "properties": {"rate": 0.00000469, "1": 1}}
        sent = (await client.post(f"{conversation}/messages", json=said, headers=here.bearer)).json()["message"]
        if text == "to be forgotten":
            removed = f"{conversation}/messages/{sent['fingerprint']}"
            again = {"content": "to be forgotten, really"}
            assert (await client.patch(removed, json=again, headers=here.bearer)).status_code == 200
    assert (await client.delete(removed, headers=here.bearer)).status_code == 204
    assert "to be forgotten" in str(await warm.all()), "it was told while it was there"
    for fresh in (False, True):
        if fresh:
            hub = grounds.api.halloo.relay.hub
            for room in list(hub._rooms.values()):  # pyright: ignore[reportPrivateUsage] - as after a restart
                hub.forget(room)
        for role, token, place in (
            ("operator", await operator_token(grounds, here), places["w"]),
            ("visitor", await visitor_token(grounds, guest), places["c"]),
        ):
            back = await port.enter(role, token, [])
            await back.all()
            wanted = {"id": place["stream"], "epoch": place["epoch"], "offset": place["offset"]}
            await back.say(t="subscribe", id="1", streams=[wanted])
            told = await back.all()
            assert [one["streams"][0]["recovered"] for one in told if one["t"] == "ok"] == [True]
            heard = [one["data"] for one in told if one.get("name") == "message:received"]
            assert [one["content"] for one in heard] == ["it stays", None, "it stays too"]
            assert [one["removed"] for one in heard] == [False, True, False]
            assert all(one["properties"] == {"1": 1, "rate": 0.00000469} for one in heard)
            assert "to be forgotten" not in str(told)


async def test_a_forged_token_of_the_relay_is_none(grounds: Grounds, port: Port) -> None:
    guest = grounds.here.guest
    forger = RelayTokens(b"x" * 32, grounds.api.clock)
    token = forger.issue_visitor(
        workspace_id=grounds.here.workspace_id, widget_id=guest.widget_id, visitor_id=guest.id, name="Eve"
    )
    assert await code_of(await port.enter("visitor", token, [])) == 4401
    late = await visitor_token(grounds, guest)
    grounds.api.clock.shift += 901_000
    assert await code_of(await port.enter("visitor", late, [])) == 4401
