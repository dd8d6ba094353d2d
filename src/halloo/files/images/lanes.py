"""Whose turn it is: everybody who asks has a lane, and one of each lane is taken in turn. Values only; the caller has a lock."""

from collections import Counter, OrderedDict, deque
from typing import Generic, TypeVar

W = TypeVar("W")


class LaneFull(Exception):
    """Whoever asks has as much waiting as one may have."""


class Lanes(Generic[W]):
    """Work that waits. What has shown to be dear waits apart, so that nobody's cheap work stands behind it.

    Whoever is being served stands behind all others, from the beginning of it to its end: those who come meanwhile wait for no more than
    what was begun.
    """

    def __init__(self) -> None:
        """Nothing waits."""
        self._served: Counter[str] = Counter()
        self._cheap: OrderedDict[str, deque[W]] = OrderedDict()
        self._dear: OrderedDict[str, deque[W]] = OrderedDict()

    def add(self, asker: str, work: W, most: int) -> None:
        """Behind everything of the same asker. Raises `LaneFull` where `most` of theirs wait already, dear or not."""
        if sum(len(lanes.get(asker, ())) for lanes in (self._cheap, self._dear)) >= most:
            raise LaneFull
        self._cheap.setdefault(asker, deque()).append(work)

    def add_dear(self, asker: str, work: W) -> None:
        """What was taken, and turned out to be dear, waits again."""
        self._dear.setdefault(asker, deque()).append(work)

    def take(self, *, dear: bool) -> tuple[str, W] | None:
        """The next asker and their work. `dear`: dear work first, then what there is; else only what is not known to be dear."""
        lanes = self._dear if dear and self._dear else self._cheap
        asker = next((one for one in lanes if one not in self._served), next(iter(lanes), None))
        if asker is None:
            return None
        self._served[asker] += 1
        work = lanes[asker].popleft()
        if not lanes[asker]:
            del lanes[asker]
        return asker, work

    def end(self, asker: str) -> None:
        """What was taken is done, or waits again."""
        self._served[asker] -= 1
        self._served += Counter()  # nobody stays in it
        for lanes in (self._cheap, self._dear):
            if asker in lanes:
                lanes.move_to_end(asker)

    def drop(self, work: W) -> None:
        """Nobody wants it any more."""
        for lanes in (self._cheap, self._dear):
            for asker, lane in lanes.items():
                if work in lane:
                    lane.remove(work)
                    if not lane:
                        del lanes[asker]
                    return

    def clear(self) -> list[W]:
        """Everything that waited, which waits no more."""
        left = [work for lanes in (self._cheap, self._dear) for lane in lanes.values() for work in lane]
        self._cheap.clear()
        self._dear.clear()
        return left
