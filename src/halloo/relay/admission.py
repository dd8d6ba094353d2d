"""Who may come in now: a storm of newcomers is told to come back, before anything is spent on it (relay contract 4)."""

from halloo.kit.clock import SECOND, Clock
from halloo.kit.limits import Bucket, Rate
from halloo.relay.handshake import Turned, later

_OPENING = 4
"""Connections that have not said `connect` may be as many as come in in so many seconds."""


class Admission:
    """So many newcomers in a second, and so many at a time that have not said who they are."""

    def __init__(self, a_second: int, clock: Clock) -> None:
        """`a_second`: newcomers in a second, as many of them at once; 0: any number of them."""
        self._clock = clock
        self._bucket = Bucket(Rate(a_second, SECOND, a_second), clock()) if a_second > 0 else None
        self._opening_max = _OPENING * a_second
        self.opening = 0
        """Connections that have not said `connect`."""
        self.refused = 0
        """Newcomers that were told to come back."""

    def turn_away(self) -> Turned | None:
        """Why nobody is let in now, or None: then one more has come in."""
        bucket = self._bucket
        if bucket is None or (self.opening < self._opening_max and not bucket.take(self._clock())):
            return None
        self.refused += 1
        return later("Too many connections begin at once; come back in a moment.")
