"""Routes: signing in and out, accepting an invitation, the relay's token."""

from typing import Any

from litestar import Request, Response, delete, post
from litestar.params import JSONBody

from halloo.api.manage import people, shapes
from halloo.edge.auth import COOKIE, PUBLIC, drop_cookie, set_cookie
from halloo.edge.handed import Db, Parts, Who
from halloo.edge.services import Services
from halloo.kit.clock import SECOND
from halloo.relay.tokens import LIFE_S
from halloo.workspaces.actions import me, sessions
from halloo.workspaces.actions.sessions import Browser
from halloo.workspaces.model import Actor

AnyRequest = Request[Any, Any, Any]


def browser_of(request: AnyRequest, services: Services) -> Browser:
    """Where a sign-in comes from."""
    agent = request.headers.get("user-agent", "")
    return Browser(agent, services.authenticator.address(request), request.cookies.get(COOKIE))


async def welcome(services: Services, opened: tuple[str, Actor]) -> Response[shapes.MeView]:
    """Who is signed in now, and the cookie."""
    secret, who = opened
    view = await services.db.read(who.workspace_id, people.show_me, who)
    cookie = set_cookie(secret, services.workspaces.session_ms // SECOND)
    return Response(view, headers={"Set-Cookie": cookie}, status_code=200)


@post("/session", status_code=200, opt={"scope": PUBLIC}, tags=["Session"])
async def sign_in(data: JSONBody[shapes.SignIn], request: AnyRequest, services: Parts) -> Response[shapes.MeView]:
    """Sign in with e-mail address and password; the answer sets the cookie `__Host-halloo`."""
    opened = await services.door.sign_in(data.email, data.password, browser_of(request, services))
    return await welcome(services, opened)


@post("/invitations/accept", status_code=200, opt={"scope": PUBLIC}, tags=["Operators"])
async def accept_invitation(
    data: JSONBody[shapes.InvitationAccept], request: AnyRequest, services: Parts
) -> Response[shapes.MeView]:
    """Become an operator by the secret of an invitation's link, and be signed in."""
    opened = await services.door.accept(data.token, data.name, data.password, browser_of(request, services))
    return await welcome(services, opened)


@delete("/session", status_code=204, opt={"scope": None}, tags=["Session"])
async def sign_out(db: Db, who: Who) -> Response[None]:
    """End the session that the cookie names."""
    await db.write(who.workspace_id, sessions.sign_out, who)
    return Response(None, headers={"Set-Cookie": drop_cookie()}, status_code=204)


@delete("/sessions", status_code=204, opt={"scope": None}, tags=["Session"])
async def sign_out_everywhere(db: Db, who: Who) -> Response[None]:
    """End every session of the caller, on all browsers."""
    await db.write(who.workspace_id, sessions.sign_out_everywhere, who)
    return Response(None, headers={"Set-Cookie": drop_cookie()}, status_code=204)


@post("/relay-token", status_code=200, opt={"scope": "conversations:read"}, tags=["Session"])
async def create_relay_token(db: Db, who: Who, services: Parts) -> shapes.RelayToken:
    """A token for the relay's `connect` frame, good for 15 minutes."""
    away = await db.read(who.workspace_id, me.is_away, who)
    token = services.relay_tokens.issue_operator(who, away=away)
    return shapes.RelayToken(token, LIFE_S, [f"w:{who.workspace_id}"])


ROUTES = (sign_in, accept_invitation, sign_out, sign_out_everywhere, create_relay_token)
