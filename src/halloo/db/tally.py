"""What the database's workers count: each its own numbers, so that no thread waits for another."""

from halloo.kit.histogram import Histogram

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
GROUP_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class GroupTally:
    """One worker's groups: how many jobs each held, and how long it took until all were done."""

    __slots__ = ("seconds", "sizes")

    def __init__(self) -> None:
        """Nothing was done yet."""
        self.sizes = Histogram(GROUP_SIZES)
        self.seconds = Histogram(SECONDS)

    def count(self, jobs: int, seconds: float) -> None:
        """A group is done."""
        self.sizes.observe(jobs)
        self.seconds.observe(seconds)
