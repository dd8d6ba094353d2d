"""Hooks and what they were told, as the wire shows them. Who may not manage hooks sees no value that could be a key."""

from typing import Any

from halloo.api.manage import shapes
from halloo.hooks import masking, rules
from halloo.hooks.actions.records import SeenHook
from halloo.hooks.actions.secrets import MANAGE
from halloo.hooks.model import Secret, state_of
from halloo.hooks.samples import sample
from halloo.kit.clock import optional_rfc3339, rfc3339
from halloo.workspaces.model import Actor


def events_view(workspace_id: str) -> shapes.HookEventList:
    """The catalogue."""
    return shapes.HookEventList(
        [
            shapes.HookEvent(
                name=event.name,
                class_=event.kind,
                group=event.group,
                sentence=event.sentence,
                secret=event.secret,
                emitted=event.emitted,
                sample=sample(event.name, workspace_id),
            )
            for event in rules.choosable()
        ]
    )


def hook_view(seen: SeenHook, who: Actor) -> shapes.HookView:
    """A hook."""
    return shapes.HookView(**_hook(seen, who))


def hook_saved(seen: SeenHook, who: Actor, secret: str | None = None, warning: str | None = None) -> shapes.HookSaved:
    """A hook as it was saved, with a secret that is shown this once."""
    return shapes.HookSaved(**_hook(seen, who), secret=secret, warning="dns" if warning == "dns" else None)


def _hook(seen: SeenHook, who: Actor) -> dict[str, Any]:
    hook, health, secrets, waiting, replay_id, last_replay_id = seen
    open_ = MANAGE in who.scopes
    return {
        "id": hook.id,
        "kind": hook.kind,
        "environment": hook.environment,
        "name": hook.name,
        "url": hook.url if open_ else masking.mask_url(hook.url),
        "events": list(hook.events),
        "enabled": hook.enabled,
        "state": state_of(hook, health),
        "disabled_reason": hook.disabled_reason,
        "last_call": health.last_call,
        "last_call_at": optional_rfc3339(health.last_call_at),
        "last_status": health.last_status,
        "last_error": health.last_error,
        "failing_since": optional_rfc3339(health.failing_since),
        "probe_at": optional_rfc3339(health.probe_at),
        "signing": "signed" if hook.is_signed else "none",
        "secrets": [_secret(one) for one in secrets],
        "timeout_ms": hook.timeout_ms,
        "max_in_flight": hook.max_in_flight,
        "ordered": hook.ordered,
        "retry": hook.retry,
        "headers": dict(hook.headers) if open_ else masking.mask_headers(hook.headers),
        "waiting": waiting,
        "replay_id": replay_id,
        "last_replay_id": last_replay_id,
        "version": hook.version,
        "created_at": rfc3339(hook.created_at),
        "updated_at": rfc3339(hook.updated_at),
    }


def _secret(secret: Secret) -> shapes.HookSecretView:
    return shapes.HookSecretView(
        secret.id, secret.role, secret.hint, rfc3339(secret.created_at), optional_rfc3339(secret.promotes_at)
    )
