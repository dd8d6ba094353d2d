"""What comes into a workspace's lanes: facts are planned, rows claimed, and what will not be attempted is given back.

Each is done by a callback and none twice at a time, so that nobody waits in a task.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from halloo.hooks.actions.claim import claim
from halloo.hooks.actions.dispatch import give_back
from halloo.hooks.actions.plan import plan
from halloo.hooks.lane import Lane, Share
from halloo.hooks.ledger import AGAIN_S, Parts
from halloo.hooks.model import LEASE, Claimed, Planned
from halloo.kit.refusals import Unavailable

CLAIMS = 200
"""Rows of one claim."""
HOLD_S = 0.5
"""For how long at most planning waits for a hook while others have room."""
FAR = 2_000
"""With more facts behind than these planning waits for nobody."""
_BUSY = 4
"""There is much to do where a part of one in so many of all rows that hooks may hold is held."""
_NONE: Mapping[str, int] = {}
logger = logging.getLogger("halloo.hooks")


class Intake:
    """Of one workspace. `stale`: its hooks were changed and not read again yet; `stopped`: nothing more is begun."""

    def __init__(self, workspace_id: str, parts: Parts) -> None:
        """Nothing is known of its hooks yet."""
        self.workspace_id = workspace_id
        self.lanes: dict[str, Lane] = {}
        self.share = Share()
        self.stale = True
        self.stopped = False
        self.returned: list[Claimed] = []
        """Rows to be given back."""
        self.behind = False
        """Whether there are facts to be planned."""
        self.far = False
        """Whether there are so many that planning waits for nobody."""
        self._hold: asyncio.TimerHandle | None = None
        self._parts = parts
        self._planning = self._claiming = False
        self._turn = 0
        self._timer: asyncio.TimerHandle | None = None
        self._asked = 0
        """Actions that the database has not answered."""
        self._answered = asyncio.Event()

    def stop(self) -> None:
        """Begin nothing more; see `rest`."""
        self.stopped = True
        for timer in (self._timer, self._hold):
            if timer is not None:
                timer.cancel()

    async def rest(self) -> None:
        """Wait until all that was begun has come to its end: what is claimed until then is to be given back."""
        while self._asked:
            self._answered.clear()
            await self._answered.wait()

    def facts_came(self) -> None:
        """Something was recorded that a hook wants."""
        self.behind = True
        self._plan()

    def nudge(self) -> None:
        """Something may have been made due."""
        for lane in self.lanes.values():
            lane.backlog = True
        self.poke()

    def poke(self) -> None:
        """Begin whatever there is to do and is not being done."""
        if self.stopped or self.stale:
            return
        now = self._parts.steady()
        for lane in self.lanes.values():
            if lane.next_due is not None and lane.next_due <= now:
                lane.next_due, lane.backlog = None, True
        self._give_back()
        self._claim(now)
        self._plan()
        self._set_timer(now)

    def _set_timer(self, now: int) -> None:
        """Wake when the next row is due, or the next probe."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        times = [time for lane in self.lanes.values() if (time := _next_time(lane)) > now]
        if times:
            self._timer = asyncio.get_running_loop().call_later((min(times) - now) / 1000 + 0.001, self.poke)

    def _submit(
        self, done: Callable[[Any], None], failed: Callable[[], None], action: Any, *args: Any, **named: Any
    ) -> None:
        """Run an action; where it fails, look again in a moment."""
        self._asked += 1

        def answered(result: Any, error: BaseException | None) -> None:
            self._asked -= 1
            self._answered.set()
            if error is None:
                done(result)
                return
            failed()
            if not isinstance(error, Unavailable):
                logger.error("Deliveries could not be planned, claimed or given back; trying again", exc_info=error)
            if not self.stopped:
                asyncio.get_running_loop().call_later(AGAIN_S, self.poke)

        self._parts.database.submit(self.workspace_id, answered, action, *args, **named)

    # ── planning ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _plan(self, *, anyway: bool = False) -> None:
        if not self.behind or self._planning or self.stopped or self.stale:
            return
        now = self._parts.steady()
        lanes = [] if self.share.shut else [one for one in self.lanes.values() if not (one.backlog and one.firsts_wait)]
        room = {lane.hook_id: free for lane in lanes if (free := lane.room(now)) > 0}
        paced = not self.far
        if paced and not anyway and self._waits_for_room(lanes, room, now):
            self._hold = self._hold or asyncio.get_running_loop().call_later(HOLD_S, self._plan_anyway)
            return
        self._planning, self.behind = True, False
        if self._hold is not None:
            self._hold.cancel()
            self._hold = None

        def done(planned: Planned) -> None:
            self._planning = False
            self._feed(planned.claimed, now + LEASE)
            for hook_id in planned.waiting:
                if (lane := self.lanes.get(hook_id)) is not None:
                    lane.backlog = lane.firsts_wait = True
            self.behind = self.behind or planned.more
            self.poke()

        def failed() -> None:
            self._planning, self.behind = False, True

        self._submit(done, failed, plan, room, self._parts.lease, now, paced=paced)

    def _plan_anyway(self) -> None:
        self._hold = None
        self._plan(anyway=True)

    def _waits_for_room(self, lanes: Sequence[Lane], room: Mapping[str, int], now: int) -> bool:
        """Whether it is better to plan in a moment: what is leased as it is planned need not be claimed.

        So it is while hooks are asked for the first time what waits for them, and while there is much to do and one of those that
        keep up has no room. Who has a backlog, or is ill, is not waited for.
        """
        if self._claiming and any(lane.room(now) > 0 for lane in self.lanes.values() if not lane.asked):
            return True
        able = [lane for lane in lanes if not (lane.backlog or lane.closed) and lane.breaker.state != "open"]
        if sum(lane.held for lane in able) * _BUSY < sum(2 * lane.cap.at(now) for lane in able):
            return False
        return any(room.get(lane.hook_id, 0) * 2 < lane.cap.at(now) for lane in able)

    def _feed(self, rows: Sequence[Claimed], until: int, probes: Collection[str] = ()) -> dict[str, int]:
        """Hand rows to their lanes; how many each got. `probes`: hooks whose row is the probe; others may have opened meanwhile."""
        by_hook: dict[str, list[Claimed]] = {}
        for row in rows:
            by_hook.setdefault(row.hook_id, []).append(row)
        lanes = self._parts.lanes
        for hook_id, some in by_hook.items():
            lane = self.lanes.get(hook_id)
            if lane is None or lane.closed or self.stopped:
                self.returned += some
            elif lane.breaker.state != "open":
                lanes.feed(lane, some, until)
            elif hook_id in probes and lane.probe is None and not lane.probing:
                lanes.feed_probe(lane, some[0], until)
                self.returned += some[1:]
            else:
                self.returned += some
        if rows:
            self._parts.wake()
        return {hook_id: len(some) for hook_id, some in by_hook.items()}

    # ── claiming ──────────────────────────────────────────────────────────────────────────────────────────────────

    def settling(self, leaving: Mapping[str, int]) -> None:
        """Claim what takes the place of so many results, by hook, that are on their way into the database.

        It stands right behind them in the queue, so that it comes with the same commit: where a commit takes long, a backlog would
        wait twice for each handful of rows.
        """
        if not (self.stopped or self.stale):
            self._claim(self._parts.steady(), leaving)

    def _claim(self, now: int, leaving: Mapping[str, int] = _NONE) -> None:
        if self._claiming or self.share.shut:
            return
        wanted = self._wanted(now, leaving)
        if not wanted:
            return
        self._claiming = True
        probes = {hook_id for hook_id in wanted if self.lanes[hook_id].breaker.probe_at is not None}

        def done(found: list[Claimed]) -> None:
            self._claiming = False
            got = self._feed(found, now + LEASE, probes)
            first = {one.hook_id for one in found if not one.attempts and not one.series}
            for hook_id, count in wanted.items():
                lane = self.lanes.get(hook_id)
                if lane is not None:
                    lane.asked = True
                    lane.firsts_wait = hook_id in first
                    if got.get(hook_id, 0) < count:
                        self._exhausted(lane, probe=hook_id in probes)
            self.poke()

        def failed() -> None:
            self._claiming = False

        self._submit(done, failed, claim, wanted, self._parts.lease, now)

    def _wanted(self, now: int, leaving: Mapping[str, int]) -> dict[str, int]:
        """How many rows of which hooks; each time another one is asked first."""
        lanes = list(self.lanes.values())
        self._turn = (self._turn + 1) % max(1, len(lanes))
        wanted: dict[str, int] = {}
        left = CLAIMS
        for lane in (*lanes[self._turn :], *lanes[: self._turn]):
            if lane.backlog and left > 0 and (free := min(left, _free(lane, now, leaving.get(lane.hook_id, 0)))) > 0:
                wanted[lane.hook_id] = free
                left -= free
        return wanted

    def _exhausted(self, lane: Lane, *, probe: bool) -> None:
        """Nothing more of a lane is due. Where a probe was looked for, a light event may be it."""
        lane.backlog = lane.firsts_wait = False
        if lane.breaker.state == "open" and lane.probe is None and lane.light.waiting:
            if not probe:  # the breaker has opened since: there is one to be looked for at its time
                lane.backlog = True
                return
            lane.light_probe = True
            self._parts.lanes.offer(lane)
            self._parts.wake()

    def _give_back(self) -> None:
        """End the leases of what will not be attempted."""
        self.returned += self.share.late
        self.share.late.clear()
        if not self.returned or self.share.shut:
            return
        returned, self.returned = self.returned, []

        def done(_: None) -> None:
            for hook_id in {row.hook_id for row in returned}:
                if (lane := self.lanes.get(hook_id)) is not None:
                    lane.backlog = True
            self.poke()

        self._submit(done, lambda: None, give_back, self._parts.lease, returned, self._parts.steady())


def _next_time(lane: Lane) -> int:
    """When there is something to do for a lane, or 0."""
    probe_at = lane.breaker.probe_at or 0
    if lane.next_due is not None:
        return max(lane.next_due, probe_at)
    return probe_at if lane.backlog else 0


def _free(lane: Lane, now: int, leaving: int) -> int:
    """How many rows a lane takes: one to be probed with; else it is filled up.

    It is when results are leaving, or once half of what it may send at once is left.
    """
    probe_at = lane.breaker.probe_at
    if probe_at is not None:
        return int(now >= probe_at and lane.probe is None and not lane.probing)
    cap = lane.cap.at(now)
    if not leaving and lane.waiting * 2 > cap:
        return 0
    kept = 0 if lane.firsts_wait else max(1, cap // 4)  # for first attempts that are planned meanwhile
    return lane.room(now, leaving) - kept
