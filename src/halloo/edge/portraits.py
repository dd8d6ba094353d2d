"""Who the people are whose pictures are asked for: names and pictures of operators, contacts and visitors."""

from halloo.contacts.actions import find_contact, find_visitor
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.files.actions import find_picture
from halloo.files.images.addresses import Kind, Person
from halloo.files.images.gallery import Portrait
from halloo.workspaces.actions.operators import find_operators


class PeoplesPortraits:
    """Finds people in the database."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    async def __call__(self, person: Person) -> Portrait | None:
        """What is known of a person; None for nobody."""
        return await self._database.read(person.workspace_id, find_portrait, person.kind, person.id)


def find_portrait(tx: Tx, kind: Kind, id: str) -> Portrait | None:
    """A person's name and picture. A visitor who is known has the contact's."""
    if kind == "operator":
        operator = find_operators(tx, tx.workspace_id, {id}).get(id)
        if operator is None:
            return None
        file = find_picture(tx, kind, id)
        return Portrait(operator.name, "" if file is None else file.storage_key)
    if kind == "contact":
        contact = find_contact(tx, id)
        return None if contact is None else Portrait(contact.name or contact.email or "", url=contact.avatar or "")
    visitor = find_visitor(tx, id)
    if visitor is None:
        return None
    known = None if visitor.contact_id is None else find_portrait(tx, "contact", visitor.contact_id)
    if known is not None and (known.name or known.url):
        return known
    return Portrait(visitor.name or "", url=visitor.avatar or "")  # a made-up name has no initials
