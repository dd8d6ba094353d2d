"""Mail as the composition root sees it: build it, have it read facts, start it, stop it."""

import asyncio
import logging

from halloo.db.engine import Database
from halloo.kit.clock import Clock
from halloo.mail.actions import Post
from halloo.mail.deliver import PAUSE_S, Deliverer, IsOnline
from halloo.mail.plan import Planner

_PATIENCE_S = 10
logger = logging.getLogger("halloo.mail")


class MailRoom:
    """Plans and delivers, where mail is configured; else it does nothing at all."""

    def __init__(
        self, database: Database, post: Post, is_online: IsOnline, clock: Clock, pause_s: float = PAUSE_S
    ) -> None:
        """Raises `ValueError` for settings that could not work."""
        post.settings.check()
        self.post = post
        self.planner = Planner(database, post.settings, clock)
        self._deliverer = Deliverer(database, post, is_online, clock, pause_s)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; on the loop that serves."""
        if self.post.settings.on:
            loop = asyncio.get_running_loop()
            self._tasks = [loop.create_task(self._repair()), loop.create_task(self._deliverer.run())]

    async def _repair(self) -> None:
        try:
            await self.planner.repair()
        except Exception:
            logger.exception("Answers of before this start could not be looked through")

    async def stop(self) -> None:
        """Finish the mail that is being sent, as far as that takes no more than ten seconds."""
        self._deliverer.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_PATIENCE_S)
            for task in self._tasks:
                task.cancel()
        await self.planner.stop()
