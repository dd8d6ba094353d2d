"""Known failures of products like this one, each by its reference (embedding contract 16): a forged page, and a blank proof."""

from typing import Any

import pytest

from halloo.kit.ids import new_id, new_secret
from tests.public.people import hmac_issuer, identify, keys_of, offer
from tests.public.shop import SHOP, Build, Json, Shop, error, guest, text
from tests.support.identity import plain_hash

FORGED = {"Origin": SHOP}
"""What any program can say of itself."""


async def test_cwe_290_a_forged_listed_origin_is_no_credential(shop: Shop) -> None:
    await hmac_issuer(shop)
    victim = await shop.arrive()
    cid = await shop.start(victim)
    listed = await shop.call("GET", f"/conversations?user_id={victim.user_id}", headers=FORGED)
    assert listed.json() == {"data": [], "next_cursor": None}
    tries: list[tuple[str, str, Any, tuple[int, str]]] = [
        ("GET", f"/conversations/{cid}/messages", None, (403, "conversation_forbidden")),
        ("POST", f"/conversations/{cid}/messages", text(), (403, "conversation_forbidden")),
        ("POST", f"/conversations/{cid}/read", {"seq": 1}, (403, "conversation_forbidden")),
        ("POST", f"/conversations/{cid}/end", {}, (403, "conversation_forbidden")),
        ("POST", f"/conversations/{cid}/feedback", {"fields": {}}, (403, "conversation_forbidden")),
        ("POST", "/conversations", {"conversation_id": cid}, (403, "conversation_forbidden")),
        ("PATCH", "/visitor", {"name": "Eve"}, (401, "visitor_token_missing")),
        ("POST", "/identify", {"token": "x"}, (401, "visitor_token_missing")),
        ("POST", "/pre-conversation-form", {"fields": {}}, (401, "visitor_token_missing")),
        ("DELETE", "/visitor", None, (401, "visitor_token_missing")),
    ]
    for method, path, body, due in tries:
        assert error(await shop.call(method, path, body, FORGED)) == due, path
    forged = {**FORGED, "X-Halloo-Visitor": new_secret("hvt_")}
    for method, path, body, _ in tries:
        assert error(await shop.call(method, path, body, forged)) == (401, "visitor_token_invalid"), path


async def test_cwe_290_all_limits_hold_for_a_forged_listed_origin(build: Build) -> None:
    shop = await build(
        reads_per_minute=3, contacts_per_minute=3, messages_per_minute=3, messages_burst=3, tickets_per_minute=3
    )
    await shop.config(bot_check={"guard_level": "off"})
    big = {"user_id": guest(), "locale": "x" * 65_536}
    assert error(await shop.call("POST", "/visitor", big, FORGED)) == (413, "body_too_large")
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    own = {**FORGED, "X-Halloo-Visitor": visitor.token}
    calls: list[tuple[str, str, dict[str, str], bool]] = [
        ("GET", "", FORGED, False),
        ("POST", "/visitor", FORGED, True),
        ("POST", "/embed-ticket", FORGED, True),
        ("GET", "/conversations", own, False),
        ("POST", f"/conversations/{cid}/messages", own, True),
    ]
    for method, path, headers, has_body in calls:
        bodies: dict[str, Any] = {"/visitor": {"user_id": guest()}, "/embed-ticket": {}}
        statuses = [
            (await shop.call(method, path, bodies.get(path, text()) if has_body else None, headers)).status_code
            for _ in range(5)
        ]
        assert statuses[-1] == 429, (path, statuses)


async def test_cwe_208_cwe_303_blank_and_missing_proofs_are_refused_like_wrong_ones(build: Build) -> None:
    shop = await build(identity_failures_per_minute=1_000, identifications_per_hour=1_000)
    secret = "from another messenger"
    for alg in ("HMAC-email", "HMAC-user-id"):
        await shop.manage("POST", keys_of(shop), {"alg": alg, "secret": secret})
    issuer = await hmac_issuer(shop)
    known = (await identify(shop, await shop.arrive(), issuer)).visitor
    visitor = await shop.arrive()
    wrong: list[Json] = [
        {"token": issuer.token(shop.api.clock() / 1000)[:-6] + "AAAAAA"},
        {"email": "ada@example.com", "hmac": plain_hash("wrong", "ada@example.com")},
        {"user_id": "42", "hmac": plain_hash("wrong", "42")},
    ]
    blank: list[Json] = [{}, {"token": ""}, {"token": None}]
    for name, value in (("email", "ada@example.com"), ("user_id", "42")):
        blank += [{name: value}, {name: value, "hmac": ""}, {name: value, "hmac": None}, {"hmac": "0" * 64}]
        blank += [{name: "", "hmac": plain_hash(secret, "")}, {name: None, "hmac": plain_hash(secret, "")}]
    for body in (*wrong, *blank):
        for who in (visitor, known):
            assert error(await offer(shop, who, body)) == (401, "identity_invalid"), body
    me = (await shop.call("POST", "/visitor", {}, visitor.headers)).json()["visitor"]
    assert (me["id"], me["identified"]) == (visitor.id, False)


@pytest.mark.parametrize("claim", ["none", "claims", "user id", "parent", "blank token"])
async def test_23_cwe_303_where_identity_is_required_there_is_no_way_round(shop: Shop, claim: str) -> None:
    issuer = await hmac_issuer(shop)
    await identify(shop, await shop.arrive(), issuer)
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    form = {"id": "f", "fields": [{"id": "who", "type": "text", "maps_to": "name"}]}
    feedback = {"enabled": True, "form": {"id": "g", "fields": [{"id": "rate", "type": "rating"}]}}
    await shop.config(
        security={"identity": "required"}, pre_conversation_form=form, post_conversation_feedback=feedback
    )
    headers = visitor.headers
    more: Json = {}
    if claim == "claims":
        said = {"name": "Ada", "email": "ada@example.com"}
        assert (await shop.call("PATCH", "/visitor", said, headers)).status_code in (200, 403)
    elif claim == "user id":
        more = {"user_id": "42"}
    elif claim == "parent":
        headers = {**headers, "Origin": SHOP}
    elif claim == "blank token":
        headers = {**headers, "X-Halloo-Visitor": ""}
    started = {"message": text(), "form": {"who": "Ada"}, **more}
    answers = [
        await shop.call("POST", "/conversations", started, headers),
        await shop.call("POST", "/conversations", {"conversation_id": cid, **started}, headers),
        await shop.call("POST", f"/conversations/{cid}/messages", text(), headers),
        await shop.call("POST", f"/conversations/{cid}/feedback", {"fields": {"rate": 5}}, headers),
        await shop.call("POST", "/pre-conversation-form", {"fields": {"who": "Ada"}}, headers),
        await shop.call("POST", "/conversations", {"user_id": guest(), "client_id": new_id(), "message": text()}, {}),
    ]
    assert {answer.status_code for answer in answers} <= {401, 403}
    if claim not in {"blank token", "user id"}:
        assert {error(answer) for answer in answers} == {(403, "identity_required")}
    read = await shop.call("GET", f"/conversations/{cid}/messages", headers=visitor.headers)
    assert [one["content"] for one in read.json()["data"]] == ["Hello"]
