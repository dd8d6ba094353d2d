"""The form before a conversation (embedding contract 8.2 and 8.4)."""

import asyncio
from typing import Any

import pytest

from halloo.kit.clock import HOUR
from halloo.kit.ids import new_id
from tests.public.shop import OWN, Build, Json, Shop, Visitor, error, guest, text

PATH = "/pre-conversation-form"
FIELDS: list[Json] = [
    {"id": "who", "type": "text", "maps_to": "name"},
    {"id": "address", "type": "email", "required": True, "maps_to": "email"},
    {"id": "call", "type": "phone", "maps_to": "phone"},
    {
        "id": "firm",
        "type": "select",
        "maps_to": "company",
        "options": [{"value": v, "label": v} for v in ("Acme", "Bolt")],
    },
    {"id": "topic", "type": "radio", "options": [{"value": v, "label": v.title()} for v in ("order", "return")]},
    {"id": "seats", "type": "number", "min": 0},
    {"id": "news", "type": "checkbox"},
]
GIVEN: Json = {
    "who": "Ada Byron",
    "address": "Ada@Example.com",
    "call": "+43 1 5",
    "firm": "Bolt",
    "topic": "order",
    "seats": 0,
}


async def asks(shop: Shop, *fields: Json, **more: Any) -> None:
    """The widget asks these fields before a conversation."""
    await shop.config(pre_conversation_form={"id": "f", "fields": list(fields or FIELDS)}, **more)


async def submit(shop: Shop, visitor: Visitor, fields: Json) -> Any:
    return await shop.call("POST", PATH, {"fields": fields}, visitor.headers)


async def start(shop: Shop, visitor: Visitor, **body: Any) -> Any:
    return await shop.call("POST", "/conversations", {"message": text(), **body}, visitor.headers)


async def shown(shop: Shop, cid: str) -> Json:
    return await shop.manage("GET", f"/core/conversations/{cid}")


async def cid_of(shop: Shop, visitor: Visitor, **body: Any) -> str:
    answer = await start(shop, visitor, **body)
    assert answer.status_code == 201, answer.text
    return answer.json()["conversation"]["id"]


async def test_what_was_filled_in_joins_the_next_conversation_and_says_who_it_is(shop: Shop) -> None:
    await asks(shop)
    visitor = await shop.arrive()
    answer = await submit(shop, visitor, {**GIVEN, "news": None})
    assert (answer.status_code, answer.json()) == (200, {"fields": GIVEN})
    assert answer.headers["cache-control"] == "no-store"
    one = await shown(shop, await cid_of(shop, visitor, custom_metadata={"plan": "pro", "topic": "the page's"}))
    assert one["custom_metadata"] == {"plan": "pro", **GIVEN}
    contact = one["contact"]
    assert [contact[name] for name in ("name", "email", "phone", "company")] == [
        "Ada Byron", "ada@example.com", "+43 1 5", "Bolt",
    ]  # fmt: skip
    assert (contact["verified"], one["visitor"]["signed"]) == (False, [])
    assert (one["visitor"]["name"], one["visitor"]["email"]) == ("Ada Byron", "ada@example.com")
    again = (await shop.call("POST", "/visitor", {}, visitor.headers)).json()["visitor"]
    assert (again["name"], again["email"]) == ("Ada Byron", "ada@example.com")


async def test_a_form_comes_with_its_start_in_one_transaction(shop: Shop) -> None:
    await asks(shop)
    visitor = await shop.arrive()
    wrong = await start(shop, visitor, form={**GIVEN, "address": "no address"})
    assert (wrong.status_code, wrong.json()["details"]) == (422, {"field": "form.address"})
    refused = await start(shop, visitor, form=GIVEN, message=text(""))
    assert error(refused) == (422, "field_invalid")
    known = (await shop.call("POST", "/visitor", {}, visitor.headers)).json()["visitor"]
    assert (known["name"], known["email"]) == (None, None), "the refused message took the form back with it"
    cid = await cid_of(shop, visitor, form=GIVEN)
    assert (await shown(shop, cid))["custom_metadata"] == GIVEN
    said = await shop.call("GET", f"/conversations/{cid}/messages", headers=visitor.headers)
    assert said.json()["data"][0]["user"]["nickname"] == "Ada Byron", "the first message is under the name just given"


async def test_a_start_without_message_takes_the_form_too(shop: Shop) -> None:
    await asks(shop)
    visitor = await shop.arrive()
    answer = await shop.call("POST", "/conversations", {"form": GIVEN}, visitor.headers)
    assert (answer.status_code, answer.json()["message"]) == (201, None)
    assert (await shown(shop, answer.json()["conversation"]["id"]))["custom_metadata"] == GIVEN


async def test_a_start_without_the_form_is_refused_and_makes_nobody_known(shop: Shop) -> None:
    await asks(shop)
    bare = await shop.call("POST", "/conversations", {"user_id": guest(), "message": text()})
    assert error(bare) == (422, "form_required")
    assert await shop.manage("GET", "/core/conversations") | {"position": None} == {
        "data": [], "next_cursor": None, "position": None,
    }  # fmt: skip
    visitor = await shop.arrive()
    for body in ({"message": text()}, {}, {"form": None, "client_id": new_id()}):
        assert error(await shop.call("POST", "/conversations", body, visitor.headers)) == (422, "form_required")
    first = await shop.call("POST", "/conversations", {"user_id": guest(), "message": text(), "form": GIVEN})
    assert first.status_code == 201
    assert first.json()["visitor"]["visitor_token"].startswith("hvt_")


async def test_the_same_form_is_asked_once_and_another_one_again(shop: Shop) -> None:
    await asks(shop)
    visitor = await shop.arrive()
    first = await cid_of(shop, visitor, form=GIVEN)
    second = await cid_of(shop, visitor)
    assert second != first
    assert (await shown(shop, second))["custom_metadata"] == GIVEN, "the values are used again"
    await asks(shop, *FIELDS, {"id": "new", "type": "text"})
    assert error(await start(shop, visitor)) == (422, "form_required")
    resumed = await start(shop, visitor, conversation_id=first)
    assert resumed.status_code == 200, "resuming never asks"
    assert error(await start(shop, visitor, conversation_id=first, form=GIVEN)) == (422, "field_invalid")
    assert (await submit(shop, visitor, {"address": "b@example.com"})).status_code == 200
    third = await shown(shop, await cid_of(shop, visitor))
    assert third["custom_metadata"] == {"address": "b@example.com"}
    assert (third["contact"]["email"], third["contact"]["name"]) == ("b@example.com", "Ada Byron")


async def test_a_form_that_is_asked_each_time_counts_once(shop: Shop) -> None:
    await asks(shop, pre_conversation_show_once=False)
    visitor = await shop.arrive()
    assert (await submit(shop, visitor, GIVEN)).status_code == 200
    body = {"client_id": new_id(), "message": text()}
    first = await start(shop, visitor, **body)
    assert first.status_code == 201
    assert error(await start(shop, visitor)) == (422, "form_required")
    repeated = await start(shop, visitor, **body)
    assert (repeated.status_code, repeated.json()["conversation"]["id"]) == (200, first.json()["conversation"]["id"])
    await cid_of(shop, visitor, form=GIVEN)
    assert error(await start(shop, visitor)) == (422, "form_required"), "what came with a start is its own"


async def test_one_submission_asked_each_time_starts_one_of_ten_at_once(build: Build) -> None:
    shop = await build(starts_per_hour=100)
    await asks(shop, pre_conversation_show_once=False)
    visitor = await shop.arrive()
    await submit(shop, visitor, GIVEN)
    answers = await asyncio.gather(*(start(shop, visitor) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 9


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({}, ("field_required", "fields.address")),
        ({"address": " "}, ("field_required", "fields.address")),
        ({"address": "a@b"}, ("field_invalid", "fields.address")),
        ({"address": "a@example.com", "seats": "1"}, ("field_invalid", "fields.seats")),
        ({"address": "a@example.com", "seats": 2**60}, ("field_invalid", "fields.seats")),
        ({"address": "a@example.com", "who": "x" * 129}, ("field_invalid", "fields.who")),
        ({"address": "a@example.com", "who": "two\nlines"}, ("field_invalid", "fields.who")),
        ({"address": "a@example.com", "plan": "pro"}, ("field_unknown", "fields.plan")),
        ({"address": "a@example.com", "__proto__": "x"}, ("field_unknown", "fields.__proto__")),
    ],
)
async def test_each_refusal_says_which_field(shop: Shop, fields: Json, due: tuple[str, str]) -> None:
    await asks(shop)
    visitor = await shop.arrive()
    answer = await submit(shop, visitor, fields)
    assert (answer.status_code, answer.json()["error"], answer.json()["details"]) == (422, due[0], {"field": due[1]})
    assert error(await start(shop, visitor)) == (422, "form_required"), "nothing was kept"


async def test_the_order_of_checks_of_a_form(shop: Shop) -> None:
    visitor = await shop.arrive()
    large = {"fields": {"a": "x" * 9000}}
    plain = {**visitor.headers, "Content-Type": "text/plain"}
    assert error(await shop.call("POST", PATH, large, plain)) == (413, "body_too_large")
    assert error(await shop.call("POST", PATH, {}, plain)) == (415, "content_type")
    assert error(await shop.call("POST", PATH, {})) == (401, "visitor_token_missing")
    assert error(await shop.call("POST", PATH, {}, {**OWN, "X-Halloo-Visitor": "hvt_x"})) == (
        401,
        "visitor_token_invalid",
    )
    assert error(await shop.call("POST", PATH, {"wrong": 1}, visitor.headers)) == (404, "form_off")
    await asks(shop, security={"identity": "required"})
    assert error(await shop.call("POST", PATH, {"wrong": 1}, visitor.headers)) == (403, "identity_required")
    await asks(shop)
    assert error(await shop.call("POST", PATH, {}, visitor.headers)) == (422, "field_required")
    assert error(await shop.call("POST", PATH, {"fields": {}, "wrong": 1}, visitor.headers)) == (422, "field_unknown")
    assert error(await shop.call("POST", PATH, {"fields": []}, visitor.headers)) == (422, "field_invalid")


async def test_a_start_takes_no_form_where_none_is_asked_and_none_over_eight_kib(shop: Shop) -> None:
    visitor = await shop.arrive()
    assert error(await start(shop, visitor, form=GIVEN)) == (404, "form_off")
    assert (await start(shop, visitor, form={})).status_code == 201
    await asks(shop, *({"id": f"f{n}", "type": "textarea"} for n in range(6)))
    long = {f"f{n}": "x" * 1900 for n in range(6)}
    assert error(await start(shop, visitor, form=long)) == (413, "body_too_large")
    assert (await start(shop, visitor, form={"f0": "x" * 2000})).status_code == 201


async def test_forms_and_feedback_are_twenty_an_hour(build: Build) -> None:
    shop = await build()
    await asks(shop)
    one, two = await shop.arrive(), await shop.arrive()
    codes = [(await submit(shop, one, GIVEN)).status_code for _ in range(21)]
    assert codes == [200] * 20 + [429]
    feedback = await shop.call("POST", f"/conversations/{new_id()}/feedback", {"fields": {}}, one.headers)
    assert error(feedback) == (429, "rate_limited"), "counted together"
    assert (await submit(shop, two, GIVEN)).status_code == 200
    shop.api.clock.shift += HOUR
    assert (await submit(shop, one, GIVEN)).status_code == 200


async def test_a_page_cannot_forge_feedback(shop: Shop) -> None:
    visitor = await shop.arrive()
    answer = await start(shop, visitor, custom_metadata={"feedback_form": "x"})
    assert (answer.status_code, answer.json()["details"]) == (422, {"field": "custom_metadata.feedback_form"})


async def test_messages_are_never_refused_for_the_hour(shop: Shop) -> None:
    await shop.config(business_hours={"enabled": True, "days": [], "when_closed": "hide_launcher"})
    record = (await shop.call("GET", "")).json()
    assert record["availability"] == {"open": False, "changes_at": None}
    visitor = await shop.arrive()
    cid = await shop.start(visitor, "Anybody there?")
    answer = await shop.call("POST", f"/conversations/{cid}/messages", text("Tomorrow, then"), visitor.headers)
    assert answer.status_code == 201
