"""Nothing of one person reaches another at the same browser, over HTTP and the relay (embedding contract 9, 16)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from halloo.kit.ids import new_id
from halloo.relay.actions import LiveActions
from tests.isolation.conftest import GENEROUS
from tests.isolation.sockets import Port, Socket, listening
from tests.public.people import Known, hmac_issuer, identify, keys_of
from tests.public.shop import SHOP, Json, Shop, Visitor, error, guest, open_shop
from tests.support.api import serving
from tests.support.identity import Issuer
from tests.support.product import Store


@dataclass
class Place:
    """A shop whose relay listens, and a customer's server that names people."""

    shop: Shop
    port: Port
    issuer: Issuer

    async def relay(self, visitor: Visitor) -> Json:
        """A fresh token of the relay for a browser."""
        answer = await self.shop.call("POST", "/visitor", {"parent_origin": SHOP}, visitor.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["relay"]

    async def enter(self, relay: Json) -> Socket:
        """A tab that follows all that is its visitor's."""
        return await self.port.enter("visitor", relay["token"], relay["streams"])

    async def named(self, visitor: Visitor, sub: str) -> Known:
        return await identify(self.shop, visitor, self.issuer, sub)

    async def lists(self, visitor: Visitor) -> set[str]:
        listed = (await self.shop.call("GET", "/conversations", headers=visitor.headers)).json()["data"]
        return {one["id"] for one in listed}

    async def reset(self, visitor: Visitor) -> None:
        assert (await self.shop.call("DELETE", "/visitor", headers=visitor.headers)).status_code == 204

    async def answer(self, cid: str, text: str) -> None:
        """An operator writes."""
        body = {"client_id": new_id(), "type": "text", "content": text}
        await self.shop.manage("POST", f"/core/conversations/{cid}/messages", body)


@pytest.fixture
async def place(store: Store) -> AsyncIterator[Place]:
    async with serving(store, GENEROUS) as api:
        shop = await open_shop(api)
        async with listening(api.halloo) as port:
            yield Place(shop, port, await hmac_issuer(shop))


async def code_of(connection: Socket) -> int | None:
    """The code that a connection is closed with within a second."""
    await connection.all(1)
    return connection.code


async def is_live(connection: Socket) -> bool:
    await connection.say(t="ping")
    return {"t": "pong"} in await connection.all()


async def send(connection: Socket, cid: str | None, text: str = "Hello") -> str:
    """An error's code, or `ack`."""
    message = {"type": "text", "content": text}
    await connection.say(t="send", id="1", conversation=cid, client_id=new_id(), message=message)
    while (frame := await connection.hear(5)) is not None:
        if frame["t"] in ("ack", "error"):
            return frame["t"] if frame["t"] == "ack" else frame["code"]
    return str(connection.code)


async def test_cwe_488_after_logout_and_account_switch_nobody_sees_anothers_chat(place: Place) -> None:
    """One browser, two tabs: Ada, reset, Bea, reset, a guest."""
    shop = place.shop
    people: list[tuple[Visitor, str, list[Json]]] = []
    for sub in ("ada", "bea", None):
        visitor = await shop.arrive()
        known = visitor if sub is None else (await place.named(visitor, sub)).visitor
        cid = await shop.start(known, f"The secret of {sub}")
        assert await place.lists(known) == {cid}
        relays = [await place.relay(known) for _ in range(2)]
        tabs = [await place.enter(relay) for relay in relays]
        for before, earlier, tokens in people:
            for method, path in (("GET", "/conversations"), ("GET", f"/conversations/{earlier}/messages")):
                gone = await shop.call(method, path, headers=before.headers)
                assert error(gone) == (401, "visitor_token_invalid")
            read = await shop.call("GET", f"/conversations/{earlier}/messages", headers=known.headers)
            assert error(read) == (403, "conversation_forbidden")
            for token in tokens:
                assert await code_of(await place.enter(token)) == 4401
            await tabs[0].say(t="subscribe", id="1", streams=[{"id": f"c:{earlier}", "epoch": None, "offset": 0}])
            assert [one["code"] for one in await tabs[0].answer()] == ["stream_forbidden"]
            await place.answer(earlier, f"Something for {before.user_id} alone")
        await place.answer(cid, "For you")
        for tab in tabs:
            heard = str(await tab.all())
            assert "For you" in heard
            assert "alone" not in heard
        await place.reset(known)
        assert [await code_of(tab) for tab in tabs] == [4401, 4401]
        people.append((known, cid, relays))
    assert len({visitor.id for visitor, _, _ in people}) == 3


async def test_cwe_488_who_signs_in_without_a_reset_between_sees_nothing_of_the_one_before(place: Place) -> None:
    ada = await place.named(await place.shop.arrive(), "ada")
    cid = await place.shop.start(ada.visitor)
    relay = await place.relay(ada.visitor)
    tab = await place.enter(relay)
    bea = await place.named(ada.visitor, "bea")
    assert bea.merged == 0
    assert await code_of(tab) == 4401
    assert await code_of(await place.enter(relay)) == 4401
    assert bea.relay["streams"] == [f"v:{bea.visitor.id}"]
    assert await place.lists(bea.visitor) == set()
    beside = await place.enter(bea.relay)
    await place.answer(cid, "For Ada alone")
    assert "For Ada alone" not in str(await beside.all())
    assert await send(beside, cid) == "conversation_forbidden"


async def test_the_guests_connections_end_and_the_persons_carry_on_what_was_said(place: Place) -> None:
    await place.named(await place.shop.arrive(), "ada")
    visitor = await place.shop.arrive()
    cid = await place.shop.start(visitor)
    relay = await place.relay(visitor)
    tab = await place.enter(relay)
    ada = await place.named(visitor, "ada")
    assert ada.merged == 1
    assert await code_of(tab) == 4401
    assert await code_of(await place.enter(relay)) == 4401
    assert set(ada.relay["streams"]) == {f"v:{ada.visitor.id}", f"c:{cid}"}
    live = await place.enter(ada.relay)
    await place.answer(cid, "Hello Ada")
    assert "Hello Ada" in str(await live.all())
    assert await send(live, cid) == "ack"


async def test_a_new_connection_is_good_at_once_after_the_old_one_ended(place: Place) -> None:
    """The first guest keeps their row: what ends their old token must not end the new one, in the same millisecond."""
    for _ in range(20):
        ada = await place.named(await place.shop.arrive(), new_id())
        live = await place.enter(ada.relay)
        assert live.code is None
        assert await is_live(live)


async def test_reset_cuts_one_browser_and_leaves_the_persons_others(place: Place) -> None:
    phone, laptop = [await place.named(await place.shop.arrive(), "ada") for _ in range(2)]
    assert phone.visitor.id == laptop.visitor.id
    tabs = [await place.enter(one.relay) for one in (phone, laptop)]
    await place.reset(phone.visitor)
    assert await code_of(tabs[0]) == 4401
    assert await is_live(tabs[1])
    assert await code_of(await place.enter(phone.relay)) == 4401
    assert (await place.enter(laptop.relay)).code is None


async def test_a_token_that_was_on_its_way_while_its_browser_was_reset_opens_nothing(place: Place) -> None:
    """What a browser's end ends is ended for good, whenever its relay token was issued."""
    ada = await place.named(await place.shop.arrive(), "ada")
    await place.reset(ada.visitor)
    shop = place.shop
    tokens = shop.api.halloo.services.relay_tokens
    claims = tokens.open(ada.relay["token"])
    assert claims is not None
    shop.api.clock.shift += 1_000
    late = tokens.issue_visitor(
        workspace_id=claims.workspace_id,
        widget_id=claims.widget_id or "",
        visitor_id=claims.visitor_id or "",
        name=claims.name,
        browser=claims.browser,
        kid=claims.kid,
    )
    assert await code_of(await place.enter({"token": late, "streams": []})) == 4401


async def test_cve_2026_45757_cve_2026_49277_a_deleted_key_ends_everywhere_within_a_second(place: Place) -> None:
    shop = place.shop
    other = await hmac_issuer(shop)
    ada = await place.named(await shop.arrive(), "ada")
    bea = await identify(shop, await shop.arrive(), other, "bea")
    visitor = await shop.arrive()
    tabs = [await place.enter(one) for one in (ada.relay, bea.relay, await place.relay(visitor))]
    await shop.manage("DELETE", f"{keys_of(shop)}/{place.issuer.kid}")
    assert await code_of(tabs[0]) == 4401
    assert [await is_live(tab) for tab in tabs[1:]] == [True, True]
    assert error(await shop.call("POST", "/visitor", {}, ada.visitor.headers)) == (401, "visitor_token_invalid")
    assert await code_of(await place.enter(ada.relay)) == 4401
    token = place.issuer.token(shop.api.clock() / 1000)
    refused = await shop.call("POST", "/identify", {"token": token}, visitor.headers)
    assert refused.json()["details"]["reason"] == "unknown_key"


async def test_a_token_from_before_a_restart_is_that_of_its_browser(place: Place) -> None:
    """A fresh process remembers no end: it asks whether this browser still has its token."""
    phone, laptop = [await place.named(await place.shop.arrive(), "ada") for _ in range(2)]
    shared = place.shop.api.halloo.relay.shared
    assert isinstance(shared.actions, LiveActions)
    shared.actions._started_at = place.shop.api.clock() + 1_000  # pyright: ignore[reportPrivateUsage] - as after a restart
    await place.reset(phone.visitor)
    shared.hub._revoked.clear()  # pyright: ignore[reportPrivateUsage] - a test may look inside
    assert await code_of(await place.enter(phone.relay)) == 4401
    assert (await place.enter(laptop.relay)).code is None


async def test_a_connection_that_goes_on_with_another_browsers_token_ends_with_that_one(place: Place) -> None:
    phone, laptop = [await place.named(await place.shop.arrive(), "ada") for _ in range(2)]
    tab = await place.enter(phone.relay)
    await tab.say(t="refresh", id="1", token=laptop.relay["token"])
    assert [one["t"] for one in await tab.answer()] == ["ok"]
    await place.reset(phone.visitor)
    assert await is_live(tab)
    await place.reset(laptop.visitor)
    assert await code_of(tab) == 4401
    held = place.shop.api.halloo.relay.hub._by_key  # pyright: ignore[reportPrivateUsage] - a test may look inside
    assert held == {}


async def test_23_where_identity_is_required_the_relay_lets_known_people_speak_and_no_others(place: Place) -> None:
    shop = place.shop
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    relay = await place.relay(visitor)
    said = (await shop.call("GET", f"/conversations/{cid}/messages", headers=visitor.headers)).json()["data"][0]
    ada = await place.named(await shop.arrive(), "ada")
    await shop.config(security={"identity": "required"}, typing_preview=True)
    tab, known = await place.enter(relay), await place.enter(ada.relay)
    assert await send(tab, cid) == "identity_required"
    assert await send(tab, None) == "identity_required"
    await tab.say(t="edit", id="2", conversation=cid, fingerprint=said["fingerprint"], content="Said all the same")
    assert [one["code"] for one in await tab.answer()] == ["identity_required"]
    assert await send(known, None) == "ack"
    for whose, previews in ((visitor, False), (ada.visitor, True)):
        claims = shop.api.halloo.services.relay_tokens.open((await place.relay(whose))["token"])
        assert claims is not None
        assert claims.typing_preview is previews, "what is typed is told of who may speak alone"


async def test_22_where_the_page_must_be_proven_the_relay_takes_nothing_from_others(place: Place) -> None:
    shop = place.shop
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    tab = await place.enter(await place.relay(visitor))
    ticket = (await shop.call("POST", "/embed-ticket", {}, {"Origin": SHOP})).json()["ticket"]
    body = {"user_id": guest(), "parent_origin": SHOP, "embed_ticket": ticket}
    hello = (await shop.call("POST", "/visitor", body)).json()
    proven = await place.enter(hello["relay"])
    await shop.config(security={"require_verified_embedding": True})
    assert await send(tab, cid) == "embedding_unverified"
    assert await send(tab, None) == "embedding_unverified"
    assert await send(proven, None) == "ack"
    refused = await shop.call("POST", "/visitor", {}, visitor.headers)
    assert error(refused) == (403, "embedding_unverified")


async def test_14_a_removed_origin_cuts_who_is_known_too(place: Place) -> None:
    ada = await place.named(await place.shop.arrive(), "ada")
    tab = await place.enter(ada.relay)
    await place.shop.widget(domains=["https://second.example"])
    assert await code_of(tab) == 4403
    assert await code_of(await place.enter(ada.relay)) == 4403
