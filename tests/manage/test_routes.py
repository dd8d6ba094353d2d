"""Every route against who may not: nobody, a token without the scope, another workspace. Made from the route table.

A route that has no row here fails the first test, so that none is added without its place in the matrix.
"""

import re
from dataclasses import dataclass
from typing import Any

import pytest

from halloo.api.manage.router import ROUTES
from halloo.contacts.actions import visitor_actor
from halloo.edge.auth import PUBLIC, scopes_of
from halloo.kit.ids import new_id
from halloo.workspaces.model import SCOPES
from tests.support.api import Api, House
from tests.support.csp import furnish_reports
from tests.support.files import furnish_files
from tests.support.hooks import furnish_hook

MESSAGE = {"client_id": "5b1f3f0e-0d5c-4c86-9d3c-1c1d0a1b2c3d", "type": "text", "content": "Hello"}


@dataclass(frozen=True)
class Row:
    """How a route is called. `things`: what its path names, in order; `body`: what it would take."""

    things: tuple[str, ...] = ()
    body: Any = None


ROWS: dict[str, Row] = {
    "POST /core/session": Row(body={"email": "x@halloo.example", "password": "wrong password"}),
    "POST /core/invitations/accept": Row(body={"token": "hi_x", "name": "X", "password": "long enough 1"}),
    "DELETE /core/session": Row(),
    "DELETE /core/sessions": Row(),
    "POST /core/relay-token": Row(),
    "GET /core/me": Row(),
    "PATCH /core/me": Row(body={"theme": "dark"}),
    "PUT /core/me/availability": Row(body={"state": "away"}),
    "PUT /core/me/avatar": Row(body={"upload_id": "x"}),
    "DELETE /core/me/avatar": Row(),
    "GET /core/picture-key": Row(),
    "GET /core/uploads/rules": Row(),
    "POST /core/me/password": Row(body={"current_password": "wrong password", "new_password": "long enough 1"}),
    "GET /core/scopes": Row(),
    "GET /core/conversations": Row(),
    "GET /core/conversations/counts": Row(),
    "POST /core/conversations": Row(body={"widget_id": "{widget}", "visitor_id": "{visitor}", "message": MESSAGE}),
    "GET /core/conversations/{}": Row(("conversation",)),
    "PATCH /core/conversations/{}": Row(("conversation",), {"state": "resolved"}),
    "DELETE /core/conversations/{}": Row(("conversation",)),
    "POST /core/conversations/{}/read": Row(("conversation",), {"seq": 1}),
    "POST /core/conversations/{}/typing": Row(("conversation",), {"state": "start"}),
    "GET /core/conversations/{}/messages": Row(("conversation",)),
    "POST /core/conversations/{}/messages": Row(("conversation",), MESSAGE),
    "PATCH /core/conversations/{}/messages/{}": Row(("conversation", "message"), {"content": "Other"}),
    "DELETE /core/conversations/{}/messages/{}": Row(("conversation", "message")),
    "POST /core/uploads": Row(body={"name": "a.txt", "size": 1}),
    "GET /core/conversations/{}/files/{}": Row(("conversation", "file")),
    "GET /core/conversations/{}/preview": Row(("conversation",)),
    "GET /core/feedback": Row(),
    "GET /core/feedback/report": Row(),
    "GET /core/contacts": Row(),
    "POST /core/contacts": Row(body={"name": "X"}),
    "GET /core/contacts/{}": Row(("contact",)),
    "PATCH /core/contacts/{}": Row(("contact",), {"name": "Other"}),
    "DELETE /core/contacts/{}": Row(("contact",)),
    "GET /core/contacts/{}/events": Row(("contact",)),
    "GET /core/contacts/{}/export": Row(("contact",)),
    "GET /core/contacts/{}/archive": Row(("contact",)),
    "GET /core/blocks": Row(),
    "POST /core/blocks": Row(body={"network": "198.51.100.7"}),
    "DELETE /core/blocks/{}": Row(("block",)),
    "GET /core/erasures": Row(),
    "GET /core/erasures/{}": Row(("erasure",)),
    "GET /core/visitors": Row(),
    "GET /core/visitors/count": Row(),
    "GET /core/search": Row(),
    "GET /core/canned-replies": Row(),
    "POST /core/canned-replies": Row(body={"shortcut": "x", "text": "X"}),
    "PATCH /core/canned-replies/{}": Row(("reply",), {"text": "Other"}),
    "DELETE /core/canned-replies/{}": Row(("reply",)),
    "GET /core/tags": Row(),
    "POST /core/tags": Row(body={"name": "x"}),
    "PATCH /core/tags/{}": Row(("tag",), {"name": "other"}),
    "DELETE /core/tags/{}": Row(("tag",)),
    "GET /core/embed": Row(),
    "GET /core/web-widgets": Row(),
    "POST /core/web-widgets": Row(body={}),
    "GET /core/web-widgets/{}": Row(("widget",)),
    "PUT /core/web-widgets/{}": Row(("widget",), {"published": False}),
    "DELETE /core/web-widgets/{}": Row(("widget",)),
    "GET /core/web-widgets/{}/identity-keys": Row(("widget",)),
    "POST /core/web-widgets/{}/identity-keys": Row(("widget",), {"alg": "HS256"}),
    "DELETE /core/web-widgets/{}/identity-keys/{}": Row(("widget", "key")),
    "GET /core/web-widgets/{}/csp/policy": Row(("widget",)),
    "POST /core/web-widgets/{}/csp/doctor": Row(("widget",), {"headers": ["default-src 'self'"]}),
    "GET /core/web-widgets/{}/csp/checks": Row(("widget",)),
    "POST /core/web-widgets/{}/csp/checks": Row(("widget",), {"origin": "https://shop.example"}),
    "GET /core/web-widgets/{}/csp/reports": Row(("widget",)),
    "PATCH /core/web-widgets/{}/csp/reports/{}": Row(("widget", "report"), {"muted": True}),
    "DELETE /core/web-widgets/{}/csp/reports/{}": Row(("widget", "report")),
    "GET /core/hooks/events": Row(),
    "GET /core/hooks": Row(),
    "POST /core/hooks": Row(body={"name": "X", "url": "https://93.184.215.14/", "events": ["message:send"]}),
    "GET /core/hooks/{}": Row(("hook",)),
    "PUT /core/hooks/{}": Row(("hook",), {"name": "Other"}),
    "PATCH /core/hooks/{}": Row(("hook",), {"name": "Other"}),
    "DELETE /core/hooks/{}": Row(("hook",)),
    "POST /core/hooks/{}/enable": Row(("hook",), {}),
    "POST /core/hooks/{}/disable": Row(("hook",)),
    "GET /core/hooks/{}/chart": Row(("hook",)),
    "POST /core/hooks/{}/secrets": Row(("hook",), {}),
    "POST /core/hooks/{}/secrets/promote": Row(("hook",), {}),
    "DELETE /core/hooks/{}/secrets/{}": Row(("hook", "hook_secret")),
    "POST /core/hooks/{}/test": Row(("hook",), {}),
    "GET /core/hooks/{}/deliveries": Row(("hook",)),
    "GET /core/hooks/{}/deliveries/{}": Row(("hook", "delivery")),
    "GET /core/hooks/{}/deliveries/{}/attempts/{}": Row(("hook", "delivery", "attempt")),
    "POST /core/hooks/{}/deliveries/{}/replay": Row(("hook", "delivery")),
    "POST /core/hooks/{}/replays": Row(("hook",), {"from": "2026-11-20T10:00:00Z", "to": "2026-11-21T10:00:00Z"}),
    "POST /core/hooks/{}/recover": Row(("hook",), {"since": "2026-11-20T10:00:00Z"}),
    "GET /core/hooks/{}/replays/{}": Row(("hook", "replay")),
    "DELETE /core/hooks/{}/replays/{}": Row(("hook", "replay")),
    "GET /core/operators": Row(),
    "POST /core/operators": Row(body={"email": "x@halloo.example", "name": "X", "password": "long enough 1"}),
    "GET /core/operators/{}": Row(("operator",)),
    "PATCH /core/operators/{}": Row(("operator",), {"name": "Other"}),
    "DELETE /core/operators/{}": Row(("operator",)),
    "GET /core/invitations": Row(),
    "POST /core/invitations": Row(body={"email": "y@halloo.example"}),
    "DELETE /core/invitations/{}": Row(("invitation",)),
    "GET /core/tokens": Row(),
    "POST /core/tokens": Row(body={"name": "X", "scopes": ["audit:read"]}),
    "DELETE /core/tokens/{}": Row(("token",)),
    "GET /core/audit": Row(),
    "GET /core/status": Row(),
}


def wanted() -> dict[str, Any]:
    """What each route of the table needs, by method and path."""
    found: dict[str, Any] = {}
    for route in ROUTES:
        for path in route.paths:
            for method in route.http_methods:
                found[f"{method} /core{re.sub(r'{[^}]+}', '{}', path)}"] = route.opt["scope"]
    return found


async def call(api: Api, key: str, headers: dict[str, str], things: dict[str, str], body: Any = None) -> Any:
    """Call a route on some things."""
    method, _, path = key.partition(" ")
    row = ROWS[key]
    address = path.format(*(things[name] for name in row.things))
    sent = row.body if body is None else body
    if key == "GET /core/search":
        address += "?q=hello"
    if key == "GET /core/conversations/{}/preview":
        address += "?url=http%3A%2F%2F10.0.0.1%2F"
    return await api.client.request(method, address, headers=headers, **({} if sent is None else {"json": sent}))


async def forgotten(api: Api, house: House) -> str:
    """The proof that somebody was deleted; its id."""
    made = await api.client.post("/core/contacts", json={"name": "Gone"}, headers=house.bearer)
    deleted = await api.client.delete(made.headers["location"], headers=house.bearer)
    return deleted.headers["location"].rpartition("/")[2]


async def furnish(api: Api, house: House) -> dict[str, str]:
    """One of each thing in a workspace."""
    conversation_id, visitor = await api.talk(house, "Hello, is anybody there?")
    client, bearer = api.client, house.bearer

    async def made(path: str, body: dict[str, Any]) -> Any:
        answer = await client.post(path, json=body, headers=bearer)
        assert answer.status_code == 201, answer.text
        return answer.json()

    conversation = (await client.get(f"/core/conversations/{conversation_id}", headers=bearer)).json()
    sealer = api.halloo.services.hook_secrets
    hook = await api.halloo.database.write(house.workspace_id, furnish_hook, sealer, "acme", conversation_id)
    file = await api.halloo.database.write(
        house.workspace_id, furnish_files, visitor_actor(visitor), conversation_id, "acme"
    )
    link = {**MESSAGE, "content": "See http://10.0.0.1/", "client_id": new_id()}
    await made(f"/core/conversations/{conversation_id}/messages", link)
    said = await made(f"/core/conversations/{conversation_id}/messages", {**MESSAGE, "client_id": new_id()})
    return {
        "conversation": conversation_id,
        "visitor": visitor.id,
        "contact": conversation["contact"]["id"],
        "message": str(said["message"]["fingerprint"]),
        "file": file.file_id,
        "block": (await made("/core/blocks", {"network": "203.0.113.0/24"}))["id"],
        "erasure": await forgotten(api, house),
        "reply": (await made("/core/canned-replies", {"shortcut": "hi", "text": "Hello"}))["id"],
        "tag": (await made("/core/tags", {"name": "vip"}))["id"],
        "widget": house.widget_id,
        "key": (await made(f"/core/web-widgets/{house.widget_id}/identity-keys", {"alg": "HS256"}))["kid"],
        "report": await api.halloo.database.write(house.workspace_id, furnish_reports, house.widget_id, "acme"),
        "hook": hook.hook_id,
        "hook_secret": hook.secret_id,
        "delivery": hook.delivery_id,
        "attempt": "1",
        "replay": hook.replay_id,
        "operator": house.owner_id,
        "invitation": (await made("/core/invitations", {"email": "bea@halloo.example"}))["id"],
        "token": house.token_id,
    }


NOTHING = dict.fromkeys(
    (
        *("conversation", "contact", "reply", "tag", "widget", "key", "operator", "invitation", "token"),
        *("hook", "hook_secret", "delivery", "replay", "report", "file", "block", "erasure"),
    ),
    "x",
) | {
    "attempt": "1",
    "message": "176371573112345",
    "visitor": "x",
}


def test_every_route_has_a_row() -> None:
    assert set(ROWS) == set(wanted())


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer hal_" + "x" * 43}, {"Cookie": "__Host-halloo=hs_x"}])
async def test_nobody_reaches_anything(api: Api, headers: dict[str, str]) -> None:
    for key, scope in wanted().items():
        if scope == PUBLIC:
            continue
        answer = await call(api, key, headers, NOTHING)
        assert (key, answer.status_code, answer.json()["error"]) == (key, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_without_the_scope_is_told_which_one_is_missing(api: Api, house: House) -> None:
    for key, scope in wanted().items():
        needed = () if scope in (None, PUBLIC) else scopes_of(scope)
        if not needed:
            continue
        without = await api.token(house, *(name for name in SCOPES if name not in needed))
        answer = await call(api, key, without, NOTHING)
        assert (key, answer.status_code, answer.json()["error"]) == (key, 403, "missing_scope")
        assert answer.json()["details"] == {"scopes": list(needed)}


async def test_another_workspace_is_not_there(api: Api, house: House) -> None:
    things = await furnish(api, house)
    stranger = await api.house("eve@halloo.example", "Evil")
    for key in wanted():
        if ROWS[key].things:
            answer = await call(api, key, stranger.bearer, things)
            missing = await call(api, key, stranger.bearer, NOTHING)
            assert (key, answer.status_code) == (key, 404), answer.text
            assert (key, answer.content) == (key, missing.content)
    begun = {"widget_id": things["widget"], "visitor_id": things["visitor"], "message": MESSAGE}
    answer = await call(api, "POST /core/conversations", stranger.bearer, things, begun)
    assert answer.status_code == 404
    for key in wanted():
        if key.startswith("GET") and not ROWS[key].things:
            seen = (await call(api, key, stranger.bearer, things)).text
            assert not [
                name for name, value in things.items() if value in seen and name not in ("attempt", "delivery")
            ], key


async def test_the_owner_reaches_everything(api: Api, house: House) -> None:
    things = await furnish(api, house)
    for key in wanted():
        if key.startswith("GET"):
            answer = await call(api, key, house.bearer, things)
            assert (key, answer.status_code) == (key, 200), answer.text


async def test_foreign_ids_in_bodies_are_refused(api: Api, house: House) -> None:
    things = await furnish(api, house)
    stranger = await api.house("eve@halloo.example", "Evil")
    theirs, _ = await api.talk(stranger, "Hello")
    address = f"/core/conversations/{theirs}"
    answer = await api.client.patch(address, json={"assignee": things["operator"]}, headers=stranger.bearer)
    assert (answer.status_code, answer.json()["details"]) == (422, {"field": "assignee"})


@pytest.mark.parametrize("key", ["workspace_id", "state", "from", "user", "verified", "visitor_id"])
async def test_nobody_sets_what_only_the_server_sets(api: Api, house: House, key: str) -> None:
    conversation_id, _ = await api.talk(house, "Hello")
    body = {**MESSAGE, key: "x"}
    address = f"/core/conversations/{conversation_id}/messages"
    answer = await api.client.post(address, json=body, headers=house.bearer)
    assert (answer.status_code, answer.json()["error"]) == (422, "field_unknown")
    assert answer.json()["details"] == {"field": key}


async def test_foreign_host_names_get_421_on_every_route(api: Api, house: House) -> None:
    for key in wanted():
        for host in ("evil.example", "chat.example.evil.example", "localhost.evil.example", ""):
            answer = await call(api, key, {**house.bearer, "Host": host}, NOTHING)
            assert (key, host, answer.status_code) == (key, host, 421)
            assert answer.json()["error"] == "unknown_host"
