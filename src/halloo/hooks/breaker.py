"""When a hook is left alone for a while, and how much it may have in flight (hooks contract 6). Pure: the time is handed in."""

from typing import Literal

from halloo.hooks.model import Health
from halloo.kit.clock import MINUTE, SECOND
from halloo.kit.outbound.model import Exchange, Outcome

UNREACHED = frozenset[Outcome](
    {"dns", "blocked_address", "connect", "connect_timeout", "tls", "write", "timeout", "protocol"}
)
"""Outcomes that come from no answer."""
OVERLOADED = frozenset({429, 502, 504})
PAUSES = (30 * SECOND, MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 10 * MINUTE)
"""Before each probe."""
_RUN_MAX = 5
_SEEN_MIN = 10
_SHARE = 0.7
_WINS = 3
_SLICE = 30 * SECOND
_SLICES = 10
_HOLD = MINUTE
_GIVE_BACK = 20


class Breaker:
    """One of a hook. Closed: all goes out; open: nothing but a probe; half open: one at a time."""

    __slots__ = (
        "_all",
        "_bad",
        "_failed",
        "_proven",
        "_run",
        "_seen",
        "_slice",
        "_wins",
        "probe_at",
        "probes",
        "state",
    )

    def __init__(self, health: Health | None = None) -> None:
        """As it was stored."""
        self.probes = 0 if health is None else health.probes
        self.probe_at = None if health is None else health.probe_at
        self.state: Literal["closed", "open", "half"] = "closed"
        if self.probe_at is not None:
            self.state = "open"
        elif self.probes:
            self.state = "half"
        self._wins = 0
        self._run = 0
        self._proven = health is not None and health.last_call == "succeeded"
        self._forget()

    @property
    def healthy(self) -> bool:
        """Whether it has answered well, and the last attempt got an answer."""
        return self._proven and self._run == 0 and self.state == "closed"

    def note(self, outcome: Outcome, now: int, *, probe: bool = False) -> bool:
        """Take an attempt into account; whether `probes` and `probe_at` are to be stored."""
        good = outcome == "success"
        self._proven = self._proven or good
        if self.state == "closed":
            self._count(now, good=good)
            if good:
                self._run = 0
                return False
            self._run = self._run + 1 if outcome in UNREACHED else 0
            return self._is_bad() and self._open(now)
        if self.state == "open" and not probe:
            return False  # it was on its way before
        if not good:
            return self._open(now)
        self._wins = self._wins + 1 if self.state == "half" else 1
        if self._wins >= _WINS:
            self._close()
            return True
        changed, self.state, self.probe_at = self.state == "open", "half", None
        return changed

    def adopt(self, probes: int, probe_at: int | None) -> None:
        """Take over what another dispatcher has stored."""
        if probe_at is not None:
            self.state = "open"
        elif probes:
            self.state = "half"
        elif self.state != "closed":
            self._close()
        self.probes, self.probe_at = probes, probe_at

    def _open(self, now: int) -> bool:
        self.state = "open"
        self.probe_at = now + PAUSES[min(self.probes, len(PAUSES) - 1)]
        self.probes += 1
        self._wins = 0
        return True

    def _close(self) -> None:
        self.state, self.probes, self.probe_at, self._wins, self._run = "closed", 0, None, 0, 0
        self._forget()

    # ── the last five minutes ─────────────────────────────────────────────────────────────────────────────────────

    def _forget(self) -> None:
        self._slice = 0
        self._all = self._bad = 0
        self._seen = [0] * _SLICES
        self._failed = [0] * _SLICES

    def _count(self, now: int, *, good: bool) -> None:
        current = now // _SLICE
        if current != self._slice:
            self._pass(current)
        self._all += 1
        self._seen[current % _SLICES] += 1
        if not good:
            self._bad += 1
            self._failed[current % _SLICES] += 1

    def _pass(self, current: int) -> None:
        """Another half minute has begun: the oldest one counts no more."""
        if not 0 <= current - self._slice < _SLICES:
            self._forget()
        else:
            for one in range(self._slice + 1, current + 1):
                self._seen[one % _SLICES] = self._failed[one % _SLICES] = 0
        self._slice = current
        self._all, self._bad = sum(self._seen), sum(self._failed)

    def _is_bad(self) -> bool:
        return self._run >= _RUN_MAX or (self._all >= _SEEN_MIN and self._bad >= self._all * _SHARE)


class Cap:
    """How many requests to a hook may be in flight. Answers that tell of overload halve it for a minute."""

    __slots__ = ("_halved_at", "_until", "_wins", "full", "now")

    def __init__(self, full: int) -> None:
        """`full`: what its hook allows."""
        self.full = full
        self.now = full
        self._until = 0
        self._halved_at = 0
        self._wins = 0

    def resize(self, full: int) -> None:
        """Its hook allows another number now."""
        self.now = full if self.now == self.full else min(self.now, full)
        self.full = full

    def at(self, now: int) -> int:
        """The number that holds at this time."""
        if self.now != self.full and now >= self._until:
            self.now = self.full
        return self.now

    def note(self, exchange: Exchange, began: int, now: int) -> None:
        """Take an answer into account. What was asked before the last halving tells nothing new."""
        if exchange.status in OVERLOADED:
            self._until = now + _HOLD
            self._wins = 0
            if began >= self._halved_at:
                self.now = max(1, self.at(now) // 2)
                self._halved_at = now
        elif self.now != self.full and exchange.outcome == "success":
            self._wins += 1
            if self._wins >= _GIVE_BACK:
                self._wins = 0
                self.now += 1
