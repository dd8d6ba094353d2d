"""How long the log keeps what facts say. Their numbers, names and times stay."""

from collections.abc import Callable

from sqlalchemy import bindparam, update

from halloo.db.statement import Statement
from halloo.db.tx import Tx
from halloo.events import cursor
from halloo.events.log import ERASED, number_before
from halloo.events.tables import facts
from halloo.kit.clock import DAY

DAYS_MIN = 5
_READER = "payloads"
"""Under this name stands the last fact whose payload was erased for its age."""
_ERASE = Statement(
    update(facts)
    .where(facts.c.workspace_id == bindparam("ws"), facts.c.seq > bindparam("after"), facts.c.seq <= bindparam("last"))
    .values(data=bindparam("nothing"))
)


def payload_sweep(days: int) -> Callable[[Tx, int], bool]:
    """Erases, at most so many at a time, what facts say that are older than that; whether there may be more."""
    kept = max(days, DAYS_MIN) * DAY

    def sweep_payloads(tx: Tx, limit: int) -> bool:
        after = cursor.find(tx, _READER) or 0
        old = number_before(tx, tx.now - kept)
        last = min(after + limit, old)
        if last <= after:
            return False
        tx.run(_ERASE, ws=tx.workspace_id, after=after, last=last, nothing=ERASED)
        cursor.move(tx, _READER, last)
        return last < old

    return sweep_payloads
