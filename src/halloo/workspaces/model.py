"""Who may do what: roles, scopes and the Actor that every action is handed."""

from dataclasses import dataclass, field
from typing import Literal

from halloo.kit.refusals import Forbidden

Role = Literal["owner", "admin", "operator"]
Kind = Literal["operator", "integration", "visitor", "system"]

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
    "tokens:manage": "Create and revoke API tokens",
    "audit:read": "Read the audit log",
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
ROLE_SCOPES: dict[Role, frozenset[str]] = {"owner": frozenset(SCOPES), "admin": frozenset(SCOPES), "operator": _OPERATOR}


class MissingScope(Forbidden):
    """Your token or role lacks the scope that this needs."""

    code = "missing_scope"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `id` is the operator's, the token's or the visitor's; `name` is what others see.

    An integration acts for an operator where `operator_id` says so. A visitor has no scopes: what is theirs is checked by the
    actions that visitors may call. `widget_id` is set for visitors alone.
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

    def require(self, *scopes: str) -> None:
        """Raise `MissingScope` unless one of `scopes` is the actor's."""
        if self.scopes.isdisjoint(scopes):
            raise MissingScope(scopes=list(scopes))


def system_actor(workspace_id: str) -> Actor:
    """The server itself, or its administrator at the command line."""
    return Actor("system", workspace_id, "system", "Halloo", scopes=frozenset(SCOPES))
