"""What an operator changes about themselves."""

from dataclasses import dataclass, replace
from typing import Any

from halloo.db.tx import Tx
from halloo.kit.clock import MINUTE
from halloo.kit.refusals import field_invalid
from halloo.workspaces import facts
from halloo.workspaces.actions.access import end_sessions
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.errors import NotAnOperator
from halloo.workspaces.model import LOCALE_MAX, Actor, Availability, Operator, Theme, Workspace, check_name
from halloo.workspaces.store import operators as store

_SEEN_EVERY_MS = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Preferences:
    """What changes; a key that is not in `given` stays."""

    name: str = ""
    locale: str | None = None
    theme: Theme = "system"
    sound: bool = True
    given: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Me:
    """The caller and their workspace; `operator` is None for a token that acts for nobody."""

    workspace: Workspace
    operator: Operator | None
    scopes: frozenset[str]


def operator_id_of(who: Actor) -> str:
    """The operator who acts. Raises `NotAnOperator`."""
    operator_id = who.id if who.kind == "operator" else who.operator_id
    if operator_id is None:
        raise NotAnOperator
    return operator_id


def read_me(tx: Tx, who: Actor) -> Me:
    """Who the caller is."""
    workspace = store.find_workspace(tx, who.workspace_id) or Workspace(who.workspace_id, "", tx.now)
    operator = None if who.operator_id is None else store.get_operator(tx, who.workspace_id, who.operator_id)
    return Me(workspace, operator, who.scopes)


def update_me(tx: Tx, who: Actor, wanted: Preferences) -> Me:
    """Change one's own name and preferences."""
    operator_id = operator_id_of(who)
    values: dict[str, Any] = {}
    if "name" in wanted.given:
        values["name"] = check_name(wanted.name)
    if "locale" in wanted.given:
        values["locale"] = _check_locale(wanted.locale)
    if "theme" in wanted.given:
        values["theme"] = wanted.theme
    if "sound" in wanted.given:
        values["sound"] = wanted.sound
    if values:
        store.update_operator(tx, who.workspace_id, operator_id, values)
    if "name" in values:
        facts.operator_updated(tx, operator_id, face=store.get_operator(tx, who.workspace_id, operator_id))
    return read_me(tx, who)


def _check_locale(locale: str | None) -> str | None:
    if locale is not None and not (
        0 < len(locale) <= LOCALE_MAX and locale.replace("-", "").isalnum() and locale.isascii()
    ):
        raise field_invalid("locale", "this is no language tag.")
    return locale


def set_availability(tx: Tx, who: Actor, state: Availability) -> Operator:
    """Say whether one answers at present; colleagues and visitors see it."""
    operator_id = operator_id_of(who)
    operator = store.get_operator(tx, who.workspace_id, operator_id)
    if operator.availability != state:
        store.update_operator(tx, who.workspace_id, operator_id, {"availability": state})
        facts.operator_updated(tx, operator_id, state)
    return replace(operator, availability=state)


def is_away(tx: Tx, who: Actor) -> bool:
    """Whether the caller is an operator who said that they do not answer at present."""
    if who.kind != "operator":
        return False
    return store.get_operator(tx, who.workspace_id, who.id).availability == "away"


def set_avatar(tx: Tx, who: Actor, avatar: str | None) -> Me:
    """Show oneself with a picture at an address of ours, or with none."""
    operator_id = operator_id_of(who)
    store.update_operator(tx, who.workspace_id, operator_id, {"avatar": avatar})
    facts.operator_updated(tx, operator_id, face=store.get_operator(tx, who.workspace_id, operator_id))
    return read_me(tx, who)


def change_password(tx: Tx, who: Actor, verified_hash: str, new_hash: str) -> None:
    """Set a new password; `verified_hash` is the one that the old was checked against. Other sessions end."""
    operator_id = operator_id_of(who)
    if store.find_password_hash(tx, who.workspace_id, operator_id) != verified_hash:
        raise field_invalid("current_password", "this is not your password.")
    store.update_operator(tx, who.workspace_id, operator_id, {"password_hash": new_hash})
    end_sessions(tx, who.workspace_id, operator_id, keep=who.session_id)
    facts.operator_revoked(tx, operator_id, "password_changed", kept=who.session_id)
    audit(tx, who, "operator.password_changed", operator_id)


def find_own_password_hash(tx: Tx, who: Actor) -> str | None:
    """The stored hash of the caller's own password."""
    return store.find_password_hash(tx, who.workspace_id, operator_id_of(who))


def set_password(tx: Tx, who: Actor, operator_id: str, new_hash: str) -> None:
    """Give an operator a new password from the server's command line; all their sessions end."""
    who.require("operators:manage")
    store.get_operator(tx, who.workspace_id, operator_id)
    store.update_operator(tx, who.workspace_id, operator_id, {"password_hash": new_hash})
    end_sessions(tx, who.workspace_id, operator_id)
    facts.operator_revoked(tx, operator_id, "password_changed")
    audit(tx, who, "operator.password_set", operator_id)


def note_seen(tx: Tx, workspace_id: str, operator: Operator) -> None:
    """Remember when an operator was last here, to five minutes."""
    if operator.last_seen_at is None or tx.now - operator.last_seen_at >= _SEEN_EVERY_MS:
        store.update_operator(tx, workspace_id, operator.id, {"last_seen_at": tx.now})
