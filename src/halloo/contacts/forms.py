"""The form before a conversation: what a visitor filled in, which attributes that claims, and when it is asked again.

A submission counts while its `hash` is that of the widget's present form. With `pre_conversation_show_once` it counts for every
conversation from then on. Without it, each submission counts for one: the next new conversation takes it along and the form is
asked again. Resuming, and repeating a start, never asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from halloo.contacts import store
from halloo.contacts.actions import lock_visitor, take_claims
from halloo.contacts.errors import FormOff, FormRequired, ValueRefused
from halloo.contacts.model import Details, Visitor
from halloo.db.tx import Tx
from halloo.kit.json import dump
from halloo.kit.refusals import TooLarge, field_invalid
from halloo.widgets.forms import MAX_BYTES, accept_fields


@dataclass(frozen=True, slots=True)
class Filled:
    """Accepted values by field id, and the attributes of the visitor that they claim."""

    values: dict[str, Any]
    claims: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """The form that a widget asks, whether `once` is enough, and what was filled in; None where nothing came with the call."""

    form: Mapping[str, Any]
    once: bool
    filled: Filled | None = None

    @property
    def hash(self) -> str:
        """What the form asks, in short: another hash is another form."""
        return self.form["hash"]


def asked_of(config: Mapping[str, Any]) -> Asked | None:
    """The form of a completed `config.v1`, or None where nothing is asked."""
    form = config["pre_conversation_form"]
    return None if form is None else Asked(form, config["pre_conversation_show_once"])


def fill_in(asked: Asked | None, values: Mapping[str, Any], where: str) -> Filled:
    """What a visitor filled in, checked. `where` names the payload's key.

    Raises `FormOff`, `TooLarge`, and `Invalid` with the code `field_unknown`, `field_invalid` or `field_required`.
    """
    if asked is None:
        raise FormOff
    if len(dump(values)) > MAX_BYTES:
        raise TooLarge(field=where)
    accepted = accept_fields(asked.form, values, where)
    claims: dict[str, Any] = {}
    for field in asked.form["fields"]:
        name, value = field["maps_to"], accepted.get(field["id"])
        if name is not None and value is not None and name not in claims:
            claims[name] = _claim(name, value, f"{where}.{field['id']}")
    return Filled(accepted, claims)


def _claim(name: str, value: str, where: str) -> Any:
    said: dict[str, Any] = {name: value}
    try:
        return Details(**said, given=frozenset({name})).checked()[name]
    except ValueRefused as refused:
        raise field_invalid(where, refused.message) from None


def submit_form(tx: Tx, visitor_id: str, form_hash: str, filled: Filled) -> tuple[Visitor, dict[str, Any]]:
    """Keep what a visitor filled in for their next conversation; they, and the claims that are new. Raises `VisitorTokenInvalid`."""
    return _keep(tx, lock_visitor(tx, visitor_id), form_hash, filled)


@dataclass(frozen=True, slots=True)
class Taken:
    """The visitor as they are now, what a new conversation of theirs takes along, and the claims that are new."""

    visitor: Visitor
    answers: dict[str, Any]
    news: dict[str, Any]


def take_answers(tx: Tx, visitor: Visitor, asked: Asked | None) -> Taken:
    """What a new conversation of a visitor, whom the caller has locked, takes along. Raises `FormRequired`."""
    if asked is None:
        return Taken(visitor, {}, {})
    if asked.filled is not None:
        kept = asked.hash if asked.once else None
        visitor, news = _keep(tx, visitor, kept, asked.filled)
        return Taken(visitor, asked.filled.values, news)
    if visitor.form_hash != asked.hash:
        raise FormRequired
    if not asked.once:
        store.update_visitor(tx, tx.workspace_id, visitor.id, {"form_hash": None})
    return Taken(visitor, visitor.form_fields, {})


def _keep(tx: Tx, visitor: Visitor, form_hash: str | None, filled: Filled) -> tuple[Visitor, dict[str, Any]]:
    """Store a submission; the claims in it are like any other."""
    visitor, news = take_claims(tx, visitor, filled.claims)
    submission: dict[str, Any] = {"form_hash": form_hash, "form_fields": filled.values}
    store.update_visitor(tx, tx.workspace_id, visitor.id, submission)
    return replace(visitor, **submission), news
