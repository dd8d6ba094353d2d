"""Operators, invitations, tokens and the caller, as the wire shows them."""

from halloo.api.manage import shapes
from halloo.db.tx import Tx
from halloo.kit.clock import optional_rfc3339, rfc3339
from halloo.workspaces.actions import find_operators, invitations, read_me
from halloo.workspaces.actions.me import Me
from halloo.workspaces.model import SCOPES, Actor, ApiToken, AuditEntry, Invitation, Operator


def brief(operator: Operator) -> shapes.OperatorBrief:
    """An operator as others see them."""
    return shapes.OperatorBrief(operator.id, operator.name, operator.avatar, operator.availability)


def operator_view(operator: Operator) -> shapes.OperatorView:
    """An operator as colleagues see them."""
    return shapes.OperatorView(
        id=operator.id,
        email=operator.email,
        name=operator.name,
        role=operator.role,
        avatar=operator.avatar,
        availability=operator.availability,
        active=operator.active,
        last_seen_at=optional_rfc3339(operator.last_seen_at),
        created_at=rfc3339(operator.created_at),
    )


def me_view(me: Me) -> shapes.MeView:
    """The caller."""
    operator = me.operator
    return shapes.MeView(
        operator=None if operator is None else operator_view(operator),
        workspace=shapes.WorkspaceView(me.workspace.workspace_id, me.workspace.name),
        scopes=[scope for scope in SCOPES if scope in me.scopes],
        locale=None if operator is None else operator.locale,
        theme="system" if operator is None else operator.theme,
        sound=True if operator is None else operator.sound,
    )


def show_me(tx: Tx, who: Actor) -> shapes.MeView:
    """Query: the caller."""
    return me_view(read_me(tx, who))


def show_invitations(tx: Tx, who: Actor) -> shapes.InvitationPage:
    """Query: open invitations with who made them."""
    found = invitations.list_invitations(tx, who)
    people = find_operators(tx, who.workspace_id, {one.invited_by for one in found if one.invited_by is not None})
    return shapes.InvitationPage([invitation_view(one, people) for one in found], None)


def invitation_view(one: Invitation, people: dict[str, Operator]) -> shapes.InvitationView:
    """An open invitation."""
    inviter = people.get(one.invited_by or "")
    return shapes.InvitationView(
        id=one.id,
        email=one.email,
        role=one.role,
        invited_by=None if inviter is None else brief(inviter),
        created_at=rfc3339(one.created_at),
        expires_at=rfc3339(one.expires_at),
    )


def invited(tx: Tx, who: Actor, one: Invitation, url: str) -> shapes.InvitationCreated:
    """Query: a new invitation with its link."""
    inviter = find_operators(tx, who.workspace_id, {one.invited_by or ""}).get(one.invited_by or "")
    return shapes.InvitationCreated(
        id=one.id,
        email=one.email,
        role=one.role,
        invited_by=None if inviter is None else brief(inviter),
        created_at=rfc3339(one.created_at),
        expires_at=rfc3339(one.expires_at),
        url=url,
    )


def token_view(token: ApiToken) -> shapes.TokenView:
    """A token without its secret."""
    return shapes.TokenView(
        id=token.id,
        name=token.name,
        scopes=token.scopes,
        hint=token.hint,
        operator_id=token.operator_id,
        created_at=rfc3339(token.created_at),
        expires_at=optional_rfc3339(token.expires_at),
        last_used_at=optional_rfc3339(token.last_used_at),
    )


def token_created(token: ApiToken, secret: str) -> shapes.TokenCreated:
    """A new token with its secret."""
    view = token_view(token)
    return shapes.TokenCreated(**{name: getattr(view, name) for name in view.__struct_fields__}, token=secret)


def audit_view(entry: AuditEntry) -> shapes.AuditEntry:
    """A line of the audit log."""
    return shapes.AuditEntry(
        id=entry.id,
        at=rfc3339(entry.at),
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        details=entry.details,
        address=entry.address,
    )
