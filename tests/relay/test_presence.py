"""Who is there over several nodes: the best of what all say, without flicker, and with an end."""

from types import SimpleNamespace
from typing import Any

import pytest

from halloo.relay.broker import Exchange, MemoryBroker
from halloo.relay.elsewhere import Seen, pack_seen
from halloo.relay.frames import Role
from halloo.relay.peer import Peer
from halloo.relay.presence import KIND, SHOWN_MAX, Presence
from halloo.relay.tokens import Claims
from halloo.relay.wheel import Wheel

WS = "ws"
DEBOUNCE = 3_000


class Node:
    """A node's presence, with a clock of its own, and what it told its connections."""

    def __init__(self, exchange: Exchange) -> None:
        self.now = 0
        self.broker = MemoryBroker(exchange)
        self.broker.want(WS)
        self.told: list[Any] = []
        self.wheel = Wheel(lambda: self.now)
        self.presence = Presence(self.wheel, lambda: self.now, DEBOUNCE, self._tell, self.broker)

    def _tell(self, _workspace_id: str, _streams: list[str], name: str, data: Any) -> None:
        assert name == "presence"
        self.told.append([one["availability"] for one in data["operators"]])

    def turn(self, ms: int) -> None:
        self.now += ms
        self.wheel.turn(self.now)

    def enter(self, kind: Role, id: str) -> Peer:
        ids: dict[str, Any] = {f"{kind}_id": id}
        link: Any = SimpleNamespace(write=None)  # nothing is written to it
        peer = Peer(link, Claims(kind, WS, 1, 2, id, **ids), "tab", 0)
        self.presence.enter(peer)
        return peer


@pytest.fixture
async def nodes() -> list[Node]:
    exchange = Exchange()
    made = [Node(exchange) for _ in range(3)]
    for node in made:
        await node.presence.attend(WS)
    return made


def turn(nodes: list[Node], ms: int) -> None:
    for node in nodes:
        node.turn(ms)


async def test_a_change_is_told_on_every_node_once_it_lasted(nodes: list[Node]) -> None:
    nodes[0].enter("operator", "op-1")
    turn(nodes, DEBOUNCE - 200)
    assert [node.told for node in nodes] == [[], [], []]
    turn(nodes, 300)
    assert [node.told for node in nodes] == [[["online"]]] * 3


async def test_a_person_on_two_nodes_is_there_until_both_say_no(nodes: list[Node]) -> None:
    first = nodes[0].enter("operator", "op-1")
    second = nodes[1].enter("operator", "op-1")
    turn(nodes, DEBOUNCE + 100)
    nodes[0].presence.leave(first)
    turn(nodes, DEBOUNCE + 100)
    nodes[1].presence.set_away(second, away=True)
    turn(nodes, DEBOUNCE + 100)
    nodes[1].presence.leave(second)
    turn(nodes, DEBOUNCE + 100)
    assert [node.told for node in nodes] == [[["online"], ["away"], []]] * 3


async def test_a_new_name_or_picture_is_told_on_every_node_and_outlives_an_older_token(nodes: list[Node]) -> None:
    first = nodes[0].enter("operator", "op-1")
    nodes[0].enter("operator", "op-2")
    turn(nodes, DEBOUNCE + 100)
    before = [len(node.told) for node in nodes]
    face = (first.claims.issued_at + 1, "Grace H.", "https://images.halloo.example/avatar/operator/op-1/64")

    def shown() -> list[tuple[str, str | None]]:
        said = [node.presence.operators(WS)["operators"] for node in nodes]
        return [(one["name"], one["avatar"]) for people in said for one in people if one["id"] == "op-1"]

    for _ in range(2):  # said twice, it is told once
        for node in nodes:
            node.presence.say_face(WS, "op-1", *face)
    assert [len(node.told) for node in nodes] == [one + 1 for one in before]
    assert shown() == [face[1:]] * 3
    nodes[0].presence.leave(first)
    turn(nodes, DEBOUNCE + 100)
    nodes[1].enter("operator", "op-1")
    turn(nodes, DEBOUNCE + 100)
    assert shown() == [face[1:]] * 3


async def test_a_visitor_is_there_while_any_node_has_them(nodes: list[Node]) -> None:
    peers = [node.enter("visitor", "v1") for node in nodes[:2]]
    turn(nodes, DEBOUNCE + 100)
    nodes[0].presence.leave(peers[0])
    turn(nodes, DEBOUNCE + 100)
    assert all(node.presence.is_there(WS, "v1") for node in nodes)
    nodes[1].presence.leave(peers[1])
    turn(nodes, DEBOUNCE + 100)
    assert not any(node.presence.is_there(WS, "v1") for node in nodes)
    assert [node.told for node in nodes] == [[], [], []]  # of visitors those hear who look at them


async def test_who_comes_back_to_another_node_was_never_gone(nodes: list[Node]) -> None:
    first = nodes[0].enter("operator", "op-1")
    turn(nodes, DEBOUNCE + 100)
    nodes[0].presence.leave(first)
    turn(nodes, 1_000)
    nodes[1].enter("operator", "op-1")
    turn(nodes, 2 * DEBOUNCE)
    assert [node.told for node in nodes] == [[["online"]]] * 3


async def test_the_people_of_a_node_that_is_gone_go_with_it(nodes: list[Node]) -> None:
    for id in ("v1", "v2"):
        nodes[0].enter("visitor", id)
    nodes[0].enter("operator", "op-1")
    turn(nodes, DEBOUNCE + 100)
    await nodes[0].broker.stop()
    nodes[1].enter("visitor", "v2")
    turn(nodes[1:], DEBOUNCE + 100)
    for node in nodes[1:]:
        assert not node.presence.is_there(WS, "v1")
        assert node.presence.is_there(WS, "v2")
        assert node.told == [["online"], []]


async def test_a_node_that_begins_to_attend_learns_who_is_there(nodes: list[Node]) -> None:
    nodes[0].enter("operator", "op-1")
    turn(nodes, DEBOUNCE + 100)
    late = nodes[2]
    late.presence.forget(WS)
    assert late.presence.operators(WS) == {"operators": [], "available": False}
    await late.presence.glance(WS)
    assert not late.presence.is_there(WS, "op-1")
    await late.presence.attend(WS)
    assert late.presence.operators(WS)["available"] is True


async def test_above_two_hundred_only_their_number_is_told(nodes: list[Node]) -> None:
    node = nodes[0]
    for number in range(SHOWN_MAX + 1):
        node.broker.keep(WS, KIND, f"operator:o{number}", pack_seen(Seen("operator", f"o{number}", "away", "")))
    strange = pack_seen(Seen("operator", "strange", "away", "Ada")).replace(b"Ada", b"A\xff\xff")
    for n, value in enumerate((b"\xc1", strange, b"\x91" * 100_000)):
        node.broker.keep(WS, KIND, f"operator:strange{n}", value)
    other = nodes[1]
    await other.presence.attend(WS)
    assert other.presence.operators(WS) == {"operators": [], "available": False, "count": SHOWN_MAX + 1}


async def test_who_asks_once_is_told_who_is_available_on_every_node(nodes: list[Node]) -> None:
    first, second, third = nodes
    third.presence.forget(WS)
    assert await third.presence.ask_operators(WS) == frozenset()
    first.enter("operator", "ada")
    second.enter("operator", "grace")
    turn(nodes, DEBOUNCE + 100)
    for node in nodes:
        assert await node.presence.ask_operators(WS) == {"ada", "grace"}


async def test_more_than_two_hundred_are_not_named_to_who_asks(nodes: list[Node]) -> None:
    for n in range(SHOWN_MAX + 1):
        nodes[0].enter("operator", f"o{n}")
    turn(nodes, DEBOUNCE + 100)
    assert await nodes[0].presence.ask_operators(WS) is None
