"""The router of the management API, and how its OpenAPI document is made."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Router
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
from halloo.edge.auth import Connection, let_in
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


def services_of(request: Request[Any, Any, Any]) -> Services:
    """The parts of the server that is asked."""
    return _asked(request)


def database_of(request: Request[Any, Any, Any]) -> Database:
    """Its database."""
    return _asked(request).db


def who_of(request: Request[Any, Any, Any]) -> Actor:
    """The actor that the guard found."""
    who: Actor = request.state.who
    return who


async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let nobody in who may not do what the route does."""
    await let_in(_asked(connection).authenticator, connection, handler)


async def look(connection: Connection, _: BaseRouteHandler) -> None:
    """Let everybody pass: before the database is asked, the server learns who is online on others."""
    who: Actor | None = connection.state.get("who")
    if who is not None:
        await _asked(connection).live.look(who.workspace_id)


def manage_router() -> Router:
    """Everything below `/core` but the public API; `state.services` of each request says which server is asked."""
    return Router(
        path="/core",
        route_handlers=ROUTES,
        guards=[guard, look],
        dependencies={
            "services": Provide(services_of, sync_to_thread=False),
            "db": Provide(database_of, sync_to_thread=False),
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


def _asked(connection: Connection) -> Services:
    services: Services = connection.state.services
    return services
