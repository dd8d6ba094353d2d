"""Who is on the site: the live visitors of each workspace on this node, kept before the eyes of all nodes (relay contract 5).

A visitor is there from their first connection until 3 seconds after their last one. What changes is told at most twice a
second, as a note to the nodes where somebody looks; while nobody does, it is only kept. `watching.py` is the looking side.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from halloo.contacts.model import Page
from halloo.events.model import Fact
from halloo.kit.clock import SECOND, Clock
from halloo.relay.broker import Broker, VisitorsNote, WatchNote
from halloo.relay.frames import LiveTyping, LiveVisitor
from halloo.relay.live_visitor import NAME_MAX, NOTHING, Entry, Lobby, joined, read, readable, render
from halloo.relay.outbox import Outbox
from halloo.relay.peer import Peer
from halloo.relay.source import source_of
from halloo.relay.tokens import About
from halloo.relay.watching import AGAIN_MS, WATCH_LIFE_MS, Watching
from halloo.relay.wheel import Once, Wheel

KIND = "visitor"
EVERY_MS = 500
"""Between two notes of a workspace."""
NOTE_BYTES = 128 * 1024
"""About how much one note holds; what is more waits for the next."""
TYPING_MS = 10 * SECOND
ASK_MS = 200
"""A node that gets its first visitor asks so much later who looks; by then it hears the answer."""
UNTOLD_MS = AGAIN_MS + 5 * SECOND
"""How long it is remembered of whom nobody was told: a node that begins to listen hears at the latest then who looks."""
_URL, _TITLE, _EXCERPT = 1_024, 256, 256
_payload = msgspec.json.Decoder(dict[str, Any])
_ABOUT = frozenset(
    {
        "session:request:initiated",
        "session:set_state",
        "session:removed",
        "session:set_nickname",
        "session:set_avatar",
        "people:bind:session",
    }
)


class Visitors:
    """Live visitors by workspace, and who watches them here."""

    def __init__(
        self, broker: Broker, wheel: Wheel, outbox: Outbox, clock: Clock, wall: Clock, debounce_ms: int
    ) -> None:
        """`clock` never goes back, `wall` is UNIX time."""
        self._broker = broker
        self._wheel = wheel
        self._clock = clock
        self._wall = wall
        self._debounce_ms = debounce_ms
        self._lobbies: dict[str, Lobby] = {}
        self._looking: dict[str, dict[str, int]] = {}
        """By workspace the nodes where somebody looks, each until when."""
        self.watching = Watching(broker, wheel, clock, outbox)

    # ── what visitors do ──────────────────────────────────────────────────────────────────────────────────────────

    def enter(self, peer: Peer) -> None:
        """A connection was let in."""
        claims = peer.claims
        if claims.visitor_id is None:
            return
        lobby = self._lobbies.get(claims.workspace_id)
        if lobby is None:
            lobby = self._lobbies[claims.workspace_id] = Lobby(claims.workspace_id)
            self._wheel.add(Once(lambda _: self._ask(claims.workspace_id)), self._clock() + ASK_MS)
        entry = lobby.entries.get(claims.visitor_id)
        if entry is None:
            entry = lobby.entries[claims.visitor_id] = Entry(peer, self._wall())
            lobby.gone.pop(claims.visitor_id, None)
            self._own(lobby, claims.visitor_id, entry, _about(peer).conversation_id)
            self._news(lobby, claims.visitor_id)
        else:
            entry.peers.append(peer)
            self.renew(peer)
            self._look(peer)

    def _ask(self, workspace_id: str) -> None:
        """This node listens for the workspace only since its first visitor came: who looks is to say so again."""
        if not self.watching.watches(workspace_id):
            self._broker.publish(WatchNote(workspace_id, self._broker.node, on=False))

    def renew(self, peer: Peer) -> None:
        """A connection goes on with a fresh token, which may know more. One that is older than the last knows less."""
        found = self._find(peer)
        if found is None or peer.claims.issued_at <= found[2].claims.issued_at:
            return
        lobby, id, entry = found
        entry.take(peer.claims)
        self._own(lobby, id, entry, _about(peer).conversation_id or entry.conversation)
        self._news(lobby, id)

    def leave(self, peer: Peer) -> None:
        """A connection is gone; so is the visitor, if none comes in 3 seconds."""
        self.watching.leave(peer)
        found = self._find(peer)
        if found is None or peer not in found[2].peers:
            return
        lobby, id, entry = found
        entry.peers.remove(peer)
        if entry.peers:
            self._look(peer)
        else:
            self._wheel.add(Once(lambda _: self._part(lobby, id, entry)), self._clock() + self._debounce_ms)

    def _part(self, lobby: Lobby, id: str, entry: Entry) -> None:
        if entry.peers or lobby.entries.get(id) is not entry:
            return
        self._own(lobby, id, entry, None)
        del lobby.entries[id]
        lobby.dirty.pop(id, None)
        lobby.gone[id] = None
        self._soon(lobby)

    def look(self, peer: Peer) -> None:
        """A connection's person looks away, or back: shown once it lasted."""
        if peer.claims.visitor_id is not None:
            self._look(peer)

    def _look(self, peer: Peer) -> None:
        found = self._find(peer)
        if found is not None and found[2].looks_away != found[2].away:
            self._wheel.add(Once(lambda _: self._settle(*found)), self._clock() + self._debounce_ms)

    def _settle(self, lobby: Lobby, id: str, entry: Entry) -> None:
        if entry.peers and entry.looks_away != entry.away and lobby.entries.get(id) is entry:
            entry.away = entry.looks_away
            self._news(lobby, id)

    def page(self, peer: Peer, page: Page) -> None:
        """The visitor is on this page. Where they came from their first page says, for the whole visit."""
        found = self._find(peer)
        if found is None or not _about(peer).tracked:
            return
        lobby, id, entry = found
        shown = entry.page
        if shown is not None and shown.url == page.url:
            if shown.title == page.title[:_TITLE]:
                return  # a line that came back, not a step
            page = Page(page.url, page.title, page.referrer, shown.at)
        if shown is None:
            entry.source = source_of(page.url, page.referrer)
        entry.page = Page(page.url[:_URL], page.title[:_TITLE], page.referrer[:_URL], page.at)
        self._news(lobby, id)

    def typing(self, peer: Peer, conversation_id: str, excerpt: str | None, *, on: bool) -> None:
        """The visitor types, or stopped; forgotten after 10 seconds."""
        found = self._find(peer)
        if found is None:
            return
        lobby, id, entry = found
        if not on:
            if entry.typing is not None:
                entry.typing = None
                self._news(lobby, id, kept=False)
            return
        until = self._clock() + TYPING_MS
        if not entry.timed:
            entry.timed = True
            self._wheel.add(Once(lambda now: self._stop_typing(lobby, id, entry, now)), until)
        entry.typing = (conversation_id, None if excerpt is None else excerpt[:_EXCERPT], until)
        self._news(lobby, id, kept=False)

    def _stop_typing(self, lobby: Lobby, id: str, entry: Entry, now: int) -> None:
        there = lobby.entries.get(id) is entry
        if entry.typing is not None and entry.typing[2] > now and there:
            self._wheel.add(Once(lambda then: self._stop_typing(lobby, id, entry, then)), entry.typing[2])
            return
        entry.timed = False
        if entry.typing is not None and there:
            entry.typing = None
            self._news(lobby, id, kept=False)

    def facts(self, workspace_id: str, facts: Sequence[Fact]) -> None:
        """What happened in conversations of live visitors: one began or ended, a name was given."""
        lobby = self._lobbies.get(workspace_id)
        if lobby is None:
            return
        telling = [fact for fact in facts if fact.name in _ABOUT]
        for fact in telling:
            if fact.name == "session:request:initiated" and fact.visitor_id in lobby.entries:
                self._has(lobby, fact.visitor_id, fact.conversation_id)
        for fact in telling:  # what was recorded before its conversation began is about it all the same
            id = lobby.owners.get(fact.conversation_id or "")
            if id is not None:
                self._apply(lobby, id, lobby.entries[id], fact)

    def _has(self, lobby: Lobby, id: str, conversation_id: str | None) -> None:
        entry = lobby.entries[id]
        self._own(lobby, id, entry, conversation_id)
        self._news(lobby, id)

    def _apply(self, lobby: Lobby, id: str, entry: Entry, fact: Fact) -> None:
        said = _payload.decode(fact.data)
        if fact.name == "session:removed" or said.get("state") == "resolved":
            self._own(lobby, id, entry, None)
        elif fact.name == "session:set_nickname":
            entry.name = str(said.get("nickname", ""))[:NAME_MAX]
        elif fact.name == "session:set_avatar":
            entry.avatar = said.get("avatar")
        elif fact.name == "people:bind:session":
            entry.contact = said.get("people_id")
        else:
            return
        self._news(lobby, id)

    @staticmethod
    def _own(lobby: Lobby, id: str, entry: Entry, conversation_id: str | None) -> None:
        if entry.conversation is not None and entry.conversation != conversation_id:
            lobby.owners.pop(entry.conversation, None)
        entry.conversation = conversation_id
        if conversation_id is not None:
            lobby.owners[conversation_id] = id

    def _find(self, peer: Peer) -> tuple[Lobby, str, Entry] | None:
        id = peer.claims.visitor_id
        lobby = self._lobbies.get(peer.claims.workspace_id)
        entry = None if lobby is None or id is None else lobby.entries.get(id)
        return None if lobby is None or id is None or entry is None else (lobby, id, entry)

    # ── telling ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _news(self, lobby: Lobby, id: str, *, kept: bool = True) -> None:
        """There is news of a visitor who is there; of one who has parted there is none any more."""
        if id not in lobby.entries:
            return
        lobby.dirty[id] = kept or lobby.dirty.get(id, False)
        self._soon(lobby)

    def _soon(self, lobby: Lobby) -> None:
        if not lobby.scheduled:
            lobby.scheduled = True
            self._wheel.add(Once(lambda now: self._tell(lobby, now)), max(self._clock(), lobby.next))

    def _tell(self, lobby: Lobby, now: int) -> None:
        """Keep and tell what is new, as much as a note holds."""
        lobby.scheduled = False
        lobby.next = now + EVERY_MS
        told: dict[str, bytes] = {}
        size = 0
        while lobby.dirty and size < NOTE_BYTES:
            id = next(iter(lobby.dirty))
            value = self._keep(lobby, id, kept=lobby.dirty.pop(id))
            told[id] = value
            size += len(value)
        gone, lobby.gone = list(lobby.gone), {}
        for id in gone:
            self._broker.keep(lobby.workspace_id, KIND, id, None)
        if lobby.dirty:
            self._soon(lobby)
        elif not lobby.entries:
            del self._lobbies[lobby.workspace_id]
        if self._is_watched(lobby.workspace_id, now):
            self._broker.publish(VisitorsNote(lobby.workspace_id, self._broker.node, told, gone))
        else:
            self._remember(lobby, [*told, *gone], now)

    @staticmethod
    def _remember(lobby: Lobby, ids: list[str], now: int) -> None:
        for id in ids:
            lobby.untold.pop(id, None)
            lobby.untold[id] = now
        while lobby.untold and lobby.untold[oldest := next(iter(lobby.untold))] < now - UNTOLD_MS:
            del lobby.untold[oldest]

    def _catch_up(self, lobby: Lobby, now: int) -> None:
        """Somebody looks of whom this node had not heard: what they may have missed is told now."""
        missed = [id for id, at in lobby.untold.items() if at >= now - UNTOLD_MS]
        lobby.untold.clear()
        for id in missed:
            if id in lobby.entries:
                self._news(lobby, id)
            else:
                lobby.gone[id] = None
                self._soon(lobby)

    def _keep(self, lobby: Lobby, id: str, *, kept: bool) -> bytes:
        """The visitor as they are now, kept where that is another than before; what they type is told alone."""
        entry = lobby.entries[id]
        if kept:
            value = render(id, entry, None)
            if value != entry.value:
                entry.value = value
                self._broker.keep(lobby.workspace_id, KIND, id, value)
        if entry.typing is None:
            return entry.value
        return render(id, entry, LiveTyping(*entry.typing[:2]))

    def _is_watched(self, workspace_id: str, now: int) -> bool:
        if self.watching.watches(workspace_id):
            return True
        return any(until > now for until in self._looking.get(workspace_id, {}).values())

    def noted(self, note: VisitorsNote | WatchNote) -> None:
        """What nodes say, this one included."""
        lobby = self._lobbies.get(note.workspace_id)
        if isinstance(note, VisitorsNote):
            if lobby is not None and note.node != self._broker.node:
                for id in note.gone:  # they left another node, not this one
                    if id in lobby.entries:
                        self._news(lobby, id)
            self.watching.take(note if note.node == self._broker.node else readable(note))
        elif note.node != self._broker.node:
            self._looked(note, lobby)
            if not note.on:
                self.watching.say_again(note.workspace_id)
        if isinstance(note, WatchNote) and lobby is not None and note.visitor_id in lobby.entries:
            self._news(lobby, note.visitor_id)

    def _looked(self, note: WatchNote, lobby: Lobby | None) -> None:
        now = self._clock()
        nodes = {node: until for node, until in self._looking.pop(note.workspace_id, {}).items() if until > now}
        known = nodes.pop(note.node, None) is not None
        while self._looking and max(self._looking[oldest := next(iter(self._looking))].values()) <= now:
            del self._looking[oldest]
        if note.on:
            nodes[note.node] = now + WATCH_LIFE_MS
            if lobby is not None and not known:
                self._catch_up(lobby, now)
        if nodes:
            self._looking[note.workspace_id] = nodes

    # ── the whole list ────────────────────────────────────────────────────────────────────────────────────────────

    async def count(self, workspace_id: str) -> int:
        """How many visitors are there, on all nodes."""
        return len({kept.id for kept in await self._broker.kept(workspace_id, KIND)})

    async def list(
        self, workspace_id: str, behind: str | None, limit: int, *, online: bool | None = None
    ) -> list[LiveVisitor]:
        """Visitors on all nodes behind an id, in falling order of their ids: those who were seen first last."""
        found: dict[str, list[bytes]] = {}
        for kept in await self._broker.kept(workspace_id, KIND):
            if behind is None or kept.id < behind:
                found.setdefault(kept.id, []).append(kept.value)
        page: list[LiveVisitor] = []
        for id in sorted(found, reverse=True):
            said = [one for value in found[id] if (one := read(id, value)) is not None]
            if not said:
                continue
            visitor = joined(said)
            if online is None or (visitor.state == "online") == online:
                page.append(visitor)
                if len(page) == limit:
                    break
        return page


def _about(peer: Peer) -> About:
    return peer.claims.about or NOTHING
