"""What is told at most once: light events wait in memory, a few for each hook, and are gone where nobody took them in time."""

from collections import deque
from typing import NamedTuple

from halloo.hooks.model import envelope, webhook_id
from halloo.kit.clock import MINUTE
from halloo.kit.ids import new_id

WAITING_MAX = 1_000
STALE = MINUTE
"""After which a light event is no news any more."""


class LightEvent(NamedTuple):
    """A light event on its way to every hook that wants it."""

    id: bytes
    body: bytes
    until: int

    @classmethod
    def of(cls, workspace_id: str, event: str, data: bytes, at: int, now: int) -> "LightEvent":
        """Rendered once. `at`: the wall clock; `now`: the steady one."""
        return cls(webhook_id(new_id()).encode(), envelope(workspace_id, event, data, at), now + STALE)


class LightQueue:
    """The light events of a hook that wait; `dropped` counts those that will not be told."""

    __slots__ = ("dropped", "waiting")

    def __init__(self) -> None:
        """Nothing waits."""
        self.waiting: deque[LightEvent] = deque()
        self.dropped = 0

    def put(self, event: LightEvent) -> None:
        """Have one wait; the oldest makes room."""
        if len(self.waiting) >= WAITING_MAX:
            self.waiting.popleft()
            self.dropped += 1
        self.waiting.append(event)

    def take(self, now: int) -> LightEvent | None:
        """The oldest that is still news."""
        while self.waiting:
            event = self.waiting.popleft()
            if event.until > now:
                return event
            self.dropped += 1
        return None

    def clear(self) -> None:
        """Let all go."""
        self.dropped += len(self.waiting)
        self.waiting.clear()
