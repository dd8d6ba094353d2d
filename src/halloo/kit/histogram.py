"""How long things took, in fixed classes: plain integers, so that counting costs next to nothing."""

from bisect import bisect_left
from collections.abc import Sequence


class Histogram:
    """Counts values by the class they fall into; `bounds` are the upper ends, ascending, and beyond the last one is a class more."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        """Nothing was counted yet."""
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value


def quantile(bounds: Sequence[float], counts: Sequence[int], share: float) -> float | None:
    """The value below which that share of what was counted lies, taken evenly within its class; None where nothing was.

    Beyond the last bound nobody knows more than that: it is the bound itself.
    """
    wanted = sum(counts) * share
    if not wanted:
        return None
    passed = 0
    below = 0.0
    for bound, count in zip(bounds, counts, strict=False):
        if count and passed + count >= wanted:
            return below + (bound - below) * (wanted - passed) / count
        passed += count
        below = bound
    return below
