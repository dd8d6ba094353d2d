"""All SQL of visitors and contacts."""

from typing import Any

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, func, select, text, update

from halloo.contacts.errors import ContactNotFound
from halloo.contacts.model import Contact, Page, Visitor
from halloo.contacts.tables import contacts, continue_codes, visitor_tokens, visitors
from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.kit.json import dump

_V = visitors.c
_C = contacts.c
_T = visitor_tokens.c
_K = continue_codes.c
_WS: BindParameter[str] = bindparam("ws")
_pages = msgspec.json.Decoder(list[Page])
_names = msgspec.json.Decoder(list[str])
_fields = msgspec.json.Decoder(dict[str, Any])
_map = msgspec.json.Decoder(dict[str, str | int | float | bool])

_VISITOR = Statement(select(visitors).where(_V.workspace_id == _WS, _V.id == bindparam("id")))
_VISITOR_OF_USER = Statement(
    select(visitors).where(
        _V.workspace_id == _WS, _V.widget_id == bindparam("widget_id"), _V.user_id == bindparam("user_id")
    )
)
_VISITOR_OF_TOKEN = Statement(
    select(visitors, _T.last_used_at.label("token_used_at"))
    .join(visitor_tokens, (_T.workspace_id == _V.workspace_id) & (_T.visitor_id == _V.id))
    .where(_T.workspace_id == _WS, _T.digest == bindparam("digest"), _T.widget_id == bindparam("widget_id"))
)
_INSERT_VISITOR = Statement(visitors.insert().values({c.name: bindparam(c.name) for c in visitors.c}))
_ANY_TOKEN = Statement(select(_T.digest).where(_T.workspace_id == _WS, _T.visitor_id == bindparam("visitor")).limit(1))
_INSERT_CONTACT = Statement(contacts.insert().values({c.name: bindparam(c.name) for c in contacts.c}))
_INSERT_TOKEN = Statement(visitor_tokens.insert().values({c.name: bindparam(c.name) for c in visitor_tokens.c}))
_TOUCH_TOKEN = Statement(
    update(visitor_tokens)
    .where(_T.workspace_id == _WS, _T.digest == bindparam("digest_"))
    .values(last_used_at=bindparam("now"))
)
_DROP_TOKENS = Statement(delete(visitor_tokens).where(_T.workspace_id == _WS, _T.visitor_id == bindparam("visitor")))
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
_COUNT_CONVERSATION = Statement(
    update(contacts)
    .where(_C.workspace_id == _WS, _C.id == bindparam("contact"))
    .values(conversations=_C.conversations + 1, last_seen_at=bindparam("now"))
)
_INSERT_CODE = Statement(continue_codes.insert().values({c.name: bindparam(c.name) for c in _K}))
_TAKE_CODE = Statement(
    delete(continue_codes)
    .where(
        _K.workspace_id == _WS,
        _K.digest == bindparam("digest_"),
        _K.widget_id == bindparam("widget"),
        _K.expires_at > bindparam("now"),
    )
    .returning(_K.visitor_id)
)
_PURGE_CODES = Statement(delete(continue_codes).where(_K.workspace_id == _WS, _K.expires_at <= bindparam("now")))
_PROOF = Statement(
    select(_T.kid)
    .where(
        _T.workspace_id == _WS,
        _T.visitor_id == bindparam("visitor"),
        _T.kid.is_not(None),
        _T.kid != bindparam("but"),
    )
    .order_by(_T.created_at.desc())
    .limit(1)
)
_DROP_TOKENS_BUT = Statement(
    delete(visitor_tokens).where(
        _T.workspace_id == _WS,
        _T.visitor_id == bindparam("visitor"),
        (_T.kid.is_(None)) | (_T.kid != bindparam("but")),
    )
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


def find_visitor(tx: Tx, workspace_id: str, visitor_id: str) -> Visitor | None:
    """A visitor by id."""
    row = tx.first(_VISITOR, ws=workspace_id, id=visitor_id)
    return None if row is None else _visitor(row)


def find_visitor_of_user(tx: Tx, workspace_id: str, widget_id: str, user_id: str) -> Visitor | None:
    """A visitor by guest id; the id alone proves nothing."""
    row = tx.first(_VISITOR_OF_USER, ws=workspace_id, widget_id=widget_id, user_id=user_id)
    return None if row is None else _visitor(row)


def find_visitor_of_token(tx: Tx, workspace_id: str, widget_id: str, token_digest: str) -> tuple[Visitor, int] | None:
    """The visitor a token belongs to, and when the token was last used."""
    row = tx.first(_VISITOR_OF_TOKEN, ws=workspace_id, widget_id=widget_id, digest=token_digest)
    if row is None:
        return None
    used_at = row.pop("token_used_at")
    return _visitor(row), used_at


def list_visitors_of(tx: Tx, workspace_id: str, contact_id: str) -> list[Visitor]:
    """The browsers of a contact, last seen first."""
    return [_visitor(row) for row in tx.all(_VISITORS_OF, ws=workspace_id, contact=contact_id)]


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


def insert_token(tx: Tx, workspace_id: str, visitor: Visitor, token_digest: str, kid: str | None = None) -> None:
    """Bind a token's digest to a visitor and widget; `kid` says on whose word."""
    tx.run(
        _INSERT_TOKEN,
        workspace_id=workspace_id,
        digest=token_digest,
        visitor_id=visitor.id,
        widget_id=visitor.widget_id,
        created_at=tx.now,
        last_used_at=tx.now,
        kid=kid,
    )


def touch_token(tx: Tx, workspace_id: str, token_digest: str) -> None:
    """Note that a token was used now."""
    tx.run(_TOUCH_TOKEN, ws=workspace_id, digest_=token_digest, now=tx.now)


def drop_tokens(tx: Tx, workspace_id: str, visitor_id: str) -> None:
    """Revoke every token of a visitor."""
    tx.run(_DROP_TOKENS, ws=workspace_id, visitor=visitor_id)


def has_token(tx: Tx, workspace_id: str, visitor_id: str) -> bool:
    """Whether any token of a visitor is left."""
    return tx.first(_ANY_TOKEN, ws=workspace_id, visitor=visitor_id) is not None


def drop_tokens_but(tx: Tx, workspace_id: str, visitor_id: str, kid: str) -> int:
    """Revoke a visitor's tokens but those that were given on the word of `kid`; how many."""
    return tx.run(_DROP_TOKENS_BUT, ws=workspace_id, visitor=visitor_id, but=kid)


def find_proof(tx: Tx, workspace_id: str, visitor_id: str, but: str) -> str | None:
    """The identity key on whose word the visitor's newest such token was given, other than `but`."""
    return tx.scalar(_PROOF, ws=workspace_id, visitor=visitor_id, but=but)


def insert_code(tx: Tx, workspace_id: str, visitor: Visitor, code_digest: str, expires_at: int) -> None:
    """Store a link's code by its digest."""
    tx.run(
        _INSERT_CODE,
        workspace_id=workspace_id,
        digest=code_digest,
        widget_id=visitor.widget_id,
        visitor_id=visitor.id,
        created_at=tx.now,
        expires_at=expires_at,
    )


def take_code(tx: Tx, workspace_id: str, widget_id: str, code_digest: str) -> str | None:
    """The visitor of a code that has not expired, which is gone by this: of two callers at once one gets it."""
    return tx.scalar(_TAKE_CODE, ws=workspace_id, digest_=code_digest, widget=widget_id, now=tx.now)


def purge_codes(tx: Tx, workspace_id: str) -> None:
    """Forget codes that have expired."""
    tx.run(_PURGE_CODES, ws=workspace_id, now=tx.now)


def list_visitors_of_email(tx: Tx, workspace_id: str, widget_id: str, email: str, limit: int) -> list[Visitor]:
    """Visitors of a widget who gave this address and are not blocked, last seen first."""
    return [
        _visitor(row)
        for row in tx.all(_VISITORS_OF_EMAIL, ws=workspace_id, widget=widget_id, email_=email, limit=limit)
    ]


def get_contact(tx: Tx, workspace_id: str, contact_id: str) -> Contact:
    """A contact by id. Raises `ContactNotFound`."""
    row = tx.first(_CONTACT, ws=workspace_id, id=contact_id)
    if row is None:
        raise ContactNotFound
    return _contact(row)


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


def count_conversation(tx: Tx, workspace_id: str, contact_id: str) -> None:
    """One conversation more."""
    tx.run(_COUNT_CONVERSATION, ws=workspace_id, contact=contact_id, now=tx.now)


def delete_contact(tx: Tx, workspace_id: str, contact_id: str) -> None:
    """Delete a contact and untie its visitors."""
    tx.run(
        Statement(text("UPDATE visitors SET contact_id = NULL WHERE workspace_id = :ws AND contact_id = :contact")),
        ws=workspace_id,
        contact=contact_id,
    )
    tx.run(_DELETE_CONTACT, ws=workspace_id, contact=contact_id)


def _columns(value: Visitor | Contact) -> dict[str, Any]:
    return _packed({name: getattr(value, name) for name in value.__dataclass_fields__})


def _packed(values: dict[str, Any]) -> dict[str, Any]:
    """Values as the columns hold them: JSON for maps and lists, 0 and 1 for booleans."""
    return {
        name: dump(value).decode() if type(value) in (dict, list) else int(value) if isinstance(value, bool) else value
        for name, value in values.items()
    }
