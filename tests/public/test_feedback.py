"""Feedback after a conversation (embedding contract 8.4; rows 10 and 11 of its section 15)."""

import asyncio
from typing import Any

import httpx
import pytest

from halloo.events.log import list_after
from halloo.kit.ids import new_id
from halloo.kit.json import dump
from tests.public.shop import Build, Json, Shop, Visitor, error, text

FIELDS: list[Json] = [
    {"id": "rate", "type": "rating", "scale": 10, "label": "How was it?", "required": True},
    {"id": "why", "type": "textarea", "max_length": 2000},
    {"id": "more", "type": "textarea"},
    {"id": "again", "type": "checkbox"},
]
GIVEN: Json = {"rate": 8, "why": "Quick & kind", "again": False}


async def wanted(shop: Shop, *fields: Json, enabled: bool = True, **more: Any) -> None:
    """The widget asks these fields after a conversation."""
    form = {"id": "csat", "fields": list(fields or FIELDS)}
    await shop.config(post_conversation_feedback={"enabled": enabled, "form": form}, **more)


async def resolved(shop: Shop) -> tuple[Visitor, str]:
    """A visitor with a conversation that is over."""
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    await shop.manage("PATCH", f"/core/conversations/{cid}", {"state": "resolved"})
    return visitor, cid


async def give(shop: Shop, visitor: Visitor, cid: str, fields: Json | None = None) -> httpx.Response:
    body = {"fields": GIVEN if fields is None else fields}
    return await shop.call("POST", f"/conversations/{cid}/feedback", body, visitor.headers)


async def state(shop: Shop, visitor: Visitor) -> str:
    return (await shop.call("GET", "/conversations", headers=visitor.headers)).json()["data"][0]["feedback"]


async def given(shop: Shop) -> list[Json]:
    return (await shop.manage("GET", "/core/feedback"))["data"]


async def test_11_feedback_is_given_once_while_the_conversation_is_over(shop: Shop) -> None:
    await wanted(shop)
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    assert error(await give(shop, visitor, cid)) == (409, "conversation_open")
    await shop.call("POST", f"/conversations/{cid}/end", {}, visitor.headers)
    assert error(await give(shop, visitor, cid, {**GIVEN, "plan": "pro"})) == (422, "field_unknown")
    assert error(await give(shop, visitor, cid, {"rate": 8, "why": "x" * 9 * 1024})) == (413, "body_too_large")
    assert error(await give(shop, visitor, cid, {"rate": 8, "why": "x" * 2001})) == (422, "field_invalid")
    assert error(await give(shop, visitor, cid, {"why": "No stars"})) == (422, "field_required")
    assert await given(shop) == []
    answer = await give(shop, visitor, cid)
    assert (answer.status_code, answer.json()) == (201, {"fields": GIVEN})
    assert error(await give(shop, visitor, cid, {"rate": 1})) == (409, "feedback_exists")
    assert [(one["stars"], one["comment"]) for one in await given(shop)] == [(4, "Quick & kind")]


async def test_11_of_twenty_at_once_one_is_kept(build: Build) -> None:
    shop = await build(forms_per_hour=100)
    await wanted(shop)
    visitor, cid = await resolved(shop)
    answers = await asyncio.gather(*(give(shop, visitor, cid, {"rate": 1 + n % 10}) for n in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    first = next(answer.json()["fields"] for answer in answers if answer.status_code == 201)
    one = await shop.manage("GET", f"/core/conversations/{cid}")
    assert one["custom_metadata"] == {"feedback_form": first}
    assert [one["fields"][0]["value"] for one in await given(shop)] == [first["rate"]]


async def test_11_the_first_stays_after_reopening_and_resolving_again(shop: Shop) -> None:
    await wanted(shop)
    visitor, cid = await resolved(shop)
    assert (await give(shop, visitor, cid)).status_code == 201
    await shop.call("POST", f"/conversations/{cid}/messages", text("One more thing"), visitor.headers)
    assert error(await give(shop, visitor, cid, {"rate": 1})) == (409, "conversation_open")
    await shop.manage("PATCH", f"/core/conversations/{cid}", {"state": "resolved"})
    assert error(await give(shop, visitor, cid, {"rate": 1})) == (409, "feedback_exists")
    one = await shop.manage("GET", f"/core/conversations/{cid}")
    assert one["feedback"]["fields"][0]["value"] == 8
    assert one["custom_metadata"]["feedback_form"] == GIVEN


async def test_10_a_conversation_that_is_not_ones_own_is_always_the_same_403(shop: Shop) -> None:
    await wanted(shop)
    visitor, _ = await resolved(shop)
    _, foreign = await resolved(shop)
    other = await shop.arrive(f"/core/public/web-widgets/{shop.other_widget_id}")
    started = await shop.call(
        "POST", "/conversations", {"message": text()}, other.headers, f"/core/public/web-widgets/{shop.other_widget_id}"
    )
    elsewhere = started.json()["conversation"]["id"]
    for body in ({"fields": GIVEN}, {"fields": {"plan": 1}}, {"wrong": 1}):
        answers = [
            await shop.call("POST", f"/conversations/{cid}/feedback", body, visitor.headers)
            for cid in (elsewhere, foreign, new_id(), "x")
        ]
        answers.append(await shop.call("POST", f"/conversations/{foreign}/feedback", body))
        assert {error(answer) for answer in answers} == {(403, "conversation_forbidden")}
        assert len({answer.content for answer in answers}) == 1
    assert await given(shop) == []


async def test_feedback_that_is_off_is_not_there(shop: Shop) -> None:
    visitor, cid = await resolved(shop)
    assert error(await give(shop, visitor, cid)) == (404, "feedback_off")
    await wanted(shop, enabled=False)
    assert error(await give(shop, visitor, cid)) == (404, "feedback_off")
    assert error(await give(shop, visitor, new_id())) == (403, "conversation_forbidden")
    await wanted(shop, security={"identity": "required"})
    assert error(await give(shop, visitor, cid)) == (403, "identity_required")


async def test_every_place_says_whether_feedback_may_be_given(shop: Shop) -> None:
    await wanted(shop)
    visitor = await shop.arrive()
    started = await shop.call("POST", "/conversations", {"message": text()}, visitor.headers)
    assert started.json()["conversation"]["feedback"] == "none"
    cid = started.json()["conversation"]["id"]
    ended = await shop.call("POST", f"/conversations/{cid}/end", {}, visitor.headers)
    assert (ended.json()["conversation"]["feedback"], await state(shop, visitor)) == ("open", "open")
    await wanted(shop, enabled=False)
    assert await state(shop, visitor) == "none"
    await wanted(shop)
    await shop.call("POST", "/conversations", {"conversation_id": cid, "message": text()}, visitor.headers)
    assert await state(shop, visitor) == "none", "it goes on"
    await shop.call("POST", f"/conversations/{cid}/end", {}, visitor.headers)
    await give(shop, visitor, cid)
    assert await state(shop, visitor) == "given"
    resumed = await shop.call("POST", "/conversations", {"conversation_id": cid, "message": text()}, visitor.headers)
    assert resumed.json()["conversation"]["feedback"] == "given", "also after it was opened again"
    await wanted(shop, enabled=False)
    assert await state(shop, visitor) == "given"


async def test_visitor_and_colleagues_are_told(shop: Shop) -> None:
    await wanted(shop)
    visitor, cid = await resolved(shop)
    database, workspace = shop.api.halloo.database, shop.house.workspace_id
    streams = (f"c:{cid}", f"w:{workspace}")
    before = {one: len(await database.read(workspace, list_after, one, 0, 100)) for one in streams}
    await give(shop, visitor, cid)
    told = {
        one: [(fact.name, fact.data) for fact in await database.read(workspace, list_after, one, before[one], 100)]
        for one in streams
    }
    session = {"website_id": workspace, "session_id": f"session_{cid}", "inbox_id": None}
    rating = ("session:sync:rating", dump({**session, "rating": {"stars": 4, "comment": "Quick & kind"}}))
    assert told[f"c:{cid}"] == [rating]
    assert told[f"w:{workspace}"] == [
        rating, ("session:set_data", dump({**session, "data": {"feedback_form": GIVEN}})),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("scale", "stars"), [(3, [1, 3, 5]), (5, [1, 2, 3, 4, 5]), (10, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])]
)
async def test_stars_are_one_to_five_whatever_the_scale(build: Build, scale: int, stars: list[int]) -> None:
    shop = await build(forms_per_hour=100, starts_per_hour=100)
    await wanted(shop, {"id": "rate", "type": "rating", "scale": scale}, {"id": "second", "type": "rating"})
    found: list[int] = []
    for value in range(1, scale + 1):
        visitor, cid = await resolved(shop)
        assert (await give(shop, visitor, cid, {"rate": value, "second": 1})).status_code == 201
        found.append((await given(shop))[0]["stars"])
    assert found == stars


async def test_without_rating_there_are_no_stars_and_a_text_is_the_comment(shop: Shop) -> None:
    await wanted(shop, {"id": "word", "type": "text"}, {"id": "rate", "type": "rating"})
    visitor, cid = await resolved(shop)
    await give(shop, visitor, cid, {"word": "Fine"})
    one = (await given(shop))[0]
    assert (one["stars"], one["comment"]) == (None, "Fine")
    facts = await shop.api.halloo.database.read(shop.house.workspace_id, list_after, f"c:{cid}", 0, 100)
    assert b'"rating":{"stars":0,"comment":"Fine"}' in facts[-1].data


async def test_answers_keep_the_words_in_which_they_were_asked(shop: Shop) -> None:
    await wanted(shop)
    visitor, cid = await resolved(shop)
    await give(shop, visitor, cid)
    await wanted(shop, {"id": "other", "type": "text", "label": "Something else"})
    assert (await given(shop))[0]["fields"] == [
        {"id": "rate", "label": "How was it?", "type": "rating", "value": 8},
        {"id": "why", "label": "why", "type": "textarea", "value": "Quick & kind"},
        {"id": "again", "label": "again", "type": "checkbox", "value": False},
    ]


async def test_metadata_of_colleagues_neither_drop_nor_forge_feedback(shop: Shop) -> None:
    await wanted(shop)
    visitor, cid = await resolved(shop)
    path = f"/core/conversations/{cid}"

    async def patch(metadata: Json) -> tuple[int, Any]:
        answer = await shop.api.client.patch(path, json={"custom_metadata": metadata}, headers=shop.manager)
        return answer.status_code, answer.json().get("custom_metadata", answer.json().get("details"))

    refused = (422, {"field": "custom_metadata.feedback_form"})
    assert await patch({"feedback_form": {"rate": 10}}) == refused, "nobody invents it"
    await give(shop, visitor, cid)
    kept = {"feedback_form": GIVEN}
    assert await patch({"plan": "pro"}) == (200, {"plan": "pro", **kept})
    assert await patch({"plan": "free", **kept}) == (200, {"plan": "free", **kept}), "sent back as it was read"
    assert await patch({"feedback_form": {"rate": 10}}) == refused
    assert await patch({"feedback_form": None}) == refused
    assert await patch({}) == (200, kept)
    assert (await patch({"plan": "x" * 16_000}))[0] == 200, "feedback takes none of a colleague's room"
    assert (await shop.manage("GET", path))["feedback"]["stars"] == 4


async def test_feedback_fits_where_the_metadata_are_full(shop: Shop) -> None:
    await wanted(shop)
    visitor, cid = await resolved(shop)
    await shop.manage("PATCH", f"/core/conversations/{cid}", {"custom_metadata": {"x": "x" * 16_000}})
    assert (await give(shop, visitor, cid, {**GIVEN, "why": "y" * 2000, "more": "z" * 2000})).status_code == 201
