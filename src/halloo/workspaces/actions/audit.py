"""The audit log: every change of what matters leaves a line."""

from typing import Any

from halloo.db.tx import Tx
from halloo.kit.ids import new_id
from halloo.workspaces.model import Actor, AuditAction, AuditEntry, AuditFilter
from halloo.workspaces.store import audit as store

_ALL = AuditFilter()


def audit(tx: Tx, who: Actor, action: AuditAction, subject: str, **details: Any) -> None:
    """Note that `who` did `action` (`widget.created`) to `subject` (an id). Details hold no secrets."""
    entry = AuditEntry(
        id=new_id(),
        at=tx.now,
        actor_kind=who.kind,
        actor_id=who.id,
        actor=who.name,
        action=action,
        subject=subject,
        details=details,
        address=who.address,
    )
    store.insert_entry(tx, who.workspace_id, entry)


def list_audit(tx: Tx, who: Actor, before: str | None, limit: int, wanted: AuditFilter = _ALL) -> list[AuditEntry]:
    """Entries that fit, newest first, behind the entry `before`."""
    who.require("audit:read")
    return store.list_entries(tx, who.workspace_id, wanted, before, limit)
