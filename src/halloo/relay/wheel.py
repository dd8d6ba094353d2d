"""A timer wheel: one timer for all that is due some time, instead of a task or a handle each."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

logger = logging.getLogger("halloo.relay")
TICK_MS = 100


class Due(Protocol):
    """Something that wants to be asked when its time has come."""

    def due(self, now: int) -> int | None:
        """The time has come; answers when to be asked again, or None for never."""
        ...


class Wheel:
    """Asks each entry within `TICK_MS` after its time. None is taken out early: it is asked, and says that it is done."""

    def __init__(self, clock: Callable[[], int]) -> None:
        """`clock`: milliseconds that never go back."""
        self._clock = clock
        self._slots: dict[int, list[Due]] = {}
        self._next = clock() // TICK_MS
        self._handle: asyncio.TimerHandle | None = None

    def add(self, entry: Due, at: int) -> None:
        """Ask `entry` at `at`."""
        slot = max(-(-at // TICK_MS), self._next)
        entries = self._slots.get(slot)
        if entries is None:
            self._slots[slot] = [entry]
        else:
            entries.append(entry)

    def start(self) -> None:
        """Begin to turn, on the running loop."""
        if self._handle is None:
            self._handle = asyncio.get_running_loop().call_later(TICK_MS / 1000, self._turn)

    def stop(self) -> None:
        """Stand still."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _turn(self) -> None:
        self._handle = asyncio.get_running_loop().call_later(TICK_MS / 1000, self._turn)
        self.turn(self._clock())

    def turn(self, now: int) -> None:
        """Ask all whose time has come by `now`."""
        last = now // TICK_MS
        if (
            last - self._next > len(self._slots) + 1
        ):  # the process slept: look at what there is, not at every slot between
            slots = sorted(slot for slot in self._slots if slot <= last)
        else:
            slots = range(self._next, last + 1)
        self._next = last + 1
        for slot in slots:
            for entry in self._slots.pop(slot, ()):
                self._ask(entry, now)

    def _ask(self, entry: Due, now: int) -> None:
        """Whatever goes wrong with one entry is no other's harm."""
        try:
            again = entry.due(now)
        except Exception:
            logger.exception("What was due could not be done")
        else:
            if again is not None:
                self.add(entry, again)


class Once:
    """A call at its time, once."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[[int], None]) -> None:
        """`call` is given the time."""
        self._call = call

    def due(self, now: int) -> int | None:
        """See `Due.due`."""
        self._call(now)
        return None
