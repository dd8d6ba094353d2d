"""One workspace's part of dispatching: what is planned, claimed, posted and settled, each by a callback and none twice at a time.

Guarantee: a row in memory is leased to this process, and once writing what came of attempts has failed, nothing more of the workspace
is begun before it is written. What was not written when the process ends is attempted again after its lease, under the same number.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from halloo.hooks.actions.claim import load_targets
from halloo.hooks.actions.dispatch import Glance, give_back, glance
from halloo.hooks.actions.sweep import tend
from halloo.hooks.address import Address
from halloo.hooks.intake import FAR, Intake
from halloo.hooks.lane import Lane
from halloo.hooks.lanes import Turn
from halloo.hooks.ledger import AGAIN_S, Ledger, Parts, Result
from halloo.hooks.light import LightEvent
from halloo.hooks.model import Attempt, Settlement, Target
from halloo.hooks.schedule import Ended, judge
from halloo.kit.refusals import Unavailable

REST_S = 5.0
"""How long the end waits for a database that does not answer; what it has claimed is attempted again after its lease."""
TENDS = 20
"""Batches that are put in order in one go."""
logger = logging.getLogger("halloo.hooks")


class Desk:
    """A workspace with hooks."""

    def __init__(self, workspace_id: str, parts: Parts) -> None:
        """Nothing is known before `changed` was called."""
        self.intake = Intake(workspace_id, parts)
        self.listeners: dict[str, list[Lane]] = {}
        """Who wants which event."""
        self.glanced: Glance | None = None
        self.untidy = True
        """Whether a hook was changed since what waits was last put in order."""
        self._parts = parts
        self._workspace_id = workspace_id
        self._ledger = Ledger(workspace_id, parts, self._written, self.intake.settling)
        self._versions: dict[str, int] = {}
        self._changes = 0
        self._heard = 0
        self._loading: asyncio.Task[None] | None = None

    # ── what is known of the hooks ────────────────────────────────────────────────────────────────────────────────

    def changed(self) -> None:
        """A hook was changed: nothing is begun before all are read again."""
        self._changes += 1
        self.intake.stale = self.intake.share.shut = self.untidy = True
        if self._loading is None or self._loading.done():
            self._loading = asyncio.get_running_loop().create_task(self._load())

    def changed_at(self, seq: int) -> None:
        """A hook was changed, as fact `seq` says."""
        if seq > self._heard:
            self._heard = seq
            self.changed()

    async def _load(self) -> None:
        while self.intake.stale and not self.intake.stopped:
            changes = self._changes
            try:
                targets = await self._parts.database.read(self._workspace_id, load_targets, self._parts.sealer)
                if changes == self._changes:
                    self._apply(targets)
                    self.intake.stale = False
            except Exception as error:
                if not isinstance(error, Unavailable):
                    logger.exception("The hooks of a workspace could not be read; trying again")
                await asyncio.sleep(AGAIN_S)
        self._open()

    def _apply(self, targets: Sequence[Target]) -> None:
        lanes: dict[str, Lane] = {}
        listeners: dict[str, list[Lane]] = {}
        enabled = [target for target in targets if target.hook.enabled]
        self._versions = {target.hook.id: target.hook.version for target in enabled}
        for target in enabled:
            address = Address.of(target)
            if address is None:
                continue
            lane = self.intake.lanes.pop(address.hook_id, None)
            if lane is None or lane.closed:
                lane = Lane(address, self.intake.share, target.health)
            else:
                lane.move(address)
                lane.backlog = True
                if self._ledger.is_empty:
                    lane.breaker.adopt(target.health.probes, target.health.probe_at)
            lanes[address.hook_id] = lane
            for event in address.events:
                listeners.setdefault(event, []).append(lane)
        for gone in self.intake.lanes.values():
            self._close(gone)
        self.intake.lanes, self.listeners = lanes, listeners

    def _close(self, lane: Lane) -> None:
        """Send nothing more of a lane."""
        lane.closed = True
        self.intake.returned += self._parts.lanes.drain(lane)
        lane.light.clear()
        self._count_dropped(lane)

    async def look(self) -> None:
        """See what others have left, or changed."""
        if self.intake.stale:
            self.changed()
            return
        moves = self._ledger.moves if self._ledger.is_empty else -1
        found = await self._parts.database.read(self._workspace_id, glance, self._parts.steady())
        if self.intake.stale or self.intake.stopped:
            return
        self.glanced = found
        if self._versions != {one.hook_id: one.version for one in found.hooks}:
            self.changed()
            return
        self.intake.behind = self.intake.behind or found.behind > 0
        self.intake.far = found.behind > FAR
        for one in found.hooks:
            lane = self.intake.lanes.get(one.hook_id)
            if lane is not None:
                lane.next_due = one.next_due_at
                if moves == self._ledger.moves and self._ledger.is_empty and one.hook_id in found.breakers:
                    lane.breaker.adopt(*found.breakers[one.hook_id])
        self.intake.poke()

    def nudge(self) -> None:
        """Something may have been made due, or a replay begun."""
        self.untidy = True
        self.intake.nudge()

    async def tend(self) -> None:
        """Put in order what changes of hooks have left."""
        self.untidy = False
        for _ in range(TENDS):
            more = await self._parts.database.write(self._workspace_id, tend, self._parts.steady())
            if not more:
                break
        else:
            self.untidy = True
        self.intake.nudge()

    # ── what came of it ───────────────────────────────────────────────────────────────────────────────────────────

    def finished(self, turn: Turn, attempt: Attempt, began: int) -> None:
        """Take what came of a turn that began then."""
        lane, exchange, parts = turn.lane, attempt.exchange, self._parts
        now = parts.steady()
        if exchange.outcome != "too_large" and not lane.closed:
            lane.cap.note(exchange, began, now)
            if lane.breaker.note(exchange.outcome, now, probe=turn.kind == "probe"):
                self._moved(lane)
        if turn.row is None:
            self._ledger.call(lane, attempt)
        else:
            delivery = turn.row.delivery
            state, due_at = "delivered", 0
            if exchange.outcome != "success":
                ended = Ended(now, parts.clock())
                state, due_at = judge(delivery, lane.address.attempts_max, exchange, ended, parts.chance())
            self._ledger.add(lane, Settlement(delivery, attempt, state, due_at))
            if exchange.outcome == "gone":
                self._close(lane)

    def _moved(self, lane: Lane) -> None:
        """A breaker has moved: what an open one has in memory is given back, so that its oldest row is the probe."""
        self._ledger.move(lane)
        lane.backlog = True
        if lane.breaker.state == "open":
            self.intake.returned += self._parts.lanes.drain(lane)

    def _written(self, batch: list[Result]) -> None:
        """These results are written, or the ledger got stuck."""
        ended = self._parts.tally.deliveries
        for lane, one in batch:
            lane.held -= 1
            if one.state == "pending":
                lane.next_due = one.due_at if lane.next_due is None else min(lane.next_due, one.due_at)
            else:
                ended[one.state] += 1
                more_came = lane.address.ordered or one.delivery.replay_id is not None  # in the same transaction
                lane.backlog = lane.backlog or more_came
                self.untidy = (
                    self.untidy or one.delivery.replay_id is not None
                )  # the next step may find little, and stop
            if one.outcome == "gone":
                self.changed()  # where it was not believed, as somebody else holds the lease, its lane is opened again
        self._open()
        if self._ledger.stuck:
            self.intake.share.shut = True

    def _open(self) -> None:
        """Begin again, where nothing forbids it."""
        if self.intake.stale or self.intake.stopped or self._ledger.stuck:
            return
        if self.intake.share.shut:
            self._parts.lanes.reopen(self.intake.share)
            self._parts.wake()
        self.intake.poke()

    # ── light events ──────────────────────────────────────────────────────────────────────────────────────────────

    def tell(self, event: str, data: bytes) -> None:
        """Have a light event told to the hooks that want it."""
        lanes = self.listeners.get(event)
        if not lanes:
            return
        parts = self._parts
        made = LightEvent.of(self._workspace_id, event, data, parts.clock(), parts.steady())
        for lane in lanes:
            lane.light.put(made)
            self._count_dropped(lane)
            parts.lanes.offer(lane)
            if lane.breaker.state == "open" and not lane.backlog:
                lane.backlog = True  # it may have to be the probe
        parts.wake()

    def _count_dropped(self, lane: Lane) -> None:
        self._parts.tally.light_dropped += lane.light.dropped
        lane.light.dropped = 0

    # ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────

    def leave(self) -> None:
        """Nothing more is begun."""
        for lane in self.intake.lanes.values():
            self._close(lane)
        self.intake.stop()
        if self._loading is not None:
            self._loading.cancel()

    async def stop(self) -> None:
        """Write what is not written, and give back what was not begun."""
        self.leave()
        try:
            await self._ledger.close()
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REST_S):
                    await self.intake.rest()
            returned = [*self.intake.returned, *self.intake.share.late]
            if returned:
                await self._parts.database.write(
                    self._workspace_id, give_back, self._parts.lease, returned, self._parts.steady()
                )
