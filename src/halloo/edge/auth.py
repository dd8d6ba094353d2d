"""Who calls: a bearer token or the inbox's cookie, and what a browser must show before it may write.

The cookie is `__Host-halloo` (Secure, HttpOnly, SameSite=Lax, whole host, no domain). A request that writes with it has
to come from the inbox's own origin and to carry `X-Halloo-Request: 1`, which a foreign page cannot set without a
preflight that fails.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.edge.address import Network, client_address
from halloo.kit.ids import digest
from halloo.kit.refusals import BadRequest, Forbidden, Unauthorized
from halloo.workspaces.actions import sessions, tokens
from halloo.workspaces.model import Actor
from halloo.workspaces.settings import WorkspacesSettings

COOKIE = "__Host-halloo"
PUBLIC = "public"
"""`opt={"scope": PUBLIC}`: no sign-in needed. None: whoever is signed in. A scope, or several: one is needed."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})
_SECRETS_IN_URL = frozenset({"token", "access_token"})
_CACHE_MAX = 10_000

Connection = ASGIConnection[Any, Any, Any, Any]


class TokenInUrl(BadRequest):
    """Send credentials in headers, never in the address."""

    code = "token_in_url"


class ForeignOrigin(Forbidden):
    """This request does not come from the inbox's own origin."""

    code = "origin_not_allowed"


class RequestHeaderMissing(Forbidden):
    """Send X-Halloo-Request: 1 with every request that writes."""

    code = "request_header_missing"


def set_cookie(secret: str, max_age_s: int) -> str:
    """The `Set-Cookie` of a new session."""
    return f"{COOKIE}={secret}; Path=/; Max-Age={max_age_s}; Secure; HttpOnly; SameSite=Lax"


def drop_cookie() -> str:
    """The `Set-Cookie` that ends a session in the browser."""
    return f"{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"


class Authenticator:
    """Finds the actor of a request. One for the process; keeps only which workspace a digest belongs to."""

    def __init__(
        self, db: Database, settings: WorkspacesSettings, own_origins: frozenset[str], trusted: tuple[Network, ...]
    ) -> None:
        """`own_origins` are the only ones whose pages may write with the cookie."""
        self._db = db
        self._settings = settings
        self._own_origins = own_origins
        self._trusted = trusted
        self._workspaces: OrderedDict[tuple[str, str], str] = OrderedDict()

    def address(self, connection: Connection) -> str | None:
        """Where a request comes from."""
        peer = connection.client
        forwarded = connection.headers.getall("x-forwarded-for", [])
        return client_address(None if peer is None else peer.host, forwarded, self._trusted)

    async def workspace_of(self, kind: str, secret_digest: str) -> str | None:
        """Which workspace a credential belongs to; that it is valid is checked there, each time."""
        key = (kind, secret_digest)
        known = self._workspaces.get(key)
        if known is None:
            known = await self._db.read(DIRECTORY, directory.find_workspace, kind, secret_digest)
            if known is not None:
                self._workspaces[key] = known
                if len(self._workspaces) > _CACHE_MAX:
                    self._workspaces.popitem(last=False)
        return known

    async def identify(self, connection: Connection) -> Actor:
        """The actor of a request. Raises `Unauthorized`, and `Forbidden` for a browser that may not write."""
        if not _SECRETS_IN_URL.isdisjoint(connection.query_params.keys()):
            raise TokenInUrl
        header = connection.headers.get("authorization")
        if header is not None:
            return await self._identify_token(header, connection)
        secret = connection.cookies.get(COOKIE)
        if not secret:
            raise Unauthorized
        who = await self._identify_session(secret, connection)
        check_writer(connection, self._own_origins)
        return who

    async def _identify_token(self, header: str, connection: Connection) -> Actor:
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise Unauthorized
        secret_digest = digest(secret.strip())
        workspace_id = await self.workspace_of("token", secret_digest)
        if workspace_id is None:
            raise Unauthorized
        found = await self._db.read(workspace_id, tokens.identify_token, secret_digest, self.address(connection))
        if found is None:
            raise Unauthorized
        if found.stale:
            await self._db.write(workspace_id, tokens.touch_token, found.actor.id)
        return found.actor

    async def _identify_session(self, secret: str, connection: Connection) -> Actor:
        secret_digest = digest(secret)
        workspace_id = await self.workspace_of("session", secret_digest)
        if workspace_id is None:
            raise Unauthorized
        address = self.address(connection)
        found = await self._db.read(workspace_id, sessions.identify_session, secret_digest, address, self._settings)
        if found is None:
            raise Unauthorized
        if found.stale:
            await self._db.write(workspace_id, sessions.touch_session, secret_digest, found.actor.id)
        return found.actor

    def check_stranger(self, connection: Connection) -> None:
        """For routes that need no sign-in, such as the sign-in itself: a foreign page may not send them."""
        headers = connection.headers
        origin = headers.get("origin")
        if method_of(connection) not in _SAFE and (
            (origin is not None and origin not in self._own_origins)
            or headers.get("sec-fetch-site", "none") not in _OWN_SITES
        ):
            raise ForeignOrigin


def method_of(connection: Connection) -> str:
    """The method of an HTTP request."""
    scope = cast("dict[str, Any]", connection.scope)
    return str(scope.get("method", "GET"))


def check_writer(connection: Connection, own_origins: frozenset[str]) -> None:
    """Raise unless a request that writes with the cookie shows that our own page made it."""
    if method_of(connection) in _SAFE:
        return
    headers = connection.headers
    origins = headers.getall("origin", [])
    if len(origins) != 1 or origins[0] not in own_origins:
        raise ForeignOrigin
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise ForeignOrigin
    if headers.get("x-halloo-request") != "1":
        raise RequestHeaderMissing


def scopes_of(wanted: object) -> tuple[str, ...]:
    """The scopes of which a route needs one; none for a route that is the caller's own."""
    if wanted is None:
        return ()
    if isinstance(wanted, str):
        return (wanted,)
    if isinstance(wanted, Iterable):
        return tuple(str(scope) for scope in wanted)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - opt is untyped
    msg = f"{wanted!r} is no scope"
    raise TypeError(msg)


async def let_in(authenticator: Authenticator, connection: Connection, handler: BaseRouteHandler) -> None:
    """What a Litestar guard of the management API does: find the actor, and check the route's `opt["scope"]`."""
    if method_of(connection) == "OPTIONS":  # says which methods there are, and does nothing
        return
    wanted = handler.opt["scope"]
    if wanted == PUBLIC:
        authenticator.check_stranger(connection)
        return
    who = await authenticator.identify(connection)
    scopes = scopes_of(wanted)
    if scopes:
        who.require(*scopes)
    connection.state.who = who
