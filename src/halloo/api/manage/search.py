"""Routes: search over everything that was said and everybody who is known."""

from typing import Annotated, Literal

from litestar import get
from litestar.params import QueryParameter

from halloo.api.manage import shapes
from halloo.api.manage.talk import Company
from halloo.contacts import actions as contacts
from halloo.contacts.model import Contact
from halloo.conversations import actions as conversations
from halloo.conversations.actions.search import NEWEST, mark, parse
from halloo.conversations.model import Filter
from halloo.db.tx import Tx
from halloo.edge.handed import Db, Parts, Who
from halloo.edge.live import Live
from halloo.edge.pagination import Cursor, Limit, open_cursor, page_of
from halloo.kit.clock import rfc3339
from halloo.kit.text import search_words
from halloo.workspaces.model import Actor

Query = Annotated[
    str, QueryParameter(min_length=1, max_length=200, description="Words, beginnings of words, “phrases” in quotes.")
]
Where = Annotated[Literal["messages", "contacts", "conversations"], QueryParameter(name="in")]


@get("/search", opt={"scope": "conversations:read"}, tags=["Search"])
async def search(
    db: Db,
    who: Who,
    services: Parts,
    q: Query,
    where: Where = "messages",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> shapes.SearchPage:
    """Messages, contacts or conversations that fit, newest first, with excerpts and the places of the words in them."""
    query = {"messages": _in_messages, "contacts": _in_contacts, "conversations": _in_conversations}[where]
    hits, following = await db.read(who.workspace_id, query, who, q, cursor, limit, services.live)
    return shapes.SearchPage(hits, following)


Found = tuple[list[shapes.SearchHit], str | None]


def _in_messages(tx: Tx, who: Actor, q: str, cursor: str | None, limit: int, live: Live) -> Found:
    before = open_cursor(cursor, int)
    found = conversations.search_messages(tx, who, q, NEWEST if before is None else before, limit + 1)
    shown, following = page_of(found, limit, lambda hit: hit.fingerprint)
    company = Company(tx, who, [hit.conversation for hit in shown], live)
    hits = [
        shapes.SearchHit(
            kind="messages",
            conversation_id=hit.conversation.id,
            contact_id=hit.conversation.contact_id,
            fingerprint=hit.fingerprint,
            title=company.name(hit.conversation),
            excerpt=hit.excerpt,
            marks=hit.marks,
            at=rfc3339(hit.timestamp),
        )
        for hit in shown
    ]
    return hits, following


def _in_contacts(tx: Tx, who: Actor, q: str, cursor: str | None, limit: int, live: Live) -> Found:  # noqa: ARG001 - one signature
    behind = open_cursor(cursor, tuple[int, str])
    found = contacts.list_contacts(tx, who, q, behind, limit + 1)
    shown, following = page_of(found, limit, lambda one: (one.last_seen_at, one.id))
    return [_contact_hit(contact, q) for contact in shown], following


def _contact_hit(contact: Contact, q: str) -> shapes.SearchHit:
    said = " · ".join(filter(None, (contact.name, contact.email, contact.company, contact.phone)))
    text, marks = mark(said, parse(q))
    return shapes.SearchHit(
        kind="contacts",
        conversation_id=None,
        contact_id=contact.id,
        fingerprint=None,
        title=contact.name or contact.email or "",
        excerpt=text,
        marks=marks,
        at=rfc3339(contact.last_seen_at),
    )


def _in_conversations(tx: Tx, who: Actor, q: str, cursor: str | None, limit: int, live: Live) -> Found:  # noqa: ARG001 - one signature
    words = tuple(search_words(q))
    found = conversations.list_conversations(tx, who, Filter(words=words), None, limit).conversations if words else []
    company = Company(tx, who, found, live)
    hits: list[shapes.SearchHit] = []
    for one in found:
        text, marks = mark(one.last_excerpt or "", parse(q))
        hits.append(
            shapes.SearchHit(
                kind="conversations",
                conversation_id=one.id,
                contact_id=one.contact_id,
                fingerprint=None,
                title=company.name(one),
                excerpt=text,
                marks=marks,
                at=rfc3339(one.updated_at),
            )
        )
    return hits, None


ROUTES = (search,)
