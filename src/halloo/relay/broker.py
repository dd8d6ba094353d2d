"""The port between nodes, with its guarantees; twin: `MemoryBroker`, for one process.

What crosses it is only what makes the relay fast or quick to obey: facts that were committed, hints, revocations, and who is
there. Nothing that was acknowledged depends on it: the database log is the truth, and a node that missed something reads it there.
"""

from collections.abc import Callable
from typing import Protocol

from msgspec import Raw, Struct

from halloo.kit.ids import new_id


class HintNote(Struct, tag="hint"):
    """Send `frame`, a whole `hint` frame, to the followers of any of these streams.

    `v:*` means every visitor of the workspace.
    """

    workspace_id: str
    streams: list[str]
    frame: Raw


class RevokeNote(Struct, tag="revoke"):
    """Close with `code` whoever holds a token of this kind and id that was issued before `at` (UNIX milliseconds).

    For the kind `origins` the id is a widget's, and those stay whose embedding origin `keep` still allows.
    """

    kind: str
    id: str
    code: int
    at: int
    keep: list[str] | None = None


class VisitorsNote(Struct, tag="visitors"):
    """Live visitors of a node: who came or changed, each a whole `LiveVisitor`, and who went."""

    workspace_id: str
    node: str
    set: dict[str, Raw]
    gone: list[str]


class WatchNote(Struct, tag="watch"):
    """A node has operators who look at a workspace's visitors, or no more. Said again while it lasts: every 15 seconds.

    `visitor_id`: tell anew of this one, for somebody who has just begun to look at them alone.
    """

    workspace_id: str
    node: str
    on: bool
    visitor_id: str | None = None


Note = HintNote | RevokeNote | VisitorsNote | WatchNote
Listener = Callable[[Note], None]


class Kept(Struct, frozen=True):
    """Something that a node keeps before the eyes of all, such as that a visitor is there."""

    node: str
    id: str
    value: bytes


class Broker(Protocol):
    """How nodes tell each other.

    Guarantee of `publish`: it returns at once and never raises. Every listener on every node, the publisher's own
    included, gets a note at most once, on the loop, and those of one publisher in the order of publishing. A note that names a
    workspace reaches the nodes that want this workspace, the others reach all. Notes may be lost while a node is cut off; nothing
    that was acknowledged to a user depends on them.

    Guarantee of `keep`: what a node keeps is found by every node's `kept` until that node drops it, or for at most 30 seconds
    after that node died or was cut off. Both may be behind by a moment.
    """

    @property
    def node(self) -> str:
        """This node's own id: another one at each start."""
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


class MemoryBroker:
    """One process is all nodes: notes are handed over at once."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self.node = new_id()
        self._listeners: list[Listener] = []
        self._kept: dict[tuple[str, str], dict[str, Kept]] = {}

    def publish(self, note: Note) -> None:
        """See `Broker.publish`."""
        for listener in list(self._listeners):
            listener(note)

    def listen(self, listener: Listener) -> None:
        """See `Broker.listen`."""
        self._listeners.append(listener)

    def want(self, workspace_id: str) -> None:
        """See `Broker.want`."""

    def unwant(self, workspace_id: str) -> None:
        """See `Broker.unwant`."""

    def keep(self, workspace_id: str, kind: str, id: str, value: bytes | None) -> None:
        """See `Broker.keep`."""
        kept = self._kept.setdefault((workspace_id, kind), {})
        if value is not None:
            kept[id] = Kept(self.node, id, value)
            return
        kept.pop(id, None)
        if not kept:
            del self._kept[workspace_id, kind]

    async def kept(self, workspace_id: str, kind: str) -> list[Kept]:
        """See `Broker.kept`."""
        return list(self._kept.get((workspace_id, kind), {}).values())

    async def start(self) -> None:
        """See `Broker.start`."""

    async def stop(self) -> None:
        """See `Broker.stop`."""
        self._listeners.clear()
        self._kept.clear()
