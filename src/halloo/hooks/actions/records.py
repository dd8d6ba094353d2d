"""Hooks: made, read, changed, switched and deleted. Each change is planned up to, recorded and audited."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.events.log import lock
from halloo.hooks import masking, rules
from halloo.hooks.actions import plan, replay
from halloo.hooks.actions.secrets import MANAGE, give_secret
from halloo.hooks.actions.sweep import BATCH, forget_place, hold
from halloo.hooks.errors import HookLimit
from halloo.hooks.facts import hook_updated
from halloo.hooks.model import Health, Hook, Secret, Target, in_force
from halloo.hooks.rules import HookChange, HookDraft
from halloo.hooks.store import chores, show
from halloo.hooks.store import records as store
from halloo.kit.ids import is_uuid, new_id
from halloo.kit.refusals import Stale, field_invalid
from halloo.kit.sealing import Sealer
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.model import Actor

READ = ("hooks:read", MANAGE)
HOOKS_MAX = 50
PAGE_MAX = 200
DELETED_MAX = 5_000
"""Rows of each kind that go with their hook at once."""
COUNTED_MAX = 10_000
"""Deliveries that wait; beyond it nobody counts."""
DIRECTORY_KIND = "hook"
"""Every hook's id stands in the directory, so that dispatchers find the workspaces that have some."""


class SeenHook(NamedTuple):
    """A hook with all that is shown of it. Secrets are closed. What is open of a disabled hook is held and does not wait."""

    hook: Hook
    health: Health
    secrets: Sequence[Secret]
    waiting: int
    replay_id: str | None
    """The replay that is running."""
    last_replay_id: str | None
    """The one that was begun last, whether it is running or not."""


class HookPage(NamedTuple):
    """A part of the list, newest first; `next_cursor` None at its end."""

    hooks: list[SeenHook]
    next_cursor: str | None


def create_hook(tx: Tx, who: Actor, sealer: Sealer, draft: HookDraft, now: int) -> tuple[SeenHook, str]:
    """Make a hook: the hook, and its secret, which is in this answer only. `now` is steady. Raises `HookLimit`."""
    who.require(MANAGE)
    lock(tx)
    count = store.count_hooks(tx, who.workspace_id)
    if count >= HOOKS_MAX:
        raise HookLimit
    hook = rules.make(who.workspace_id, new_id(), draft, tx.now)
    if count:
        plan.plan_up_to_head(tx, now)
    else:
        plan.begin(tx)
    store.insert_hook(tx, hook, sealer)
    secret = give_secret(tx, hook.id, sealer)
    directory.enter(tx, DIRECTORY_KIND, hook.id)
    hook_updated(tx, hook.id)
    audit(tx, who, "hook.created", hook.id, name=hook.name, url=masking.mask_url(hook.url), events=list(hook.events))
    return _see(tx, hook), secret.secret


def read_hook(tx: Tx, who: Actor, sealer: Sealer, hook_id: str) -> SeenHook:
    """One hook. Raises `HookNotFound`."""
    who.require(*READ)
    return _see(tx, store.get_hook(tx, who.workspace_id, hook_id, sealer))


def load_target(tx: Tx, who: Actor, sealer: Sealer, hook_id: str) -> Target:
    """A hook with all that a call to it needs, its secrets opened. Raises `HookNotFound`."""
    who.require(MANAGE)
    hook = store.get_hook(tx, who.workspace_id, hook_id, sealer)
    secrets = store.list_secrets(tx, who.workspace_id, hook_id, sealer)
    return Target(hook, in_force(secrets, tx.now), store.find_health(tx, who.workspace_id, hook_id))


def list_hooks(tx: Tx, who: Actor, sealer: Sealer | None, cursor: str | None = None, limit: int = 50) -> HookPage:
    """Hooks, newest first; `cursor` as the page before gave it. Without a sealer their own headers are missing."""
    who.require(*READ)
    if cursor is not None and not is_uuid(cursor):
        raise field_invalid("cursor", "this is no cursor of this list.")
    limit = max(1, min(limit, PAGE_MAX))
    found = store.list_hooks(tx, who.workspace_id, cursor, limit + 1, sealer)
    page = [_see(tx, hook) for hook in found[:limit]]
    return HookPage(page, page[-1].hook.id if len(found) > limit else None)


def update_hook(
    tx: Tx, who: Actor, sealer: Sealer, hook_id: str, change: HookChange, now: int, version: int | None = None
) -> tuple[SeenHook, str | None]:
    """Change what `change` gives: the hook, and a new secret where this has it signed from now on.

    What was recorded before is planned as the hook was. `version`: raises `Stale` unless the hook has it. A change that changes
    nothing leaves no trace. Raises `HookNotFound`.
    """
    who.require(MANAGE)
    hook = _lock(tx, who, hook_id, now, version, sealer)
    wanted = rules.apply(hook, change, tx.now)
    if wanted is hook:
        return _see(tx, hook), None
    store.update_hook(tx, wanted, sealer)
    secret = give_secret(tx, hook_id, sealer) if wanted.is_signed and not hook.is_signed else None
    hook_updated(tx, hook_id)
    audit(tx, who, "hook.changed", hook_id, name=wanted.name, **_difference(hook, wanted))
    return _see(tx, wanted), None if secret is None else secret.secret


def delete_hook(tx: Tx, who: Actor, hook_id: str, now: int, version: int | None = None) -> None:
    """Remove a hook with its secrets, its log and what is open of it. Raises `HookNotFound`, `Stale`.

    Nothing of it is shown or sent from then on; of a long log the rest is removed behind everybody.
    """
    who.require(MANAGE)
    hook = _lock(tx, who, hook_id, now, version)
    known = {one.id for one in chores.list_known(tx)} - {hook_id}
    chores.delete_of_gone(tx, known, DELETED_MAX)
    store.delete_hook(tx, who.workspace_id, hook_id)
    forget_place(tx, hook_id)
    directory.leave(tx, DIRECTORY_KIND, hook_id)
    hook_updated(tx, hook_id)
    audit(tx, who, "hook.deleted", hook_id, name=hook.name, url=masking.mask_url(hook.url))


def hold_some(tx: Tx, who: Actor, hook_id: str, now: int) -> bool:
    """Hold a part of what still waits for a disabled hook; whether there is more. Raises `HookNotFound`.

    Called until there is none, before the hook is enabled: a million of them in one transaction would keep everybody waiting.
    """
    who.require(MANAGE)
    hook = store.get_hook_for_update(tx, who.workspace_id, hook_id)
    return not hook.enabled and hold(tx, hook_id, now) >= BATCH


def enable_hook(
    tx: Tx, who: Actor, sealer: Sealer, hook_id: str, now: int, recover_since: int | None = None
) -> SeenHook:
    """Have a hook called again: its breaker and its run of failures begin anew.

    `recover_since`: what was recorded since then and was not delivered is posted too. Raises `HookNotFound`.
    """
    who.require(MANAGE)
    hook = _lock(tx, who, hook_id, now, sealer=sealer)
    while not hook.enabled and hold(tx, hook_id, now) >= BATCH:
        pass
    health = store.find_health(tx, who.workspace_id, hook_id)
    fresh = replace(health, failing_since=None, failures=0, warned_at=None, probes=0, probe_at=None)
    store.save_health(tx, who.workspace_id, hook_id, fresh)
    store.switch_hook(tx, who.workspace_id, hook_id, disabled_reason=None)
    if recover_since is not None:
        replay.start_recover(tx, who, hook_id, recover_since, now)
    if not hook.enabled or fresh != health:
        audit(tx, who, "hook.enabled", hook_id, name=hook.name)
    hook_updated(tx, hook_id)
    return _see(tx, store.get_hook(tx, who.workspace_id, hook_id, sealer))


def disable_hook(tx: Tx, who: Actor, sealer: Sealer, hook_id: str, now: int) -> SeenHook:
    """Have a hook called no more; what is open is held. One that is disabled stays so, for its reason. Raises `HookNotFound`."""
    who.require(MANAGE)
    hook = _lock(tx, who, hook_id, now, sealer=sealer)
    if not hook.enabled:
        return _see(tx, hook)
    store.switch_hook(tx, who.workspace_id, hook_id, disabled_reason="operator")
    hook_updated(tx, hook_id)
    audit(tx, who, "hook.disabled", hook_id, name=hook.name)
    return _see(tx, store.get_hook(tx, who.workspace_id, hook_id, sealer))


def _lock(tx: Tx, who: Actor, hook_id: str, now: int, version: int | None = None, sealer: Sealer | None = None) -> Hook:
    """The hook, with everything planned that was recorded until now."""
    plan.plan_up_to_head(tx, now)
    hook = store.get_hook_for_update(tx, who.workspace_id, hook_id, sealer)
    if version is not None and version != hook.version:
        raise Stale
    return hook


def _see(tx: Tx, hook: Hook) -> SeenHook:
    last_replay, running = show.find_last_replay(tx, hook.workspace_id, hook.id)
    return SeenHook(
        hook,
        store.find_health(tx, hook.workspace_id, hook.id),
        in_force(store.list_secrets(tx, hook.workspace_id, hook.id), tx.now),
        show.count_waiting(tx, hook.workspace_id, hook.id, COUNTED_MAX) if hook.enabled else 0,
        last_replay if running else None,
        last_replay,
    )


def _difference(before: Hook, after: Hook) -> Mapping[str, Any]:
    """What the audit log keeps of a change: no values of the query, and nothing of own headers."""
    changed = {name: getattr(after, name) for name in HookChange.__struct_fields__}
    found = {name: value for name, value in changed.items() if name != "name" and getattr(before, name) != value}
    if "url" in found:
        found["url"] = masking.mask_url(after.url)
    if "headers" in found:
        found["headers"] = sorted(after.headers)
    if "events" in found:
        found["events"] = {
            "added": [name for name in after.events if name not in before.events],
            "removed": [name for name in before.events if name not in after.events],
        }
    return found
