"""Routes: who is kept away."""

import ipaddress
from typing import Annotated, Literal

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from halloo.api.manage import shapes
from halloo.api.manage.people import brief
from halloo.contacts import actions as contacts
from halloo.contacts.blocking import Block, BlockDraft, around
from halloo.contacts.errors import AddressUnknown
from halloo.conversations import actions
from halloo.db.tx import Tx
from halloo.edge.body import parse_time
from halloo.edge.handed import Db, Parts, Who
from halloo.edge.pagination import Cursor, Limit, open_cursor, page_of
from halloo.edge.services import Services
from halloo.kit.clock import optional_rfc3339, rfc3339
from halloo.kit.refusals import field_invalid
from halloo.workspaces.actions import find_operators
from halloo.workspaces.model import Actor

KindOf = Annotated[Literal["visitor", "network"] | None, QueryParameter(description="Only persons, or only networks.")]
_TAGS = ["Blocks"]


@get("/blocks", opt={"scope": "contacts:read"}, tags=_TAGS)
async def list_blocks(
    db: Db, who: Who, kind: KindOf = None, cursor: Cursor = None, limit: Limit = 50
) -> shapes.BlockPage:
    """Who is kept away, the newest first."""
    behind = open_cursor(cursor, str)
    found = await db.read(who.workspace_id, contacts.list_blocks, who, kind, behind, limit + 1)
    shown, following = page_of(found, limit, lambda one: one.id)
    return shapes.BlockPage(await db.read(who.workspace_id, _views, who, shown), following)


@post("/blocks", opt={"scope": ("contacts:write", "web_widgets:manage")}, tags=_TAGS)
async def create_block(
    data: JSONBody[shapes.BlockPost], db: Db, who: Who, services: Parts
) -> Response[shapes.BlockView]:
    """Keep a visitor with all their browsers away, or a network; live connections end within a second.

    A visitor needs `contacts:write`, a network `web_widgets:manage`. What is blocked already stays as it is, with status 200.
    """
    changed = await db.write(who.workspace_id, actions.create_block, who, _draft(data, who, services))
    view = (await db.read(who.workspace_id, _views, who, [changed.block]))[0]
    return Response(view, status_code=201 if changed.made else 200)


def _draft(data: shapes.BlockPost, who: Actor, services: Services) -> BlockDraft:
    given = [name for name in ("visitor", "network", "around") if getattr(data, name) is not None]
    if len(given) != 1:
        raise field_invalid("visitor", "name exactly one of visitor, network and around.")
    expires_at = parse_time("expires_at", data.expires_at)
    if data.visitor is not None:
        return BlockDraft("visitor", data.visitor, data.reason, expires_at)
    network = data.network if data.around is None else _around(who, data.around, services)
    return BlockDraft("network", network or "", data.reason, expires_at)


def _around(who: Actor, visitor_id: str, services: Services) -> str:
    """The network of a visitor who is on the site. An address inside of a network may be a proxy, with everybody behind it."""
    who.require("web_widgets:manage")
    known = services.live.addresses(who.workspace_id, visitor_id)
    if not known or ipaddress.ip_address(known[-1]).is_private:
        raise AddressUnknown
    return around(known[-1])


@delete("/blocks/{block_id:str}", opt={"scope": ("contacts:write", "web_widgets:manage")}, tags=_TAGS)
async def remove_block(block_id: FromPath[str], db: Db, who: Who) -> None:
    """Let somebody in again."""
    await db.write(who.workspace_id, actions.remove_block, who, block_id)


def _views(tx: Tx, who: Actor, found: list[Block]) -> list[shapes.BlockView]:
    """Query: blocks with the people whom they concern and who made them."""
    people = contacts.name_blocked(tx, [one.value for one in found if one.kind == "visitor"])
    makers = find_operators(tx, who.workspace_id, {one.created_by for one in found})
    views: list[shapes.BlockView] = []
    for one in found:
        person, maker = people.get(one.value), makers.get(one.created_by)
        views.append(
            shapes.BlockView(
                id=one.id,
                kind=one.kind,
                value=one.value,
                name=None if person is None else person.name,
                contact_id=None if person is None else person.contact_id,
                reason=one.reason,
                created_by=None if maker is None else brief(maker),
                created_at=rfc3339(one.created_at),
                expires_at=optional_rfc3339(one.expires_at),
            )
        )
    return views


ROUTES = (list_blocks, create_block, remove_block)
