"""Web hooks as the composition root sees them: build it, have it read facts, start it, stop it."""

import asyncio
import logging
import random
from collections.abc import Sequence
from typing import NoReturn

import msgspec

from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.events.model import Fact
from halloo.hooks import facts as own
from halloo.hooks.address import Address
from halloo.hooks.deliver import Deliverer
from halloo.hooks.dispatch import Desk
from halloo.hooks.lanes import Lanes, Turn
from halloo.hooks.ledger import Parts
from halloo.hooks.model import Attempt, Target
from halloo.hooks.settings import HooksSettings
from halloo.hooks.steady import steady_clock
from halloo.hooks.tally import HooksTally
from halloo.kit.clock import Clock
from halloo.kit.ids import new_secret
from halloo.kit.outbound.client import Outbound
from halloo.kit.refusals import Unavailable
from halloo.kit.sealing import Sealer

LOOK_S = 2.0
"""How often it looks what there is to do, besides being told."""
PATIENCE_S = 5.0
"""How long requests in flight are waited for at the end."""
_TEND_EVERY = 15
_HOOK = "hook"
_LEASE = "d_"
logger = logging.getLogger("halloo.hooks")


class _Disabled(msgspec.Struct):
    reason: str = ""


_disabled = msgspec.json.Decoder(_Disabled)


class HookRoom:
    """Plans, delivers, and tells light events; one for the process. Others may do the same beside it, over the same database."""

    def __init__(
        self,
        database: Database,
        outbound: Outbound,
        sealer: Sealer,
        settings: HooksSettings,
        clock: Clock,
        steady: Clock | None = None,
        *,
        look_s: float = LOOK_S,
    ) -> None:
        """`sealer` opens secrets and own headers; `clock` is the one on the wall, `steady` one that nobody can set."""
        self.tally = HooksTally()
        self.outbound = outbound
        self.settings = settings
        self._database = database
        self._look_s = look_s
        self._lanes = Lanes()
        steady = steady_clock(clock) if steady is None else steady
        self._deliverer = Deliverer(outbound, self._lanes, clock, steady, self.tally, self._finished)
        self._parts = Parts(
            database, self._lanes, sealer, clock, steady, self.tally, new_secret(_LEASE), self._deliverer.wake, random.random
        )  # fmt: skip
        self._desks: dict[str, Desk] = {}
        self._task: asyncio.Task[NoReturn] | None = None
        self._ready = False
        self._rounds = 0

    # ── beginning and end ─────────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Begin; on the loop that serves."""
        self._ready = True
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> NoReturn:
        while True:
            try:
                await self.look()
            except Unavailable as error:
                logger.warning("What hooks wait for cannot be read at present; looking again: %s", error)
            except Exception:
                logger.exception("What hooks wait for could not be looked at; looking again")
            await asyncio.sleep(self._look_s)

    async def look(self) -> None:
        """See which workspaces have hooks, and what there is to do for them."""
        before = set(self._desks)  # who comes meanwhile is not among what is read
        known = set(await self._database.read(DIRECTORY, directory.list_owners, _HOOK))
        for workspace_id in known.difference(self._desks):
            self._open(workspace_id)
        for workspace_id in before.difference(known):
            self._desks.pop(workspace_id).leave()
        self._rounds += 1
        for desk in list(self._desks.values()):
            await desk.look()
            if desk.untidy or self._rounds % _TEND_EVERY == 0:
                await desk.tend()
        glances = [desk.glanced for desk in self._desks.values() if desk.glanced is not None]
        self.tally.due = sum(one.due for one in glances)
        self.tally.behind = sum(one.behind for one in glances)

    def _open(self, workspace_id: str) -> Desk:
        desk = self._desks.get(workspace_id)
        if desk is None:
            desk = self._desks[workspace_id] = Desk(workspace_id, self._parts)
            desk.changed()
        return desk

    async def stop(self) -> None:
        """Let what is in flight end, for five seconds at most, write what came of it, and give back what was not begun."""
        self._ready = False
        if self._task is not None:
            self._task.cancel()
        await self._deliverer.stop(PATIENCE_S)
        for desk in self._desks.values():
            try:
                await desk.stop()
            except Exception as error:  # noqa: BLE001 - the leases end by themselves
                logger.warning("What came of deliveries could not be written: %s", error)
        self._desks.clear()

    # ── being told ────────────────────────────────────────────────────────────────────────────────────────────────

    def planner_read(self, facts: Sequence[Fact]) -> None:
        """Plan what this node has committed; a reader of the pump's own facts."""
        if not self._ready:
            return
        self.changed_read(facts)
        told: set[str] = set()
        for fact in facts:
            if fact.name == own.DISABLED:
                self.tally.disabled[_disabled.decode(fact.data).reason] += 1
            desk = self._desks.get(fact.workspace_id)
            if desk is not None and fact.name in desk.listeners:
                told.add(fact.workspace_id)
        for workspace_id in told:
            self._desks[workspace_id].intake.facts_came()

    def changed_read(self, facts: Sequence[Fact]) -> None:
        """Read hooks again that were changed, wherever; a reader of the pump. Hearing of it twice does no more."""
        for fact in facts:
            if fact.name == own.UPDATED and self._ready:
                self._open(fact.workspace_id).changed_at(fact.seq)

    def nudge(self, workspace_id: str) -> None:
        """Look now at a workspace for which something was made due, such as a replay."""
        desk = self._desks.get(workspace_id)
        if desk is not None:
            desk.nudge()

    # ── light events and tests ────────────────────────────────────────────────────────────────────────────────────

    def wants(self, workspace_id: str, event: str) -> bool:
        """Whether a hook of the workspace wants an event."""
        desk = self._desks.get(workspace_id)
        return desk is not None and event in desk.listeners

    def light(self, workspace_id: str, event: str, data: bytes) -> None:
        """Tell a light event, at most once, out of memory; `data` is its rendered payload."""
        desk = self._desks.get(workspace_id)
        if desk is not None and self._ready:
            desk.tell(event, data)

    async def test(self, target: Target, event: str, data: bytes) -> Attempt:
        """Make one test call now, whatever else waits. Raises `Unavailable` where the hook's secret does not open."""
        address = Address.of(target)
        if address is None:
            raise Unavailable("The secret of this hook does not open any more; give it another one.")
        return await self._deliverer.test(address, event, data)

    def _finished(self, turn: Turn, attempt: Attempt, began: int) -> None:
        desk = self._desks.get(turn.lane.address.workspace_id)
        if desk is not None:
            desk.finished(turn, attempt, began)

    def now(self) -> int:
        """UNIX milliseconds by the clock that nobody can set: what deliveries are due by."""
        return self._parts.steady()

    # ── for those who watch ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def in_flight(self) -> int:
        """Requests in flight."""
        return self._lanes.in_flight

    @property
    def most_held(self) -> int:
        """Rows in memory of the hook that has most of them."""
        return max((lane.held for desk in self._desks.values() for lane in desk.intake.lanes.values()), default=0)

    @property
    def breakers_open(self) -> int:
        """Hooks that are left alone for a while."""
        return sum(lane.breaker.state == "open" for desk in self._desks.values() for lane in desk.intake.lanes.values())
