"""One workspace on this node: the ring of its last facts, and its channels with those who follow them.

The invariant that makes recovery exact: a *live* follower has been pushed every event up to its channel's `head`, a
*lagging* one every event up to its own `sent`, which is never ahead of `head`. Facts pass in the order of the
workspace's log, without gaps; so offsets in each stream have none either.
"""

from collections import OrderedDict, deque
from collections.abc import Sequence
from itertools import islice

import msgspec

from halloo.conversations.facts import without_content
from halloo.events.model import Fact
from halloo.relay.outbox import Outbox
from halloo.relay.peer import Channel, Peer, Sub
from halloo.relay.wire import Out, joined

RING = 256
IDLE_CHANNELS = 4_096
"""Channels without followers that are remembered for their head, so that a storm of reconnects needs no query."""

_TAKING_BACK = frozenset({"message:removed", "session:removed"})


class Event:
    """A fact in one stream; its frame is built at first use and then shared."""

    __slots__ = ("_out", "fact", "offset", "stream")

    def __init__(self, fact: Fact, stream: str, offset: int) -> None:
        """Place a fact in a stream."""
        self.fact = fact
        self.stream = stream
        self.offset = offset
        self._out: Out | None = None

    def rewrite(self, data: bytes) -> None:
        """Change the payload, as the log's was; its number stays."""
        self.fact = msgspec.structs.replace(self.fact, data=data)
        self._out = None

    @property
    def out(self) -> Out:
        """The `event` frame: the fact's own bytes, spliced in; a workspace's own stream says when it was recorded, as hooks do."""
        out = self._out
        if out is None:
            at = f'"at":{self.fact.at},' if self.stream.startswith("w:") else ""
            head = (
                f'{{"t":"event","stream":"{self.stream}","offset":{self.offset},"name":"{self.fact.name}",{at}"data":'
            )
            out = self._out = Out(head.encode() + self.fact.data + b"}")
        return out


class Room:
    """A workspace's ring and channels."""

    def __init__(self, workspace_id: str, outbox: Outbox) -> None:
        """Not loaded yet: facts that pass wait until `load`."""
        self.workspace_id = workspace_id
        self.outbox = outbox
        self.epoch = ""
        self.seq = -1
        self.loaded = False
        self.waiting: list[Fact] = []
        self.peers: dict[Peer, None] = {}
        self.channels: dict[str, Channel] = {}
        self.empty_since: int | None = None
        self._idle: OrderedDict[str, None] = OrderedDict()
        self._ring: deque[Fact] = deque()
        self._shelves: dict[str, deque[Event]] = {}

    # ── the ring ──────────────────────────────────────────────────────────────────────────────────────────────────

    def load(self, epoch: str, seq: int, facts: Sequence[Fact]) -> None:
        """Begin with the end of the log."""
        self.epoch = epoch
        self.seq = seq
        for fact in facts:
            self._shelve(fact)
        self.loaded = True

    def _shelve(self, fact: Fact) -> list[Event]:
        events = [Event(fact, stream, offset) for stream, offset in fact.streams()]
        for event in events:
            shelf = self._shelves.get(event.stream)
            if shelf is None:
                shelf = self._shelves[event.stream] = deque()
            shelf.append(event)
        self._ring.append(fact)
        if len(self._ring) > RING:
            for stream, _ in self._ring.popleft().streams():
                shelf = self._shelves[stream]
                shelf.popleft()
                if not shelf:
                    del self._shelves[stream]
        return events

    def _take_back(self, removal: Fact) -> None:
        """A message was removed, or a whole conversation: what was said in it is told to nobody who comes back."""
        fingerprint: int = msgspec.json.decode(removal.data).get("fingerprint", 0)
        for event in (event for shelf in self._shelves.values() for event in shelf):
            fact = event.fact
            if fact.conversation_id != removal.conversation_id:
                continue
            data = without_content(fact.name, fact.data, fingerprint) if fingerprint else b"{}"
            if data is not None:
                event.rewrite(data)

    def find(self, stream: str, after: int, upto: int) -> list[Event] | None:
        """The events behind `after` up to `upto`, or None where the ring does not hold them all."""
        shelf = self._shelves.get(stream)
        if upto <= after:
            return []
        if shelf is None or shelf[0].offset > after + 1 or shelf[-1].offset < upto:
            return None
        start = after + 1 - shelf[0].offset
        return list(islice(shelf, start, start + upto - after))

    # ── facts that pass ───────────────────────────────────────────────────────────────────────────────────────────

    def take(self, facts: Sequence[Fact]) -> bool:
        """Put facts into the ring and push them to the followers.

        False: a number is missing, nothing behind it was taken.
        """
        batches: dict[Channel, list[Event]] = {}
        complete = True
        for fact in facts:
            if fact.seq <= self.seq:
                continue
            if fact.seq != self.seq + 1:
                complete = False
                break
            self.seq = fact.seq
            if fact.name in _TAKING_BACK:
                self._take_back(fact)
            for event in self._shelve(fact):
                channel = self.channels.get(event.stream)
                if channel is not None:
                    batches.setdefault(channel, []).append(event)
        for channel, events in batches.items():
            self._deliver(channel, events)
        return complete

    def _deliver(self, channel: Channel, events: list[Event]) -> None:
        head = channel.head
        if head is not None and events[0].offset <= head:
            events = [event for event in events if event.offset > head]
            if not events:
                return
        channel.head = events[-1].offset
        if not (channel.live or channel.lagging):
            return
        out = joined([event.out for event in events])
        if channel.live:
            self.outbox.stamp(events[0].fact.at)
        self.outbox.push_all(channel.live, out)
        if channel.lagging:
            self._owe(channel, len(out.payload))

    @staticmethod
    def _owe(channel: Channel, size: int) -> None:
        for peer in list(channel.lagging):
            peer.owed += size
            if peer.paused_at is not None and peer.owner is not None and peer.too_much():
                peer.owner.too_slow()

    # ── channels ──────────────────────────────────────────────────────────────────────────────────────────────────

    def pin(self, stream: str) -> Channel:
        """The channel of a stream, kept until `unpin`."""
        channel = self.channels.get(stream)
        if channel is None:
            channel = self.channels[stream] = Channel(stream)
            shelf = self._shelves.get(stream)
            if shelf:
                channel.head = shelf[-1].offset
            elif stream == f"w:{self.workspace_id}":
                channel.head = self.seq
        else:
            self._idle.pop(stream, None)
        channel.pins += 1
        return channel

    def unpin(self, channel: Channel) -> None:
        """The reverse of `pin`."""
        channel.pins -= 1
        self._maybe_idle(channel)

    def leave(self, sub: Sub) -> None:
        """A follower goes."""
        sub.channel.drop(sub)
        self._maybe_idle(sub.channel)

    def _maybe_idle(self, channel: Channel) -> None:
        if not channel.unused():
            return
        if channel.head is None:
            self.channels.pop(channel.stream, None)
            return
        self._idle[channel.stream] = None
        self._idle.move_to_end(channel.stream)
        if len(self._idle) > IDLE_CHANNELS:
            oldest, _ = self._idle.popitem(last=False)
            del self.channels[oldest]
