"""What no browser would send: the server refuses it, never stumbles, and stays readable for everybody else."""

import json
from collections.abc import Callable
from time import monotonic
from typing import Any
from urllib.parse import quote

import pytest
import structlog

from halloo.edge.auth import COOKIE
from halloo.edge.pagination import seal_cursor
from halloo.kit.ids import new_id
from tests.isolation.grounds import Grounds
from tests.isolation.rows import MANAGE, VISITOR, filled
from tests.isolation.test_visitors import OWN, PREFIX

FAULT = 500
HOSTILE = (
    "\x00",
    "a\x00b",
    "\u202e",
    "'",
    '"><img src=x onerror=alert(1)>',
    "%",
    "../..",
    "a" * 5000,
    "\U0010ffff",
    "\ufffe",
)
NUMBERS = (-1, 2**31, 2**63 - 1, 2**63, 2**70, -(2**70), 10**30)
JSON = {"Content-Type": "application/json"}


class Ids(dict[str, Any]):
    """The same hostile text for every id, with numbers where a number belongs."""

    def __init__(self, text: str, number: int, encode: Callable[[str], str]) -> None:
        super().__init__()
        self._text = encode(text)
        self._number = number

    def __missing__(self, key: str) -> Any:
        return self._number if key == "fingerprint" else self._text


@pytest.mark.slow
async def test_hostile_ids_and_values_are_no_fault_of_ours(grounds: Grounds) -> None:
    wrong: list[str] = []
    pairs = [*((text, 5) for text in HOSTILE), *(("x", number) for number in NUMBERS)]
    for text, number in pairs:
        places, bodies = Ids(text, number, lambda value: quote(value, safe="")), Ids(text, number, str)
        for key, row in MANAGE.items():
            for aim in row.aims:
                content = None if aim.body is None else json.dumps(filled(aim.body, bodies))
                headers = {**grounds.here.bearer, **JSON}
                address = filled(aim.path, places)
                answer = await grounds.api.client.request(
                    key.partition(" ")[0], address, content=content, headers=headers
                )
                if answer.status_code >= FAULT:
                    wrong.append(f"{key} {text!r} {number}: {answer.text}")
        address = f"{PREFIX}{grounds.here.guest.widget_id}"
        for key, row in VISITOR.items():
            for aim in row.aims if key != "DELETE /visitor" else ():
                content = None if aim.body is None else json.dumps(filled(aim.body, bodies))
                headers = {**OWN, **JSON, **grounds.here.guest.header}
                answer = await grounds.api.client.request(
                    key.partition(" ")[0], address + filled(aim.path, places), content=content, headers=headers
                )
                if answer.status_code >= FAULT:
                    wrong.append(f"{key} {text!r} {number}: {answer.text}")
    assert wrong == []


@pytest.mark.parametrize("number", NUMBERS)
async def test_numbers_out_of_range(grounds: Grounds, number: int) -> None:
    here = grounds.here
    cid, guest = here.ids["conversation_id"], here.guest
    own = f"{PREFIX}{guest.widget_id}/conversations"
    cursors = [seal_cursor((number, "x")), seal_cursor(number), seal_cursor((1, "\x00"))]
    for address in (
        f"/core/conversations/{cid}/messages?after={number}",
        f"/core/conversations/{cid}/messages?before={number}&limit=5",
        *(f"/core/{name}cursor={cursor}" for cursor in cursors for name in ("contacts?", "search?q=x&", "audit?")),
    ):
        assert (await grounds.api.client.get(address, headers=here.bearer)).status_code < FAULT, address
    for cursor in cursors:
        answer = await grounds.api.client.get(f"{own}?cursor={cursor}", headers={**OWN, **guest.header})
        assert answer.status_code < FAULT
    for address, headers in ((f"/core/conversations/{cid}/read", here.bearer), (f"{own}/{cid}/read", guest.header)):
        answer = await grounds.api.client.post(address, json={"seq": number}, headers=headers)
        assert answer.status_code < FAULT


@pytest.mark.parametrize("value", ["1e999", "-1e999", "123456789012345678901234567890", "9007199254740993"])
async def test_a_number_that_no_reader_could_read_is_not_kept(grounds: Grounds, value: str) -> None:
    """Such a value once stored made the whole list unreadable."""
    here, client = grounds.here, grounds.api.client
    contact = f"/core/contacts/{here.ids['contact_id']}"
    bodies = [(contact, f'{{"data": {{"a": {value}}}}}')]
    bodies += [(f"/core/conversations/{here.ids['conversation_id']}", f'{{"custom_metadata": {{"a": {value}}}}}')]
    for address, body in bodies:
        answer = await client.patch(address, content=body, headers={**here.bearer, **JSON})
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid_data"), address
    made = await client.post("/core/contacts", content=bodies[0][1], headers={**here.bearer, **JSON})
    assert made.status_code == 422
    for address in ("/core/contacts", "/core/conversations"):
        assert (await client.get(address, headers=here.bearer)).status_code == 200


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "10000-01-01T00:00:00Z"])
async def test_a_time_that_could_not_be_written_again_is_not_kept(grounds: Grounds, time: str) -> None:
    here, client = grounds.here, grounds.api.client
    token = {"name": "late", "scopes": ["audit:read"], "expires_at": time}
    assert (await client.post("/core/tokens", json=token, headers=here.bearer)).status_code == 422
    conversation = f"/core/conversations/{here.ids['conversation_id']}"
    snooze = await client.patch(conversation, json={"snoozed_until": time}, headers=here.bearer)
    assert snooze.status_code == 422
    for address in ("/core/tokens", "/core/conversations"):
        assert (await client.get(address, headers=here.bearer)).status_code == 200


@pytest.mark.parametrize(
    "q", ["a " * 3_000, '"' + "a " * 3_000 + '"', "東京" * 1_000, "a" * 20_000, "%" * 9_000, "_ " * 3_000]
)
async def test_a_long_question_is_answered_soon(grounds: Grounds, q: str) -> None:
    for path in (
        "conversations?q",
        "contacts?q",
        "search?q",
        "search?in=contacts&q",
        "conversations?tag",
        "conversations?assignee",
    ):
        started = monotonic()
        answer = await grounds.api.client.get(f"/core/{path}={quote(q)}", headers=grounds.here.bearer)
        assert answer.status_code in {200, 422}, path
        assert monotonic() - started < 2, path


async def test_metadata_has_a_size(grounds: Grounds) -> None:
    here, client = grounds.here, grounds.api.client
    big = {"custom_metadata": {"a": "x" * 17_000}}
    changed = await client.patch(f"/core/conversations/{here.ids['conversation_id']}", json=big, headers=here.bearer)
    assert (changed.status_code, changed.json()["details"]) == (422, {"field": "custom_metadata"})
    started = await client.post(
        f"{PREFIX}{here.guest.widget_id}/conversations", json=big, headers={**OWN, **here.guest.header}
    )
    assert (started.status_code, started.json()["details"]) == (422, {"field": "custom_metadata"})


async def test_the_options_of_an_address_need_no_credential_and_do_nothing(grounds: Grounds) -> None:
    for path in ("/core/me", "/core/conversations", "/core/session"):
        answer = await grounds.api.client.options(path)
        assert answer.status_code == 204
        assert "OPTIONS" in answer.headers["allow"]
        assert "access-control-allow-origin" not in answer.headers


async def test_spellings_of_an_address_need_the_same_credential(grounds: Grounds) -> None:
    for path in ("/core//me", "/core/me/", "/core/./me", "/core/%6de", "/core/me%2f", "/core/%2e/me", "//core/me"):
        for headers in ({}, grounds.here.guest.header, {"Cookie": f"{COOKIE}=x"}):
            answer = await grounds.api.client.get(f"https://chat.example{path}", headers=headers)
            assert answer.status_code in {401, 404}, path
    for path in ("/core/public/web-widgets/%2e%2e/%2e%2e/me", "/core/public/web-widgets/..%2f..%2fme", "/CORE/me"):
        answer = await grounds.api.client.get(path, headers=grounds.here.bearer)
        assert answer.status_code == 404, path


async def test_a_fault_is_logged_without_a_secret(grounds: Grounds, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks: neither tokens nor bodies, query strings or the values of variables reach the log."""

    def broken(*_: object) -> object:
        raise RuntimeError("something broke")

    monkeypatch.setattr("halloo.contacts.store.find_visitor_of_token", broken)
    monkeypatch.setattr("halloo.workspaces.store.tokens.find_token_of_digest", broken)
    here = grounds.here
    address = f"{PREFIX}{here.guest.widget_id}/conversations/{here.guest.conversation_id}/messages"
    with structlog.testing.capture_logs() as logged:
        body = {"client_id": new_id(), "type": "text", "content": "between us"}
        told = [
            await grounds.api.client.post(f"{address}?who=secret", json=body, headers={**OWN, **here.guest.header}),
            await grounds.api.client.get("/core/me?who=secret", headers=here.bearer),
        ]
    assert [answer.json()["error"] for answer in told] == ["internal", "internal"]
    text = repr(logged)
    assert len(logged) == 2
    assert "something broke" in text
    for secret in (here.guest.token, here.owner_token, "between us", "who=secret"):
        assert secret not in text
        assert all(secret not in answer.text for answer in told)
    assert all("broke" not in answer.text for answer in told)


async def test_a_single_letter_finds_what_begins_with_it_and_nothing_else(grounds: Grounds) -> None:
    here = grounds.here
    found = await grounds.api.client.get("/core/search?q=c", headers=here.bearer)
    assert {hit["excerpt"] for hit in found.json()["data"]} == {"apricot is confidential"}
    for nothing in ("c0", "c01", f"c{here.ids['conversation_id'].replace('-', '')}"):
        answer = await grounds.api.client.get(f"/core/search?q={nothing}", headers=here.bearer)
        assert answer.json()["data"] == [], nothing
