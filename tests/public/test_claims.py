"""What page and visitor say of themselves: `PATCH /visitor`."""

from typing import Any

import pytest

from tests.public.people import hmac_issuer, identify
from tests.public.shop import Build, Json, Shop, Visitor, error


async def claim(shop: Shop, visitor: Visitor, **said: Any) -> Json:
    answer = await shop.call("PATCH", "/visitor", said, visitor.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["visitor"]


async def seen(shop: Shop, cid: str) -> tuple[Json, Json]:
    """Visitor and contact as operators see them."""
    found = await shop.manage("GET", f"/core/conversations/{cid}")
    return found["visitor"], found["contact"]


async def test_what_is_claimed_is_shown_and_the_contact_follows(shop: Shop) -> None:
    visitor = await shop.arrive()
    me = await claim(shop, visitor, name=" Ada  Lovelace ", email="Ada@Example.com", data={"plan": "pro"})
    assert me == {
        "id": visitor.id,
        "user_id": visitor.user_id,
        "identified": False,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "visitor_token": None,
    }
    cid = await shop.start(visitor)
    who, contact = await seen(shop, cid)
    assert (who["name"], who["email"], who["signed"], who["identified"]) == (
        "Ada Lovelace",
        "ada@example.com",
        [],
        False,
    )
    assert (contact["name"], contact["data"], contact["verified"]) == ("Ada Lovelace", {"plan": "pro"}, False)
    await claim(shop, visitor, phone="+1 555 0100", company="Engines", data={"seats": 3})
    _, contact = await seen(shop, cid)
    assert (contact["name"], contact["phone"], contact["company"]) == ("Ada Lovelace", "+1 555 0100", "Engines")
    assert contact["data"] == {"plan": "pro", "seats": 3}
    await claim(shop, visitor, name=None, email="")
    _, contact = await seen(shop, cid)
    assert (contact["name"], contact["email"]) == (None, None)


async def test_what_operators_wrote_is_not_claimed_away_by_saying_the_same_again(shop: Shop) -> None:
    visitor = await shop.arrive()
    await claim(shop, visitor, name="Ada")
    cid = await shop.start(visitor)
    _, contact = await seen(shop, cid)
    await shop.manage("PATCH", f"/core/contacts/{contact['id']}", {"name": "Ada Lovelace", "data": {"vip": True}})
    await claim(shop, visitor, name="Ada", data={"plan": "pro"})
    _, contact = await seen(shop, cid)
    assert (contact["name"], contact["data"]) == ("Ada Lovelace", {"vip": True, "plan": "pro"})


async def test_claims_never_replace_what_was_signed(shop: Shop) -> None:
    issuer = await hmac_issuer(shop)
    guest = await shop.arrive()
    cid = await shop.start(guest)
    known = (await identify(shop, guest, issuer, name="Ada", email="ada@example.com", data={"plan": "pro"})).visitor
    me = await claim(
        shop, known, name="Eve", email="eve@evil.example", phone="555 0199", data={"plan": "free", "seats": 1}
    )
    assert (me["name"], me["email"]) == ("Ada", "ada@example.com")
    who, contact = await seen(shop, cid)
    assert who["signed"] == ["data.plan", "email", "name"]
    assert (contact["name"], contact["email"], contact["phone"]) == ("Ada", "ada@example.com", "555 0199")
    assert contact["data"] == {"plan": "pro", "seats": 1}
    await claim(shop, known, phone="555 0200")
    _, contact = await seen(shop, cid)
    assert contact["phone"] == "555 0199", "the record of a proven person is filled in, and not changed by claims"
    renewed = (await identify(shop, known, issuer, name="Ada King")).visitor
    assert (await claim(shop, renewed, name="Eve"))["name"] == "Ada King"


WRONG: list[tuple[Json, str]] = [
    ({"name": "x" * 129}, "name"),
    ({"name": 1}, "name"),
    ({"email": "ada"}, "email"),
    ({"phone": "call me"}, "phone"),
    ({"company": "x" * 129}, "company"),
    ({"data": {"Key": 1}}, "data"),
    ({"data": {"a": "x" * 501}}, "data"),
    ({"data": {"a": None}}, "data"),
    ({"data": {f"k{n}": n for n in range(21)}}, "data"),
    ({"data": []}, "data"),
    ({"data": None}, "data"),
    ({"name": "Ada", "email": "ada"}, "email"),
]


@pytest.mark.parametrize(("said", "field"), WRONG, ids=range(len(WRONG)))
async def test_a_wrong_value_refuses_all_of_it(shop: Shop, said: Json, field: str) -> None:
    visitor = await shop.arrive()
    answer = await shop.call("PATCH", "/visitor", said, visitor.headers)
    assert error(answer) == (422, "field_invalid")
    assert answer.json()["details"]["field"].startswith(field)
    assert (await claim(shop, visitor))["name"] is None


async def test_data_of_several_calls_adds_up_to_twenty_keys(shop: Shop) -> None:
    visitor = await shop.arrive()
    await claim(shop, visitor, data={f"a{n}": n for n in range(15)})
    await claim(shop, visitor, data={"a0": "again", **{f"b{n}": n for n in range(5)}})
    more = await shop.call("PATCH", "/visitor", {"data": {"c": 1}}, visitor.headers)
    assert error(more) == (422, "field_invalid")
    await claim(shop, visitor, data={"a1": "still there"})


@pytest.mark.parametrize(
    "key", ["verified", "signed", "identified", "user_id", "avatar", "notes", "workspace_id", "state"]
)
async def test_cve_2026_44633_nobody_sets_what_only_the_server_sets(shop: Shop, key: str) -> None:
    visitor = await shop.arrive()
    answer = await shop.call("PATCH", "/visitor", {"name": "Ada", key: "x"}, visitor.headers)
    assert error(answer) == (422, "field_unknown")
    assert (await claim(shop, visitor))["name"] is None


async def test_claims_need_a_token_and_have_the_rate_of_lists(build: Build) -> None:
    shop = await build(reads_per_minute=4)
    assert error(await shop.call("PATCH", "/visitor", {"name": "Ada"})) == (401, "visitor_token_missing")
    visitor = await shop.arrive()
    for number in range(4):
        await claim(shop, visitor, name=f"Ada {number}")
    assert error(await shop.call("PATCH", "/visitor", {"name": "Ada"}, visitor.headers)) == (429, "rate_limited")
