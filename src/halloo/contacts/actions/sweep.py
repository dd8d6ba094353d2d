"""What is not needed any more."""

from halloo.contacts import store, token_store
from halloo.db.tx import Tx
from halloo.kit.clock import DAY

SILENT_MS = 30 * DAY
"""How long a visitor is kept who never wrote, from when they were last seen."""


def sweep_expired(tx: Tx, limit: int) -> bool:
    """Delete used tickets and links that have expired, at most `limit` of each; whether there may be more."""
    return token_store.sweep_expired(tx, tx.workspace_id, limit) >= limit


def list_silent(tx: Tx, behind: tuple[int, str], limit: int) -> list[tuple[int, str]]:
    """(last_seen_at, id) of visitors without a contact who were not seen for `SILENT_MS`, in order."""
    return store.list_silent(tx, tx.workspace_id, tx.now - SILENT_MS, behind, limit)


def delete_silent(tx: Tx, ids: list[str]) -> None:
    """Delete silent visitors of whom the caller knows that nothing is theirs; who is silent no longer stays."""
    if ids:
        gone = store.delete_silent(tx, tx.workspace_id, ids, tx.now - SILENT_MS)
        token_store.drop_of(tx, tx.workspace_id, gone)
