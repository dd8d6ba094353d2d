"""What this node commits is told to the other nodes, and what they tell goes to the pump."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from halloo.events.model import Fact
from halloo.events.pump import Pump
from halloo.kit.clock import SECOND, Clock
from halloo.relay.broker import Broker, FactsNote, Note

_EVERYWHERE = frozenset({"widget:updated", "widget:removed"})
"""Facts that a node acts on even where nobody is connected: it keeps public records."""
_NOTE_FACTS = 100
_NOTE_BYTES = 256 * 1024
_KNOWN_MAX = 10_000
_LATELY_MS = 10 * SECOND
_workspace = attrgetter("workspace_id")


class Sharing:
    """Tells and hears facts. Back after it was cut off, a node says how far the workspaces are that it wrote to meanwhile."""

    def __init__(self, broker: Broker, pump: Pump, clock: Clock) -> None:
        """`clock` never goes back."""
        self._broker = broker
        self._pump = pump
        self._clock = clock
        self._heads: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._down_at = 0
        pump.read_own_by(self._read_own)
        broker.listen(self._noted)
        broker.on_change(self._changed)
        broker.on_reach(self._reached)

    def _read_own(self, run: Sequence[Fact]) -> None:
        now = self._clock()
        for workspace_id, group in groupby(run, _workspace):
            facts = list(group)
            self._heads[workspace_id] = (facts[-1].seq, now)
            self._heads.move_to_end(workspace_id)
            publish_facts(self._broker, workspace_id, facts)
        while len(self._heads) > _KNOWN_MAX:
            self._heads.popitem(last=False)

    def _noted(self, note: Note) -> None:
        if not isinstance(note, FactsNote) or note.node == self._broker.node:
            return
        self._pump.hear([fact for fact in note.facts if fact.workspace_id == note.workspace_id])
        if not note.facts:
            self._pump.catch_up(note.workspace_id, note.head)

    def _changed(self, up: bool) -> None:  # noqa: FBT001 - the port's
        if not up:
            self._down_at = self._clock()
            return
        since = self._down_at - _LATELY_MS  # what was on its way when the line broke was lost, too
        for workspace_id, (head, at) in self._heads.items():
            if at >= since:
                self._broker.publish(FactsNote(workspace_id, self._broker.node, head, []))

    def _reached(self, workspace_ids: list[str]) -> None:
        for workspace_id in workspace_ids:
            self._pump.catch_up(workspace_id)


def publish_facts(broker: Broker, workspace_id: str, facts: Sequence[Fact]) -> None:
    """Tell the nodes that want this workspace, and all of them what every node acts on."""
    for chunk in _chunks(facts):
        broker.publish(FactsNote(workspace_id, broker.node, chunk[-1].seq, chunk))
    everywhere = [fact for fact in facts if fact.name in _EVERYWHERE]
    if everywhere:
        broker.publish(FactsNote(workspace_id, broker.node, everywhere[-1].seq, everywhere, everywhere=True))


async def tell_once(broker: Broker, facts: Sequence[Fact]) -> bool:
    """Tell the nodes from a process that ends now, such as the command line. Whether they could be told."""
    await broker.start()
    told = broker.up
    for workspace_id, group in groupby(facts, _workspace):
        publish_facts(broker, workspace_id, list(group))
    await broker.stop()
    return told


def _chunks(facts: Sequence[Fact]) -> Iterator[list[Fact]]:
    chunk: list[Fact] = []
    size = 0
    for fact in facts:
        if chunk and (len(chunk) >= _NOTE_FACTS or size + len(fact.data) > _NOTE_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(fact)
        size += len(fact.data)
    if chunk:
        yield chunk
