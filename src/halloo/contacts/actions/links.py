"""Links that continue a conversation in another browser: codes that go by mail, work once and end soon.

Whoever redeems one has read the visitor's mail, and nothing more is known of them. It makes nobody identified, and operators
see nothing of it.
"""

from dataclasses import dataclass
from typing import Literal

from halloo.contacts import facts, store, token_store
from halloo.contacts.actions.visitors import BY_MAIL, end_browser, new_token
from halloo.contacts.errors import ContinueInvalid
from halloo.contacts.model import Browser, Visitor
from halloo.db.tx import Tx
from halloo.kit.ids import digest, new_secret

CODE_MAX = 128
_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The visitor whom a link belongs to, and the token of this browser, which goes on as them."""

    visitor: Visitor
    token: str
    browser: Browser


def may_continue(tx: Tx, visitor: Visitor, identity: Literal["optional", "required"]) -> bool:
    """Whether a link may hand this visitor over to who reads their mail.

    A guest, yes. Somebody whom the customer's server named: only where that server has signed the address, does not insist
    on proof, and the proof still counts, which a token that it gave shows.
    """
    if visitor.blocked:
        return False
    if not visitor.identified:
        return True
    return identity == "optional" and "email" in visitor.signed and _proof(tx, visitor) is not None


def _proof(tx: Tx, visitor: Visitor) -> str | None:
    return token_store.find_proof(tx, tx.workspace_id, visitor.id, BY_MAIL)


def is_proven(tx: Tx, visitor_id: str) -> bool:
    """Whether some browser still has a token of theirs that was given on the word of the customer's server."""
    return token_store.find_proof(tx, tx.workspace_id, visitor_id, BY_MAIL) is not None


def make_code(tx: Tx, visitor: Visitor, life_ms: int) -> str:
    """A code for a link to this visitor; its digest alone is stored."""
    code = new_secret("")
    token_store.insert_code(tx, tx.workspace_id, visitor, digest(code), tx.now + life_ms)
    return code


def redeem_code(
    tx: Tx,
    widget_id: str,
    code: str,
    current: Visitor | None,
    browser: Browser | None,
    identity: Literal["optional", "required"],
) -> Redeemed:
    """The visitor of a code, which is used up by this. Raises `ContinueInvalid`, whatever is wrong with it.

    `current` is who this browser was until now, `browser` what it held; that ends. A guest's address is only claimed: who
    claimed somebody else's must not read on with them. So the first who reads the mail elsewhere ends the tokens that a
    guest got otherwise, and their live connections.
    """
    visitor_id = token_store.take_code(tx, tx.workspace_id, widget_id, digest(code)) if len(code) <= CODE_MAX else None
    visitor = None if visitor_id is None else store.find_visitor(tx, tx.workspace_id, visitor_id)
    if visitor is None or not may_continue(tx, visitor, identity):
        raise ContinueInvalid
    if current is not None and browser is not None:
        end_browser(tx, current, browser)
    if not visitor.identified and (current is None or current.id != visitor.id):
        ended = token_store.drop_tokens_but(tx, tx.workspace_id, visitor.id, BY_MAIL)
        if ended:
            facts.visitor_revoked(tx, visitor.id, ended)
    kid = _proof(tx, visitor) if visitor.identified else BY_MAIL
    origin = None if browser is None else browser.verified_origin
    token = new_token(tx, visitor, kid=kid, verified_origin=origin)
    return Redeemed(visitor, token, Browser(digest(token), kid, origin, tx.now))


def list_of_email(tx: Tx, widget_id: str, email: str) -> list[Visitor]:
    """Visitors of a widget with this address, those first whose address is signed, then the last seen."""
    found = store.list_visitors_of_email(tx, tx.workspace_id, widget_id, email, _CANDIDATES)
    return sorted(found, key=lambda one: "email" not in one.signed)
