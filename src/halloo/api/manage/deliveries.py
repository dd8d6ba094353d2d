"""Routes: what hooks were told, trying them, and telling it again (hooks contract 8 and 11)."""

from typing import Annotated

from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from halloo.api.manage import deliveries_view, shapes
from halloo.edge.body import parse_time
from halloo.edge.handed import Db, Parts, Who
from halloo.edge.pagination import Cursor
from halloo.hooks.actions import log, replay
from halloo.hooks.actions.log import READ, Filters
from halloo.hooks.model import DeliveryState
from halloo.kit.refusals import field_invalid

_READ, _MANAGE = READ, replay.MANAGE
_TAGS = ["Hooks"]
_PLAIN = shapes.HookTestPost()
"""What is meant by no body."""
State = Annotated[DeliveryState | None, QueryParameter(name="state", description="Only in this state.")]
"""The query's `state`; Litestar keeps that name for itself."""
From = Annotated[
    str | None, QueryParameter(name="from", max_length=40, description="Recorded from this time on (RFC 3339).")
]
To = Annotated[
    str | None, QueryParameter(name="to", max_length=40, description="Recorded before this time (RFC 3339).")
]
DeliveryLimit = Annotated[int, QueryParameter(ge=1, le=log.PAGE_MAX, description="How many at most.")]


@post("/hooks/{hook_id:str}/test", opt={"scope": _MANAGE}, tags=_TAGS, status_code=200)
async def try_hook(
    hook_id: FromPath[str], who: Who, services: Parts, data: JSONBody[shapes.HookTestPost] = _PLAIN
) -> shapes.AttemptView:
    """Make one test call and wait for its answer; at most ten a minute of a hook."""
    hook, body, attempt = await services.hook_trials.run(who, hook_id, data.event)
    return deliveries_view.attempt_view(1, attempt, body, hook, who)


@get("/hooks/{hook_id:str}/deliveries", opt={"scope": _READ}, tags=_TAGS)
async def list_deliveries(  # noqa: PLR0913, PLR0917 - each is a filter of the contract
    hook_id: FromPath[str],
    db: Db,
    who: Who,
    in_state: State = None,
    event: FromQuery[str | None] = None,
    session_id: FromQuery[str | None] = None,
    since: From = None,
    until: To = None,
    cursor: Cursor = None,
    limit: DeliveryLimit = 50,
) -> shapes.DeliveryPage:
    """What a hook was told, newest first. With filters a page may hold few, or none, and have more behind it."""
    wanted = Filters(in_state, event, session_id, parse_time("from", since), parse_time("to", until))
    page = await db.read(who.workspace_id, log.list_deliveries, who, hook_id, wanted, cursor, limit)
    return shapes.DeliveryPage([deliveries_view.delivery_view(one) for one in page.deliveries], page.next_cursor)


@get("/hooks/{hook_id:str}/deliveries/{delivery_id:str}", opt={"scope": _READ}, tags=_TAGS)
async def read_delivery(hook_id: FromPath[str], delivery_id: FromPath[str], db: Db, who: Who) -> shapes.DeliveryDetail:
    """One delivery with its attempts in short."""
    return deliveries_view.delivery_detail(
        await db.read(who.workspace_id, log.read_delivery, who, hook_id, delivery_id)
    )


@get("/hooks/{hook_id:str}/deliveries/{delivery_id:str}/attempts/{n:int}", opt={"scope": _READ}, tags=_TAGS)
async def read_attempt(
    hook_id: FromPath[str], delivery_id: FromPath[str], n: FromPath[int], db: Db, who: Who, services: Parts
) -> shapes.AttemptView:
    """One attempt in full: what was sent, what was answered, how long it took."""
    sealer = services.hook_secrets
    found = await db.read(who.workspace_id, log.read_attempt, who, sealer, hook_id, delivery_id, n)
    return deliveries_view.attempt_view(found.n, found.attempt, found.body, found.hook, who)


@post("/hooks/{hook_id:str}/deliveries/{delivery_id:str}/replay", opt={"scope": _MANAGE}, tags=_TAGS, status_code=202)
async def replay_delivery(
    hook_id: FromPath[str], delivery_id: FromPath[str], db: Db, who: Who, services: Parts
) -> shapes.DeliveryReplayed:
    """Post a delivery again, as a new one with the same `webhook-id`."""
    now = services.hooks.now()
    made = await db.write(who.workspace_id, replay.replay_one, who, hook_id, delivery_id, now)
    services.hooks.nudge(who.workspace_id)
    return shapes.DeliveryReplayed(made)


@post("/hooks/{hook_id:str}/replays", opt={"scope": _MANAGE}, tags=_TAGS, status_code=202)
async def start_replay(
    hook_id: FromPath[str], data: JSONBody[shapes.HookReplayPost], db: Db, who: Who, services: Parts
) -> shapes.ReplayStarted:
    """Post again what was recorded in a time, also what was not chosen then."""
    times, now = (_time("from", data.from_), _time("to", data.to)), services.hooks.now()
    made = await db.write(who.workspace_id, replay.start_range, who, hook_id, times, now, data.events, data.states)
    services.hooks.nudge(who.workspace_id)
    return shapes.ReplayStarted(made.id, made.count)


@post("/hooks/{hook_id:str}/recover", opt={"scope": _MANAGE}, tags=_TAGS, status_code=202)
async def recover(
    hook_id: FromPath[str], data: JSONBody[shapes.HookRecoverPost], db: Db, who: Who, services: Parts
) -> shapes.ReplayStarted:
    """Post again what was recorded since then and was not delivered: after an outage, or after re-enabling."""
    since, now = _time("since", data.since), services.hooks.now()
    made = await db.write(who.workspace_id, replay.start_recover, who, hook_id, since, now)
    services.hooks.nudge(who.workspace_id)
    return shapes.ReplayStarted(made.id, made.count)


@get("/hooks/{hook_id:str}/replays/{replay_id:str}", opt={"scope": _READ}, tags=_TAGS)
async def read_replay(hook_id: FromPath[str], replay_id: FromPath[str], db: Db, who: Who) -> shapes.ReplayView:
    """How far a replay is."""
    return deliveries_view.replay_view(await db.read(who.workspace_id, replay.progress, who, hook_id, replay_id))


@delete("/hooks/{hook_id:str}/replays/{replay_id:str}", opt={"scope": _MANAGE}, tags=_TAGS)
async def stop_replay(hook_id: FromPath[str], replay_id: FromPath[str], db: Db, who: Who, services: Parts) -> None:
    """Stop a replay: what is not being posted at this moment is not posted any more."""
    await db.write(who.workspace_id, replay.cancel, who, hook_id, replay_id, services.hooks.now())


def _time(field: str, text: str) -> int:
    found = parse_time(field, text)
    if found is None:
        raise field_invalid(field, "a time is needed.")
    return found


ROUTES = (
    try_hook,
    list_deliveries,
    read_delivery,
    read_attempt,
    replay_delivery,
    start_replay,
    recover,
    read_replay,
    stop_replay,
)
