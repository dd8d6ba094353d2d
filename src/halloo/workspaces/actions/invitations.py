"""Invitations: a link that works once, for a week, and makes one colleague an operator."""

from dataclasses import dataclass

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.kit.ids import digest, new_id, new_secret
from halloo.workspaces.actions.access import behind
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.actions.operators import OperatorDraft, enrol, guard_role
from halloo.workspaces.actions.sessions import Browser, Login, open_session
from halloo.workspaces.errors import EmailTaken, InvitationNotFound
from halloo.workspaces.model import ROLE_SCOPES, Actor, Invitation, Role, check_email, fold_email
from halloo.workspaces.settings import WorkspacesSettings
from halloo.workspaces.store import operators
from halloo.workspaces.store import tokens as store

SECRET_PREFIX = "hi_"  # noqa: S105 - a prefix, no secret


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What somebody who was invited says; the password is hashed outside of the transaction."""

    name: str
    password_hash: str


def invite(tx: Tx, who: Actor, email: str, role: Role, settings: WorkspacesSettings) -> tuple[str, Invitation]:
    """Invite somebody; the secret of the link is in this answer only. An earlier one of the same address ends."""
    who.require("operators:manage")
    guard_role(who, role)
    email = check_email(email)
    if operators.find_operator_of_email(tx, who.workspace_id, email) is not None:
        raise EmailTaken
    for secret_digest, earlier in store.list_invitations(tx, who.workspace_id).items():
        if fold_email(earlier.email) == fold_email(email):
            guard_role(who, earlier.role)
            _forget(tx, who.workspace_id, secret_digest, earlier.id)
    secret = new_secret(SECRET_PREFIX)
    invitation = Invitation(new_id(), email, role, behind(tx, who), tx.now, tx.now + settings.invitation_ms)
    store.insert_invitation(tx, who.workspace_id, digest(secret), invitation)
    directory.enter(tx, "invitation", digest(secret))
    audit(tx, who, "invitation.created", invitation.id, email=email, role=role)
    return secret, invitation


def list_invitations(tx: Tx, who: Actor) -> list[Invitation]:
    """Invitations that still work, newest first."""
    who.require("operators:manage", "operators:read")
    return [
        invitation
        for invitation in store.list_invitations(tx, who.workspace_id).values()
        if tx.now < invitation.expires_at
    ]


def withdraw_invitation(tx: Tx, who: Actor, invitation_id: str) -> None:
    """End an invitation before it is used."""
    who.require("operators:manage")
    for secret_digest, invitation in store.list_invitations(tx, who.workspace_id).items():
        if invitation.id == invitation_id:
            guard_role(who, invitation.role)
            _forget(tx, who.workspace_id, secret_digest, invitation.id)
            audit(tx, who, "invitation.withdrawn", invitation.id, email=invitation.email)
            return
    raise InvitationNotFound


def accept_invitation(
    tx: Tx, secret: str, acceptance: Acceptance, browser: Browser, settings: WorkspacesSettings
) -> tuple[str, Actor]:
    """Become an operator by the secret of a link, and be signed in: the session's secret, and the actor."""
    found = store.find_invitation_of_digest(tx, tx.workspace_id, digest(secret))
    if found is None or tx.now >= found.expires_at or not _still_may(tx, found):
        raise InvitationNotFound
    _forget(tx, tx.workspace_id, digest(secret), found.id)
    draft = OperatorDraft(found.email, acceptance.name, found.role, acceptance.password_hash)
    operator = enrol(tx, tx.workspace_id, draft)
    secret_of_session, who = open_session(tx, Login(operator.id, acceptance.password_hash), browser, settings)
    audit(tx, who, "invitation.accepted", found.id, email=found.email)
    return secret_of_session, who


def _still_may(tx: Tx, invitation: Invitation) -> bool:
    """Whether who invited may still do so: nobody comes back by a link that they made while they could."""
    if invitation.invited_by is None:
        return True
    person = operators.find_operators(tx, tx.workspace_id, {invitation.invited_by}).get(invitation.invited_by)
    if person is None or person.removed or not person.active:
        return False
    return "operators:manage" in ROLE_SCOPES[person.role] and (invitation.role != "owner" or person.role == "owner")


def _forget(tx: Tx, workspace_id: str, secret_digest: str, invitation_id: str) -> None:
    store.delete_invitation(tx, workspace_id, invitation_id)
    directory.leave(tx, "invitation", secret_digest)
