"""Signs of a bot, in memory: they guard one process, and a restart forgives. They ask for a check and never refuse.

| sign | weight |
|---|---|
| the address is listed as one of ill repute | 2 |
| the visitor has filled in what people do not see | 2 |
| more new visitors of the widget than usual | 1 |
| the visitor writes faster after arriving than a person reads and types | 1 |

A check is asked for at 2. Haste alone is a tap on a suggested question, a crowd alone is a good day of the shop; who does not stop
to read while a crowd pours in is asked.
"""

from collections import OrderedDict

from halloo.kit.clock import HOUR, MINUTE, Clock
from halloo.kit.limits import Limiter, Rate
from halloo.kit.networks import AddressList

ASKED_AT = 2
HASTE_MS = 2_000
"""Whoever writes sooner after first contact is hasty."""
_TRAPPED_MS = 12 * HOUR
_KEPT = 50_000


class Signs:
    """What was noticed of visitors and widgets."""

    def __init__(self, listed: AddressList, newcomers_per_minute: int, clock: Clock) -> None:
        """Nothing was noticed yet."""
        self._listed = listed
        self._clock = clock
        most = max(1, newcomers_per_minute)
        self._crowds = Limiter(Rate(most, MINUTE, most), clock)
        self._came: OrderedDict[str, int] = OrderedDict()
        self._trapped: OrderedDict[str, int] = OrderedDict()

    def came(self, widget_id: str, visitor_id: str) -> None:
        """A visitor has come for the first time."""
        self._crowds.take(widget_id)
        _keep(self._came, visitor_id, self._clock())

    def seen_at(self, visitor_id: str, address: str) -> None:
        """A visitor calls from this address; what follows over the relay does not say from where."""
        if self._listed.holds(address):
            self.trap(visitor_id)

    def trap(self, visitor_id: str) -> None:
        """A visitor did what no person does."""
        _keep(self._trapped, visitor_id, self._clock())

    def weigh(self, widget_id: str, visitor: str, address: str | None) -> int:
        """How much speaks for a bot. `visitor` may be a guest id: somebody who comes and writes at once is hasty."""
        now = self._clock()
        came = now if visitor.startswith("guest_") else self._came.get(visitor)
        hasty = came is not None and now - came < HASTE_MS
        at = self._trapped.get(visitor)
        trapped = self._listed.holds(address) or (at is not None and now - at < _TRAPPED_MS)
        return 2 * trapped + bool(self._crowds.wait(widget_id)) + hasty


def _keep(kept: OrderedDict[str, int], key: str, at: int) -> None:
    kept[key] = at
    kept.move_to_end(key)
    if len(kept) > _KEPT:
        kept.popitem(last=False)
