"""Contacts: entering, changing, finding, deleting."""

from dataclasses import replace
from typing import Any

import pytest

from halloo.contacts import actions
from halloo.contacts.actions import visitor_actor
from halloo.contacts.errors import ContactNotFound, ValueRefused
from halloo.contacts.model import Contact, Details
from halloo.db.engine import Database
from halloo.events.log import list_after
from halloo.kit.ids import new_id
from halloo.kit.refusals import Conflict, Forbidden, Stale
from halloo.workspaces.model import Actor
from tests.conftest import WORKSPACE
from tests.support.people import arrive


def said(**values: Any) -> Details:
    return Details(**values, given=frozenset(values))


async def enter(database: Database, owner: Actor, **values: Any) -> Contact:
    return await database.write(WORKSPACE, actions.create_contact, owner, said(**values))


async def test_what_is_entered_is_cleaned(database: Database, owner: Actor) -> None:
    made = await enter(
        database,
        owner,
        name="  Ada \n Lovelace\x00 ",
        email=" ADA@Mail.Example ",
        phone="+43 1 (555) 0-1",
        company="",
        notes="a\r\nb\x00",
        data={"plan": "pro\x00", "seats": 5, "ratio": 0.000001, "active": True},
    )
    assert (made.name, made.email, made.phone, made.company) == (
        "Ada Lovelace",
        "ada@mail.example",
        "+43 1 (555) 0-1",
        None,
    )
    assert made.notes == "a\nb"
    read = await database.read(WORKSPACE, actions.get_contact, owner, made.id)
    assert read.data == {"plan": "pro", "seats": 5, "ratio": 0.000001, "active": True}
    assert replace(read, data={}) == replace(made, data={})


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "x" * 129}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a\x00@b.example"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"company": "x" * 129}, "company"),
        ({"notes": "x" * 10_001}, "notes"),
        ({"data": {"Key": 1}}, "data"),
        ({"data": {"k" * 41: 1}}, "data"),
        ({"data": {f"k{n}": 1 for n in range(21)}}, "data"),
        ({"data": {"k": "x" * 501}}, "data"),
        ({"data": {"k": None}}, "data"),
        ({"data": {"k": [1]}}, "data"),
        ({"data": {"k": float("inf")}}, "data"),
        ({"data": {"k": float("nan")}}, "data"),
        ({"data": {"k": 2**53}}, "data"),
    ],
)
async def test_what_does_not_fit_is_refused(
    database: Database, owner: Actor, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValueRefused) as refused:
        await enter(database, owner, **values)
    assert refused.value.details["field"] == field
    assert await database.read(WORKSPACE, actions.list_contacts, owner, "", None, 10) == []


async def test_an_address_belongs_to_one_contact(database: Database, owner: Actor) -> None:
    ada = await enter(database, owner, email="ada@mail.example")
    bea = await enter(database, owner, email="bea@mail.example")
    with pytest.raises(Conflict):
        await enter(database, owner, email="ADA@mail.example")
    with pytest.raises(Conflict):
        await database.write(WORKSPACE, actions.change_contact, owner, bea.id, said(email="ada@mail.example"))
    same = await database.write(WORKSPACE, actions.change_contact, owner, ada.id, said(email="ada@mail.example"))
    assert same == ada
    other = new_id()
    elsewhere = replace(owner, workspace_id=other)
    await database.write(other, actions.create_contact, elsewhere, said(email="ada@mail.example"))


async def test_only_what_is_given_changes_and_a_stale_change_is_refused(database: Database, owner: Actor) -> None:
    made = await enter(database, owner, name="Ada", email="ada@mail.example", notes="kind")
    change = actions.change_contact
    changed = await database.write(WORKSPACE, change, owner, made.id, said(name="Ada L."), made.updated_at)
    assert (changed.name, changed.email, changed.notes) == ("Ada L.", "ada@mail.example", "kind")
    assert changed.updated_at > made.updated_at
    with pytest.raises(Stale):
        await database.write(WORKSPACE, change, owner, made.id, said(name="Late"), made.updated_at)
    emptied = await database.write(WORKSPACE, change, owner, made.id, said(email=None, name=""))
    assert (emptied.name, emptied.email) == (None, None)
    facts = await database.read(WORKSPACE, list_after, f"w:{WORKSPACE}", 0, 100)
    assert [fact.name for fact in facts if made.id.encode() in fact.data] == [
        "people:profile:created",
        "people:profile:updated",
        "people:profile:updated",
    ]


async def test_contacts_are_found_by_the_beginnings_of_words(database: Database, owner: Actor) -> None:
    ada = await enter(database, owner, name="Ada Lovelace", email="ada@mail.example", company="Engines & Co")
    await enter(database, owner, name="Grace Hopper")

    async def find(q: str) -> list[str]:
        return [one.id for one in await database.read(WORKSPACE, actions.list_contacts, owner, q, None, 10)]

    for q in ("ada", "LOVE", "love ada", "mail.example", "engines", "ádá"):
        assert await find(q) == [ada.id], q
    for q in ("velace", "ada hopper", "%", "_", "' OR 1=1 --", "ada%"):
        expected = [ada.id] if q == "ada%" else []
        found = await find(q)
        assert found == expected or (not q.strip("%_' ") and len(found) == 2), q


async def test_pages_have_no_gaps(database: Database, owner: Actor) -> None:
    made = {(await enter(database, owner, name=f"N{number}")).id for number in range(25)}
    found: list[str] = []
    before: tuple[int, str] | None = None
    while page := await database.read(WORKSPACE, actions.list_contacts, owner, "", before, 7):
        found += [one.id for one in page]
        before = page[-1].last_seen_at, page[-1].id
    assert len(found) == 25
    assert set(found) == made


async def test_a_deleted_contact_is_gone_and_its_visitor_gets_a_new_one(database: Database, owner: Actor) -> None:
    visitor, token = await arrive(database, WORKSPACE)
    first = await database.write(WORKSPACE, actions.ensure_contact, visitor)
    await database.write(WORKSPACE, actions.delete_contact, owner, first)
    with pytest.raises(ContactNotFound):
        await database.read(WORKSPACE, actions.get_contact, owner, first)
    with pytest.raises(ContactNotFound):
        await database.write(WORKSPACE, actions.delete_contact, owner, first)
    again = await database.read(WORKSPACE, actions.recognise, visitor.widget_id, token)
    assert again.contact_id is None
    assert await database.write(WORKSPACE, actions.ensure_contact, again) != first


async def test_a_guest_is_called_the_same_before_and_after_there_is_a_contact(database: Database) -> None:
    visitor, _ = await arrive(database, WORKSPACE)
    contact_id = await database.write(WORKSPACE, actions.ensure_contact, visitor)
    assert contact_id[-4:] == visitor.id[-4:]
    assert contact_id != visitor.id


async def test_a_visitor_may_do_nothing_with_contacts(database: Database, owner: Actor) -> None:
    visitor, _ = await arrive(database, WORKSPACE)
    who = visitor_actor(visitor)
    made = await enter(database, owner, name="Ada")
    calls: list[tuple[Any, tuple[Any, ...]]] = [
        (actions.get_contact, (made.id,)),
        (actions.list_contacts, ("", None, 10)),
        (actions.list_browsers, (made.id,)),
        (actions.get_contacts, ({made.id},)),
        (actions.get_visitors, ({visitor.id},)),
        (actions.create_contact, (said(name="x"),)),
        (actions.change_contact, (made.id, said(name="x"))),
        (actions.delete_contact, (made.id,)),
    ]
    for verb, arguments in calls:
        with pytest.raises(Forbidden):
            await database.write(WORKSPACE, verb, who, *arguments)
