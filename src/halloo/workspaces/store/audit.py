"""SQL of the audit log: it only grows."""

import msgspec
from sqlalchemy import Text, bindparam, select

from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.kit.json import dump
from halloo.workspaces.model import AuditEntry, AuditFilter
from halloo.workspaces.tables import audit_entries

_A = audit_entries.c
_WS = bindparam("ws", type_=Text)
_INSERT = Statement(audit_entries.insert().values({c.name: bindparam(c.name) for c in _A}))


def _entry(row: Row) -> AuditEntry:
    values: Row = {name: row[name] for name in AuditEntry.__dataclass_fields__}
    values["details"] = msgspec.json.decode(row["details"])
    return AuditEntry(**values)


def insert_entry(tx: Tx, workspace_id: str, entry: AuditEntry) -> None:
    """Add an entry."""
    values: Row = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
    values["details"] = dump(entry.details).decode()
    tx.run(_INSERT, **values, workspace_id=workspace_id)


def list_entries(tx: Tx, workspace_id: str, wanted: AuditFilter, before: str | None, limit: int) -> list[AuditEntry]:
    """Newest first, behind the entry `before`; ids sort by time."""
    query = select(audit_entries).where(_A.workspace_id == _WS)
    if before is not None:
        query = query.where(_A.id < before)
    if wanted.actor is not None:
        query = query.where(_A.actor_id == wanted.actor)
    if wanted.subject is not None:
        query = query.where(_A.subject == wanted.subject)
    if wanted.action is not None:
        whole = "." in wanted.action
        query = query.where(
            _A.action == wanted.action if whole else _A.action.startswith(f"{wanted.action}.", autoescape=True)
        )
    if wanted.since is not None:
        query = query.where(_A.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_A.at < wanted.until)
    return [_entry(row) for row in tx.all(query.order_by(_A.id.desc()).limit(limit), ws=workspace_id)]
