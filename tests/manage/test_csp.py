"""What a page must allow, and the doctor that looks at pages, over HTTP (csp contract 3, 4, 5)."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from halloo.config import Config
from halloo.csp import store as csp_store
from halloo.csp.kept import Check
from halloo.csp.present import schema
from halloo.csp.visits import PER_MINUTE
from halloo.hooks.settings import HooksSettings
from tests.kit.outbound.receivers import answering, receiving
from tests.support.api import Api, House, serving
from tests.support.product import Store

CLIENT = "https://chat.example"
SELF = "default-src 'self'"


def assert_fits(found: Any) -> None:
    """By the published schema."""
    check_schema: Any = Draft202012Validator(schema())
    assert [error.message for error in check_schema.iter_errors(found)] == []


async def put(api: Api, house: House, **change: Any) -> None:
    answer = await api.client.put(f"/core/web-widgets/{house.widget_id}", json=change, headers=house.bearer)
    assert answer.status_code == 200, answer.text


async def policy(api: Api, house: House, **query: str) -> Any:
    at = f"/core/web-widgets/{house.widget_id}/csp/policy"
    return await api.client.get(at, params=query, headers=house.bearer)


async def doctor(api: Api, house: House, **body: Any) -> Any:
    at = f"/core/web-widgets/{house.widget_id}/csp/doctor"
    return await api.client.post(at, json=body, headers=house.bearer)


async def check(api: Api, house: House, origin: str) -> Any:
    at = f"/core/web-widgets/{house.widget_id}/csp/checks"
    return await api.client.post(at, json={"origin": origin}, headers=house.bearer)


async def checks(api: Api, house: House) -> list[dict[str, Any]]:
    at = f"/core/web-widgets/{house.widget_id}/csp/checks"
    answer = await api.client.get(at, headers=house.bearer)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def test_the_policy_is_answered_in_the_wanted_form_and_format(api: Api, house: House) -> None:
    plain = (await policy(api, house)).json()
    merged = f"script-src 'self' {CLIENT}; frame-src 'self' {CLIENT}"
    assert {**plain, "notes": []} == {
        "form": "merge", "as": "text", "policy": merged, "text": merged, "tag": None, "notes": [],
    }  # fmt: skip
    assert plain["notes"]
    header = (await policy(api, house, **{"as": "header", "no_self": "true"})).json()
    assert header["text"] == f"Content-Security-Policy: script-src {CLIENT}; frame-src {CLIENT}"
    strict = (await policy(api, house, form="strict", report="true")).json()
    assert strict["tag"].startswith('<script async nonce="{NONCE}"')
    assert f"report-uri {CLIENT}/core/public/web-widgets/{house.widget_id}/csp-reports" in strict["policy"]
    pushing = (await policy(api, house, features="chat, pusher", wildcards="")).json()
    assert "connect-src 'self' https://chat.example wss://chat.example" in pushing["policy"]


async def test_the_policies_that_halloo_sends_are_answered_too(api: Api, house: House) -> None:
    await put(api, house, domains=["https://shop.example"])
    frame = (await policy(api, house, context="frame")).json()["policy"]
    assert "frame-ancestors https://shop.example" in frame
    inbox = (await policy(api, house, context="inbox")).json()["policy"]
    assert "frame-ancestors 'none'" in inbox
    assert house.widget_id not in inbox
    assert "frame-ancestors" in (await policy(api, house, context="game")).json()["policy"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"form": "whole"}, "form"),
        ({"as": "iis"}, "as"),
        ({"trust": "luck"}, "trust"),
        ({"context": "page"}, "context"),
        ({"features": "chat,telepathy"}, "features"),
        ({"wildcards": "evil.example"}, "wildcards"),
        ({"wildcards": "https://*.chat.example"}, "wildcards"),
    ],
)
async def test_wishes_that_no_policy_can_say_are_refused(
    api: Api, house: House, query: dict[str, str], field: str
) -> None:
    answer = await policy(api, house, **query)
    assert (answer.status_code, answer.json()["details"]["field"]) == (422, field)


async def test_the_doctor_examines_what_is_pasted(api: Api, house: House) -> None:
    answer = await doctor(api, house, headers=[SELF], page_origin="https://shop.example")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert_fits(found)
    assert (found["version"], found["widget"], found["verdict"]) == (1, house.widget_id, "required_blocked")
    assert found["page_origin"] == "https://shop.example"
    assert [one["fix"]["line"] for one in found["findings"]] == [
        f"script-src 'self' {CLIENT}",
        f"frame-src 'self' {CLIENT}",
    ]
    again = (await doctor(api, house, headers=[found["fixed_policies"][0]["text"]])).json()
    assert (again["verdict"], again["findings"], again["fixed_policies"]) == ("ok", [], [])


async def test_headers_reports_and_metas_keep_their_places(api: Api, house: House) -> None:
    found = (
        await doctor(
            api,
            house,
            headers=["img-src 'self', font-src 'self'"],
            report_only=["frame-src 'none'"],
            metas=['<meta http-equiv="Content-Security-Policy" content="media-src \'self\'">', "style-src 'self'"],
            html='<head><meta http-equiv=content-security-policy content="worker-src *"></head>',
            tag=f'<script async src="{CLIENT}/public/embed/{house.widget_id}" nonce="abc"></script>',
            coep=["require-corp"],
            permissions_policy=["camera=()"],
        )
    ).json()
    seen = [(one["index"], one["delivery"], one["disposition"], one["text"]) for one in found["policies"]]
    assert seen == [
        (1, "header", "enforce", "img-src 'self'"),
        (2, "header", "enforce", "font-src 'self'"),
        (3, "header", "report", "frame-src 'none'"),
        (4, "meta", "enforce", "media-src 'self'"),
        (5, "meta", "enforce", "style-src 'self'"),
        (6, "meta", "enforce", "worker-src *"),
    ]
    assert found["policies"][5]["line"] == 1
    assert found["verdict"] == "ok"


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "nothing_to_examine", None),
        ({"headers": SELF}, "field_invalid", "headers"),
        ({"headers": [1]}, "field_invalid", "headers[0]"),
        ({"trust": "luck"}, "field_invalid", "trust"),
        ({"policy": SELF}, "field_unknown", "policy"),
        ({"metas": ["<p>"]}, "field_invalid", "metas"),
        ({"headers": [SELF], "tag": "<script src=/x.js>"}, "field_invalid", "tag"),
        ({"headers": [SELF], "page_origin": "shop"}, "field_invalid", "page_origin"),
        ({"url": "ftp://shop.example"}, "page_unreachable", None),
        ({"url": "http://127.0.0.1/"}, "page_unreachable", None),
        ({"url": "http://169.254.169.254/latest"}, "page_unreachable", None),
        ({"url": ""}, "page_unreachable", None),
    ],
)
async def test_what_cannot_be_examined_is_refused_with_a_sentence(
    api: Api, house: House, body: dict[str, Any], code: str, field: str | None
) -> None:
    answer = await doctor(api, house, **body)
    assert (answer.status_code, answer.json()["error"]) == (422, code)
    assert answer.json()["details"].get("field") == field
    assert answer.json()["message"].endswith(".")


async def test_pages_are_checked_ten_times_a_minute_of_a_workspace(api: Api, house: House) -> None:
    await put(api, house, domains=["http://127.0.0.1:1234"])
    for _ in range(PER_MINUTE - 1):
        assert (await doctor(api, house, headers=[SELF])).status_code == 200
    assert (await check(api, house, "http://127.0.0.1:1234")).status_code == 200
    for refused in (await doctor(api, house, headers=[SELF]), await check(api, house, "http://127.0.0.1:1234")):
        assert (refused.status_code, refused.json()["error"]) == (429, "too_many_checks")
        assert int(refused.headers["retry-after"]) <= 6
    neighbour = await api.house("eve@halloo.example", "Evil")
    assert (await doctor(api, neighbour, headers=[SELF])).status_code == 200
    api.clock.shift += 6_000
    assert (await doctor(api, house, headers=[SELF])).status_code == 200


async def test_each_allowed_domain_has_a_row(api: Api, house: House) -> None:
    assert await checks(api, house) == []
    await put(api, house, domains=["https://shop.example", "https://b.shop.example"])
    nothing = {"checked_at": None, "verdict": None, "error": None, "result": None}
    assert await checks(api, house) == [
        {"origin": "https://shop.example", **nothing},
        {"origin": "https://b.shop.example", **nothing},
    ]


async def test_nobody_elses_page_is_checked(api: Api, house: House) -> None:
    answer = await check(api, house, "https://elsewhere.example")
    assert (answer.status_code, answer.json()["error"]) == (422, "origin_unlisted")


def page(policy_: str = SELF, html: str = "<p>Hello", head: str = "") -> bytes:
    body = html.encode()
    lines = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Security-Policy: {policy_}\r\n{head}"
    return f"{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
async def near(store: Store) -> AsyncIterator[Api]:
    """A server that may call this machine."""
    async with serving(store, Config(hooks=HooksSettings(allow_networks=("127.0.0.1",)))) as made:
        yield made


async def test_an_allowed_domain_is_fetched_examined_and_kept(near: Api) -> None:
    house = await near.house()
    with receiving(answering(page())) as receiver:
        origin = f"http://127.0.0.1:{receiver.port}"
        await put(near, house, domains=[origin])
        answer = await check(near, house, origin)
        assert answer.status_code == 200, answer.text
        row = answer.json()
        assert receiver.requests[0].startswith(b"GET / HTTP/1.1\r\n")
        assert b"cookie" not in receiver.requests[0].lower()
    assert (row["origin"], row["verdict"], row["error"]) == (origin, "required_blocked", None)
    assert row["checked_at"].endswith("Z")
    assert_fits(row["result"])
    assert row["result"]["page_origin"] == origin
    assert await checks(near, house) == [row]
    gone = (await check(near, house, origin)).json()
    assert (gone["verdict"], gone["result"]) == (None, None)
    assert gone["error"].startswith(f"{origin}/ could not be fetched: ")
    assert await checks(near, house) == [gone]
    await put(near, house, domains=["https://shop.example"])
    assert [one["checked_at"] for one in await checks(near, house)] == [None]


async def test_the_doctor_reads_a_page_that_it_fetched(near: Api) -> None:
    house = await near.house()
    html = f'<head>\n<script src="{CLIENT}/public/embed/{house.widget_id}" nonce="n1" async></script>'
    answer = page("script-src 'nonce-n1'; frame-src *", html, "Cross-Origin-Embedder-Policy: require-corp\r\n")
    with receiving(answering(answer)) as at:
        found = (await doctor(near, house, url=f"http://127.0.0.1:{at.port}/shop?x=1#y")).json()
    assert (found["verdict"], found["page_origin"]) == ("ok", f"http://127.0.0.1:{at.port}")
    assert any("COEP" in note or "Embedder" in note or "/public/" in note for note in found["notes"])


async def test_a_kept_answer_of_another_release_counts_as_none(api: Api, house: House) -> None:
    origin = "https://shop.example"
    await put(api, house, domains=[origin])
    old = Check(origin, 1, "ok", None, json.dumps({"version": 0}))
    await api.halloo.database.write(house.workspace_id, csp_store.save_check, house.widget_id, old)
    assert (await checks(api, house))[0]["checked_at"] is None
