"""SQL of workspaces and operators."""

from typing import Any

from sqlalchemy import Text, bindparam, func, select, update

from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.workspaces.errors import OperatorNotFound
from halloo.workspaces.model import Operator, Workspace, fold_email
from halloo.workspaces.tables import operators, workspaces

_O = operators.c
_WS = bindparam("ws", type_=Text)
_FLAGS = ("active", "removed", "sound")
_SHOWN = [column for column in _O if column.name not in {"email_key", "password_hash"}]
_PRESENT = (_O.workspace_id == _WS, _O.removed == 0)

_INSERT_WORKSPACE = Statement(workspaces.insert().values({c.name: bindparam(c.name) for c in workspaces.c}))
_WORKSPACE = Statement(select(workspaces).where(workspaces.c.workspace_id == _WS))
_INSERT = Statement(operators.insert().values({c.name: bindparam(c.name) for c in _O}))
_ONE = Statement(select(*_SHOWN).where(*_PRESENT, _O.id == bindparam("id")))
_ONE_FOR_UPDATE = Statement(select(*_SHOWN).where(*_PRESENT, _O.id == bindparam("id")).with_for_update())
_OF_EMAIL = Statement(select(*_SHOWN).where(*_PRESENT, _O.email_key == bindparam("email_key")))
_LIST = Statement(select(*_SHOWN).where(*_PRESENT).order_by(func.lower(_O.name), _O.id))
_LOGIN = Statement(
    select(_O.id, _O.password_hash).where(*_PRESENT, _O.active == 1, _O.email_key == bindparam("email_key"))
)
_HASH = Statement(select(_O.password_hash).where(*_PRESENT, _O.id == bindparam("id")))
_OWNERS = Statement(
    select(_O.id).where(*_PRESENT, _O.active == 1, _O.role == "owner").order_by(_O.id).with_for_update()
)


def insert_workspace(tx: Tx, workspace: Workspace) -> None:
    """Store a new workspace."""
    tx.run(_INSERT_WORKSPACE, workspace_id=workspace.workspace_id, name=workspace.name, created_at=workspace.created_at)


def find_workspace(tx: Tx, workspace_id: str) -> Workspace | None:
    """The workspace, or None."""
    row = tx.first(_WORKSPACE, ws=workspace_id)
    return None if row is None else Workspace(**row)


def _operator(row: Row) -> Operator:
    for name in _FLAGS:
        row[name] = bool(row[name])
    return Operator(**row)


def insert_operator(tx: Tx, operator: Operator, password_hash: str | None) -> None:
    """Store a new operator."""
    values: Row = {name: getattr(operator, name) for name in operator.__dataclass_fields__}
    for name in _FLAGS:
        values[name] = int(values[name])
    tx.run(_INSERT, **values, email_key=fold_email(operator.email), password_hash=password_hash)


def get_operator(tx: Tx, workspace_id: str, operator_id: str, *, for_update: bool = False) -> Operator:
    """An operator who was not removed. Raises `OperatorNotFound`."""
    row = tx.first(_ONE_FOR_UPDATE if for_update else _ONE, ws=workspace_id, id=operator_id)
    if row is None:
        raise OperatorNotFound
    return _operator(row)


def find_operator_of_email(tx: Tx, workspace_id: str, email: str) -> Operator | None:
    """The operator with this address, whatever its case."""
    row = tx.first(_OF_EMAIL, ws=workspace_id, email_key=fold_email(email))
    return None if row is None else _operator(row)


def list_operators(tx: Tx, workspace_id: str) -> list[Operator]:
    """All who were not removed, by name."""
    return [_operator(row) for row in tx.all(_LIST, ws=workspace_id)]


def find_operators(tx: Tx, workspace_id: str, ids: set[str]) -> dict[str, Operator]:
    """Operators by id, removed ones too: they stay the authors of what they wrote."""
    if not ids:
        return {}
    query = select(*_SHOWN).where(_O.workspace_id == _WS, _O.id.in_(sorted(ids)))
    return {row["id"]: _operator(row) for row in tx.all(query, ws=workspace_id)}


def find_login(tx: Tx, workspace_id: str, email: str) -> tuple[str, str | None] | None:
    """Id and password hash of the active operator with this address."""
    row = tx.first(_LOGIN, ws=workspace_id, email_key=fold_email(email))
    return None if row is None else (row["id"], row["password_hash"])


def find_password_hash(tx: Tx, workspace_id: str, operator_id: str) -> str | None:
    """The stored hash of an operator's password."""
    return tx.scalar(_HASH, ws=workspace_id, id=operator_id)


def list_owner_ids(tx: Tx, workspace_id: str) -> list[str]:
    """Active owners, locked so that two of them cannot remove each other at once."""
    return [row["id"] for row in tx.all(_OWNERS, ws=workspace_id)]


def update_operator(tx: Tx, workspace_id: str, operator_id: str, values: dict[str, Any]) -> None:
    """Change columns of an operator."""
    packed = {name: int(value) if isinstance(value, bool) else value for name, value in values.items()}
    tx.run(update(operators).where(_O.workspace_id == workspace_id, _O.id == operator_id).values(packed))
