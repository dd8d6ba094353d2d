"""`/docs`: the OpenAPI document of the management API, and the page on which it is read and tried."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from litestar import Request, Router
from litestar.datastructures import ResponseHeader
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag

from halloo import __version__
from halloo.edge.auth import PUBLIC, scopes_of
from halloo.kit.json import dump

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
TAGS = (
    Tag("Session", "Sign in and out; the relay's token."),
    Tag("Me", "The caller: preferences, availability, password."),
    Tag("Conversations", "Conversations and messages."),
    Tag("Feedback", "What visitors said after their conversations."),
    Tag("Contacts", "The people behind visitors."),
    Tag("Blocks", "Who is kept away."),
    Tag("Visitors", "Who is on the site now."),
    Tag("Search", "Everything that was said, everybody who is known."),
    Tag("Canned replies", "Prepared answers."),
    Tag("Tags", "Words that conversations are sorted by."),
    Tag("Widgets", "What is embedded into pages, and where it may be."),
    Tag("Content security", "Policies of pages: what they must allow, and what browsers report that they block."),
    Tag("Hooks", "Web hooks: who is told of what, what came of it, and telling it again."),
    Tag("Operators", "Colleagues and invitations."),
    Tag("Tokens", "Credentials of programs."),
    Tag("Audit", "Who did what."),
    Tag("Status", "How the server is doing."),
)
_REFUSALS = {
    "401": "Nobody is signed in: token or cookie is missing, unknown or has ended.",
    "403": "The token or role lacks the scope (`missing_scope`, `details.scopes`), or this is not allowed.",
    "404": "There is no such thing in this workspace.",
    "422": "A value is not valid; `details.field` says which.",
}
_REFUSAL_SCHEMA = {
    "type": "object",
    "title": "Refusal",
    "required": ["error", "message", "details"],
    "properties": {
        "error": {"type": "string", "description": "A stable code."},
        "message": {"type": "string", "description": "A sentence in English."},
        "details": {"type": "object", "description": "Where and what."},
    },
}
_SENTENCE_END = re.compile(r"[.;:](?:\s|$)")
_NOT_BUILT = "<p>The browser packages of this server were not built: the document is at /docs/openapi.json.</p>"

AnyRequest = Request[Any, Any, Any]


class _Page(OpenAPIRenderPlugin):
    """The page; its script and styles come from the browser build."""

    def __init__(self, js: str, css: Sequence[str]) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)
        styles = "".join(f'<link rel="stylesheet" href="/public/assets/{escape(name)}">\n' for name in css)
        script = f'<script type="module" src="/public/assets/{escape(js)}"></script>\n' if js else ""
        self._html = (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n<title>Halloo API</title>\n'
            '<link rel="icon" href="/favicon.svg" type="image/svg+xml">\n'
            f'{styles}{script}</head>\n<body>\n<div id="docs">{"" if js else _NOT_BUILT}</div>\n</body>\n</html>\n'
        ).encode()

    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002 - the base's
        """The page as bytes; it fetches the document itself."""
        return self._html


class _Document(OpenAPIRenderPlugin):
    """The document, with what Litestar does not know: scopes, refusals, one-line summaries."""

    def __init__(self, routes: Iterable[HTTPRouteHandler]) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)
        self._routes = tuple(routes)
        self._bytes = b""

    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002 - the base's
        """The document as bytes, made at the first request."""
        if not self._bytes:
            self._bytes = dump(complete(openapi_schema, self._routes))
        return self._bytes


def complete(document: dict[str, Any], routes: Iterable[HTTPRouteHandler]) -> dict[str, Any]:
    """The document with scopes, refusals and summaries of each route."""
    paths: dict[str, dict[str, Any]] = document["paths"]
    for route in routes:
        for path in route.paths:
            found = paths["/core" + re.sub(r":\w+}", "}", path)]
            for method in route.http_methods:
                _describe(found[method.lower()], route)
    document["components"].setdefault("schemas", {})["Refusal"] = _REFUSAL_SCHEMA
    return document


def _describe(operation: dict[str, Any], route: HTTPRouteHandler) -> None:
    wanted = route.opt["scope"]
    description: str = operation.get("description", "")
    end = _SENTENCE_END.search(description)
    operation["summary"] = description[: end.start()] if end else description
    operation["operationId"] = route.handler_name.rpartition(".")[2]
    operation["x-scopes"] = [] if wanted == PUBLIC else list(scopes_of(wanted))
    if wanted == PUBLIC:
        operation["security"] = []
    responses: dict[str, Any] = operation["responses"]
    responses.pop("400", None)
    for status, sentence in _REFUSALS.items():
        if (wanted == PUBLIC and status == "403") or (status == "404" and "{" not in next(iter(route.paths))):
            continue
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
        responses[status] = {"description": sentence, "content": content}


def openapi_config(routes: Iterable[HTTPRouteHandler], js: str = "", css: Sequence[str] = ()) -> OpenAPIConfig:
    """How `/docs` and `/docs/openapi.json` are made; `js` and `css` are files of the browser build."""
    policy = ResponseHeader(name="Content-Security-Policy", value=POLICY, documentation_only=False)
    return OpenAPIConfig(
        title="Halloo management API",
        version=__version__,
        description=(
            "What operators' screens and programs with a token call. Send `Authorization: Bearer hal_…`. "
            "Errors are `{error, message, details}`, lists `{data, next_cursor}`, times RFC 3339."
        ),
        openapi_router=Router("/docs", route_handlers=[], include_in_schema=False, response_headers=[policy]),
        render_plugins=[_Page(js, css), _Document(routes)],
        tags=list(TAGS),
        use_handler_docstrings=True,
        components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"token": []}],
    )
