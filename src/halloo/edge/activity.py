"""What happens in each workspace, minute by minute, for the last hour; and what the whole node counted an hour ago.

All of it lies in memory: at a start it is empty, and a workspace in which nothing happened for an hour is forgotten.
"""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from halloo.events.model import Fact
from halloo.kit.clock import MINUTE
from halloo.relay.tally import Tally

MINUTES = 60
_MESSAGES = frozenset({"message:received", "message:send"})


class _Series:
    """Facts, and messages among them, of the last sixty minutes."""

    __slots__ = ("facts", "last", "messages")

    def __init__(self, minute: int) -> None:
        self.facts = [0] * MINUTES
        self.messages = [0] * MINUTES
        self.last = minute

    def roll(self, minute: int) -> None:
        """Forget what is older than an hour before `minute`."""
        for gone in range(max(self.last, minute - MINUTES) + 1, minute + 1):
            self.facts[gone % MINUTES] = self.messages[gone % MINUTES] = 0
        self.last = max(self.last, minute)

    def in_order(self, values: Sequence[int]) -> list[int]:
        """The oldest minute first, the running one last."""
        first = (self.last + 1) % MINUTES
        return [*values[first:], *values[:first]]


class Activity:
    """A reader of the pump."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._series: dict[str, _Series] = {}
        self.facts = 0

    def read_facts(self, run: Sequence[Fact]) -> None:
        """Count them by their own time."""
        self.facts += len(run)
        for fact in run:
            minute = fact.at // MINUTE
            series = self._series.get(fact.workspace_id)
            if series is None:
                series = self._series[fact.workspace_id] = _Series(minute)
            if minute > series.last:
                series.roll(minute)
            if minute > series.last - MINUTES:
                series.facts[minute % MINUTES] += 1
                series.messages[minute % MINUTES] += fact.name in _MESSAGES

    def last_hour(self, workspace_id: str, now: int) -> tuple[list[int], list[int]]:
        """Messages and facts of a workspace a minute, the oldest first."""
        series = self._series.get(workspace_id)
        if series is None:
            return [0] * MINUTES, [0] * MINUTES
        series.roll(now // MINUTE)
        return series.in_order(series.messages), series.in_order(series.facts)

    def forget_idle(self, now: int) -> None:
        """Let go of workspaces in which nothing happened for an hour."""
        before = now // MINUTE - MINUTES
        for workspace_id in [key for key, series in self._series.items() if series.last <= before]:
            del self._series[workspace_id]


@dataclass(frozen=True, slots=True)
class Counted:
    """What the relay has counted up to some moment, or between two of them."""

    at: int
    recoveries: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    closes: Counter[int] = field(default_factory=Counter[int])
    repairs: int = 0
    fell_behind: int = 0
    lag: tuple[int, ...] = ()

    @classmethod
    def of(cls, tally: Tally, repairs: int, at: int) -> "Counted":
        """What it says now; `repairs` are counted by the pump."""
        recoveries: Counter[tuple[str, str]] = Counter()
        recoveries.update(tally.recoveries)
        return cls(at, recoveries, Counter(tally.closes), repairs, tally.fell_behind, tuple(tally.lag.counts))

    def since(self, before: "Counted") -> "Counted":
        """What was counted since `before`; from there on `at` is."""
        lag = tuple(now - then for now, then in zip(self.lag, before.lag, strict=True))
        repairs, fell_behind = self.repairs - before.repairs, self.fell_behind - before.fell_behind
        return Counted(
            before.at, self.recoveries - before.recoveries, self.closes - before.closes, repairs, fell_behind, lag
        )


class LastHour:
    """A reading of the relay's numbers each minute, so that one knows what the last hour brought."""

    def __init__(self, tally: Tally, repairs: Callable[[], int], now: int) -> None:
        """From now on."""
        self._tally = tally
        self._repairs = repairs
        self._readings = deque([self._read(now)], maxlen=MINUTES + 1)

    def _read(self, now: int) -> Counted:
        return Counted.of(self._tally, self._repairs(), now)

    def note(self, now: int) -> None:
        """A minute is over."""
        self._readings.append(self._read(now))

    def counted(self, now: int) -> Counted:
        """What was counted in the last hour, or since the start."""
        return self._read(now).since(self._readings[0])
