"""Claiming: what is due is leased to one dispatcher, with all that it says."""

from collections.abc import Mapping

from halloo.db.tx import Tx
from halloo.events.log import ERASED
from halloo.hooks.model import Claimed, Look, Target
from halloo.hooks.store import queue, records
from halloo.hooks.store.queue import Row
from halloo.kit.sealing import Sealer


def look(tx: Tx, now: int) -> list[Look]:  # noqa: ARG001 - what is due is told by its time, whatever it is now
    """The enabled hooks of the workspace, each with the time at which there is something to post to it."""
    return queue.look(tx)


def claim(tx: Tx, wanted: Mapping[str, int], lease: str, now: int) -> list[Claimed]:
    """Lease at most so many due deliveries of each of these hooks, the oldest first, under the token `lease`.

    A hook whose breaker is open gives one, and none before its time. What was erased meanwhile is dropped.
    """
    probes = queue.list_open(tx)
    found: list[Claimed] = []
    for hook_id, limit in sorted(wanted.items()):
        if hook_id not in probes or limit <= 0:
            continue
        probe_at = probes[hook_id]
        if probe_at is not None and probe_at > now:
            continue
        due = _dropping_erased(tx, hook_id, limit if probe_at is None else 1, now)
        if due and (probe_at is None or queue.take_probe(tx, hook_id, now)):
            found += due
    queue.lease_all(tx, found, lease, now)
    return found


def _dropping_erased(tx: Tx, hook_id: str, limit: int, now: int) -> list[Claimed]:
    while True:
        due = queue.list_due(tx, hook_id, limit, now)
        erased = [one for one in due if one.data == ERASED]
        if not erased:
            return due
        if not queue.try_lock(tx, hook_id):
            return [one for one in due if one.data != ERASED]  # the next claim drops them
        queue.end(tx, [Row(hook_id, one.seq, one.series, one.line, one.replay_id) for one in erased], "cancelled", now)


def load_targets(tx: Tx, opener: Sealer) -> list[Target]:
    """All hooks of the workspace with their secrets, opened, and how their calls go."""
    secrets = records.list_all_secrets(tx, tx.workspace_id, opener)
    health = records.list_health(tx, tx.workspace_id)
    return [
        Target(hook, secrets.get(hook.id, ()), health[hook.id])
        for hook in records.list_hooks(tx, tx.workspace_id, sealer=opener)
        if hook.id in health
    ]
