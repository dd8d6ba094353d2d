"""`/core/web-widgets/{id}/csp/reports` (csp contract 5): shown by kind, page by page, muted, deleted."""

import json
from typing import Any

import httpx
import pytest

from halloo.kit.ids import new_id
from tests.support.api import ORIGIN, Api, House
from tests.support.csp import NEW, SHOP, Violation

HOSTILE = "'; DROP TABLE csp_groups; --\0\u202e\"><img src=x onerror=alert(1)>{{7*7}}\x1b[2J\r\nX-Y: z"


def base(house: House) -> str:
    return f"/core/web-widgets/{house.widget_id}/csp/reports"


async def report(api: Api, house: House, *violations: Violation) -> None:
    body = json.dumps([one.new() for one in violations]).encode()
    at = f"/core/public/web-widgets/{house.widget_id}/csp-reports"
    assert (await api.client.post(at, content=body, headers=NEW)).status_code == 204


async def seen(api: Api, house: House, **query: Any) -> dict[str, Any]:
    answer = await api.client.get(base(house), params=query, headers=house.bearer)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def some(api: Api, house: House) -> None:
    """One of each kind, and one of a stranger's page."""
    await api.client.put(f"/core/web-widgets/{house.widget_id}", json={"domains": [SHOP]}, headers=house.bearer)
    await report(
        api,
        house,
        Violation(blocked=ORIGIN),
        Violation(blocked="https://ads.example", source=""),
        Violation(blocked="https://cdn.example", source="moz-extension://1/x.js"),
        Violation(page="https://evil.example"),
    )


async def test_the_list_by_kind(api: Api, house: House) -> None:
    await some(api, house)
    everything = await seen(api, house)
    assert everything["counts"] == {"ours": 1, "others": 1, "extensions": 1, "muted": 0}
    assert everything["foreign"] == 1
    assert everything["next_cursor"] is None
    for kind in ("ours", "others", "extensions"):
        page = await seen(api, house, kind=kind)
        assert [one["kind"] for one in page["data"]] == [kind]
        assert page["counts"] == everything["counts"]
    (ours,) = (await seen(api, house, kind="ours"))["data"]
    assert ours["verdict"]["line"] == f"frame-src {ORIGIN}"
    assert (ours["sample"], ours["muted"], ours["policy"]) == (None, False, "default-src 'self'; frame-src 'none'")
    assert ours["first_seen"] == ours["last_seen"]
    refused = await api.client.get(base(house), params={"kind": "foreign"}, headers=house.bearer)
    assert refused.status_code == 422


async def test_page_by_page_in_the_order_of_what_was_seen_last(api: Api, house: House) -> None:
    for turn in range(3):
        await report(
            api, house, *[Violation(policy=f"img-src a{turn}{one}.example", blocked=ORIGIN) for one in range(3)]
        )
        api.clock.shift += 1_000
    found: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = await seen(api, house, **query)
        found += [one["policy"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert len(found) == len(set(found)) == 9
    assert [policy[9] for policy in found] == list("222111000")
    for wrong in ({"limit": 0}, {"limit": 101}, {"cursor": "x"}, {"cursor": ""}):
        answer = await api.client.get(base(house), params=wrong, headers=house.bearer)
        assert answer.status_code in (400, 422), wrong


async def test_muting_and_deleting(api: Api, house: House) -> None:
    await some(api, house)
    (ours,) = (await seen(api, house, kind="ours"))["data"]
    at = f"{base(house)}/{ours['id']}"

    async def mute(on: object) -> httpx.Response:
        return await api.client.patch(at, json={"muted": on}, headers=house.bearer)

    assert (await mute(True)).json() == {**ours, "muted": True}
    assert (await seen(api, house, kind="ours"))["data"] == []
    page = await seen(api, house, muted=True)
    assert [one["id"] for one in page["data"]] == [ours["id"]]
    assert page["counts"] == {"ours": 0, "others": 1, "extensions": 1, "muted": 1}
    assert (await mute(False)).json() == ours
    assert (await mute("yes")).status_code == 422
    assert (await api.client.delete(at, headers=house.bearer)).status_code == 204
    for answer in (await mute(True), await api.client.delete(at, headers=house.bearer)):
        assert (answer.status_code, answer.json()["error"]) == (404, "csp_report_not_found")
    entries = (await api.client.get("/core/audit", headers=house.bearer)).json()["data"]
    assert [one["subject"] for one in entries if one["action"] == "csp_report.deleted"] == [ours["id"]]


async def test_another_widgets_reports_are_not_there(api: Api, house: House) -> None:
    await some(api, house)
    (ours,) = (await seen(api, house, kind="ours"))["data"]
    made = await api.client.post("/core/web-widgets", json={}, headers=house.bearer)
    for widget in (made.json()["id"], new_id(), "x"):
        at = f"/core/web-widgets/{widget}/csp/reports/{ours['id']}"
        assert (await api.client.patch(at, json={"muted": True}, headers=house.bearer)).status_code == 404
        assert (await api.client.delete(at, headers=house.bearer)).status_code == 404
    assert (await seen(api, house, kind="ours"))["data"] == [ours]


async def test_who_may(api: Api, house: House) -> None:
    await some(api, house)
    (ours,) = (await seen(api, house, kind="ours"))["data"]
    at = f"{base(house)}/{ours['id']}"
    for scope, may_read, may_manage in (
        ("web_widgets:read", True, False),
        ("web_widgets:manage", True, True),
        ("conversations:read", False, False),
    ):
        headers = await api.token(house, scope)
        assert ((await api.client.get(base(house), headers=headers)).status_code == 200) == may_read, scope
        answer = await api.client.patch(at, json={"muted": False}, headers=headers)
        assert answer.status_code == (200 if may_manage else 403), scope
    assert (await api.client.get(base(house))).status_code == 401


@pytest.mark.parametrize("name", ["page", "blocked", "policy", "source", "sample", "directive"])
async def test_hostile_texts_come_out_as_clean_json_and_nothing_else(api: Api, house: House, name: str) -> None:
    value = f"{SHOP}/{HOSTILE}" if name in {"page", "source", "blocked"} else HOSTILE
    given = {"blocked": ORIGIN, name: value}
    await report(api, house, Violation(**given))
    (group,) = (await seen(api, house))["data"]
    texts = [str(value) for value in group.values()] + [str(group["verdict"] and group["verdict"]["text"])]
    assert not {"\0", "\x1b", "\r", "\n", "\u202e"} & set("".join(texts))
    assert (await seen(api, house))["counts"]["muted"] == 0, "the tables stand"


async def test_a_full_page_of_the_largest_policies_is_judged_in_time(api: Api, house: House) -> None:
    large = "frame-src " + " ".join(f"https://a{number}.example" for number in range(150))
    for turn in range(20):
        await report(
            api, house, *[Violation(policy=f"{large}; img-src a{turn}-{one}", blocked=ORIGIN) for one in range(5)]
        )
    begun = api.clock()
    page = await seen(api, house, limit=100)
    assert len(page["data"]) == 100
    assert all(one["verdict"]["blocks"] for one in page["data"])
    assert api.clock() - begun < 5_000
