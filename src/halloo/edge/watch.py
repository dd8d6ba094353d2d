"""Who watches the server: keeps at hand what takes a question to know, so that reading it is quick, whoever reads.

Guarantee: nothing here fails because a part is away. What could not be asked keeps its last value, or is None.
"""

import asyncio
import contextlib
import logging
import shutil
import time
from pathlib import Path
from typing import NoReturn

from msgspec import Struct, json

from halloo import __version__
from halloo.csp.tally import CspTally
from halloo.db.engine import DIRECTORY, Database
from halloo.db.size import measure
from halloo.db.statement import DialectName
from halloo.edge.activity import Activity, LastHour
from halloo.edge.answers import Answers
from halloo.edge.pulse import Pulse
from halloo.hooks.room import HookRoom
from halloo.kit.clock import MINUTE, SECOND, Clock
from halloo.mail.actions import count_due
from halloo.mail.model import Due
from halloo.relay.broker import GARBLED
from halloo.relay.server import RelayServer

logger = logging.getLogger("halloo.watch")
LOOK_S = 15.0
_PATIENCE_S = 5.0
_STALE_MS = 30 * SECOND
_NODE = "node"


class NodeNote(Struct):
    """What a node says of itself to the others."""

    version: str
    started_at: int
    sockets: int


class Watch:
    """One for the process."""

    def __init__(
        self,
        database: Database,
        relay: RelayServer,
        clock: Clock,
        *,
        hooks: HookRoom,
        answers: Answers,
        folder: Path | None = None,
        rescue: str | None = None,
        mails: bool = False,
    ) -> None:
        """`folder`: where the data lies. `rescue`: where clients find the relay when it is not here. `mails`: mail goes out."""
        self.version = __version__
        self.relay = relay
        self.database = database
        self.pulse = Pulse(database)
        self.hooks = hooks
        self.answers = answers
        self.csp = CspTally()
        self.activity = Activity()
        self.clock = clock
        self.started_at = clock()
        self.rescue = rescue
        self.mails = mails
        self.hour = LastHour(relay.hub.tally, lambda: relay.hub.repairs, self.started_at)
        self.kind: DialectName | None = None
        self.size: int | None = None
        self.disk: tuple[int, int] | None = None
        """Free bytes and all bytes of the disk that the data lies on."""
        self.due = Due(0, None)
        """Mail of all workspaces that waits."""
        self._began = time.monotonic()
        self._folder = folder
        self._looked_at: int | None = None
        self._looking: asyncio.Task[None] | None = None
        self._running: asyncio.Task[NoReturn] | None = None

    @property
    def uptime_s(self) -> float:
        """How long this process has been serving, whatever was done to its clock."""
        return time.monotonic() - self._began

    # ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Begin to look, on the loop that serves."""
        self._running = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Look no longer."""
        for task in (self._running, self._looking):
            if task is not None:
                task.cancel()

    async def _run(self) -> NoReturn:
        noted = self.clock()
        while True:
            self._tell_nodes()
            now = self.clock()
            if abs(now - noted) >= MINUTE:
                noted = now
                self.hour.note(now)
                self.activity.forget_idle(now)
            await self.look()
            await asyncio.sleep(LOOK_S)

    def _tell_nodes(self) -> None:
        broker = self.relay.broker
        note = NodeNote(__version__, self.started_at, self.relay.hub.sockets)
        broker.keep(DIRECTORY, _NODE, broker.node, json.encode(note))

    async def fresh(self) -> None:
        """Look again where the last look was long ago."""
        now = self.clock()
        if self._looked_at is None or abs(now - self._looked_at) > _STALE_MS:
            await self.look()

    async def look(self) -> None:
        """Ask what takes a question; for at most five seconds, and once at a time, however many wait for it."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._looking), _PATIENCE_S)

    async def _look(self) -> None:
        self._looked_at = self.clock()
        try:
            self.kind, self.size = await self.database.read(DIRECTORY, measure)
            self.due = await self.database.read(DIRECTORY, count_due)
            if self._folder is not None:
                usage = await asyncio.to_thread(shutil.disk_usage, self._folder)
                self.disk = usage.free, usage.total
        except Exception as error:  # noqa: BLE001 - the last values stay; the pulse says that something is amiss
            logger.warning("The server could not look after itself: %s", type(error).__name__)

    # ── telling ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def nodes(self) -> list[tuple[str, NodeNote]]:
        """Every node that lives, the oldest first, this one among them."""
        self._tell_nodes()
        found: dict[str, NodeNote] = {}
        for kept in await self.relay.broker.kept(DIRECTORY, _NODE):
            with contextlib.suppress(*GARBLED):  # another release may say it differently
                found[kept.id] = json.decode(kept.value, type=NodeNote)
        return sorted(found.items(), key=lambda one: one[1].started_at)
