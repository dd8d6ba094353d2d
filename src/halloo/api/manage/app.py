"""The management API of one server: its routes, which are the same for every server, and the parts that they work with."""

from functools import cache
from typing import Any, cast

from litestar import Litestar
from litestar.types import Receive, Scope, Send

from halloo.api.manage.router import docs_config, manage_router
from halloo.edge.errors import EXCEPTION_HANDLERS
from halloo.edge.services import Services


class ManagementApp:
    """ASGI application of all that is below `/core`, and of `/docs`; hands its services to the routes with each request.

    Routes know no server, so that they are put together once in a process: that takes longer than all the rest of a server.
    """

    def __init__(self, services: Services, js: str = "", css: tuple[str, ...] = ()) -> None:
        """`js` and `css` are the files of the page at `/docs` in the browser build."""
        self._services = services
        self._routes = _routes(js, css)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] in {"http", "websocket"}:
            connection = cast("dict[str, Any]", scope)
            connection["state"] = {**connection.get("state", {}), "services": self._services}
        await self._routes(scope, receive, send)


@cache
def _routes(js: str, css: tuple[str, ...]) -> Litestar:
    return Litestar(
        route_handlers=[manage_router()],
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=docs_config(js, css),
        logging_config=None,
    )
