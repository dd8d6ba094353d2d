"""Rate limits in memory: token buckets by key. They guard one process; a restart forgives."""

from collections import OrderedDict
from dataclasses import dataclass

from halloo.kit.clock import Clock


@dataclass(frozen=True, slots=True)
class Rate:
    """`amount` in `per_ms` on average, `burst` at once."""

    amount: int
    per_ms: int
    burst: int


class Bucket:
    """One token bucket; `take` answers 0 or how many milliseconds to wait."""

    __slots__ = ("_at", "_rate", "_tokens")

    def __init__(self, rate: Rate, now: int) -> None:
        """Start full."""
        self._rate = rate
        self._tokens = float(rate.burst)
        self._at = now

    def take(self, now: int) -> int:
        """Take one token: 0, or milliseconds until there is one. A clock that moved back costs nothing."""
        rate = self._rate
        tokens = self._tokens
        if now > self._at:
            tokens += (now - self._at) * rate.amount / rate.per_ms
            if tokens > rate.burst:
                tokens = float(rate.burst)
        self._at = now
        if tokens >= 1.0:
            self._tokens = tokens - 1.0
            return 0
        self._tokens = tokens
        return max(1, int((1.0 - tokens) * rate.per_ms / rate.amount))

    def wait(self, now: int) -> int:
        """What `take` would answer, and nothing is taken."""
        wait = self.take(now)
        if not wait:
            self._tokens += 1.0
        return wait


class Limiter:
    """Buckets of one rate by key; holds at most `capacity` keys and forgets the longest unused."""

    def __init__(self, rate: Rate, clock: Clock, capacity: int = 100_000) -> None:
        """Make an empty limiter."""
        self._rate = rate
        self._clock = clock
        self._capacity = capacity
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str) -> int:
        """Take one for `key`: 0, or milliseconds to wait."""
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._rate, now)
            if len(self._buckets) > self._capacity:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket.take(now)

    def wait(self, key: str) -> int:
        """Milliseconds until there is one for `key`, which is not taken."""
        bucket = self._buckets.get(key)
        return 0 if bucket is None else bucket.wait(self._clock())

    def forget(self, key: str) -> None:
        """Give `key` a fresh bucket."""
        self._buckets.pop(key, None)
