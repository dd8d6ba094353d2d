"""Where a client goes on from: the missed events of each stream, from the ring or the log; never a part of them.

`look` gathers, without a stream being followed yet; `settle` is one step on the loop: what passed meanwhile is fed
behind what was gathered, so that nothing is lost, doubled or out of order.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from halloo.relay.frames import INSUFFICIENT_STATE, Found, Want
from halloo.relay.log import Log
from halloo.relay.peer import Peer
from halloo.relay.room import Channel, Event, Room, Sub
from halloo.relay.tally import Source, Tally
from halloo.relay.wire import Out, joined

REPLAY_MAX = 300
"""Events a stream that are replayed on the socket; more, and the client loads a snapshot."""
_FEED = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where one stream was found, pinned until it is settled or let go."""

    channel: Channel
    found: Found
    missed: Sequence[Event]


class Recovery:
    """Finds places and feeds followers."""

    def __init__(self, log: Log, tally: Tally | None = None) -> None:
        """`log`: what the ring does not hold."""
        self._log = log
        self._tally = tally or Tally()
        self._feeding: set[asyncio.Task[None]] = set()

    async def look(self, room: Room, wants: Sequence[Want]) -> list[Place]:
        """The place of each wanted stream. Every place must be settled or let go."""
        channels = [room.pin(want.id) for want in wants]
        try:
            unknown = [channel for channel in channels if channel.head is None]
            if unknown:
                heads = await self._log.heads(room.workspace_id, [channel.stream for channel in unknown])
                for channel in unknown:
                    if channel.head is None:
                        channel.head = heads[channel.stream]
            return [await self._place(room, channel, want) for channel, want in zip(channels, wants, strict=True)]
        except BaseException:
            for channel in channels:
                room.unpin(channel)
            raise

    async def _place(self, room: Room, channel: Channel, want: Want) -> Place:
        head = channel.head or 0
        missed: Sequence[Event] | None = None
        source: Source = "none"
        if want.offset is not None and want.epoch == room.epoch and 0 <= head - want.offset <= REPLAY_MAX:
            source = "ring" if head > want.offset else "none"
            missed = room.find(channel.stream, want.offset, head)
            if missed is None:
                source = "log"
                missed = await self._missed(room, channel.stream, want.offset, head)
        if want.offset is not None:
            self._tally.recoveries[source, "lost" if missed is None else "recovered"] += 1
        found = Found(channel.stream, room.epoch, head, recovered=missed is not None)
        return Place(channel, found, missed or ())

    async def _missed(self, room: Room, stream: str, after: int, head: int) -> Sequence[Event] | None:
        facts = await self._log.after(room.workspace_id, stream, after, head - after)
        events = [Event(fact, stream, offset) for fact in facts for name, offset in fact.streams() if name == stream]
        whole = [event.offset for event in events] == list(range(after + 1, head + 1))
        return events if whole else None

    @staticmethod
    def let_go(room: Room, places: Sequence[Place]) -> None:
        """These places are not wanted any more."""
        for place in places:
            room.unpin(place.channel)

    def settle(self, room: Room, peer: Peer, places: Sequence[Place], first: bytes, last: bytes | None) -> None:
        """Answer with `first`, the missed events and `last`; from then on the peer follows. One step, no `await`."""
        outs = [Out(first)]
        subs: list[Sub] = []
        for place in places:
            outs += [event.out for event in place.missed]
            old = peer.subs.pop(place.channel.stream, None)
            if old is not None:
                place.channel.drop(old)
            sub = peer.subs[place.channel.stream] = Sub(peer, place.channel, place.found.offset)
            place.channel.add(sub)
            room.unpin(place.channel)
            subs.append(sub)
        if last is not None:
            outs.append(Out(last))
        peer.joined = True
        room.outbox.push(peer, joined(outs))
        for sub in subs:
            self.feed(room, sub)

    def feed(self, room: Room, sub: Sub) -> None:
        """Bring a lagging follower to the head, from the ring at once or from the log soon, and make it live."""
        peer, channel = sub.peer, sub.channel
        if sub.live or sub.feeding or peer.gone or peer.paused_at is not None:
            return
        head = channel.head or 0
        events = room.find(channel.stream, sub.sent, head)
        if events is None:
            sub.feeding = True
            task = asyncio.get_running_loop().create_task(self._feed_from_log(room, sub))
            self._feeding.add(task)
            task.add_done_callback(self._feeding.discard)
            return
        if events:
            self._tally.catch_ups += 1
            room.outbox.push(peer, joined([event.out for event in events]))
        channel.promote(sub)

    async def _feed_from_log(self, room: Room, sub: Sub) -> None:
        peer, stream = sub.peer, sub.channel.stream
        upto = min(sub.channel.head or 0, sub.sent + _FEED)
        try:
            events = await self._missed(room, stream, sub.sent, upto)
        except Exception:  # noqa: BLE001 - the log is out of reach: clients come back
            events = None
        sub.feeding = False
        if peer.gone or peer.subs.get(stream) is not sub:
            return
        if events is None:
            if peer.owner is not None:
                peer.owner.end(INSUFFICIENT_STATE)
            return
        room.outbox.push(peer, joined([event.out for event in events]))
        sub.sent = upto
        self.feed(room, sub)
