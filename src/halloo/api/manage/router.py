"""The router of the management API, and how its OpenAPI document is made."""

from typing import Any

from litestar import Request, Router
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Tag

from halloo import __version__
from halloo.api.manage import (
    contacts,
    conversations,
    lists,
    me,
    operators,
    search,
    session,
    tokens,
    widgets,
)
from halloo.db.engine import Database
from halloo.edge.auth import guard_of
from halloo.edge.body import LIMITS, StrictBody
from halloo.edge.services import Services
from halloo.workspaces.model import Actor

ROUTES = (
    *session.ROUTES,
    *me.ROUTES,
    *conversations.ROUTES,
    *contacts.ROUTES,
    *search.ROUTES,
    *lists.ROUTES,
    *widgets.ROUTES,
    *operators.ROUTES,
    *tokens.ROUTES,
)
"""Every handler, below `/core`. Each says in `opt["scope"]` what it needs."""

TAGS = (
    Tag("Session", "Sign in and out; the relay's token."),
    Tag("Me", "The caller: preferences, availability, password."),
    Tag("Conversations", "Conversations and messages."),
    Tag("Contacts", "The people behind visitors."),
    Tag("Search", "Everything that was said, everybody who is known."),
    Tag("Canned replies", "Prepared answers."),
    Tag("Tags", "Words that conversations are sorted by."),
    Tag("Widgets", "What is embedded into pages, and where it may be."),
    Tag("Operators", "Colleagues and invitations."),
    Tag("Tokens", "Credentials of programs."),
    Tag("Audit", "Who did what."),
)


def who_of(request: Request[Any, Any, Any]) -> Actor:
    """The actor that the guard found."""
    who: Actor = request.state.who
    return who


def manage_router(services: Services) -> Router:
    """Everything below `/core` but the public API."""

    def provide_services() -> Services:
        return services

    def provide_database() -> Database:
        return services.db

    return Router(
        path="/core",
        route_handlers=ROUTES,
        guards=[guard_of(services.authenticator)],
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


def openapi_config() -> OpenAPIConfig:
    """The description of the management API, made from the handlers and structs."""
    return OpenAPIConfig(
        title="Halloo management API",
        version=__version__,
        description=(
            "What operators' screens and programs with a token call. Send `Authorization: Bearer hal_…`. "
            "Errors are `{error, message, details}`, lists `{data, next_cursor}`, times RFC 3339."
        ),
        path="/docs",
        render_plugins=[],
        tags=list(TAGS),
        use_handler_docstrings=True,
        components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"token": []}],
    )
