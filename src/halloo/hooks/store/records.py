"""SQL of hooks, their secrets, and how their calls go.

Own headers and secrets are sealed. They are opened only where a sealer is handed in: without one `Hook.headers` and `Secret.secret`
are empty. What it does not open, as the server has got another secret of its own, is left out.
"""

import msgspec
from sqlalchemy import Text, bindparam, delete, func, select, update

from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.hooks.errors import HookNotFound
from halloo.hooks.model import DisabledReason, Health, Hook, Secret
from halloo.hooks.tables import hook_health, hook_secrets, hooks, hours
from halloo.kit.json import dump
from halloo.kit.sealing import Sealer

_H, _S, _L = hooks.c, hook_secrets.c, hook_health.c
_WS = bindparam("ws", type_=Text)
_HOOK = bindparam("hook", type_=Text)
_ONE = (_H.workspace_id == _WS, _H.id == _HOOK)
_CONTENT = (
    "environment", "name", "url", "events", "signing", "timeout_ms", "max_in_flight", "ordered", "retry", "headers",
    "enabled", "disabled_reason", "version", "updated_at",
)  # fmt: skip
_INSERT = Statement(hooks.insert().values({c.name: bindparam(c.name) for c in _H}))
_FIND = Statement(select(hooks).where(*_ONE))
_LOCK = Statement(select(hooks).where(*_ONE).with_for_update())
_UPDATE = Statement(update(hooks).where(*_ONE).values({name: bindparam(name) for name in _CONTENT}))
_SWITCH = Statement(
    update(hooks)
    .where(*_ONE)
    .values(
        enabled=bindparam("on"),
        disabled_reason=bindparam("reason"),
        version=_H.version + 1,
        updated_at=bindparam("now"),
    )
)
_TOUCH = Statement(update(hooks).where(*_ONE).values(version=_H.version + 1, updated_at=bindparam("now")))
_LIST = Statement(
    select(hooks)
    .where(_H.workspace_id == _WS, _H.id < bindparam("before"))
    .order_by(_H.id.desc())
    .limit(bindparam("limit"))
)
_COUNT = Statement(select(func.count()).select_from(hooks).where(_H.workspace_id == _WS))
_DELETE = tuple(
    Statement(delete(table).where(table.c.workspace_id == _WS, hook == _HOOK))
    for table, hook in (
        (hook_secrets, _S.hook_id),
        (hook_health, _L.hook_id),
        (hours, hours.c.hook_id),
        (hooks, _H.id),
    )
)
_OF_HOOK = (_S.workspace_id == _WS, _S.hook_id == _HOOK)
_SECRETS = Statement(select(hook_secrets).where(*_OF_HOOK).order_by(_S.id))
_ALL_SECRETS = Statement(select(hook_secrets).where(_S.workspace_id == _WS).order_by(_S.hook_id, _S.id))
_INSERT_SECRET = Statement(hook_secrets.insert().values({c.name: bindparam(c.name) for c in _S}))
_PROMOTE = Statement(
    update(hook_secrets).where(*_OF_HOOK, _S.id == bindparam("secret")).values(role="current", promotes_at=None)
)
_DELETE_SECRET = Statement(delete(hook_secrets).where(*_OF_HOOK, _S.id == bindparam("secret")))
_HEALTH = Statement(select(hook_health).where(_L.workspace_id == _WS, _L.hook_id == _HOOK))
_ALL_HEALTH = Statement(select(hook_health).where(_L.workspace_id == _WS))
_HEALTH_FIELDS = tuple(c.name for c in _L if c.name not in {"workspace_id", "hook_id"})
_INSERT_HEALTH = Statement(hook_health.insert().values({c.name: bindparam(c.name) for c in _L}))
_SAVE_HEALTH = Statement(
    update(hook_health)
    .where(_L.workspace_id == _WS, _L.hook_id == _HOOK)
    .values({name: bindparam(name) for name in _HEALTH_FIELDS})
)
LAST = "g"
"""Sorts behind every id."""
_ALL = 10_000
_HEADERS = "headers"
"""The place of own headers among what is sealed of a hook; secrets stand under their ids."""
_events = msgspec.json.Decoder(tuple[str, ...])
_headers = msgspec.json.Decoder(dict[str, str])


def insert_hook(tx: Tx, hook: Hook, sealer: Sealer) -> None:
    """Store a new hook, and that it was not called yet."""
    tx.run(
        _INSERT,
        workspace_id=hook.workspace_id,
        id=hook.id,
        kind=hook.kind,
        created_at=hook.created_at,
        **_content(hook, sealer),
    )
    tx.run(_INSERT_HEALTH, workspace_id=hook.workspace_id, hook_id=hook.id, **msgspec.structs.asdict(Health()))


def find_hook(tx: Tx, workspace_id: str, hook_id: str, sealer: Sealer | None = None) -> Hook | None:
    """The hook, or None."""
    row = tx.first(_FIND, ws=workspace_id, hook=hook_id)
    return None if row is None else _hook(row, sealer)


def get_hook(tx: Tx, workspace_id: str, hook_id: str, sealer: Sealer | None = None) -> Hook:
    """The hook. Raises `HookNotFound`."""
    found = find_hook(tx, workspace_id, hook_id, sealer)
    if found is None:
        raise HookNotFound
    return found


def get_hook_for_update(tx: Tx, workspace_id: str, hook_id: str, sealer: Sealer | None = None) -> Hook:
    """The hook, held against other writers until the transaction ends. Raises `HookNotFound`."""
    row = tx.first(_LOCK, ws=workspace_id, hook=hook_id)
    if row is None:
        raise HookNotFound
    return _hook(row, sealer)


def list_hooks(
    tx: Tx, workspace_id: str, before: str | None = None, limit: int = _ALL, sealer: Sealer | None = None
) -> list[Hook]:
    """At most `limit` hooks, newest first, behind the one whose id is `before`."""
    return [_hook(row, sealer) for row in tx.all(_LIST, ws=workspace_id, before=before or LAST, limit=limit)]


def count_hooks(tx: Tx, workspace_id: str) -> int:
    """How many hooks the workspace has."""
    return tx.scalar(_COUNT, ws=workspace_id)


def update_hook(tx: Tx, hook: Hook, sealer: Sealer) -> None:
    """Store what can change of a hook, as it stands in `hook`: one that was read with this sealer."""
    tx.run(_UPDATE, ws=hook.workspace_id, hook=hook.id, **_content(hook, sealer))


def switch_hook(tx: Tx, workspace_id: str, hook_id: str, *, disabled_reason: DisabledReason | None) -> None:
    """Disable a hook for a reason, or enable it with none. It has another version then."""
    tx.run(
        _SWITCH,
        ws=workspace_id,
        hook=hook_id,
        on=int(disabled_reason is None),
        reason=disabled_reason,
        now=tx.now,
    )


def touch_hook(tx: Tx, workspace_id: str, hook_id: str) -> None:
    """Give a hook another version, as something that belongs to it has changed."""
    tx.run(_TOUCH, ws=workspace_id, hook=hook_id, now=tx.now)


def delete_hook(tx: Tx, workspace_id: str, hook_id: str) -> None:
    """Remove a hook with its secrets, its health and its chart. What was planned for it, and its log, are others' to remove."""
    for statement in _DELETE:
        tx.run(statement, ws=workspace_id, hook=hook_id)


def list_secrets(tx: Tx, workspace_id: str, hook_id: str, sealer: Sealer | None = None) -> tuple[Secret, ...]:
    """The secrets of a hook as they are stored, the current one first. `model.in_force` says which of them count now."""
    return _secrets(tx.all(_SECRETS, ws=workspace_id, hook=hook_id), sealer)


def list_all_secrets(tx: Tx, workspace_id: str, sealer: Sealer | None = None) -> dict[str, tuple[Secret, ...]]:
    """The same of all hooks of a workspace, by hook."""
    found: dict[str, list[Row]] = {}
    for row in tx.all(_ALL_SECRETS, ws=workspace_id):
        found.setdefault(row["hook_id"], []).append(row)
    return {hook_id: _secrets(rows, sealer) for hook_id, rows in found.items()}


def insert_secret(tx: Tx, workspace_id: str, hook_id: str, secret: Secret, sealer: Sealer) -> None:
    """Store a new secret, sealed."""
    tx.run(
        _INSERT_SECRET,
        workspace_id=workspace_id,
        hook_id=hook_id,
        id=secret.id,
        role=secret.role,
        sealed=sealer.seal(secret.secret, workspace_id, hook_id, secret.id),
        hint=secret.hint,
        promotes_at=secret.promotes_at,
        created_at=secret.created_at,
    )


def promote_secret(tx: Tx, workspace_id: str, hook_id: str, secret_id: str) -> None:
    """Make a secret the current one. There must be no other current one any more."""
    tx.run(_PROMOTE, ws=workspace_id, hook=hook_id, secret=secret_id)


def delete_secret(tx: Tx, workspace_id: str, hook_id: str, secret_id: str) -> None:
    """Remove a secret."""
    tx.run(_DELETE_SECRET, ws=workspace_id, hook=hook_id, secret=secret_id)


def find_health(tx: Tx, workspace_id: str, hook_id: str) -> Health:
    """How the calls of a hook go; as if it was not called yet, where there is no such hook."""
    row = tx.first(_HEALTH, ws=workspace_id, hook=hook_id)
    return Health() if row is None else _health(row)


def list_health(tx: Tx, workspace_id: str) -> dict[str, Health]:
    """How the calls of all hooks of a workspace go, by hook."""
    return {row["hook_id"]: _health(row) for row in tx.all(_ALL_HEALTH, ws=workspace_id)}


def save_health(tx: Tx, workspace_id: str, hook_id: str, health: Health) -> None:
    """Store how the calls of a hook go; nothing where it is gone."""
    tx.run(_SAVE_HEALTH, ws=workspace_id, hook=hook_id, **msgspec.structs.asdict(health))


def _content(hook: Hook, sealer: Sealer) -> Row:
    row = {name: getattr(hook, name) for name in _CONTENT}
    row["events"] = dump(hook.events).decode()
    row["enabled"] = int(hook.enabled)
    plain = dump(hook.headers).decode()
    row["headers"] = sealer.seal(plain, hook.workspace_id, hook.id, _HEADERS) if hook.headers else ""
    return row


def _hook(row: Row, sealer: Sealer | None) -> Hook:
    values = dict(row)
    values["events"] = _events.decode(row["events"])
    values["enabled"] = bool(row["enabled"])
    sealed = row["headers"]
    plain = sealer.open(sealed, row["workspace_id"], row["id"], _HEADERS) if sealer is not None and sealed else None
    values["headers"] = {} if plain is None else _headers.decode(plain)
    return Hook(**values)


def _secrets(rows: list[Row], sealer: Sealer | None) -> tuple[Secret, ...]:
    found = [_secret(row, sealer) for row in rows]
    return tuple(sorted((one for one in found if one.secret or sealer is None), key=_by_role))


def _secret(row: Row, sealer: Sealer | None) -> Secret:
    plain = None if sealer is None else sealer.open(row["sealed"], row["workspace_id"], row["hook_id"], row["id"])
    return Secret(
        id=row["id"],
        role=row["role"],
        secret=plain or "",
        hint=row["hint"],
        created_at=row["created_at"],
        promotes_at=row["promotes_at"],
    )


def _by_role(secret: Secret) -> str:
    return secret.role


def _health(row: Row) -> Health:
    return Health(**{name: row[name] for name in _HEALTH_FIELDS})
