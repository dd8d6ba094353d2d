"""Visitors: first contact, coming back, what their browsers hold, which pages they look at, leaving."""

from dataclasses import dataclass, replace
from typing import Any

from halloo.contacts import facts, store, token_store
from halloo.contacts.errors import TicketInvalid, VisitorBlocked, VisitorTokenInvalid
from halloo.contacts.model import (
    GUEST,
    PAGES_KEPT,
    TOKEN_LIFE_MS,
    TOKEN_PREFIX,
    Browser,
    Embedding,
    Page,
    Ticket,
    Visitor,
    nickname,
)
from halloo.db.tx import Tx
from halloo.kit.clock import HOUR, MINUTE
from halloo.kit.ids import digest, new_id, new_secret
from halloo.kit.refusals import field_invalid
from halloo.workspaces.model import Actor

_SEEN_DEBOUNCE = MINUTE
_TOKEN_DEBOUNCE = HOUR
BY_MAIL = "mail"
"""Stands as the `kid` of tokens that a link gave to a guest."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What a browser says of itself at first contact; all of it claimed, none of it proof.

    But `proven_origin`: the page that the widget is on as its ticket, or an earlier one of this browser, has proven. It is the
    caller's word that the widget's list allows that page now. `ticket` is the one that is used up by this.
    """

    widget_id: str
    user_id: str
    parent_origin: str | None = None
    locale: str | None = None
    timezone: str | None = None
    user_agent: str = ""
    proven_origin: str | None = None
    ticket: Ticket | None = None

    def page(self, before: str | None = None) -> tuple[str | None, Embedding]:
        """The page's origin, and what it is worth: another one than the proven is claimed, whatever was proven before."""
        origin = self.parent_origin or self.proven_origin or before
        if origin is None:
            return None, "none"
        return origin, "verified" if origin == self.proven_origin else "claimed"


def visitor_actor(visitor: Visitor) -> Actor:
    """The visitor as the one who acts."""
    proven = frozenset({"identity"}) if visitor.identified else frozenset[str]()
    return Actor(
        "visitor", visitor.workspace_id, visitor.id, visitor.nickname, widget_id=visitor.widget_id, proven=proven
    )


def first_contact(tx: Tx, hello: Hello) -> tuple[Visitor, str]:
    """A new visitor and the token that proves it is them; the token is never shown again.

    A guest id that is taken is not handed over: the newcomer gets a fresh one. Raises `TicketInvalid`.
    """
    if not GUEST.fullmatch(hello.user_id):
        raise field_invalid("user_id", "a guest id is guest_ and 22 to 64 characters of A-Z a-z 0-9 _ -")
    _spend(tx, hello)
    taken = store.find_visitor_of_user(tx, tx.workspace_id, hello.widget_id, hello.user_id) is not None
    visitor = newcomer(tx, hello, fresh_guest_id() if taken else hello.user_id)
    store.insert_visitor(tx, visitor)
    return visitor, new_token(tx, visitor, verified_origin=hello.proven_origin)


def fresh_guest_id() -> str:
    """A guest id as browsers make them."""
    return new_secret("guest_")[:28]


def _spend(tx: Tx, hello: Hello) -> None:
    if hello.ticket is not None and not token_store.spend_ticket(tx, tx.workspace_id, hello.ticket):
        raise TicketInvalid


def newcomer(tx: Tx, hello: Hello, user_id: str) -> Visitor:
    """A visitor of whom only the browser is known."""
    origin, embedding = hello.page()
    return Visitor(
        workspace_id=tx.workspace_id,
        id=new_id(),
        widget_id=hello.widget_id,
        user_id=user_id,
        contact_id=None,
        identified=False,
        blocked=False,
        name=None,
        email=None,
        phone=None,
        company=None,
        data={},
        parent_origin=origin,
        embedding=embedding,
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


def new_token(tx: Tx, visitor: Visitor, *, kid: str | None = None, verified_origin: str | None = None) -> str:
    """A token of a visitor for one browser; its digest alone is kept. `kid`: the identity key on whose word it is given."""
    token = new_secret(TOKEN_PREFIX)
    token_store.insert_token(tx, tx.workspace_id, visitor, digest(token), kid, verified_origin)
    return token


def recognise_browser(tx: Tx, widget_id: str, token: str) -> tuple[Visitor, Browser]:
    """The visitor a token belongs to, and the browser that holds it. Raises `VisitorTokenInvalid`, `VisitorBlocked`."""
    found = store.find_visitor_of_token(tx, tx.workspace_id, widget_id, digest(token))
    if found is None or tx.now - found[1].used_at > TOKEN_LIFE_MS:
        raise VisitorTokenInvalid
    if found[0].blocked:
        raise VisitorBlocked
    return found


def recognise(tx: Tx, widget_id: str, token: str) -> Visitor:
    """The visitor a token belongs to. Raises `VisitorTokenInvalid`, `VisitorBlocked`."""
    return recognise_browser(tx, widget_id, token)[0]


def greet_again(tx: Tx, widget_id: str, token: str, hello: Hello) -> Visitor:
    """Like `recognise`, for a browser that came back: notes when, and what it says of itself now. Raises `TicketInvalid`."""
    visitor, browser = recognise_browser(tx, widget_id, token)
    _spend(tx, hello)
    if hello.ticket is not None:
        token_store.verify_token(tx, tx.workspace_id, browser.id, hello.ticket.origin)
    if tx.now - browser.used_at > _TOKEN_DEBOUNCE:
        token_store.touch_token(tx, tx.workspace_id, browser.id)
    origin, embedding = hello.page(visitor.parent_origin)
    said: dict[str, Any] = {
        "parent_origin": origin,
        "embedding": embedding,
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


def forget_browser(tx: Tx, widget_id: str, token: str) -> str | None:
    """End the token of one browser, its live connections too: whoever sits there next is somebody new.

    Other browsers of the same person go on. The visitor's id where this was the last that held a proof of who they are.
    Raises `VisitorTokenInvalid`, `VisitorBlocked`.
    """
    visitor, browser = recognise_browser(tx, widget_id, token)
    end_browser(tx, visitor, browser)
    proven = browser.kid is not None and visitor.identified
    return visitor.id if proven and token_store.find_proof(tx, tx.workspace_id, visitor.id, BY_MAIL) is None else None


def end_browser(tx: Tx, visitor: Visitor, browser: Browser) -> None:
    """End the token of one browser, its live connections too."""
    token_store.drop_token(tx, tx.workspace_id, browser.id)
    facts.visitor_revoked(tx, visitor.id, [browser.id])


def end_browsers(tx: Tx, visitor: Visitor) -> None:
    """End every token of a visitor, live connections too, and the links that would give another."""
    token_store.drop_codes(tx, tx.workspace_id, visitor.id)
    facts.visitor_revoked(tx, visitor.id, token_store.drop_tokens(tx, tx.workspace_id, visitor.id))


def is_welcome(tx: Tx, visitor_id: str, browser_id: str | None) -> bool:
    """Whether a visitor's browser still has its token and they are not blocked; for who holds a signed proof of earlier."""
    visitor = store.find_visitor(tx, tx.workspace_id, visitor_id)
    if visitor is None or visitor.blocked or browser_id is None:
        return False
    return token_store.has_token(tx, tx.workspace_id, visitor_id, browser_id)


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


def lock_visitor(tx: Tx, visitor_id: str) -> Visitor:
    """A visitor, locked against other writers, who has a browser that may speak for them. Raises `VisitorTokenInvalid`.

    Who was recognised a moment ago may have left, or have handed over to somebody else, meanwhile.
    """
    visitor = store.find_visitor(tx, tx.workspace_id, visitor_id, lock=True)
    if visitor is None or not token_store.has_tokens(tx, tx.workspace_id, visitor_id):
        raise VisitorTokenInvalid
    return visitor


def get_visitors(tx: Tx, who: Actor, ids: set[str]) -> dict[str, Visitor]:
    """Visitors by id, for screens that show them beside conversations."""
    who.require("conversations:read", "conversations:write")
    return store.list_visitors(tx, tx.workspace_id, ids)


def find_nickname(tx: Tx, visitor_id: str) -> str | None:
    """The name that others see of a visitor, or None where there is no such visitor. Raises `VisitorBlocked`."""
    known, name, blocked = store.find_name(tx, tx.workspace_id, visitor_id)
    if blocked:
        raise VisitorBlocked
    return (name or nickname(visitor_id)) if known else None


def find_visitor(tx: Tx, visitor_id: str) -> Visitor | None:
    """A visitor of this workspace, or None."""
    return store.find_visitor(tx, tx.workspace_id, visitor_id)
