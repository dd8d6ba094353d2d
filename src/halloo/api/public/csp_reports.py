"""Where browsers report what a policy has refused (csp contract 5): from any page, in their own types, without what other routes ask.

Nothing of it is believed. It is cut, cleaned and counted; a 204 says that it came, not that it was kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from halloo.api.public.call import (
    Answer,
    Call,
    Headers,
    Receive,
    Scope,
    Send,
    header_map,
    read_bytes,
    refusal_answer,
    send_answer,
)
from halloo.csp.actions.reports import keep_reports, settle_group
from halloo.csp.kept import Group
from halloo.csp.model import Deployment
from halloo.csp.own import REPORTS_PATH
from halloo.csp.reports import TYPES, Report, read_reports, size_limit, sort_reports
from halloo.csp.tally import CspTally
from halloo.csp.verdicts import blocks_chat
from halloo.db.engine import Database
from halloo.edge.address import Network, client_address, limit_key
from halloo.edge.errors import error_body
from halloo.kit.clock import MINUTE, Clock
from halloo.kit.limits import Limiter, Rate
from halloo.kit.refusals import RateLimited, Refusal, TooLarge, UnsupportedType
from halloo.widgets.model import Widget
from halloo.widgets.origins import decide

PATH = "/csp-reports"
"""Below a widget."""
OWN_PATH = REPORTS_PATH
PER_ADDRESS, PER_WIDGET = Rate(30, MINUTE, 30), Rate(600, MINUTE, 600)
_JUDGED = Rate(60, MINUTE, 10)
"""How often it is looked at, for each widget, whether administrators must be told: that takes a while, and anybody can send reports."""
_LOGGED = Rate(30, MINUTE, 30)
"""Lines in the log about the operators' pages: what anybody may send fills no disk."""
_OWN = "own"
_log = structlog.get_logger("halloo.csp")


class ReportsType(UnsupportedType):
    """Send application/csp-report or application/reports+json."""


@dataclass(frozen=True, slots=True)
class Reports:
    """What becomes of reports. `deployment`: a widget as policies see it."""

    database: Database
    tally: CspTally
    deployment: Callable[[Widget], Deployment]
    addresses: Limiter
    widgets: Limiter
    judged: Limiter
    logged: Limiter

    @classmethod
    def of(
        cls, database: Database, tally: CspTally, deployment: Callable[[Widget], Deployment], clock: Clock
    ) -> "Reports":
        """With limiters that have seen nobody yet."""
        limiters = (Limiter(rate, clock) for rate in (PER_ADDRESS, PER_WIDGET, _JUDGED, _LOGGED))
        return cls(database, tally, deployment, *limiters)

    def count(self, address: str, widget_id: str) -> None:
        """One more request. Raises `RateLimited`: of an address first, so that one alone takes no widget's share."""
        for limiter, key in ((self.addresses, address), (self.widgets, widget_id)):
            wait = limiter.take(key)
            if wait:
                raise RateLimited(wait)

    async def take(self, call: Call) -> None:
        """Keep what a request reports. Raises `TooLarge`, `UnsupportedType`."""
        found = self._seen(await _read(call.headers, call.receive))
        if not found:
            return
        deployment = self.deployment(call.widget.widget)
        domains = call.widget.widget.domains
        kept = sort_reports(found, deployment, lambda origin: decide(domains, origin) == "allow")
        for counted in kept.groups.values():
            self.tally.reports[counted.kind] += counted.count
        self.tally.reports["foreign"] += kept.foreign
        unjudged = await self.database.write(call.workspace_id, keep_reports, call.widget_id, kept)
        for group in unjudged:
            await self._judge(call, group, deployment)

    async def _judge(self, call: Call, group: Group, deployment: Deployment) -> None:
        """Have administrators told of a group that keeps the chat away. One that there is no time for is looked at when it comes again."""
        if not self.judged.take(call.widget_id):
            blocks = blocks_chat(group, deployment)
            await self.database.write(call.workspace_id, settle_group, call.widget_id, group.id, blocks=blocks)

    def _seen(self, found: list[Report]) -> list[Report]:
        if not found:
            self.tally.reports["unreadable"] += 1
        return found

    async def take_own(self, headers: dict[str, str], receive: Receive, address: str, own: frozenset[str]) -> None:
        """Count and log what is reported of the operators' pages, which belong to no workspace."""
        self.count(address, _OWN)
        found = self._seen(await _read(headers, receive))
        ours = [report for report in found if report.page_origin in own]
        self.tally.reports["own"] += len(ours)
        self.tally.reports["foreign"] += len(found) - len(ours)
        for report in ours:
            if self.logged.take(_OWN):
                break
            _log.warning(
                "csp_report",
                page=report.page_origin,
                directive=report.directive,
                blocked=report.blocked,
                source=report.source,
                disposition=report.disposition,
            )


_PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", b"600"),
]


def preflight(*more: tuple[bytes, bytes]) -> Answer:
    """What a browser asks before it sends reports of the newer kind."""
    return Answer(204, None, [*more, *_PREFLIGHT])


class OwnReports:
    """The ASGI application behind `OWN_PATH`."""

    def __init__(self, reports: Reports, own: frozenset[str], trusted_proxies: tuple[Network, ...]) -> None:
        """`own`: the origins of the operators' pages."""
        self._reports = reports
        self._own = own
        self._trusted = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(scope, receive)
        except Refusal as refusal:
            answer = refusal_answer(refusal)
        await send_answer(send, answer, head=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        if scope["method"] == "OPTIONS":
            return preflight((b"access-control-allow-origin", b"*"))
        if scope["method"] != "POST":
            body = error_body("method_not_allowed", "This address does not take that method.")
            return Answer(405, body, [(b"allow", b"POST, OPTIONS")])
        headers, _ = header_map(scope["headers"])
        await self._reports.take_own(headers, receive, caller(scope, headers, self._trusted), self._own)
        return Answer(204)


def address_of(scope: Scope, headers: dict[str, str], trusted: tuple[Network, ...]) -> str | None:
    """The address of whoever calls."""
    peer = scope.get("client")
    forwarded = [headers["x-forwarded-for"]] if "x-forwarded-for" in headers else []
    return client_address(peer[0] if peer else None, forwarded, trusted)


def caller(scope: Scope, headers: dict[str, str], trusted: tuple[Network, ...]) -> str:
    """What rates are counted by for whoever calls."""
    return limit_key(address_of(scope, headers, trusted))


async def _read(headers: dict[str, str], receive: Receive) -> list[Report]:
    content_type = headers.get("content-type", "")
    limit = size_limit(content_type)
    if not limit:
        raise ReportsType(types=sorted(TYPES))
    found = read_reports(await read_bytes(headers, receive, limit))
    if found is None:
        raise TooLarge
    return found
