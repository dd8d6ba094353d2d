"""Has bytes deleted that nobody can name: what was taken back, refused, or uploaded and never sent."""

from collections.abc import Callable

from halloo.db.engine import Database
from halloo.db.rounds import Rounds, Sweep
from halloo.db.tx import Tx
from halloo.files import actions
from halloo.files.settings import FilesSettings
from halloo.files.storage import Storage

EVERY_S = 60
BATCH, BATCHES_MAX = 100, 50
"""Rows of one transaction, and transactions of one round for each workspace: what is left waits for the next round."""


class FileSweeper(Rounds):
    """Sweeps every workspace of this database. Several servers may do so at once: what is gone already is fine."""

    def __init__(self, database: Database, storage: Storage, settings: FilesSettings) -> None:
        """Nothing is swept before `run`."""
        super().__init__(database, EVERY_S)
        self._storage = storage
        self._hours = settings.unfinished_hours
        self._following: list[tuple[Callable[[Tx], bool], Sweep]] = []

    def follow(self, due: Callable[[Tx], bool], sweep: Sweep) -> None:
        """What a slice above this one does in a workspace once bytes are gone there; `due`: a query whether there is anything."""
        self._following.append((due, sweep))

    async def sweep_workspace(self, workspace_id: str) -> None:
        """Bytes first, then what waits for them to be gone."""
        await self._end(workspace_id)
        await self._delete(workspace_id)
        for due, sweep in self._following:
            while await self._database.read(workspace_id, due) and await self._database.write(
                workspace_id, sweep, BATCH
            ):
                pass

    async def _end(self, workspace_id: str) -> None:
        """Targets that ran out: what was announced and never came is given back to their visitors' days."""
        behind = actions.FIRST
        for _ in range(BATCHES_MAX):
            ended = await self._database.read(workspace_id, actions.list_ended, behind, BATCH)
            for upload in ended:
                received = await self._storage.received(upload.id)
                if received < upload.size and await self._storage.size(upload.raw_key) is not None:
                    received = upload.size
                await self._database.write(workspace_id, actions.end_upload, upload.id, received, self._hours)
            if len(ended) < BATCH:
                return
            behind = (ended[-1].expires_at, ended[-1].id)

    async def _delete(self, workspace_id: str) -> None:
        for _ in range(BATCHES_MAX):
            if not await self._database.read(workspace_id, actions.is_swept_due):
                return
            swept = await self._database.write(workspace_id, actions.claim_swept, BATCH)
            for upload in swept.uploads:  # also those that were sent: a line that lived on may have left parts behind
                await self._storage.drop(upload.id)
                await self._storage.drop(upload.drawn_part)
            await self._storage.delete(swept.keys)
            await self._database.write(workspace_id, actions.forget_swept, swept)
