"""Who looks at live visitors on this node, and what they are told: at most two hints a second, each only what changed.

The first who looks has this node say so to all nodes, which from then on tell it their news; while nobody looks, nothing is told.
"""

import msgspec

from halloo.kit.clock import SECOND, Clock
from halloo.relay.broker import Broker, VisitorsNote, WatchNote
from halloo.relay.frames import Hint
from halloo.relay.outbox import Outbox
from halloo.relay.peer import Peer
from halloo.relay.wheel import Once, Wheel
from halloo.relay.wire import Out

EVERY_MS = 500
"""Between two hints to one connection."""
HINT_BYTES = 128 * 1024
"""About how much one hint holds, far below the queue of a connection; what is more waits for the next."""
AGAIN_MS = 15 * SECOND
WATCH_LIFE_MS = 45 * SECOND
"""How long a node is believed to look after it last said so."""
ONE_BY_ONE = 32
"""Visitors that one connection may watch one by one; the oldest wish makes room."""
_ALL = "visitors"
_encode = msgspec.json.encode


class News(msgspec.Struct):
    """The data of a `visitors` hint; each visitor as its node has rendered it."""

    set: list[msgspec.Raw]
    gone: list[str]


_MISSED = Out(_encode(Hint(_ALL, {"set": [], "gone": [], "missed": True})))


class Gallery:
    """The connections that look at one workspace's visitors, and what they were not told yet."""

    __slots__ = ("everybody", "gone", "missed", "next", "one", "scheduled", "set", "workspace_id")

    def __init__(self, workspace_id: str) -> None:
        """Nobody looks."""
        self.workspace_id = workspace_id
        self.everybody: dict[Peer, None] = {}
        self.one: dict[str, dict[Peer, None]] = {}
        self.set: dict[str, msgspec.Raw] = {}
        self.gone: dict[str, int] = {}
        """Who went, and when it is told: another node that has them still may say so first."""
        self.missed: dict[Peer, None] = {}
        self.next = 0
        self.scheduled = False


class Watching:
    """Watching connections by workspace."""

    def __init__(self, broker: Broker, wheel: Wheel, clock: Clock, outbox: Outbox) -> None:
        """`outbox` writes the hints."""
        self._broker = broker
        self._wheel = wheel
        self._clock = clock
        self._outbox = outbox
        self._galleries: dict[str, Gallery] = {}
        self._wishes: dict[Peer, dict[str, None]] = {}

    def watches(self, workspace_id: str) -> bool:
        """Whether somebody looks here."""
        return workspace_id in self._galleries

    def watch(self, peer: Peer, what: str, *, on: bool) -> None:
        """Begin or end to tell a connection of all visitors, or of the one in `visitor:<id>`."""
        if peer.gone:
            return
        wishes = self._wishes.setdefault(peer, {})
        if on:
            self._add(peer, wishes, what)
        elif what in wishes:
            del wishes[what]
            self._drop(peer, what)
        if not wishes:
            del self._wishes[peer]

    def leave(self, peer: Peer) -> None:
        """A connection is gone."""
        for what in self._wishes.pop(peer, ()):
            self._drop(peer, what)

    def _add(self, peer: Peer, wishes: dict[str, None], what: str) -> None:
        workspace_id = peer.claims.workspace_id
        gallery = self._galleries.get(workspace_id)
        if gallery is None:
            gallery = self._galleries[workspace_id] = Gallery(workspace_id)
            self._say(gallery)
        wishes.pop(what, None)
        wishes[what] = None
        if what == _ALL:
            gallery.everybody[peer] = None
            return
        one = what.partition(":")[2]
        gallery.one.setdefault(one, {})[peer] = None
        self._broker.publish(WatchNote(workspace_id, self._broker.node, on=True, visitor_id=one))
        singles = [wish for wish in wishes if wish != _ALL]
        if len(singles) > ONE_BY_ONE:
            del wishes[singles[0]]
            self._drop(peer, singles[0])

    def _drop(self, peer: Peer, what: str) -> None:
        gallery = self._galleries.get(peer.claims.workspace_id)
        if gallery is None:
            return
        if what == _ALL:
            gallery.everybody.pop(peer, None)
            gallery.missed.pop(peer, None)
        else:
            one = what.partition(":")[2]
            lookers = gallery.one.get(one, {})
            lookers.pop(peer, None)
            if not lookers:
                gallery.one.pop(one, None)
        if not gallery.everybody and not gallery.one:
            del self._galleries[gallery.workspace_id]
            self._broker.publish(WatchNote(gallery.workspace_id, self._broker.node, on=False))

    def _say(self, gallery: Gallery) -> None:
        """Tell all nodes that somebody looks here, again and again while it is so."""
        if self._galleries.get(gallery.workspace_id) is gallery:
            self._broker.publish(WatchNote(gallery.workspace_id, self._broker.node, on=True))
            self._wheel.add(Once(lambda _: self._say(gallery)), self._clock() + AGAIN_MS)

    def say_again(self, workspace_id: str) -> None:
        """A node that does not look may not know who does."""
        if workspace_id in self._galleries:
            self._broker.publish(WatchNote(workspace_id, self._broker.node, on=True))

    # ── telling ───────────────────────────────────────────────────────────────────────────────────────────────────

    def take(self, note: VisitorsNote) -> None:
        """News of a node's visitors."""
        gallery = self._galleries.get(note.workspace_id)
        if gallery is None:
            return
        now = self._clock()
        for id, value in note.set.items():
            gallery.gone.pop(id, None)
            gallery.set[id] = msgspec.Raw(value)
        for id in note.gone:
            gallery.set.pop(id, None)
            gallery.gone[id] = now + EVERY_MS
        if gallery.scheduled:
            return
        if now >= gallery.next and gallery.set:
            self._tell(gallery, now)
        else:
            self._soon(gallery, now)

    def _soon(self, gallery: Gallery, now: int) -> None:
        gallery.scheduled = True
        self._wheel.add(Once(lambda then: self._later(gallery, then)), max(now, gallery.next))

    def _later(self, gallery: Gallery, now: int) -> None:
        gallery.scheduled = False
        if self._galleries.get(gallery.workspace_id) is gallery:
            self._tell(gallery, now)

    def _tell(self, gallery: Gallery, now: int) -> None:
        """One hint to everybody who sees them all, one of their own to those who look at single visitors."""
        gallery.next = now + EVERY_MS
        told: dict[str, msgspec.Raw] = {}
        size = 0
        while gallery.set and size < HINT_BYTES:
            id = next(iter(gallery.set))
            told[id] = value = gallery.set.pop(id)
            size += len(bytes(value))
        gone = [id for id, at in gallery.gone.items() if at <= now]
        for id in gone:
            del gallery.gone[id]
        if told or gone or gallery.missed:
            self._tell_everybody(gallery, told, gone)
            self._tell_single(gallery, told, gone)
        if gallery.set or gallery.gone or gallery.missed:
            self._soon(gallery, now)

    def _tell_everybody(self, gallery: Gallery, told: dict[str, msgspec.Raw], gone: list[str]) -> None:
        """Who cannot be written to misses it, and hears so once that is over."""
        reached = [peer for peer in gallery.everybody if peer.paused_at is None]
        for peer in [peer for peer in gallery.missed if peer.paused_at is None]:
            del gallery.missed[peer]
            self._outbox.push(peer, _MISSED)
        if told or gone:
            gallery.missed.update((peer, None) for peer in gallery.everybody if peer.paused_at is not None)
            self._outbox.push_all(reached, _hint(list(told.values()), gone))

    def _tell_single(self, gallery: Gallery, told: dict[str, msgspec.Raw], gone: list[str]) -> None:
        if not gallery.one:
            return
        mine: dict[Peer, News] = {}
        for id in [*told, *gone]:
            for peer in gallery.one.get(id, ()):
                if peer in gallery.everybody or peer.paused_at is not None:
                    continue
                news = mine.setdefault(peer, News([], []))
                if id in told:
                    news.set.append(told[id])
                else:
                    news.gone.append(id)
        for peer, news in mine.items():
            self._outbox.push(peer, _hint(news.set, news.gone))


def _hint(told: list[msgspec.Raw], gone: list[str]) -> Out:
    return Out(_encode(Hint(_ALL, News(told, gone))))
