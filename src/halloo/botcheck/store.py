"""SQL of the bot check."""

from sqlalchemy import text

from halloo.db.statement import Statement
from halloo.db.tx import Tx

_SPEND = Statement(
    text(
        "INSERT INTO bot_solutions (workspace_id, challenge, expires_at) VALUES (:ws, :challenge, :expires_at) "
        "ON CONFLICT (workspace_id, challenge) DO NOTHING"
    )
)
_DROP = Statement(
    text(
        "DELETE FROM bot_solutions WHERE workspace_id = :ws AND challenge IN (SELECT challenge FROM bot_solutions "
        "WHERE workspace_id = :ws AND expires_at < :before ORDER BY expires_at LIMIT :most)"
    )
)


def insert_solution(tx: Tx, workspace_id: str, challenge: str, expires_at: int) -> bool:
    """Remember a challenge as solved; False where it was before."""
    return bool(tx.run(_SPEND, ws=workspace_id, challenge=challenge, expires_at=expires_at))


def delete_solutions(tx: Tx, workspace_id: str, before: int, most: int) -> int:
    """Forget solutions that ended before a moment; how many."""
    return tx.run(_DROP, ws=workspace_id, before=before, most=most)
