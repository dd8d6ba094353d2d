"""What is put in order behind everybody, in bounded batches: `tend` every few seconds, the sweeps every few minutes."""

from collections.abc import Callable

from halloo.db.tx import Tx
from halloo.events import cursor, log
from halloo.hooks.actions.replay import step
from halloo.hooks.model import READER
from halloo.hooks.store import chores, queue, replays
from halloo.kit.clock import DAY

BATCH = 500
_HOURS_KEPT = 2 * DAY
_LOOKED_AT = 2_000
_DAYS_MIN = 5
_PLACE = "hooks:log:"
"""Before a hook's id: the reader that goes through its old deliveries, over and over."""


def tend(tx: Tx, now: int) -> bool:
    """Put a little in order; whether there may be more. `now` is of the steady clock.

    What waits for a disabled hook is held. What waits in lines of a hook that has none any more is free to go. Replays go on.
    """
    known = chores.list_known(tx)
    held = [hook.id for hook in known if not hook.enabled and chores.has_pending(tx, hook.id)]
    loose = [hook.id for hook in known if hook.enabled and hook.ordered == "none" and chores.has_lines(tx, hook.id)]
    running = replays.list_running(tx)
    if not (held or loose or running):
        return False
    queue.lock_all(tx)  # together: one after another they would come in any order
    more = [hold(tx, hook_id, now) >= BATCH for hook_id in held]
    more += [chores.unpark(tx, hook_id, BATCH, now) >= BATCH for hook_id in loose]
    more += [step(tx, replay_id, now) for replay_id in running]
    return any(more)


def hold(tx: Tx, hook_id: str, now: int, limit: int = BATCH) -> int:
    """Hold what waits for a disabled hook and is not being posted; how many that were.

    Who enables a hook does this without a limit first: what was held when it was disabled stays so.
    """
    if not chores.has_pending(tx, hook_id):
        return 0
    queue.lock_lines(tx, [hook_id])
    found = chores.list_loose(tx, hook_id, limit, now)
    queue.end(tx, found, "held", now)
    return len(found)


def log_sweep(days: int) -> Callable[[Tx, int], bool]:
    """Forgets attempts that are older than that, and deliveries that have none left; a bounded number at a time, whatever is asked."""
    kept = max(days, _DAYS_MIN) * DAY

    def sweep_log(tx: Tx, limit: int) -> bool:
        if cursor.find(tx, READER) is None:
            return False
        before = tx.now - kept
        last = log.number_before(tx, before)
        known = chores.list_known(tx)
        more = [_sweep_hook(tx, hook.id, last, before, limit) for hook in known]
        chores.delete_hours(tx, tx.now - _HOURS_KEPT)
        chores.delete_replays(tx, before)
        gone, most = chores.delete_of_gone(tx, {hook.id for hook in known}, limit)
        for hook_id in gone:
            forget_place(tx, hook_id)
        return any(more) or most >= limit

    return sweep_log


def forget_place(tx: Tx, hook_id: str) -> None:
    """A hook is gone: nobody goes through its old deliveries any more."""
    cursor.forget(tx, _PLACE + hook_id)


def _sweep_hook(tx: Tx, hook_id: str, last: int, before: int, limit: int) -> bool:
    """Go through some old deliveries of a hook, from where the last time has stopped; whether there is more before the end."""
    place = _PLACE + hook_id
    behind = cursor.find(tx, place) or 0
    found = chores.list_old(tx, hook_id, behind, last, _LOOKED_AT)
    cut = len(found) == _LOOKED_AT
    if cut and found[0].seq != found[-1].seq:  # the last fact may have more of them
        found = [one for one in found if one.seq != found[-1].seq]
    ended: list[tuple[int, int]] = []
    for one in found:
        if len(ended) >= limit:
            cut, found = True, found[: found.index(one)]
            break
        old = one.created_at < before and one.state != "pending"
        if old and chores.delete_attempts(tx, hook_id, one.seq, one.series, before):
            ended.append((one.seq, one.series))
    chores.delete_deliveries(tx, hook_id, ended)
    reached = found[-1].seq if cut else 0
    if reached != behind:
        cursor.move(tx, place, reached)
    return cut
