"""One matrix of credentials over HTTP and the relay: neither door is weaker (embedding contract 16)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from halloo.kit.ids import new_id
from tests.isolation.grounds import Grounds, Guest
from tests.isolation.sockets import Port, Socket, listening
from tests.isolation.test_frames import Shot, fire, visitor_token
from tests.isolation.test_visitors import OWN, PREFIX

Headers = dict[str, str]
TALK = frozenset({"read", "send", "mark"})
"""What is allowed over both: the message at hand is the visitor's, whom the relay alone lets edit and remove it."""
NOTHING: frozenset[str] = frozenset()
MESSAGE = {"type": "text", "content": "Hello"}


@dataclass(frozen=True)
class Case:
    """Who holds a credential, what becomes of them once they hold it, whose conversation is meant, and what is due."""

    who: str
    turn: Callable[[Grounds], Awaitable[object]]
    due: frozenset[str]
    whose: Callable[[Grounds], Guest] = lambda grounds: grounds.here.guest


@pytest.fixture
async def port(grounds: Grounds) -> AsyncIterator[Port]:
    """The relay of the same server."""
    async with listening(grounds.api.halloo) as made:
        yield made


async def stay(grounds: Grounds) -> None:
    """Nothing happens."""


async def leave(grounds: Grounds) -> object:
    guest = grounds.here.guest
    return await grounds.api.client.delete(f"{PREFIX}{guest.widget_id}/visitor", headers={**OWN, **guest.header})


async def lock(grounds: Grounds) -> object:
    body = {"visitor": grounds.here.guest.id}
    return await grounds.api.client.post("/core/blocks", json=body, headers=grounds.here.bearer)


async def withdraw(grounds: Grounds) -> object:
    widget = f"/core/web-widgets/{grounds.here.guest.widget_id}"
    return await grounds.api.client.put(widget, json={"published": False}, headers=grounds.here.bearer)


async def revoke(grounds: Grounds) -> object:
    here, client = grounds.here, grounds.api.client
    listed = (await client.get("/core/tokens", headers=here.house.bearer)).json()["data"]
    for one in listed:
        if one["id"] != here.house.token_id:
            await client.delete(f"/core/tokens/{one['id']}", headers=here.house.bearer)
    return listed


def neighbour(grounds: Grounds) -> Guest:
    return grounds.here.neighbour


def elsewhere(grounds: Grounds) -> Guest:
    return grounds.here.elsewhere


def foreigner(grounds: Grounds) -> Guest:
    return grounds.there.guest


OF_VISITORS = (
    Case("a visitor", stay, TALK),
    Case("a visitor beside", stay, NOTHING, neighbour),
    Case("a visitor of another widget", stay, NOTHING, elsewhere),
    Case("a visitor of another workspace", stay, NOTHING, foreigner),
    Case("one who left", leave, NOTHING),
    Case("one who is blocked", lock, NOTHING),
    Case("one of a widget that was withdrawn", withdraw, NOTHING),
)
OF_OPERATORS = (
    Case("conversations:read,conversations:write", stay, TALK),
    Case("conversations:read", stay, frozenset({"read"})),
    Case("contacts:read", stay, NOTHING),
    Case("conversations:read,conversations:write", revoke, NOTHING),
    Case("conversations:read,conversations:write", stay, NOTHING, foreigner),
)


async def over_http(grounds: Grounds, base: str, headers: Headers, guest: Guest) -> frozenset[str]:
    """What a credential may do to a conversation over HTTP."""
    one = f"{base}/messages/{guest.fingerprint}"
    calls: dict[str, tuple[str, str, Any]] = {
        "read": ("GET", f"{base}/messages", None),
        "send": ("POST", f"{base}/messages", {"client_id": new_id(), **MESSAGE}),
        "mark": ("POST", f"{base}/read", {"seq": 1}),
        "edit": ("PATCH", one, {"content": "Changed"}),
        "remove": ("DELETE", one, None),
    }
    answers = {
        act: await grounds.api.client.request(method, path, json=body, headers=headers)
        for act, (method, path, body) in calls.items()
    }
    assert {answer.status_code for answer in answers.values()} <= {200, 201, 204, 401, 403, 404}
    return frozenset(act for act, answer in answers.items() if answer.status_code < 300)


async def over_the_relay(port: Port, role: str, token: str, guest: Guest) -> frozenset[str]:
    """What a credential may do to a conversation over the relay."""
    cid = guest.conversation_id
    one = {"conversation": cid, "fingerprint": guest.fingerprint}
    frames: dict[str, tuple[str, dict[str, Any]]] = {
        "send": ("send", {"id": "1", "client_id": new_id(), "conversation": cid, "message": MESSAGE}),
        "mark": ("read", {"conversation": cid, "seq": 1}),
        "edit": ("edit", {"id": "1", **one, "content": "Changed"}),
        "remove": ("remove", {"id": "1", **one}),
        # Last, so that no event comes before an answer.
        "read": ("subscribe", {"id": "1", "streams": [{"id": f"c:{cid}", "epoch": None, "offset": 0}]}),
    }
    connection = await port.enter(role, token, [])
    return frozenset([act for act, (kind, fields) in frames.items() if await is_done(connection, kind, fields)])


async def is_done(connection: Socket, kind: str, fields: dict[str, Any]) -> bool:
    """Whether a frame was acknowledged; a read mark is acknowledged by silence."""
    if connection.code is not None:
        return False
    found = await fire(connection, kind, Shot(fields, None if kind == "read" else "ok"))
    await connection.all()
    if kind == "read":
        return found is None and connection.code is None
    return found == "ok" or str(found).startswith("{'t': 'ack'")


@pytest.mark.parametrize("case", OF_VISITORS, ids=lambda case: case.who)
async def test_cve_2026_28514_cve_2026_30831_visitors_are_the_same_over_both(
    case: Case, grounds: Grounds, port: Port
) -> None:
    guest, target = grounds.here.guest, case.whose(grounds)
    token = await visitor_token(grounds, guest)
    await case.turn(grounds)
    over_relay = await over_the_relay(port, "visitor", token, target)
    base = f"{PREFIX}{guest.widget_id}/conversations/{target.conversation_id}"
    assert await over_http(grounds, base, {**OWN, **guest.header}, target) == case.due
    assert over_relay & TALK == case.due
    assert bool(over_relay) == bool(case.due), "what only the relay does, it does for nobody else"


@pytest.mark.parametrize(
    "case", OF_OPERATORS, ids=lambda case: f"{case.who} {case.turn.__name__} {case.whose.__name__}"
)
async def test_cve_2026_28514_cve_2026_30831_operators_are_the_same_over_both(
    case: Case, grounds: Grounds, port: Port
) -> None:
    target = case.whose(grounds)
    bearer = await grounds.api.token(grounds.here.house, *case.who.split(","))
    answer = await grounds.api.client.post("/core/relay-token", headers=bearer)
    token = answer.json().get("token", "")
    await case.turn(grounds)
    assert await over_the_relay(port, "operator", token, target) == case.due
    base = f"/core/conversations/{target.conversation_id}"
    assert await over_http(grounds, base, bearer, target) == case.due


@pytest.mark.parametrize("text", ["", "0", "true", "[]", "null", "{}", "hvt_", "hal_", "a.b.c"])
async def test_cve_2026_28514_cve_2026_30831_cve_2022_1176_what_is_no_token_is_none_over_both(
    text: str, grounds: Grounds, port: Port
) -> None:
    guest = grounds.here.guest
    visitors = f"{PREFIX}{guest.widget_id}/conversations/{guest.conversation_id}"
    operators = f"/core/conversations/{guest.conversation_id}"
    for given in (text, guest.token[:-1], grounds.here.owner_token[:-1]):
        assert await over_http(grounds, visitors, {**OWN, "X-Halloo-Visitor": given}, guest) == NOTHING
        assert await over_http(grounds, operators, {"Authorization": f"Bearer {given}"}, guest) == NOTHING
        for role in ("visitor", "operator"):
            assert await over_the_relay(port, role, given, guest) == NOTHING
    for crossed in ({**OWN, "X-Halloo-Visitor": grounds.here.owner_token}, {**OWN, **grounds.here.bearer}):
        assert await over_http(grounds, visitors, crossed, guest) == NOTHING
    crossed = {"Authorization": f"Bearer {guest.token}", **guest.header}
    assert await over_http(grounds, operators, crossed, guest) == NOTHING
