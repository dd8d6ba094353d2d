"""Asks the log for what nobody tells this node: facts of the command line, of nodes without a broker, or of a broker that is down.

What it finds goes through the pump, so a revocation that another process wrote is obeyed within about a second.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from halloo.events.pump import Pump
from halloo.kit.refusals import Unavailable
from halloo.relay.broker import Broker
from halloo.relay.hub import Hub

logger = logging.getLogger("halloo.relay")
LOOK_S = 0.5
ASK_S = 1.0


class Follower:
    """Looks at `version` twice a second where the database has one; else it asks each second, unless other nodes tell."""

    def __init__(
        self, pump: Pump, hub: Hub, broker: Broker, version: Callable[[], Awaitable[int]] | None, *, told: bool
    ) -> None:
        """`version`: a number that changes when another process wrote. `told`: other processes say in the broker what they write."""
        self._pump = pump
        self._hub = hub
        self._broker = broker
        self._version = version
        self._told = told
        self._seen: int | None = None

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            await asyncio.sleep(ASK_S if self._version is None else LOOK_S)
            try:
                if await self._must_ask():
                    for workspace_id in self._asked_about():
                        self._pump.catch_up(workspace_id)
            except Unavailable as error:
                logger.warning("The database cannot be asked at present: %s", error)
            except Exception:
                logger.exception("The log could not be asked for what others wrote; asking again")

    def _asked_about(self) -> list[str]:
        """Who asks each second asks for those who listen; who is told of a change is told once, also for those who come later."""
        return self._hub.watched() if self._version is None else self._pump.followed()

    async def _must_ask(self) -> bool:
        if self._version is None:
            return not self._told or not self._broker.complete
        seen, self._seen = self._seen, await self._version()
        return seen is not None and seen != self._seen
