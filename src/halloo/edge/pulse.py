"""Whether the database answers. However many ask, and however long it is silent, few questions are under way."""

import asyncio
import time

from halloo.db.directory import find_meta
from halloo.db.engine import DIRECTORY, Database

PATIENCE_S = 2.0
STUCK_S = 10.0
"""A writer that is at one group for longer answers nobody any more."""
_FRESH_S = 0.5
_QUESTIONS_MAX = 8


class Pulse:
    """One for the process."""

    def __init__(self, database: Database) -> None:
        """Nothing was asked yet."""
        self._database = database
        self._questions: set[asyncio.Task[float | None]] = set()
        self._newest: asyncio.Task[float | None] | None = None
        self._asked = 0.0

    async def beat(self, patience_s: float = PATIENCE_S) -> float | None:
        """The seconds that the database took to answer a small question, at most half a second ago; None: not in time, or not at all."""
        now = time.perf_counter()
        question = self._newest
        if question is None or (now - self._asked > _FRESH_S and (question.done() or self._may_ask(now, patience_s))):
            question = self._newest = asyncio.get_running_loop().create_task(self._ask())
            self._asked = now
            self._questions.add(question)
            question.add_done_callback(self._questions.discard)
        try:
            return await asyncio.wait_for(asyncio.shield(question), patience_s)
        except TimeoutError:
            return None

    def _may_ask(self, now: float, patience_s: float) -> bool:
        """A question that is overdue may only have met a busy reader: others are asked, too."""
        return now - self._asked > patience_s and len(self._questions) < _QUESTIONS_MAX

    async def _ask(self) -> float | None:
        began = time.perf_counter()
        try:
            await self._database.read(DIRECTORY, find_meta, "epoch")
        except Exception:  # noqa: BLE001 - whatever it was, it is no answer
            return None
        return time.perf_counter() - began

    def stuck(self) -> bool:
        """Whether something that writes has been at one group for ten seconds."""
        ends = time.perf_counter() - STUCK_S
        since = [writer.busy_since for writer in self._database.writers]
        return any(began is not None and began < ends for began in since)
