"""Telling again (hooks contract 8): one delivery, what was recorded in a time, or what did not come through since then."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from halloo.db.tx import Tx
from halloo.events import log
from halloo.hooks.actions.lines import Lines
from halloo.hooks.actions.plan import plan_up_to_head
from halloo.hooks.errors import DeliveryNotFound, PayloadExpired, RangeInvalid, ReplayNotFound, ReplayRunning
from halloo.hooks.model import DeliveryState, Hook, Replay, ReplayKind, delivery_id, parse_delivery_id
from halloo.hooks.store import chores, queue, records, replays
from halloo.hooks.store.replays import Candidate
from halloo.kit.clock import MINUTE
from halloo.kit.ids import new_id
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.model import Actor

MANAGE = "hooks:manage"
BATCH = 500
"""Deliveries of a replay that may be open at a time, and facts that are looked at in one step."""
_COUNTED = 10_000
"""Facts that are looked at to say how many deliveries a replay will make; of more, each counts until it was looked at."""
_SKEW = MINUTE
"""By which clocks of several machines may differ."""
_EVER = 2**62


def replay_one(tx: Tx, who: Actor, hook_id: str, id: str, now: int) -> str:
    """Post a delivery again, as a new one; its id. Raises `HookNotFound`, `DeliveryNotFound`, `PayloadExpired`."""
    who.require(MANAGE)
    hook = records.get_hook_for_update(tx, who.workspace_id, hook_id)
    seq, series = parse_delivery_id(id) or (0, 0)
    fact = next(iter(replays.list_candidates(tx, hook_id, seq, seq, 1)), None)
    if fact is None or not 0 <= series <= fact.told.last_series:
        raise DeliveryNotFound
    if not fact.is_kept:
        raise PayloadExpired
    _plan(tx, hook, [fact], None, now)
    audit(tx, who, "hook.delivery_replayed", hook_id, name=hook.name, delivery=id)
    return delivery_id(seq, fact.told.last_series + 1)


def start_range(
    tx: Tx,
    who: Actor,
    hook_id: str,
    times: tuple[int, int],
    now: int,
    events: Sequence[str] | None = None,
    states: Sequence[DeliveryState] | None = None,
) -> Replay:
    """Post what was recorded from one time on and before another, also what was not chosen then.

    `events`: these alone, of those that the hook has; `states`: that what was told last is in. `now` is steady. Raises `HookNotFound`,
    `RangeInvalid`, `ReplayRunning`.
    """
    return _start(tx, who, hook_id, "range", times, now, events=events, states=states)


def start_recover(tx: Tx, who: Actor, hook_id: str, since: int, now: int) -> Replay:
    """Post what was recorded since then, is not open, and was never delivered. Raises as `start_range` does."""
    return _start(tx, who, hook_id, "recover", (since, _EVER), now)


def _start(
    tx: Tx,
    who: Actor,
    hook_id: str,
    kind: ReplayKind,
    times: tuple[int, int],
    now: int,
    *,
    events: Sequence[str] | None = None,
    states: Sequence[DeliveryState] | None = None,
) -> Replay:
    who.require(MANAGE)
    from_at, to_at = times
    if from_at >= to_at or from_at > tx.now:
        raise RangeInvalid
    plan_up_to_head(tx, now)  # what was recorded until now is planned, or is to be replayed
    hook = records.get_hook_for_update(tx, who.workspace_id, hook_id)
    if replays.list_running(tx, hook_id):
        raise ReplayRunning
    replay = Replay(
        workspace_id=tx.workspace_id,
        id=new_id(),
        hook_id=hook_id,
        kind=kind,
        state="running",
        events=hook.events if events is None else tuple(name for name in hook.events if name in events),
        states=tuple(states or ()),
        next_seq=log.number_before(tx, from_at - _SKEW) + 1,
        last_seq=log.lock(tx) if to_at > tx.now else log.number_before(tx, to_at + _SKEW),
        from_at=from_at,
        to_at=to_at,
        planned=0,
        delivered=0,
        failed=0,
        count=0,
        created_at=tx.now,
    )
    replay = replace(replay, count=_count(tx, replay))
    replays.insert_replay(tx, replay)
    audit(tx, who, "hook.replay_started", hook_id, name=hook.name, replay=replay.id, kind=kind, count=replay.count)
    step(tx, replay.id, now)
    return _get(tx, hook_id, replay.id)


def step(tx: Tx, replay_id: str, now: int) -> bool:
    """Plan a part of a replay, as far as not too many of its deliveries are open; whether another step has something to do.

    Settling does this for replays of which something has ended. One whose hook was disabled is cancelled: nothing more would come
    of it, and the next one could not be started.
    """
    replay = replays.find_replay(tx, tx.workspace_id, replay_id)
    if replay is None or replay.state != "running":
        return False
    queue.lock_lines(tx, [replay.hook_id])
    hook = records.find_hook(tx, tx.workspace_id, replay.hook_id)
    if hook is None:
        return False
    replay = _get(tx, hook.id, replay_id)  # as it is now that nobody else moves it
    if replay.state == "running" and not hook.enabled:
        replays.move_replay(tx, replace(replay, state="cancelled", count=replay.planned))
        return False
    room = BATCH - replay.open
    going = replay.next_seq <= replay.last_seq
    if replay.state != "running" or (room < BATCH // 2 if going else replay.open):
        return False
    found = replays.list_candidates(tx, hook.id, replay.next_seq, replay.last_seq, BATCH)
    wanted = [fact for fact in found if _is_wanted(replay, fact)]
    reached = found[-1].seq + 1 if found else replay.last_seq + 1
    if len(wanted) > room:
        reached, wanted = wanted[room].seq, wanted[:room]
    _plan(tx, hook, wanted, replay.id, now)
    planned = replay.planned + len(wanted)
    going = reached <= replay.last_seq
    count = min(replay.count, planned + replay.last_seq + 1 - reached) if going else planned
    state = "running" if going or replay.open + len(wanted) else "done"
    replays.move_replay(tx, replace(replay, state=state, next_seq=reached, planned=planned, count=count))
    return going and room - len(wanted) >= BATCH // 2


def cancel(tx: Tx, who: Actor, hook_id: str, replay_id: str, now: int) -> None:
    """Stop a replay: what is not being posted at this moment is not posted any more. Raises `ReplayNotFound`, `HookNotFound`."""
    who.require(MANAGE)
    hook = records.get_hook_for_update(tx, who.workspace_id, hook_id)
    replay = _get(tx, hook_id, replay_id)
    if replay.state != "running":
        return
    replays.move_replay(tx, replace(replay, state="cancelled", count=replay.planned))
    queue.end(tx, chores.list_of_replay(tx, hook_id, replay_id, now), "cancelled", now)
    audit(tx, who, "hook.replay_cancelled", hook_id, name=hook.name, replay=replay_id)


def progress(tx: Tx, who: Actor, hook_id: str, replay_id: str) -> Replay:
    """How far a replay is. Raises `ReplayNotFound`, `HookNotFound`."""
    who.require("hooks:read", MANAGE)
    records.get_hook(tx, who.workspace_id, hook_id)
    return _get(tx, hook_id, replay_id)


def _get(tx: Tx, hook_id: str, replay_id: str) -> Replay:
    found = replays.find_replay(tx, tx.workspace_id, replay_id)
    if found is None or found.hook_id != hook_id:
        raise ReplayNotFound
    return found


def _count(tx: Tx, replay: Replay) -> int:
    """How many deliveries a replay will make, looked up for the first ten thousand facts."""
    first, count = replay.next_seq, 0
    last = min(replay.last_seq, replay.next_seq + _COUNTED - 1)
    while first <= last:
        found = replays.list_candidates(tx, replay.hook_id, first, last, BATCH)
        count += sum(_is_wanted(replay, fact) for fact in found)
        first = found[-1].seq + 1 if found else last + 1
    return count + max(0, replay.last_seq - last)


def _is_wanted(replay: Replay, fact: Candidate) -> bool:
    if not fact.is_kept or fact.name not in replay.events or not replay.from_at <= fact.at < replay.to_at:
        return False
    if replay.kind == "recover":
        return "delivered" not in fact.told.states and "pending" not in fact.told.states
    return not replay.states or (fact.told.states != () and fact.told.states[-1] in replay.states)


def _plan(tx: Tx, hook: Hook, wanted: Sequence[Candidate], replay_id: str | None, now: int) -> None:
    """Plan facts again, each in a new series. The hook is held."""
    lines = Lines(tx)
    rows: list[tuple[Any, ...]] = []
    for fact in wanted:
        line, due = lines.join(hook.id, hook.ordered, fact.conversation_id, now)
        series = max(1, fact.told.last_series + 1)
        rows.append((tx.workspace_id, hook.id, fact.seq, series, due, None, line, replay_id, tx.now))
    queue.insert(tx, rows)
