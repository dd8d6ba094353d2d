"""Who listens to what on this node.

The hub lets peers in, hands facts and hints to those who follow, and closes whom it must.
Everything here runs on the loop and in one step, but where a question to the log is said with `async`.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec

from halloo.events.model import Fact
from halloo.events.pump import Pump
from halloo.kit.clock import HOUR, Clock
from halloo.kit.networks import AddressList
from halloo.relay.broker import Broker, HintNote, Note, RevokeNote, VisitorsNote, WatchNote
from halloo.relay.frames import CLOSES, INSUFFICIENT_STATE, TOO_MANY_SOCKETS, Close, Hint, Role
from halloo.relay.limits import Timing
from halloo.relay.log import Log
from halloo.relay.outbox import Outbox
from halloo.relay.passing import Listener as PassingListener
from halloo.relay.peer import Peer
from halloo.relay.presence import Presence
from halloo.relay.recovery import Recovery
from halloo.relay.room import RING, Room
from halloo.relay.tally import Tally
from halloo.relay.tokens import Claims
from halloo.relay.visitors import Visitors
from halloo.relay.wheel import Wheel
from halloo.relay.wire import Out

Decide = Callable[[Sequence[str], str], bool]
"""Whether a widget's list of domains allows an origin."""
_REVOKED_FOR = HOUR
"""How long a revocation is remembered: longer than any token lives."""
_FINAL = frozenset({"browser", "key"})
"""Kinds whose end is for ever: no token of theirs is good, whenever it was issued."""
_IDLE_ROOM = 10 * 60_000
_NO_CODE = CLOSES[4401]


class Hub:
    """The node's rooms and peers."""

    def __init__(
        self, log: Log, pump: Pump, broker: Broker, timing: Timing, clock: Clock, wall: Clock, decide: Decide
    ) -> None:
        """`clock` never goes back, `wall` is UNIX time; both milliseconds. The pump hands its facts to `take`."""
        self._log = log
        self._pump = pump
        self._broker = broker
        self._timing = timing
        self._clock = clock
        self._wall = wall
        self._decide = decide
        self.wheel = Wheel(clock)
        self.tally = Tally()
        self.outbox = Outbox(self.tally, wall)
        self.recovery = Recovery(log, self.tally)
        self.presence = Presence(self.wheel, clock, timing.presence, self.hint_here, broker)
        self.visitors = Visitors(broker, self.wheel, self.outbox, clock, wall, timing.presence)
        self._rooms: dict[str, Room] = {}
        self._by_key: dict[tuple[str, str], dict[Peer, None]] = {}
        self._revoked: dict[tuple[str, str], tuple[int, Close]] = {}
        self.sockets = 0
        broker.listen(self._noted)

    def overhear(self, listener: PassingListener) -> None:
        """Have somebody told of what passes and is not remembered."""
        self.presence.comings.listener = listener

    # ── letting in and out ────────────────────────────────────────────────────────────────────────────────────────

    async def room(self, workspace_id: str) -> Room:
        """The workspace's room, with the end of its log in the ring."""
        room = self._rooms.get(workspace_id)
        if room is None:
            room = self._rooms[workspace_id] = Room(workspace_id, self.outbox)
            room.empty_since = self._clock()
            self._broker.want(workspace_id)
        if not room.loaded:
            await self.presence.attend(workspace_id)
            tail = await self._log.tail(workspace_id, RING)
            if not room.loaded and self._rooms.get(workspace_id) is room:
                room.load(tail.epoch, tail.seq, tail.facts)
                self._pump.follow(workspace_id, tail.seq)
                waiting, room.waiting = room.waiting, []
                self._pump.hear(waiting)
        return room

    def _close_room(self, room: Room) -> None:
        if self._rooms.get(room.workspace_id) is room:
            del self._rooms[room.workspace_id]
            self._pump.unfollow(room.workspace_id)
            self.presence.forget(room.workspace_id)
            self._broker.unwant(room.workspace_id)

    def barred(self, claims: Claims) -> Close | None:
        """Why a token that was valid when it was issued is not any more, or None."""
        for key in claims.held():
            found = self._revoked.get(key)
            if found is not None and _ends(key[0], found[0], claims):
                return found[1]
        return None

    def enter(self, room: Room, peer: Peer, limit: int) -> Close | None:
        """Let a peer in, or say why not. At most `limit` connections an identity."""
        if self._rooms.get(room.workspace_id) is not room:
            return INSUFFICIENT_STATE
        barred = self.barred(peer.claims)
        if barred is not None:
            return barred
        if len(self._by_key.get(peer.claims.identity, ())) >= limit:
            return TOO_MANY_SOCKETS
        for key in peer.claims.held():
            self._by_key.setdefault(key, {})[peer] = None
        room.peers[peer] = None
        room.empty_since = None
        self.sockets += 1
        self.tally.sockets[peer.claims.role, peer.link.transport] += 1
        self.presence.enter(peer)
        self.visitors.enter(peer)
        return None

    def renew(self, peer: Peer, claims: Claims) -> None:
        """A peer goes on with another token of the same person; from now on it ends with what that one holds."""
        if not peer.gone:
            self._let_go(peer)
            for key in claims.held():
                self._by_key.setdefault(key, {})[peer] = None
        peer.claims = claims
        self.visitors.renew(peer)

    def _let_go(self, peer: Peer) -> None:
        for key in peer.claims.held():
            holders = self._by_key.get(key)
            if holders is not None:
                holders.pop(peer, None)
                if not holders:
                    del self._by_key[key]

    def leave(self, room: Room, peer: Peer) -> None:
        """A peer is gone, or will be: nothing more goes to it."""
        if peer.gone:
            return
        peer.leave()
        self.sockets -= 1
        self.tally.sockets[peer.claims.role, peer.link.transport] -= 1
        self._let_go(peer)
        for sub in peer.subs.values():
            room.leave(sub)
        peer.subs.clear()
        room.peers.pop(peer, None)
        if not room.peers:
            room.empty_since = self._clock()
        self.presence.leave(peer)
        self.visitors.leave(peer)

    def watched(self) -> list[str]:
        """The workspaces that somebody here follows."""
        return [room.workspace_id for room in self._rooms.values() if room.peers]

    @property
    def rooms(self) -> int:
        """How many workspaces have a room on this node."""
        return len(self._rooms)

    def behind(self) -> tuple[int, int]:
        """How many peers are behind their streams, and the bytes that wait for them."""
        late = [peer for room in self._rooms.values() for peer in room.peers if peer.paused_at is not None]
        return len(late), sum(peer.owed + peer.link.buffered() for peer in late)

    def present(self, workspace_id: str) -> Counter[Role]:
        """How many connections of each role a workspace has on this node."""
        room = self._rooms.get(workspace_id)
        return Counter(peer.claims.role for peer in room.peers) if room is not None else Counter()

    @property
    def repairs(self) -> int:
        """How often numbers were missing and were read from the log."""
        return self._pump.repaired

    def peers(self) -> list[Peer]:
        """Everyone."""
        return [peer for room in self._rooms.values() for peer in room.peers]

    # ── facts ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def take(self, workspace_id: str, facts: Sequence[Fact]) -> None:
        """Committed facts of one workspace, in order."""
        room = self._rooms.get(workspace_id)
        if room is None:
            return
        if not room.loaded:
            room.waiting.extend(facts)
            return
        self.visitors.facts(workspace_id, facts)
        if not room.take(facts):  # the log has lost numbers: nobody may be fed around the gap
            self.forget(room)

    def forget(self, room: Room) -> None:
        """This node fell behind: its peers come back, with recovery from the log."""
        self._close_room(room)
        self.tally.fell_behind += 1
        for peer in list(room.peers):
            _end(peer, INSUFFICIENT_STATE)

    async def check(self) -> None:
        """Compare every room with the log, and read what it lacks; one that stays behind is forgotten, one long empty, too."""
        behind: list[tuple[Room, int]] = []
        now = self._clock()
        for room in list(self._rooms.values()):
            if room.empty_since is not None:
                if now - room.empty_since > _IDLE_ROOM:
                    self._close_room(room)
            elif room.loaded:
                head = (await self._log.heads(room.workspace_id, [f"w:{room.workspace_id}"]))[f"w:{room.workspace_id}"]
                if head > room.seq:
                    behind.append((room, head))
                    self._pump.catch_up(room.workspace_id, head)
        if behind:
            await asyncio.sleep(self._timing.grace / 1000)
        for room, head in behind:
            if head > room.seq:
                self.forget(room)
        gone = self._wall() - _REVOKED_FOR
        for key in [key for key, (at, _) in self._revoked.items() if at < gone]:
            del self._revoked[key]

    # ── hints and revocations ─────────────────────────────────────────────────────────────────────────────────────

    def hint(self, workspace_id: str, streams: list[str], name: str, data: Any) -> None:
        """Tell the followers of any of these streams, on every node, something that need not be remembered.

        `v:*` stands for every visitor of the workspace.
        """
        frame = msgspec.json.encode(Hint(name, data))
        self._broker.publish(HintNote(workspace_id, streams, frame))

    def hint_here(self, workspace_id: str, streams: list[str], name: str, data: Any) -> None:
        """Tell the followers of any of these streams on this node alone."""
        room = self._rooms.get(workspace_id)
        if room is not None:
            self._hint(room, HintNote(workspace_id, streams, msgspec.json.encode(Hint(name, data))))

    def revoke(self, kind: str, id: str, close: Close) -> None:
        """Close every connection, on every node, whose token holds this thing, such as a `visitor` or a `widget`.

        Those tokens are refused from now on; tokens that are issued afterwards are good, but for a `browser` or a `key`.
        """
        self._broker.publish(RevokeNote(kind, id, close.code, self._wall()))

    def revoke_origins(self, widget_id: str, domains: Collection[str], close: Close) -> None:
        """The widget's list of domains is this now: close connections from pages that it does not allow."""
        self._broker.publish(RevokeNote("origins", widget_id, close.code, self._wall(), list(domains)))

    def _noted(self, note: Note) -> None:
        match note:
            case HintNote():
                room = self._rooms.get(note.workspace_id)
                if room is not None:
                    self._hint(room, note)
            case RevokeNote():
                self.obey(note)
            case VisitorsNote() | WatchNote():
                self.visitors.noted(note)
            case _:
                pass

    def obey(self, note: RevokeNote) -> None:
        """Close whom a revocation concerns on this node alone."""
        close = CLOSES.get(note.code, _NO_CODE)
        if note.kind == "origins":
            for peer in list(self._by_key.get(("widget", note.id), ())):
                origin = peer.claims.parent_origin
                if origin is None or not self._decide(note.keep or [], origin):
                    _end(peer, close)
            return
        if note.kind == "network":
            self._end_network(note, close)
            return
        told = self._revoked.get((note.kind, note.id))
        if told is None or told[0] <= note.at:
            self._revoked[note.kind, note.id] = (note.at, close)
        for peer in list(self._by_key.get((note.kind, note.id), ())):
            if _ends(note.kind, note.at, peer.claims):
                _end(peer, close)

    def addresses(self, workspace_id: str, visitor_id: str) -> list[str]:
        """Where a visitor is connected from, as far as this node knows; the newest connection last."""
        found = (peer.claims for peer in self._by_key.get(("visitor", visitor_id), ()))
        return [one.address for one in found if one.workspace_id == workspace_id and one.address is not None]

    def _end_network(self, note: RevokeNote, close: Close) -> None:
        """Close the visitors of a workspace whose address lies in a network; the note's id is both, with a space between."""
        workspace_id, _, network = note.id.partition(" ")
        listed = AddressList((network,))
        room = self._rooms.get(workspace_id)
        for peer in list(room.peers) if room is not None else ():
            if listed.holds(peer.claims.address):
                _end(peer, close)

    def _hint(self, room: Room, note: HintNote) -> None:
        """Each listener once, whichever of the streams it follows; who is behind misses it."""
        self.tally.hints += 1
        listeners: dict[Peer, None] = {}
        for stream in note.streams:
            if stream == "v:*":
                listeners.update((peer, None) for peer in room.peers if _takes_hints(peer))
            elif (channel := room.channels.get(stream)) is not None:
                listeners.update(dict.fromkeys(channel.live))
        self.outbox.push_all(listeners, Out(note.frame))


def _ends(kind: str, at: int, claims: Claims) -> bool:
    """Whether a revocation at that time ends this token."""
    return kind in _FINAL or claims.issued_at <= at


def _end(peer: Peer, close: Close) -> None:
    if peer.owner is not None:
        peer.owner.end(close)


def _takes_hints(peer: Peer) -> bool:
    return peer.claims.role == "visitor" and peer.joined and peer.paused_at is None
