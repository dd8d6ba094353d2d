"""What browsers have reported to this process since its start: plain integers, read by whoever watches."""

from collections import Counter
from typing import Literal, get_args

Outcome = Literal["ours", "others", "extensions", "foreign", "own", "unreadable"]
"""`foreign`: of pages that the widget has nothing to do with; `own`: of the operators' pages; `unreadable`: requests without any."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class CspTally:
    """One process's numbers."""

    __slots__ = ("reports",)

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.reports: Counter[Outcome] = Counter()
