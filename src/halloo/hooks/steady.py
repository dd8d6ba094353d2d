"""A clock that nobody can set: due times and leases are read from it, so that a jump of the wall clock is no burst and no standstill."""

import time
from collections.abc import Callable

from halloo.kit.clock import Clock, system_clock

_NS = 1_000_000


def _monotonic() -> int:
    """Nanoseconds since the machine began; sleep counts, where the system can tell."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic_ns() if clock is None else time.clock_gettime_ns(clock)


def steady_clock(wall: Clock = system_clock, monotonic: Callable[[], int] = _monotonic) -> Clock:
    """UNIX milliseconds as the wall clock says them now, going on from here by the monotonic one, whatever the wall clock does."""
    base = wall() * _NS - monotonic()
    return lambda: (base + monotonic()) // _NS
