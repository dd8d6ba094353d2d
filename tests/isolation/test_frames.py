"""No frame of the relay reaches another visitor or workspace: one row for every frame that clients may send."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from halloo.kit.ids import new_id
from halloo.relay.parsing import FIELDS
from tests.isolation.grounds import Grounds, Guest, Side
from tests.isolation.sockets import Frame, Port, Socket, listening

STREAM = "stream_forbidden"
THEIRS = {"visitor": "conversation_forbidden", "operator": "conversation_not_found"}
MESSAGE = {"type": "text", "content": "Hello"}


@dataclass(frozen=True)
class Target:
    """Whose things are aimed at."""

    guest: Guest
    workspace_id: str


@dataclass(frozen=True)
class Shot:
    """A frame aimed at somebody else, and what is due: an error's code, a close code, or None for silence."""

    frame: dict[str, Any]
    due: str | int | None


def shots(role: str, target: Target, foreign_token: str) -> dict[str, list[Shot]]:
    """The row of each kind of frame."""
    guest, cid = target.guest, target.guest.conversation_id
    one = {"conversation": cid, "fingerprint": guest.fingerprint}
    refused = THEIRS[role]
    streams = [f"c:{cid}", f"w:{target.workspace_id}", f"c:{cid.upper()}", "c:", "x:1", f"w:{cid}"]
    streams += [f"v:{guest.id}", "v:*"] if role == "visitor" else []
    asked = [Shot({"id": "1", "streams": [{"id": stream, "epoch": None, "offset": 0}]}, STREAM) for stream in streams]
    send = {"id": "1", "client_id": new_id(), "message": MESSAGE}
    return {
        "connect": [Shot({"v": 1, "role": role, "token": foreign_token, "tab": "t", "streams": []}, 4400)],
        "subscribe": asked,
        "unsubscribe": [Shot({"id": "1", "streams": [f"c:{cid}", f"w:{target.workspace_id}"]}, "ok")],
        "send": [
            Shot({**send, "conversation": cid}, refused),
            Shot({**send, "conversation": cid, "message": {"type": "note", "content": "x"}}, refused),
            Shot({**send, "conversation": cid, "user_id": guest.id}, "field_unknown"),
            Shot({**send, "conversation": cid, "message": {**MESSAGE, "from": "operator"}}, "field_unknown"),
            Shot({**send, "conversation": cid, "workspace_id": target.workspace_id}, "field_unknown"),
        ],
        "edit": [Shot({"id": "1", **one, "content": "Changed"}, refused)],
        "remove": [Shot({"id": "1", **one}, refused)],
        "read": [Shot({"conversation": cid, "seq": 1}, refused)],
        "typing": [Shot({"conversation": cid, "state": "start"}, None)],
        "presence": [Shot({"state": "away"}, None)],
        "page": [Shot({"url": "https://shop.example/x"}, None if role == "visitor" else "visitors_only")],
        "watch": [
            Shot({"what": what, "on": True}, None if role == "operator" else "operators_only")
            for what in ("visitors", f"visitor:{guest.id}")
        ],
        "ping": [Shot({}, None)],
        "refresh": [Shot({"token": foreign_token, "id": "1"}, 4403)],
    }


@pytest.fixture
async def port(grounds: Grounds) -> AsyncIterator[Port]:
    """The relay of the same server."""
    async with listening(grounds.api.halloo) as made:
        yield made


async def visitor_token(grounds: Grounds, guest: Guest) -> str:
    answer = await grounds.api.client.post(
        f"/core/public/web-widgets/{guest.widget_id}/visitor", json={"parent_origin": None}, headers=guest.header
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["relay"]["token"]


async def operator_token(grounds: Grounds, side: Side) -> str:
    answer = await grounds.api.client.post("/core/relay-token", headers=side.bearer)
    return answer.json()["token"]


def outcome(frames: list[Frame], code: int | None) -> str | int | None:
    """An error's code, `ok`, a close code, or None for silence; data of any kind is shown as it is."""
    told = [frame for frame in frames if frame["t"] not in {"hint", "pong"}]
    if code is not None and not told:
        return code
    if not told:
        return None
    first = told[0]
    return first["code"] if first["t"] == "error" else "ok" if first["t"] == "ok" else str(first)


async def fire(connection: Socket, kind: str, shot: Shot) -> str | int | None:
    await connection.say(t=kind, **shot.frame)
    frames = await connection.all() if shot.due is None else await connection.answer()
    return outcome(frames, connection.code)


def test_21_every_frame_has_a_row() -> None:
    someone = Target(Guest("", "", "", "", "", 0), "")
    assert set(shots("visitor", someone, "")) == set(FIELDS)
    assert set(shots("operator", someone, "")) == set(FIELDS)


async def aim_all(port: Port, role: str, streams: list[str], token: str, foreign: str, target: Target) -> list[str]:
    """Send every frame of a row at a target; what was not answered as due."""
    wrong: list[str] = []
    connection = await port.enter(role, token, streams)
    for kind, row in shots(role, target, foreign).items():
        for shot in row:
            if connection.code is not None:
                connection = await port.enter(role, token, streams)
            found = await fire(connection, kind, shot)
            if found != shot.due:
                wrong.append(f"{role} {kind} {shot.frame}: {found}, due {shot.due}")
    return wrong


async def everything(grounds: Grounds, *guests: Guest) -> list[Any]:
    """What is stored of the other workspace, and the rows of one's own that are about these guests."""
    own = await grounds.stored(grounds.here)
    about = [row for rows in own.values() for row in rows for guest in guests if guest.id in row]
    about += [row for rows in own.values() for row in rows for guest in guests if guest.conversation_id in row]
    return [await grounds.stored(grounds.there, uses=False), sorted(about)]


@pytest.mark.slow
async def test_21_a_visitor_reaches_no_other_visitor(grounds: Grounds, port: Port) -> None:
    here, there = grounds.here, grounds.there
    token = await visitor_token(grounds, here.guest)
    targets = [
        (here.neighbour, here.workspace_id),
        (here.elsewhere, here.workspace_id),
        (there.guest, there.workspace_id),
        (Guest(new_id(), "", "", new_id(), new_id(), 10**14), new_id()),
    ]
    tokens = [await visitor_token(grounds, guest) for guest, _ in targets[:3]]
    tokens.append(tokens[0])
    victims = [
        await port.enter("visitor", tokens[at], [f"c:{guest.conversation_id}", f"v:{guest.id}"])
        for at, (guest, _) in enumerate(targets[:3])
    ]
    victims.append(await port.enter("operator", await operator_token(grounds, there), [f"w:{there.workspace_id}"]))
    for victim in victims:
        await victim.all()
    before = await everything(grounds, here.neighbour, here.elsewhere)
    streams = [f"c:{here.guest.conversation_id}", f"v:{here.guest.id}"]
    wrong: list[str] = []
    for (guest, workspace_id), foreign in zip(targets, tokens, strict=True):
        wrong += await aim_all(port, "visitor", streams, token, foreign, Target(guest, workspace_id))
    assert wrong == []
    assert [frame for victim in victims for frame in await victim.all()] == []
    assert await everything(grounds, here.neighbour, here.elsewhere) == before


@pytest.mark.slow
async def test_21_cve_2026_115725_a_workspace_reaches_no_other_workspace(grounds: Grounds, port: Port) -> None:
    here, there = grounds.here, grounds.there
    token, foreign = await operator_token(grounds, here), await operator_token(grounds, there)
    victims = [
        await port.enter("operator", foreign, [f"w:{there.workspace_id}"]),
        await port.enter(
            "visitor",
            await visitor_token(grounds, there.guest),
            [f"c:{there.guest.conversation_id}", f"v:{there.guest.id}"],
        ),
    ]
    for victim in victims:
        await victim.all()
    before = await grounds.stored(there)
    streams = [f"w:{here.workspace_id}"]
    wrong = await aim_all(port, "operator", streams, token, foreign, Target(there.guest, there.workspace_id))
    nobody = Target(Guest(new_id(), "", "", new_id(), new_id(), 10**14), new_id())
    wrong += await aim_all(port, "operator", streams, token, foreign, nobody)
    assert wrong == []
    assert [frame for victim in victims for frame in await victim.all()] == []
    assert await grounds.stored(there) == before


async def test_an_operator_hears_nothing_of_a_foreign_visitor(grounds: Grounds, port: Port) -> None:
    """Naming a foreign `v:` stream is no error, since ids of visitors are told by facts; it carries nothing."""
    here, there = grounds.here, grounds.there
    spy = await port.enter("operator", await operator_token(grounds, here), [f"v:{there.guest.id}"])
    await spy.all()
    answer = await grounds.api.client.post(
        f"/core/public/web-widgets/{there.guest.widget_id}/conversations",
        json={"message": {"client_id": new_id(), "type": "text", "content": "bramble once more"}},
        headers=there.guest.header,
    )
    assert answer.status_code == 201
    assert await spy.all() == []


async def test_who_may_only_read_says_nothing(grounds: Grounds, port: Port) -> None:
    here = grounds.here
    reader = await grounds.api.token(here.house, "conversations:read")
    token = (await grounds.api.client.post("/core/relay-token", headers=reader)).json()["token"]
    guest = here.guest
    visitor = await port.enter("visitor", await visitor_token(grounds, guest), [f"c:{guest.conversation_id}"])
    await visitor.all()
    before = await grounds.stored(here, uses=False)
    one = {"conversation": guest.conversation_id, "fingerprint": guest.fingerprint}
    connection = await port.enter("operator", token, [f"w:{here.workspace_id}"])
    for kind, fields, due in (
        ("send", {"id": "1", "client_id": new_id(), "message": MESSAGE, "conversation": guest.conversation_id}, True),
        (
            "send",
            {"id": "1", "client_id": new_id(), "message": {**MESSAGE, "type": "note"}, **one, "fingerprint": None},
            False,
        ),
        ("edit", {"id": "1", **one, "content": "Changed"}, True),
        ("remove", {"id": "1", **one}, True),
        ("read", {"conversation": guest.conversation_id, "seq": 1}, True),
    ):
        await connection.say(t=kind, **fields)
        (answer,) = await connection.answer()
        assert answer["code"] == ("missing_scope" if due else "field_unknown"), kind
    for state in ("start", "stop"):
        await connection.say(t="typing", conversation=guest.conversation_id, state=state)
    assert await visitor.all() == []
    assert await grounds.stored(here, uses=False) == before


async def test_cve_2026_48929_no_frame_counts_before_connect(grounds: Grounds, port: Port) -> None:
    here = grounds.here
    target = Target(here.guest, here.workspace_id)
    token = await visitor_token(grounds, here.guest)
    before = await everything(grounds, here.guest)
    for kind, row in shots("visitor", target, token).items():
        for shot in row if kind != "connect" else []:
            connection = await port.dial()
            await connection.say(t=kind, **shot.frame)
            assert await connection.all(2) == [], kind
            assert connection.code == 4400, kind
    assert await everything(grounds, here.guest) == before


async def test_a_token_opens_its_own_role_widget_and_streams_alone(grounds: Grounds, port: Port) -> None:
    here, there = grounds.here, grounds.there
    visitor, operator = await visitor_token(grounds, here.guest), await operator_token(grounds, here)
    cid = here.guest.conversation_id
    tries: list[tuple[str, str, list[str], dict[str, Any], int]] = [
        ("operator", visitor, [], {}, 4403),
        ("visitor", operator, [], {}, 4403),
        ("visitor", operator, [], {"widget": here.guest.widget_id}, 4403),
        ("operator", operator, [], {"widget": here.guest.widget_id}, 4403),
        ("visitor", visitor, [], {"widget": here.elsewhere.widget_id}, 4403),
        ("visitor", visitor, [f"w:{here.workspace_id}"], {}, 4403),
        ("visitor", visitor, [f"c:{here.neighbour.conversation_id}"], {}, 4403),
        ("visitor", visitor, [f"c:{cid}", f"c:{there.guest.conversation_id}"], {}, 4403),
        ("visitor", visitor, [f"v:{here.neighbour.id}"], {}, 4403),
        ("operator", operator, [f"w:{there.workspace_id}"], {}, 4403),
        ("operator", operator, [f"c:{there.guest.conversation_id}"], {}, 4403),
        ("visitor", here.guest.token, [], {}, 4401),
        ("operator", here.owner_token, [], {}, 4401),
        ("visitor", visitor[:-1], [], {}, 4401),
        ("visitor", visitor + "A", [], {}, 4401),
        *(("visitor", text, [], {}, 4401) for text in ("", "0", "true", "[]", "null", ".", "a.b")),
    ]
    for role, token, streams, more, due in tries:
        connection = await port.enter(role, token, streams, **more)
        await connection.all(2)
        assert connection.code == due, (role, streams, more)
