"""Routes: who is on the site now."""

from typing import Annotated

from litestar import get
from litestar.params import FromQuery, QueryParameter

from halloo.api.manage import shapes
from halloo.edge.handed import Parts, Who
from halloo.edge.pagination import Cursor, open_cursor, page_of

Many = Annotated[int, QueryParameter(ge=1, le=500, description="How many at most.")]
_READ = "visitors:read"
_TAGS = ["Visitors"]


@get("/visitors", opt={"scope": _READ}, tags=_TAGS)
async def list_visitors(
    who: Who, services: Parts, online: FromQuery[bool | None] = None, cursor: Cursor = None, limit: Many = 100
) -> shapes.LiveVisitorPage:
    """Visitors who are on the site now, each once. `online`: only those who look at their page, or only those who do not."""
    behind = open_cursor(cursor, str)
    found = await services.live.visitors(who, behind, limit + 1, online=online)
    return shapes.LiveVisitorPage(*page_of(found, limit, lambda one: one.visitor_id))


@get("/visitors/count", opt={"scope": _READ}, tags=_TAGS)
async def count_visitors(who: Who, services: Parts) -> shapes.LiveVisitorCount:
    """How many visitors are on the site now."""
    return shapes.LiveVisitorCount(await services.live.count_visitors(who))


ROUTES = (list_visitors, count_visitors)
