"""Light events: what passes through the relay, told once by one of several nodes, and not at all where nobody wants it."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from halloo.hooks.catalogue import find
from halloo.hooks.passing import Passing
from halloo.relay.broker import Exchange, MemoryBroker, Note
from halloo.relay.comings import COUNT_EVERY_MS, SETTLE_MS
from halloo.relay.frames import Role
from halloo.relay.passing import What
from halloo.relay.peer import Peer
from halloo.relay.presence import Presence
from halloo.relay.tokens import Claims
from halloo.relay.wheel import Wheel
from halloo.workspaces.model import SCOPES, Actor
from tests.isolation.sockets import Port, Socket, listening
from tests.public.shop import Shop, open_shop
from tests.support.api import serving
from tests.support.product import Store
from tests.support.wire import check

WS = "ws"
DEBOUNCE = 3_000
LATENCY = 50
Told = list[tuple[Any, ...]]


# ── over three nodes, whose clocks are turned by hand ─────────────────────────────────────────────────────────────────


class Far(MemoryBroker):
    """A node's broker that hears the others a moment later."""

    def __init__(self, exchange: Exchange, number: int) -> None:
        super().__init__(exchange)
        del exchange.nodes[self.node]
        self.node = f"node-{number}"
        exchange.nodes[self.node] = self
        self.on_its_way: list[Note] = []

    def hand_over(self, note: Note) -> None:
        if getattr(note, "node", self.node) == self.node:
            super().hand_over(note)
        else:
            self.on_its_way.append(note)

    def arrive(self) -> None:
        notes, self.on_its_way = self.on_its_way, []
        for note in notes:
            super().hand_over(note)


class Ear:
    """Writes down what a node tells."""

    def __init__(self, node: int, told: Told, wanted: set[str]) -> None:
        self._node, self._told, self._wanted = node, told, wanted
        self.asked = 0

    def wants(self, workspace_id: str, what: What) -> bool:
        assert workspace_id == WS
        self.asked += 1
        return what in self._wanted

    def typing(self, workspace_id: str, conversation_id: str, **_said: Any) -> None:
        raise AssertionError((workspace_id, conversation_id))

    def visitor(self, workspace_id: str, visitor_id: str, *, online: bool) -> None:
        self._told.append((self._node, workspace_id, visitor_id, online))

    def operator(self, workspace_id: str, operator_id: str, *, online: bool) -> None:
        self._told.append((self._node, workspace_id, operator_id, online))

    def available(self, workspace_id: str, *, available: bool) -> None:
        self._told.append((self._node, workspace_id, "team", available))

    def count(self, workspace_id: str, visitors: int) -> None:
        self._told.append((self._node, workspace_id, "count", visitors))


def quiet(_workspace_id: str, _streams: list[str], _name: str, _data: Any) -> None:
    """Tell connections nothing: there are none."""


class Nodes:
    """Three nodes, and what all of them told: who, and what."""

    def __init__(self, *wanted: What) -> None:
        self.now = 0
        self.told: Told = []
        exchange = Exchange()
        self.brokers = [Far(exchange, number) for number in range(3)]
        self.wheels = [Wheel(lambda: self.now) for _ in self.brokers]
        self.ears = [Ear(number, self.told, set(wanted)) for number in range(3)]
        self.presences: list[Presence] = []
        for broker, wheel, ear in zip(self.brokers, self.wheels, self.ears, strict=True):
            broker.want(WS)
            presence = Presence(wheel, lambda: self.now, DEBOUNCE, quiet, broker)
            presence.comings.listener = ear
            self.presences.append(presence)

    async def begin(self) -> "Nodes":
        for presence in self.presences:
            await presence.attend(WS)
        return self

    def turn(self, ms: int = DEBOUNCE + SETTLE_MS + 300) -> Told:
        """Let time pass; what was told meanwhile, without who told it."""
        for _ in range(ms // LATENCY):
            self.now += LATENCY
            for wheel in self.wheels:
                wheel.turn(self.now)
            for broker in self.brokers:
                broker.arrive()
        told = [tuple(one[2:]) for one in self.told]
        self.told.clear()
        return told

    def enter(self, node: int, id: str, kind: Role = "visitor") -> Peer:
        link: Any = SimpleNamespace(write=None)  # nothing is written to it
        ids: dict[str, Any] = {f"{kind}_id": id}
        peer = Peer(link, Claims(kind, WS, 1, 2, id, **ids), "tab", 0)
        self.presences[node].enter(peer)
        return peer


async def test_a_visitor_on_several_nodes_comes_once_and_goes_once() -> None:
    nodes = await Nodes("visitor").begin()
    first = nodes.enter(2, "v1")
    assert nodes.turn(DEBOUNCE) == [], "it has to last"
    assert nodes.turn() == [("v1", True)]
    second = nodes.enter(0, "v1")
    assert nodes.turn() == []
    nodes.presences[2].leave(first)
    assert nodes.turn() == []
    third = nodes.enter(1, "v1")
    nodes.presences[0].leave(second)
    assert nodes.turn() == []
    nodes.presences[1].leave(third)
    assert nodes.turn() == [("v1", False)]


@pytest.mark.parametrize("apart", [0, LATENCY, 2 * LATENCY, 300, DEBOUNCE])
async def test_who_comes_and_goes_at_several_nodes_at_the_same_time_does_it_once(apart: int) -> None:
    nodes = await Nodes("visitor", "operator", "available").begin()
    peers: list[tuple[int, Peer]] = []
    came: Told = []
    for node in range(3):
        peers += [(node, nodes.enter(node, "v1")), (node, nodes.enter(node, "op", "operator"))]
        came += nodes.turn(apart)
    came += nodes.turn()
    assert sorted(came) == [("op", True), ("team", True), ("v1", True)]
    went: Told = []
    for number, (node, peer) in enumerate(peers):
        nodes.presences[node].leave(peer)
        if number % 2:
            went += nodes.turn(apart)
    went += nodes.turn()
    assert sorted(went) == [("op", False), ("team", False), ("v1", False)]


async def test_who_reloads_the_page_or_changes_the_node_neither_comes_nor_goes() -> None:
    nodes = await Nodes("visitor", "count").begin()
    peer = nodes.enter(1, "v1")
    assert nodes.turn() == [("v1", True), ("count", 1)]
    for node in (1, 0, 2, 1):
        before, peer = peer, nodes.enter(node, "v1")
        for presence in nodes.presences:
            presence.leave(before)
        assert nodes.turn(2 * COUNT_EVERY_MS) == []


async def test_an_operator_who_looks_away_is_offline_and_the_team_with_the_last_of_them() -> None:
    nodes = await Nodes("operator", "available").begin()
    ada, bea = nodes.enter(0, "ada", "operator"), nodes.enter(1, "bea", "operator")
    assert sorted(nodes.turn(), key=str) == [("ada", True), ("bea", True), ("team", True)]
    nodes.presences[0].set_away(ada, away=True)
    assert nodes.turn() == [("ada", False)]
    nodes.presences[1].leave(bea)
    assert nodes.turn() == [("bea", False), ("team", False)]
    nodes.presences[0].leave(ada)
    assert nodes.turn() == [], "who was away goes unnoticed"


async def test_visitors_are_counted_at_most_once_in_five_seconds_and_only_where_they_are_others() -> None:
    nodes = await Nodes("count").begin()
    counts: list[tuple[int, int]] = []
    peers: list[tuple[int, Peer]] = []
    for second in range(30):
        if second < 20:
            peers.append((second % 3, nodes.enter(second % 3, f"v{second}")))
        counts += [(nodes.now, one[1]) for one in nodes.turn(1_000)]
    assert counts[-1][1] == 20
    assert [number for _, number in counts] == sorted({number for _, number in counts})
    assert all(after[0] - before[0] >= COUNT_EVERY_MS for before, after in pairwise(counts))
    for node, peer in peers:
        nodes.presences[node].leave(peer)
    assert nodes.turn(2 * COUNT_EVERY_MS) == [("count", 0)]


async def test_people_of_a_node_that_died_have_gone() -> None:
    nodes = await Nodes("visitor", "operator").begin()
    nodes.enter(0, "v1")
    nodes.enter(0, "op", "operator")
    nodes.enter(1, "v2")
    nodes.turn()
    await nodes.brokers[0].stop()
    nodes.wheels[0].turn = lambda now: None  # it is dead  # noqa: ARG005 - a wheel is turned with the time
    assert sorted(nodes.turn(), key=str) == [("op", False), ("v1", False)]


async def test_nothing_is_looked_up_that_nobody_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = await Nodes().begin()

    def never(*_args: object) -> Any:
        raise AssertionError

    for name in ("is_any_available", "count_visitors", "nodes"):
        monkeypatch.setattr(Presence, name, never)
    peer = nodes.enter(0, "v1")
    nodes.turn()
    nodes.presences[0].leave(peer)
    assert nodes.turn(3 * COUNT_EVERY_MS) == []
    assert sum(ear.asked for ear in nodes.ears) > 0


# ── from the browser to the hook ──────────────────────────────────────────────────────────────────────────────────────


class Mouth:
    """A room of hooks that want everything that the contract lets them choose, and what they were told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, bytes]] = []
        self.deaf = False

    def wants(self, workspace_id: str, event: str) -> bool:
        assert workspace_id
        return not self.deaf and find(event) is not None

    def light(self, workspace_id: str, event: str, data: bytes) -> None:
        self.told.append((workspace_id, event, data))

    async def next(self, event: str, seconds: float = 20) -> dict[str, Any]:
        """The next payload of an event; what else is told stays."""
        async with asyncio.timeout(seconds):
            while True:
                for one in self.told:
                    if one[1] == event:
                        self.told.remove(one)
                        check(event, one[2], one[0])
                        return msgspec.json.decode(one[2])
                await asyncio.sleep(0.02)


class Street:
    """A shop whose relay is listened to."""

    def __init__(self, shop: Shop, port: Port, mouth: Mouth) -> None:
        self.shop, self.port, self.mouth = shop, port, mouth

    async def visitor(self, *, talks: bool) -> tuple[str, Socket]:
        """A visitor with or without a conversation, its id, and their connection."""
        visitor = await self.shop.arrive()
        conversation_id = await self.shop.start(visitor) if talks else ""
        hello = (await self.shop.call("POST", "/visitor", {}, visitor.headers)).json()
        return conversation_id, await self.port.enter("visitor", hello["relay"]["token"], [])

    async def operator(self) -> Socket:
        """The owner, at their inbox."""
        house = self.shop.house
        who = Actor("operator", house.workspace_id, house.owner_id, "Grace", role="owner", scopes=frozenset(SCOPES))
        token = self.shop.api.halloo.services.relay_tokens.issue_operator(who, away=False)
        return await self.port.enter("operator", token, [])


@pytest.fixture
async def street(store: Store) -> AsyncIterator[Street]:
    async with serving(store) as api, listening(api.halloo) as port:
        mouth = Mouth()
        api.halloo.relay.hub.overhear(Passing(mouth, api.halloo.database, api.clock))
        yield Street(await open_shop(api), port, mouth)


LIVE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # what passes is in no database


@LIVE
async def test_typing_is_told_on_either_side(street: Street) -> None:
    await street.shop.config(typing_preview=True)
    conversation_id, visitor = await street.visitor(talks=True)
    operator = await street.operator()
    head = {
        "website_id": street.shop.house.workspace_id,
        "session_id": f"session_{conversation_id}",
        "inbox_id": None,
    }
    await visitor.say(t="typing", conversation=conversation_id, state="start", excerpt="I would l\u2028ike")
    said = await street.mouth.next("message:compose:send")
    assert said.pop("timestamp") >= 1_400_000_000_000
    assert said == {**head, "type": "start", "excerpt": "I would l\u2028ike"}
    await operator.say(t="typing", conversation=conversation_id, state="start", excerpt="a secret draft")
    said = await street.mouth.next("message:compose:receive")
    assert said.pop("timestamp") >= 1_400_000_000_000
    assert said["user"]["user_id"] == street.shop.house.owner_id
    assert said == {**head, "type": "start", "user": said["user"]}
    visitor.connection.transport.abort()
    assert (await street.mouth.next("message:compose:send"))["type"] == "stop", "who is gone types no longer"
    assert not [one for one in street.mouth.told if one[1].startswith("message:compose:")]


@LIVE
async def test_what_a_visitor_types_stays_with_them_without_the_preview(street: Street) -> None:
    await street.shop.config(typing_preview=False)
    conversation_id, visitor = await street.visitor(talks=True)
    await visitor.say(t="typing", conversation=conversation_id, state="start", excerpt="a secret")
    assert "excerpt" not in await street.mouth.next("message:compose:send")


@LIVE
async def test_programs_that_type_are_known_as_such(street: Street) -> None:
    conversation_id, _ = await street.visitor(talks=True)
    path = f"/core/conversations/{conversation_id}/typing"
    answer = await street.shop.api.client.post(path, json={"state": "start"}, headers=street.shop.manager)
    assert answer.status_code < 300, answer.text
    assert (await street.mouth.next("message:compose:receive"))["automated"] is True


@LIVE
async def test_who_comes_and_goes_is_told_with_the_conversation_that_is_theirs(street: Street) -> None:
    conversation_id, visitor = await street.visitor(talks=True)
    _, silent = await street.visitor(talks=False)
    operator = await street.operator()
    came = await street.mouth.next("session:update_availability")
    assert (came["session_id"], came["availability"]) == (f"session_{conversation_id}", "online")
    said = await street.mouth.next("website:update_operators_availability")
    assert (said["user_id"], said["availability"]) == (street.shop.house.owner_id, {"type": "online"})
    assert (await street.mouth.next("website:users:available"))["available"] is True
    assert (await street.mouth.next("website:update_visitors_count"))["visitors_count"] == 2
    for one in (visitor, silent, operator):
        one.connection.transport.abort()
    went = await street.mouth.next("session:update_availability")
    assert (went["session_id"], went["availability"]) == (f"session_{conversation_id}", "offline")
    assert (await street.mouth.next("website:update_operators_availability"))["availability"] == {"type": "offline"}
    assert (await street.mouth.next("website:users:available"))["available"] is False
    assert (await street.mouth.next("website:update_visitors_count"))["visitors_count"] == 0
    assert street.mouth.told == [], "nothing of who never wrote, and nothing twice"


@LIVE
async def test_where_no_hook_wants_it_nothing_is_told(street: Street) -> None:
    street.mouth.deaf = True
    conversation_id, visitor = await street.visitor(talks=True)
    await visitor.say(t="typing", conversation=conversation_id, state="start")
    await asyncio.sleep(4)
    assert street.mouth.told == []
