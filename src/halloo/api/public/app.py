"""The public API as a plain ASGI application: the checks in the contract's order, then the route.

Order: (host name, checked before) widget, route, `Origin`, rate, token in address, blocked address, then what the route itself
checks: size, type, JSON, visitor (and with them the rates that count by visitor), conversation, policy, feature, fields, state.
"""

from traceback import format_exception
from typing import Any

import structlog

from halloo.api.public.call import (
    Answer,
    Call,
    Headers,
    Receive,
    Scope,
    Send,
    header_map,
    parse_query,
    refusal_answer,
    send_answer,
)
from halloo.api.public.csp_reports import PATH as REPORTS
from halloo.api.public.csp_reports import address_of, preflight
from halloo.api.public.parts import PublicApi
from halloo.api.public.routes import find_route
from halloo.api.public.visits import OriginNotAllowed
from halloo.contacts.errors import VisitorBlocked
from halloo.contacts.networks import BlockedNetworks
from halloo.edge.address import Network, limit_key
from halloo.edge.errors import error_body
from halloo.kit.refusals import NotFound, Refusal
from halloo.widgets.origins import decide
from halloo.widgets.records import PublicRecords, PublicWidget

PREFIX = "/core/public/web-widgets/"
_ALLOWED_HEADERS = b"content-type, x-halloo-visitor"
_OPEN = frozenset({"", REPORTS})
"""Where nobody speaks: the record, which caches hold, and what browsers report by themselves."""
_log = structlog.get_logger("halloo.public")


class RouteNotFound(NotFound):
    """There is no such address."""

    code = "route_not_found"


class PublicApp:
    """Serves every path below `PREFIX`."""

    def __init__(
        self,
        api: PublicApi,
        records: PublicRecords,
        own_origins: frozenset[str],
        trusted_proxies: tuple[Network, ...],
        barred: BlockedNetworks,
    ) -> None:
        """`own_origins`: the widget host's own, which requests from inside the frame carry. `barred`: who is kept away."""
        self._barred = barred
        self._api = api
        self._trusted = trusted_proxies
        self._records = records
        self._own = own_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        cors: Headers = []
        try:
            answer = await self._answer(scope, receive, cors)
        except Refusal as refusal:
            answer = refusal_answer(refusal)
        except Exception as error:  # noqa: BLE001 - the outermost layer: logged, and answered without a word of what it was
            trace = "".join(format_exception(error))  # without the values of variables: there are tokens among them
            _log.error("request_failed", method=scope["method"], path=scope["path"], trace=trace)
            answer = Answer(500, error_body("internal", "Something went wrong here; it was logged."))
        answer.headers.extend(cors)
        await send_answer(send, answer, head=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive, cors: Headers) -> Answer:
        widget_id, slash, rest = scope["path"].removeprefix(PREFIX).partition("/")
        widget = await self._records.get(widget_id)
        headers, origins = header_map(scope["headers"])
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        path = slash + rest
        wanted = headers.get("access-control-request-method", "") if method == "OPTIONS" else method
        route, names, known = find_route(wanted, path)
        if not known:
            raise RouteNotFound
        if path == REPORTS:  # browsers send them by themselves, whatever the page
            cors.append((b"access-control-allow-origin", b"*"))
        elif path != "":
            self._check_origin(widget, origins, cors, of_page=route is not None and route.of_page)
        if method == "OPTIONS" and path == REPORTS:
            return preflight()
        if method == "OPTIONS":
            return self._preflight([*known, "OPTIONS"], path, cors)
        if route is None:
            allow = ", ".join(known).encode()
            body = error_body("method_not_allowed", "This address does not take that method.")
            return Answer(405, body, [(b"allow", allow)])
        origin = origins[0] if len(origins) == 1 else None
        address = address_of(scope, headers, self._trusted)
        call = Call(scope, receive, widget, headers, origin, {}, names, limit_key(address), address)
        if route.rate is not None:
            route.rate(self._api, call)
        if path != REPORTS:
            call.query = parse_query(scope["query_string"])
        if path not in _OPEN and await self._barred.holds(call.workspace_id, address):
            raise VisitorBlocked
        return await route.handler(self._api, call)

    def _check_origin(self, widget: PublicWidget, origins: list[str], cors: Headers, *, of_page: bool) -> None:
        """Refuse a page that the list denies; echo one that it allows. Absent is not refused: nothing here is a credential.

        `of_page`: the page's own origin is what is asked for, so that it is needed and the widget host's is like any other.
        """
        if not origins and not of_page:
            return
        origin = origins[0] if len(origins) == 1 else None
        own = origin in self._own and not of_page
        if origin is None or not (own or decide(widget.widget.domains, origin) == "allow"):
            raise OriginNotAllowed
        cors += [(b"access-control-allow-origin", origin.encode()), (b"vary", b"Origin")]

    def _preflight(self, methods: list[str], path: str, cors: Headers) -> Answer:
        if path == "":
            cors.append((b"access-control-allow-origin", b"*"))
        headers: list[tuple[bytes, Any]] = [
            (b"access-control-allow-methods", ", ".join(methods).encode()),
            (b"access-control-allow-headers", _ALLOWED_HEADERS),
            (b"access-control-max-age", b"600"),
        ]
        return Answer(204, None, headers)
