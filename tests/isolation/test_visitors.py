"""A visitor reaches nothing of another: every public route, from the route table itself."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from halloo.embed.assets import load_assets
from halloo.embed.routes import routes
from halloo.kit.ids import new_id, new_secret
from halloo.widgets.records import PublicRecords
from halloo.widgets.settings import HostSettings, resolve_hosts
from tests.isolation.grounds import Grounds, Guest, Side
from tests.isolation.rows import FOR_BROWSERS, IGNORES_TOKEN, NEEDS_TOKEN, OPEN, VISITOR, Aim, filled, public_routes
from tests.support.api import ORIGIN

PREFIX = "/core/public/web-widgets/"
OWN = {"Origin": ORIGIN}


def reach(guest: Guest) -> dict[str, Any]:
    """What another visitor would have to know to aim at a guest."""
    return {
        "conversation_id": guest.conversation_id,
        "fingerprint": guest.fingerprint,
        "file_id": guest.file_id or new_id(),
        "upload_id": guest.upload_id or new_id(),
        "guest": guest.user_id,
        "visitor_id": guest.id,
        "widget_id": guest.widget_id,
        "cursor": "WzQxMDI0NDQ4MDAwMDAsImZmIl0",
    }


def nowhere(conversation_id: str) -> dict[str, Any]:
    return {**reach(Guest(new_id(), new_secret("guest_")[:28], "", new_id(), conversation_id, 10**14))}


def targets(grounds: Grounds) -> list[dict[str, Any]]:
    """A visitor beside, one of the other widget, one of the other workspace; nobody, and what is no id."""
    here, there = grounds.here, grounds.there
    own = here.guest.conversation_id
    return [
        nowhere(new_id()),
        *(reach(guest) for guest in (here.neighbour, here.elsewhere, there.guest)),
        *(nowhere(text) for text in ("x", own.upper(), f"{own}%00", f" {own}", "null", "%2e%2e", f"session_{own}")),
    ]


async def call(
    grounds: Grounds, key: str, widget_id: str, aim: Aim, ids: dict[str, Any], headers: dict[str, str]
) -> httpx.Response:
    content = None if aim.body is None else json.dumps(filled(aim.body, ids))
    sent = {**headers} if content is None else {**headers, "Content-Type": "application/json"}
    method, address = key.partition(" ")[0], f"{PREFIX}{widget_id}{filled(aim.path, ids)}"
    return await grounds.api.client.request(method, address, content=content, headers=sent)


def every_aim() -> Iterator[tuple[str, Aim]]:
    left_out = {"DELETE /visitor", *FOR_BROWSERS}
    return ((key, aim) for key, row in VISITOR.items() for aim in row.aims if key not in left_out)


async def everything(grounds: Grounds) -> list[dict[str, list[str]]]:
    return [await grounds.stored(grounds.here), await grounds.stored(grounds.there)]


def without_refusals(stored: list[dict[str, list[str]]], guest: Guest) -> list[dict[str, list[str]]]:
    """What is stored, but for what a guest's own conversation tells of proofs that they brought and that were refused."""
    own = f"session_{guest.conversation_id}"
    return [
        {
            table: [row for row in rows if not (own in row and '"error":"unknown"' in row)]
            for table, rows in side.items()
            if table != "streams"  # counts them
        }
        for side in stored
    ]


def shown(answer: httpx.Response) -> tuple[int, bytes, list[str]]:
    return answer.status_code, answer.content, sorted(answer.headers)


def test_21_every_public_route_has_a_row() -> None:
    assert set(VISITOR) == public_routes()


async def test_10_21_cve_2026_4400_cve_2022_0266_ids_of_another_visitor_are_ids_of_nothing(grounds: Grounds) -> None:
    """By token, by none and by somebody else's guest id: one answer, whosever the id is, and nothing read or changed."""
    here = grounds.here
    before = await everything(grounds)
    wrong: list[str] = []
    for key, aim in every_aim():
        for headers in ({**OWN, **here.guest.header}, OWN):
            answers = [await call(grounds, key, here.guest.widget_id, aim, ids, headers) for ids in targets(grounds)]
            first = answers[0]
            wrong += [
                f"{key} {aim.path} {answer.status_code} {answer.text[:200]} is not as {first.text[:200]}"
                for answer in answers
                if shown(answer) != shown(first)
            ]
            due = (aim.due, aim.code) if aim.code != "field_unknown" or "cid" in key else (422, "field_unknown")
            if key in NEEDS_TOKEN and headers is OWN:
                due = (401, "visitor_token_missing")
            found = (first.status_code, first.json().get("error"))
            if found != due:
                wrong.append(f"{key} {aim.path} {aim.body}: {found}, due {due}")
    assert wrong == []
    assert without_refusals(await everything(grounds), here.guest) == without_refusals(before, here.guest)


async def test_21_cve_2026_115725_a_token_is_good_for_its_own_widget_alone(grounds: Grounds) -> None:
    here, there = grounds.here, grounds.there
    before = await everything(grounds)
    strangers: list[tuple[Guest, Side | Guest]] = [
        (here.guest, here.elsewhere),
        (here.guest, there.guest),
        (there.guest, here.guest),
        (here.elsewhere, here.guest),
    ]
    wrong: list[str] = []
    for key, row in VISITOR.items():
        if key in IGNORES_TOKEN:
            continue
        for guest, target in strangers:
            assert isinstance(target, Guest)
            for aim in row.aims:
                answer = await call(grounds, key, target.widget_id, aim, reach(target), {**OWN, **guest.header})
                garbage = {**OWN, "X-Halloo-Visitor": new_secret("hvt_")}
                unknown = await call(grounds, key, target.widget_id, aim, reach(target), garbage)
                if shown(answer) != shown(unknown) or answer.json()["error"] != "visitor_token_invalid":
                    wrong.append(f"{key} {aim.path}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    assert await everything(grounds) == before


@pytest.mark.parametrize("text", ["", "0", "true", "[]", "null", "{}", "hvt_", "undefined", "Bearer x", "' OR 1=1 --"])
async def test_cve_2022_1176_what_is_no_token_is_none(grounds: Grounds, text: str) -> None:
    before = await everything(grounds)
    guest = grounds.here.guest
    for key, row in VISITOR.items():
        if key in IGNORES_TOKEN:
            continue
        answer = await call(grounds, key, guest.widget_id, row.aims[0], reach(guest), {**OWN, "X-Halloo-Visitor": text})
        assert (answer.status_code, answer.json()["error"]) == (401, "visitor_token_invalid"), key
    assert await everything(grounds) == before


async def test_credentials_of_operators_mean_nothing_here(grounds: Grounds) -> None:
    """`Authorization` and cookies are ignored: with them a caller without visitor token stays one."""
    here = grounds.here
    cid = here.guest.conversation_id
    for headers in (here.bearer, here.house.bearer, {"Authorization": f"Bearer {here.guest.token}"}):
        address = f"{PREFIX}{here.guest.widget_id}/conversations"
        listed = await grounds.api.client.get(address, headers={**OWN, **headers})
        assert listed.json() == {"data": [], "next_cursor": None}
        read = await grounds.api.client.get(f"{address}/{cid}/messages", headers={**OWN, **headers})
        assert (read.status_code, read.json()["error"]) == (403, "conversation_forbidden")


async def test_20_cve_2026_4400_cve_2022_0266_a_known_guest_id_opens_nothing(grounds: Grounds) -> None:
    """With no token, with another's, and for an unknown id: a new visitor each time, and the known one untouched."""
    here = grounds.here
    known = here.neighbour
    address = f"{PREFIX}{known.widget_id}"
    before = await grounds.stored(here)
    client = grounds.api.client
    lists: list[httpx.Response] = []
    resumes: list[httpx.Response] = []
    unknown_id = new_secret("guest_")[:28]
    for headers in (OWN, {**OWN, **here.guest.header}):
        for user_id, cid in ((known.user_id, known.conversation_id), (unknown_id, new_id())):
            lists.append(await client.get(f"{address}/conversations?user_id={user_id}", headers=headers))
            body = {"user_id": user_id, "conversation_id": cid}
            resumes.append(await client.post(f"{address}/conversations", json=body, headers=headers))
    assert {answer.content for answer in lists} == {b'{"data":[],"next_cursor":null}'}
    assert len({str(shown(answer)) for answer in lists}) == 1
    assert len({str(shown(answer)) for answer in resumes}) == 1
    assert (resumes[0].status_code, resumes[0].json()["error"]) == (403, "conversation_forbidden")
    assert await grounds.stored(here) == before
    for headers in (OWN, {**OWN, **here.guest.header}):
        met = await client.post(f"{address}/visitor", json={"user_id": known.user_id}, headers=headers)
        unknown = await client.post(f"{address}/visitor", json={"user_id": new_secret("guest_")[:28]}, headers=headers)
        assert (met.status_code, unknown.status_code) == (201, 201)
        fresh = met.json()["visitor"]
        assert fresh["id"] != known.id
        assert fresh["user_id"] != known.user_id
        assert len(fresh["user_id"]) == len(known.user_id)
        assert fresh["visitor_token"].startswith("hvt_")
        assert met.json()["unread"] == 0
        assert set(met.json()) == set(unknown.json())
    after = await grounds.stored(here)
    assert {name for name in after if after[name] != before[name]} == {"visitors", "visitor_tokens"}
    assert set(before["visitors"]) < set(after["visitors"])


async def test_leaving_ends_ones_own_tokens_alone(grounds: Grounds) -> None:
    here = grounds.here
    guest = here.guest
    before = await everything(grounds)
    address = f"{PREFIX}{guest.widget_id}/visitor"
    assert (await grounds.api.client.delete(address, headers=OWN)).json()["error"] == "visitor_token_missing"
    left = await grounds.api.client.request("DELETE", address, headers={**OWN, **guest.header})
    assert left.status_code == 204
    again = await grounds.api.client.delete(address, headers={**OWN, **guest.header})
    assert again.json()["error"] == "visitor_token_invalid"
    after = await everything(grounds)
    gone = set(before[0]["visitor_tokens"]) - set(after[0]["visitor_tokens"])
    assert len(gone) == 1
    assert guest.id in gone.pop()
    assert after[1] == before[1]


def test_every_prefix_of_browsers_has_a_row(grounds: Grounds) -> None:
    hosts = resolve_hosts(HostSettings(), ORIGIN)
    records = PublicRecords(grounds.api.halloo.database, hosts, grounds.api.clock)
    assert {prefix for prefix, _ in routes(records, load_assets(), hosts)} < set(OPEN)


async def test_open_addresses_show_the_same_to_everybody(grounds: Grounds) -> None:
    """Loader, frame, pages and health: no credential changes a byte, nothing private is in them, no cookie is set."""
    here = grounds.here
    wrong: list[str] = []
    for path, due in OPEN.items():
        address = f"{path}/{here.guest.widget_id}" if path in {"/public/embed", "/public/widget"} else path
        bare = await grounds.api.client.get(address)
        if bare.status_code != due:
            wrong.append(f"{path}: {bare.status_code}")
        private = [mark for mark in here.marks if mark in bare.text and mark not in {here.guest.widget_id, "Apricot"}]
        if private or "set-cookie" in bare.headers:
            wrong.append(f"{path}: shows {private} {bare.headers}")
        for headers in (here.bearer, here.guest.header, {"Cookie": "__Host-halloo=x"}):
            answer = await grounds.api.client.get(address, headers=headers)
            if shown(answer) != shown(bare):
                wrong.append(f"{path} with {headers}: not the same")
    assert wrong == []
