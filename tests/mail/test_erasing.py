"""What the outbox knows of people: it is in their export, goes with what is deleted, and is forgotten in time."""

from halloo.contacts import actions as contacts
from halloo.contacts.model import Visitor
from halloo.kit.clock import DAY
from halloo.mail import actions
from tests.mail.office import EMAIL, Office


async def known(office: Office, visitor_id: str) -> Visitor:
    found = await office.database.read(office.workspace_id, contacts.find_visitor, visitor_id)
    assert found is not None
    return found


async def delete(office: Office, path: str) -> None:
    answer = await office.shop.api.client.delete(f"/core{path}", headers=office.shop.house.bearer)
    assert answer.status_code == 204, answer.text


async def test_a_deleted_conversation_takes_its_mail_along(office: Office) -> None:
    _, kept = await office.answered()
    await office.deliver()
    _, gone = await office.answered()
    await delete(office, f"/conversations/{gone}")
    assert [one.conversation_id for one in await office.outbox()] == [kept]
    assert await office.deliver() == 0
    assert len(office.box.mails) == 1


async def test_an_export_holds_what_was_said_and_mailed_and_deleting_takes_it_all(office: Office) -> None:
    visitor, cid = await office.answered()
    said = {"phone": "555 0100", "company": "Engines", "data": {"plan": "pro"}}
    assert (await office.shop.call("PATCH", "/visitor", said, visitor.headers)).status_code == 200
    await office.know(visitor.id, form_hash="h", form_fields={"topic": "returns"}, signed=["name"], name="Ada")
    await office.deliver()
    contact_id = (await office.shop.manage("GET", f"/core/conversations/{cid}"))["contact"]["id"]
    found = await office.shop.manage("GET", f"/core/contacts/{contact_id}/export")
    (browser,), (mail,) = found["visitors"], found["mails"]
    assert {name: browser[name] for name in said} == said
    assert (browser["form"], browser["email"]) == ({"topic": "returns"}, EMAIL)
    assert (mail["kind"], mail["conversation_id"], mail["recipient"], mail["state"]) == ("answer", cid, EMAIL, "sent")
    await delete(office, f"/contacts/{contact_id}")
    assert await office.outbox() == []
    left = await known(office, visitor.id)
    assert (left.contact_id, left.name, left.email, left.phone, left.company, left.avatar) == (None,) * 6
    assert (left.data, left.signed, left.form_hash, left.form_fields) == ({}, [], None, {})
    answer = await office.shop.call("GET", "/conversations", None, visitor.headers)
    assert [one["id"] for one in answer.json()["data"]] == [cid], "the conversation stays theirs"


async def test_the_outbox_forgets_after_thirty_days_though_nothing_more_is_sent(office: Office) -> None:
    await office.answered()
    await office.deliver()
    office.later(29 * DAY / 1000)
    await office.shop.api.halloo.sweeper.sweep()
    assert len(await office.outbox()) == 1
    office.later(2 * DAY / 1000)
    assert await office.database.write(office.workspace_id, actions.sweep_outbox, 1)
    assert await office.outbox() == []
    await office.shop.api.halloo.sweeper.sweep()
