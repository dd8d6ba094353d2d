"""Routes: web hooks, their secrets, their day (hooks contract 11)."""

from typing import Annotated

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET

from halloo.api.manage import hooks_view, shapes
from halloo.api.manage.conversations import IfMatch
from halloo.db.tx import Tx
from halloo.edge.body import parse_time
from halloo.edge.etag import version_tag, wanted_version
from halloo.edge.handed import Db, Parts, Who
from halloo.edge.pagination import Cursor
from halloo.edge.services import Services
from halloo.hooks import rules
from halloo.hooks.actions import chart, records, secrets
from halloo.hooks.actions.records import SeenHook
from halloo.kit.clock import rfc3339
from halloo.kit.sealing import Sealer
from halloo.workspaces.model import Actor

_READ, _MANAGE = records.READ, secrets.MANAGE
_TAGS = ["Hooks"]
_ENABLE, _ROTATE, _PROMOTE = shapes.HookEnablePost(), shapes.HookSecretPost(), shapes.HookPromotePost()
"""What is meant by no body."""
HookLimit = Annotated[int, QueryParameter(ge=1, le=records.PAGE_MAX, description="How many at most.")]


def _tags(version: int) -> dict[str, str]:
    return {"ETag": version_tag(version)}


@get("/hooks/events", opt={"scope": _READ}, tags=_TAGS, sync_to_thread=False)
def list_hook_events(who: Who) -> shapes.HookEventList:
    """Every event that a hook can be told of, each with a sample."""
    return hooks_view.events_view(who.workspace_id)


@get("/hooks", opt={"scope": _READ}, tags=_TAGS)
async def list_hooks(
    db: Db, who: Who, services: Parts, cursor: Cursor = None, limit: HookLimit = 50
) -> shapes.HookPage:
    """Hooks, newest first."""
    page = await db.read(who.workspace_id, records.list_hooks, who, services.hook_secrets, cursor, limit)
    return shapes.HookPage([hooks_view.hook_view(seen, who) for seen in page.hooks], page.next_cursor)


@post("/hooks", opt={"scope": _MANAGE}, tags=_TAGS)
async def create_hook(data: JSONBody[shapes.HookPost], db: Db, who: Who, services: Parts) -> Response[shapes.HookSaved]:
    """Make a hook; its secret is in this answer and never again."""
    warning = await rules.look_up(services.outbound, data.url)
    sealer, now = services.hook_secrets, services.hooks.now()
    seen, secret = await db.write(who.workspace_id, records.create_hook, who, sealer, data, now)
    headers = {"Location": f"/core/hooks/{seen.hook.id}", **_tags(seen.hook.version)}
    return Response(hooks_view.hook_saved(seen, who, secret, warning), headers=headers)


@get("/hooks/{hook_id:str}", opt={"scope": _READ}, tags=_TAGS)
async def read_hook(hook_id: FromPath[str], db: Db, who: Who, services: Parts) -> Response[shapes.HookView]:
    """One hook."""
    seen = await db.read(who.workspace_id, records.read_hook, who, services.hook_secrets, hook_id)
    return Response(hooks_view.hook_view(seen, who), headers=_tags(seen.hook.version))


@put("/hooks/{hook_id:str}", opt={"scope": _MANAGE}, tags=_TAGS)
async def update_hook(
    hook_id: FromPath[str], data: JSONBody[shapes.HookPut], who: Who, services: Parts, if_match: IfMatch = None
) -> Response[shapes.HookSaved]:
    """Change a hook; it holds for what is recorded from then on. The secret is in the answer where this has it signed."""
    return await _update(services, who, hook_id, data, if_match)


@patch("/hooks/{hook_id:str}", opt={"scope": _MANAGE}, tags=_TAGS)
async def patch_hook(
    hook_id: FromPath[str], data: JSONBody[shapes.HookPut], who: Who, services: Parts, if_match: IfMatch = None
) -> Response[shapes.HookSaved]:
    """Change a hook: the same as `PUT`, which takes what changes too."""
    return await _update(services, who, hook_id, data, if_match)


async def _update(
    services: Services, who: Actor, hook_id: str, data: shapes.HookPut, if_match: str | None
) -> Response[shapes.HookSaved]:
    warning = None if data.url is UNSET else await rules.look_up(services.outbound, data.url)
    sealer, now, version = services.hook_secrets, services.hooks.now(), wanted_version(if_match)
    seen, secret = await services.db.write(
        who.workspace_id, records.update_hook, who, sealer, hook_id, data, now, version
    )
    return Response(hooks_view.hook_saved(seen, who, secret, warning), headers=_tags(seen.hook.version))


@delete("/hooks/{hook_id:str}", opt={"scope": _MANAGE}, tags=_TAGS)
async def delete_hook(hook_id: FromPath[str], db: Db, who: Who, services: Parts, if_match: IfMatch = None) -> None:
    """Delete a hook with its log: what is open is not sent any more."""
    now, version = services.hooks.now(), wanted_version(if_match)
    await db.write(who.workspace_id, records.delete_hook, who, hook_id, now, version)


@post("/hooks/{hook_id:str}/enable", opt={"scope": _MANAGE}, tags=_TAGS, status_code=200)
async def enable_hook(
    hook_id: FromPath[str], db: Db, who: Who, services: Parts, data: JSONBody[shapes.HookEnablePost] = _ENABLE
) -> shapes.HookView:
    """Have a hook called again; with `recover_since` also for what it has missed."""
    since = parse_time("recover_since", data.recover_since)
    sealer, now = services.hook_secrets, services.hooks.now()
    while await db.write(who.workspace_id, records.hold_some, who, hook_id, now):
        pass
    seen = await db.write(who.workspace_id, records.enable_hook, who, sealer, hook_id, now, since)
    return hooks_view.hook_view(seen, who)


@post("/hooks/{hook_id:str}/disable", opt={"scope": _MANAGE}, tags=_TAGS, status_code=200)
async def disable_hook(hook_id: FromPath[str], db: Db, who: Who, services: Parts) -> shapes.HookView:
    """Have a hook called no more; what is open is held."""
    sealer, now = services.hook_secrets, services.hooks.now()
    seen = await db.write(who.workspace_id, records.disable_hook, who, sealer, hook_id, now)
    return hooks_view.hook_view(seen, who)


@get("/hooks/{hook_id:str}/chart", opt={"scope": _READ}, tags=_TAGS)
async def read_hook_chart(hook_id: FromPath[str], db: Db, who: Who) -> shapes.HookChart:
    """How the last day of a hook went, by quarter of an hour, oldest first."""
    quarters = await db.read(who.workspace_id, chart.read_chart, who, hook_id)
    return shapes.HookChart([shapes.HookQuarter(rfc3339(one.at), *one[1:]) for one in quarters])


@post("/hooks/{hook_id:str}/secrets", opt={"scope": _MANAGE}, tags=_TAGS)
async def create_hook_secret(
    hook_id: FromPath[str], db: Db, who: Who, services: Parts, data: JSONBody[shapes.HookSecretPost] = _ROTATE
) -> shapes.HookSecretCreated:
    """Make the next secret, beside the current one; it is in this answer and never again."""
    sealer = services.hook_secrets
    made = await db.write(who.workspace_id, secrets.create_secret, who, sealer, hook_id, data.overlap_s)
    return shapes.HookSecretCreated(
        made.id, "next", made.secret, rfc3339(made.created_at), rfc3339(made.promotes_at or made.created_at)
    )


@post("/hooks/{hook_id:str}/secrets/promote", opt={"scope": _MANAGE}, tags=_TAGS, status_code=200)
async def promote_hook_secret(
    hook_id: FromPath[str], db: Db, who: Who, services: Parts, data: JSONBody[shapes.HookPromotePost] = _PROMOTE
) -> shapes.HookSaved:
    """Have the next secret count at once, and the former one no more. A secret that is made here is in this answer alone."""
    seen, secret = await db.write(who.workspace_id, _promote, who, services.hook_secrets, hook_id, data.immediately)
    return hooks_view.hook_saved(seen, who, secret)


@delete("/hooks/{hook_id:str}/secrets/{secret_id:str}", opt={"scope": _MANAGE}, tags=_TAGS)
async def withdraw_hook_secret(hook_id: FromPath[str], secret_id: FromPath[str], db: Db, who: Who) -> None:
    """Take the next secret back."""
    await db.write(who.workspace_id, secrets.withdraw_secret, who, hook_id, secret_id)


def _promote(tx: Tx, who: Actor, sealer: Sealer, hook_id: str, immediately: bool) -> tuple[SeenHook, str | None]:  # noqa: FBT001 - handed on by position
    """Action: the hook with its new secret, in one transaction."""
    secret = secrets.promote_secret(tx, who, sealer, hook_id, immediately=immediately)
    return records.read_hook(tx, who, sealer, hook_id), secret


ROUTES = (
    list_hook_events,
    list_hooks,
    create_hook,
    read_hook,
    update_hook,
    patch_hook,
    delete_hook,
    enable_hook,
    disable_hook,
    read_hook_chart,
    create_hook_secret,
    promote_hook_secret,
    withdraw_hook_secret,
)
