"""One workspace's part of dispatching: what is planned, claimed, posted and settled, each by a callback and none twice at a time.

Guarantee: a row in memory is leased to this process, and once writing what came of attempts has failed, nothing more of the workspace
is begun before it is written. What was not written when the process ends is attempted again after its lease, under the same number.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from halloo.hooks.actions.claim import claim, load_targets
from halloo.hooks.actions.dispatch import Glance, give_back, glance
from halloo.hooks.actions.plan import plan
from halloo.hooks.actions.sweep import tend
from halloo.hooks.address import Address
from halloo.hooks.lane import Lane, Share
from halloo.hooks.lanes import Turn
from halloo.hooks.ledger import AGAIN_S, Ledger, Parts, Result
from halloo.hooks.light import LightEvent
from halloo.hooks.model import LEASE, Attempt, Claimed, Planned, Settlement, Target
from halloo.hooks.schedule import Ended, judge
from halloo.kit.refusals import Unavailable

CLAIMS = 200
"""Rows of one claim."""
TENDS = 20
"""Batches that are put in order in one go."""
logger = logging.getLogger("halloo.hooks")


class Desk:
    """A workspace with hooks."""

    def __init__(self, workspace_id: str, parts: Parts) -> None:
        """Nothing is known before `changed` was called."""
        self.workspace_id = workspace_id
        self.lanes: dict[str, Lane] = {}
        self.listeners: dict[str, list[Lane]] = {}
        """Who wants which event."""
        self.glanced: Glance | None = None
        self.untidy = True
        """Whether a hook was changed since what waits was last put in order."""
        self._parts = parts
        self._share = Share()
        self._ledger = Ledger(workspace_id, parts, self._written)
        self._versions: dict[str, int] = {}
        self._returned: list[Claimed] = []
        self._behind = False
        self._stale = True
        self._loading: asyncio.Task[None] | None = None
        self._planning = self._claiming = False
        self._turn = 0
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    # ── what is known of the hooks ────────────────────────────────────────────────────────────────────────────────

    def changed(self) -> None:
        """A hook was changed: nothing is begun before all are read again."""
        self._stale = self._share.shut = self.untidy = True
        if self._loading is None or self._loading.done():
            self._loading = asyncio.get_running_loop().create_task(self._load())

    async def _load(self) -> None:
        while self._stale and not self._stopped:
            self._stale = False
            try:
                targets = await self._parts.database.read(self.workspace_id, load_targets, self._parts.sealer)
                if not self._stale:
                    self._apply(targets)
            except Exception as error:
                self._stale = True
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
            lane = self.lanes.pop(address.hook_id, None)
            if lane is None or lane.closed:
                lane = Lane(address, self._share, target.health)
            else:
                lane.move(address)
                lane.backlog = True
                if self._ledger.is_empty:
                    lane.breaker.adopt(target.health.probes, target.health.probe_at)
            lanes[address.hook_id] = lane
            for event in address.events:
                listeners.setdefault(event, []).append(lane)
        for gone in self.lanes.values():
            self._close(gone)
        self.lanes, self.listeners = lanes, listeners

    def _close(self, lane: Lane) -> None:
        """Send nothing more of a lane."""
        lane.closed = True
        self._returned += self._parts.lanes.drain(lane)
        lane.light.clear()
        self._count_dropped(lane)

    async def look(self) -> None:
        """See what others have left, or changed."""
        if self._stale:
            self.changed()
            return
        moves = self._ledger.moves if self._ledger.is_empty else -1
        found = await self._parts.database.read(self.workspace_id, glance, self._parts.steady())
        if self._stale or self._stopped:
            return
        self.glanced = found
        if self._versions != {one.hook_id: one.version for one in found.hooks}:
            self.changed()
            return
        self._behind = self._behind or found.behind > 0
        for one in found.hooks:
            lane = self.lanes.get(one.hook_id)
            if lane is not None:
                lane.next_due = one.next_due_at
                if moves == self._ledger.moves and self._ledger.is_empty and one.hook_id in found.breakers:
                    lane.breaker.adopt(*found.breakers[one.hook_id])
        self.poke()

    async def tend(self) -> None:
        """Put in order what changes of hooks have left."""
        self.untidy = False
        for _ in range(TENDS):
            more = await self._parts.database.write(self.workspace_id, tend, self._parts.steady())
            if not more:
                return
        self.untidy = True

    # ── what there is to do ───────────────────────────────────────────────────────────────────────────────────────

    def facts_came(self) -> None:
        """Something was recorded that a hook wants."""
        self._behind = True
        self._plan()

    def nudge(self) -> None:
        """Something may have been made due."""
        for lane in self.lanes.values():
            lane.backlog = True
        self.poke()

    def poke(self) -> None:
        """Begin whatever there is to do and is not being done."""
        if self._stopped or self._stale:
            return
        now = self._parts.steady()
        for lane in self.lanes.values():
            if lane.next_due is not None and lane.next_due <= now:
                lane.next_due, lane.backlog = None, True
        self._give_back()
        self._plan()
        self._claim(now)
        self._set_timer(now)

    def _set_timer(self, now: int) -> None:
        """Wake when the next row is due, or the next probe."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        times = [time for lane in self.lanes.values() if (time := _next_time(lane)) > now]
        if times:
            self._timer = asyncio.get_running_loop().call_later((min(times) - now) / 1000 + 0.001, self.poke)

    def _submit(self, done: Callable[[Any], None], failed: Callable[[], None], action: Any, *args: Any) -> None:
        """Run an action; where it fails, look again in a moment."""

        def answered(result: Any, error: BaseException | None) -> None:
            if error is None:
                done(result)
                return
            failed()
            if not isinstance(error, Unavailable):
                logger.error("Deliveries could not be planned, claimed or given back; trying again", exc_info=error)
            if not self._stopped:
                asyncio.get_running_loop().call_later(AGAIN_S, self.poke)

        self._parts.database.submit(self.workspace_id, answered, action, *args)

    # ── planning ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _plan(self) -> None:
        if not self._behind or self._planning or self._stopped or self._stale:
            return
        self._planning, self._behind = True, False
        now = self._parts.steady()
        lanes = () if self._share.shut else self.lanes.values()
        room = {lane.hook_id: free for lane in lanes if not lane.backlog and (free := lane.room(now)) > 0}

        def done(planned: Planned) -> None:
            self._planning = False
            got = self._feed(planned.claimed, now + LEASE)
            for lane in self.lanes.values() if planned.facts else ():
                if got.get(lane.hook_id, 0) >= room.get(lane.hook_id, 0):
                    lane.backlog = True
            self._behind = self._behind or planned.more
            self.poke()

        def failed() -> None:
            self._planning, self._behind = False, True

        self._submit(done, failed, plan, room, self._parts.lease, now)

    def _feed(self, rows: Sequence[Claimed], until: int) -> dict[str, int]:
        """Hand rows to their lanes; how many each got."""
        by_hook: dict[str, list[Claimed]] = {}
        for row in rows:
            by_hook.setdefault(row.hook_id, []).append(row)
        lanes = self._parts.lanes
        for hook_id, some in by_hook.items():
            lane = self.lanes.get(hook_id)
            if lane is None or lane.closed or self._stopped:
                self._returned += some
            elif lane.breaker.state != "open":
                lanes.feed(lane, some, until)
            elif lane.probe is None and not lane.probing:
                lanes.feed_probe(lane, some[0], until)
                self._returned += some[1:]
            else:
                self._returned += some
        if rows:
            self._parts.wake(len(rows))
        return {hook_id: len(some) for hook_id, some in by_hook.items()}

    # ── claiming ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _claim(self, now: int) -> None:
        if self._claiming or self._share.shut:
            return
        wanted = self._wanted(now)
        if not wanted:
            return
        self._claiming = True

        def done(found: list[Claimed]) -> None:
            self._claiming = False
            got = self._feed(found, now + LEASE)
            for hook_id, count in wanted.items():
                lane = self.lanes.get(hook_id)
                if lane is not None and got.get(hook_id, 0) < count:
                    self._exhausted(lane)
            self.poke()

        def failed() -> None:
            self._claiming = False

        self._submit(done, failed, claim, wanted, self._parts.lease, now)

    def _wanted(self, now: int) -> dict[str, int]:
        """How many rows of which hooks; each time another one is asked first."""
        lanes = list(self.lanes.values())
        self._turn = (self._turn + 1) % max(1, len(lanes))
        wanted: dict[str, int] = {}
        left = CLAIMS
        for lane in (*lanes[self._turn :], *lanes[: self._turn]):
            if lane.backlog and left > 0 and (free := min(left, _free(lane, now))) > 0:
                wanted[lane.hook_id] = free
                left -= free
        return wanted

    def _exhausted(self, lane: Lane) -> None:
        """Nothing more of a lane is due. Where its breaker is open, a light event may be the probe."""
        lane.backlog = False
        if lane.breaker.state == "open" and lane.probe is None and lane.light.waiting:
            lane.light_probe = True
            self._parts.lanes.offer(lane)
            self._parts.wake(1)

    def _give_back(self) -> None:
        """End the leases of what will not be attempted."""
        self._returned += self._share.late
        self._share.late.clear()
        if not self._returned or self._share.shut:
            return
        returned, self._returned = self._returned, []

        def done(_: None) -> None:
            for hook_id in {row.hook_id for row in returned}:
                if (lane := self.lanes.get(hook_id)) is not None:
                    lane.backlog = True
            self.poke()

        self._submit(done, lambda: None, give_back, self._parts.lease, returned, self._parts.steady())

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
            self._returned += self._parts.lanes.drain(lane)

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
        self._open()
        if self._ledger.stuck:
            self._share.shut = True

    def _open(self) -> None:
        """Begin again, where nothing forbids it."""
        if self._stale or self._stopped or self._ledger.stuck:
            return
        if self._share.shut:
            self._parts.lanes.reopen(self._share)
            self._parts.wake(sum(lane.waiting + len(lane.light.waiting) for lane in self.lanes.values()))
        self.poke()

    # ── light events ──────────────────────────────────────────────────────────────────────────────────────────────

    def tell(self, event: str, data: bytes) -> None:
        """Have a light event told to the hooks that want it."""
        lanes = self.listeners.get(event)
        if not lanes:
            return
        parts = self._parts
        made = LightEvent.of(self.workspace_id, event, data, parts.clock(), parts.steady())
        for lane in lanes:
            lane.light.put(made)
            self._count_dropped(lane)
            parts.lanes.offer(lane)
            if lane.breaker.state == "open" and not lane.backlog:
                lane.backlog = True  # it may have to be the probe
        parts.wake(len(lanes))

    def _count_dropped(self, lane: Lane) -> None:
        self._parts.tally.light_dropped += lane.light.dropped
        lane.light.dropped = 0

    # ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────

    def leave(self) -> None:
        """Nothing more is begun."""
        for lane in self.lanes.values():
            self._close(lane)
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self._loading is not None:
            self._loading.cancel()

    async def stop(self) -> None:
        """Write what is not written, and give back what was not begun."""
        self.leave()
        await self._ledger.close()
        returned = [*self._returned, *self._share.late]
        if returned:
            await self._parts.database.write(
                self.workspace_id, give_back, self._parts.lease, returned, self._parts.steady()
            )


def _next_time(lane: Lane) -> int:
    """When there is something to do for a lane, or 0."""
    probe_at = lane.breaker.probe_at or 0
    if lane.next_due is not None:
        return max(lane.next_due, probe_at)
    return probe_at if lane.backlog else 0


def _free(lane: Lane, now: int) -> int:
    """How many rows a lane takes: one to be probed with; else it is filled up once half of what it may send at once is left."""
    probe_at = lane.breaker.probe_at
    if probe_at is not None:
        return int(now >= probe_at and lane.probe is None and not lane.probing)
    cap = lane.cap.at(now)
    if lane.waiting * 2 > cap or len(lane.retries) + len(lane.replays) >= cap:
        return 0
    return lane.room(now)
