"""What goes out in this tick of the loop: for each peer one frame, whatever was pushed; in slices, so that the loop breathes."""

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


class Outbox:
    """Collects until the end of the tick; frames that several peers get alike are built once."""

    def __init__(self, tally: Tally | None = None, wall: Clock = system_clock) -> None:
        """Empty. `wall`: UNIX milliseconds, as facts have them."""
        self.tally = tally or Tally()
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
        mark = self._dirty.append
        for peer in peers:
            pending = peer.pending
            if not pending:
                mark(peer)
            pending.append(out)
        if self._dirty:
            self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        dirty = self._dirty
        built: dict[tuple[Out, ...], Out] = {}
        last: Out | None = None
        frame = b""
        turn = min(SLICE, len(dirty))
        for _ in range(turn):
            peer = dirty.popleft()
            pending = peer.pending
            if not pending:
                continue
            out = pending[0] if len(pending) == 1 else _as_one(pending, built)
            pending.clear()
            if peer.paused_at is not None or peer.gone:
                peer.write(out)
                continue
            if out is not last:  # the same for many in a row: a fan-out
                last, frame = out, out.frame
            try:
                peer.link.write(frame)
            except Exception:
                logger.exception("A connection could not be written to; it is cut")
                peer.link.abort()
        self._scheduled = False
        self.tally.frames_out += turn
        if dirty:
            self._schedule()
        elif self._oldest is not None:
            self.tally.lag.observe(max(0, self._wall() - self._oldest) / 1000)
            self._oldest = None

    def flush_peer(self, peer: Peer) -> None:
        """Write what waits for this peer at once, such as before a close."""
        if peer.pending:
            out = joined(peer.pending)
            peer.pending.clear()
            peer.write(out)


def _as_one(pending: list[Out], built: dict[tuple[Out, ...], Out]) -> Out:
    """The same things for another peer are the same frame."""
    key = tuple(pending)
    out = built.get(key)
    if out is None:
        out = built[key] = Out(b"\n".join([one.payload for one in key]))
    return out
