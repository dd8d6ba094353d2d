"""One connection as the hub sees it: who it is, what it follows, and its bounded queue out.

A peer is *flowing* until its transport says that its buffer is full. Then nothing of its streams is pushed any more:
it is *behind*, what it would have got is counted, and once the transport has drained, the hub feeds it from the ring
or the log. Answers to its own frames wait in `backlog`. With more owed than the cap, or after ten seconds without
draining, it is too slow.
"""

from collections import deque
from typing import Protocol

from halloo.relay.frames import Close
from halloo.relay.tokens import Claims
from halloo.relay.wire import Out, joined, pieces

CHUNK = 32 * 1024
"""About how much of a backlog goes into one frame."""


class Write(Protocol):
    """A call that takes bytes."""

    def __call__(self, data: bytes, /) -> None:
        """Take them."""
        ...


class Link(Protocol):
    """The engine's side of a connection."""

    @property
    def transport(self) -> str:
        """What it goes over, in a word, for those who count: `websocket`, `stream`."""
        ...

    @property
    def write(self) -> Write:
        """Queue whole WebSocket frames; may call `Peer.pause` before it returns."""
        ...

    def write_last(self, data: bytes) -> None:
        """Queue a close frame; whatever is written after it goes nowhere."""
        ...

    def buffered(self) -> int:
        """Bytes that the transport holds."""
        ...

    def finish(self) -> None:
        """Close the transport once what is queued was sent."""
        ...

    def abort(self) -> None:
        """Cut the connection now."""
        ...

    def hold(self) -> None:
        """Read nothing more for now."""
        ...

    def release(self) -> None:
        """Read on."""
        ...


class Owner(Protocol):
    """The shell around a peer: the hub closes connections through it."""

    def end(self, close: Close) -> None:
        """Close the connection."""
        ...

    def too_slow(self) -> None:
        """Close it as too slow, on the loop's next turn: the caller is in the middle of a fan-out."""
        ...


class Peer:
    """A connection that was let in."""

    __slots__ = (
        "away",
        "backlog",
        "claims",
        "direct",
        "gone",
        "joined",
        "link",
        "owed",
        "owner",
        "paused_at",
        "pending",
        "queue_bytes",
        "subs",
        "tab",
    )

    def __init__(self, link: Link, claims: Claims, tab: str, queue_bytes: int) -> None:
        """`queue_bytes`: the cap of what may wait for it."""
        self.link = link
        self.direct: Write | None = link.write
        """Takes frames while nothing hinders; None: `write` knows what to do with them."""
        self.claims = claims
        self.tab = tab
        self.queue_bytes = queue_bytes
        self.subs: dict[str, Sub] = {}
        self.pending: list[Out] = []
        self.backlog: deque[Out] | None = None
        self.owed = 0
        self.paused_at: int | None = None
        self.away = False
        self.gone = False
        self.joined = False
        self.owner: Owner | None = None

    def write(self, out: Out) -> None:
        """Hand one thing to the transport, or have it wait where that is full.

        What is large goes in pieces: who reads slowly has some of it, and a place to go on from, before all of it has come.
        """
        if self.gone:
            return
        small = len(out.payload) <= CHUNK
        if small and self.paused_at is None:
            self.link.write(out.frame)
            return
        if self.backlog is None:
            self.backlog = deque()
        self.backlog.extend((out,) if small else pieces(out, CHUNK))
        if self.paused_at is None:
            self.resume()

    def too_much(self) -> bool:
        """Whether more waits for it than may."""
        return self.owed + self.link.buffered() > self.queue_bytes

    def pause(self, now: int) -> None:
        """The transport is full: what flows to others is only counted here from now on."""
        if self.paused_at is None:
            self.paused_at = now
            self.direct = None
            for sub in self.subs.values():
                sub.channel.demote(sub)

    def resume(self) -> bool:
        """The transport has room: write the backlog as far as it goes. Whether nothing is left of it."""
        self.paused_at = None
        backlog = self.backlog
        while backlog and self.paused_at is None and not self.gone:
            chunk = [backlog.popleft()]
            size = len(chunk[0].payload)
            while backlog and size + len(backlog[0].payload) <= CHUNK:
                size += len(backlog[0].payload)
                chunk.append(backlog.popleft())
            self.link.write(joined(chunk).frame)
        if backlog:
            return False
        self.backlog = None
        if self.paused_at is not None:
            return False
        self.owed = 0
        if not self.gone:
            self.direct = self.link.write
        return True

    def leave(self) -> None:
        """Nothing more goes to it."""
        self.gone = True
        self.direct = None


class Sub:
    """A peer's place in a channel. `sent` counts only while it lags."""

    __slots__ = ("channel", "feeding", "live", "peer", "sent")

    def __init__(self, peer: Peer, channel: "Channel", sent: int) -> None:
        """Begin lagging, at `sent`."""
        self.peer = peer
        self.channel = channel
        self.sent = sent
        self.live = False
        self.feeding = False


class Channel:
    """A stream and who follows it. `head` is None until it is known."""

    __slots__ = ("head", "lagging", "live", "pins", "stream")

    def __init__(self, stream: str) -> None:
        """A channel nobody follows."""
        self.stream = stream
        self.head: int | None = None
        self.live: dict[Peer, Sub] = {}
        self.lagging: dict[Peer, Sub] = {}
        self.pins = 0

    def add(self, sub: Sub) -> None:
        """A new follower, lagging."""
        self.lagging[sub.peer] = sub

    def demote(self, sub: Sub) -> None:
        """From live to lagging, at the head."""
        if sub.live:
            sub.live = False
            sub.sent = self.head or 0
            del self.live[sub.peer]
            self.lagging[sub.peer] = sub

    def promote(self, sub: Sub) -> None:
        """From lagging to live; it has everything up to the head."""
        sub.live = True
        del self.lagging[sub.peer]
        self.live[sub.peer] = sub

    def drop(self, sub: Sub) -> None:
        """A follower less."""
        (self.live if sub.live else self.lagging).pop(sub.peer, None)

    def unused(self) -> bool:
        """Whether nobody needs it."""
        return not self.live and not self.lagging and not self.pins
