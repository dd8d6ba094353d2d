"""Who may do what: roles, scopes, the Actor that every action is handed; operators and what they hold."""

import unicodedata
from dataclasses import dataclass, field
from typing import Any, Literal

from halloo.kit.passwords import MAX_LENGTH, MIN_LENGTH
from halloo.kit.refusals import Forbidden, field_invalid
from halloo.kit.text import clean, is_email

Role = Literal["owner", "admin", "operator"]
Kind = Literal["operator", "integration", "visitor", "system"]
Availability = Literal["online", "away"]
Theme = Literal["system", "light", "dark"]
AuditAction = Literal[
    "block.created",
    "block.removed",
    "contact.deleted",
    "contact.exported",
    "conversation.deleted",
    "conversation.no_spam",
    "conversation.spam",
    "csp_report.deleted",
    "hook.changed",
    "hook.created",
    "hook.deleted",
    "hook.delivery_replayed",
    "hook.disabled",
    "hook.enabled",
    "hook.replay_cancelled",
    "hook.replay_started",
    "hook.secret_created",
    "hook.secret_promoted",
    "hook.secret_withdrawn",
    "identity_key.created",
    "identity_key.deleted",
    "invitation.accepted",
    "invitation.created",
    "invitation.withdrawn",
    "operator.changed",
    "operator.created",
    "operator.password_changed",
    "operator.password_set",
    "operator.removed",
    "retention.applied",
    "session.closed",
    "session.closed_everywhere",
    "session.opened",
    "token.created",
    "token.revoked",
    "widget.changed",
    "widget.created",
    "widget.deleted",
    "workspace.created",
]
"""Everything that the audit log can say was done. The inbox has words for each: `done_…` of its messages."""
NAME_MAX = 80
LOCALE_MAX = 35

SCOPES: dict[str, str] = {
    "web_widgets:read": "Read widgets",
    "web_widgets:manage": "Create, change and delete widgets",
    "conversations:read": "Read conversations and messages, search, and connect to the relay",
    "conversations:write": "Answer, write notes, assign, snooze, resolve and tag",
    "conversations:delete": "Delete conversations for good",
    "contacts:read": "Read contacts",
    "contacts:write": "Create and change contacts",
    "contacts:delete": "Delete contacts for good",
    "visitors:read": "See who is on the site",
    "operators:read": "See colleagues",
    "operators:manage": "Invite, change and deactivate colleagues",
    "hooks:read": "See web hooks and what was delivered",
    "hooks:manage": "Create, change, test and replay web hooks",
    "tokens:manage": "Create and revoke API tokens",
    "audit:read": "Read the audit log",
    "status:read": "See how the server is doing",
}
"""Every scope with its sentence."""

_OPERATOR = frozenset(
    {
        "web_widgets:read",
        "conversations:read",
        "conversations:write",
        "contacts:read",
        "contacts:write",
        "visitors:read",
        "operators:read",
    }
)
ROLE_SCOPES: dict[Role, frozenset[str]] = {
    "owner": frozenset(SCOPES),
    "admin": frozenset(SCOPES),
    "operator": _OPERATOR,
}


class MissingScope(Forbidden):
    """Your token or role lacks the scope that this needs."""

    code = "missing_scope"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `id` is the operator's, the token's or the visitor's; `name` is what others see.

    An integration acts for an operator where `operator_id` says so. A visitor has no scopes: what is theirs is checked
    by the actions that visitors may call. `widget_id` is set for visitors alone, and so is `proven`, what is proven of them:
    `identity`, `embedding`. `session_id` names the sign-in of an operator, `address` is where the request came from, for the
    audit log.
    """

    kind: Kind
    workspace_id: str
    id: str
    name: str
    role: Role | None = None
    scopes: frozenset[str] = field(default_factory=frozenset[str])
    operator_id: str | None = None
    widget_id: str | None = None
    avatar: str | None = None
    session_id: str | None = None
    address: str | None = None
    proven: frozenset[str] = field(default_factory=frozenset[str])

    def require(self, *scopes: str) -> None:
        """Raise `MissingScope` unless one of `scopes` is the actor's."""
        if self.scopes.isdisjoint(scopes):
            raise MissingScope(scopes=list(scopes))


def system_actor(workspace_id: str) -> Actor:
    """The server itself, or its administrator at the command line."""
    return Actor("system", workspace_id, "system", "Halloo", scopes=frozenset(SCOPES))


@dataclass(frozen=True, slots=True)
class Workspace:
    """The tenant."""

    workspace_id: str
    name: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Operator:
    """A human who answers. Times in UNIX milliseconds. A removed one stays as the author of what they wrote."""

    workspace_id: str
    id: str
    email: str
    name: str
    role: Role
    avatar: str | None
    availability: Availability
    active: bool
    removed: bool
    locale: str | None
    theme: Theme
    sound: bool
    last_seen_at: int | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Session:
    """An operator's sign-in on one browser."""

    id: str
    operator_id: str
    user_agent: str
    address: str | None
    created_at: int
    last_used_at: int


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's credential. It acts as `operator_id` if that is set, and never outlives or outranks `created_by`."""

    id: str
    name: str
    scopes: list[str]
    hint: str
    operator_id: str | None
    created_by: str | None
    created_at: int
    expires_at: int | None
    last_used_at: int | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that makes one colleague an operator."""

    id: str
    email: str
    role: Role
    invited_by: str | None
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when and from where."""

    id: str
    at: int
    actor_kind: str
    actor_id: str
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    address: str | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries of the audit log are wanted.

    `action`: a whole one such as `widget.changed`, or what it is about, such as `widget`. Times in UNIX milliseconds.
    """

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: int | None = None
    until: int | None = None


def fold_email(email: str) -> str:
    """An address as it is compared: people do not think of case in it."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


def check_email(email: str) -> str:
    """An address without the space around it. Raises `field_invalid`."""
    text = email.strip()
    if not is_email(text):
        raise field_invalid("email", "this is not an e-mail address.")
    return text


def check_name(name: str) -> str:
    """A name in one line of 1 to 80 characters. Raises `field_invalid`."""
    text = " ".join(clean(name).split())
    if not 1 <= len(text) <= NAME_MAX:
        raise field_invalid("name", f"use 1 to {NAME_MAX} characters.")
    return text


def check_password(password: str, field_name: str = "password") -> str:
    """A password of a useful length. Raises `field_invalid`."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise field_invalid(field_name, f"use {MIN_LENGTH} to {MAX_LENGTH} characters.")
    return password


def check_scopes(scopes: list[str]) -> list[str]:
    """Scopes that exist, each once, in the order of `SCOPES`. Raises `field_invalid`."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise field_invalid("scopes", f"there is no scope “{clean(unknown[0])[:40]}”.")
    if not scopes:
        raise field_invalid("scopes", "choose at least one.")
    return [scope for scope in SCOPES if scope in scopes]
