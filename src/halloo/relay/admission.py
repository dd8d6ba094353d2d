"""Who may come in now: a storm of newcomers is told to come back, before anything is spent on it (relay contract 4)."""

from halloo.kit.clock import SECOND, Clock
from halloo.kit.limits import Bucket, Limiter, Rate
from halloo.relay.handshake import Turned, later

AT_ONCE = 4
"""So many seconds' newcomers may come at once, and be there without having said `connect`.

Ten thousand that come back at once, with pauses that double, are all in after some 3 s. With a burst of a single second the
unluckiest would be out for half a minute.
"""
SHARE = 4
"""One address has a fourth of the places, so that it does not keep everybody else out."""
_ADDRESSES = 10_000


class Admission:
    """So many newcomers in a second, and so many at a time that have not said who they are."""

    def __init__(self, a_second: int, clock: Clock) -> None:
        """`a_second`: newcomers in a second, `AT_ONCE` times as many at once; 0: any number of them."""
        self._clock = clock
        self._at_once = AT_ONCE * a_second
        self._bucket = Bucket(Rate(a_second, SECOND, self._at_once), clock()) if a_second > 0 else None
        share = Rate(max(1, a_second // SHARE), SECOND, max(1, self._at_once // SHARE))
        self._addresses = Limiter(share, clock, _ADDRESSES)
        self.opening = 0
        """Connections that have not said `connect`."""
        self.refused = 0
        """Newcomers that were told to come back."""

    def turn_away(self, address: str | None = None) -> Turned | None:
        """Why nobody is let in now, or nobody from this address, or None: then one more has come in."""
        bucket = self._bucket
        if bucket is None:
            return None
        if not (address is not None and self._addresses.take(address)) and (
            self.opening < self._at_once and not bucket.take(self._clock())
        ):
            return None
        self.refused += 1
        return later("Too many connections begin at once; come back in a moment.")
