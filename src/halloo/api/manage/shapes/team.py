"""Shapes of the management API: operators, the workspace, invitations, API tokens, the audit log."""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from halloo.api.manage.shapes.common import Availability, OperatorBrief, Role


class OperatorView(Struct):
    """An operator as colleagues with `operators:read` see them."""

    id: str
    email: str
    name: str
    role: Role
    avatar: str | None
    availability: Availability
    active: bool
    last_seen_at: str | None
    created_at: str


class WorkspaceView(Struct):
    """The workspace of the caller."""

    id: str
    name: str


class MeView(Struct):
    """The signed-in operator, or the integration behind a token (then `operator` is null)."""

    operator: OperatorView | None
    workspace: WorkspaceView
    scopes: list[str]
    locale: str | None
    theme: Literal["system", "light", "dark"]
    sound: bool


class MePatch(Struct, forbid_unknown_fields=True):
    """What an operator may change about themselves; absent keys stay as they are."""

    name: str | UnsetType = UNSET
    locale: str | UnsetType | None = UNSET
    theme: Literal["system", "light", "dark"] | UnsetType = UNSET
    sound: bool | UnsetType = UNSET


class AvailabilityPut(Struct, forbid_unknown_fields=True):
    """`PUT /core/me/availability`."""

    state: Availability


class PasswordChange(Struct, forbid_unknown_fields=True):
    """`POST /core/me/password`: other sessions of the operator end."""

    current_password: str
    new_password: str


class SignIn(Struct, forbid_unknown_fields=True):
    """`POST /core/session`."""

    email: str
    password: str


class OperatorPatch(Struct, forbid_unknown_fields=True):
    """`PATCH /core/operators/{id}`."""

    name: str | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class OperatorPost(Struct, forbid_unknown_fields=True):
    """`POST /core/operators`: an operator with a password set by an administrator."""

    email: str
    name: str
    password: str
    role: Role = "operator"


class InvitationPost(Struct, forbid_unknown_fields=True):
    """`POST /core/invitations`."""

    email: str
    role: Role = "operator"


class InvitationView(Struct):
    """An open invitation."""

    id: str
    email: str
    role: Role
    invited_by: OperatorBrief | None
    created_at: str
    expires_at: str


class InvitationCreated(InvitationView):
    """The answer to `POST /core/invitations`: the only time `url` is shown."""

    url: str


class InvitationAccept(Struct, forbid_unknown_fields=True):
    """`POST /core/invitations/accept`: no sign-in needed, the token is the proof; answers like a sign-in."""

    token: str
    name: str
    password: str


class TokenPost(Struct, forbid_unknown_fields=True):
    """`POST /core/tokens`. `operator_id` is the caller's own where the token shall act as them."""

    name: str
    scopes: list[str]
    expires_at: str | None = None
    operator_id: str | None = None


class TokenView(Struct):
    """An API token without its secret; `hint` is its first characters."""

    id: str
    name: str
    scopes: list[str]
    hint: str
    operator_id: str | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None


class TokenCreated(TokenView):
    """The answer to `POST /core/tokens`: the only time `token` is shown."""

    token: str


class AuditEntry(Struct):
    """Who did what, when and from where."""

    id: str
    at: str
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    address: str | None


class RelayToken(Struct):
    """`POST /core/relay-token`."""

    token: str
    expires_in: int
    streams: list[str]


class Scope(Struct):
    """A scope and what it allows."""

    scope: str
    description: str


class OperatorPage(Struct):
    """`GET /core/operators`."""

    data: list[OperatorView]
    next_cursor: str | None


class InvitationPage(Struct):
    """`GET /core/invitations`."""

    data: list[InvitationView]
    next_cursor: str | None


class TokenPage(Struct):
    """`GET /core/tokens`."""

    data: list[TokenView]
    next_cursor: str | None


class AuditPage(Struct):
    """`GET /core/audit`."""

    data: list[AuditEntry]
    next_cursor: str | None


class ScopePage(Struct):
    """`GET /core/scopes`."""

    data: list[Scope]
    next_cursor: str | None
