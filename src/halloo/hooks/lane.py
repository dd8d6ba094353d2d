"""One hook's part of what is sent: the few of its rows that are in memory, and what it has in flight (hooks contract 6). Pure."""

from collections import deque
from typing import Literal, NamedTuple

from halloo.hooks.address import Address
from halloo.hooks.breaker import Breaker, Cap
from halloo.hooks.light import LightQueue
from halloo.hooks.model import Claimed, Health

WORKSPACE_MAX = 200
"""Requests to a workspace's hooks in flight."""
RETRIES = 0.3
"""Of the slots, while first attempts wait."""
Kind = Literal["first", "retry", "replay", "light", "probe"]
_TURNS: tuple[Kind, ...] = ("first", "light", "retry", "replay")


class Row(NamedTuple):
    """A delivery in memory, and when its lease ends by the steady clock."""

    delivery: Claimed
    until: int


class Share:
    """What the hooks of a workspace have in flight. `shut`: its results cannot be written, so that nothing new is begun."""

    __slots__ = ("active", "in_flight", "late", "limit", "resting", "shut", "waiting")

    def __init__(self, limit: int = WORKSPACE_MAX) -> None:
        """Nothing is in flight."""
        self.in_flight = 0
        self.active = 0
        """Lanes that have something in flight."""
        self.limit = limit
        self.shut = False
        self.waiting: dict[Lane, None] = {}
        """Lanes that wait for a slot, in order."""
        self.resting: dict[Lane, None] = {}
        """Lanes that have their part while slots are scarce; they go on when one of their own is done, or slots are not scarce any more."""
        self.late: list[Claimed] = []
        """Rows whose lease would end under the attempt: somebody gives them back."""


class Lane:
    """One hook's."""

    __slots__ = (
        "_turn",
        "address",
        "asked",
        "backlog",
        "breaker",
        "cap",
        "closed",
        "first",
        "firsts_wait",
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
        self.asked = False
        """Whether the database was asked what waits."""
        self.backlog = True
        """Whether rows that are due may wait in the database."""
        self.firsts_wait = True
        """Whether first attempts may be among them: later ones get behind those, and not behind retries and replays."""
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

    def room(self, now: int, leaving: int = 0) -> int:
        """How many rows more may be held, once `leaving` of those that are have been written."""
        if self.closed or self.breaker.state == "open":
            return 0
        return 2 * self.cap.at(now) - self.held + leaving

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
            mine = not self.first or self.retrying < max(1, int(cap * RETRIES))
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
