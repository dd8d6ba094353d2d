"""Routes: what visitors said after their conversations, and the report of it."""

import re
import zoneinfo
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated

from litestar import get
from litestar.params import FromQuery, QueryParameter

from halloo.api.manage import shapes, talk
from halloo.api.manage.people import brief
from halloo.conversations import actions
from halloo.conversations.feedback import Feedback, Report, Wanted
from halloo.db.tx import Tx
from halloo.edge.body import parse_time
from halloo.edge.handed import Db, Parts, Who
from halloo.edge.pagination import Cursor, Limit, open_cursor, page_of
from halloo.kit.clock import rfc3339
from halloo.kit.refusals import field_invalid
from halloo.workspaces.actions import find_operators
from halloo.workspaces.model import Actor

Stars = Annotated[int | None, QueryParameter(ge=1, le=5, description="Only with so many stars.")]
About = Annotated[
    str | None, QueryParameter(name="operator_id", description="Only about this operator; `none`: about nobody.")
]
Since = Annotated[
    str | None, QueryParameter(max_length=40, description="From this time on (RFC 3339), or in a report this day.")
]
Until = Annotated[
    str | None,
    QueryParameter(max_length=40, description="Before this time (RFC 3339); in a report also a day, which counts."),
]
Zone = Annotated[str, QueryParameter(max_length=64, description="The time zone of the days, such as `Europe/Berlin`.")]
_SCOPE = "conversations:read"
_TAGS = ["Feedback"]
_USUAL_DAYS = 30
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@get("/feedback", opt={"scope": _SCOPE}, tags=_TAGS)
async def list_feedback(  # noqa: PLR0913, PLR0917 - each is a filter
    db: Db,
    who: Who,
    widget_id: FromQuery[str | None] = None,
    about: About = None,
    stars: Stars = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> shapes.FeedbackPage:
    """What visitors said after their conversations, newest first."""
    wanted = Wanted(widget_id, about, stars, parse_time("since", since), parse_time("until", until))
    behind = open_cursor(cursor, tuple[int, str])
    found, views = await db.read(who.workspace_id, _show_page, who, wanted, behind, limit + 1)
    _, following = page_of(found, limit, lambda one: (one.created_at, one.conversation_id))
    return shapes.FeedbackPage(views[:limit], following)


def _show_page(
    tx: Tx, who: Actor, wanted: Wanted, behind: tuple[int, str] | None, limit: int
) -> tuple[list[Feedback], list[shapes.FeedbackView]]:
    """Query: a page with the people in it; the values it was made of give the cursor."""
    found = actions.list_feedback(tx, who, wanted, behind, limit)
    return found, talk.show_feedback(tx, who, found)


@get("/feedback/report", opt={"scope": _SCOPE}, tags=_TAGS)
async def report_feedback(
    db: Db,
    who: Who,
    services: Parts,
    widget_id: FromQuery[str | None] = None,
    about: About = None,
    since: Since = None,
    until: Until = None,
    tz: Zone = "UTC",
) -> shapes.FeedbackReport:
    """Satisfaction by day and operator, of at most 366 days; without `since` of the last 30. Days without feedback are in it."""
    zone = _zone(tz)
    last = services.clock() if until is None else _moment("until", until, zone, days_on=1)
    first = _days_before(last, zone) if since is None else _moment("since", since, zone)
    return await db.read(who.workspace_id, _show_report, who, Wanted(widget_id, about), first, last, zone)


def _zone(name: str) -> tzinfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise field_invalid("tz", "this must be a time zone such as Europe/Berlin.") from None


def _moment(name: str, text: str, zone: tzinfo, days_on: int = 0) -> int:
    """An RFC 3339 time; or the beginning of a local day, `days_on` days later."""
    if _DAY.fullmatch(text) is None:
        return parse_time(name, text) or 0
    try:
        return _begin(date.fromisoformat(text) + timedelta(days=days_on), zone)
    except (ValueError, OverflowError):
        raise field_invalid(name, "there is no such day.") from None


def _begin(day: date, zone: tzinfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1000


def _days_before(until: int, zone: tzinfo) -> int:
    """The beginning of the first of the usual days, of which the last is that of `until`."""
    try:
        last = datetime.fromtimestamp((until - 1) / 1000, zone).date()
        return _begin(last - timedelta(days=_USUAL_DAYS - 1), zone)
    except (ValueError, OverflowError):
        raise field_invalid("until", "this is too far from now.") from None


def _show_report(tx: Tx, who: Actor, wanted: Wanted, since: int, until: int, zone: tzinfo) -> shapes.FeedbackReport:
    """Query: the report with the operators in it."""
    report = actions.report_feedback(tx, who, wanted, since, until, zone)
    return shapes.FeedbackReport(
        since=rfc3339(since),
        until=rfc3339(until),
        count=report.all.count,
        rated=report.all.rated,
        average=report.all.average,
        satisfied=report.satisfied,
        stars={str(stars): count for stars, count in report.stars.items()},
        days=[shapes.FeedbackDay(day, score.count, score.average) for day, score in report.days.items()],
        operators=_operators(tx, report),
    )


def _operators(tx: Tx, report: Report) -> list[shapes.FeedbackOperator]:
    """Operators of whom something was said, most first."""
    people = find_operators(tx, tx.workspace_id, set(report.operators))
    found = [
        shapes.FeedbackOperator(brief(people[id]), score.count, score.average)
        for id, score in report.operators.items()
        if id in people
    ]
    return sorted(found, key=lambda one: (-one.count, one.operator.name.casefold(), one.operator.id))


ROUTES = (list_feedback, report_feedback)
