"""What `halloo hook list` shows."""

from pathlib import Path
from typing import Any

from halloo.cli.place import in_workspace, open_place
from halloo.db.tx import Tx
from halloo.hooks.actions.records import PAGE_MAX, SeenHook, list_hooks
from halloo.hooks.masking import mask_url
from halloo.hooks.model import state_of
from halloo.kit.clock import optional_rfc3339
from halloo.workspaces.model import system_actor


def _view(seen: SeenHook) -> dict[str, Any]:
    return {
        "id": seen.hook.id,
        "name": seen.hook.name,
        "url": mask_url(seen.hook.url),
        "events": len(seen.hook.events),
        "state": state_of(seen.hook, seen.health),
        "last_call": seen.health.last_call,
        "last_call_at": optional_rfc3339(seen.health.last_call_at),
        "last_error": seen.health.last_error,
        "waiting": seen.waiting,
    }


def seen_hooks(data: Path, workspace: str | None) -> list[dict[str, Any]]:
    """The hooks of a workspace; without an id, of the only one there is."""

    def look(tx: Tx, workspace_id: str) -> list[dict[str, Any]]:
        return [_view(one) for one in list_hooks(tx, system_actor(workspace_id), None, limit=PAGE_MAX).hooks]

    return in_workspace(open_place(data), workspace, look)
