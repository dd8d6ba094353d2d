"""Signing secrets: made here, shown once, kept sealed, changed without a gap (hooks contract 3)."""

import os
from base64 import b64encode
from collections.abc import Sequence

from halloo.db.tx import Tx
from halloo.events.log import lock
from halloo.hooks.errors import LastSecret, NoRotation, RotationRunning, SecretNotFound
from halloo.hooks.facts import hook_updated
from halloo.hooks.model import Secret, in_force
from halloo.hooks.store import records as store
from halloo.kit.clock import DAY, SECOND
from halloo.kit.ids import new_id
from halloo.kit.refusals import field_invalid
from halloo.kit.sealing import Sealer
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.model import Actor, AuditAction

MANAGE = "hooks:manage"
PREFIX = "whsec_"
OVERLAP_S = DAY // SECOND
OVERLAP_MAX_S = 7 * OVERLAP_S
_BYTES = 32
_HINT = len(PREFIX) + 4


def give_secret(tx: Tx, hook_id: str, sealer: Sealer, promotes_at: int | None = None) -> Secret:
    """Store a new secret of a hook: its next one where `promotes_at` says until when, else its only one."""
    text = PREFIX + b64encode(os.urandom(_BYTES)).decode()
    made = Secret(
        id=new_id(),
        role="current" if promotes_at is None else "next",
        secret=text,
        hint=text[:_HINT],
        created_at=tx.now,
        promotes_at=promotes_at,
    )
    if promotes_at is None:
        _end(tx, hook_id, store.list_secrets(tx, tx.workspace_id, hook_id))
    store.insert_secret(tx, tx.workspace_id, hook_id, made, sealer)
    return made


def create_secret(tx: Tx, who: Actor, sealer: Sealer, hook_id: str, overlap_s: int = OVERLAP_S) -> Secret:
    """Begin a rotation: the next secret, which is in this answer only. Raises `HookNotFound`, `RotationRunning`."""
    who.require(MANAGE)
    if not 1 <= overlap_s <= OVERLAP_MAX_S:
        raise field_invalid("overlap_s", f"a number of seconds from 1 to {OVERLAP_MAX_S} is needed.")
    _hold(tx, who, hook_id)
    if _next(_settled(tx, hook_id)) is not None:
        raise RotationRunning
    made = give_secret(tx, hook_id, sealer, tx.now + overlap_s * SECOND)
    _changed(tx, who, "hook.secret_created", hook_id, made)
    return made


def promote_secret(tx: Tx, who: Actor, sealer: Sealer, hook_id: str, *, immediately: bool = False) -> str | None:
    """End a rotation: the next secret becomes the current one, and the former one ends here.

    `immediately` needs no rotation: for a secret that has leaked, one is made that counts at once; it is in this answer only.
    Raises `HookNotFound`, `NoRotation`.
    """
    who.require(MANAGE)
    _hold(tx, who, hook_id)
    known = _settled(tx, hook_id)
    following = _next(known)
    if following is None and not immediately:
        raise NoRotation
    if following is None:
        made = give_secret(tx, hook_id, sealer)
        _changed(tx, who, "hook.secret_promoted", hook_id, made)
        return made.secret
    _promote(tx, hook_id, known, following)
    _changed(tx, who, "hook.secret_promoted", hook_id, following)
    return None


def withdraw_secret(tx: Tx, who: Actor, hook_id: str, secret_id: str) -> None:
    """Take the next secret back. Raises `HookNotFound`, `SecretNotFound`, `LastSecret` for the current one."""
    who.require(MANAGE)
    _hold(tx, who, hook_id)
    found = next((one for one in _settled(tx, hook_id) if one.id == secret_id), None)
    if found is None:
        raise SecretNotFound
    if found.role == "current":
        raise LastSecret
    store.delete_secret(tx, tx.workspace_id, hook_id, secret_id)
    _changed(tx, who, "hook.secret_withdrawn", hook_id, found)


def _hold(tx: Tx, who: Actor, hook_id: str) -> None:
    """The log before the hook, as whoever changes one does."""
    lock(tx)
    store.get_hook_for_update(tx, who.workspace_id, hook_id)


def _settled(tx: Tx, hook_id: str) -> Sequence[Secret]:
    """The secrets as they count now, and stored so: a next one whose time has come has become the current one."""
    known = store.list_secrets(tx, tx.workspace_id, hook_id)
    counting = in_force(known, tx.now)
    if len(counting) < len(known):
        _promote(tx, hook_id, known, counting[0])
    return counting


def _promote(tx: Tx, hook_id: str, known: Sequence[Secret], following: Secret) -> None:
    _end(tx, hook_id, [one for one in known if one.id != following.id])
    store.promote_secret(tx, tx.workspace_id, hook_id, following.id)


def _end(tx: Tx, hook_id: str, secrets: Sequence[Secret]) -> None:
    for secret in secrets:
        store.delete_secret(tx, tx.workspace_id, hook_id, secret.id)


def _next(secrets: Sequence[Secret]) -> Secret | None:
    return next((one for one in secrets if one.role == "next"), None)


def _changed(tx: Tx, who: Actor, action: AuditAction, hook_id: str, secret: Secret) -> None:
    store.touch_hook(tx, tx.workspace_id, hook_id)
    hook_updated(tx, hook_id)
    audit(tx, who, action, hook_id, secret=secret.id, hint=secret.hint)
