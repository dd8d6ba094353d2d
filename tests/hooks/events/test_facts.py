"""What the product's features record, with the payloads of the contract, over both databases."""

from pathlib import Path
from typing import Any

import pytest

from halloo.config import Config
from halloo.contacts.model import Details
from halloo.conversations import actions
from halloo.db.engine import Database
from halloo.edge.settings import ServerSettings
from halloo.kit.ids import new_id
from halloo.mail.model import BACKOFF
from halloo.relay.settings import RelaySettings
from halloo.workspaces.actions.operators import OperatorDraft, enrol
from halloo.workspaces.model import SCOPES, Actor
from tests.conftest import WORKSPACE
from tests.hooks.events.conftest import Facts, read_facts
from tests.mail.office import EMAIL, Office
from tests.public.people import hmac_issuer, identify, keys_of, offer
from tests.public.shop import Shop, Visitor, open_shop
from tests.support.api import serving
from tests.support.mmdb import write_mmdb
from tests.support.people import begin, draft
from tests.support.product import Store


async def told(shop: Shop, *names: str) -> list[dict[str, Any]]:
    return await read_facts(shop.api.halloo.database, shop.house.workspace_id, *names)


def session(conversation_id: str) -> dict[str, Any]:
    return {"session_id": f"session_{conversation_id}", "inbox_id": None}


# ── mail ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def of_mail(office: Office) -> list[dict[str, Any]]:
    names = ("delivered", "ignored")
    return await told(office.shop, *(f"message:acknowledge:{name}" for name in names), "message:notify:unread:received")


async def test_a_mail_that_was_taken_has_delivered_its_answers_and_reminded_the_visitor(office: Office) -> None:
    _, conversation_id = await office.visitor()
    sent = [(await office.say(conversation_id, text)).message.fingerprint for text in ("One", "Two")]
    await office.say(conversation_id, "Among us", "note")
    await office.planned()
    office.later(121)
    await office.deliver()
    head = {"website_id": office.workspace_id, **session(conversation_id)}
    assert await of_mail(office) == [{**head, "origin": "email", "fingerprints": sent}, head]


@pytest.mark.parametrize(
    ("answers", "kind", "reason"), [(["554 spam"], "bounce", "554 spam"), (["451 no"] * 9, "expired", "451 no")]
)
async def test_a_mail_that_is_given_up_says_what_did_not_arrive(
    office: Office, answers: list[Any], kind: str, reason: str
) -> None:
    office.box.answers = answers
    _, conversation_id = await office.answered()
    for wait in (0, *BACKOFF):
        office.later(wait / 1000 + 1)
        await office.deliver()
    (ignored,) = await of_mail(office)
    assert ignored["session_id"] == f"session_{conversation_id}"
    assert (ignored["origin"], len(ignored["fingerprints"])) == ("email", 1)
    assert ignored["details"] == {"type": kind, "reason": f"The mail server refused: {reason}"}


async def test_of_a_conversation_that_was_deleted_meanwhile_nothing_is_told(office: Office) -> None:
    _, conversation_id = await office.answered()
    owner = Actor("operator", office.workspace_id, new_id(), "Grace", scopes=frozenset(SCOPES))

    async def delete(_envelope: object) -> str:
        await office.database.write(office.workspace_id, actions.delete_conversation, owner, conversation_id)
        return "250 taken"

    office.box.answers = [delete]
    await office.deliver()
    assert [mail["To"] for mail in office.box.mails] == [EMAIL]
    assert await of_mail(office) == []


# ── mentions ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_was_mentioned_and_has_not_answered_is_told_with_each_change(
    database: Database, facts: Facts
) -> None:
    team = [await _operator(database, name) for name in ("Ada", "Bea", "Cleo")]
    ada, bea, cleo = (one.id for one in team)
    _, conversation = await begin(database, WORKSPACE)

    async def say(who: Actor, kind: str = "note", *mentions: str) -> None:
        said = draft("Look", kind, mentions=mentions)
        await database.write(WORKSPACE, actions.send_message, who, conversation.id, said)

    await say(team[0], "note", bea, cleo, bea)
    await say(team[0], "text")
    await say(team[1], "note", ada)
    await say(team[1], "note", ada)
    await say(team[2], "text")
    await say(team[0], "text")
    found = [one["mentions"] for one in await facts("session:set_mentions")]
    assert found == [[bea, cleo], [cleo, ada], [ada], []]


async def _operator(database: Database, name: str) -> Actor:
    wanted = OperatorDraft(f"{name.lower()}@team.example", name, "operator", "hash")
    made = await database.write(WORKSPACE, enrol, WORKSPACE, wanted)
    return Actor("operator", WORKSPACE, made.id, name, scopes=frozenset(SCOPES))


# ── visitors and contacts ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_conversation_is_tied_to_its_contact_from_its_beginning(database: Database, facts: Facts) -> None:
    _, conversation = await begin(database, WORKSPACE)
    (bound,) = await facts("people:bind:session")
    head = {"website_id": WORKSPACE, **session(conversation.id)}
    assert bound == {**head, "people_id": conversation.contact_id}


async def test_what_a_colleague_changes_of_a_contact_is_told_under_its_current_conversation(
    database: Database, owner: Actor, facts: Facts
) -> None:
    _, conversation = await begin(database, WORKSPACE)
    details = Details(name="Ada", phone="+43 1 234", notes="Likes tea", given=frozenset({"name", "phone", "notes"}))
    for _ in range(2):
        await database.write(WORKSPACE, actions.change_contact, owner, conversation.contact_id, details)
    found = await facts("session:set_nickname", "session:set_phone", "session:set_email")
    head = {"website_id": WORKSPACE, **session(conversation.id)}
    assert sorted(found, key=str) == [{**head, "nickname": "Ada"}, {**head, "phone": "+43 1 234"}]
    assert len(await facts("people:profile:updated")) == 1


async def test_proofs_that_are_taken_refused_and_withdrawn_are_told(shop: Shop) -> None:
    issuer = await hmac_issuer(shop)
    guest = await shop.arrive()
    assert (await offer(shop, guest, {"token": "x.y.z"})).status_code == 401
    assert await told(shop, "session:update_verify") == [], "nobody has talked to them"
    conversation_id = await shop.start(guest)
    assert (await offer(shop, guest, {"token": "x.y.z"})).status_code == 401
    known = (await identify(shop, guest, issuer)).visitor
    assert (await offer(shop, known, {"token": "x.y.z"})).status_code == 401
    again = (await identify(shop, await shop.arrive(), issuer)).visitor
    for one in (known, again):
        assert (await shop.call("DELETE", "/visitor", headers=one.headers)).status_code == 204
    proof = {"identity": "user_id", "method": "jwt", "annotation": ""}
    head = {"website_id": shop.house.workspace_id, **session(conversation_id)}
    assert await told(shop, "session:update_verify") == [
        {**head, "is_verified": False, "verifications": [], "error": "unknown"},
        {**head, "is_verified": True, "verifications": [proof]},
        {**head, "is_verified": True, "verifications": [proof], "error": "unknown"},
        {**head, "is_verified": False, "verifications": []},
    ]


async def test_a_key_that_is_deleted_withdraws_the_proofs_that_were_given_on_its_word(shop: Shop) -> None:
    issuer = await hmac_issuer(shop)
    guest = await shop.arrive()
    conversation_id = await shop.start(guest)
    await identify(shop, guest, issuer)
    await shop.manage("DELETE", f"{keys_of(shop)}/{issuer.kid}")
    found = await told(shop, "session:update_verify")
    assert [(one["session_id"], one["is_verified"]) for one in found] == [
        (f"session_{conversation_id}", True),
        (f"session_{conversation_id}", False),
    ]


async def test_a_value_that_is_refused_is_told_with_the_one_that_stays(shop: Shop) -> None:
    visitor = await shop.arrive()
    claims: list[dict[str, Any]] = [
        {"email": "ada@"},
        {"email": "ada@example.com"},
        {"email": "ada\x00@@" + "x" * 1000},
        {"name": "n" * 200},
        {"data": {"UP": 1}},
    ]
    await shop.call("PATCH", "/visitor", claims[0], visitor.headers)
    assert await told(shop, "session:error") == [], "nobody has talked to them"
    await shop.start(visitor)
    answers = [await shop.call("PATCH", "/visitor", claim, visitor.headers) for claim in claims]
    assert [answer.status_code for answer in answers] == [422, 200, 422, 422, 422]
    found = await told(shop, "session:error")
    assert [(one["type"], one["value"], one["previous_value"]) for one in found] == [
        ("email:invalid_format", "ada@", ""),
        ("email:invalid_format", ("ada@@" + "x" * 1000)[:256], "ada@example.com"),
        ("nickname:invalid_format", "n" * 200, ""),
        ("data:invalid_format", "", ""),
    ]


@pytest.mark.parametrize(
    ("zone", "offsets"), [("Asia/Kolkata", [-330]), ("America/Phoenix", [420]), ("Mars/Base", []), (None, [])]
)
async def test_the_time_zone_is_told_as_browsers_count_it(shop: Shop, zone: str | None, offsets: list[int]) -> None:
    body = {"user_id": "guest_" + "z" * 22, "timezone": zone}
    hello = (await shop.call("POST", "/visitor", body)).json()["visitor"]
    await shop.start(Visitor(hello["id"], hello["user_id"], hello["visitor_token"]))
    assert [one["timezone"]["offset"] for one in await told(shop, "session:sync:timezone")] == offsets


async def test_where_a_visitor_is_is_told_as_far_as_it_is_known(store: Store, tmp_path: Path) -> None:
    graz = {
        "country": {"iso_code": "AT"},
        "subdivisions": [{"names": {"en": "Styria"}}],
        "city": {"names": {"en": "Graz"}},
        "location": {"latitude": 47.0707149, "longitude": 15.0},
    }
    file = write_mmdb(tmp_path / "c.mmdb", {"198.51.100.0/24": graz, "203.0.113.0/24": {"country_code": "NL"}})
    config = Config(server=ServerSettings(trusted_proxies=("127.0.0.1",)), relay=RelaySettings(country_file=str(file)))
    async with serving(store, config) as api:
        shop = await open_shop(api)
        for address in ("198.51.100.7", "203.0.113.9", "192.0.2.1"):
            visitor = await shop.arrive()
            body = {"message": {"client_id": new_id(), "type": "text", "content": "Hello"}}
            await shop.call("POST", "/conversations", body, {**visitor.headers, "X-Forwarded-For": address})
        found = [one["geolocation"] for one in await told(shop, "session:sync:geolocation")]
    assert found == [
        {
            "country": "AT",
            "region": "Styria",
            "city": "Graz",
            "coordinates": {"latitude": 47.0707, "longitude": 15},
        },
        {"country": "NL", "region": None, "city": None, "coordinates": {"latitude": None, "longitude": None}},
    ]
