"""Has bytes deleted that nobody can name: what was taken back, refused, or uploaded and never sent."""

import asyncio
import logging
from typing import NoReturn

from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.files import actions
from halloo.files.settings import FilesSettings
from halloo.files.storage import Storage

logger = logging.getLogger("halloo.files")
EVERY_S = 60
BATCH, BATCHES_MAX = 100, 50
"""Rows of one transaction, and transactions of one round for each workspace: what is left waits for the next round."""


class FileSweeper:
    """Sweeps every workspace of this database. Several servers may do so at once: what is gone already is fine."""

    def __init__(self, database: Database, storage: Storage, settings: FilesSettings) -> None:
        """Nothing is swept before `run`."""
        self._database = database
        self._storage = storage
        self._hours = settings.unfinished_hours

    async def run(self) -> NoReturn:
        """Sweep now, and again every minute, whatever happens."""
        while True:
            try:
                await self.sweep()
            except Exception:
                logger.exception("Files that are not needed any more could not be deleted; trying again later")
            await asyncio.sleep(EVERY_S)

    async def sweep(self) -> None:
        """One round through all workspaces; one that fails keeps the others from nothing."""
        for workspace_id in await self._database.read(DIRECTORY, directory.list_keys, "workspace"):
            try:
                await self._sweep(workspace_id)
            except Exception:
                logger.exception("Files of workspace %s could not be deleted; trying again later", workspace_id)

    async def _end(self, workspace_id: str) -> None:
        """Targets that ran out: what was announced and never came is given back to their visitors' days."""
        for _ in range(BATCHES_MAX):
            ended = await self._database.read(workspace_id, actions.list_ended, BATCH)
            for upload in ended:
                received = await self._storage.received(upload.id)
                if received < upload.size and await self._storage.size(upload.raw_key) is None:
                    await self._database.write(workspace_id, actions.end_upload, upload.id, received)
                else:
                    await self._database.write(workspace_id, actions.keep_whole, upload, self._hours)
            if len(ended) < BATCH:
                return

    async def _sweep(self, workspace_id: str) -> None:
        await self._end(workspace_id)
        for _ in range(BATCHES_MAX):
            if not await self._database.read(workspace_id, actions.is_swept_due, self._hours):
                return
            swept = await self._database.write(workspace_id, actions.claim_swept, self._hours, BATCH)
            for upload in swept.uploads:  # also those that were sent: a line that lived on may have left parts behind
                await self._storage.drop(upload.id)
                await self._storage.drop(upload.drawn_part)
            await self._storage.delete(swept.keys)
            await self._database.write(workspace_id, actions.forget_swept, swept)
