"""What came of a workspace's attempts, until it is written: in batches, again and again while the database is away, and in order."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from halloo.db.engine import Database
from halloo.hooks.actions.settle import settle
from halloo.hooks.lane import Lane
from halloo.hooks.lanes import Lanes
from halloo.hooks.model import Attempt, Settlement
from halloo.hooks.tally import HooksTally
from halloo.kit.clock import Clock
from halloo.kit.refusals import Unavailable
from halloo.kit.sealing import Sealer

SETTLE_S = 0.04
"""For how long results wait for others."""
BATCH = 500
"""Results of one transaction."""
AGAIN_S = 1.0
logger = logging.getLogger("halloo.hooks")
Breakers = dict[str, tuple[int, int | None]]
Result = tuple[Lane, Settlement]


class Parts(NamedTuple):
    """What all workspaces share. `lease` is this process's token; `wake` says that there may be work."""

    database: Database
    lanes: Lanes
    sealer: Sealer
    clock: Clock
    steady: Clock
    tally: HooksTally
    lease: str
    wake: Callable[[], None]
    chance: Callable[[], float]


class Ledger:
    """One of a workspace. `stuck`: writing has failed, and nothing new may be begun."""

    def __init__(
        self,
        workspace_id: str,
        parts: Parts,
        changed: Callable[[list[Result]], None],
        settling: Callable[[Mapping[str, int]], None],
    ) -> None:
        """`changed` is told what was written or let go, and called as well when it got stuck.

        `settling` is told how many results of which hooks were just sent to the database.
        """
        self.stuck = False
        self.moves = 0
        """How often a breaker has moved."""
        self._workspace_id = workspace_id
        self._parts = parts
        self._changed = changed
        self._settling = settling
        self._results: list[Result] = []
        self._breakers: Breakers = {}
        self._calls: dict[str, Attempt] = {}
        self._writing = False
        self._alone = 0
        """Results that are written one by one, since with one of them the others could not be."""
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_empty(self) -> bool:
        """Whether all is written."""
        return not (self._writing or self._results or self._breakers or self._calls)

    # ── taking in ─────────────────────────────────────────────────────────────────────────────────────────────────

    def move(self, lane: Lane) -> None:
        """A breaker has moved."""
        self.moves += 1
        self._breakers[lane.hook_id] = lane.breaker.probes, lane.breaker.probe_at

    def call(self, lane: Lane, attempt: Attempt) -> None:
        """A light event was told."""
        self._calls[lane.hook_id] = attempt
        self._soon()

    def add(self, lane: Lane, one: Settlement) -> None:
        """A delivery was attempted. It is written at once where its lane waits for that, else together with others."""
        self._results.append((lane, one))
        if len(self._results) >= BATCH or ((lane.backlog or lane.address.ordered) and _waits_for_it(lane)):
            self._write()
        else:
            self._soon()

    def _soon(self) -> None:
        if self._timer is None and not self._writing and not self.stuck:
            self._timer = asyncio.get_running_loop().call_later(SETTLE_S, self._write)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _write(self, *, again: bool = False) -> None:
        if self._writing or (self.stuck and not again):
            return
        self._stop_timer()
        size = 1 if self._alone else BATCH
        batch, self._results = self._results[:size], self._results[size:]
        breakers, self._breakers = self._breakers, {}
        calls, self._calls = self._calls, {}
        if not (batch or breakers or calls):
            self._written([])
            return
        self._writing = True

        def done(_: Any, error: BaseException | None) -> None:
            self._writing = False
            if error is None:
                self._written(batch)
            else:
                self._unwritten(batch, breakers, calls, error)

        parts = self._parts
        parts.database.submit(
            self._workspace_id,
            done,
            settle,
            parts.lease,
            [one for _, one in batch],
            breakers,
            parts.steady(),
            calls,
        )
        self._settling(Counter(lane.hook_id for lane, _ in batch))

    def _written(self, batch: list[Result]) -> None:
        self._alone = max(0, self._alone - len(batch))
        self.stuck = False
        if self._results or self._breakers or self._calls:
            self._soon()
        if self._alone:
            self._write()
        self._changed(batch)

    def _unwritten(
        self, batch: list[Result], breakers: Breakers, calls: dict[str, Attempt], error: BaseException
    ) -> None:
        """Keep it for later. What can never be written is let go: its lease ends, and it is attempted again."""
        self.stuck = True
        self._breakers = {**breakers, **self._breakers}
        self._calls = {**calls, **self._calls}
        let_go: list[Result] = []
        if isinstance(error, Unavailable):
            self._results = batch + self._results
        else:
            logger.error("What came of deliveries could not be written", exc_info=error)
            if len(batch) > 1:
                self._results = batch + self._results
                self._alone = len(batch)
            else:
                self._alone = max(0, self._alone - 1)
                self._breakers, self._calls, let_go = {}, {}, batch
        self._changed(let_go)
        asyncio.get_running_loop().call_later(AGAIN_S, self._again)

    def _again(self) -> None:
        self._write(again=True)

    async def close(self) -> None:
        """Write what is left, once; what cannot be written then is attempted again after its lease."""
        self._stop_timer()
        results = [one for _, one in self._results]
        if results or self._breakers or self._calls:
            parts = self._parts
            breakers, calls, now = self._breakers, self._calls, parts.steady()
            await parts.database.write(
                self._workspace_id, settle, parts.lease, results, breakers, now, calls
            )  # fmt: skip


def _waits_for_it(lane: Lane) -> bool:
    """Whether a lane has nothing to do until its results are written, or soon will not have."""
    waiting, in_flight = lane.waiting, lane.in_flight
    if lane.backlog and (lane.held - waiting - in_flight) * 2 >= lane.cap.now:
        return True
    return not waiting and not in_flight
