"""What a node keeps before the eyes of all: one hash for each workspace and kind, which ends with the node."""

from collections.abc import Callable
from typing import Any

from halloo.relay.broker import Kept

_FIELDS = 500
"""Fields of a hash that one command writes."""
Place = tuple[str, str]
"""Workspace and kind."""


class Keeping:
    """The truth of this node, and which of it the broker does not have yet."""

    def __init__(self, prefix: str, node: str, life_ms: int) -> None:
        """Keep nothing yet. What is not refreshed for `life_ms` ends."""
        self._prefix = prefix
        self._node = node
        self._life_ms = life_ms
        self._kept: dict[Place, dict[str, bytes]] = {}
        self._changed: dict[Place, set[str]] = {}
        self._whole: dict[Place, None] = {}

    def put(self, place: Place, id: str, value: bytes | None) -> None:
        """Keep, or drop."""
        kept = self._kept.setdefault(place, {})
        if value is None:
            kept.pop(id, None)
        else:
            kept[id] = value
        if not kept:
            del self._kept[place]
        self._changed.setdefault(place, set()).add(id)

    def here(self, place: Place) -> list[Kept]:
        """What this node keeps."""
        return [Kept(self._node, id, value) for id, value in self._kept.get(place, {}).items()]

    def name(self, place: Place, node: str) -> str:
        """The key of a hash."""
        return f"{self._prefix}:k:{place[0]}:{place[1]}:{node}"

    @property
    def nodes(self) -> str:
        """The key of the set of all nodes."""
        return f"{self._prefix}:nodes"

    def alive(self, node: str) -> str:
        """The key that is there as long as a node lives."""
        return f"{self._prefix}:alive:{node}"

    def begin(self) -> None:
        """The connection is new: the broker may have anything, and gets everything."""
        self._changed.clear()
        self._whole = dict.fromkeys(self._kept)

    def write(self, pipe: Any) -> None:
        """Add to the batch what the broker lacks."""
        changed, self._changed = self._changed, {}
        whole, self._whole = self._whole, {}
        for place in whole:
            pipe.delete(self.name(place, self._node))
            self._put(pipe, place, self._kept.get(place, {}))
        for place, ids in changed.items():
            if place in whole:
                continue
            kept = self._kept.get(place, {})
            gone = [id for id in ids if id not in kept]
            if gone:
                pipe.hdel(self.name(place, self._node), *gone)
            self._put(pipe, place, {id: kept[id] for id in ids if id in kept})

    def _put(self, pipe: Any, place: Place, values: dict[str, bytes]) -> None:
        name, items = self.name(place, self._node), list(values.items())
        for start in range(0, len(items), _FIELDS):
            pipe.hset(name, mapping=dict(items[start : start + _FIELDS]))
        if items:
            pipe.pexpire(name, self._life_ms)

    def refresh(self, pipe: Any) -> Callable[[list[Any]], None]:
        """Add to an empty batch what makes everything live on; call what this returns with the answers."""
        places = list(self._kept)
        for place in places:
            pipe.pexpire(self.name(place, self._node), self._life_ms)
        pipe.set(self.alive(self._node), b"1", px=self._life_ms)
        pipe.sadd(self.nodes, self._node)

        def answered(answers: list[Any]) -> None:
            lost = [place for place, there in zip(places, answers, strict=False) if not there]
            self._whole.update(dict.fromkeys(lost))  # somebody has emptied the broker

        return answered

    def end(self, pipe: Any) -> None:
        """Add to a batch what drops everything."""
        for place in self._kept:
            pipe.delete(self.name(place, self._node))
        pipe.delete(self.alive(self._node))
        pipe.srem(self.nodes, self._node)

    async def elsewhere(self, client: Any, place: Place) -> list[Kept]:
        """What the other nodes keep. Forgets nodes that have died."""
        found: set[bytes] = await client.smembers(self.nodes)
        nodes = [name.decode() for name in found if name.decode() != self._node]
        if not nodes:
            return []
        pipe = client.pipeline(transaction=False)
        for node in nodes:
            pipe.exists(self.alive(node))
            pipe.hgetall(self.name(place, node))
        answers = await pipe.execute()
        dead = [node for node, alive in zip(nodes, answers[::2], strict=True) if not alive]
        if dead:
            await client.srem(self.nodes, *dead)
        return [
            Kept(node, id.decode(), value)
            for node, alive, values in zip(nodes, answers[::2], answers[1::2], strict=True)
            if alive
            for id, value in values.items()
        ]
