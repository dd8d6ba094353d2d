"""Who is there by the word of other nodes: what they keep, and what they say when it changes."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Literal

import msgspec

from halloo.kit.clock import SECOND
from halloo.relay.broker import GARBLED, Kept, PresenceNote
from halloo.relay.frames import Role

State = Literal["online", "away", "offline"]
Key = tuple[str, str]
"""Kind and id of an identity."""
_GLANCE_MS = 3 * SECOND
_GLANCES_MAX = 1_000
_RANKS: dict[State, int] = {"offline": 0, "away": 1, "online": 2}


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """A person as one node has them."""

    role: Role
    id: str
    state: State
    name: str
    avatar: str | None = None

    @property
    def key(self) -> Key:
        """The identity."""
        return (self.role, self.id)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Seen).decode


def pack_seen(seen: Seen) -> bytes:
    """What a node keeps of a person."""
    return _encode(seen)


def best(states: Iterable[State]) -> State:
    """One connection that looks is enough, on whichever node."""
    found = set(states)
    return "online" if "online" in found else "away" if "away" in found else "offline"


def _rank(seen: Seen) -> int:
    return _RANKS[seen.state]


class Elsewhere:
    """What other nodes keep, by workspace, person and node."""

    def __init__(self) -> None:
        """Nobody anywhere."""
        self._seen: dict[str, dict[Key, dict[str, Seen]]] = {}

    def of(self, workspace_id: str, key: Key) -> Seen | None:
        """The best that any other node says of a person, or None."""
        nodes = self._seen.get(workspace_id, {}).get(key)
        if not nodes:
            return None
        return max(nodes.values(), key=_rank)

    def everyone(self, workspace_id: str) -> list[Seen]:
        """Each person that another node has, once."""
        return [seen for key in self._seen.get(workspace_id, {}) if (seen := self.of(workspace_id, key)) is not None]

    def people_of(self, node: str) -> list[tuple[str, Key]]:
        """Workspace and identity of each person that a node has."""
        return [(id, key) for id, people in self._seen.items() for key, by in people.items() if node in by]

    def nodes(self, workspace_id: str) -> set[str]:
        """The nodes that have people of a workspace."""
        return {node for by in self._seen.get(workspace_id, {}).values() for node in by}

    def visitors(self, workspace_id: str) -> list[str]:
        """The ids of a workspace's visitors."""
        return [id for role, id in self._seen.get(workspace_id, {}) if role == "visitor"]

    def take(self, note: PresenceNote) -> Key | None:
        """A node said something new. Whom it is about; None where that cannot be read."""
        role, _, id = note.id.partition(":")
        key = (role, id)
        if note.value is None:
            self._drop(note.workspace_id, key, note.node)
            return key
        try:
            seen = _decode(note.value)
        except GARBLED:
            return None
        if seen.key != key:
            return None
        self._seen.setdefault(note.workspace_id, {}).setdefault(key, {})[note.node] = seen
        return key

    def replace(self, workspace_id: str, kept: Iterable[Kept]) -> set[Key]:
        """All that other nodes keep of a workspace now; answers whom that or what was there before is about."""
        touched = set(self._seen.pop(workspace_id, ()))
        for one in kept:
            key = self.take(PresenceNote(workspace_id, one.node, one.id, one.value))
            if key is not None:
                touched.add(key)
        return touched

    def lose(self, node: str) -> list[tuple[str, Key, State]]:
        """A node is gone, and with it what it said; answers of whom it said what."""
        lost: list[tuple[str, Key, State]] = [
            (workspace_id, key, by[node].state)
            for workspace_id, people in self._seen.items()
            for key, by in people.items()
            if node in by
        ]
        for workspace_id, key, _ in lost:
            self._drop(workspace_id, key, node)
        return lost

    def forget(self, workspace_id: str) -> None:
        """Nobody here asks about this workspace any more."""
        self._seen.pop(workspace_id, None)

    def _drop(self, workspace_id: str, key: Key, node: str) -> None:
        people = self._seen.get(workspace_id, {})
        nodes = people.get(key, {})
        nodes.pop(node, None)
        if not nodes and people.pop(key, None) is not None and not people:
            del self._seen[workspace_id]


class Glances:
    """Who was there at a recent look, in workspaces that nobody here follows."""

    def __init__(self) -> None:
        """Nobody has looked."""
        self._seen: OrderedDict[str, tuple[int, frozenset[str], frozenset[str]]] = OrderedDict()
        """When, which visitors, and which operators that are available."""

    def is_fresh(self, workspace_id: str, now: int) -> bool:
        """Whether somebody looked a moment ago."""
        seen = self._seen.get(workspace_id)
        return seen is not None and now - seen[0] < _GLANCE_MS

    def put(self, workspace_id: str, kept: Iterable[Kept], now: int) -> None:
        """Somebody looked."""
        kept = list(kept)
        visitors = frozenset(one.id.removeprefix("visitor:") for one in kept if one.id.startswith("visitor:"))
        operators = frozenset(map(_available, (one for one in kept if one.id.startswith("operator:")))) - {""}
        self._seen[workspace_id] = (now, visitors, operators)
        self._seen.move_to_end(workspace_id)
        while len(self._seen) > _GLANCES_MAX:
            self._seen.popitem(last=False)

    def has(self, workspace_id: str, visitor_id: str, now: int) -> bool:
        """Whether a visitor was there."""
        return self.is_fresh(workspace_id, now) and visitor_id in self._seen[workspace_id][1]

    def operators(self, workspace_id: str, now: int) -> frozenset[str]:
        """Which operators were available."""
        return self._seen[workspace_id][2] if self.is_fresh(workspace_id, now) else frozenset()


def _available(kept: Kept) -> str:
    """The id of an operator who is available; empty where they are not, or where it cannot be read."""
    try:
        seen = _decode(kept.value)
    except msgspec.MsgspecError:
        return ""
    return seen.id if seen.state == "online" else ""
