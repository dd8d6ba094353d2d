"""Identity over HTTP (embedding contract 9; acceptance test 23 and the known failures of contract 16)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text as sql

from halloo.db.tx import Tx
from halloo.kit.clock import HOUR, MINUTE
from halloo.kit.ids import new_id
from tests.isolation.grounds import TABLES
from tests.public.people import eddsa_issuer, hmac_issuer, identify, keys_of, offer
from tests.public.shop import OWN, SHOP, Build, Json, Shop, Visitor, error, text
from tests.support.identity import Issuer, crafted, decoded, plain_hash


async def shown(shop: Shop, visitor: Visitor) -> Json:
    """What the widget is told of its visitor."""
    return (await shop.call("POST", "/visitor", {}, visitor.headers)).json()["visitor"]


async def test_identify_answers_as_the_contract_says(shop: Shop) -> None:
    issuer = await hmac_issuer(shop)
    visitor = await shop.arrive()
    cids = [await shop.start(visitor) for _ in range(2)]
    known = await identify(shop, visitor, issuer, "user 42", name="Ada", email="ada@example.com")
    assert known.visitor.token.startswith("hvt_")
    me = {**known.answer["visitor"], "visitor_token": None}
    assert me == {
        "id": visitor.id,
        "user_id": "user 42",
        "identified": True,
        "name": "Ada",
        "email": "ada@example.com",
        "visitor_token": None,
    }
    assert known.merged == 2
    assert known.relay["expires_in"] == 900
    assert set(known.relay["streams"]) == {f"v:{visitor.id}", *(f"c:{cid}" for cid in cids)}
    for path in ("/visitor", "/conversations"):
        assert error(await shop.call("POST", path, {}, visitor.headers)) == (401, "visitor_token_invalid")
    assert await shown(shop, known.visitor) == me
    listed = (await shop.call("GET", "/conversations", headers=known.visitor.headers)).json()["data"]
    assert {one["id"] for one in listed} == set(cids)


async def test_both_names_of_a_person_are_theirs_and_no_other(shop: Shop) -> None:
    """The guest id of the first browser, and the customer's own; anything else beside the token counts as no token."""
    issuer = await hmac_issuer(shop)
    guest = await shop.arrive()
    cid = await shop.start(guest)
    known = (await identify(shop, guest, issuer)).visitor
    for user_id in (guest.user_id, "42"):
        answer = await shop.call("POST", "/visitor", {"user_id": user_id}, known.headers)
        assert (answer.status_code, answer.json()["visitor"]["user_id"]) == (200, "42")
        listed = await shop.call("GET", f"/conversations?user_id={user_id}", headers=known.headers)
        assert [one["id"] for one in listed.json()["data"]] == [cid]
        again = await shop.call("POST", "/conversations", {"user_id": user_id, "conversation_id": cid}, known.headers)
        assert again.status_code == 200
    other = await shop.arrive()
    listed = await shop.call("GET", f"/conversations?user_id={other.user_id}", headers=known.headers)
    assert listed.json()["data"] == []
    taken = {"user_id": other.user_id, "conversation_id": cid}
    assert error(await shop.call("POST", "/conversations", taken, known.headers)) == (403, "conversation_forbidden")


async def test_20_a_customers_user_id_without_its_token_opens_nothing(shop: Shop) -> None:
    """Known or not: one answer."""
    issuer = await hmac_issuer(shop)
    known = (await identify(shop, await shop.arrive(), issuer)).visitor
    cid = await shop.start(known)
    for headers in (OWN, (await shop.arrive()).headers):
        for path, body in (("/visitor", {}), ("/conversations", {"conversation_id": cid}), ("/conversations", {})):
            first = await shop.call("POST", path, {"user_id": "42", **body}, headers)
            other = await shop.call("POST", path, {"user_id": "43", **body}, headers)
            assert (first.status_code, first.content) == (other.status_code, other.content)
            assert first.status_code in (403, 422)
        lists = [await shop.call("GET", f"/conversations?user_id={one}", headers=headers) for one in ("42", "43")]
        assert lists[0].content == lists[1].content == b'{"data":[],"next_cursor":null}'


FUTURE = 7_200
REFUSED: dict[str, tuple[Callable[[Issuer, float, str], object], str]] = {
    "missing": (lambda _issuer, _now, _pem: None, "malformed"),
    "blank": (lambda _issuer, _now, _pem: "", "malformed"),
    "wrong key": (lambda issuer, now, _pem: Issuer(issuer.kid, issuer.widget_id, b"x" * 32).token(now), "signature"),
    "truncated": (lambda issuer, now, _pem: issuer.token(now)[:-8], "signature"),
    "cut in two": (lambda issuer, now, _pem: issuer.token(now).rpartition(".")[0], "malformed"),
    "other aud": (lambda issuer, now, _pem: issuer.token(now, aud=new_id()), "audience"),
    "expired": (lambda issuer, now, _pem: issuer.token(now - 900), "expired"),
    "future": (lambda issuer, now, _pem: issuer.token(now + FUTURE), "not_yet_valid"),
    "two hours long": (lambda issuer, now, _pem: issuer.token(now, exp=int(now) + 7_200), "too_long_lived"),
    "no exp": (lambda issuer, now, _pem: issuer.token(now, exp=None), "claims"),
    "no sub": (lambda issuer, now, _pem: issuer.token(now, sub=None), "claims"),
    "alg none": (
        lambda issuer, now, _pem: crafted({"alg": "none", "kid": issuer.kid}, issuer.claims(now), signature=""),
        "algorithm",
    ),
    "unknown kid": (lambda issuer, now, _pem: issuer.sign(issuer.claims(now), kid=new_id()), "unknown_key"),
    "no kid": (lambda issuer, now, _pem: crafted({"alg": "HS256"}, issuer.claims(now), issuer.key), "unknown_key"),
    "public key as secret": (
        lambda issuer, now, pem: crafted(
            {"alg": "HS256", "kid": issuer.header["eddsa"]}, issuer.claims(now), pem.encode()
        ),
        "algorithm",
    ),
}


async def test_23_cwe_208_cwe_294_cwe_303_a_bad_token_is_refused_and_the_visitor_stays_anonymous(build: Build) -> None:
    shop = await build(identity_failures_per_minute=1_000, identifications_per_hour=1_000)
    hmac, (eddsa, pem) = await hmac_issuer(shop), await eddsa_issuer(shop)
    issuer = Issuer(hmac.kid, hmac.widget_id, hmac.key, header={"eddsa": eddsa.kid})
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    for name, (make, reason) in REFUSED.items():
        answer = await offer(shop, visitor, {"token": make(issuer, shop.api.clock() / 1000, pem)})
        assert error(answer) == (401, "identity_invalid"), name
        assert answer.json()["details"]["reason"] == reason, name
        me = await shown(shop, visitor)
        assert (me["user_id"], me["identified"]) == (visitor.user_id, False)
    assert (await shop.call("GET", f"/conversations/{cid}/messages", headers=visitor.headers)).status_code == 200
    await shop.config(security={"identity": "required"})
    refused = (403, "identity_required")
    assert error(await shop.call("POST", f"/conversations/{cid}/messages", text(), visitor.headers)) == refused
    assert error(await shop.call("POST", "/conversations", {"message": text()}, visitor.headers)) == refused
    assert error(await shop.call("POST", "/conversations", {"user_id": visitor.user_id})) == refused
    for one in (issuer.token(shop.api.clock() / 1000), eddsa.token(shop.api.clock() / 1000)):
        fresh = await shop.arrive()
        answer = await offer(shop, fresh, {"token": one})
        assert answer.status_code == 200, answer.text
        me = answer.json()["visitor"]
        known = Visitor(me["id"], me["user_id"], me["visitor_token"])
        assert (await shop.call("POST", "/conversations", {"message": text()}, known.headers)).status_code == 201


async def test_23_a_token_of_another_widget_proves_nothing_here(shop: Shop) -> None:
    await hmac_issuer(shop)
    there = await shop.manage("POST", f"/core/web-widgets/{shop.other_widget_id}/identity-keys", {"alg": "HS256"})
    foreign = Issuer(there["kid"], shop.house.widget_id, there["secret"].encode())
    answer = await offer(shop, await shop.arrive(), {"token": foreign.token(shop.api.clock() / 1000)})
    assert answer.json()["details"]["reason"] == "unknown_key"


@pytest.mark.parametrize("value", [0, True, [], {}, None, "", "null"])
async def test_cve_2022_1176_values_that_are_no_proof_are_refused(shop: Shop, value: Any) -> None:
    await shop.manage("POST", keys_of(shop), {"alg": "HMAC-user-id", "secret": "from another messenger"})
    issuer = await hmac_issuer(shop)
    visitor = await shop.arrive()
    bodies: list[Json] = [
        {"token": value},
        {"token": issuer.sign({**issuer.claims(shop.api.clock() / 1000), "sub": value})} if value != "null" else {},
        {"user_id": value, "hmac": plain_hash("from another messenger", "")},
        {"user_id": "7", "hmac": value},
    ]
    for body in bodies:
        assert error(await offer(shop, visitor, body))[0] in (401, 422), body
    assert (await shown(shop, visitor))["identified"] is False
    if value not in (None, "null"):
        with_ticket = await shop.call("POST", "/visitor", {"embed_ticket": value}, visitor.headers)
        assert error(with_ticket) == (403, "ticket_invalid")


async def test_hashes_of_other_messengers_count_where_a_key_for_them_is(shop: Shop) -> None:
    secret = "from another messenger"
    visitor = await shop.arrive()
    by_email = {"email": "Ada@Example.com", "hmac": plain_hash(secret, "ada@example.com")}
    by_id = {"user_id": "7", "hmac": plain_hash(secret, "7")}
    assert error(await offer(shop, visitor, by_email)) == (409, "identity_off")
    await shop.manage("POST", keys_of(shop), {"alg": "HMAC-email", "secret": secret})
    assert error(await offer(shop, visitor, by_id)) == (409, "identity_off")
    assert error(await offer(shop, visitor, {"token": "a.b.c"}))[0] in (401, 409)
    answer = await offer(shop, visitor, by_email)
    assert answer.status_code == 200, answer.text
    me = answer.json()["visitor"]
    assert (me["user_id"], me["email"], me["identified"]) == ("ada@example.com", "ada@example.com", True)
    await shop.manage("POST", keys_of(shop), {"alg": "HMAC-user-id", "secret": secret})
    other = await shop.arrive()
    cid = await shop.start(other)
    answer = await offer(shop, other, by_id)
    assert (answer.json()["visitor"]["user_id"], answer.json()["merged"]) == ("7", 1)
    seen = await shop.manage("GET", f"/core/conversations/{cid}")
    assert (seen["visitor"]["identity"], seen["visitor"]["identified"], seen["visitor"]["user_id"]) == (
        "hmac",
        True,
        "7",
    )
    assert seen["contact"]["verified"] is True
    wrong = await offer(shop, await shop.arrive(), {**by_id, "user_id": "8"})
    assert (error(wrong), wrong.json()["details"]["reason"]) == ((401, "identity_invalid"), "signature")


async def test_without_a_key_identity_is_off(shop: Shop) -> None:
    visitor = await shop.arrive()
    for body in ({}, {"token": "x"}, {"user_id": "7", "hmac": "0" * 64}, {"wrong": 1}):
        assert error(await offer(shop, visitor, body)) == (409, "identity_off")
    assert error(await shop.call("POST", "/identify", {})) == (401, "visitor_token_missing")
    await hmac_issuer(shop)
    assert error(await offer(shop, visitor, {"wrong": 1})) == (422, "field_unknown")


async def test_operators_see_who_was_proven_and_what_is_signed(shop: Shop) -> None:
    issuer = await hmac_issuer(shop)
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    before = await shop.manage("GET", f"/core/conversations/{cid}")
    assert (before["visitor"]["identity"], before["contact"]["verified"]) == (None, False)
    await identify(
        shop, visitor, issuer, name="Ada", email="ada@example.com", email_verified=False, data={"plan": "pro"}
    )
    seen = await shop.manage("GET", f"/core/conversations/{cid}")
    assert seen["visitor"]["identity"] == "jwt"
    assert seen["visitor"]["signed"] == ["data.plan", "name"]
    assert (seen["visitor"]["name"], seen["visitor"]["email"]) == ("Ada", "ada@example.com")
    assert (seen["contact"]["verified"], seen["contact"]["name"]) == (True, "Ada")


async def test_identifications_have_a_rate_per_visitor(build: Build) -> None:
    shop = await build(identifications_per_hour=3, identity_failures_per_minute=100)
    visitor, other = await shop.arrive(), await shop.arrive()
    await hmac_issuer(shop)
    for _ in range(3):
        assert error(await offer(shop, visitor, {"token": "x"})) == (401, "identity_invalid")
    assert error(await offer(shop, visitor, {"token": "x"})) == (429, "rate_limited")
    assert error(await offer(shop, other, {"token": "x"})) == (401, "identity_invalid")
    shop.api.clock.shift += HOUR
    assert error(await offer(shop, visitor, {"token": "x"})) == (401, "identity_invalid")


async def test_failures_have_a_rate_per_address_that_known_people_do_not_share(build: Build) -> None:
    shop = await build(identifications_per_hour=100, identity_failures_per_minute=4)
    issuer = await hmac_issuer(shop)
    known = (await identify(shop, await shop.arrive(), issuer)).visitor
    visitor = await shop.arrive()
    for _ in range(8):
        known = (await identify(shop, known, issuer)).visitor
    for _ in range(4):
        assert error(await offer(shop, visitor, {"token": "x"})) == (401, "identity_invalid")
    token = issuer.token(shop.api.clock() / 1000)
    assert error(await offer(shop, visitor, {"token": token})) == (429, "rate_limited")
    assert (await offer(shop, known, {"token": token})).status_code == 200
    shop.api.clock.shift += MINUTE
    assert (await offer(shop, visitor, {"token": issuer.token(shop.api.clock() / 1000)})).status_code == 200


async def test_known_people_are_not_refused_for_their_address(build: Build) -> None:
    shop = await build(starts_per_hour_and_address=1)
    await shop.config(bot_check={"guard_level": "off"})
    issuer = await hmac_issuer(shop)
    known = (await identify(shop, await shop.arrive(), issuer)).visitor
    guest = await shop.arrive()
    await shop.start(guest)
    assert error(await shop.call("POST", "/conversations", {}, (await shop.arrive()).headers)) == (429, "rate_limited")
    for _ in range(3):
        await shop.start(known)


async def test_cve_2022_1235_cve_2024_36679_cve_2022_1021_a_dump_holds_no_secret_in_clear(shop: Shop) -> None:
    await shop.manage("POST", keys_of(shop), {"alg": "HMAC-email", "secret": "from another messenger"})
    made = [await shop.manage("POST", keys_of(shop), {"alg": alg}) for alg in ("HS256", "HS256", "HMAC-user-id")]
    secrets = ["from another messenger", *(one["secret"] for one in made)]
    visitor = await shop.arrive()
    issuer = Issuer(made[0]["kid"], shop.house.widget_id, decoded(secrets[1]))
    token = issuer.token(shop.api.clock() / 1000)
    known = (await offer(shop, visitor, {"token": token})).json()["visitor"]["visitor_token"]

    def dump(tx: Tx) -> str:
        return "".join(repr(tx.all(sql(f"SELECT * FROM {table}"))) for table in [*TABLES, "directory"])

    stored = await shop.api.halloo.database.read(shop.house.workspace_id, dump)
    for secret in (*secrets, known, token, visitor.token):
        assert secret not in stored
        assert secret[4:] not in stored
    for secret in secrets[1:]:
        assert len(decoded(secret)) == 32, "256 bits"
        assert decoded(secret).hex() not in stored
    assert len(set(secrets)) == 4


async def test_reset_ends_one_browser_of_a_person(shop: Shop) -> None:
    issuer = await hmac_issuer(shop)
    phone = (await identify(shop, await shop.arrive(), issuer)).visitor
    laptop = (await identify(shop, await shop.arrive(), issuer)).visitor
    assert phone.id == laptop.id
    assert (await shop.call("DELETE", "/visitor", headers=phone.headers)).status_code == 204
    assert error(await shop.call("POST", "/visitor", {}, phone.headers)) == (401, "visitor_token_invalid")
    assert (await shop.call("POST", "/visitor", {}, laptop.headers)).status_code == 200


async def test_a_preflight_of_the_new_routes_is_answered(shop: Shop) -> None:
    for method, path in (("PATCH", "/visitor"), ("POST", "/identify"), ("POST", "/embed-ticket")):
        headers = {"Origin": SHOP, "Access-Control-Request-Method": method}
        answer = await shop.api.client.options(shop.base + path, headers=headers)
        assert answer.status_code == 204
        assert method in answer.headers["access-control-allow-methods"]
        assert answer.headers["access-control-allow-origin"] == SHOP
        assert "content-type" in answer.headers["access-control-allow-headers"]
        refused = await shop.api.client.options(shop.base + path, headers={**headers, "Origin": "https://evil.example"})
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers
