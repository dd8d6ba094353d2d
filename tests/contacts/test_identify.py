"""Who a visitor is, and what follows for visitors, contacts and conversations (embedding contract 9), over both databases."""

import asyncio
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from halloo.contacts import actions, store, token_store
from halloo.contacts.actions import Identified, visitor_actor
from halloo.contacts.errors import IdentityInvalid, IdentityOff, VisitorBlocked, VisitorTokenInvalid
from halloo.contacts.forms import Filled
from halloo.contacts.model import Contact, Details, Proven, Visitor, external_id
from halloo.conversations import actions as conversations
from halloo.conversations.actions import Start
from halloo.conversations.model import Conversation, Draft, Filter
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.events.log import list_after
from halloo.kit.ids import digest, new_id
from halloo.kit.sealing import Sealer
from halloo.widgets.actions import create_identity_key, create_widget, read_form_hash, update_widget
from halloo.widgets.model import IdentityKeyDraft, WidgetChange
from halloo.workspaces.model import system_actor
from tests.conftest import WORKSPACE
from tests.support.identity import Issuer, decoded
from tests.support.people import arrive, draft

SEALER = Sealer(b"k" * 32, "identity-key")


@dataclass
class Scene:
    """A widget with an identity key, and what happens on it."""

    database: Database
    widget_id: str
    issuer: Issuer

    async def guest(self) -> tuple[Visitor, str]:
        return await arrive(self.database, WORKSPACE, self.widget_id)

    async def say(self, visitor: Visitor, text: str = "Hello", client_id: str | None = None) -> Conversation:
        start = Start(client_id=client_id or new_id(), draft=draft(text))
        return (await self.database.write(WORKSPACE, _start, visitor.id, start)).conversation

    async def identify(self, token: str, sub: str = "42", **vouched: Any) -> tuple[Identified, int]:
        proven = Proven(self.issuer.kid, external_id(user_id=sub), "jwt", vouched)
        return await self.database.write(WORKSPACE, conversations.identify_visitor, self.widget_id, token, proven)

    async def visitor(self, visitor_id: str) -> Visitor:
        found = await self.database.read(WORKSPACE, actions.find_visitor, visitor_id)
        assert found is not None
        return found

    async def contact(self, contact_id: str | None) -> Contact:
        return await self.database.read(WORKSPACE, store.get_contact, WORKSPACE, contact_id or "")

    async def contacts(self) -> int:
        return await self.database.read(WORKSPACE, store.count_contacts, WORKSPACE)

    async def listed(self, visitor: Visitor) -> set[str]:
        page = await self.database.read(
            WORKSPACE, conversations.list_conversations, visitor_actor(visitor), Filter(), None, 50
        )
        return {one.id for one in page.conversations}

    async def facts(self, name: str) -> list[dict[str, Any]]:
        found = await self.database.read(WORKSPACE, list_after, f"w:{WORKSPACE}", 0, 500)
        return [msgspec.json.decode(fact.data) for fact in found if fact.name == name]


def _start(tx: Tx, visitor_id: str, start: Start) -> conversations.Started:
    visitor = actions.find_visitor(tx, visitor_id)
    assert visitor is not None
    return conversations.start_conversation(tx, visitor_actor(visitor), visitor, start)


@pytest.fixture
async def scene(database: Database) -> Scene:
    who = system_actor(WORKSPACE)
    widget = await database.write(WORKSPACE, create_widget, who, WidgetChange(published=True))
    draft_ = IdentityKeyDraft("HS256")
    key, secret = await database.write(WORKSPACE, create_identity_key, who, SEALER, widget.id, draft_)
    assert secret is not None
    return Scene(database, widget.id, Issuer(key.kid, widget.id, decoded(secret)))


async def test_the_first_guest_who_is_named_becomes_that_person(scene: Scene) -> None:
    guest, token = await scene.guest()
    said = await scene.say(guest)
    found, merged = await scene.identify(token, name="Ada", email="ada@example.com", data={"plan": "pro"})
    me = await scene.visitor(guest.id)
    assert (merged, found.former, found.visitor) == (1, None, me)
    assert (me.identified, me.identity, me.external_id, me.known_as) == (True, "jwt", "42", "42")
    assert me.user_id == guest.user_id
    assert (me.name, me.email, me.data) == ("Ada", "ada@example.com", {"plan": "pro"})
    assert me.signed == ["data.plan", "email", "name"]
    contact = await scene.contact(said.contact_id)
    assert (contact.verified, contact.name, contact.email, contact.data) == (
        True,
        "Ada",
        "ada@example.com",
        {"plan": "pro"},
    )
    assert contact.conversations == 1
    with pytest.raises(VisitorTokenInvalid):
        await scene.database.read(WORKSPACE, actions.recognise, scene.widget_id, token)
    visitor, browser = await scene.database.read(WORKSPACE, actions.recognise_browser, scene.widget_id, found.token)
    assert visitor == me
    assert (browser.kid, browser.id) == (scene.issuer.kid, digest(found.token))
    assert [(one["visitor_id"], one["browsers"]) for one in await scene.facts("visitor:revoked")] == [
        (guest.id, [digest(token)])
    ]
    assert [one["session_id"] for one in await scene.facts("session:update_verify")] == [f"session_{said.id}"]
    assert [one["people_id"] for one in await scene.facts("people:profile:updated")] == [contact.id]


async def test_a_person_without_a_word_has_no_contact_until_they_write(scene: Scene) -> None:
    guest, token = await scene.guest()
    found, merged = await scene.identify(
        token, name="Ada", phone="+1 555 0100 ext. 7", avatar="https://img.example/a.png"
    )
    assert (merged, await scene.contacts()) == (0, 0)
    said = await scene.say(found.visitor)
    contact = await scene.contact(said.contact_id)
    assert (contact.verified, contact.name, contact.phone) == (True, "Ada", "+1 555 0100 ext. 7")
    assert contact.avatar == "https://img.example/a.png"
    assert guest.id == found.visitor.id


async def test_a_later_browser_hands_over_its_own_conversations_and_no_others(scene: Scene) -> None:
    phone, phone_token = await scene.guest()
    on_phone = await scene.say(phone)
    (ada, _) = await scene.identify(phone_token, name="Ada")
    laptop, laptop_token = await scene.guest()
    neighbour, _ = await scene.guest()
    on_laptop = [(await scene.say(laptop, text)).id for text in ("One", "Two")]
    apart = await scene.say(neighbour)
    second = (await scene.visitor(laptop.id)).contact_id
    here, merged = await scene.identify(laptop_token, company="Engines")
    assert (here.visitor.id, merged, here.former and here.former.id) == (ada.visitor.id, 2, laptop.id)
    assert await scene.listed(here.visitor) == {on_phone.id, *on_laptop}
    assert await scene.listed(laptop) == set()
    assert await scene.listed(neighbour) == {apart.id}
    contact = await scene.contact(on_phone.contact_id)
    assert (contact.conversations, contact.name, contact.company) == (3, "Ada", "Engines")
    assert await scene.contacts() == 2, "the guest's own record was joined to it"
    bound = [one for one in await scene.facts("people:bind:session") if one.get("people_id") == contact.id]
    assert {one["session_id"] for one in bound} == {f"session_{one}" for one in (on_phone.id, *on_laptop)}
    assert (await scene.visitor(laptop.id)).contact_id is None
    assert [one["people_id"] for one in await scene.facts("people:profile:removed")] == [second]
    created = [one.get("people_id") for one in await scene.facts("people:profile:created")]
    assert second not in created, "what was told of the record that is gone is erased"
    assert created.count(None) == 1
    for token in (phone_token, laptop_token):
        with pytest.raises(VisitorTokenInvalid):
            await scene.database.read(WORKSPACE, actions.recognise, scene.widget_id, token)
    for one in (ada.token, here.token):
        assert (await scene.database.read(WORKSPACE, actions.recognise, scene.widget_id, one)).id == ada.visitor.id
    again, none = await scene.identify((await scene.guest())[1])
    assert (again.visitor.id, none) == (ada.visitor.id, 0)


async def test_the_guests_record_becomes_that_of_who_had_none(scene: Scene) -> None:
    silent, _ = await scene.identify((await scene.guest())[1], name="Ada")
    laptop, token = await scene.guest()
    said = await scene.say(laptop)
    notes = Details(notes="Called on Monday", given=frozenset({"notes"}))
    await scene.database.write(WORKSPACE, actions.change_contact, system_actor(WORKSPACE), said.contact_id, notes)
    found, merged = await scene.identify(token)
    assert (found.visitor.id, found.visitor.contact_id, merged) == (silent.visitor.id, None, 1)
    assert (await scene.visitor(silent.visitor.id)).contact_id == said.contact_id
    contact = await scene.contact(said.contact_id)
    assert (contact.verified, contact.name, contact.notes, contact.conversations) == (
        True,
        "Ada",
        "Called on Monday",
        1,
    )
    assert await scene.contacts() == 1


async def test_joining_loses_nothing_that_operators_wrote_and_replaces_nothing_signed(scene: Scene) -> None:
    phone, token = await scene.guest()
    first = await scene.say(phone)
    await scene.identify(token, name="Ada", data={"plan": "pro"})
    laptop, token = await scene.guest()
    claims = Details(
        "Eve", None, "555 0199", None, "", {"plan": "free", "seats": 3}, frozenset({"name", "phone", "data"})
    )
    await scene.database.write(WORKSPACE, conversations.claim_details, laptop.id, claims)
    second = await scene.say(laptop)
    who = system_actor(WORKSPACE)
    for contact_id, text in ((first.contact_id, "Likes tea"), (second.contact_id, "Called on Monday")):
        notes = Details(notes=text, given=frozenset({"notes"}))
        await scene.database.write(WORKSPACE, actions.change_contact, who, contact_id, notes)
    found, merged = await scene.identify(token)
    contact = await scene.contact(first.contact_id)
    assert merged == 1
    assert (contact.name, contact.phone, contact.notes) == ("Ada", "555 0199", "Likes tea\n\nCalled on Monday")
    assert contact.data == {"plan": "pro", "seats": 3}
    me = await scene.visitor(found.visitor.id)
    assert (me.name, me.phone, me.data) == ("Ada", "555 0199", {"plan": "pro", "seats": 3})
    assert me.signed == ["data.plan", "name"]


async def test_nobody_is_joined_for_an_address_alone(scene: Scene) -> None:
    other, _ = await scene.guest()
    email = Details(email="ada@example.com", given=frozenset({"email"}))
    await scene.database.write(WORKSPACE, conversations.claim_details, other.id, email)
    theirs = await scene.say(other)
    guest, token = await scene.guest()
    mine = await scene.say(guest)
    found, merged = await scene.identify(token, email="ada@example.com")
    assert merged == 1
    assert await scene.listed(found.visitor) == {mine.id}
    assert (await scene.contact(theirs.contact_id)).verified is False
    assert mine.contact_id != theirs.contact_id


async def test_somebody_else_at_the_same_browser_gets_nothing_of_the_first(scene: Scene) -> None:
    guest, token = await scene.guest()
    said = await scene.say(guest)
    ada, _ = await scene.identify(token, "ada", name="Ada")
    bea, merged = await scene.identify(ada.token, "bea")
    assert merged == 0
    assert bea.visitor.id != ada.visitor.id
    assert bea.visitor.user_id != guest.user_id
    assert (bea.visitor.name, bea.visitor.contact_id) == (None, None)
    assert await scene.listed(bea.visitor) == set()
    assert await scene.listed(ada.visitor) == {said.id}
    with pytest.raises(VisitorTokenInvalid):
        await scene.database.read(WORKSPACE, actions.recognise, scene.widget_id, ada.token)
    back, merged = await scene.identify(bea.token, "ada")
    assert (back.visitor.id, merged) == (ada.visitor.id, 0)


async def test_the_same_person_again_keeps_what_was_signed_and_their_other_browsers(scene: Scene) -> None:
    (_, one), (_, two) = await scene.guest(), await scene.guest()
    phone, _ = await scene.identify(one, name="Ada", email="ada@example.com", data={"a": 1, "b": 2})
    laptop, _ = await scene.identify(two)
    said = await scene.say(laptop.visitor)
    again, merged = await scene.identify(laptop.token, name="Ada L.", data={"b": 3})
    assert merged == 0
    same, _ = await scene.identify(again.token, name="Ada L.")
    assert len(await scene.facts("session:update_verify")) == 1, "what is known already is not told again"
    assert (await scene.contact(said.contact_id)).name == "Ada L."
    again = same
    assert (again.visitor.name, again.visitor.email, again.visitor.data) == (
        "Ada L.",
        "ada@example.com",
        {"b": 3, "a": 1},
    )
    assert again.visitor.signed == ["data.a", "data.b", "email", "name"]
    with pytest.raises(VisitorTokenInvalid):
        await scene.database.read(WORKSPACE, actions.recognise, scene.widget_id, laptop.token)
    await scene.database.read(WORKSPACE, actions.recognise, scene.widget_id, phone.token)


async def test_twenty_browsers_at_once_are_one_person(scene: Scene) -> None:
    guests = [await scene.guest() for _ in range(20)]
    said = [await scene.say(guest) for guest, _ in guests]
    found = await asyncio.gather(*(scene.identify(token) for _, token in guests))
    assert len({one.visitor.id for one, _ in found}) == 1
    assert [merged for _, merged in found] == [1] * 20
    assert await scene.listed(found[0][0].visitor) == {one.id for one in said}
    assert await scene.contacts() == 1
    contact_id = (await scene.visitor(found[0][0].visitor.id)).contact_id
    assert (await scene.contact(contact_id)).conversations == 20


async def test_one_browser_twice_at_once_is_identified_once(scene: Scene) -> None:
    _, token = await scene.guest()
    results = await asyncio.gather(*(scene.identify(token) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(one, tuple) for one in results) == 1
    assert sum(isinstance(one, VisitorTokenInvalid) for one in results) == 4


async def test_a_start_that_both_browsers_made_with_one_client_id_is_kept_twice(scene: Scene) -> None:
    shared = new_id()
    (phone, one), (laptop, two) = await scene.guest(), await scene.guest()
    said = [await scene.say(visitor, "Hello", shared) for visitor in (phone, laptop)]
    await scene.identify(one)
    found, merged = await scene.identify(two)
    assert merged == 1
    assert await scene.listed(found.visitor) == {one.id for one in said}


async def test_a_blocked_person_cannot_come_in_by_the_other_door(scene: Scene) -> None:
    ada, _ = await scene.identify((await scene.guest())[1])

    def block(tx: Tx) -> None:
        store.update_visitor(tx, WORKSPACE, ada.visitor.id, {"blocked": True})

    await scene.database.write(WORKSPACE, block)
    guest, token = await scene.guest()
    with pytest.raises(VisitorBlocked):
        await scene.identify(token)
    assert await scene.database.read(WORKSPACE, actions.recognise, scene.widget_id, token) == guest


async def test_a_key_that_went_meanwhile_proves_nobody(scene: Scene) -> None:
    guest, token = await scene.guest()
    who = system_actor(WORKSPACE)
    await scene.database.write(WORKSPACE, actions.retire_identity_key, who, scene.widget_id, scene.issuer.kid)
    with pytest.raises(IdentityInvalid) as refused:
        await scene.identify(token)
    assert refused.value.details == {"reason": "unknown_key"}
    assert await scene.database.read(WORKSPACE, actions.recognise, scene.widget_id, token) == guest
    with pytest.raises(IdentityOff):
        await scene.database.read(WORKSPACE, actions.prove, SEALER, scene.widget_id, {})


async def test_a_key_takes_the_tokens_along_that_were_given_on_its_word(scene: Scene) -> None:
    who = system_actor(WORKSPACE)
    make = IdentityKeyDraft("HS256")
    other, _ = await scene.database.write(WORKSPACE, create_identity_key, who, SEALER, scene.widget_id, make)
    guest, plain = await scene.guest()
    by_first, _ = await scene.identify((await scene.guest())[1])
    proven = Proven(other.kid, "42", "jwt")
    token = (await scene.guest())[1]
    by_other, _ = await scene.database.write(WORKSPACE, conversations.identify_visitor, scene.widget_id, token, proven)
    await scene.database.write(WORKSPACE, actions.retire_identity_key, who, scene.widget_id, scene.issuer.kid)
    with pytest.raises(VisitorTokenInvalid):
        await scene.database.read(WORKSPACE, actions.recognise, scene.widget_id, by_first.token)
    for held in (plain, by_other.token):
        await scene.database.read(WORKSPACE, actions.recognise, scene.widget_id, held)
    assert [one.get("removed") for one in await scene.facts("widget:keys_updated")] == [None, None, scene.issuer.kid]
    assert guest.identified is False


async def test_a_secret_of_another_server_opens_nothing(scene: Scene) -> None:
    now = 1_800_000_000
    given = {"token": scene.issuer.token(now)}
    with pytest.raises(IdentityInvalid) as refused:
        await scene.database.read(WORKSPACE, actions.prove, Sealer(b"x" * 32, "identity-key"), scene.widget_id, given)
    assert refused.value.details["reason"] == "unknown_key"


async def test_links_to_a_guest_are_void_once_they_are_somebody(scene: Scene) -> None:
    """A link that was mailed to an address which a guest had claimed must not open what a known person says later."""
    guest, token = await scene.guest()
    beside = await scene.database.write(WORKSPACE, actions.new_token, guest)

    def link(tx: Tx) -> None:
        values = {
            "widget_id": scene.widget_id,
            "visitor_id": guest.id,
            "created_at": tx.now,
            "expires_at": tx.now + 10**6,
        }
        tx.run(token_store.continue_codes.insert().values(workspace_id=WORKSPACE, digest="d", **values))

    def links(tx: Tx) -> int:
        return len(tx.all(token_store.continue_codes.select()))

    await scene.database.write(WORKSPACE, link)
    await scene.identify(token)
    assert await scene.database.read(WORKSPACE, links) == 0
    with pytest.raises(VisitorTokenInvalid):
        await scene.database.read(WORKSPACE, actions.recognise, scene.widget_id, beside)


async def test_what_is_said_goes_on_in_the_conversation_that_came_along(scene: Scene) -> None:
    await scene.identify((await scene.guest())[1])
    guest, token = await scene.guest()
    said = await scene.say(guest)
    found, _ = await scene.identify(token)
    who = visitor_actor(found.visitor)
    sent = await scene.database.write(
        WORKSPACE, conversations.send_message, who, said.id, Draft(new_id(), "text", "More")
    )
    assert sent.message.seq == 2
    assert who.proven == {"identity"}


async def test_what_a_guest_begins_while_they_are_handed_over_is_refused_and_not_lost_to_nobody(scene: Scene) -> None:
    await scene.identify((await scene.guest())[1])
    laptop, token = await scene.guest()
    await scene.identify(token)
    with pytest.raises(VisitorTokenInvalid):
        await scene.say(laptop)
    assert await scene.listed(laptop) == set()


async def test_the_contact_follows_what_a_guest_without_a_word_had_claimed(scene: Scene) -> None:
    phone, token = await scene.guest()
    said = await scene.say(phone)
    await scene.identify(token, name="Ada")
    laptop, token = await scene.guest()
    claims = Details(name="Eve", phone="555 0199", given=frozenset({"name", "phone"}))
    await scene.database.write(WORKSPACE, conversations.claim_details, laptop.id, claims)
    found, merged = await scene.identify(token)
    assert (merged, found.visitor.name, found.visitor.phone) == (0, "Ada", "555 0199")
    assert await scene.visitor(found.visitor.id) == found.visitor
    contact = await scene.contact(said.contact_id)
    assert (contact.name, contact.phone) == ("Ada", "555 0199")


async def test_the_form_that_was_answered_in_this_browser_counts_for_the_person(scene: Scene) -> None:
    form = {"fields": [{"id": "topic", "type": "text", "required": True}]}
    change = WidgetChange(config={"v1": {"pre_conversation_form": form}})
    await scene.database.write(WORKSPACE, update_widget, system_actor(WORKSPACE), scene.widget_id, change)
    present = await scene.database.read(WORKSPACE, read_form_hash, scene.widget_id)
    assert present is not None

    async def answered(form_hash: str, topic: str) -> str:
        guest, token = await scene.guest()
        filled = Filled({"topic": topic}, {})
        await scene.database.write(WORKSPACE, conversations.submit_form, guest.id, form_hash, filled)
        return token

    kept: list[tuple[str | None, dict[str, Any]]] = []
    for form_hash, topic in (("old", "first"), (present, "second"), ("other", "third")):
        found, _ = await scene.identify(await answered(form_hash, topic))
        kept.append((found.visitor.form_hash, found.visitor.form_fields))
    await scene.identify((await scene.guest())[1])
    me = await scene.visitor(found.visitor.id)
    kept.append((me.form_hash, me.form_fields))
    assert kept == [("old", {"topic": "first"}), *[(present, {"topic": "second"})] * 3]


async def test_an_answer_that_is_spent_stays_for_prefilling_when_another_browser_joins(scene: Scene) -> None:
    guest, token = await scene.guest()
    spent = {"form_hash": None, "form_fields": {"topic": "returns"}}
    await scene.database.write(WORKSPACE, store.update_visitor, WORKSPACE, guest.id, spent)
    await scene.identify(token)
    found, _ = await scene.identify((await scene.guest())[1])
    assert found.visitor.form_fields == {"topic": "returns"}


async def test_colleagues_are_told_each_value_under_the_current_conversation(scene: Scene) -> None:
    guest, token = await scene.guest()

    async def told() -> list[tuple[str, str, str]]:
        found = await scene.database.read(WORKSPACE, list_after, f"w:{WORKSPACE}", 0, 500)
        return [
            (word, data["session_id"].removeprefix("session_"), data[word])
            for fact in found
            if (word := fact.name.removeprefix("session:set_")) in ("nickname", "email", "phone", "avatar")
            for data in [msgspec.json.decode(fact.data)]
        ]

    filled = Filled({"who": "Ada", "mail": "ada@example.com"}, {"name": "Ada", "email": "ada@example.com"})
    await scene.database.write(WORKSPACE, conversations.submit_form, guest.id, "h", filled)
    assert await told() == [], "there is no conversation yet"
    first = (await scene.say(guest)).id
    expected = [("nickname", first, "Ada"), ("email", first, "ada@example.com")]
    assert await told() == expected
    await scene.database.write(WORKSPACE, conversations.submit_form, guest.id, "h", filled)
    second = (await scene.say(guest)).id
    assert await told() == expected, "what is known is not told again"
    filled = Filled({"tel": "555 0100"}, {"phone": "555 0100"})
    await scene.database.write(WORKSPACE, conversations.submit_form, guest.id, "h", filled)
    expected += [("phone", second, "555 0100")]
    assert await told() == expected
    await scene.identify(token, name="Ada Lovelace", email="ada@example.com", avatar="https://img.example/a.png")
    expected += [("nickname", second, "Ada Lovelace"), ("avatar", second, "https://img.example/a.png")]
    assert await told() == expected
    laptop, token = await scene.guest()
    third = (await scene.say(laptop)).id
    await scene.identify(token)
    known = [("Ada Lovelace", "nickname"), ("ada@example.com", "email"), ("555 0100", "phone")]
    expected += [(word, third, value) for value, word in known] + [("avatar", third, "https://img.example/a.png")]
    assert await told() == expected, "the session of this browser learns who it is"
