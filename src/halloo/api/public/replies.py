"""How long visitors of a widget usually wait for an answer, kept in this process for a few minutes."""

from collections import OrderedDict

from halloo.conversations import actions
from halloo.db.engine import Database
from halloo.kit.clock import MINUTE, Clock

_KEPT_MS = 5 * MINUTE
_WIDGETS = 10_000


class ReplyTimes:
    """Usual waits by widget; what is told may be five minutes old."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Nothing is read before it is asked for."""
        self._database = database
        self._clock = clock
        self._kept: OrderedDict[str, tuple[int, int | None]] = OrderedDict()

    async def get(self, workspace_id: str, widget_id: str) -> int | None:
        """Milliseconds, or None while too few answers were given."""
        now = self._clock()
        kept = self._kept.get(widget_id)
        if kept is not None and now < kept[0]:
            return kept[1]
        self._keep(widget_id, now + _KEPT_MS, None if kept is None else kept[1])  # one caller reads, others go on
        wait = await self._database.read(workspace_id, actions.usual_wait, widget_id)
        self._keep(widget_id, now + _KEPT_MS, wait)
        return wait

    def _keep(self, widget_id: str, until: int, wait: int | None) -> None:
        self._kept[widget_id] = (until, wait)
        self._kept.move_to_end(widget_id)
        if len(self._kept) > _WIDGETS:
            self._kept.popitem(last=False)
