"""What the dispatcher counts: plain integers, added up where things happen, read by whoever watches."""

from collections import Counter

from halloo.kit.histogram import Histogram

ANSWER_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
LAG_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0, 60.0, 300.0)


class HooksTally:
    """One process's numbers since its start."""

    __slots__ = ("answer", "attempts", "behind", "deliveries", "disabled", "due", "lag", "light_dropped")

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self.attempts: Counter[str] = Counter()
        """By outcome, light events and tests among them."""
        self.deliveries: Counter[str] = Counter()
        """By the state in which they ended here."""
        self.light_dropped = 0
        self.disabled: Counter[str] = Counter()
        self.answer = Histogram(ANSWER_SECONDS)
        self.lag = Histogram(LAG_SECONDS)
        """From a fact's own time to its first attempt."""
        self.due = 0
        """Deliveries that were due at the last look, as far as they are counted."""
        self.behind = 0
        """Facts that nobody had planned at the last look."""
