"""What happens to visitors and contacts: one function a verb."""

from dataclasses import dataclass, replace
from typing import Any

from halloo.contacts import facts, store
from halloo.contacts.errors import VisitorBlocked, VisitorTokenInvalid
from halloo.contacts.model import (
    GUEST,
    PAGES_KEPT,
    TOKEN_LIFE_MS,
    TOKEN_PREFIX,
    Contact,
    Details,
    Page,
    Visitor,
    check_email,
)
from halloo.db.tx import Tx
from halloo.kit.clock import HOUR, MINUTE
from halloo.kit.ids import digest, new_id, new_secret
from halloo.kit.refusals import Conflict, Stale, field_invalid
from halloo.kit.text import search_words
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.model import Actor

_SEEN_DEBOUNCE = MINUTE
_TOKEN_DEBOUNCE = HOUR
_QUERY_MAX = 200


@dataclass(frozen=True, slots=True)
class Hello:
    """What a browser says of itself at first contact; all of it claimed, none of it proof."""

    widget_id: str
    user_id: str
    parent_origin: str | None = None
    locale: str | None = None
    timezone: str | None = None
    user_agent: str = ""


def visitor_actor(visitor: Visitor) -> Actor:
    """The visitor as the one who acts."""
    return Actor("visitor", visitor.workspace_id, visitor.id, visitor.nickname, widget_id=visitor.widget_id)


def first_contact(tx: Tx, hello: Hello) -> tuple[Visitor, str]:
    """A new visitor and the token that proves it is them; the token is never shown again.

    A guest id that is taken is not handed over: the newcomer gets a fresh one.
    """
    if not GUEST.fullmatch(hello.user_id):
        raise field_invalid("user_id", "a guest id is guest_ and 22 to 64 characters of A-Z a-z 0-9 _ -")
    taken = store.find_visitor_of_user(tx, tx.workspace_id, hello.widget_id, hello.user_id) is not None
    visitor = Visitor(
        workspace_id=tx.workspace_id,
        id=new_id(),
        widget_id=hello.widget_id,
        user_id=new_secret("guest_")[:28] if taken else hello.user_id,
        contact_id=None,
        identified=False,
        blocked=False,
        name=None,
        email=None,
        phone=None,
        company=None,
        data={},
        parent_origin=hello.parent_origin,
        embedding="claimed" if hello.parent_origin else "none",
        locale=hello.locale,
        timezone=hello.timezone,
        user_agent=hello.user_agent[:512],
        pages=[],
        external_id=None,
        identity=None,
        signed=[],
        avatar=None,
        form_hash=None,
        form_fields={},
        created_at=tx.now,
        last_seen_at=tx.now,
    )
    store.insert_visitor(tx, visitor)
    return visitor, _new_token(tx, visitor)


def _new_token(tx: Tx, visitor: Visitor) -> str:
    token = new_secret(TOKEN_PREFIX)
    store.insert_token(tx, tx.workspace_id, visitor, digest(token))
    return token


def recognise(tx: Tx, widget_id: str, token: str) -> Visitor:
    """The visitor a token belongs to. Raises `VisitorTokenInvalid`, `VisitorBlocked`."""
    found = store.find_visitor_of_token(tx, tx.workspace_id, widget_id, digest(token))
    if found is None or tx.now - found[1] > TOKEN_LIFE_MS:
        raise VisitorTokenInvalid
    if found[0].blocked:
        raise VisitorBlocked
    return found[0]


def greet_again(tx: Tx, widget_id: str, token: str, hello: Hello) -> Visitor:
    """Like `recognise`, for a browser that came back: notes when, and what it says of itself now."""
    visitor = recognise(tx, widget_id, token)
    found = store.find_visitor_of_token(tx, tx.workspace_id, widget_id, digest(token))
    if found is not None and tx.now - found[1] > _TOKEN_DEBOUNCE:
        store.touch_token(tx, tx.workspace_id, digest(token))
    said: dict[str, Any] = {
        "parent_origin": hello.parent_origin or visitor.parent_origin,
        "locale": hello.locale or visitor.locale,
        "timezone": hello.timezone or visitor.timezone,
        "user_agent": hello.user_agent[:512] or visitor.user_agent,
    }
    changed = {name: value for name, value in said.items() if getattr(visitor, name) != value}
    if tx.now - visitor.last_seen_at > _SEEN_DEBOUNCE:
        changed["last_seen_at"] = tx.now
        if visitor.contact_id:
            store.update_contact(tx, tx.workspace_id, visitor.contact_id, {"last_seen_at": tx.now})
    if changed:
        store.update_visitor(tx, tx.workspace_id, visitor.id, changed)
    return replace(visitor, **changed)


def forget_browser(tx: Tx, visitor: Visitor) -> None:
    """End every token of a visitor, live connections too: whoever sits at that browser next is somebody new."""
    store.drop_tokens(tx, tx.workspace_id, visitor.id)
    facts.visitor_revoked(tx, visitor.id)


def is_welcome(tx: Tx, visitor_id: str) -> bool:
    """Whether a visitor still has a token and is not blocked; for who holds a signed proof of earlier."""
    visitor = store.find_visitor(tx, tx.workspace_id, visitor_id)
    return visitor is not None and not visitor.blocked and store.has_token(tx, tx.workspace_id, visitor_id)


def see_page(tx: Tx, visitor_id: str, page: Page, conversation_id: str | None) -> Visitor | None:
    """Note a page that the visitor looks at; the newest ten are kept."""
    visitor = store.find_visitor(tx, tx.workspace_id, visitor_id)
    if visitor is None:
        return None
    same = bool(visitor.pages) and visitor.pages[0].url == page.url
    pages = [page, *(visitor.pages[1:] if same else visitor.pages)][:PAGES_KEPT]
    store.update_visitor(tx, tx.workspace_id, visitor_id, {"pages": pages, "last_seen_at": tx.now})
    if conversation_id is not None and not same:
        facts.pages_synced(tx, conversation_id, pages)
    return replace(visitor, pages=pages, last_seen_at=tx.now)


def ensure_contact(tx: Tx, visitor: Visitor) -> str:
    """The id of the visitor's contact, made from what the visitor claimed where there is none yet."""
    if visitor.contact_id is not None:
        return visitor.contact_id
    said = Details(visitor.name, visitor.email, visitor.phone, visitor.company, data=dict(visitor.data))
    contact = _create(
        tx, replace(said, given=frozenset({"name", "email", "phone", "company", "data"})), visitor.created_at
    )
    store.update_visitor(tx, tx.workspace_id, visitor.id, {"contact_id": contact.id})
    return contact.id


def create_contact(tx: Tx, who: Actor, details: Details) -> Contact:
    """A contact entered by hand. Raises `Conflict` where the address is another's."""
    who.require("contacts:write")
    _refuse_taken(tx, details, None)
    return _create(tx, details, tx.now)


def _create(tx: Tx, details: Details, first_seen_at: int) -> Contact:
    values = details.checked()
    contact = Contact(
        workspace_id=tx.workspace_id,
        id=new_id(),
        name=values.get("name"),
        email=values.get("email"),
        phone=values.get("phone"),
        company=values.get("company"),
        avatar=None,
        verified=False,
        notes=values.get("notes", ""),
        data=values.get("data", {}),
        conversations=0,
        first_seen_at=first_seen_at,
        last_seen_at=tx.now,
        created_at=tx.now,
        updated_at=tx.now,
    )
    store.insert_contact(tx, contact, _words(contact))
    facts.profile_created(tx, contact)
    return contact


def change_contact(tx: Tx, who: Actor, contact_id: str, details: Details, if_match: int | None = None) -> Contact:
    """Change what is said of a contact. Raises `ContactNotFound`, `ValueRefused`, `Conflict`, `Stale`."""
    who.require("contacts:write")
    contact = store.get_contact(tx, tx.workspace_id, contact_id)
    if if_match is not None:
        refuse_stale(contact.updated_at, if_match)
    values = details.checked()
    changed = {name: value for name, value in values.items() if getattr(contact, name) != value}
    if not changed:
        return contact
    if changed.get("email"):
        _refuse_taken(tx, details, contact_id)
    contact = replace(contact, **changed, updated_at=max(tx.now, contact.updated_at + 1))
    store.update_contact(
        tx, tx.workspace_id, contact_id, {**changed, "updated_at": contact.updated_at, "words": _words(contact)}
    )
    facts.profile_updated(tx, contact, changed)
    return contact


def refuse_stale(updated_at: int, if_match: int) -> None:
    """Raise `Stale` where the thing was changed since the caller read it."""
    if updated_at != if_match:
        raise Stale


def _refuse_taken(tx: Tx, details: Details, contact_id: str | None) -> None:
    email = check_email(details.email)
    other = store.find_contact_of_email(tx, tx.workspace_id, email) if email else None
    if other is not None and other.id != contact_id:
        raise Conflict("email: another contact has this address.", code="email_taken", contact_id=other.id)


def get_contact(tx: Tx, who: Actor, contact_id: str) -> Contact:
    """A contact. Raises `ContactNotFound`."""
    who.require("contacts:read")
    return store.get_contact(tx, tx.workspace_id, contact_id)


def list_contacts(tx: Tx, who: Actor, q: str, before: tuple[int, str] | None, limit: int) -> list[Contact]:
    """Contacts that fit the words of `q`, last seen first, behind `before` = (last_seen_at, id)."""
    who.require("contacts:read")
    return store.list_contacts(tx, tx.workspace_id, search_words(q[:_QUERY_MAX]), before, limit)


def list_browsers(tx: Tx, who: Actor, contact_id: str) -> list[Visitor]:
    """The visitors behind a contact, last seen first; for who reads contacts, or writes to one of them."""
    who.require("contacts:read", "conversations:write")
    return store.list_visitors_of(tx, tx.workspace_id, contact_id)


def get_visitors(tx: Tx, who: Actor, ids: set[str]) -> dict[str, Visitor]:
    """Visitors by id, for screens that show them beside conversations."""
    who.require("conversations:read", "conversations:write")
    return store.list_visitors(tx, tx.workspace_id, ids)


def get_contacts(tx: Tx, who: Actor, ids: set[str]) -> dict[str, Contact]:
    """Contacts by id, for screens that show them beside conversations."""
    who.require("conversations:read", "conversations:write")
    return store.list_contacts_by_id(tx, tx.workspace_id, ids)


def find_visitor(tx: Tx, visitor_id: str) -> Visitor | None:
    """A visitor of this workspace, or None."""
    return store.find_visitor(tx, tx.workspace_id, visitor_id)


def count_conversation(tx: Tx, contact_id: str) -> None:
    """Note that a conversation with this contact began."""
    store.count_conversation(tx, tx.workspace_id, contact_id)


def delete_contact(tx: Tx, who: Actor, contact_id: str) -> None:
    """Delete a contact; conversations stay. Raises `ContactNotFound`."""
    who.require("contacts:delete")
    store.get_contact(tx, tx.workspace_id, contact_id)
    store.delete_contact(tx, tx.workspace_id, contact_id)
    facts.profile_removed(tx, contact_id)
    audit(tx, who, "contact.deleted", contact_id)


def _words(contact: Contact) -> str:
    """What the list of contacts is searched by: every folded word behind a space."""
    said = " ".join(filter(None, (contact.name, contact.email, contact.company, contact.phone)))
    return " " + " ".join(search_words(said)) + " "
