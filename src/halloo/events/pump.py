"""The one way out: after commit, every fact is handed to the readers, in order and without gaps per workspace.

Guarantee towards readers: they are called on the loop, after the commit is synced, with facts of one workspace in ascending `seq`.
Where this node did not see a number (another node wrote it) the pump reads it from the log first. A reader keeps its own position;
it is never told twice.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from halloo.db.engine import Database
from halloo.events.log import list_after
from halloo.events.model import Fact

logger = logging.getLogger("halloo.events")
Reader = Callable[[Sequence[Fact]], None]
_BATCH = 500
_AGAIN_S = 1


class Pump:
    """Takes committed facts from the database's listener and hands them on."""

    def __init__(self, database: Database) -> None:
        """Start listening to `database`."""
        self._database = database
        self._readers: list[Reader] = []
        self._heads: dict[str, int] = {}
        self._repairing: dict[str, asyncio.Task[None]] = {}
        self._missed: set[str] = set()
        database.listen(self._committed)

    def read_by(self, reader: Reader) -> None:
        """Add a reader."""
        self._readers.append(reader)

    def _committed(self, values: list[Any]) -> None:
        run: list[Fact] = []
        for value in values:
            if not isinstance(value, Fact):
                continue
            if value.workspace_id in self._repairing:
                self._missed.add(value.workspace_id)  # the repair reads on until it has met this one
                continue
            head = self._heads.get(value.workspace_id)
            if head is not None and value.seq > head + 1:
                self._hand_on(run)
                run = []
                self.catch_up(value.workspace_id)
                continue
            if head is not None and value.seq <= head:
                continue
            self._heads[value.workspace_id] = value.seq
            run.append(value)
        self._hand_on(run)

    def _hand_on(self, run: Sequence[Fact]) -> None:
        if run:
            for reader in self._readers:
                try:
                    reader(run)
                except Exception:
                    logger.exception("A reader could not take facts; the others get them all the same")

    def catch_up(self, workspace_id: str) -> None:
        """Read what the log has behind this node's position, such as after a nudge from another node."""
        if workspace_id in self._repairing:
            return
        task = asyncio.get_running_loop().create_task(self._repair(workspace_id))
        self._repairing[workspace_id] = task

    async def _repair(self, workspace_id: str) -> None:
        try:
            while True:
                head = self._heads.get(workspace_id, 0)
                self._missed.discard(workspace_id)
                found = await self._read(workspace_id, head)
                if not found:
                    if workspace_id in self._missed:
                        continue
                    return
                self._heads[workspace_id] = found[-1].seq
                self._hand_on(found)
        finally:
            del self._repairing[workspace_id]

    async def _read(self, workspace_id: str, head: int) -> list[Fact]:
        """What the log has behind `head`, asked for until it answers: nobody else would hand these facts on."""
        while True:
            try:
                return await self._database.read(workspace_id, list_after, f"w:{workspace_id}", head, _BATCH)
            except Exception:
                logger.exception("The log could not be read; asking again")
                await asyncio.sleep(_AGAIN_S)
