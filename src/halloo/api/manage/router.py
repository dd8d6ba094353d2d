"""The router of the management API, and how its OpenAPI document is made."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Request, Router
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig

from halloo.api.manage import (
    blocks,
    contacts,
    conversations,
    csp,
    csp_reports,
    deliveries,
    erasures,
    feedback,
    files,
    hooks,
    identity,
    lists,
    me,
    operators,
    pictures,
    search,
    session,
    status,
    tokens,
    visitors,
    widgets,
)
from halloo.api.manage.docs import openapi_config
from halloo.db.engine import Database
from halloo.edge.auth import guard_of
from halloo.edge.body import LIMITS, StrictBody
from halloo.edge.services import Services
from halloo.workspaces.model import Actor

ROUTES = (
    *session.ROUTES,
    *me.ROUTES,
    *conversations.ROUTES,
    *feedback.ROUTES,
    *files.ROUTES,
    *pictures.ROUTES,
    *contacts.ROUTES,
    *blocks.ROUTES,
    *erasures.ROUTES,
    *visitors.ROUTES,
    *search.ROUTES,
    *lists.ROUTES,
    *widgets.ROUTES,
    *identity.ROUTES,
    *csp.ROUTES,
    *csp_reports.ROUTES,
    *hooks.ROUTES,
    *deliveries.ROUTES,
    *operators.ROUTES,
    *tokens.ROUTES,
    *status.ROUTES,
)
"""Every handler, below `/core`. Each says in `opt["scope"]` what it needs."""


def who_of(request: Request[Any, Any, Any]) -> Actor:
    """The actor that the guard found."""
    who: Actor = request.state.who
    return who


def look_of(services: Services) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]:
    """A guard that lets everybody pass: before the database is asked, it learns who is online on other servers."""

    async def look(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        who: Actor | None = connection.state.get("who")
        if who is not None:
            await services.live.look(who.workspace_id)

    return look


def manage_router(services: Services) -> Router:
    """Everything below `/core` but the public API."""

    def provide_services() -> Services:
        return services

    def provide_database() -> Database:
        return services.db

    return Router(
        path="/core",
        route_handlers=ROUTES,
        guards=[guard_of(services.authenticator), look_of(services)],
        dependencies={
            "services": Provide(provide_services, sync_to_thread=False),
            "db": Provide(provide_database, sync_to_thread=False),
            "who": Provide(who_of, sync_to_thread=False),
        },
        dto=StrictBody,
        return_dto=None,
        request_max_body_size=LIMITS["manage"],
        signature_namespace={"Services": Services, "Database": Database, "Actor": Actor},
    )


def docs_config(js: str = "", css: Sequence[str] = ()) -> OpenAPIConfig:
    """The OpenAPI document and its page below `/docs`; `js` and `css` are the page's files in the browser build."""
    return openapi_config(ROUTES, js, css)
