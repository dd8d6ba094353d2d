"""The port between nodes, with its guarantees; twin: `MemoryBroker`, for one process.

What crosses it is only what makes the relay fast or quick to obey: facts that were committed, hints, revocations, and who is
there. Nothing that was acknowledged depends on it: the database log is the truth, and a node that missed something reads it there.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal, Protocol, TypeVar

from msgspec import MsgspecError, Struct

from halloo.events.model import Fact
from halloo.kit.ids import new_id


class HintNote(Struct, tag="hint"):
    """Send `frame`, a whole `hint` frame, to the followers of any of these streams.

    `v:*` means every visitor of the workspace.
    """

    workspace_id: str
    streams: list[str]
    frame: bytes


class RevokeNote(Struct, tag="revoke"):
    """Close with `code` whoever holds a token of this kind and id that was issued before `at` (UNIX milliseconds).

    For the kind `origins` the id is a widget's, and those stay whose embedding origin `keep` still allows.
    """

    kind: str
    id: str
    code: int
    at: int
    keep: list[str] | None = None


logger = logging.getLogger("halloo.relay")
GARBLED = (MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoders raise at bytes that are not what they should be: whoever writes to the broker may write anything."""
SEND_MAX = 64 * 1024
"""Bytes that a `SendNote` may carry."""


class SendNote(Struct, tag="send"):
    """Frames that reached another node than the one that holds their session: for `node` alone.

    A node that is not there takes nothing, and nobody is told. `payload` has at most `SEND_MAX` bytes.
    """

    node: str
    session: str
    payload: bytes


class FactsNote(Struct, tag="facts"):
    """Facts that `node` committed, in order. `head` is the number of the last one: whoever has less reads the rest in the log.

    `everywhere`: for all nodes, whatever they want.
    """

    workspace_id: str
    node: str
    head: int
    facts: list[Fact]
    everywhere: bool = False


class PresenceNote(Struct, tag="presence"):
    """What `node` knows of a person now: what it keeps of them under `id`, or that it keeps nothing any more."""

    workspace_id: str
    node: str
    id: str
    value: bytes | None


class VisitorsNote(Struct, tag="visitors"):
    """Live visitors of a node: who came or changed, each a whole `LiveVisitor`, and who went."""

    workspace_id: str
    node: str
    set: dict[str, bytes]
    gone: list[str]


class WatchNote(Struct, tag="watch"):
    """A node has operators who look at a workspace's visitors, or none (any more).

    Said again while it lasts: every 15 seconds, and to each node that says it has none.

    `visitor_id`: tell anew of this one, for somebody who has just begun to look at them alone.
    """

    workspace_id: str
    node: str
    on: bool
    visitor_id: str | None = None


Note = HintNote | RevokeNote | SendNote | FactsNote | PresenceNote | VisitorsNote | WatchNote
T = TypeVar("T")
Listener = Callable[[Note], None]


def workspace_of(note: Note) -> str | None:
    """The workspace whose nodes a note is for; None: it is for all, or for the one it names."""
    if isinstance(note, (RevokeNote, SendNote)) or (isinstance(note, FactsNote) and note.everywhere):
        return None
    return note.workspace_id


class Kept(Struct, frozen=True):
    """Something that a node keeps before the eyes of all, such as that a visitor is there."""

    node: str
    id: str
    value: bytes


class BrokerTally:
    """How a node's broker does; whoever watches reads it."""

    __slots__ = ("drops", "garbled", "kind", "lost_notes", "published", "received")

    def __init__(self, kind: Literal["memory", "valkey"]) -> None:
        """Nothing has passed yet."""
        self.kind: Literal["memory", "valkey"] = kind
        self.drops = 0
        """Times the connection to it was lost."""
        self.published = 0
        self.received = 0
        self.lost_notes = 0
        """Notes that could not be published, since it was away or too slow."""
        self.garbled = 0
        """Messages that this node could not read."""


class Broker(Protocol):
    """How nodes tell each other.

    Guarantee of `publish`: it returns at once and never raises. Every listener on every node, the publisher's own
    included, gets a note at most once, on the loop, and those of one publisher in the order of publishing. A note of a workspace
    reaches the nodes that want it, one that names a node reaches that node, the others reach all. Notes may be lost while a node
    is cut off; nothing that was acknowledged to a user depends on them.

    Guarantee of `keep`: what a node keeps is found by every node's `kept` until that node drops it, or for at most 30 seconds
    after that node died or was cut off. Both may be behind by a moment.
    """

    @property
    def node(self) -> str:
        """This node's own id: another one at each start."""
        ...

    @property
    def tally(self) -> BrokerTally:
        """Its numbers."""
        ...

    @property
    def up(self) -> bool:
        """Whether notes reach this node and leave it, as far as it knows."""
        ...

    @property
    def complete(self) -> bool:
        """Whether it is up and hears every node that it heard in the last minutes: else the log must be asked for facts."""
        ...

    def on_change(self, listener: Callable[[bool], None]) -> None:
        """Be told on the loop when `up` changes."""
        ...

    def on_reach(self, listener: Callable[[list[str]], None]) -> None:
        """Be told on the loop which workspaces' notes reach this node from now on; it may have missed some before."""
        ...

    def on_gone(self, listener: Callable[[str], None]) -> None:
        """Be told on the loop which other node has stopped, or was not heard of for as long as what it keeps lives."""
        ...

    def publish(self, note: Note) -> None:
        """Tell all nodes whom it concerns."""
        ...

    def listen(self, listener: Listener) -> None:
        """Be told."""
        ...

    def want(self, workspace_id: str) -> None:
        """From now on this node needs the notes of a workspace; each `want` asks for one `unwant`."""
        ...

    def unwant(self, workspace_id: str) -> None:
        """The reverse of `want`."""
        ...

    def keep(self, workspace_id: str, kind: str, id: str, value: bytes | None) -> None:
        """Keep this before the eyes of all nodes, in place of what this node kept under the same kind and id; None drops it."""
        ...

    async def kept(self, workspace_id: str, kind: str) -> list[Kept]:
        """What all nodes keep of a kind; what this node keeps where the others cannot be asked. Never raises."""
        ...

    async def start(self) -> None:
        """Connect, or begin to try to."""
        ...

    async def stop(self) -> None:
        """Drop what this node keeps and disconnect; nothing is delivered after it returns."""
        ...


def tell(listeners: Iterable[Callable[[T], None]], what: T) -> None:
    """Call each; what goes wrong in one is no other's harm, and not the caller's."""
    for listener in list(listeners):
        try:
            listener(what)
        except Exception:
            logger.exception("A listener of the broker failed; the others are told all the same")


class Exchange:
    """What the nodes of one process tell each other through."""

    def __init__(self) -> None:
        """No node yet."""
        self.nodes: dict[str, MemoryBroker] = {}


class MemoryBroker:
    """The nodes of one process, mostly a single one: notes are handed over at once, and nothing is lost."""

    up = True
    complete = True

    def __init__(self, exchange: Exchange | None = None) -> None:
        """Nobody listens yet. Nodes of one exchange tell each other."""
        self.node = new_id()
        self.tally = BrokerTally("memory")
        self._exchange = exchange or Exchange()
        self._exchange.nodes[self.node] = self
        self._listeners: list[Listener] = []
        self._gone: list[Callable[[str], None]] = []
        self._wanted: Counter[str] = Counter()
        self._kept: dict[tuple[str, str], dict[str, Kept]] = {}

    def on_change(self, listener: Callable[[bool], None]) -> None:
        """See `Broker.on_change`: it never does."""

    def on_reach(self, listener: Callable[[list[str]], None]) -> None:
        """See `Broker.on_reach`: nothing is ever missed."""

    def on_gone(self, listener: Callable[[str], None]) -> None:
        """See `Broker.on_gone`."""
        self._gone.append(listener)

    def publish(self, note: Note) -> None:
        """See `Broker.publish`."""
        self.tally.published += 1
        for node in list(self._exchange.nodes.values()):
            if node.concerned(note, self.node):
                node.hand_over(note)

    def concerned(self, note: Note, publisher: str) -> bool:
        """Whether a note is for this node."""
        if isinstance(note, SendNote):
            return note.node == self.node
        workspace_id = workspace_of(note)
        return publisher == self.node or workspace_id is None or workspace_id in self._wanted

    def hand_over(self, note: Note) -> None:
        """Hand a note to the listeners."""
        self.tally.received += 1
        tell(self._listeners, note)

    def listen(self, listener: Listener) -> None:
        """See `Broker.listen`."""
        self._listeners.append(listener)

    def want(self, workspace_id: str) -> None:
        """See `Broker.want`."""
        self._wanted[workspace_id] += 1

    def unwant(self, workspace_id: str) -> None:
        """See `Broker.unwant`."""
        self._wanted[workspace_id] -= 1
        if self._wanted[workspace_id] <= 0:
            del self._wanted[workspace_id]

    def keep(self, workspace_id: str, kind: str, id: str, value: bytes | None) -> None:
        """See `Broker.keep`."""
        kept = self._kept.setdefault((workspace_id, kind), {})
        if value is not None:
            kept[id] = Kept(self.node, id, value)
            return
        kept.pop(id, None)
        if not kept:
            del self._kept[workspace_id, kind]

    def kept_here(self, workspace_id: str, kind: str) -> list[Kept]:
        """What this node keeps."""
        return list(self._kept.get((workspace_id, kind), {}).values())

    async def kept(self, workspace_id: str, kind: str) -> list[Kept]:
        """See `Broker.kept`."""
        return [kept for node in self._exchange.nodes.values() for kept in node.kept_here(workspace_id, kind)]

    async def start(self) -> None:
        """See `Broker.start`."""

    async def stop(self) -> None:
        """See `Broker.stop`."""
        self._listeners.clear()
        self._kept.clear()
        if self._exchange.nodes.pop(self.node, None) is not None:
            for node in self._exchange.nodes.values():
                node.lose(self.node)

    def lose(self, node: str) -> None:
        """Another node has stopped."""
        tell(self._gone, node)
