"""What goes out in this tick of the loop: for each peer one frame, whatever was pushed; in slices, so that the loop breathes.

A fan-out to many is a *wave*: one frame, and the list of those it goes to. It is written straight through; nothing is done
for a socket but the write. What is pushed to few waits with each peer, to be joined. Waves are older than all that waits, so
that each peer gets everything in the order in which it was pushed.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Collection

from halloo.kit.clock import Clock, system_clock
from halloo.relay.peer import Peer
from halloo.relay.tally import Tally
from halloo.relay.wire import Out, joined

logger = logging.getLogger("halloo.relay")
SLICE = 500
"""Sockets written to before the loop gets its turn."""
MANY = 16
"""Peers that make a wave."""


class Wave:
    """One frame on its way to many."""

    __slots__ = ("at", "outs", "peers")

    def __init__(self, peers: list[Peer], out: Out) -> None:
        """`at`: how many have it; while nobody has, more may be joined to it."""
        self.peers = peers
        self.outs = [out]
        self.at = 0


class Outbox:
    """Collects until the end of the tick; frames that several peers get alike are built once."""

    def __init__(self, tally: Tally | None = None, wall: Clock = system_clock) -> None:
        """Empty. `wall`: UNIX milliseconds, as facts have them."""
        self.tally = tally or Tally()
        self.waves: deque[Wave] = deque()
        """While there are some, what is written to a peer without the outbox may overtake them."""
        self._wall = wall
        self._oldest: int | None = None
        self._dirty: deque[Peer] = deque()
        self._scheduled = False

    def stamp(self, at: int) -> None:
        """A fact of that time is being pushed: how long it took is counted once it is written."""
        if self._oldest is None or at < self._oldest:
            self._oldest = at

    def push(self, peer: Peer, out: Out) -> None:
        """Send `out` to one peer, after what was pushed before."""
        if not peer.pending:
            self._dirty.append(peer)
            self._schedule()
        peer.pending.append(out)
        self.tally.bytes_out += len(out.payload)

    def push_all(self, peers: Collection[Peer], out: Out) -> None:
        """Send `out` to many."""
        self.tally.bytes_out += len(out.payload) * len(peers)
        if len(peers) >= MANY and not self._dirty:
            self._push_wave(list(peers), out)
            return
        mark = self._dirty.append
        for peer in peers:
            pending = peer.pending
            if not pending:
                mark(peer)
            pending.append(out)
        if self._dirty:
            self._schedule()

    def _push_wave(self, peers: list[Peer], out: Out) -> None:
        last = self.waves[-1] if self.waves else None
        if last is not None and not last.at and last.peers == peers:
            last.outs.append(out)
            return
        self.waves.append(Wave(peers, out))
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        room = SLICE
        while self.waves and room > 0:
            room -= self._roll(self.waves[0], room)
        if room > 0:
            self._flush_dirty(room)
        self._scheduled = False
        if self.waves or self._dirty:
            self._schedule()
        elif self._oldest is not None:
            self.tally.lag.observe(max(0, self._wall() - self._oldest) / 1000)
            self._oldest = None

    def _roll(self, wave: Wave, most: int) -> int:
        """Write a wave to at most so many; how many it were."""
        if not wave.at:
            wave.outs = [joined(wave.outs)]
        out = wave.outs[0]
        frame = out.frame
        peers = wave.peers[wave.at : wave.at + most]
        wave.at += len(peers)
        self.tally.frames_out += len(peers)
        for peer in peers:
            write = peer.direct
            if write is None:
                peer.write(out)
                continue
            try:
                write(frame)
            except Exception:
                logger.exception("A connection could not be written to; it is cut")
                peer.link.abort()
        if wave.at == len(wave.peers):
            self.waves.popleft()
        return len(peers)

    def _flush_dirty(self, most: int) -> None:
        dirty = self._dirty
        built: dict[tuple[Out, ...], Out] = {}
        turn = min(most, len(dirty))
        self.tally.frames_out += turn
        for _ in range(turn):
            peer = dirty.popleft()
            pending = peer.pending
            if not pending:
                continue
            out = pending[0] if len(pending) == 1 else _as_one(pending, built)
            pending.clear()
            try:
                peer.write(out)
            except Exception:
                logger.exception("A connection could not be written to; it is cut")
                peer.link.abort()

    def flush_peer(self, peer: Peer) -> None:
        """Write what waits for this peer at once, such as before a close; it must be gone afterwards."""
        outs = [out for wave in self.waves if peer in wave.peers[wave.at :] for out in wave.outs]
        outs += peer.pending
        if outs:
            peer.pending.clear()
            peer.write(joined(outs))


def _as_one(pending: list[Out], built: dict[tuple[Out, ...], Out]) -> Out:
    """The same things for another peer are the same frame."""
    key = tuple(pending)
    out = built.get(key)
    if out is None:
        out = built[key] = Out(b"\n".join([one.payload for one in key]))
    return out
