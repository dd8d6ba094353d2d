"""What colleagues see of feedback: the list, the report, the conversation, the export (manage contract)."""

from typing import Any

import pytest

from halloo.contacts.actions import visitor_actor
from halloo.conversations import actions, store
from halloo.kit.clock import DAY, MINUTE, SECOND, parse_rfc3339
from halloo.kit.ids import new_id
from halloo.widgets.forms import complete_form
from tests.support.api import Api, House

FORM = complete_form({"fields": [{"id": "stars", "type": "rating"}, {"id": "why", "type": "textarea"}]})
BERLIN = "tz=Europe/Berlin"


def go_to(api: Api, moment: str) -> None:
    """Move the server's clock."""
    api.clock.shift = 0
    api.clock.shift = parse_rfc3339(moment) - api.clock()


async def rate(api: Api, house: House, stars: int | None, why: str | None = None, assignee: str | None = None) -> str:
    """A conversation that somebody rated; its id."""
    cid, visitor = await api.talk(house, "Hello")
    if assignee is not None:
        await change(api, house, cid, {"assignee": assignee})
    await change(api, house, cid, {"state": "resolved"})
    said = {"stars": stars, "why": why}
    values = {name: value for name, value in said.items() if value is not None}
    who = visitor_actor(visitor)
    await api.halloo.database.write(house.workspace_id, actions.give_feedback, who, cid, FORM, values)
    return cid


async def change(api: Api, house: House, cid: str, body: dict[str, Any]) -> None:
    answer = await api.client.patch(f"/core/conversations/{cid}", json=body, headers=house.bearer)
    assert answer.status_code == 200, answer.text


async def get(api: Api, house: House, path: str, due: int = 200) -> Any:
    answer = await api.client.get(f"/core{path}", headers=house.bearer)
    assert answer.status_code == due, answer.text
    return answer.json()


async def report(api: Api, house: House, query: str = "") -> Any:
    return await get(api, house, f"/feedback/report?{query}")


async def test_feedback_is_shown_with_the_people_in_it(api: Api, house: House) -> None:
    cid = await rate(api, house, 2, "Too slow", house.owner_id)
    one = await get(api, house, f"/conversations/{cid}")
    assert one["feedback"] == {
        "conversation_id": cid,
        "widget_id": house.widget_id,
        "contact_id": one["contact"]["id"],
        "contact_name": None,
        "operator": {"id": house.owner_id, "name": "Ada", "avatar": None, "availability": "online"},
        "stars": 2,
        "comment": "Too slow",
        "fields": [
            {"id": "stars", "label": "stars", "type": "rating", "value": 2},
            {"id": "why", "label": "why", "type": "textarea", "value": "Too slow"},
        ],
        "created_at": one["feedback"]["created_at"],
    }
    assert await get(api, house, "/feedback") == {"data": [one["feedback"]], "next_cursor": None}
    other, _ = await api.talk(house, "Hello")
    assert (await get(api, house, f"/conversations/{other}"))["feedback"] is None


async def test_feedback_is_about_the_assignee_else_about_who_answered_last(api: Api, house: House) -> None:
    bea = await api.operator(house, "bea@halloo.example", "operator")
    cid, visitor = await api.talk(house, "Hello")
    path = f"/core/conversations/{cid}/messages"
    for email in (house.owner_email, "bea@halloo.example"):
        async with api.browser(email) as browser:
            said = await browser.post(path, json={"client_id": new_id(), "type": "text", "content": "Hi"})
            assert said.status_code == 201
    async with api.browser(house.owner_email) as browser:
        await browser.post(path, json={"client_id": new_id(), "type": "note", "content": "Thanks, Bea"})
    program = await api.client.post(
        path, json={"client_id": new_id(), "type": "text", "content": "Ticket closed"}, headers=house.bearer
    )
    assert program.json()["message"]["automated"] is True
    await change(api, house, cid, {"state": "resolved"})
    who = visitor_actor(visitor)
    await api.halloo.database.write(house.workspace_id, actions.give_feedback, who, cid, FORM, {"stars": 5})
    one = (await get(api, house, "/feedback"))["data"][0]
    assert one["operator"]["id"] == bea, "neither a note nor a program's word is an answer"
    await rate(api, house, 1)
    assert (await get(api, house, "/feedback"))["data"][0]["operator"] is None, "nobody answered"


async def test_the_list_is_filtered_and_has_pages_without_gaps(api: Api, house: House) -> None:
    bea = await api.operator(house, "bea@halloo.example", "operator")
    made: list[str] = []
    for number in range(7):
        api.clock.shift += MINUTE
        made.append(await rate(api, house, 1 + number % 5, assignee=(bea, house.owner_id, None)[number % 3]))
    whole = (await get(api, house, "/feedback"))["data"]
    assert [one["conversation_id"] for one in whole] == made[::-1]
    found: list[str] = []
    cursor = ""
    while True:
        page = await get(api, house, f"/feedback?limit=3{cursor}")
        found += [one["conversation_id"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == made[::-1]

    async def ids(query: str) -> list[str]:
        return [one["conversation_id"] for one in (await get(api, house, f"/feedback?{query}"))["data"]]

    assert await ids("stars=2") == [made[6], made[1]]
    assert await ids(f"operator_id={bea}") == [made[6], made[3], made[0]]
    assert await ids("operator_id=none") == [made[5], made[2]]
    assert await ids(f"widget_id={house.widget_id}&stars=3") == [made[2]]
    assert await ids(f"widget_id={new_id()}") == []
    at = whole[3]["created_at"]
    assert await ids(f"since={at}") == made[3:][::-1], "from then on"
    assert await ids(f"until={at}") == made[:3][::-1], "before then"
    for bad in ("stars=0", "stars=6", "stars=x", "since=yesterday", "until=2026-13-01", "cursor=x", "limit=0"):
        await get(api, house, f"/feedback?{bad}", 422)


async def test_a_report_counts_by_local_day_and_by_operator(api: Api, house: House) -> None:
    bea = await api.operator(house, "bea@halloo.example", "operator")
    for moment, stars, who in (
        ("2026-11-20T22:59:59Z", 5, bea),  # 23:59 in Berlin
        ("2026-11-20T23:00:00Z", 4, bea),  # midnight
        ("2026-11-21T12:00:00Z", 1, house.owner_id),
        ("2026-11-21T12:30:00Z", None, house.owner_id),
        ("2026-11-23T08:00:00Z", 4, None),
    ):
        go_to(api, moment)
        await rate(api, house, stars, assignee=who)
    found = await report(api, house, f"since=2026-11-20&until=2026-11-23&{BERLIN}")
    assert (found["since"], found["until"]) == ("2026-11-19T23:00:00Z", "2026-11-23T23:00:00Z")
    assert (found["count"], found["rated"], found["average"], found["satisfied"]) == (5, 4, 3.5, 0.75)
    assert found["stars"] == {"1": 1, "2": 0, "3": 0, "4": 2, "5": 1}
    assert found["days"] == [
        {"day": "2026-11-20", "count": 1, "average": 5.0},
        {"day": "2026-11-21", "count": 3, "average": 2.5},
        {"day": "2026-11-22", "count": 0, "average": None},
        {"day": "2026-11-23", "count": 1, "average": 4.0},
    ]
    assert [(one["operator"]["id"], one["count"], one["average"]) for one in found["operators"]] == [
        (house.owner_id, 2, 1.0),
        (bea, 2, 4.5),
    ]
    utc = await report(api, house, "since=2026-11-20&until=2026-11-20")
    assert (utc["count"], [day["count"] for day in utc["days"]]) == (2, [2])
    hers = await report(api, house, f"since=2026-11-20T23:00:00Z&until=2026-11-24T00:00:00Z&operator_id={bea}&{BERLIN}")
    assert (hers["count"], hers["average"], len(hers["days"])) == (1, 4.0, 4)
    nobodys = await report(api, house, f"since=2026-11-20&until=2026-11-23&operator_id=none&{BERLIN}")
    assert (nobodys["count"], nobodys["operators"]) == (1, [])
    elsewhere = await report(api, house, f"since=2026-11-20&until=2026-11-23&widget_id={new_id()}")
    assert (elsewhere["count"], elsewhere["average"], elsewhere["satisfied"]) == (0, None, None)


@pytest.mark.parametrize(
    ("zone", "day", "last"),
    [
        ("Asia/Kathmandu", "2026-11-21T18:15:00Z", "2026-11-21T18:14:59Z"),
        ("America/St_Johns", "2026-11-22T03:30:00Z", "2026-11-22T03:29:59Z"),
        ("Pacific/Chatham", "2026-11-21T10:15:00Z", "2026-11-21T10:14:59Z"),
    ],
)
async def test_days_begin_where_the_zone_says(api: Api, house: House, zone: str, day: str, last: str) -> None:
    for moment, stars in ((last, 1), (day, 5)):
        go_to(api, moment)
        await rate(api, house, stars)
    found = await report(api, house, f"since=2026-11-21&until=2026-11-22&tz={zone}")
    assert [(one["day"], one["average"]) for one in found["days"]] == [("2026-11-21", 1.0), ("2026-11-22", 5.0)]


async def test_days_of_23_and_25_hours_are_days(api: Api, house: House) -> None:
    spring = await report(api, house, f"since=2026-03-28&until=2026-03-30&{BERLIN}")
    assert (spring["since"], spring["until"]) == ("2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z")
    assert [day["day"] for day in spring["days"]] == ["2026-03-28", "2026-03-29", "2026-03-30"]
    autumn = await report(api, house, f"since=2026-10-24&until=2026-10-26&{BERLIN}")
    assert [day["day"] for day in autumn["days"]] == ["2026-10-24", "2026-10-25", "2026-10-26"]


async def test_a_report_is_of_the_last_thirty_days_and_of_a_year_at_most(api: Api, house: House) -> None:
    go_to(api, "2026-11-23T08:00:00Z")
    await rate(api, house, 5)
    go_to(api, "2026-11-23T08:00:05Z")
    usual = await report(api, house)
    assert (usual["since"], len(usual["days"]), usual["count"]) == ("2026-10-25T00:00:00Z", 30, 1)
    assert usual["days"][-1]["day"] == "2026-11-23"
    year = await report(api, house, "since=2024-01-01&until=2024-12-31")
    assert len(year["days"]) == 366
    for bad in (
        "since=2024-01-01&until=2025-01-01",
        "since=0001-01-01&until=9999-12-31&tz=Asia/Tokyo",
        "since=0001-01-01&until=0001-01-02&tz=America/New_York",
        "since=9999-12-30&until=9999-12-31&tz=Asia/Tokyo",
        "until=0001-01-01T00:00:00Z",
        "since=2026-11-23&until=2026-11-22",
        "since=2026-02-30",
        "since=soon",
        "tz=Mars/Olympus",
        "tz=../../etc/passwd",
        "tz=Europe",
        "tz=",
    ):
        refused = await get(api, house, f"/feedback/report?{bad}", 422)
        assert refused["error"] == "field_invalid", bad


async def test_reading_conversations_is_what_feedback_needs(api: Api, house: House) -> None:
    await rate(api, house, 5)
    reader = await api.token(house, "conversations:read")
    writer = await api.token(house, "conversations:write", "contacts:read")
    for path in ("/core/feedback", "/core/feedback/report"):
        assert (await api.client.get(path, headers=reader)).status_code == 200
        assert (await api.client.get(path, headers=writer)).status_code == 403


async def test_an_export_holds_what_was_said_and_filled_in(api: Api, house: House) -> None:
    cid = await rate(api, house, 3, "Fine")
    one = await get(api, house, f"/conversations/{cid}")
    found = await get(api, house, f"/contacts/{one['contact']['id']}/export")
    assert found["conversations"][0]["feedback"] == one["feedback"]
    assert [one["form"] for one in found["visitors"]] == [{}]


async def test_deleting_a_conversation_erases_what_was_said_of_it(api: Api, house: House) -> None:
    cid = await rate(api, house, 1, "A secret complaint")
    other = await rate(api, house, 5)
    answer = await api.client.delete(f"/core/conversations/{cid}", headers=house.bearer)
    assert answer.status_code == 204
    assert [row["conversation_id"] for row in (await get(api, house, "/feedback"))["data"]] == [other]
    assert (await report(api, house))["stars"]["1"] == 0


async def test_feedback_follows_its_conversation_to_another_contact(api: Api, house: House) -> None:
    """Conversations join the contact of whoever proves to be somebody; what was said of them goes along."""
    cid = await rate(api, house, 4)
    person = (await api.client.post("/core/contacts", json={"name": "Grace"}, headers=house.bearer)).json()
    await api.halloo.database.write(
        house.workspace_id, store.update_conversation, house.workspace_id, cid, {"contact_id": person["id"]}
    )
    one = (await get(api, house, "/feedback"))["data"][0]
    assert (one["contact_id"], one["contact_name"]) == (person["id"], "Grace")


async def test_the_usual_wait_is_told_to_visitors(api: Api, house: House) -> None:
    """The median of at least five answers of people in the last thirty days, a few minutes old at most."""
    public = f"/core/public/web-widgets/{house.widget_id}/visitor"

    async def told() -> int | None:
        answer = await api.client.post(public, json={"user_id": f"guest_{new_id().replace('-', '')}"})
        assert answer.status_code == 201, answer.text
        return answer.json()["team"]["reply_ms"]

    async def answered(after: int, headers: dict[str, str] | None = None) -> None:
        cid, _ = await api.talk(house, "Hello")
        api.clock.shift += after
        body = {"client_id": new_id(), "type": "text", "content": "Hi"}
        async with api.browser(None if headers else house.owner_email) as client:
            said = await client.post(f"/core/conversations/{cid}/messages", json=body, headers=headers)
            assert said.status_code == 201, said.text

    assert await told() is None
    for minutes in (1, 2, 30, 4):
        await answered(minutes * MINUTE)
    for _ in range(3):
        await answered(SECOND, house.bearer)
    api.clock.shift += 6 * MINUTE
    assert await told() is None, "four answers, and three of a program"
    await answered(3 * MINUTE)
    assert await told() is None, "kept for a few minutes"
    api.clock.shift += 6 * MINUTE
    found = await told()
    assert found is not None
    assert 3 * MINUTE <= found < 3 * MINUTE + 30 * SECOND
    api.clock.shift += 31 * DAY
    assert await told() is None, "that was a month ago"
