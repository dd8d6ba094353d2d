"""Routes: what browsers reported of policies (csp contract 5)."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from litestar import delete, get, patch
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from halloo.api.manage import shapes
from halloo.csp.actions import reports
from halloo.csp.actions.reports import GroupPage
from halloo.csp.kept import Counts, Group
from halloo.csp.model import Deployment
from halloo.csp.reports import Kind
from halloo.csp.verdicts import Judged, judge
from halloo.db.tx import Tx
from halloo.edge.deployment import widget_deployment
from halloo.edge.handed import Db, Parts, Who
from halloo.edge.pagination import Cursor, open_cursor, seal_cursor
from halloo.kit.clock import rfc3339
from halloo.widgets.actions import read_widget
from halloo.widgets.model import Widget
from halloo.workspaces.model import Actor

_READ, _MANAGE = reports.READ, reports.MANAGE
_TAGS = ["Content security"]
_AT = "/web-widgets/{widget_id:str}/csp/reports"
ReportLimit = Annotated[int, QueryParameter(ge=1, le=reports.PAGE_MAX, description="How many at most.")]
Muted = Annotated[bool, QueryParameter(description="Those that are muted, in place of those that are not.")]
_Seen = list[tuple[Group, Judged | None]]


@get(_AT, opt={"scope": _READ}, tags=_TAGS)
async def list_csp_reports(
    widget_id: FromPath[str],
    db: Db,
    who: Who,
    services: Parts,
    kind: FromQuery[Kind | None] = None,
    muted: Muted = False,  # noqa: FBT002 - a query parameter
    cursor: Cursor = None,
    limit: ReportLimit = 50,
) -> shapes.ReportPage:
    """What browsers reported of pages with a widget, last seen first, each with what to do about it."""
    behind = open_cursor(cursor, tuple[int, str])
    seen_by = partial(widget_deployment, services.hosts, services.snippets)
    page, seen = await db.read(who.workspace_id, _list, who, seen_by, widget_id, kind, behind, limit, muted=muted)
    place = None if page.place is None else seal_cursor(page.place)
    return shapes.ReportPage([_group(*one) for one in seen], place, _counts(page.counts), page.foreign)


@patch(f"{_AT}/{{report_id:str}}", opt={"scope": _MANAGE}, tags=_TAGS)
async def mute_csp_report(
    widget_id: FromPath[str],
    report_id: FromPath[str],
    data: JSONBody[shapes.ReportPatch],
    db: Db,
    who: Who,
    services: Parts,
) -> shapes.ReportGroup:
    """Put reports out of sight, or back; they are counted on."""
    widget, group = await db.write(who.workspace_id, _mute, who, widget_id, report_id, muted=data.muted)
    return _group(group, judge(group, widget_deployment(services.hosts, services.snippets, widget)))


@delete(f"{_AT}/{{report_id:str}}", opt={"scope": _MANAGE}, tags=_TAGS)
async def delete_csp_report(widget_id: FromPath[str], report_id: FromPath[str], db: Db, who: Who) -> None:
    """Delete reports; the next one of their kind begins anew."""
    await db.write(who.workspace_id, _delete, who, widget_id, report_id)


def _list(
    tx: Tx,
    who: Actor,
    deployment: Callable[[Widget], Deployment],
    widget_id: str,
    kind: Kind | None,
    behind: tuple[int, str] | None,
    limit: int,
    *,
    muted: bool,
) -> tuple[GroupPage, _Seen]:
    """Action: a page of groups, each with its verdict, which is looked at off the loop."""
    widget = read_widget(tx, who, widget_id)
    page = reports.list_reports(tx, who, widget_id, kind, behind, limit, muted=muted)
    made = deployment(widget)
    return page, [(group, judge(group, made)) for group in page.groups]


def _mute(tx: Tx, who: Actor, widget_id: str, group_id: str, *, muted: bool) -> tuple[Widget, Group]:
    """Action: the group as it is then, and its widget."""
    widget = read_widget(tx, who, widget_id)
    return widget, reports.mute_report(tx, who, widget_id, group_id, muted=muted)


def _delete(tx: Tx, who: Actor, widget_id: str, group_id: str) -> None:
    """Action: of one's own widget alone."""
    read_widget(tx, who, widget_id)
    reports.delete_report(tx, who, widget_id, group_id)


def _group(group: Group, judged: Judged | None) -> shapes.ReportGroup:
    verdict = None if judged is None else shapes.ReportVerdict(judged.blocks, judged.level, judged.text, judged.line)
    return shapes.ReportGroup(
        id=group.id,
        first_seen=rfc3339(group.first_seen),
        last_seen=rfc3339(group.last_seen),
        count=group.count,
        page=group.page,
        disposition=group.disposition,
        directive=group.directive,
        blocked=group.blocked,
        source=group.source or None,
        sample=group.sample or None,
        policy=group.policy,
        kind=group.kind,
        muted=group.muted,
        verdict=verdict,
    )


def _counts(counts: Counts) -> shapes.ReportCounts:
    return shapes.ReportCounts(counts.ours, counts.others, counts.extensions, counts.muted)


ROUTES = (list_csp_reports, mute_csp_report, delete_csp_report)
