"""Signing in and out: sessions are random secrets, kept as digests, that end by themselves and by hand.

Checking a password is slow on purpose: it happens between `find_login` and `open_session`, outside of transactions.
"""

from dataclasses import dataclass

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.kit.clock import MINUTE
from halloo.kit.ids import digest, new_id, new_secret
from halloo.workspaces import facts
from halloo.workspaces.actions.access import end_session, end_sessions
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.actions.me import note_seen, operator_id_of
from halloo.workspaces.errors import OperatorNotFound, SignInFailed
from halloo.workspaces.model import ROLE_SCOPES, Actor, Operator, Session
from halloo.workspaces.settings import WorkspacesSettings
from halloo.workspaces.store import operators, sessions

SECRET_PREFIX = "hs_"  # noqa: S105 - a prefix, no secret
_TOUCH_EVERY_MS = 5 * MINUTE
_AGENT_MAX = 300


@dataclass(frozen=True, slots=True)
class Login:
    """What a password is checked against."""

    operator_id: str
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a sign-in comes from; `session` is the secret of the one it replaces."""

    user_agent: str
    address: str | None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Identified:
    """Who a credential belongs to; `stale` where its last use should be noted again."""

    actor: Actor
    stale: bool


def find_login(tx: Tx, email: str) -> Login | None:
    """The active operator with this address in the transaction's workspace."""
    found = operators.find_login(tx, tx.workspace_id, email)
    return None if found is None else Login(*found)


def open_session(tx: Tx, login: Login, browser: Browser, settings: WorkspacesSettings) -> tuple[str, Actor]:
    """Start a session for an operator whose password was checked; the secret for the cookie, and the actor.

    The secret is always a new one, and the session that the browser had ends with it.
    """
    workspace_id = tx.workspace_id
    try:
        operator = operators.get_operator(tx, workspace_id, login.operator_id)
    except OperatorNotFound:
        raise SignInFailed from None
    if not operator.active or operators.find_password_hash(tx, workspace_id, operator.id) != login.password_hash:
        raise SignInFailed
    _tidy(tx, operator.id, browser.session, settings)
    secret = new_secret(SECRET_PREFIX)
    session = Session(new_id(), operator.id, browser.user_agent[:_AGENT_MAX], browser.address, tx.now, tx.now)
    sessions.insert_session(tx, workspace_id, digest(secret), session)
    directory.enter(tx, "session", digest(secret))
    note_seen(tx, workspace_id, operator)
    who = actor_of(operator, session, browser.address)
    audit(tx, who, "session.opened", operator.id)
    return secret, who


def _tidy(tx: Tx, operator_id: str, replaced: str | None, settings: WorkspacesSettings) -> None:
    """End the session that is replaced, and those of the operator that have run out."""
    for secret_digest, session in sessions.list_sessions(tx, tx.workspace_id, operator_id).items():
        if _has_ended(session, tx.now, settings) or (replaced is not None and secret_digest == digest(replaced)):
            end_session(tx, tx.workspace_id, secret_digest)


def _has_ended(session: Session, now: int, settings: WorkspacesSettings) -> bool:
    return now >= session.created_at + settings.session_ms or now >= session.last_used_at + settings.session_idle_ms


def actor_of(operator: Operator, session: Session, address: str | None) -> Actor:
    """The actor that a signed-in operator is."""
    return Actor(
        kind="operator",
        workspace_id=operator.workspace_id,
        id=operator.id,
        name=operator.name,
        role=operator.role,
        scopes=ROLE_SCOPES[operator.role],
        operator_id=operator.id,
        avatar=operator.avatar,
        session_id=session.id,
        address=address,
    )


def identify_session(
    tx: Tx, secret_digest: str, address: str | None, settings: WorkspacesSettings
) -> Identified | None:
    """Who a cookie belongs to; None where the session is unknown, has ended, or its operator is no longer active."""
    session = sessions.find_session(tx, tx.workspace_id, secret_digest)
    if session is None or _has_ended(session, tx.now, settings):
        return None
    operator = operators.find_operators(tx, tx.workspace_id, {session.operator_id}).get(session.operator_id)
    if operator is None or operator.removed or not operator.active:
        return None
    return Identified(actor_of(operator, session, address), tx.now - session.last_used_at >= _TOUCH_EVERY_MS)


def touch_session(tx: Tx, secret_digest: str, operator_id: str) -> None:
    """Note that a session was used."""
    sessions.touch_session(tx, tx.workspace_id, secret_digest)
    note_seen(tx, tx.workspace_id, operators.get_operator(tx, tx.workspace_id, operator_id))


def sign_out(tx: Tx, who: Actor) -> None:
    """End the session that the caller uses."""
    operator_id = operator_id_of(who)
    for secret_digest, session in sessions.list_sessions(tx, who.workspace_id, operator_id).items():
        if session.id == who.session_id:
            end_session(tx, who.workspace_id, secret_digest)
            facts.operator_revoked(tx, operator_id, "signed_out", session_id=session.id)
            audit(tx, who, "session.closed", operator_id)


def sign_out_everywhere(tx: Tx, who: Actor) -> None:
    """End every session of the caller."""
    operator_id = operator_id_of(who)
    ended = end_sessions(tx, who.workspace_id, operator_id)
    facts.operator_revoked(tx, operator_id, "signed_out")
    audit(tx, who, "session.closed_everywhere", operator_id, sessions=ended)
