"""Has what is not needed any more deleted, workspace by workspace, a little at a time."""

import asyncio
import logging
from collections.abc import Callable
from typing import NoReturn

from halloo.contacts.actions import sweep_expired
from halloo.conversations.actions.sweep import BEGINNING, sweep_silent
from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.db.tx import Tx

logger = logging.getLogger("halloo.conversations")
EVERY_S = 600
BATCH, BATCHES_MAX = 200, 50
"""Rows of one transaction, and transactions of one round for each workspace: what is left waits for the next round."""

Sweep = Callable[[Tx, int], bool]
"""Deletes at most so many rows of one workspace; whether there may be more."""


class Sweeper:
    """Sweeps every workspace of this database."""

    def __init__(self, database: Database, *more: Sweep) -> None:
        """Nothing is swept before `run`. `more`: what slices above this one have deleted."""
        self._database = database
        self._sweeps: tuple[Sweep, ...] = (sweep_expired, *more)

    async def run(self) -> NoReturn:
        """Sweep now, and again every ten minutes, whatever happens."""
        while True:
            try:
                await self.sweep()
            except Exception:
                logger.exception("What is not needed any more could not be deleted; trying again later")
            await asyncio.sleep(EVERY_S)

    async def sweep(self) -> None:
        """One round through all workspaces; one that fails keeps the others from nothing."""
        for workspace_id in await self._database.read(DIRECTORY, directory.list_keys, "workspace"):
            try:
                await self._sweep(workspace_id)
            except Exception:
                logger.exception("Workspace %s could not be swept; trying again later", workspace_id)

    async def _sweep(self, workspace_id: str) -> None:
        for sweep in self._sweeps:
            for _ in range(BATCHES_MAX):
                if not await self._database.write(workspace_id, sweep, BATCH):
                    break
        behind: tuple[int, str] | None = BEGINNING
        for _ in range(BATCHES_MAX):
            behind = await self._database.write(workspace_id, sweep_silent, behind, BATCH)
            if behind is None:
                break
