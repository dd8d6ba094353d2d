"""Hooks contract 2.2 from the edge on: how values are written, which are refused on the way in, and how large a payload may become."""

import json
from typing import Any

import pytest

from halloo.contacts import actions as contacts
from halloo.contacts.model import PAGES_KEPT, Details, Page, check_page
from halloo.conversations import actions
from halloo.conversations.errors import MessageRefused
from halloo.conversations.model import Change, Draft
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.events.log import list_after
from halloo.kit.ids import new_id
from halloo.kit.json import DATA_MAX, NotJson, canonical, dump
from halloo.workspaces.model import Actor
from tests.conftest import WORKSPACE
from tests.hooks.events.conftest import Facts
from tests.public.shop import Shop, text
from tests.support.people import begin, draft

WIDE = "\U0001f600"
"""Four bytes to a character."""


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ([1.0, -0.0, 1e15, 0.1, 1e-5, 4.69e-6, 1e-7], "[1,0,1000000000000000,0.1,0.00001,0.00000469,1e-7]"),
        (
            {"b": 1, "10": 10, "2": 2, "01": 1, "-1": -1, "4294967295": 5, "0": 0},
            '{"0":0,"2":2,"10":10,"b":1,"01":1,"-1":-1,"4294967295":5}',
        ),
        ('\x00\x1f\x08\x0c/<é"\\', '"\\u0000\\u001f\\b\\f/<é\\"\\\\"'),
        ("😀\u2028\x7f\u2029", '"😀\u2028\x7f\u2029"'),
        ([2**53 - 1, -(2**53) + 1], "[9007199254740991,-9007199254740991]"),
    ],
)
def test_values_are_written_as_the_table_of_the_contract_says(value: Any, written: str) -> None:
    assert dump(canonical(value)) == written.encode()
    assert dump(canonical({"a": [value]})) == f'{{"a":[{written}]}}'.encode()


@pytest.mark.parametrize("value", [2**53, 1e16, "\ud800", {"\udc00": 1}, float("nan")])
def test_what_cannot_be_written_so_is_refused(value: Any) -> None:
    with pytest.raises(NotJson):
        canonical(value)


def deep(levels: int) -> Any:
    return [deep(levels - 1)] if levels else 1


TOO_MUCH = ["9007199254740992", "-9007199254740993", "1e16", "1e999", json.dumps(deep(17))]
MALFORMED = ['{"a":1,"a":2}', '"\\ud800"', "NaN", "-Infinity", "01"]


@pytest.mark.parametrize(
    ("value", "code"), [*((one, "invalid_data") for one in TOO_MUCH), *((one, "bad_json") for one in MALFORMED)]
)
async def test_every_way_in_refuses_it(shop: Shop, value: str, code: str) -> None:
    visitor = await shop.arrive()
    conversation_id = await shop.start(visitor)
    page = f'{{"message": {json.dumps(text())}, "custom_metadata": {{"k": {value}}}}}'
    contact = await shop.manage("GET", f"/core/conversations/{conversation_id}")
    answers = [await send(shop, "POST", f"{shop.base}/conversations", page, visitor.headers)]
    for path, key in (
        (f"/core/conversations/{conversation_id}", "custom_metadata"),
        (f"/core/contacts/{contact['contact']['id']}", "data"),
    ):
        answers.append(await send(shop, "PATCH", path, f'{{"{key}": {{"k": {value}}}}}', shop.manager))
    answers.append(await send(shop, "PATCH", f"{shop.base}/visitor", f'{{"data": {{"k": {value}}}}}', visitor.headers))
    # Custom data of a person holds no lists at all, and a browser may not even try.
    allowed = {code, "field_invalid"} if value.startswith("[") else {code}
    assert all(status in (400, 422) and found in allowed for status, found in answers), answers


async def send(shop: Shop, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
    sent = {**headers, "Content-Type": "application/json"}
    answer = await shop.api.client.request(method, path, content=body.encode(), headers=sent)
    return answer.status_code, answer.json().get("error", "")


@pytest.mark.parametrize("value", [2**53, float("inf"), deep(17), "\ud800"])
async def test_properties_of_a_message_are_held_to_it_too(database: Database, owner: Actor, value: Any) -> None:
    _, conversation = await begin(database, WORKSPACE)
    said = draft(properties={"k": value})
    with pytest.raises(MessageRefused) as refused:
        await database.write(WORKSPACE, actions.send_message, owner, conversation.id, said)
    assert refused.value.code == "invalid_data"


# ── how large a payload may become ────────────────────────────────────────────────────────────────────────────────────


async def sizes(database: Database) -> dict[str, int]:
    found = await database.read(WORKSPACE, list_after, f"w:{WORKSPACE}", 0, 5_000)
    return {fact.name: len(fact.data) for fact in found}


async def test_the_largest_message_finds_room_and_a_larger_one_is_refused(
    database: Database, owner: Actor, facts: Facts
) -> None:
    _, conversation = await begin(database, WORKSPACE)
    loud = Actor(
        "operator", WORKSPACE, new_id(), WIDE * 128, scopes=owner.scopes, avatar="https://a.example/" + "x" * 2_000
    )
    fill = "x" * (16_384 - len('{"k":""}'))
    said = Draft(new_id(), "text", WIDE * 10_000, properties={"k": fill})
    sent = await database.write(WORKSPACE, actions.send_message, loud, conversation.id, said)
    await database.write(
        WORKSPACE, actions.edit_message, loud, conversation.id, sent.message.fingerprint, WIDE * 10_000
    )
    found = await sizes(database)
    assert 56_000 < found["message:received"] <= DATA_MAX
    assert found["message:updated"] <= DATA_MAX
    more = Draft(new_id(), "text", "x", properties={"k": fill + "x"})
    with pytest.raises(MessageRefused):
        await database.write(WORKSPACE, actions.send_message, loud, conversation.id, more)
    assert len(await facts("message:received")) == 1


async def test_what_a_conversation_and_its_people_can_be_told_to_be_finds_room(
    database: Database, owner: Actor, facts: Facts
) -> None:
    _, conversation = await begin(database, WORKSPACE)
    change = Change(
        subject=WIDE * 255,
        tags=tuple(f"{number:02}" + WIDE * 78 for number in range(50)),
        custom_metadata={"k": "\\" * 8_000},
        given=frozenset({"subject", "tags", "custom_metadata"}),
    )
    await database.write(WORKSPACE, actions.change_conversation, owner, conversation.id, change)
    details = Details(
        name=WIDE * 128, company=WIDE * 128, notes=WIDE * 10_000, given=frozenset({"name", "company", "notes"})
    )
    await database.write(WORKSPACE, actions.change_contact, owner, conversation.contact_id, details)
    found = await sizes(database)
    assert found["session:set_segments"] > 15_000
    assert max(found.values()) <= DATA_MAX
    assert (await facts("session:set_nickname"))[0]["nickname"] == WIDE * 128


async def test_of_pages_with_long_addresses_the_newest_find_room(database: Database, facts: Facts) -> None:
    who, conversation = await begin(database, WORKSPACE)
    url = "https://shop.example/" + WIDE * 3_000
    for number in range(PAGES_KEPT):
        page = check_page(f"{url[:2000]}{number:04}", WIDE * 500, url, 1_500_000_000_000 + number)
        assert isinstance(page, Page)
        await database.write(WORKSPACE, contacts.see_page, who.id, page, conversation.id)
    told = await facts("session:sync:pages")
    assert [len(one["pages"]) for one in told][:4] == [1, 2, 3, 3]
    assert [one["timestamp"] % 100 for one in told[-1]["pages"]] == [7, 8, 9]
    assert all(len(dump(one)) <= DATA_MAX for one in told)


async def test_of_very_many_messages_that_are_read_at_once_the_newest_are_named(
    database: Database, owner: Actor, facts: Facts
) -> None:
    who, conversation = await begin(database, WORKSPACE)
    for _ in range(11):
        await database.write(WORKSPACE, _say_often, who, conversation.id, 200)
    after = await database.write(WORKSPACE, actions.mark_read, owner, conversation.id, 10**9)
    (told,) = await facts("message:acknowledge:read:send")
    assert (after.unread, len(told["fingerprints"])) == (0, 2_000)
    assert told["fingerprints"][-1] == after.last_fingerprint


def _say_often(tx: Tx, who: Actor, conversation_id: str, times: int) -> None:
    for _ in range(times):
        actions.send_message(tx, who, conversation_id, draft())
