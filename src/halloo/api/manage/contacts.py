"""Routes: contacts."""

from functools import partial
from typing import Annotated

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream

from halloo.api.manage import archive, history, shapes, talk
from halloo.api.manage.conversations import IfMatch
from halloo.contacts import actions
from halloo.contacts.model import Details
from halloo.conversations import actions as conversations
from halloo.edge.body import given_fields
from halloo.edge.etag import version_tag, wanted_version
from halloo.edge.handed import Db, Parts, Who
from halloo.edge.pagination import Cursor, Limit, open_cursor, page_of
from halloo.mail import actions as mail

_READ, _WRITE = "contacts:read", "contacts:write"
_TAGS = ["Contacts"]
Everything = Annotated[
    bool | None, QueryParameter(description="Its conversations and browsers, too; needs `conversations:delete`.")
]


@get("/contacts", opt={"scope": _READ}, tags=_TAGS)
async def list_contacts(
    db: Db, who: Who, q: FromQuery[str] = "", cursor: Cursor = None, limit: Limit = 50
) -> shapes.ContactPage:
    """Contacts whose name, address, company or phone has the words of `q`, last seen first."""
    behind = open_cursor(cursor, tuple[int, str])
    found = await db.read(who.workspace_id, actions.list_contacts, who, q, behind, limit + 1)
    shown, following = page_of(found, limit, lambda one: (one.last_seen_at, one.id))
    return shapes.ContactPage([talk.contact_view(one) for one in shown], following)


@post("/contacts", opt={"scope": _WRITE}, tags=_TAGS)
async def create_contact(data: JSONBody[shapes.ContactPost], db: Db, who: Who) -> Response[shapes.ContactView]:
    """Enter a contact by hand."""
    given = given_fields(data)
    contact = await db.write(who.workspace_id, actions.create_contact, who, Details(**given, given=frozenset(given)))
    headers = {"Location": f"/core/contacts/{contact.id}", "ETag": version_tag(contact.updated_at)}
    return Response(talk.contact_view(contact), headers=headers)


@get("/contacts/{contact_id:str}", opt={"scope": _READ}, tags=_TAGS)
async def read_contact(contact_id: FromPath[str], db: Db, who: Who) -> Response[shapes.ContactView]:
    """One contact."""
    contact = await db.read(who.workspace_id, actions.get_contact, who, contact_id)
    return Response(talk.contact_view(contact), headers={"ETag": version_tag(contact.updated_at)})


@patch("/contacts/{contact_id:str}", opt={"scope": _WRITE}, tags=_TAGS)
async def change_contact(
    contact_id: FromPath[str], data: JSONBody[shapes.ContactPatch], db: Db, who: Who, if_match: IfMatch = None
) -> Response[shapes.ContactView]:
    """Change what is known of a contact; keys that are not sent stay as they are."""
    given = given_fields(data)
    details = Details(**given, given=frozenset(given))
    contact = await db.write(
        who.workspace_id, conversations.change_contact, who, contact_id, details, wanted_version(if_match)
    )
    return Response(talk.contact_view(contact), headers={"ETag": version_tag(contact.updated_at)})


@delete("/contacts/{contact_id:str}", opt={"scope": "contacts:delete"}, tags=_TAGS)
async def delete_contact(contact_id: FromPath[str], db: Db, who: Who, everything: Everything = None) -> Response[None]:
    """Delete a contact for good; its conversations stay, unless `everything` is to go. `Location`: the proof of it."""
    delete_it = partial(mail.delete_contact, everything=bool(everything))
    erasure = await db.write(who.workspace_id, delete_it, who, contact_id)
    return Response(None, status_code=204, headers={"Location": f"/core/erasures/{erasure.id}"})


@get("/contacts/{contact_id:str}/events", opt={"scope": _READ}, tags=_TAGS)
async def list_contact_events(
    contact_id: FromPath[str], db: Db, who: Who, limit: Limit = 50
) -> shapes.ContactEventPage:
    """When a contact came, which pages they looked at last and when they began to talk, newest first."""
    return await db.read(who.workspace_id, history.show_events, who, contact_id, limit)


@get("/contacts/{contact_id:str}/export", opt={"scope": _READ}, tags=_TAGS)
async def export_contact(
    contact_id: FromPath[str], db: Db, who: Who, services: Parts
) -> Response[shapes.ContactExport]:
    """Everything that is kept of a contact, with every conversation; needs `conversations:read` too."""
    found = await db.read(who.workspace_id, history.export_contact, who, contact_id, services.live)
    name = f'attachment; filename="contact-{found.contact.id}.json"'
    return Response(found, headers={"Content-Disposition": name})


@get("/contacts/{contact_id:str}/archive", opt={"scope": _READ}, tags=_TAGS, media_type="application/zip")
async def archive_contact(contact_id: FromPath[str], db: Db, who: Who, services: Parts) -> Stream:
    """Everything that is kept of a contact as a ZIP file: `contact.json`, and each file that was sent; needs `conversations:read` too."""
    found, kept = await db.write(who.workspace_id, archive.gather, who, contact_id, services.live)
    name = f'attachment; filename="contact-{contact_id}.zip"'
    headers = {"Content-Disposition": name}
    return Stream(archive.stream(found, kept, services.storage), media_type="application/zip", headers=headers)


ROUTES = (
    list_contacts,
    create_contact,
    read_contact,
    change_contact,
    delete_contact,
    list_contact_events,
    export_contact,
    archive_contact,
)
