"""Live visitors over two nodes of one relay, whose clock is turned by hand."""

import time
from types import SimpleNamespace
from typing import Any, cast

import msgspec

from halloo.contacts.model import Page
from halloo.relay.broker import Exchange, Listener, MemoryBroker, Note, VisitorsNote, WatchNote
from halloo.relay.outbox import Outbox
from halloo.relay.peer import Link, Peer
from halloo.relay.tokens import Claims
from halloo.relay.visitors import KIND, Visitors
from halloo.relay.wheel import Due, Wheel
from halloo.relay.wire import Out

WORKSPACE, ELSEWHERE = "w1", "w2"
Json = dict[str, Any]


class Notes(MemoryBroker):
    """One of two nodes; what both said is written down."""

    def __init__(self, exchange: Exchange, notes: list[Note]) -> None:
        super().__init__(exchange)
        self._notes = notes
        for workspace_id in (WORKSPACE, ELSEWHERE):
            self.want(workspace_id)

    def publish(self, note: Note) -> None:
        self._notes.append(note)
        super().publish(note)


class Told(Outbox):
    """An outbox that keeps what was pushed."""

    def __init__(self) -> None:
        super().__init__()
        self.hints: list[Json] = []

    def push(self, peer: Peer, out: Out) -> None:  # noqa: ARG002 - who it was is of no interest
        self.hints.append(msgspec.json.decode(out.payload)["data"])

    def push_all(self, peers: Any, out: Out) -> None:
        for peer in peers:
            self.push(peer, out)


class Counting(Wheel):
    """A wheel that counts what is put into it."""

    added = 0

    def add(self, entry: Due, at: int) -> None:
        self.added += 1
        super().add(entry, at)


class Nodes:
    """Two nodes; `self.now` is their time."""

    def __init__(self) -> None:
        self.now = 1_000_000
        self.exchange = Exchange()
        self.notes: list[Note] = []
        self.brokers = [Notes(self.exchange, self.notes) for _ in range(2)]
        self.told = [Told(), Told()]
        self.wheels = [Counting(lambda: self.now) for _ in range(2)]
        self.nodes: list[Visitors] = []
        for at, broker in enumerate(self.brokers):
            node = Visitors(broker, self.wheels[at], self.told[at], lambda: self.now, lambda: self.now, 3_000)
            broker.listen(cast("Listener", node.noted))
            self.nodes.append(node)

    def pass_time(self, ms: int) -> None:
        ends = self.now + ms
        while self.now < ends:
            self.now += 100
            for wheel in self.wheels:
                wheel.turn(self.now)

    def visitor(self, at: int, id: str = "v1", workspace_id: str = WORKSPACE) -> Peer:
        peer = Peer(
            cast("Link", SimpleNamespace(write=None)),
            Claims("visitor", workspace_id, self.now, self.now + 900_000, "n", visitor_id=id, widget_id="x"),
            "t",
            1,
        )
        self.nodes[at].enter(peer)
        return peer

    def operator(self, at: int, workspace_id: str = WORKSPACE) -> Peer:
        peer = Peer(
            cast("Link", SimpleNamespace(write=None)),
            Claims("operator", workspace_id, 0, 1, "Grace", operator_id="o"),
            "t",
            1,
        )
        self.nodes[at].watching.watch(peer, "visitors", on=True)
        return peer

    def news(self, at: int) -> tuple[list[str], list[str]]:
        """Whom the node's watchers were told of since, and who went."""
        hints, self.told[at].hints = self.told[at].hints, []
        return [one["visitor_id"] for hint in hints for one in hint["set"]], [
            id for hint in hints for id in hint["gone"]
        ]


def page(n: int, at: int) -> Page:
    return Page(f"https://shop.example/{n}", str(n), "", at)


def test_who_looks_is_told_of_visitors_of_a_node_that_had_not_heard_of_them() -> None:
    nodes = Nodes()
    nodes.brokers[0].unwant(WORKSPACE)
    nodes.operator(1)
    nodes.brokers[0].want(WORKSPACE)  # its first visitor is about to come
    nodes.visitor(0)
    nodes.pass_time(1_500)
    assert nodes.news(1) == (["v1"], [])
    nodes.pass_time(60_000)
    assert nodes.news(1) == ([], [])


def test_also_where_the_question_who_looks_got_lost() -> None:
    nodes = Nodes()
    nodes.operator(1)
    nodes.nodes[0].noted(WatchNote(WORKSPACE, nodes.brokers[1].node, on=False))  # what was said before is forgotten
    nodes.brokers[0].unwant(WORKSPACE)
    nodes.visitor(0)
    gone = nodes.visitor(0, "v2")
    nodes.pass_time(1_000)
    nodes.nodes[0].leave(gone)
    nodes.pass_time(4_000)
    nodes.brokers[0].want(WORKSPACE)
    nodes.pass_time(11_000)
    assert nodes.news(1) == (["v1"], ["v2"])


def test_a_node_is_told_of_visitors_elsewhere_only_while_somebody_looks_there() -> None:
    nodes = Nodes()
    visitor = nodes.visitor(0)
    nodes.pass_time(1_000)
    assert not [note for note in nodes.notes if isinstance(note, VisitorsNote)]
    operator = nodes.operator(1)
    nodes.nodes[0].page(visitor, page(1, nodes.now))
    nodes.pass_time(1_000)
    assert nodes.news(1) == (["v1"], [])
    assert nodes.news(0) == ([], [])
    nodes.nodes[1].watching.leave(operator)
    before = len(nodes.notes)
    nodes.nodes[0].page(visitor, page(2, nodes.now))
    nodes.pass_time(1_000)
    assert len(nodes.notes) == before


def test_a_node_that_was_empty_when_somebody_began_to_look_tells_of_its_first_visitor() -> None:
    nodes = Nodes()
    nodes.operator(1)
    nodes.pass_time(1_000)
    nodes.visitor(0)
    nodes.pass_time(1_000)
    assert nodes.news(1) == (["v1"], [])


def test_a_node_that_died_looking_is_forgotten_and_one_that_goes_on_is_not() -> None:
    nodes = Nodes()
    nodes.operator(1)
    visitor = nodes.visitor(0)
    nodes.pass_time(120_000)
    nodes.news(1)
    nodes.nodes[0].page(visitor, page(1, nodes.now))
    nodes.pass_time(1_000)
    assert nodes.news(1)[0] == ["v1"]
    del nodes.exchange.nodes[
        nodes.brokers[1].node
    ]  # the looking node is cut off: it says nothing any more that the other hears
    nodes.wheels.pop()
    nodes.pass_time(60_000)
    before = len(nodes.notes)
    nodes.nodes[0].page(visitor, page(2, nodes.now))
    nodes.pass_time(1_000)
    assert len(nodes.notes) == before


def test_a_visitor_who_goes_over_to_another_node_does_not_flicker() -> None:
    nodes = Nodes()
    nodes.operator(1)
    first = nodes.visitor(0)
    nodes.pass_time(1_000)
    nodes.nodes[0].leave(first)
    nodes.visitor(1)
    nodes.pass_time(6_000)
    seen, went = nodes.news(1)
    assert set(seen) == {"v1"}
    assert went == []


async def test_a_visitor_who_left_all_nodes_is_gone_once() -> None:
    nodes = Nodes()
    nodes.operator(0)
    nodes.operator(1)
    peers = [nodes.visitor(0), nodes.visitor(1)]
    nodes.pass_time(1_000)
    for at, peer in enumerate(peers):
        nodes.nodes[at].leave(peer)
    nodes.pass_time(6_000)
    assert nodes.news(0)[1] == ["v1"]
    assert nodes.news(1)[1] == ["v1"]
    assert [await broker.kept(WORKSPACE, KIND) for broker in nodes.brokers] == [[], []]


async def test_the_list_joins_what_two_nodes_see_of_one_visitor() -> None:
    nodes = Nodes()
    there, here = nodes.visitor(0), nodes.visitor(1)
    there.away = True
    nodes.nodes[0].look(there)
    nodes.nodes[0].page(there, page(1, nodes.now))
    nodes.pass_time(5_000)
    nodes.nodes[1].page(here, page(2, nodes.now))
    nodes.pass_time(1_000)
    (one,) = await nodes.nodes[0].list(WORKSPACE, None, 10)
    assert one.state == "online"
    assert one.page is not None
    assert one.page.title == "2"
    assert await nodes.nodes[0].count(WORKSPACE) == 1


def test_a_watcher_of_another_workspace_is_told_nothing() -> None:
    nodes = Nodes()
    nodes.operator(1, ELSEWHERE)
    nodes.visitor(0)
    nodes.pass_time(2_000)
    assert nodes.news(1) == ([], [])
    assert not [note for note in nodes.notes if isinstance(note, VisitorsNote)]


def test_a_watch_on_one_visitor_asks_the_node_that_has_them() -> None:
    nodes = Nodes()
    nodes.visitor(0)
    nodes.visitor(0, "v2")
    nodes.pass_time(2_000)
    operator = Peer(
        cast("Link", SimpleNamespace(write=None)), Claims("operator", WORKSPACE, 0, 1, "Grace", operator_id="o"), "t", 1
    )
    nodes.nodes[1].watching.watch(operator, "visitor:v1", on=True)
    nodes.pass_time(1_000)
    assert nodes.news(1) == (["v1"], [])


def test_a_connection_watches_a_bounded_number_of_single_visitors() -> None:
    nodes = Nodes()
    operator = Peer(
        cast("Link", SimpleNamespace(write=None)), Claims("operator", WORKSPACE, 0, 1, "Grace", operator_id="o"), "t", 1
    )
    watching = nodes.nodes[0].watching
    for n in range(100):
        watching.watch(operator, f"visitor:v{n}", on=True)
    nodes.visitor(1, "v0")
    nodes.visitor(1, "v99")
    nodes.pass_time(2_000)
    assert nodes.news(0)[0] == ["v99"]
    watching.leave(operator)
    assert not watching.watches(WORKSPACE)


def test_nodes_that_died_looking_are_not_remembered_for_ever() -> None:
    nodes = Nodes()
    for n in range(100):
        nodes.nodes[0].noted(WatchNote(f"w{n}", "gone", on=True))
    nodes.pass_time(46_000)
    nodes.nodes[0].noted(WatchNote(WORKSPACE, "there", on=True))
    assert list(vars(nodes.nodes[0])["_looking"]) == [WORKSPACE]


def test_who_begins_to_type_again_and_again_is_waited_for_once() -> None:
    nodes = Nodes()
    visitor = nodes.visitor(0)
    for _ in range(200):
        for on in (False, True):
            nodes.nodes[0].typing(visitor, "c1", None, on=on)
        nodes.pass_time(100)
    assert nodes.wheels[0].added < 100


def test_a_visitor_who_parted_while_typing_costs_others_no_news() -> None:
    nodes = Nodes()
    nodes.operator(0)
    hasty = nodes.visitor(0)
    other = nodes.visitor(0, "v2")
    nodes.pass_time(1_000)
    nodes.nodes[0].leave(hasty)
    nodes.nodes[0].typing(hasty, "c1", None, on=True)
    nodes.pass_time(9_700)
    nodes.nodes[0].page(other, page(1, nodes.now))
    nodes.pass_time(200)
    nodes.news(0)
    nodes.nodes[0].page(other, page(2, nodes.now))
    nodes.pass_time(1_500)
    assert "v2" in nodes.news(0)[0]


async def test_what_another_node_garbles_reaches_no_screen_and_spoils_no_list() -> None:
    nodes = Nodes()
    nodes.operator(0)
    nodes.visitor(0)
    nodes.pass_time(1_000)
    nodes.news(0)
    (good,) = await nodes.brokers[0].kept(WORKSPACE, KIND)
    for bad in (b"", b"}{", b'{"visitor_id":"\xff"}', b'{"x":' + b"[" * 100_000, good.value):
        nodes.brokers[1].keep(WORKSPACE, KIND, "v0", bad)
        nodes.brokers[1].publish(VisitorsNote(WORKSPACE, nodes.brokers[1].node, {"v0": bad, "v1": good.value}, []))
        nodes.pass_time(1_000)
        assert nodes.news(0) == (["v1"], [])
        assert [one.visitor_id for one in await nodes.nodes[0].list(WORKSPACE, None, 10)] == ["v1"]


async def test_five_thousand_visitors_of_whom_a_fifth_moves_on_each_minute_cost_next_to_nothing() -> None:
    nodes = Nodes()
    operators = [nodes.operator(0) for _ in range(10)]
    visitors = [nodes.visitor(0, f"v{n:04}") for n in range(5_000)]
    for n, visitor in enumerate(visitors):
        nodes.nodes[0].page(visitor, page(n, nodes.now))
    nodes.pass_time(15_000)
    assert await nodes.nodes[0].count(WORKSPACE) == 5_000
    nodes.news(0)
    began = time.process_time()
    for n in range(60_000 // 100):
        for k in range(2 if n % 3 else 1):
            nodes.nodes[0].page(visitors[(n * 7 + k * 2_500) % 5_000], page(10_000 + n, nodes.now))
        nodes.pass_time(100)
    nodes.pass_time(2_000)
    spent = time.process_time() - began
    seen, _ = nodes.news(0)
    assert len(seen) == 10 * 1_000 == len(operators) * 1_000
    assert spent < 1.5, f"{spent} s of processor time for a minute; most of it is the ten readers of this test"
