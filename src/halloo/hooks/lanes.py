"""What is sent next (hooks contract 6): round robin over hooks that have something to send, never over rows. Pure: the time is handed in.

`Lanes` hands out the slots of the process to lanes, each of which is one hook's.
"""

from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from halloo.hooks.lane import RETRIES, Kind, Lane, Row, Share
from halloo.hooks.light import LightEvent
from halloo.hooks.model import Claimed

PROCESS_MAX = 1_000
"""Requests in flight."""
_MARGIN_MS = 500
_WOKEN = 2
"""Lanes that look when one is done."""


class Turn(NamedTuple):
    """A slot of the process, and what it is for."""

    lane: Lane
    kind: Kind
    row: Row | None
    light: LightEvent | None


class Lanes:
    """The slots of a process, and whose turn it is."""

    def __init__(self, slots: int = PROCESS_MAX) -> None:
        """`slots`: requests in flight."""
        self.slots = slots
        self.in_flight = 0
        self.active = 0
        self.retrying = 0
        self.firsts = 0
        """First attempts that wait in memory."""
        self._ready: deque[Lane] = deque()
        self._resting: dict[Lane, None] = {}
        """The same of the process, and lanes whose retries wait until first attempts do not."""

    def feed(self, lane: Lane, rows: Iterable[Claimed], until: int) -> None:
        """Take rows in whose lease ends at `until`."""
        for delivery in rows:
            row = Row(delivery, until)
            lane.held += 1
            if delivery.series:
                lane.replays.append(row)
            elif delivery.attempts:
                lane.retries.append(row)
            else:
                lane.first.append(row)
                self.firsts += 1
        self.offer(lane)

    def feed_probe(self, lane: Lane, delivery: Claimed, until: int) -> None:
        """Take in the one row that an open breaker lets through."""
        lane.held += 1
        lane.probe = Row(delivery, until)
        self.offer(lane)

    def offer(self, lane: Lane) -> None:
        """Give a lane its place in the round, if it has none."""
        if not lane.queued:
            lane.queued = True
            self._ready.append(lane)
            share = lane.share
            if share.waiting:
                share.waiting.pop(lane, None)
            if share.resting:
                share.resting.pop(lane, None)
            if self._resting:
                self._resting.pop(lane, None)

    def drain(self, lane: Lane) -> list[Claimed]:
        """Give back every row of a lane that was not begun."""
        self.firsts -= len(lane.first)
        return lane.drain()

    def take(self, now: int) -> Turn | None:
        """The next request to send; its slot is taken until `done`."""
        ready = self._ready
        while ready and self.in_flight < self.slots:
            lane = ready.popleft()
            share = lane.share
            lane.queued = False
            if share.shut or share.in_flight >= share.limit:
                share.waiting[lane] = None
                continue
            if lane.in_flight and lane.in_flight >= self._fair(lane, share):
                (share.resting if share.in_flight * 2 >= share.limit else self._resting)[lane] = None
                continue
            retries = not self.firsts or self.retrying < self.slots * RETRIES
            kind = lane.pick(now, retries=retries)
            if kind is None:
                if lane.retries and not retries:
                    self._resting[lane] = None
                continue
            lane.queued = True
            ready.append(lane)
            turn = self._begin(lane, kind, now)
            if turn is not None:
                return turn
        return None

    def _fair(self, lane: Lane, share: Share) -> int:
        """How many a lane may have in flight where half of the slots are taken: its part, and one while it does not answer well."""
        if self.in_flight * 2 < self.slots and share.in_flight * 2 < share.limit:
            return self.slots
        if not lane.breaker.healthy:
            return 1
        return max(1, min(share.limit // share.active, self.slots // self.active))

    def _begin(self, lane: Lane, kind: Kind, now: int) -> Turn | None:
        row: Row | None = None
        light: LightEvent | None = None
        if kind == "light" or (kind == "probe" and lane.probe is None):
            lane.light_probe = False
            light = lane.light.take(now)
            if light is None:
                return None
        else:
            row = self._next_row(lane, kind)
            if row.until - now < lane.address.needs_ms + _MARGIN_MS:
                lane.held -= 1
                lane.share.late.append(row.delivery)
                return None
            if kind == "retry":
                lane.retrying += 1
                self.retrying += 1
            elif kind == "replay":
                lane.replaying += 1
        lane.probing = lane.probing or kind == "probe"
        if not lane.in_flight:
            lane.share.active += 1
            self.active += 1
        lane.in_flight += 1
        lane.share.in_flight += 1
        self.in_flight += 1
        return Turn(lane, kind, row, light)

    def _next_row(self, lane: Lane, kind: Kind) -> Row:
        if kind == "first":
            self.firsts -= 1
            return lane.first.popleft()
        if kind == "retry":
            return lane.retries.popleft()
        if kind == "replay":
            return lane.replays.popleft()
        row, lane.probe = lane.probe, None
        assert row is not None  # noqa: S101 - `pick` has looked
        return row

    def done(self, lane: Lane, kind: Kind) -> None:
        """Give a slot back."""
        share = lane.share
        self.in_flight -= 1
        share.in_flight -= 1
        lane.in_flight -= 1
        if not lane.in_flight:
            share.active -= 1
            self.active -= 1
        if kind == "retry":
            lane.retrying -= 1
            self.retrying -= 1
        elif kind == "replay":
            lane.replaying -= 1
        elif kind == "probe":
            lane.probing = False
        if share.waiting and not share.shut:
            self._wake(share.waiting, share.in_flight)
        if share.resting and share.in_flight * 2 < share.limit:
            self._wake(share.resting, share.in_flight)
        if self._resting:
            self._wake(self._resting, self.in_flight)
        self.offer(lane)

    def _wake(self, waiting: dict[Lane, None], in_flight: int) -> None:
        """A few look whether it is their turn; all of them where nobody would wake them later. Those that it is not wait again."""
        for lane in list(islice(waiting, _WOKEN) if in_flight else waiting):
            self.offer(lane)

    def reopen(self, share: Share) -> None:
        """What a workspace has may be sent again."""
        share.shut = False
        self._wake(share.waiting, 0)
