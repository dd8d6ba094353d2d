"""Routes: what a page must allow, and the doctor that looks at pages (csp contract 3, 4, 5)."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from halloo.api.manage import shapes
from halloo.csp.actions import checks
from halloo.csp.asked import Asked, Kind, TooMuch
from halloo.csp.features import read_features
from halloo.csp.fetch import PageUnreachable
from halloo.csp.formats import Target
from halloo.csp.generate import Form, Options, generate
from halloo.csp.kept import Check
from halloo.csp.model import Context, Deployment, Trust
from halloo.csp.present import present
from halloo.db.tx import Tx
from halloo.edge.deployment import own_deployment, widget_deployment
from halloo.edge.handed import Db, Parts, Who
from halloo.edge.services import Services
from halloo.kit.clock import rfc3339
from halloo.kit.json import dump
from halloo.widgets.actions import read_widget
from halloo.widgets.model import Widget
from halloo.workspaces.model import Actor

_READ, _MANAGE = ("web_widgets:read", "web_widgets:manage"), "web_widgets:manage"
_TAGS = ["Content security"]
_AT = "/web-widgets/{widget_id:str}/csp"
_Result = msgspec.json.Decoder(shapes.CspDiagnosis)
As = Annotated[Target, QueryParameter(name="as", description="Where it is to be written.")]
Wildcards = Annotated[
    str | None, QueryParameter(max_length=253, description="A domain; its sub-domains are all trusted then.")
]
NoSelf = Annotated[bool, QueryParameter(description="Leave `'self'` out.")]
Report = Annotated[bool, QueryParameter(description="With the lines for reports.")]
Features = Annotated[
    str | None,
    QueryParameter(max_length=200, description="Names of features with commas between, in place of those that are on."),
]


@get(f"{_AT}/policy", opt={"scope": _READ}, tags=_TAGS)
async def read_csp_policy(  # noqa: PLR0913, PLR0917 - query parameters, each with its name
    widget_id: FromPath[str],
    db: Db,
    who: Who,
    services: Parts,
    form: FromQuery[Form] = "merge",
    trust: FromQuery[Trust] = "auto",
    context: FromQuery[Context] = "host",
    target: As = "text",
    wildcards: Wildcards = None,
    no_self: NoSelf = False,  # noqa: FBT002 - a query parameter
    report: Report = False,  # noqa: FBT002 - a query parameter
    features: Features = None,
) -> shapes.CspPolicy:
    """What a page with a widget must allow, in one form and format; with `context`, what Halloo sends itself."""
    widget = await db.read(who.workspace_id, read_widget, who, widget_id)
    named = read_features(features) if features else None
    options = Options(form, trust, context, target, wildcards or None, no_self, report, named)
    made = generate(_deployment(services, widget, context), options)
    return shapes.CspPolicy(form, target, made.policy, made.text, made.tag, list(made.notes))


@post(f"{_AT}/doctor", opt={"scope": _MANAGE}, tags=_TAGS, status_code=200)
async def examine_csp(
    widget_id: FromPath[str], data: JSONBody[shapes.CspDoctorPost], db: Db, who: Who, services: Parts
) -> shapes.CspDiagnosis:
    """Examine a page's policies, pasted or fetched, and say what to add. At most ten times a minute for a workspace."""
    widget = await db.read(who.workspace_id, read_widget, who, widget_id)
    return present(
        await services.csp_visits.look(
            who.workspace_id, _deployment(services, widget), _asked(data), data.url, data.trust
        )
    )


@get(f"{_AT}/checks", opt={"scope": _READ}, tags=_TAGS)
async def list_csp_checks(widget_id: FromPath[str], db: Db, who: Who) -> shapes.DomainCheckList:
    """What the doctor last said of each allowed domain, in their order."""
    rows = await db.read(who.workspace_id, _list, who, widget_id)
    return shapes.DomainCheckList([_row(*one) for one in rows])


@post(f"{_AT}/checks", opt={"scope": _MANAGE}, tags=_TAGS, status_code=200)
async def check_csp(
    widget_id: FromPath[str], data: JSONBody[shapes.DomainCheckPost], db: Db, who: Who, services: Parts
) -> shapes.DomainCheck:
    """Look at the start page of an allowed domain now, and keep what the doctor says."""
    widget = await db.read(who.workspace_id, read_widget, who, widget_id)
    checks.require_listed(widget.domains, data.origin)
    check = await _look(services, who, widget, data.origin)
    await db.write(who.workspace_id, _save, who, widget_id, check)
    return _row(data.origin, check)


async def _look(services: Services, who: Actor, widget: Widget, origin: str) -> Check:
    """What the doctor says of a domain; that it cannot be fetched or read is an answer too."""
    deployment = _deployment(services, widget)
    try:
        found = await services.csp_visits.look(who.workspace_id, deployment, Asked(), f"{origin}/", "auto")
    except (PageUnreachable, TooMuch) as error:
        return Check(origin, services.clock(), None, error.message, None)
    return Check(origin, services.clock(), found.verdict, None, dump(present(found)).decode())


def _list(tx: Tx, who: Actor, widget_id: str) -> list[tuple[str, Check | None]]:
    """Action: the checks of one's own widget."""
    return checks.list_checks(tx, who, widget_id, read_widget(tx, who, widget_id).domains)


def _save(tx: Tx, who: Actor, widget_id: str, check: Check) -> None:
    """Action: keep a check, if the domain is still one of the widget's."""
    checks.save_check(tx, who, widget_id, read_widget(tx, who, widget_id).domains, check)


def _deployment(services: Services, widget: Widget, context: Context = "host") -> Deployment:
    """The widget as policies see it; the operators' pages have every feature, whatever a widget's settings say."""
    if context == "inbox":
        return own_deployment(services.hosts)
    return widget_deployment(services.hosts, services.snippets, widget)


def _asked(data: shapes.CspDoctorPost) -> Asked:
    lists: tuple[tuple[Kind, Sequence[str]], ...] = (
        ("header", data.headers),
        ("report", data.report_only),
        ("meta", data.metas),
    )
    return Asked(
        tuple((kind, text) for kind, texts in lists for text in texts),
        data.html,
        data.page_origin,
        data.tag,
        tuple(data.permissions_policy),
        tuple(data.coep),
    )


def _row(origin: str, check: Check | None) -> shapes.DomainCheck:
    result = _read(check.result) if check else None
    if check is None or (result is None and check.error is None):
        return shapes.DomainCheck(origin, None, None, None, None)
    verdict = None if result is None else result.verdict
    return shapes.DomainCheck(origin, rfc3339(check.checked_at), verdict, check.error, result)


def _read(stored: str | None) -> shapes.CspDiagnosis | None:
    """A kept answer. One of an earlier release that had other fields is as good as none: it is looked at anew."""
    if stored is None:
        return None
    try:
        return _Result.decode(stored)
    except msgspec.ValidationError:
        return None


ROUTES = (read_csp_policy, examine_csp, list_csp_checks, check_csp)
