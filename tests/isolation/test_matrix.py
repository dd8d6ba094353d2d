"""A workspace reaches nothing of another: every route of the management API, from the route table itself."""

import json
from collections.abc import Iterator
from typing import Any

import httpx

from halloo.edge.auth import COOKIE
from halloo.workspaces.model import ROLE_SCOPES, SCOPES
from tests.isolation.grounds import Grounds, Side, nobody
from tests.isolation.rows import MANAGE, Aim, filled, manage_routes, needed, writes
from tests.support.api import BROWSER, ORIGIN

GARBAGE = ("hal_wrong", "0", "true", "[]", "null", "{}", "undefined", " ")


async def call(grounds: Grounds, key: str, aim: Aim, ids: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
    content = None if aim.body is None else json.dumps(filled(aim.body, ids))
    sent = {**headers} if content is None else {**headers, "Content-Type": "application/json"}
    method = key.partition(" ")[0]
    return await grounds.api.client.request(method, filled(aim.path, ids), content=content, headers=sent)


def every_aim() -> Iterator[tuple[str, Aim]]:
    return ((key, aim) for key, row in MANAGE.items() for aim in row.aims)


def leaked(answer: httpx.Response, side: Side, sent: str) -> list[str]:
    """What of a side stands in an answer without having been in the question."""
    said = answer.text + str(answer.headers)
    return [mark for mark in side.marks if mark in said and mark not in sent]


def error_of(answer: httpx.Response) -> str:
    return str(answer.json().get("error")) if answer.content else ""


def test_21_every_management_route_has_a_row() -> None:
    assert set(MANAGE) == set(manage_routes())


async def test_21_cve_2026_115725_f19_ids_of_another_workspace_are_ids_of_nothing(grounds: Grounds) -> None:
    wrong: list[str] = []
    before = await grounds.stored(grounds.there)
    for key, aim in every_aim():
        ids = grounds.there.ids
        answer = await call(grounds, key, aim, ids, grounds.here.bearer)
        unknown = await call(grounds, key, aim, nobody(grounds.there), grounds.here.bearer)
        if answer.status_code != aim.due or (aim.code is not None and error_of(answer) != aim.code):
            wrong.append(f"{key} {aim.path}: {answer.status_code} {answer.text[:200]}")
        if aim.code is not None and (answer.status_code, answer.content) != (unknown.status_code, unknown.content):
            wrong.append(f"{key} {aim.path}: not as for an unknown id: {answer.text[:200]} {unknown.text[:200]}")
        if found := leaked(answer, grounds.there, json.dumps(filled([aim.path, aim.body], ids))):
            wrong.append(f"{key} {aim.path}: shows {found}")
    assert wrong == []
    assert await grounds.stored(grounds.there) == before


async def test_a_reference_inside_an_own_thing_cannot_point_elsewhere(grounds: Grounds) -> None:
    here, there = grounds.here, grounds.there
    own, client = here.ids, grounds.api.client
    conversation = f"/core/conversations/{own['conversation_id']}"
    before = await grounds.stored(there)
    said = {"client_id": "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1", "content": "See this"}
    refused = [
        await client.patch(conversation, json={"assignee": there.ids["operator_id"]}, headers=here.bearer),
        await client.post(
            f"{conversation}/messages",
            json={**said, "type": "note", "mentions": [there.ids["operator_id"]]},
            headers=here.bearer,
        ),
        await client.patch(
            f"{conversation}/messages/{there.ids['fingerprint']}", json={"content": "x"}, headers=here.bearer
        ),
        await client.post(
            "/core/conversations",
            json={
                "widget_id": own["widget_id"],
                "visitor_id": there.ids["visitor_id"],
                "message": {**said, "type": "text"},
            },
            headers=here.bearer,
        ),
    ]
    assert [answer.status_code for answer in refused] == [422, 422, 404, 404]
    assert await grounds.stored(there) == before


async def test_without_a_valid_credential_nothing_answers(grounds: Grounds) -> None:
    here = grounds.here
    async with grounds.api.browser(here.house.owner_email) as browser:
        session = browser.cookies[COOKIE]
    relay = (await grounds.api.client.post("/core/relay-token", headers=here.bearer)).json()["token"]
    presented: list[dict[str, str]] = [{}]
    presented += [{"Authorization": f"Bearer {text}"} for text in (*GARBAGE, session, relay, here.guest.token)]
    presented += [{"Authorization": here.owner_token}, {"Authorization": f"Basic {here.owner_token}"}]
    presented += [{**BROWSER, "Cookie": f"{COOKIE}={text}"} for text in (*GARBAGE, here.owner_token, relay)]
    presented += [{"X-Halloo-Visitor": here.guest.token}, {"Cookie": f"halloo={session}"}]
    before = [await grounds.stored(side) for side in (here, grounds.there)]
    wrong: list[str] = []
    routes = manage_routes()
    for key, row in MANAGE.items():
        if needed(routes[key]) is None:
            continue
        for headers in presented:
            answer = await call(grounds, key, row.aims[0], here.ids, headers)
            if (answer.status_code, error_of(answer)) != (401, "unauthorized") or leaked(answer, here, ""):
                wrong.append(f"{key} with {headers}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    assert [await grounds.stored(side) for side in (here, grounds.there)] == before


async def test_each_scope_is_needed(grounds: Grounds) -> None:
    here = grounds.here
    before = await grounds.stored(here, uses=False)
    lacking: dict[tuple[str, ...], dict[str, str]] = {}
    made = 0
    wrong: list[str] = []
    for key, handler in manage_routes().items():
        scopes = needed(handler)
        if not scopes:
            continue
        if scopes not in lacking:
            lacking[scopes] = await grounds.api.token(here.house, *(one for one in SCOPES if one not in scopes))
            made += 1
        for aim in MANAGE[key].aims:
            answer = await call(grounds, key, aim, here.ids, lacking[scopes])
            found = answer.json()
            if answer.status_code != 403 or found["error"] != "missing_scope":
                wrong.append(f"{key}: {answer.status_code} {answer.text[:200]}")
            elif set(found["details"]["scopes"]) != set(scopes):
                wrong.append(f"{key}: names {found['details']}")
    assert wrong == []
    after = await grounds.stored(here, uses=False)
    assert {name for name in after if after[name] != before[name]} == {"api_tokens", "audit_entries", "directory"}
    assert len(after["api_tokens"]) == len(before["api_tokens"]) + made


async def test_what_is_refused_for_a_scope_is_not_done(grounds: Grounds) -> None:
    """With a route's own scope alone the call is done, or refused and nothing done; never both."""
    here = grounds.here
    tokens: dict[tuple[str, ...], dict[str, str]] = {}
    wrong: list[str] = []
    routes = manage_routes()
    for handler in routes.values():
        for scope in needed(handler) or ():
            if (scope,) not in tokens:
                tokens[scope,] = await grounds.api.token(here.house, scope)
    for key, row in MANAGE.items():
        for scope in needed(routes[key]) or ():
            for aim in row.aims:
                before = await grounds.stored(here, uses=False)
                answer = await call(grounds, key, aim, here.ids, tokens[scope,])
                missing = answer.status_code == 403 and answer.json()["error"] == "missing_scope"
                if missing and not (set(answer.json()["details"]["scopes"]) <= row.also):
                    wrong.append(f"{key} with {scope}: {answer.text[:200]}")
                if answer.status_code >= 400 and await grounds.stored(here, uses=False) != before:
                    wrong.append(f"{key} with {scope}: {answer.status_code}, but done")
    assert wrong == []


async def test_a_foreign_page_writes_nothing_with_the_cookie(grounds: Grounds) -> None:
    here = grounds.here
    async with grounds.api.browser(here.house.owner_email) as browser:
        cookie = f"{COOKIE}={browser.cookies[COOKIE]}"
    lacking = [
        {name: value for name, value in BROWSER.items() if name != gone} for gone in ("Origin", "X-Halloo-Request")
    ]
    forged = [{**BROWSER, "Origin": origin} for origin in ("null", "https://evil.example", f"{ORIGIN}.evil.example")]
    forged += [{**BROWSER, "Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "none")]
    before = await grounds.stored(here, uses=False)
    wrong: list[str] = []
    routes = manage_routes()
    for key, row in MANAGE.items():
        if not writes(key):
            continue
        public = needed(routes[key]) is None
        for headers in forged[:5] if public else [*lacking, *forged]:
            answer = await call(grounds, key, row.aims[0], here.ids, {**headers, "Cookie": cookie})
            if answer.status_code != 403 or error_of(answer) not in {"origin_not_allowed", "request_header_missing"}:
                wrong.append(f"{key} with {headers}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    assert await grounds.stored(here, uses=False) == before


async def test_a_role_has_its_scopes_and_no_others(grounds: Grounds) -> None:
    here = grounds.here
    wrong: list[str] = []
    routes = manage_routes()
    async with grounds.api.browser(here.low_email) as browser:
        headers = {**BROWSER, "Cookie": f"{COOKIE}={browser.cookies[COOKIE]}"}
        before = await grounds.stored(here, uses=False)
        for key, row in MANAGE.items():
            scopes = needed(routes[key])
            if not scopes or not ROLE_SCOPES["operator"].isdisjoint(scopes):
                continue
            for aim in row.aims:
                answer = await call(grounds, key, aim, here.ids, headers)
                if (answer.status_code, error_of(answer)) != (403, "missing_scope"):
                    wrong.append(f"{key}: {answer.status_code} {answer.text[:200]}")
        assert wrong == []
        assert await grounds.stored(here, uses=False) == before
