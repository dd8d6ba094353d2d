"""Who a visitor is: proofs of identity, and what follows from them (embedding contract 9).

A person whom the customer's server has named is one visitor of the widget, whichever browser they use. The first guest who is
named becomes that visitor; a later guest hands over what was said in their browser, and nothing of anybody else.
"""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from halloo.contacts import store
from halloo.contacts.actions.claim import take_claims
from halloo.contacts.actions.contacts import vouch_contact
from halloo.contacts.actions.visitors import (
    Hello,
    end_browser,
    end_browsers,
    fresh_guest_id,
    new_token,
    newcomer,
    recognise_browser,
)
from halloo.contacts.errors import IdentityInvalid, IdentityOff, VisitorBlocked
from halloo.contacts.model import PAGES_KEPT, SIGNABLE, Browser, Proven, Visitor, filled_up
from halloo.contacts.proof import HashProof, SignedToken, check_hash, check_token, read_proof
from halloo.db.tx import Tx
from halloo.kit.ids import digest
from halloo.kit.sealing import Sealer
from halloo.widgets import actions as widgets
from halloo.widgets.model import IdentityKey

_TOLD = ("identified", "identity", "signed", "data", *SIGNABLE)
_CLAIMABLE = ("name", "email", "phone", "company")


@dataclass(frozen=True, slots=True)
class Identified:
    """A proven visitor, the new token of this browser, and the guest who handed over to them, where there was another.

    `news`: what is known of the person that was not known before, by column.
    """

    visitor: Visitor
    token: str
    browser: Browser
    former: Visitor | None
    news: dict[str, Any]


def prove(tx: Tx, sealer: Sealer, widget_id: str, given: Mapping[str, object]) -> Proven:
    """Query: whom a proof names. Raises `IdentityOff`, `IdentityInvalid`, and `field_unknown` for a key that there is not."""
    keys = widgets.keys_of_widget(tx, widget_id)
    if not keys:
        raise IdentityOff
    proof = read_proof(given)
    if isinstance(proof, SignedToken):
        return _prove_token(tx, sealer, keys, proof)
    return _prove_hash(sealer, keys, proof)


def _prove_token(tx: Tx, sealer: Sealer, keys: list[IdentityKey], token: SignedToken) -> Proven:
    strong = {key.kid: key for key in keys if not key.weak}
    if not strong:
        raise IdentityOff
    key = strong.get(token.kid)
    secret = None if key is None else key.public_key or key.open(sealer)
    if key is None or secret is None:
        raise IdentityInvalid("unknown_key", "token: kid names no identity key of this widget.")
    material = secret if key.alg == "EdDSA" else urlsafe_b64decode(secret + "=")
    return check_token(token, key.alg, material, key.widget_id, tx.now)


def _prove_hash(sealer: Sealer, keys: list[IdentityKey], proof: HashProof) -> Proven:
    key = next((one for one in keys if one.alg == proof.alg), None)
    if key is None:
        raise IdentityOff
    secret = key.open(sealer)
    if secret is None:
        raise IdentityInvalid("unknown_key", "hmac: the key cannot be read any more; make a new one.")
    return check_hash(proof, key.kid, secret)


def identify(tx: Tx, widget_id: str, token: str, proven: Proven) -> Identified:
    """The browser that holds `token` is the proven person's from now on; its old token is void.

    A guest becomes them, or hands over to them. Who was somebody else is reset first, so that nothing crosses over.
    Raises `VisitorTokenInvalid`, `VisitorBlocked`, and `IdentityInvalid` where the key is gone by now.
    """
    if not widgets.use_identity_key(tx, widget_id, proven.kid):
        raise IdentityInvalid("unknown_key", "The identity key was deleted.")
    visitor, browser = recognise_browser(tx, widget_id, token)
    person = store.lock_visitor_of_external(tx, tx.workspace_id, widget_id, proven.external_id)
    if person is not None and person.blocked:
        raise VisitorBlocked
    former: Visitor | None = None
    if visitor.identified:
        end_browser(tx, visitor, browser)
        person = person or _somebody_new(tx, visitor)
    else:
        end_browsers(tx, visitor)
        former = None if person is None else visitor
        person = person or visitor
    known = _vouched(tx, person, proven, _here(visitor, browser))
    news = {name: getattr(known, name) for name in _TOLD if getattr(known, name) != getattr(person, name)}
    fresh = new_token(tx, known, kid=proven.kid, verified_origin=browser.verified_origin)
    return Identified(known, fresh, replace(browser, id=digest(fresh), kid=proven.kid), former, news)


def _somebody_new(tx: Tx, at: Visitor) -> Visitor:
    """A visitor of their own for who signed in where somebody else was."""
    visitor = newcomer(tx, Hello(at.widget_id, ""), fresh_guest_id())
    store.insert_visitor(tx, visitor)
    return visitor


def _here(visitor: Visitor, browser: Browser) -> dict[str, Any]:
    """What is known of the browser that somebody was named in, by column."""
    page = Hello(visitor.widget_id, "", visitor.parent_origin, proven_origin=browser.verified_origin).page()
    return {
        "parent_origin": page[0],
        "embedding": page[1],
        "locale": visitor.locale,
        "timezone": visitor.timezone,
        "user_agent": visitor.user_agent,
    }


def _vouched(tx: Tx, person: Visitor, proven: Proven, here: dict[str, Any]) -> Visitor:
    """The person with what was proven of them, in the browser that they are at now."""
    vouched = proven.vouched
    signed = {*person.signed, *(name for name in SIGNABLE if name in vouched)}
    signed.update(f"data.{key}" for key in vouched.get("data", {}))
    data = filled_up(vouched.get("data", {}), person.data)
    changed: dict[str, Any] = {
        **here,
        **vouched,
        "data": data,
        "signed": sorted(name for name in signed if not name.startswith("data.") or name[5:] in data),
        "external_id": proven.external_id,
        "identified": True,
        "identity": proven.identity,
        "last_seen_at": tx.now,
    }
    store.update_visitor(tx, tx.workspace_id, person.id, changed)
    if person.contact_id is not None:
        vouch_contact(tx, person.contact_id, vouched)
    return take_claims(tx, replace(person, **changed), proven.claimed)[0]


def take_over(tx: Tx, former: Visitor, person: Visitor, form_hash: str | None) -> Visitor:
    """What a guest had claimed fills in what is not known of the person yet; the pages they saw are the person's.

    `form_hash` is that of the widget's present form: who has answered it in this browser is not asked again.
    """
    unknown = {
        name: getattr(former, name) for name in _CLAIMABLE if not getattr(person, name) and getattr(former, name)
    }
    more = filled_up(person.data, former.data)
    person, _ = take_claims(tx, person, {**unknown, "data": more} if more != person.data else unknown)
    changed: dict[str, Any] = {"pages": [*former.pages, *person.pages][:PAGES_KEPT]}
    if former.form_hash is not None and (person.form_hash is None or former.form_hash == form_hash):
        changed |= {"form_hash": former.form_hash, "form_fields": former.form_fields}
    store.update_visitor(tx, tx.workspace_id, person.id, changed)
    return replace(person, **changed)
