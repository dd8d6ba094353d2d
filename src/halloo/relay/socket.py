"""The shell around a session and a peer: carries decisions out, in order. Speaking WebSocket is the engine's business."""

import asyncio
from collections import deque

import msgspec

from halloo.kit.ids import new_id
from halloo.relay.decisions import Answer, Decision, End, PingNow
from halloo.relay.frames import BAD_FRAME, PROTOCOL, TOO_FAST, TOO_SLOW, Close
from halloo.relay.peer import Link, Peer, Write
from halloo.relay.room import Room
from halloo.relay.session import Session
from halloo.relay.shared import Shared
from halloo.relay.wheel import Once
from halloo.relay.wire import PING, Out, close_frame, pong_frame
from halloo.relay.work import Worker

_encode = msgspec.json.encode
_PING = b'{"t":"ping"}'
_PONG = Out(b'{"t":"pong"}')
HOLD_JOBS = 64
"""Frames that may wait for their turn before the socket is read no further."""


class _Nobody:
    """The link of a connection that is gone."""

    transport = "none"

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

    __slots__ = ("_acting", "_held", "_jobs", "_working", "link", "over", "peer", "room", "session", "shared", "worker")

    def __init__(self, shared: Shared, link: Link) -> None:
        """The upgrade was answered; `link` writes to the socket."""
        now = shared.clock()
        self.shared = shared
        self.link: Link = link
        self.session = Session(shared.rules, now)
        self.peer: Peer | None = None
        self.room: Room | None = None
        self.over = False
        self._jobs: deque[Decision] | None = None
        self._working: asyncio.Task[None] | None = None
        self._acting = False
        self._held = 0
        self.worker: Worker | None = None
        shared.connections[self] = None
        shared.admission.opening += 1
        shared.tally.opened += 1
        shared.hub.wheel.add(self, now + min(shared.timing.connect, shared.timing.ping))

    # ── from the engine ───────────────────────────────────────────────────────────────────────────────────────────

    def received(self, payload: bytes) -> None:
        """A whole text message."""
        shared = self.shared
        shared.tally.frames_in += 1
        now = shared.clock()
        if payload == _PING and self.session.ping(now):  # most of what comes: not taken apart
            self.send(_PONG)
            return
        for decision in self.session.receive(payload, now, shared.wall()):
            self.carry_out(decision)

    def received_binary(self) -> None:
        """A binary message, which has no place here."""
        self.end(BAD_FRAME)

    def pinged(self, payload: bytes) -> None:
        """A ping of the WebSocket protocol; counted like a frame."""
        if self._counted():
            self.link.write(pong_frame(payload))

    def ponged(self) -> None:
        """A pong of the WebSocket protocol; counted like a frame."""
        self._counted()

    def _counted(self) -> bool:
        taken = self.session.control(self.shared.clock())
        if not taken:
            self.end(TOO_FAST)
        return taken

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
        if self._jobs is None:
            self.worker = None  # they hold each other
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
        """Have the worker do it when its turn comes; one task while something waits, none for a message alone."""
        worker = self.worker
        if worker is None:  # the first is always to join; a read mark may come behind the end
            worker = self.worker = Worker(self)
            self.shared.admission.opening -= not self.over
        if not self.busy:
            self._acting = True
            if worker.begin(decision, self._acted):
                return
            self._acting = False
            self._jobs = deque((decision,))
            self._work_soon(worker, self._jobs)
            return
        if self._jobs is None:
            self._jobs = deque()
        self._jobs.append(decision)
        if len(self._jobs) == HOLD_JOBS:
            self.link.hold()

    @property
    def busy(self) -> bool:
        """Whether something is being done, so that what comes waits for its turn."""
        return self._acting or self._working is not None

    def _acted(self) -> None:
        """What was done without a task is answered."""
        self._acting = False
        if self._jobs and self.worker is not None:
            self._work_soon(self.worker, self._jobs)

    def _work_soon(self, worker: Worker, jobs: deque[Decision]) -> None:
        self._working = asyncio.get_running_loop().create_task(self._work(worker, jobs))

    async def _work(self, worker: Worker, jobs: deque[Decision]) -> None:
        try:
            while jobs:
                await worker.do(jobs[0])
                jobs.popleft()
                if len(jobs) == HOLD_JOBS // 2:
                    self.link.release()
        finally:
            self._jobs = self._working = None  # an idle connection holds no queue
            if self.over:
                self.worker = None

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
        elif peer.pending or self.shared.hub.outbox.waves:
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
