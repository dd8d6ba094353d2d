"""A clock that nobody can set: due times and leases are read from it, so that a jump of the wall clock is no burst and no standstill."""

import time
from collections.abc import Callable
from functools import partial

from halloo.kit.clock import Clock, system_clock

_NS = 1_000_000


def monotonic_clock() -> Callable[[], int]:
    """Gives nanoseconds since the machine began; sleep counts, where the system can tell."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic_ns if boot is None else partial(time.clock_gettime_ns, boot)


def steady_clock(wall: Clock = system_clock, monotonic: Callable[[], int] | None = None) -> Clock:
    """UNIX milliseconds as the wall clock says them now, going on from here by the monotonic one, whatever the wall clock does."""
    read = monotonic_clock() if monotonic is None else monotonic
    base = wall() * _NS - read()
    return lambda: (base + read()) // _NS
