"""Has what is not needed any more deleted, workspace by workspace, a little at a time."""

from halloo.contacts.actions import sweep_expired
from halloo.conversations.actions.sweep import BEGINNING, sweep_silent
from halloo.db.engine import Database
from halloo.db.rounds import Rounds, Sweep

EVERY_S = 600
BATCH, BATCHES_MAX = 200, 50
"""Rows of one transaction, and transactions of one round for each workspace: what is left waits for the next round."""


class Sweeper(Rounds):
    """Sweeps every workspace of this database."""

    def __init__(self, database: Database, *more: Sweep) -> None:
        """Nothing is swept before `run`. `more`: what slices above this one have deleted."""
        super().__init__(database, EVERY_S)
        self._sweeps: tuple[Sweep, ...] = (sweep_expired, *more)

    async def sweep_workspace(self, workspace_id: str) -> None:
        """All that is due, a part at a time."""
        for sweep in self._sweeps:
            for _ in range(BATCHES_MAX):
                if not await self._database.write(workspace_id, sweep, BATCH):
                    break
        behind: tuple[int, str] | None = BEGINNING
        for _ in range(BATCHES_MAX):
            behind = await self._database.write(workspace_id, sweep_silent, behind, BATCH)
            if behind is None:
                break
