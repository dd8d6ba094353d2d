"""Rounds through every workspace of this database: for what has to be done from time to time, on every server."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import NoReturn

from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.db.tx import Tx

SETTLED_S = 0.5
"""How long after a nudge a workspace is looked at: what comes meanwhile is done in the same turn."""
Sweep = Callable[[Tx, int], bool]
"""Deletes, or ends, at most so many rows of one workspace; whether there may be more."""
logger = logging.getLogger("halloo.db")


class Rounds:
    """Goes through all workspaces. Several servers may do so at once. A part says in `sweep_workspace` what is to be done in one."""

    def __init__(self, database: Database, every_s: float) -> None:
        """Nothing is done before `run`."""
        self._database = database
        self._every_s = every_s
        self._wanted: set[str] = set()
        self._nudged = asyncio.Event()

    def nudge(self, workspace_id: str) -> None:
        """There is something to do in a workspace: do not wait for the next round. Called from the event loop."""
        self._wanted.add(workspace_id)
        self._nudged.set()

    async def run(self) -> NoReturn:
        """Go round now, and again every so many seconds, whatever happens; between them where somebody nudged."""
        while True:
            following = time.monotonic() + self._every_s
            try:
                await self.sweep()
            except Exception:
                logger.exception("%s: the round failed; trying again later", type(self).__name__)
            while await self._is_nudged(following - time.monotonic()):
                await asyncio.sleep(SETTLED_S)
                self._nudged.clear()
                wanted, self._wanted = self._wanted, set()
                for workspace_id in wanted:
                    await self._sweep(workspace_id)

    async def _is_nudged(self, within_s: float) -> bool:
        try:
            await asyncio.wait_for(self._nudged.wait(), max(0.0, within_s))
        except TimeoutError:
            return False
        return True

    async def sweep(self) -> None:
        """One round through all workspaces; one that fails keeps the others from nothing."""
        for workspace_id in await self._database.read(DIRECTORY, directory.list_keys, "workspace"):
            await self._sweep(workspace_id)

    async def _sweep(self, workspace_id: str) -> None:
        try:
            await self.sweep_workspace(workspace_id)
        except Exception:
            logger.exception("%s: workspace %s failed; trying again later", type(self).__name__, workspace_id)

    async def sweep_workspace(self, workspace_id: str) -> None:
        """What is to be done in one workspace."""
        raise NotImplementedError
