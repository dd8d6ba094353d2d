"""Routes: widgets (embedding contract 13)."""

from typing import Annotated

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from halloo.api.manage import shapes
from halloo.api.manage.conversations import IfMatch
from halloo.api.manage.talk import optional
from halloo.csp.actions import reports
from halloo.db.tx import Tx
from halloo.edge.handed import Db, Parts, Who
from halloo.edge.pagination import Cursor
from halloo.widgets import actions
from halloo.widgets.model import Widget, WidgetChange, widget_view
from halloo.workspaces.model import Actor

_READ, _MANAGE = ("web_widgets:read", "web_widgets:manage"), "web_widgets:manage"
_TAGS = ["Widgets"]
WidgetLimit = Annotated[int, QueryParameter(ge=1, le=actions.PAGE_MAX, description="How many at most.")]
DryRun = Annotated[bool, QueryParameter(description="Check and answer without storing.")]


def _view(widget: Widget) -> shapes.WidgetView:
    return msgspec.convert(widget_view(widget), shapes.WidgetView)


def _change(data: shapes.WidgetPut) -> WidgetChange:
    return WidgetChange(optional(data.domains), optional(data.published), optional(data.config))


@get("/web-widgets", opt={"scope": _READ}, tags=_TAGS)
async def list_widgets(db: Db, who: Who, cursor: Cursor = None, limit: WidgetLimit = 50) -> shapes.WidgetPage:
    """Widgets, newest first."""
    page = await db.read(who.workspace_id, actions.list_widgets, who, cursor, limit)
    return shapes.WidgetPage([_view(widget) for widget in page.widgets], page.next_cursor)


@post("/web-widgets", opt={"scope": _MANAGE}, tags=_TAGS)
async def create_widget(
    data: JSONBody[shapes.WidgetPut],
    db: Db,
    who: Who,
    dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
) -> Response[shapes.WidgetView]:
    """Make a widget; every field is optional."""
    widget = await db.write(who.workspace_id, actions.create_widget, who, _change(data), dry_run=dry_run)
    if dry_run:
        return Response(_view(widget), status_code=200)
    return Response(_view(widget), headers={"Location": f"/core/web-widgets/{widget.id}", "ETag": widget.etag()})


@get("/web-widgets/{widget_id:str}", opt={"scope": _READ}, tags=_TAGS)
async def read_widget(widget_id: FromPath[str], db: Db, who: Who) -> Response[shapes.WidgetView]:
    """One widget, as it was stored."""
    widget = await db.read(who.workspace_id, actions.read_widget, who, widget_id)
    return Response(_view(widget), headers={"ETag": widget.etag()})


@put("/web-widgets/{widget_id:str}", opt={"scope": _MANAGE}, tags=_TAGS)
async def update_widget(
    widget_id: FromPath[str],
    data: JSONBody[shapes.WidgetPut],
    db: Db,
    who: Who,
    if_match: IfMatch = None,
    dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
) -> Response[shapes.WidgetView]:
    """Change a widget: each field that is sent replaces the stored value."""
    widget = await db.write(
        who.workspace_id,
        actions.update_widget,
        who,
        widget_id,
        _change(data),
        if_match=if_match,
        dry_run=dry_run,
    )
    return Response(_view(widget), headers={} if dry_run else {"ETag": widget.etag()})


@delete("/web-widgets/{widget_id:str}", opt={"scope": _MANAGE}, tags=_TAGS)
async def delete_widget(widget_id: FromPath[str], db: Db, who: Who, if_match: IfMatch = None) -> None:
    """Delete a widget: its loader and sockets stop, its conversations stay."""
    await db.write(who.workspace_id, _delete, who, widget_id, if_match)


def _delete(tx: Tx, who: Actor, widget_id: str, if_match: str | None) -> None:
    """Action: the widget, and what was reported and checked of it."""
    actions.delete_widget(tx, who, widget_id, if_match=if_match)
    reports.forget_widget(tx, widget_id)


@get("/embed", opt={"scope": _READ}, tags=_TAGS, sync_to_thread=False)
def read_embed(services: Parts) -> shapes.EmbedView:
    """Addresses of the loader, for the snippet of a site: evergreen, and pinned with its `integrity`."""
    return msgspec.convert(services.snippets, shapes.EmbedView, from_attributes=True)


ROUTES = (read_embed, list_widgets, create_widget, read_widget, update_widget, delete_widget)
