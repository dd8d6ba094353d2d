"""What the bot check stores: that a solution was used."""

from halloo.botcheck import store
from halloo.botcheck.errors import BotCheckFailed
from halloo.botcheck.model import Proof
from halloo.db.tx import Tx
from halloo.kit.clock import HOUR

_KEPT_MS = HOUR
"""Rows outlive their challenges by as much as the clocks of two nodes may differ."""


def spend(tx: Tx, proof: Proof | None) -> None:
    """Use a solution up, in the transaction of what it lets pass: both are stored, or neither.

    Raises `BotCheckFailed` where it was used before. Of many that bring it at once, one passes.
    """
    if proof is not None and not store.insert_solution(tx, tx.workspace_id, proof.challenge, proof.expires_at):
        raise BotCheckFailed


def sweep_solutions(tx: Tx, limit: int) -> bool:
    """Forget at most `limit` solutions that no longer hold by themselves; whether there may be more."""
    return store.delete_solutions(tx, tx.workspace_id, tx.now - _KEPT_MS, limit) == limit
