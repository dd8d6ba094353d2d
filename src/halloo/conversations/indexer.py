"""Makes findable what was said, a moment after it was stored: in bounded batches, behind everybody who waits for an answer."""

import asyncio
import logging
from collections.abc import Sequence
from typing import NoReturn

from halloo.conversations.actions.index import index_words, is_behind
from halloo.conversations.facts import SAYING
from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.events.model import Fact
from halloo.kit.refusals import Unavailable

logger = logging.getLogger("halloo.conversations")
EVERY_S = 1.0
LOOK_AGAIN = 300
"""After so many rounds every workspace is looked at, for what a server that is gone has left."""
BATCH = 500
"""Facts of one transaction."""
BREATH_S = 0.02
"""Between two batches, for others to write."""


class Indexer:
    """Follows the log of every workspace. A reader of the pump."""

    def __init__(self, database: Database) -> None:
        """Nothing is indexed before `run`."""
        self._database = database
        self._behind: set[str] = set()

    def read_facts(self, facts: Sequence[Fact]) -> None:
        """Remember where something was said."""
        for fact in facts:
            if fact.name in SAYING:
                self._behind.add(fact.workspace_id)

    async def run(self) -> NoReturn:
        """Catch up with what was left behind, then follow, once a second."""
        rounds = 0
        while True:
            try:
                if rounds % LOOK_AGAIN == 0:
                    await self._look()
                await self.catch_up()
            except Exception:
                logger.exception("What was said could not be made findable; trying again")
            rounds += 1
            await asyncio.sleep(EVERY_S)

    async def _look(self) -> None:
        for workspace_id in await self._database.read(DIRECTORY, directory.list_keys, "workspace"):
            if await self._database.read(workspace_id, is_behind):
                self._behind.add(workspace_id)

    async def catch_up(self) -> None:
        """Index what is known to wait, a batch of each workspace in turn."""
        waiting = list(self._behind)
        self._behind.clear()  # what is said from here on is for the next round
        try:
            while waiting:
                waiting = [one for one in waiting if await self._index(one)]
        finally:
            self._behind.update(waiting)

    async def _index(self, workspace_id: str) -> bool:
        """Whether there is more of it for this round. What fails in one workspace waits for the next, and is no other's harm."""
        try:
            more = await self._database.write(workspace_id, index_words, BATCH)
        except Unavailable:  # it is so for all
            raise
        except Exception:
            logger.exception("What was said in a workspace could not be made findable; trying again")
            self._behind.add(workspace_id)
            return False
        await asyncio.sleep(BREATH_S if more else 0)
        return more
