"""SQL of visitors and contacts. What their browsers hold: `token_store`."""

from typing import Any

import msgspec
from sqlalchemy import BindParameter, Text, bindparam, delete, func, literal, select, update

from halloo.contacts.errors import ContactNotFound
from halloo.contacts.model import Browser, Contact, Page, Visitor
from halloo.contacts.tables import contacts, visitor_tokens, visitors
from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.kit.json import dump

_V = visitors.c
_C = contacts.c
_T = visitor_tokens.c
_WS: BindParameter[str] = bindparam("ws")
_pages = msgspec.json.Decoder(list[Page])
_names = msgspec.json.Decoder(list[str])
_fields = msgspec.json.Decoder(dict[str, Any])
_map = msgspec.json.Decoder(dict[str, str | int | float | bool])

_VISITOR_BY_ID = select(visitors).where(_V.workspace_id == _WS, _V.id == bindparam("id"))
_VISITOR = Statement(_VISITOR_BY_ID)
_NAME = Statement(select(_V.name, _V.blocked).where(_V.workspace_id == _WS, _V.id == bindparam("id")))
_VISITOR_LOCKED = Statement(_VISITOR_BY_ID.with_for_update())
_VISITOR_OF_USER = Statement(
    select(visitors).where(
        _V.workspace_id == _WS, _V.widget_id == bindparam("widget_id"), _V.user_id == bindparam("user_id")
    )
)
_VISITOR_OF_EXTERNAL = Statement(
    select(visitors)
    .where(_V.workspace_id == _WS, _V.widget_id == bindparam("widget_id"), _V.external_id == bindparam("external_id"))
    .with_for_update()
)
_VISITOR_OF_TOKEN = Statement(
    select(
        visitors,
        _T.last_used_at.label("token_used_at"),
        _T.kid.label("token_kid"),
        _T.verified_origin.label("token_verified_origin"),
    )
    .join(visitor_tokens, (_T.workspace_id == _V.workspace_id) & (_T.visitor_id == _V.id))
    .where(_T.workspace_id == _WS, _T.digest == bindparam("digest"), _T.widget_id == bindparam("widget_id"))
)
_INSERT_VISITOR = Statement(visitors.insert().values({c.name: bindparam(c.name) for c in visitors.c}))
_INSERT_CONTACT = Statement(contacts.insert().values({c.name: bindparam(c.name) for c in contacts.c}))
_SILENT = Statement(
    select(_V.id, _V.last_seen_at)
    .where(
        _V.workspace_id == _WS,
        _V.last_seen_at < bindparam("before"),
        (_V.last_seen_at > bindparam("seen")) | ((_V.last_seen_at == bindparam("seen")) & (_V.id > bindparam("after"))),
        _V.contact_id.is_(None),
        _V.blocked == 0,
    )
    .order_by(_V.last_seen_at, _V.id)
    .limit(bindparam("limit"))
)
_CONTACT = Statement(select(contacts).where(_C.workspace_id == _WS, _C.id == bindparam("id")))
_CONTACT_OF_EMAIL = Statement(
    select(contacts).where(_C.workspace_id == _WS, _C.email == bindparam("email")).order_by(_C.created_at).limit(1)
)
_VISITORS_OF = Statement(
    select(visitors)
    .where(_V.workspace_id == _WS, _V.contact_id == bindparam("contact"))
    .order_by(_V.last_seen_at.desc())
    .limit(50)
)
_DELETE_CONTACT = Statement(delete(contacts).where(_C.workspace_id == _WS, _C.id == bindparam("contact")))
_SAID: dict[str, Any] = {
    **dict.fromkeys(("contact_id", "name", "email", "phone", "company", "avatar", "form_hash")),
    "data": "{}",
    "signed": "[]",
    "form_fields": "{}",
}
_UNTIE = Statement(
    update(visitors)
    .where(_V.workspace_id == _WS, _V.contact_id == bindparam("contact"))
    .values({name: literal(value, Text) for name, value in _SAID.items()})
)
_COUNT_CONVERSATION = Statement(
    update(contacts)
    .where(_C.workspace_id == _WS, _C.id == bindparam("contact"))
    .values(conversations=_C.conversations + bindparam("more"), last_seen_at=bindparam("now"))
)
_VISITORS_OF_EMAIL = Statement(
    select(visitors)
    .where(
        _V.workspace_id == _WS, _V.widget_id == bindparam("widget"), _V.email == bindparam("email_"), _V.blocked == 0
    )
    .order_by(_V.last_seen_at.desc())
    .limit(bindparam("limit"))
)


def _visitor(row: Row) -> Visitor:
    values = dict(row)
    for column in ("identified", "blocked"):
        values[column] = bool(row[column])
    values["data"] = _map.decode(row["data"])
    values["pages"] = _pages.decode(row["pages"])
    values["signed"] = _names.decode(row["signed"])
    values["form_fields"] = _fields.decode(row["form_fields"])
    return Visitor(**values)


def _contact(row: Row) -> Contact:
    values = dict(row)
    del values["words"]
    values["verified"] = bool(row["verified"])
    values["data"] = _map.decode(row["data"])
    return Contact(**values)


def find_visitor(tx: Tx, workspace_id: str, visitor_id: str, *, lock: bool = False) -> Visitor | None:
    """A visitor by id, locked against other writers where asked."""
    row = tx.first(_VISITOR_LOCKED if lock else _VISITOR, ws=workspace_id, id=visitor_id)
    return None if row is None else _visitor(row)


def find_name(tx: Tx, workspace_id: str, visitor_id: str) -> tuple[bool, str | None, bool]:
    """Whether there is such a visitor, the name that they have claimed, and whether they are blocked."""
    row = tx.row(_NAME, ws=workspace_id, id=visitor_id)
    return (False, None, False) if row is None else (True, row[0], bool(row[1]))


def find_visitor_of_user(tx: Tx, workspace_id: str, widget_id: str, user_id: str) -> Visitor | None:
    """A visitor by guest id; the id alone proves nothing."""
    row = tx.first(_VISITOR_OF_USER, ws=workspace_id, widget_id=widget_id, user_id=user_id)
    return None if row is None else _visitor(row)


def lock_visitor_of_external(tx: Tx, workspace_id: str, widget_id: str, external_id: str) -> Visitor | None:
    """The visitor whom the customer's server calls so, locked against other writers."""
    row = tx.first(_VISITOR_OF_EXTERNAL, ws=workspace_id, widget_id=widget_id, external_id=external_id)
    return None if row is None else _visitor(row)


def find_visitor_of_token(
    tx: Tx, workspace_id: str, widget_id: str, token_digest: str
) -> tuple[Visitor, Browser] | None:
    """The visitor a token belongs to, and the browser that holds it."""
    row = tx.first(_VISITOR_OF_TOKEN, ws=workspace_id, widget_id=widget_id, digest=token_digest)
    if row is None:
        return None
    used_at, kid, origin = row.pop("token_used_at"), row.pop("token_kid"), row.pop("token_verified_origin")
    return _visitor(row), Browser(token_digest, kid, origin, used_at)


def list_visitors_of(tx: Tx, workspace_id: str, contact_id: str) -> list[Visitor]:
    """The browsers of a contact, last seen first."""
    return [_visitor(row) for row in tx.all(_VISITORS_OF, ws=workspace_id, contact=contact_id)]


def list_visitor_ids_of(tx: Tx, workspace_id: str, contact_id: str) -> list[str]:
    """The ids of all browsers of a contact."""
    query = select(_V.id).where(_V.workspace_id == _WS, _V.contact_id == bindparam("contact"))
    return [row["id"] for row in tx.all(query, ws=workspace_id, contact=contact_id)]


def list_visitors(tx: Tx, workspace_id: str, ids: set[str]) -> dict[str, Visitor]:
    """Visitors by id."""
    query = select(visitors).where(_V.workspace_id == _WS, _V.id.in_(sorted(ids)))
    return {row["id"]: _visitor(row) for row in tx.all(query, ws=workspace_id)} if ids else {}


def insert_visitor(tx: Tx, visitor: Visitor) -> None:
    """Store a new visitor."""
    tx.run(_INSERT_VISITOR, **_columns(visitor))


def update_visitor(tx: Tx, workspace_id: str, visitor_id: str, values: dict[str, Any]) -> None:
    """Change columns of a visitor."""
    packed = _packed(values)
    tx.run(update(visitors).where(_V.workspace_id == workspace_id, _V.id == visitor_id).values(packed))


def list_silent(tx: Tx, workspace_id: str, before: int, behind: tuple[int, str], limit: int) -> list[tuple[int, str]]:
    """(last_seen_at, id) of visitors without contact who were last seen before then, in order, behind `behind`."""
    seen, after = behind
    rows = tx.all(_SILENT, ws=workspace_id, before=before, seen=seen, after=after, limit=limit)
    return [(row["last_seen_at"], row["id"]) for row in rows]


def delete_silent(tx: Tx, workspace_id: str, ids: list[str], before: int) -> list[str]:
    """Delete visitors, but who came back or got a contact meanwhile; the ids of those who are gone."""
    still = (_V.workspace_id == _WS, _V.id.in_(ids), _V.last_seen_at < bindparam("before"), _V.contact_id.is_(None))
    return [
        row["id"] for row in tx.all(delete(visitors).where(*still).returning(_V.id), ws=workspace_id, before=before)
    ]


def find_contact(tx: Tx, workspace_id: str, contact_id: str) -> Contact | None:
    """A contact by id."""
    row = tx.first(_CONTACT, ws=workspace_id, id=contact_id)
    return None if row is None else _contact(row)


def list_visitors_of_email(tx: Tx, workspace_id: str, widget_id: str, email: str, limit: int) -> list[Visitor]:
    """Visitors of a widget who gave this address and are not blocked, last seen first."""
    return [
        _visitor(row)
        for row in tx.all(_VISITORS_OF_EMAIL, ws=workspace_id, widget=widget_id, email_=email, limit=limit)
    ]


def get_contact(tx: Tx, workspace_id: str, contact_id: str) -> Contact:
    """A contact by id. Raises `ContactNotFound`."""
    found = find_contact(tx, workspace_id, contact_id)
    if found is None:
        raise ContactNotFound
    return found


def find_contact_of_email(tx: Tx, workspace_id: str, email: str) -> Contact | None:
    """The oldest contact with this address."""
    row = tx.first(_CONTACT_OF_EMAIL, ws=workspace_id, email=email)
    return None if row is None else _contact(row)


def list_contacts_by_id(tx: Tx, workspace_id: str, ids: set[str]) -> dict[str, Contact]:
    """Contacts by id."""
    query = select(contacts).where(_C.workspace_id == _WS, _C.id.in_(sorted(ids)))
    return {row["id"]: _contact(row) for row in tx.all(query, ws=workspace_id)} if ids else {}


def list_contacts(
    tx: Tx, workspace_id: str, words: list[str], before: tuple[int, str] | None, limit: int
) -> list[Contact]:
    """Contacts that hold every word, last seen first, behind the (last_seen_at, id) of `before`."""
    query = select(contacts).where(_C.workspace_id == _WS)
    for word in words:
        query = query.where(_C.words.contains(f" {word}", autoescape=True))
    if before is not None:
        query = query.where((_C.last_seen_at < before[0]) | ((_C.last_seen_at == before[0]) & (_C.id < before[1])))
    query = query.order_by(_C.last_seen_at.desc(), _C.id.desc()).limit(limit)
    return [_contact(row) for row in tx.all(query, ws=workspace_id)]


def count_contacts(tx: Tx, workspace_id: str) -> int:
    """How many contacts there are."""
    return tx.scalar(select(func.count()).select_from(contacts).where(_C.workspace_id == _WS), ws=workspace_id)


def insert_contact(tx: Tx, contact: Contact, words: str) -> None:
    """Store a new contact."""
    tx.run(_INSERT_CONTACT, **_columns(contact), words=words)


def update_contact(tx: Tx, workspace_id: str, contact_id: str, values: dict[str, Any]) -> None:
    """Change columns of a contact."""
    tx.run(update(contacts).where(_C.workspace_id == workspace_id, _C.id == contact_id).values(_packed(values)))


def count_conversations(tx: Tx, workspace_id: str, contact_id: str, more: int) -> None:
    """So many conversations more."""
    tx.run(_COUNT_CONVERSATION, ws=workspace_id, contact=contact_id, more=more, now=tx.now)


def delete_contact(tx: Tx, workspace_id: str, contact_id: str) -> None:
    """Delete a contact, untie its visitors, and forget what these were said to be."""
    tx.run(_UNTIE, ws=workspace_id, contact=contact_id)
    tx.run(_DELETE_CONTACT, ws=workspace_id, contact=contact_id)


def _columns(value: Visitor | Contact) -> dict[str, Any]:
    return _packed({name: getattr(value, name) for name in value.__dataclass_fields__})


def _packed(values: dict[str, Any]) -> dict[str, Any]:
    """Values as the columns hold them: JSON for maps and lists, 0 and 1 for booleans."""
    return {
        name: dump(value).decode() if type(value) in (dict, list) else int(value) if isinstance(value, bool) else value
        for name, value in values.items()
    }
