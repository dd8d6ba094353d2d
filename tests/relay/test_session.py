"""The session: bytes and time in, decisions out."""

from typing import Any

import msgspec
import pytest

from halloo.kit.clock import SECOND, system_clock
from halloo.relay.decisions import Act, Answer, Decision, End, Follow, Join, PingNow, Renew, Tell, Unfollow
from halloo.relay.frames import CLOSES, Want
from halloo.relay.limits import limits_of, timing_of
from halloo.relay.session import Rules, Session
from halloo.relay.settings import RelaySettings
from halloo.relay.tokens import LIFE_S, RelayTokens
from halloo.workspaces.model import ROLE_SCOPES, Actor

WALL = system_clock()
TOKENS = RelayTokens(b"k" * 32, lambda: WALL)
OTHER = RelayTokens(b"o" * 32, lambda: WALL)
OLD = RelayTokens(b"k" * 32, lambda: WALL - LIFE_S * SECOND - 1)
RULES = Rules(limits_of(RelaySettings()), timing_of(RelaySettings()), TOKENS.open)


def visitor(visitor_id: str = "v1", widget_id: str = "w1", tokens: RelayTokens = TOKENS) -> str:
    return tokens.issue_visitor(workspace_id="ws", widget_id=widget_id, visitor_id=visitor_id, name="Ada")


def operator(scopes: frozenset[str] = ROLE_SCOPES["operator"], workspace_id: str = "ws") -> str:
    return TOKENS.issue_operator(Actor("operator", workspace_id, "op", "Grace", "operator", scopes))


def frame(**fields: Any) -> bytes:
    return msgspec.json.encode(fields)


def connect(**fields: Any) -> bytes:
    return frame(**{"t": "connect", "v": 1, "role": "visitor", "token": visitor(), "tab": "t", "streams": [], **fields})


def opened(role: str = "visitor", token: str | None = None) -> Session:
    session = Session(RULES, 0)
    token = token or (visitor() if role == "visitor" else operator())
    (join,) = session.receive(connect(role=role, token=token), 0, WALL)
    assert isinstance(join, Join)
    session.joined()
    return session


def end_of(decisions: list[Decision]) -> int | None:
    last = decisions[-1]
    assert isinstance(last, End)
    return None if last.close is None else last.close.code


def answer(decisions: list[Decision]) -> dict[str, Any]:
    (only,) = decisions
    assert isinstance(only, Answer)
    return msgspec.json.decode(only.out.payload)


FIRST_FRAMES = [
    ("not json", b"hello", 4400),
    ("not utf-8", b'{"t":"connect","tab":"\xff"}', 4400),
    ("no object", b"[1]", 4400),
    ("a number", b"7", 4400),
    ("no t", frame(v=1), 4400),
    ("t is no text", frame(t=1), 4400),
    ("empty object", b"{}", 4400),
    ("an unknown frame", frame(t="dance"), 4400),
    ("version 2", connect(v=2), 4400),
    ("version as text", connect(v="1"), 4400),
    ("no version", frame(t="connect", role="visitor", token=visitor()), 4400),
    ("a key too many", connect(user="me"), 4400),
    ("a stream with a key too many", connect(streams=[{"id": "v:v1", "from": 1}]), 4400),
    ("more streams than anybody needs", connect(streams=[f"c:{i}" for i in range(101)]), 4400),
    ("no token", frame(t="connect", v=1, role="visitor"), 4401),
    ("an empty token", connect(token=""), 4401),
    ("nonsense for a token", connect(token="abc.def"), 4401),
    ("not ascii", connect(token="é.é"), 4401),
    ("another server's token", connect(token=visitor(tokens=OTHER)), 4401),
    ("an expired token", connect(token=visitor(tokens=OLD)), 4401),
    ("an altered token", connect(token="A" + visitor()[1:]), 4401),
    ("a visitor as operator", connect(role="operator"), 4403),
    ("an operator as visitor", connect(token=operator()), 4403),
    ("another widget", connect(widget="w2"), 4403),
    ("another visitor's stream", connect(streams=[{"id": "v:v2"}]), 4403),
    ("the workspace's stream", connect(streams=[{"id": "w:ws"}]), 4403),
    ("a stream of no kind", connect(streams=["x:1"]), 4403),
    ("a stream without an id", connect(streams=["v:"]), 4403),
    ("another workspace", connect(role="operator", token=operator(), streams=["w:other"]), 4403),
    ("no scope", connect(role="operator", token=operator(frozenset({"contacts:read"})), streams=["w:ws"]), 4403),
    *((f"{t} before connect", frame(t=t), 4400) for t in ("ping", "presence", "send", "subscribe", "refresh", "read")),
    ("too large", connect(agent="x" * 70_000), 4413),
]


@pytest.mark.parametrize(("payload", "code"), [row[1:] for row in FIRST_FRAMES], ids=[row[0] for row in FIRST_FRAMES])
def test_a_first_frame_that_is_refused(payload: bytes, code: int) -> None:
    session = Session(RULES, 0)
    assert end_of(session.receive(payload, 0, WALL)) == code
    assert code in CLOSES
    assert session.receive(frame(t="ping"), 0, WALL) == []


def test_connect_asks_to_join() -> None:
    session = Session(RULES, 0)
    streams = [{"id": "v:v1", "epoch": "e1", "offset": 4}, "c:1", {"id": "c:1"}]
    (join,) = session.receive(connect(streams=streams, widget="w1"), 0, WALL)
    assert isinstance(join, Join)
    assert join.streams == [Want("v:v1", "e1", 4), Want("c:1")]
    assert join.claims.visitor_id == "v1"
    assert session.stage == "joining"


ERRORS = [
    ("an unknown frame", "visitor", frame(t="dance", id="9"), "unknown_frame", "9"),
    ("an unknown frame without id", "visitor", frame(t="workspace_id"), "unknown_frame", None),
    *(
        (f"{key} in send", "visitor", frame(t="send", id=1, client_id="c", message={}, **{key: 1}), "field_unknown", 1)
        for key in ("workspace_id", "from", "user", "verified", "visitor_id", "state")
    ),
    *(
        (
            f"{key} in the message",
            "visitor",
            frame(t="send", id=1, client_id="c", message={"type": "text", "content": "x", key: 1}),
            "field_unknown",
            1,
        )
        for key in ("workspace_id", "from", "user", "verified", "visitor_id", "state", "seq")
    ),
    ("a key in ping", "visitor", frame(t="ping", user="me"), "field_unknown", None),
    ("a key in typing", "visitor", frame(t="typing", conversation="1", state="start", user=1), "field_unknown", None),
    ("a key in read", "operator", frame(t="read", conversation="1", seq=1, workspace_id="x"), "field_unknown", None),
    ("a field that is missing", "visitor", frame(t="send", id="1"), "field_invalid", "1"),
    ("a field of another type", "visitor", frame(t="read", conversation=1, seq=1), "field_invalid", None),
    ("a state of no kind", "visitor", frame(t="presence", state="gone"), "field_invalid", None),
    ("an id too long", "visitor", frame(t="subscribe", id="x" * 200, streams=[]), "field_invalid", None),
    ("an id of no kind", "visitor", frame(t="remove", id=True, conversation="1", fingerprint=1), "field_invalid", None),
    ("another visitor's stream", "visitor", frame(t="subscribe", id="1", streams=["v:v2"]), "stream_forbidden", "1"),
    ("the workspace's stream", "visitor", frame(t="subscribe", id="1", streams=["w:ws"]), "stream_forbidden", "1"),
    ("another workspace", "operator", frame(t="subscribe", id="1", streams=["w:x"]), "stream_forbidden", "1"),
    ("a page of an operator", "operator", frame(t="page", url="https://a.example"), "visitors_only", None),
    (
        "more streams than anybody needs",
        "visitor",
        frame(t="subscribe", id="1", streams=[f"c:{i}" for i in range(101)]),
        "too_many_streams",
        "1",
    ),
]


@pytest.mark.parametrize(("role", "payload", "code", "id"), [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS])
def test_a_frame_that_is_refused_and_the_connection_stays(role: str, payload: bytes, code: str, id: object) -> None:
    session = opened(role)
    said = answer(session.receive(payload, 0, WALL))
    assert (said["t"], said["code"], said["id"]) == ("error", code, id)
    assert said["message"]
    assert answer(session.receive(frame(t="ping"), 0, WALL)) == {"t": "pong"}


@pytest.mark.parametrize(
    "payload", [b"{", b'{"t":"ping"', b"[]", b'"ping"', b"{}", b'{"t":null}', b"\xff", b'{"t":"ping"}\n{']
)
def test_what_is_no_frame_ends_the_connection(payload: bytes) -> None:
    assert end_of(opened().receive(payload, 0, WALL)) == 4400


def test_a_second_connect_ends_the_connection() -> None:
    assert end_of(opened().receive(connect(), 0, WALL)) == 4400


def test_frames_joined_by_line_feeds_are_taken_in_order() -> None:
    joined = b"\n".join(
        (
            frame(t="read", conversation="1", seq=2),
            b"",
            frame(t="typing", conversation="1", state="start"),
            b"  ",
            frame(t="presence", state="away"),
        )
    )
    kinds = [
        type(decision.frame).__name__ for decision in opened().receive(joined, 0, WALL) if isinstance(decision, Tell)
    ]
    assert kinds == ["Read", "Typing", "Presence"]


def test_each_asking_frame_becomes_its_decision() -> None:
    session = opened()
    message = {"type": "text", "content": "Hello"}
    rows: list[tuple[bytes, type[Decision]]] = [
        (frame(t="send", id="1", conversation=None, client_id="a", message=message), Act),
        (frame(t="send", id=7, client_id="a", message=message, bot_check=None), Act),
        (frame(t="edit", id="2", conversation="1", fingerprint=1, content="x"), Act),
        (frame(t="remove", id="3", conversation="1", fingerprint=1), Act),
        (frame(t="subscribe", id="4", streams=[{"id": "c:1", "epoch": "e", "offset": 0}]), Follow),
        (frame(t="unsubscribe", id="5", streams=["c:1"]), Unfollow),
        (frame(t="refresh", token=visitor()), Renew),
        (frame(t="page", url="https://a.example", title="A", referrer=""), Tell),
    ]
    for payload, kind in rows:
        (decision,) = session.receive(payload, 0, WALL)
        assert isinstance(decision, kind), payload


def test_messages_beyond_the_rate_are_refused_with_a_time_and_the_connection_stays() -> None:
    session = opened()
    send = frame(t="send", id="1", client_id="a", message={"type": "text", "content": "x"})
    for _ in range(20):
        (decision,) = session.receive(send, 0, WALL)
        assert isinstance(decision, Act)
    said = answer(session.receive(send, 0, WALL))
    assert said["code"] == "rate_limited"
    assert said["retry_after_ms"] == 1000
    (decision,) = session.receive(send, said["retry_after_ms"], WALL)
    assert isinstance(decision, Act)


@pytest.mark.parametrize(("role", "burst"), [("visitor", 40), ("operator", 200)])
def test_frames_beyond_the_rate_end_the_connection(role: str, burst: int) -> None:
    session = opened(role)
    for _ in range(burst):
        assert answer(session.receive(frame(t="ping"), 0, WALL)) == {"t": "pong"}
    assert end_of(session.receive(frame(t="ping"), 0, WALL)) == 4009


def test_frames_that_are_joined_count_each() -> None:
    decisions = opened().receive(b"\n".join([frame(t="ping")] * 41), 0, WALL)
    assert len(decisions) == 41
    assert end_of(decisions) == 4009


def test_frames_at_the_rate_go_on_for_ever() -> None:
    session = opened()
    for second in range(100):
        for _ in range(20):
            assert answer(session.receive(frame(t="ping"), second * 1000, WALL)) == {"t": "pong"}


@pytest.mark.parametrize(("role", "limit"), [("visitor", 64 * 1024), ("operator", 256 * 1024)])
def test_the_largest_frame_of_each_role(role: str, limit: int) -> None:
    session = opened(role)
    assert answer(session.receive(b'{"t":"ping"}'.ljust(limit), 0, WALL)) == {"t": "pong"}
    assert end_of(session.receive(b'{"t":"ping"}'.ljust(limit + 1), 0, WALL)) == 4413


def test_typing_passes_once_a_second_and_its_end_as_often_as_it_can_have_begun() -> None:
    session = opened()
    start, stop = (frame(t="typing", conversation="1", state=state) for state in ("start", "stop"))
    passed = [
        len(session.receive(payload, at, WALL))
        for payload, at in [(stop, 0), (start, 0), (start, 500), (stop, 600), (stop, 600), (stop, 600), (start, 1000)]
    ]
    assert passed == [0, 1, 0, 1, 1, 0, 1]


def test_no_connect_in_five_seconds() -> None:
    session = Session(RULES, 0)
    assert session.due(0) == (None, 5000)
    decision, _ = session.due(5000)
    assert isinstance(decision, End)
    assert decision.close is not None
    assert decision.close.code == 4408


def test_silence_is_met_with_a_ping_and_then_with_the_end() -> None:
    session = opened()
    assert session.due(24_000) == (None, 25_000)
    assert session.due(25_000) == (PingNow(), 33_000)
    assert session.due(33_000) == (End(None), 33_000)


def test_a_pong_is_a_sign_of_life() -> None:
    session = opened()
    session.due(25_000)
    session.heard(26_000)
    assert session.due(33_000) == (None, 51_000)


def test_the_token_expires() -> None:
    session = opened()
    at = LIFE_S * SECOND
    session.heard(at - 1)
    assert session.due(at - 1) == (None, at)
    decision, _ = session.due(at)
    assert isinstance(decision, End)
    assert decision.close is not None
    assert decision.close.code == 4401


def test_a_fresh_token_lengthens_the_connection() -> None:
    session = opened()
    (renew,) = session.receive(frame(t="refresh", token=visitor()), 1000, WALL)
    assert isinstance(renew, Renew)
    session.renewed(renew.claims, 600_000, WALL)
    at = LIFE_S * SECOND
    session.heard(at)
    assert session.due(at)[0] is None


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (visitor(tokens=OLD), 4401),
        ("", 4401),
        (visitor(tokens=OTHER), 4401),
        (visitor("v2"), 4403),
        (visitor(widget_id="w2"), 4403),
        (operator(), 4403),
    ],
)
def test_a_fresh_token_must_be_the_same_holders(token: str, code: int) -> None:
    assert end_of(opened().receive(frame(t="refresh", token=token), 0, WALL)) == code


def test_a_clock_that_jumps_back_a_day_harms_nobody() -> None:
    session = opened()
    assert answer(session.receive(frame(t="ping"), 10, WALL - 86_400_000)) == {"t": "pong"}
