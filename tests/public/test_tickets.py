"""Verified embedding (embedding contract 10; acceptance test 22, GHSA-j2rx-g3hp-qg34 and CWE-346 of contract 16)."""

import asyncio
from base64 import urlsafe_b64encode
from typing import Any

import httpx
import pytest

from halloo.contacts.tickets import EmbedTickets
from halloo.kit.clock import MINUTE, SECOND
from halloo.kit.signing import Signer
from tests.public.people import hmac_issuer, identify
from tests.public.shop import OWN, SHOP, Build, Json, Shop, Visitor, error, guest, text
from tests.support.api import ORIGIN

PAGE = {"Origin": SHOP}
SECOND_SHOP = "https://second.example"
UNVERIFIED, INVALID = (403, "embedding_unverified"), (403, "ticket_invalid")


async def ticket(shop: Shop, origin: str = SHOP, base: str = "") -> str:
    answer = await shop.call("POST", "/embed-ticket", {}, {"Origin": origin}, base=base)
    assert answer.status_code == 200, answer.text
    assert answer.json()["expires_in"] == 60
    assert answer.headers["access-control-allow-origin"] == origin
    return answer.json()["ticket"]


async def greet(shop: Shop, visitor: Visitor | None = None, **body: Any) -> httpx.Response:
    if visitor is None:
        return await shop.call("POST", "/visitor", {"user_id": guest(), "parent_origin": SHOP, **body})
    return await shop.call("POST", "/visitor", body, visitor.headers)


async def demand(shop: Shop, **security: Any) -> None:
    await shop.config(security={"require_verified_embedding": True, **security})


async def verified(shop: Shop) -> Visitor:
    """A browser that came with a ticket."""
    answer = await greet(shop, embed_ticket=await ticket(shop))
    assert (answer.status_code, answer.json()["embedding"]) == (201, "verified"), answer.text
    me: Json = answer.json()["visitor"]
    return Visitor(me["id"], me["user_id"], me["visitor_token"])


async def stored(shop: Shop, visitor: Visitor) -> tuple[str, str]:
    """Origin and embedding as operators see them."""
    await shop.call("POST", "/conversations", {"message": text()}, visitor.headers)
    found = (await shop.manage("GET", "/core/conversations"))["data"]
    seen = next(one["visitor"] for one in found if one["visitor"]["id"] == visitor.id)
    return seen["parent_origin"], seen["embedding"]


async def test_22_a_fresh_ticket_makes_the_embedding_verified(shop: Shop) -> None:
    await demand(shop)
    visitor = await verified(shop)
    assert await stored(shop, visitor) == (SHOP, "verified")


async def test_22_none_where_one_is_required(shop: Shop) -> None:
    await demand(shop)
    assert error(await greet(shop)) == UNVERIFIED
    assert error(await greet(shop, embed_ticket=None)) == UNVERIFIED
    assert error(await shop.call("POST", "/conversations", {"user_id": guest(), "message": text()})) == UNVERIFIED


async def test_22_a_forged_ticket(shop: Shop) -> None:
    await demand(shop)
    good = await ticket(shop)
    body, _, mac = good.partition(".")
    claims = {"typ": "embed", "wid": shop.house.widget_id, "origin": SHOP, "jti": "x", "exp": shop.api.clock() + 9_000}
    forged = [
        EmbedTickets(b"x" * 32, shop.api.clock).issue(shop.house.widget_id, SHOP),
        Signer(b"k" * 32, "relay").seal(claims),
        Signer(b"k" * 32, "embed-ticket").seal({**claims, "typ": "relay"}),
        Signer(b"k" * 32, "embed-ticket").seal({**claims, "exp": None}),
        f"{body}.",
        f".{mac}",
        body,
        f"{body}.{mac[:-1]}",
        f"{body}A.{mac}",
        f"{good}.x",
        f" {good}",
        good.swapcase(),
        urlsafe_b64encode(b'{"alg":"none"}').decode() + "." + body + ".",
        "",
        "0",
        "null",
        "x" * 3_000,
    ]
    for text_ in forged:
        assert error(await greet(shop, embed_ticket=text_)) == INVALID, text_
    assert (await greet(shop, embed_ticket=good)).status_code == 201


@pytest.mark.parametrize("value", [0, 1, True, [], {}, ["x"], 1.5])
async def test_22_and_cve_2022_1176_what_is_no_text_is_no_ticket(shop: Shop, value: Any) -> None:
    for demanding in (False, True):
        await shop.config(security={"require_verified_embedding": demanding})
        assert error(await greet(shop, embed_ticket=value)) == INVALID


async def test_22_a_ticket_of_61_seconds_ago(shop: Shop) -> None:
    await demand(shop)
    one, two = await ticket(shop), await ticket(shop)
    shop.api.clock.shift += 58 * SECOND
    assert (await greet(shop, embed_ticket=one)).status_code == 201
    shop.api.clock.shift += 3 * SECOND
    assert error(await greet(shop, embed_ticket=two)) == INVALID


async def test_22_a_ticket_of_another_widget(shop: Shop) -> None:
    await demand(shop)
    other = await ticket(shop, base=f"/core/public/web-widgets/{shop.other_widget_id}")
    assert error(await greet(shop, embed_ticket=other)) == INVALID


async def test_22_a_ticket_that_was_used(shop: Shop) -> None:
    await demand(shop)
    once = await ticket(shop)
    visitor = (await greet(shop, embed_ticket=once)).json()["visitor"]
    known = Visitor(visitor["id"], visitor["user_id"], visitor["visitor_token"])
    assert error(await greet(shop, embed_ticket=once)) == INVALID
    assert error(await greet(shop, known, embed_ticket=once)) == INVALID


async def test_14_22_a_ticket_whose_origin_was_removed(shop: Shop) -> None:
    await shop.widget(domains=[SHOP, SECOND_SHOP])
    await demand(shop)
    gone, kept = await ticket(shop, SECOND_SHOP), await ticket(shop)
    await shop.widget(domains=[SHOP])
    assert error(await greet(shop, embed_ticket=gone, parent_origin=None)) == INVALID
    assert (await greet(shop, embed_ticket=kept)).status_code == 201
    assert error(await shop.call("POST", "/embed-ticket", {}, {"Origin": SECOND_SHOP})) == (403, "origin_not_allowed")


async def test_22_twenty_at_once_with_one_ticket_are_one(build: Build) -> None:
    shop = await build(contacts_per_minute=100)
    await demand(shop)
    once = await ticket(shop)
    answers = await asyncio.gather(*(greet(shop, embed_ticket=once) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201, *[403] * 19]
    assert {error(answer) for answer in answers if answer.status_code == 403} == {INVALID}


async def test_ghsa_j2rx_g3hp_qg34_cwe_346_a_claimed_origin_never_becomes_verified(shop: Shop) -> None:
    """Whatever the client says of itself, over every route that it can say it on."""
    await shop.widget(domains=[SHOP, SECOND_SHOP])
    for headers in (OWN, PAGE, {}):
        body = {"user_id": guest(), "parent_origin": SHOP}
        answer = await shop.call("POST", "/visitor", body, headers)
        assert answer.json()["embedding"] == "claimed"
        me = answer.json()["visitor"]
        again = {**headers, "X-Halloo-Visitor": me["visitor_token"]}
        assert (await shop.call("POST", "/visitor", {"parent_origin": SHOP}, again)).json()["embedding"] == "claimed"
    await demand(shop)
    for headers in (OWN, PAGE, {}):
        refused = await shop.call("POST", "/visitor", {"user_id": guest(), "parent_origin": SHOP}, headers)
        assert error(refused) == UNVERIFIED
    crossed = await greet(shop, embed_ticket=await ticket(shop, SECOND_SHOP))
    assert error(crossed) == INVALID, "a ticket of one page beside the claim of another"


async def test_13_and_22_the_widget_hosts_own_origin_gets_no_ticket_unless_it_is_listed(shop: Shop) -> None:
    refused = (403, "origin_not_allowed")
    for headers in (OWN, {}, {"Origin": "null"}, {"Origin": "https://evil.example"}, {"Origin": SHOP.upper()}):
        answer = await shop.call("POST", "/embed-ticket", {}, headers)
        assert error(answer) == refused, headers
        assert "access-control-allow-origin" not in answer.headers
    twice = [("Origin", SHOP), ("Origin", SHOP), ("Content-Type", "application/json")]
    assert error(await shop.api.client.post(f"{shop.base}/embed-ticket", content=b"{}", headers=twice)) == refused
    await shop.widget(domains=[SHOP, ORIGIN])
    await ticket(shop, ORIGIN)
    await shop.widget(domains=[])
    for origin in (ORIGIN, "https://anywhere.example"):
        await ticket(shop, origin)
    for headers in ({}, {"Origin": "null"}, {"Origin": "file://"}):
        assert error(await shop.call("POST", "/embed-ticket", {}, headers)) == refused


async def test_a_known_browser_goes_on_with_what_it_has_proven(shop: Shop) -> None:
    """Renewing, starting and sending need no further ticket; another page needs one of its own."""
    await shop.widget(domains=[SHOP, SECOND_SHOP])
    await demand(shop)
    visitor = await verified(shop)
    for body in ({}, {"parent_origin": SHOP}):
        answer = await greet(shop, visitor, **body)
        assert (answer.status_code, answer.json()["embedding"]) == (200, "verified")
    cid = await shop.start(visitor)
    assert (await shop.call("POST", f"/conversations/{cid}/messages", text(), visitor.headers)).status_code == 201
    assert error(await greet(shop, visitor, parent_origin=SECOND_SHOP)) == UNVERIFIED
    assert await stored(shop, visitor) == (SHOP, "verified"), "nothing was lost by being refused"
    moved = await greet(shop, visitor, parent_origin=SECOND_SHOP, embed_ticket=await ticket(shop, SECOND_SHOP))
    assert (moved.status_code, moved.json()["embedding"]) == (200, "verified")
    assert await stored(shop, visitor) == (SECOND_SHOP, "verified")


async def test_a_proof_counts_while_the_list_holds_its_page(shop: Shop) -> None:
    await shop.widget(domains=[SHOP, SECOND_SHOP])
    await demand(shop)
    visitor = await verified(shop)
    cid = await shop.start(visitor)
    path = f"/conversations/{cid}/messages"
    await shop.widget(domains=[SECOND_SHOP])
    assert error(await greet(shop, visitor)) == UNVERIFIED
    for where in (path, "/conversations"):
        body = text() if where == path else {"message": text()}
        assert error(await shop.call("POST", where, body, visitor.headers)) == UNVERIFIED
    assert error(await shop.call("PATCH", "/visitor", {"name": "Ada"}, visitor.headers)) == UNVERIFIED
    await shop.widget(domains=[SHOP])
    assert (await shop.call("POST", path, text(), visitor.headers)).status_code == 201


async def test_a_visit_from_another_page_is_claimed_where_none_is_required(shop: Shop) -> None:
    await shop.widget(domains=[SHOP, SECOND_SHOP])
    visitor = await verified(shop)
    answer = await greet(shop, visitor, parent_origin=SECOND_SHOP)
    assert answer.json()["embedding"] == "claimed"
    assert await stored(shop, visitor) == (SECOND_SHOP, "claimed")
    back = await greet(shop, visitor, parent_origin=SHOP)
    assert back.json()["embedding"] == "verified", "what this browser has proven is not forgotten"


async def test_who_was_here_before_it_was_required_brings_a_ticket_and_stays_who_they_are(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    await demand(shop)
    for method, path, body in (
        ("POST", "/visitor", {}),
        ("POST", f"/conversations/{cid}/messages", text()),
        ("POST", "/conversations", {"message": text()}),
        ("PATCH", "/visitor", {"name": "Ada"}),
    ):
        assert error(await shop.call(method, path, body, visitor.headers)) == UNVERIFIED
    assert (await shop.call("GET", f"/conversations/{cid}/messages", headers=visitor.headers)).status_code == 200
    answer = await greet(shop, visitor, embed_ticket=await ticket(shop))
    assert (answer.status_code, answer.json()["visitor"]["id"]) == (200, visitor.id)
    assert (await shop.call("POST", f"/conversations/{cid}/messages", text(), visitor.headers)).status_code == 201


async def test_the_proof_of_the_page_outlives_being_named(shop: Shop) -> None:
    """And it is this browser's own: another browser of the same person has to bring a ticket."""
    issuer = await hmac_issuer(shop)
    await demand(shop)
    known = (await identify(shop, await verified(shop), issuer)).visitor
    assert (await greet(shop, known)).json()["embedding"] == "verified"
    await shop.start(known)
    await shop.config(security={"require_verified_embedding": False})
    other = (await identify(shop, await shop.arrive(), issuer)).visitor
    await demand(shop)
    assert other.id == known.id
    assert error(await greet(shop, other)) == UNVERIFIED
    assert error(await shop.call("POST", "/conversations", {"message": text()}, other.headers)) == UNVERIFIED
    assert (await greet(shop, known)).status_code == 200


async def test_tickets_have_a_rate_per_address_and_widget(build: Build) -> None:
    shop = await build(tickets_per_minute=3)
    other = f"/core/public/web-widgets/{shop.other_widget_id}"
    for base in ("", other):
        for _ in range(3):
            await ticket(shop, base=base)
        assert error(await shop.call("POST", "/embed-ticket", {}, PAGE, base=base)) == (429, "rate_limited")
    shop.api.clock.shift += MINUTE
    await ticket(shop)
