"""Which other nodes this one hears: each says once a second that it is there."""

from halloo.kit.clock import MINUTE, SECOND

LOST_MS = 3 * SECOND
"""Silence after which what a node commits may not reach this one."""
_FORGET_MS = 10 * MINUTE


class Peers:
    """The other nodes by when they were heard last."""

    def __init__(self, life_ms: int) -> None:
        """A node that is silent for `life_ms` counts as gone."""
        self._life_ms = life_ms
        self._heard: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._gone: set[str] = set()
        self.lost = False
        """Whether a node that was there lately is silent now."""

    def hear(self, node: str, now: int) -> bool:
        """A node was heard. Whether it had been silent for so long that something may have been missed."""
        before = self._heard.get(node)
        self._heard[node] = now
        self._gone.discard(node)
        return before is not None and now - before > LOST_MS

    def is_news(self, node: str, number: int) -> bool:
        """Whether a note comes in its order."""
        if number <= self._numbers.get(node, 0):
            return False
        self._numbers[node] = number
        return True

    def leave(self, node: str) -> None:
        """A node has said that it stops."""
        self._heard.pop(node, None)
        self._gone.discard(node)

    def begin(self, now: int) -> None:
        """This node hears again: the others get as long as if they had just been heard."""
        self._heard = dict.fromkeys(self._heard, now)

    def tick(self, now: int) -> list[str]:
        """Look at the time; answers who is gone since."""
        silent = {node: now - at for node, at in self._heard.items()}
        self.lost = any(ms > LOST_MS for ms in silent.values())
        gone = [node for node, ms in silent.items() if ms > self._life_ms and node not in self._gone]
        self._gone.update(gone)
        for node, ms in silent.items():
            if ms > _FORGET_MS:
                self.leave(node)
                self._numbers.pop(node, None)
        return gone
