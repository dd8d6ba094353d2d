"""The shell around a session and a peer: carries decisions out, in order. Speaking WebSocket is the engine's business."""

import asyncio
from collections import deque

import msgspec

from halloo.kit.ids import new_id
from halloo.relay.decisions import Answer, Decision, End, PingNow
from halloo.relay.frames import BAD_FRAME, PROTOCOL, TOO_SLOW, Close
from halloo.relay.peer import Link, Peer, Write
from halloo.relay.room import Room
from halloo.relay.session import Session
from halloo.relay.shared import Shared
from halloo.relay.wheel import Once
from halloo.relay.wire import PING, Out, close_frame
from halloo.relay.work import Worker

_encode = msgspec.json.encode
HOLD_JOBS = 64
"""Frames that may wait for their turn before the socket is read no further."""


class _Nobody:
    """The link of a connection that is gone."""

    def __init__(self) -> None:
        self.write: Write = self.write_last

    def write_last(self, data: bytes) -> None: ...

    def buffered(self) -> int:
        return 0

    def finish(self) -> None: ...

    def abort(self) -> None: ...

    def hold(self) -> None: ...

    def release(self) -> None: ...


_NOBODY = _Nobody()


class Connection:
    """One socket from its upgrade to its end."""

    __slots__ = ("_held", "_jobs", "_working", "link", "over", "peer", "room", "session", "shared", "worker")

    def __init__(self, shared: Shared, link: Link) -> None:
        """The upgrade was answered; `link` writes to the socket."""
        now = shared.clock()
        self.shared = shared
        self.link: Link = link
        self.session = Session(shared.rules, now)
        self.peer: Peer | None = None
        self.room: Room | None = None
        self.over = False
        self._jobs: deque[Decision] = deque()
        self._working: asyncio.Task[None] | None = None
        self._held = 0
        self.worker: Worker | None = None
        shared.connections[self] = None
        shared.admission.opening += 1
        shared.hub.wheel.add(self, now + min(shared.timing.connect, shared.timing.ping))

    # ── from the engine ───────────────────────────────────────────────────────────────────────────────────────────

    def received(self, payload: bytes) -> None:
        """A whole text message."""
        shared = self.shared
        for decision in self.session.receive(payload, shared.clock(), shared.wall()):
            self.carry_out(decision)

    def received_binary(self) -> None:
        """A binary message, which has no place here."""
        self.end(BAD_FRAME)

    def heard(self) -> None:
        """A ping or pong."""
        self.session.heard(self.shared.clock())

    def broke_protocol(self) -> None:
        """A fault of the WebSocket protocol itself."""
        self.end(PROTOCOL)

    def paused(self) -> None:
        """The transport's buffer is full."""
        peer = self.peer
        if peer is not None and peer.paused_at is None:
            now = self.shared.clock()
            peer.pause(now)
            self._held = self.link.buffered()
            self.shared.hub.wheel.add(Once(self._check_slow), now + self.shared.timing.slow)

    def resumed(self) -> None:
        """The transport's buffer has drained."""
        peer, room = self.peer, self.room
        if peer is None or room is None or peer.gone or peer.paused_at is None:
            return
        if peer.resume():
            for sub in list(peer.subs.values()):
                self.shared.hub.recovery.feed(room, sub)

    def lost(self) -> None:
        """The socket is gone."""
        self._leave()
        self.link = _NOBODY
        if self.peer is not None:
            self.peer.link = _NOBODY
            self.peer.owner = None
        self.shared.connections.pop(self, None)

    def introduce(self) -> str:
        """What `connected` calls this connection."""
        return new_id()

    # ── decisions ─────────────────────────────────────────────────────────────────────────────────────────────────

    def carry_out(self, decision: Decision) -> None:
        """At once what needs no waiting; the rest one after another."""
        if isinstance(decision, Answer):
            self.send(decision.out)
        elif isinstance(decision, End):
            if decision.close is None:
                self._leave()
                self.link.abort()
            else:
                self.end(decision.close)
        elif isinstance(decision, PingNow):
            self.link.write(PING)
        else:
            self.enqueue(decision)

    def enqueue(self, decision: Decision) -> None:
        """Have the worker do it when its turn comes; one task while something waits, none otherwise."""
        if self.worker is None:  # the first is always to join
            self.worker = Worker(self)
            self.shared.admission.opening -= 1
        self._jobs.append(decision)
        if len(self._jobs) == HOLD_JOBS:
            self.link.hold()
        if self._working is None:
            self._working = asyncio.get_running_loop().create_task(self._work())

    @property
    def busy(self) -> bool:
        """Whether something waits for its turn."""
        return self._working is not None

    async def _work(self) -> None:
        worker = self.worker
        try:
            while self._jobs and worker is not None:
                await worker.do(self._jobs[0])
                self._jobs.popleft()
                if len(self._jobs) == HOLD_JOBS // 2:
                    self.link.release()
        finally:
            self._working = None

    def send(self, out: Out) -> None:
        """One answer; behind a full queue it waits, and counts."""
        peer = self.peer
        if peer is None:
            if not self.over:
                self.link.write(out.frame)
        elif peer.paused_at is not None:
            peer.owed += len(out.payload)
            peer.write(out)
            if peer.too_much():
                self.too_slow()
        elif peer.pending:
            self.shared.hub.outbox.push(peer, out)
        else:
            peer.write(out)

    def answer(self, frame: msgspec.Struct) -> None:
        """`send` of a frame of ours."""
        self.send(Out(_encode(frame)))

    # ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────

    def end(self, close: Close) -> None:
        """Close with a code. Behind a full queue it may not get through: then the connection is cut."""
        if self.over:
            return
        if self.peer is not None:
            self.shared.hub.outbox.flush_peer(self.peer)
        self._leave()
        self.shared.closes[close.code] += 1
        self.link.write_last(close_frame(close.code, close.name))
        self.shared.hub.wheel.add(Once(self._cut), self.shared.clock() + self.shared.timing.cut)

    def too_slow(self) -> None:
        """See `peer.Owner.too_slow`."""
        asyncio.get_running_loop().call_soon(self.end, TOO_SLOW)

    def _leave(self) -> None:
        if self.over:
            return
        self.over = True
        self.session.stage = "closed"
        if self.worker is not None:
            self.worker.leave()
        else:
            self.shared.admission.opening -= 1
        if self.peer is not None and self.room is not None:
            self.shared.hub.leave(self.room, self.peer)

    def _cut(self, now: int) -> None:  # noqa: ARG002 - the protocol's
        self.link.abort()

    def _check_slow(self, now: int) -> None:
        peer = self.peer
        if peer is not None and peer.paused_at is not None and not self.over:
            ends = peer.paused_at + self.shared.timing.slow
            if now >= ends:
                held, self._held = self._held, self.link.buffered()
                if self._held * 2 > held:
                    self.end(TOO_SLOW)
                    return
                ends = now + self.shared.timing.slow  # it gets on: cut off now, it would begin the same anew
            self.shared.hub.wheel.add(Once(self._check_slow), ends)

    def expires_soon(self) -> None:
        """A token was accepted: look at it again when it expires, where that is before the next regular look."""
        now = self.shared.clock()
        if self.session.expires is not None and self.session.expires < now + self.shared.timing.ping:
            self.shared.hub.wheel.add(Once(self._look), self.session.expires)

    def _look(self, now: int) -> None:
        self.due(now)

    def due(self, now: int) -> int | None:
        """See `wheel.Due.due`: silence, expiry, no `connect`."""
        if self.over:
            return None
        decision, again = self.session.due(now)
        if decision is not None:
            self.carry_out(decision)
        return None if self.over else again
