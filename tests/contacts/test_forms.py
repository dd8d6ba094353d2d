"""What a form before a conversation may say of a visitor, and of their contact."""

from typing import Any

from halloo.contacts import actions, forms, store
from halloo.contacts.forms import Asked
from halloo.contacts.model import Contact, Visitor
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.events.log import list_after
from halloo.widgets.forms import complete_form
from halloo.workspaces.model import Actor
from tests.support.people import arrive

WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
ASKED = Asked(
    complete_form(
        {
            "fields": [
                {"id": "who", "type": "text", "maps_to": "name"},
                {"id": "mail", "type": "email", "maps_to": "email"},
                {"id": "other", "type": "email", "maps_to": "email"},
                {"id": "tel", "type": "text", "maps_to": "phone"},
            ]
        }
    ),
    once=True,
)


async def people(database: Database, **visitor: Any) -> Visitor:
    """A visitor with a contact."""
    found, _ = await arrive(database, WORKSPACE)
    await database.write(WORKSPACE, actions.ensure_contact, found)
    if visitor:
        await database.write(WORKSPACE, store.update_visitor, WORKSPACE, found.id, visitor)
    return await now(database, found)


async def now(database: Database, visitor: Visitor) -> Visitor:
    found = await database.read(WORKSPACE, actions.find_visitor, visitor.id)
    assert found is not None
    return found


async def contact_of(database: Database, visitor: Visitor) -> Contact:
    def read(tx: Tx) -> Contact:
        return store.get_contact(tx, WORKSPACE, visitor.contact_id or "")

    return await database.read(WORKSPACE, read)


async def submit(database: Database, visitor: Visitor, **values: Any) -> Visitor:
    filled = forms.fill_in(ASKED, values, "fields")
    await database.write(WORKSPACE, forms.submit_form, visitor.id, ASKED.hash, filled)
    return await now(database, visitor)


async def test_the_contact_follows_and_is_found_by_what_was_said(database: Database, owner: Actor) -> None:
    visitor = await people(database)
    visitor = await submit(database, visitor, who=" Ada  Byron ", mail="ADA@example.com", other="b@example.com")
    assert (visitor.name, visitor.email, visitor.form_hash) == ("Ada Byron", "ada@example.com", ASKED.hash)
    assert visitor.form_fields == {"who": " Ada  Byron ", "mail": "ADA@example.com", "other": "b@example.com"}
    contact = await contact_of(database, visitor)
    assert (contact.name, contact.email, contact.verified) == ("Ada Byron", "ada@example.com", False)
    listed = await database.read(WORKSPACE, actions.list_contacts, owner, "byron", None, 5)
    assert [one.id for one in listed] == [contact.id]
    facts = await database.read(WORKSPACE, list_after, f"w:{WORKSPACE}", 0, 100)
    assert facts[-1].name == "people:profile:updated"
    again = await submit(database, visitor, who=" Ada  Byron ", mail="ADA@example.com")
    assert (await contact_of(database, again)).updated_at == contact.updated_at, "nothing new, nothing told"


async def test_what_was_signed_is_never_replaced(database: Database) -> None:
    visitor = await people(database, name="Grace", email="grace@example.com", signed=["name", "email"])
    visitor = await submit(database, visitor, who="Eve", mail="eve@example.com", tel="12345")
    assert (visitor.name, visitor.email, visitor.phone) == ("Grace", "grace@example.com", "12345")
    assert visitor.form_fields["who"] == "Eve", "what was answered is kept as an answer"
    assert (await contact_of(database, visitor)).name is None


async def test_of_a_verified_contact_only_what_is_missing_is_filled_in(database: Database) -> None:
    visitor = await people(database)
    known = {"name": "Grace", "verified": True}
    await database.write(WORKSPACE, store.update_contact, WORKSPACE, visitor.contact_id or "", known)
    visitor = await submit(database, visitor, who="Eve", tel="12345")
    contact = await contact_of(database, visitor)
    assert (contact.name, contact.phone, contact.verified) == ("Grace", "12345", True)


async def test_an_address_that_another_contact_has_joins_nobody(database: Database) -> None:
    one, two = await people(database), await people(database)
    one = await submit(database, one, mail="ada@example.com")
    two = await submit(database, two, mail="ada@example.com")
    assert one.contact_id != two.contact_id
    assert (await contact_of(database, two)).email == "ada@example.com"
