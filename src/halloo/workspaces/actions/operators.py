"""Colleagues: making, reading, changing and removing operators. Only owners touch owners, and one of them stays."""

from dataclasses import dataclass
from typing import Any

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.kit.ids import new_id
from halloo.workspaces import facts
from halloo.workspaces.actions.access import end_access
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.errors import EmailTaken, LastOwner, OwnersOnly
from halloo.workspaces.model import Actor, Operator, Role, check_email, check_name, fold_email
from halloo.workspaces.store import operators as store


@dataclass(frozen=True, slots=True)
class OperatorDraft:
    """An operator to be; `password_hash` is made outside of the transaction."""

    email: str
    name: str
    role: Role
    password_hash: str


@dataclass(frozen=True, slots=True)
class OperatorChange:
    """What changes of an operator; None stays."""

    name: str | None = None
    role: Role | None = None
    active: bool | None = None


def create_operator(tx: Tx, who: Actor, draft: OperatorDraft) -> Operator:
    """Make an operator with a password that the caller chose."""
    who.require("operators:manage")
    guard_role(who, draft.role)
    operator = enrol(tx, who.workspace_id, draft)
    audit(tx, who, "operator.created", operator.id, email=operator.email, role=operator.role)
    return operator


def enrol(tx: Tx, workspace_id: str, draft: OperatorDraft) -> Operator:
    """Store a new operator; permission is the caller's to check. Raises `EmailTaken`."""
    email = check_email(draft.email)
    if store.find_operator_of_email(tx, workspace_id, email) is not None:
        raise EmailTaken
    operator = Operator(
        workspace_id=workspace_id,
        id=new_id(),
        email=email,
        name=check_name(draft.name),
        role=draft.role,
        avatar=None,
        availability="online",
        active=True,
        removed=False,
        locale=None,
        theme="system",
        sound=True,
        last_seen_at=None,
        created_at=tx.now,
    )
    store.insert_operator(tx, operator, draft.password_hash)
    if directory.find_workspace(tx, "login", fold_email(email)) is None:
        directory.enter(tx, "login", fold_email(email))
    facts.operator_updated(tx, operator.id)
    return operator


def list_operators(tx: Tx, who: Actor) -> list[Operator]:
    """All colleagues, by name; deactivated ones too."""
    who.require("operators:read")
    return store.list_operators(tx, who.workspace_id)


def read_operator(tx: Tx, who: Actor, operator_id: str) -> Operator:
    """One colleague."""
    who.require("operators:read")
    return store.get_operator(tx, who.workspace_id, operator_id)


def find_operators(tx: Tx, workspace_id: str, ids: set[str]) -> dict[str, Operator]:
    """Operators by id as others see them, removed ones too; for slices that name authors and assignees."""
    return store.find_operators(tx, workspace_id, ids)


def is_operator(tx: Tx, operator_id: str) -> bool:
    """Whether this is an active operator of the workspace, to whom something may be assigned."""
    operator = store.find_operators(tx, tx.workspace_id, {operator_id}).get(operator_id)
    return operator is not None and operator.active and not operator.removed


def list_active_operators(tx: Tx, workspace_id: str) -> list[Operator]:
    """Who may answer in this workspace; for slices that show the team to a visitor."""
    return [operator for operator in store.list_operators(tx, workspace_id) if operator.active]


def update_operator(tx: Tx, who: Actor, operator_id: str, change: OperatorChange) -> Operator:
    """Rename, change the role, deactivate or activate again. Losing rights ends what was held."""
    who.require("operators:manage")
    operator = store.get_operator(tx, who.workspace_id, operator_id, for_update=True)
    guard_role(who, operator.role)
    values = _changed(who, operator, change)
    if not values:
        return operator
    if operator.role == "owner" and (values.get("role", "owner") != "owner" or values.get("active") is False):
        _guard_last_owner(tx, operator)
    store.update_operator(tx, who.workspace_id, operator_id, values)
    if values.get("active") is False:
        end_access(tx, who.workspace_id, operator_id, "deactivated")
    elif "role" in values:
        facts.operator_revoked(tx, operator_id, "role_changed")
    changed = store.get_operator(tx, who.workspace_id, operator_id)
    facts.operator_updated(tx, operator_id, face=changed if "name" in values else None)
    audit(tx, who, "operator.changed", operator_id, **values)
    return changed


def remove_operator(tx: Tx, who: Actor, operator_id: str) -> None:
    """Take an operator away for good; what they wrote keeps their name, their address is free again."""
    who.require("operators:manage")
    operator = store.get_operator(tx, who.workspace_id, operator_id, for_update=True)
    guard_role(who, operator.role)
    if operator.role == "owner":
        _guard_last_owner(tx, operator)
    values = {
        "active": False,
        "removed": True,
        "email": "",
        "email_key": f"removed {operator.id}",
        "password_hash": None,
        "avatar": None,
    }
    store.update_operator(tx, who.workspace_id, operator_id, values)
    key = fold_email(operator.email)
    if directory.find_workspace(tx, "login", key) == who.workspace_id:
        directory.leave(tx, "login", key)
    end_access(tx, who.workspace_id, operator_id, "deactivated")
    facts.operator_updated(tx, operator_id)
    audit(tx, who, "operator.removed", operator_id, email=operator.email)


def guard_role(who: Actor, role: Role) -> None:
    """Raise `OwnersOnly` where `role` is an owner's and `who` is none."""
    if role == "owner" and who.role != "owner" and who.kind != "system":
        raise OwnersOnly


def _guard_last_owner(tx: Tx, operator: Operator) -> None:
    if operator.active and store.list_owner_ids(tx, operator.workspace_id) == [operator.id]:
        raise LastOwner


def _changed(who: Actor, operator: Operator, change: OperatorChange) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if change.name is not None and (name := check_name(change.name)) != operator.name:
        values["name"] = name
    if change.role is not None and change.role != operator.role:
        guard_role(who, change.role)
        values["role"] = change.role
    if change.active is not None and change.active != operator.active:
        values["active"] = change.active
    return values
