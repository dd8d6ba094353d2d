"""Routes: proofs of deletion."""

import msgspec
from litestar import get
from litestar.params import FromPath

from halloo.api.manage import shapes
from halloo.api.manage.people import brief
from halloo.contacts import actions
from halloo.contacts.erasure import Erasure
from halloo.db.tx import Tx
from halloo.edge.handed import Db, Who
from halloo.edge.pagination import Cursor, Limit, open_cursor, page_of
from halloo.kit.clock import optional_rfc3339, rfc3339
from halloo.workspaces.actions import find_operators
from halloo.workspaces.model import Actor

_SCOPE = "contacts:delete"
_TAGS = ["Contacts"]


@get("/erasures", opt={"scope": _SCOPE}, tags=_TAGS)
async def list_erasures(db: Db, who: Who, cursor: Cursor = None, limit: Limit = 50) -> shapes.ErasurePage:
    """Proofs of deletion, the newest first."""
    behind = open_cursor(cursor, str)
    found = await db.read(who.workspace_id, actions.list_erasures, who, behind, limit + 1)
    shown, following = page_of(found, limit, lambda one: one.id)
    return shapes.ErasurePage(await db.read(who.workspace_id, _views, who, shown), following)


@get("/erasures/{erasure_id:str}", opt={"scope": _SCOPE}, tags=_TAGS)
async def read_erasure(erasure_id: FromPath[str], db: Db, who: Who) -> shapes.ErasureView:
    """One proof of deletion."""
    found = await db.read(who.workspace_id, actions.get_erasure, who, erasure_id)
    return (await db.read(who.workspace_id, _views, who, [found]))[0]


def _views(tx: Tx, who: Actor, found: list[Erasure]) -> list[shapes.ErasureView]:
    """Query: proofs with who asked for them."""
    people = find_operators(tx, who.workspace_id, {one.requested_by for one in found})
    views: list[shapes.ErasureView] = []
    for one in found:
        by = people.get(one.requested_by)
        views.append(
            shapes.ErasureView(
                id=one.id,
                subject=one.subject,
                counts=msgspec.convert(one.counts, shapes.ErasureCounts),
                digest=one.digest,
                requested_by=None if by is None else brief(by),
                requested_at=rfc3339(one.requested_at),
                finished_at=optional_rfc3339(one.finished_at),
            )
        )
    return views


ROUTES = (list_erasures, read_erasure)
