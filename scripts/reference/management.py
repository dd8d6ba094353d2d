"""`docs/api/management.md`: every route of the management API, from its OpenAPI document."""

from typing import Any, cast

from litestar import Litestar

from halloo.api.manage import shapes
from halloo.api.manage.docs import TAGS, complete
from halloo.api.manage.router import ROUTES, docs_config, manage_router
from halloo.workspaces.model import ROLE_SCOPES, SCOPES
from reference.markdown import code, listed, page, table
from reference.structs import Shape, link, reachable, section

_HEAD = """\
What the inbox calls, and what your programs call with a token. There is no second, hidden API: the inbox has these routes
and no others. [How to call it](README.md) tells of tokens, paging, errors and conditions. A running server shows the same
routes at `/docs`, where they can be tried, and as an OpenAPI document at `/docs/openapi.json`.

*Scope* is what a token or a role needs; of several, one is enough. *Own* means: whoever is signed in. *Open* means: no
sign-in. Every route may also answer with one of the [error codes](errors.md)."""


def document() -> dict[str, Any]:
    """The OpenAPI document of the management API; no server is needed for it."""
    app = Litestar(route_handlers=[manage_router()], openapi_config=docs_config(), logging_config=None)
    return complete(app.openapi_schema.to_schema(), ROUTES)


def render() -> str:
    """The page."""
    operations = [
        (path, method, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]
    named: set[str] = set()
    blocks: list[str] = []
    for tag in TAGS:
        mine = [one for one in operations if tag.name in one[2]["tags"]]
        blocks.append(f"## {tag.name}\n\n{tag.description or ''}\n\n{_routes(mine, named)}")
        blocks += [_parameters(path, method, operation) for path, method, operation in mine]
    found = [cast("Shape", getattr(shapes, name, None) or getattr(shapes, f"{name}_")) for name in sorted(named)]
    return page(
        "Management API", _HEAD, _scopes(), *blocks, "## Shapes", *(section(shape) for shape in reachable(found))
    )


def _scopes() -> str:
    rows = [
        (code(scope), sentence, listed([role for role, held in ROLE_SCOPES.items() if scope in held], "and"))
        for scope, sentence in SCOPES.items()
    ]
    return "## Scopes\n\n" + table(("scope", "what it allows", "roles that hold it"), rows)


def _routes(operations: list[tuple[str, str, dict[str, Any]]], named: set[str]) -> str:
    rows = [
        (
            code(f"{method.upper()} {path}"),
            _scope(operation),
            " ".join(str(operation.get("description", "")).split()),
            _body(operation, named),
            _answer(operation, named),
        )
        for path, method, operation in operations
    ]
    return table(("route", "scope", "what it does", "body", "answer"), rows)


def _scope(operation: dict[str, Any]) -> str:
    if operation["x-scopes"]:
        return listed(code(scope) for scope in operation["x-scopes"])
    return "open" if operation.get("security") == [] else "own"


def _body(operation: dict[str, Any], named: set[str]) -> str:
    return _shape(operation.get("requestBody", {}), named) or "–"


def _answer(operation: dict[str, Any], named: set[str]) -> str:
    status, response = next((status, one) for status, one in operation["responses"].items() if status.startswith("2"))
    return f"{status} {_shape(response, named)}".strip()


def _shape(holder: dict[str, Any], named: set[str]) -> str:
    schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if not name:
        return ""
    named.add(name)
    shape = cast("Shape", getattr(shapes, name))
    return link(shape)


def _parameters(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = [
        (code(str(one["name"])), one["in"], _kind(one["schema"]), str(one.get("description", "")))
        for one in operation.get("parameters", [])
        if one["in"] != "path"
    ]
    if not rows:
        return ""
    return f"`{method.upper()} {path}` takes:\n\n" + table(("name", "where", "value", "note"), rows)


def _kind(schema: dict[str, Any]) -> str:
    choices = [one for one in schema.get("enum", []) if one is not None]
    if choices:
        words = listed(code(str(one)) for one in choices)
    else:
        kinds = [str(one["type"]) for one in schema.get("oneOf", [schema]) if one.get("type") != "null"]
        words = listed(kinds)
    if "maximum" in schema:
        words += f", {schema['minimum']:.0f} to {schema['maximum']:.0f}"
    default = schema.get("default")
    return f"{words}; {code(str(default))}" if default not in (None, "") else words
