"""Settling: what attempts make of deliveries, of their hooks, and of what the screens show of them."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import replace

from halloo.db.tx import Tx
from halloo.events import log
from halloo.hooks import facts
from halloo.hooks.actions.replay import step
from halloo.hooks.model import (
    AGE_MAX,
    ANSWERS,
    QUARTER,
    WARN_AFTER,
    Attempt,
    DeliveryState,
    DisabledReason,
    Health,
    Settlement,
)
from halloo.hooks.store import queue, records, replays, results
from halloo.hooks.store.results import Quarter, Standing
from halloo.kit.outbound.model import Exchange

_FAILED_MIN = 10
"""Attempts that have failed before a hook is disabled for it."""
Breakers = Mapping[str, tuple[int, int | None]]
"""Of hooks whose breaker has moved: how often it has probed, and when it probes next."""


def settle(
    tx: Tx,
    lease: str,
    done: Sequence[Settlement],
    breakers: Breakers,
    now: int,
    calls: Mapping[str, Attempt] = MappingProxyType({}),
) -> None:
    """Store what came of deliveries that are leased under this token, in the order in which their attempts ended.

    What is leased by another one by now, was dropped, or belongs to a hook that is gone is passed over. All are of this transaction's
    workspace. `now` is of the steady clock. `calls`: the last light event of hooks, which counts for nothing but that it was the last
    call, and that one who answers “gone” is believed.
    """
    ids = {one.delivery.hook_id for one in done} | set(breakers) | set(calls)
    if tx.dialect == "postgresql" and _may_tell(tx, done, calls, now):
        log.lock(tx)  # before the hooks, as whoever changes one does
    hooks = results.lock_standing(tx, ids)
    stopped = _stopped(tx, done)
    wanted = [
        (one, _state(one, stopped, enabled=hooks[one.delivery.hook_id].enabled))
        for one in done
        if one.delivery.hook_id in hooks
    ]
    settled = results.settle_all(tx, wanted, lease) if wanted else []
    results.insert_attempts(tx, settled)
    ended = [(one.delivery, state == "delivered") for one, state in settled if state != "pending"]
    for replay_id in queue.follow(tx, ended, now):
        step(tx, replay_id, now)
    made: dict[str, list[Settlement]] = {}
    for one, _ in settled:
        if one.outcome != "too_large":  # nobody was called
            made.setdefault(one.delivery.hook_id, []).append(one)
    if made:
        results.add_quarters(tx, tx.now - tx.now % QUARTER, {id: _quarter(some) for id, some in made.items()})
    _mark(tx, hooks, made, breakers, calls, now)


def _mark(
    tx: Tx,
    hooks: Mapping[str, Standing],
    made: Mapping[str, Sequence[Settlement]],
    breakers: Breakers,
    calls: Mapping[str, Attempt],
    now: int,
) -> None:
    """Store how the calls of hooks go, and what follows from that."""
    changed = {id: _after(hooks[id].health, some, now) for id, some in made.items()}
    for id, (probes, probe_at) in breakers.items():
        if id in hooks:
            changed[id] = replace(changed.get(id, hooks[id].health), probes=probes, probe_at=probe_at)
    for id, call in calls.items():
        if id in hooks:
            changed[id] = _called(changed.get(id, hooks[id].health), call.started_at, call.exchange)
    gone = {id for id, some in made.items() if any(one.outcome == "gone" for one in some)}
    gone |= {id for id, call in calls.items() if call.exchange.outcome == "gone"}
    for id, health in changed.items():
        if id in gone or id in made:
            changed[id] = _judge(tx, id, hooks[id], health, now, gone=id in gone)
    results.save_health(tx, changed)


def _may_tell(tx: Tx, done: Sequence[Settlement], calls: Mapping[str, Attempt], now: int) -> bool:
    """Whether administrators may have to be told of something: looked up without holding anything."""
    failed = {one.delivery.hook_id for one in done if one.outcome != "success"}
    gone = any(one.outcome == "gone" for one in done) or any(one.exchange.outcome == "gone" for one in calls.values())
    return gone or any(
        one.enabled and one.health.failing_since is not None and now - one.health.failing_since >= WARN_AFTER
        for one in (results.find_standing(tx, failed).values() if failed else ())
    )


def _stopped(tx: Tx, done: Sequence[Settlement]) -> set[str]:
    """The replays among those to be tried again that somebody has stopped."""
    ids = {one.delivery.replay_id for one in done if one.state == "pending" and one.delivery.replay_id is not None}
    found = [replays.find_replay(tx, tx.workspace_id, id) for id in sorted(ids)]
    return {one.id for one in found if one is not None and one.state == "cancelled"}


def _state(one: Settlement, stopped: set[str], *, enabled: bool) -> DeliveryState:
    if one.state != "pending":
        return one.state
    if not enabled:
        return "held"
    return "cancelled" if one.delivery.replay_id in stopped else "pending"


def note_call(tx: Tx, hook_id: str, started_at: int, exchange: Exchange) -> None:
    """Show a call that belongs to no delivery, such as a test, as the last one of its hook. It counts for nothing else."""
    standing = results.lock_standing(tx, {hook_id}).get(hook_id)
    if standing is not None:
        results.save_health(tx, {hook_id: _called(standing.health, started_at, exchange)})


def _called(health: Health, started_at: int, exchange: Exchange) -> Health:
    good = exchange.outcome == "success"
    return replace(
        health,
        last_call="succeeded" if good else "failed",
        last_call_at=started_at,
        last_status=exchange.status,
        last_error=None if good else exchange.outcome,
    )


def _after(health: Health, some: Sequence[Settlement], now: int) -> Health:
    """How the calls of a hook go after these."""
    failing_since, failures, warned_at = health.failing_since, health.failures, health.warned_at
    for one in some:
        if one.outcome == "success":
            failing_since, failures, warned_at = None, 0, None
        else:
            failures += 1
            if failing_since is None:
                failing_since = now
    last = some[-1].attempt
    moved = replace(health, failing_since=failing_since, failures=failures, warned_at=warned_at)
    return _called(moved, last.started_at, last.exchange)


def _quarter(some: Iterable[Settlement]) -> Quarter:
    found = Quarter()
    answers = found.answers
    for one in some:
        exchange = one.attempt.exchange
        if exchange.outcome == "success":
            found.succeeded += 1
        else:
            found.failed += 1
        if exchange.status is not None:
            answers[bisect_left(ANSWERS, exchange.timings.answer)] += 1
    return found


def _judge(tx: Tx, id: str, hook: Standing, health: Health, now: int, *, gone: bool) -> Health:
    """Warn of a hook that fails, or disable it."""
    if not hook.enabled:
        return health
    if gone:
        _disable(tx, id, hook.name, "gone", health, now)
        return health
    if health.failing_since is None:
        return health
    if now - health.failing_since >= AGE_MAX and health.failures >= _FAILED_MIN:
        _disable(tx, id, hook.name, "failing", health, now)
    elif now - health.failing_since >= WARN_AFTER and health.warned_at is None:
        facts.hook_warned(tx, id, hook.name, health.last_error, health.failing_since)
        return replace(health, warned_at=now)
    return health


def _disable(tx: Tx, id: str, name: str, reason: DisabledReason, health: Health, now: int) -> None:
    """Its open deliveries are held from now on. Nothing is enabled again by itself."""
    records.switch_hook(tx, tx.workspace_id, id, disabled_reason=reason)
    facts.hook_updated(tx, id)
    facts.hook_disabled(tx, id, name, reason, health.last_error, health.failing_since or now)
