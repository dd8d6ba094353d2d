"""What is sent next (hooks contract 6): round robin over hooks that have something to send, never over rows. Pure: the time is handed in.

A lane is one hook's part: the few of its rows that are in memory, and what it has in flight. `Lanes` hands out the slots of the process.
"""

from collections import deque
from collections.abc import Iterable
from typing import Literal, NamedTuple

from halloo.hooks.address import Address
from halloo.hooks.breaker import Breaker, Cap
from halloo.hooks.light import LightEvent, LightQueue
from halloo.hooks.model import Claimed, Health

WORKSPACE_MAX = 200
"""Requests to a workspace's hooks in flight."""
PROCESS_MAX = 1_000
_RETRIES = 0.3
"""Of the slots, while first attempts wait."""
Kind = Literal["first", "retry", "replay", "light", "probe"]
_TURNS: tuple[Kind, ...] = ("first", "light", "retry", "replay")
_MARGIN_MS = 500


class Row(NamedTuple):
    """A delivery in memory, and when its lease ends by the steady clock."""

    delivery: Claimed
    until: int


class Share:
    """What the hooks of a workspace have in flight. `shut`: its results cannot be written, so that nothing new is begun."""

    __slots__ = ("active", "in_flight", "late", "limit", "shut", "waiting")

    def __init__(self, limit: int = WORKSPACE_MAX) -> None:
        """Nothing is in flight."""
        self.in_flight = 0
        self.active = 0
        """Lanes that have something in flight."""
        self.limit = limit
        self.shut = False
        self.waiting: deque[Lane] = deque()
        self.late: list[Claimed] = []
        """Rows whose lease would end under the attempt: somebody gives them back."""


class Lane:
    """One hook's."""

    __slots__ = (
        "_turn",
        "address",
        "backlog",
        "breaker",
        "cap",
        "closed",
        "first",
        "held",
        "hook_id",
        "in_flight",
        "light",
        "light_probe",
        "next_due",
        "probe",
        "probing",
        "queued",
        "replaying",
        "replays",
        "retries",
        "retrying",
        "share",
    )

    def __init__(self, address: Address, share: Share, health: Health | None = None) -> None:
        """`health`: as it was stored."""
        self.address = address
        self.hook_id = address.hook_id
        self.share = share
        self.cap = Cap(address.max_in_flight)
        self.breaker = Breaker(health)
        self.first: deque[Row] = deque()
        self.retries: deque[Row] = deque()
        self.replays: deque[Row] = deque()
        self.probe: Row | None = None
        self.probing = False
        """Whether the probe is in flight."""
        self.light = LightQueue()
        self.light_probe = False
        """Whether a light event may probe an open breaker: there is nothing else to probe it with."""
        self.backlog = True
        """Whether rows that are due may wait in the database."""
        self.next_due: int | None = None
        """When there are some the next time."""
        self.held = 0
        """Rows in memory: waiting, in flight, or with a result that is not written yet."""
        self.in_flight = 0
        self.retrying = 0
        self.replaying = 0
        self.closed = False
        """Nothing more is sent: the hook was deleted, disabled, or is gone."""
        self.queued = False
        self._turn = 0

    @property
    def waiting(self) -> int:
        """Rows in memory that were not begun."""
        return len(self.first) + len(self.retries) + len(self.replays) + (self.probe is not None)

    def room(self, now: int) -> int:
        """How many rows more may be held."""
        if self.closed or self.breaker.state == "open":
            return 0
        return 2 * self.cap.at(now) - self.held

    def move(self, address: Address) -> None:
        """The hook was changed: what waits goes to where it is now."""
        self.address = address
        self.cap.resize(address.max_in_flight)

    def pick(self, now: int, *, retries: bool) -> Kind | None:
        """What kind is sent next, or None where nothing may. `retries`: whether the process has slots for them."""
        cap = self.cap.at(now)
        if self.closed or self.in_flight >= cap:
            return None
        state = self.breaker.state
        if state == "open":
            return "probe" if self.probe is not None or (self.light_probe and self.light.waiting) else None
        if state == "half" and self.in_flight:
            return None
        if self.first and not (self.light.waiting or self.retries or self.replays):
            return "first"
        for _ in _TURNS:
            self._turn = (self._turn + 1) & 3
            kind = _TURNS[self._turn]
            if self._may(kind, cap, retries=retries):
                return kind
        return None

    def _may(self, kind: Kind, cap: int, *, retries: bool) -> bool:
        if kind == "first":
            return bool(self.first)
        if kind == "light":
            return bool(self.light.waiting)
        if kind == "retry":
            mine = not self.first or self.retrying < max(1, int(cap * _RETRIES))
            return retries and mine and bool(self.retries)
        return self.replaying < max(1, cap // 2) and bool(self.replays)

    def drain(self) -> list[Claimed]:
        """Give back every row that was not begun."""
        rows = [*self.first, *self.retries, *self.replays]
        for queue in (self.first, self.retries, self.replays):
            queue.clear()
        if self.probe is not None:
            rows.append(self.probe)
            self.probe = None
        self.held -= len(rows)
        return [row.delivery for row in rows]


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
        self._resting: deque[Lane] = deque()
        """Lanes that wait for others to finish."""

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
            if share.shut or share.in_flight >= share.limit:
                share.waiting.append(lane)
                continue
            if lane.in_flight and lane.in_flight >= self._fair(lane, share):
                (share.waiting if share.in_flight * 2 >= share.limit else self._resting).append(lane)
                continue
            retries = not self.firsts or self.retrying < self.slots * _RETRIES
            kind = lane.pick(now, retries=retries)
            if kind is None:
                if lane.retries and not retries:
                    self._resting.append(lane)
                else:
                    lane.queued = False
                continue
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
        self.offer(lane)
        if share.waiting and not share.shut:
            self._wake(share.waiting, all_of_them=not share.in_flight)
        if self._resting:
            self._wake(self._resting, all_of_them=not self.in_flight)

    def _wake(self, waiting: deque[Lane], *, all_of_them: bool) -> None:
        """One takes the place of the one that is done; where nobody would wake the others, all look."""
        self._ready.append(waiting.popleft())
        if all_of_them:
            self._ready.extend(waiting)
            waiting.clear()

    def reopen(self, share: Share) -> None:
        """What a workspace has may be sent again."""
        share.shut = False
        self._ready.extend(share.waiting)
        share.waiting.clear()
