"""Who is there, on whichever node: online, away or offline. Changes are told once they lasted 3 seconds.

Each node keeps its own people before the eyes of all and says what changes; each tells its own connections what that makes of
a person: the best of what all nodes say.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from halloo.kit.clock import Clock
from halloo.relay.broker import Broker, Note, PresenceNote
from halloo.relay.comings import Comings
from halloo.relay.elsewhere import Elsewhere, Glances, Key, Seen, State, best, pack_seen
from halloo.relay.frames import Role
from halloo.relay.peer import Peer
from halloo.relay.wheel import Once, Wheel

SHOWN_MAX = 200
"""Members that are told one by one; of more, only how many there are."""
KIND = "presence"
"""What people are kept under in the broker."""
Tell = Callable[[str, list[str], str, Any], None]
"""Sends a hint to this node's connections: workspace, streams, name, data."""


class Member:
    """A person on this node, with all their connections."""

    __slots__ = ("_presence", "avatar", "away", "id", "name", "peers", "role", "scheduled", "shown", "workspace_id")

    def __init__(self, presence: "Presence", peer: Peer) -> None:
        """Not shown to anybody yet. `away`: they said so themselves, whatever their connections say."""
        claims = peer.claims
        self._presence = presence
        self.workspace_id = claims.workspace_id
        self.role: Role = claims.role
        self.id = claims.identity[1]
        self.name = claims.name
        self.avatar = claims.avatar
        self.away = claims.away
        self.peers: dict[Peer, None] = {}
        self.shown: State = "offline"
        self.scheduled = False

    @property
    def state(self) -> State:
        """What the person said, and what the connections say together: one that looks is enough."""
        if not self.peers:
            return "offline"
        return "away" if self.away or all(peer.away for peer in self.peers) else "online"

    @property
    def key(self) -> Key:
        """The identity."""
        return (self.role, self.id)

    @property
    def seen(self) -> Seen:
        """What is shown of the person."""
        return Seen(self.role, self.id, self.shown, self.name, self.avatar)

    def due(self, now: int) -> int | None:  # noqa: ARG002 - the protocol's
        """The debounce is over: tell, where it still differs."""
        self.scheduled = False
        self._presence.settle(self)
        return None


class Presence:
    """Members by workspace and identity."""

    def __init__(self, wheel: Wheel, clock: Clock, debounce_ms: int, tell: Tell, broker: Broker) -> None:
        """`tell` sends the hints."""
        self._wheel = wheel
        self._clock = clock
        self._debounce_ms = debounce_ms
        self._tell = tell
        self._broker = broker
        self.comings = Comings(broker.node, wheel, clock, self)
        self._members: dict[str, dict[Key, Member]] = {}
        self._elsewhere = Elsewhere()
        self._glances = Glances()
        self._said: dict[tuple[str, str], tuple[int, bool]] = {}
        self._faces: dict[tuple[str, str], tuple[int, str, str | None]] = {}
        """Name and picture as operators changed them, and when: what a token says may be older."""
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._attended: set[str] = set()
        self._answers: dict[str, dict[str, Any]] = {}
        """What `operators` said last: every connection is told that, however many visitors there are."""
        broker.listen(self._noted)
        broker.on_reach(self._reached)
        broker.on_gone(self._lost)

    # ── people of this node ───────────────────────────────────────────────────────────────────────────────────────

    def enter(self, peer: Peer) -> None:
        """A connection was let in. Programs are not people."""
        if peer.claims.identity[0] == "token":
            return
        members = self._members.setdefault(peer.claims.workspace_id, {})
        member = members.get(peer.claims.identity)
        if member is None:
            member = members[peer.claims.identity] = Member(self, peer)
            at, away = self._said.get((member.workspace_id, member.id), (0, False))
            if at >= peer.claims.issued_at:  # said after this token was made
                member.away = away
            self._face(member, peer.claims.issued_at)
        member.peers[peer] = None
        if member.shown == "offline" and self.state(member.workspace_id, member.key) == member.state:
            member.shown = member.state  # comes from another node: the others need not see them go first
            self._keep(member)
        self._changed(member)

    def leave(self, peer: Peer) -> None:
        """A connection is gone."""
        member = self._find(peer)
        if member is not None:
            member.peers.pop(peer, None)
            self._changed(member)

    def set_away(self, peer: Peer, *, away: bool) -> None:
        """The person looks away, or back."""
        peer.away = away
        member = self._find(peer)
        if member is not None:
            self._changed(member)

    def say_away(self, workspace_id: str, operator_id: str, at: int, *, away: bool) -> None:
        """An operator said, at UNIX milliseconds `at`, whether they answer at present."""
        self._said[workspace_id, operator_id] = (at, away)
        member = self._members.get(workspace_id, {}).get(("operator", operator_id))
        if member is not None:
            member.away = away
            self._changed(member)

    def say_face(self, workspace_id: str, operator_id: str, at: int, name: str, avatar: str | None) -> None:
        """An operator changed, at UNIX milliseconds `at`, name or picture; whoever sees them sees that at once."""
        self._faces[workspace_id, operator_id] = (at, name, avatar)
        member = self._members.get(workspace_id, {}).get(("operator", operator_id))
        if member is not None and self._face(member, at) and member.shown != "offline":
            self._keep(member)
            self._show(member.workspace_id, member.key, None, member.shown)

    def _face(self, member: Member, at: int) -> bool:
        """Give a member the name and picture that were said at `at` or later; whether that changed something."""
        said = self._faces.get((member.workspace_id, member.id))
        if member.role != "operator" or said is None or said[0] < at or said[1:] == (member.name, member.avatar):
            return False
        _, member.name, member.avatar = said
        return True

    def _find(self, peer: Peer) -> Member | None:
        return self._members.get(peer.claims.workspace_id, {}).get(peer.claims.identity)

    def _changed(self, member: Member) -> None:
        if not member.scheduled and (member.state != member.shown or not member.peers):
            member.scheduled = True
            self._wheel.add(member, self._clock() + self._debounce_ms)

    def settle(self, member: Member) -> None:
        """Show what is true now; forget who left."""
        before = self.state(member.workspace_id, member.key)
        changed = member.state != member.shown
        if changed:
            self.comings.before_change(member.workspace_id, member.key, self._broker.node)
        member.shown = member.state
        if member.shown == "offline":
            members = self._members.get(member.workspace_id, {})
            if members.pop(member.key, None) is not None and not members:
                del self._members[member.workspace_id]
        if changed:
            self._keep(member)
            self._show(member.workspace_id, member.key, before, self.state(member.workspace_id, member.key))

    def _keep(self, member: Member) -> None:
        """Say it to the other nodes."""
        if member.role == "operator":
            self._answers.pop(member.workspace_id, None)
        value = None if member.shown == "offline" else pack_seen(member.seen)
        id = f"{member.role}:{member.id}"
        self._broker.keep(member.workspace_id, KIND, id, value)
        self._broker.publish(PresenceNote(member.workspace_id, self._broker.node, id, value))

    # ── people of other nodes ─────────────────────────────────────────────────────────────────────────────────────

    def _noted(self, note: Note) -> None:
        if (
            not isinstance(note, PresenceNote)
            or note.node == self._broker.node
            or note.workspace_id not in self._attended
        ):
            return
        role, _, id = note.id.partition(":")
        before: State | None = self.state(note.workspace_id, (role, id))
        known = self._elsewhere.of(note.workspace_id, (role, id))
        self.comings.before_change(note.workspace_id, (role, id), note.node)
        key = self._elsewhere.take(note)
        if role == "operator":
            self._answers.pop(note.workspace_id, None)
        if key is not None:
            seen = self._elsewhere.of(note.workspace_id, key)
            if known is not None and seen is not None and (known.name, known.avatar) != (seen.name, seen.avatar):
                before = None
            self._show(note.workspace_id, key, before, self.state(note.workspace_id, key))

    def _reached(self, workspace_ids: Iterable[str]) -> None:
        for workspace_id in workspace_ids:
            if workspace_id in self._attended:
                self._look_again(workspace_id)

    def _look_again(self, workspace_id: str) -> None:
        if workspace_id not in self._looking:
            task = asyncio.get_running_loop().create_task(self._look(workspace_id))
            self._looking[workspace_id] = task
            task.add_done_callback(lambda _: self._looking.pop(workspace_id, None))

    async def attend(self, workspace_id: str) -> None:
        """From now on somebody here asks about this workspace: learn who is there elsewhere."""
        self._attended.add(workspace_id)
        await self._look(workspace_id)

    def forget(self, workspace_id: str) -> None:
        """The reverse of `attend`."""
        self._attended.discard(workspace_id)
        self._elsewhere.forget(workspace_id)
        self.comings.forget(workspace_id)
        self._answers.pop(workspace_id, None)

    async def _look(self, workspace_id: str) -> None:
        """Ask what the other nodes keep of a workspace, and show what differs."""
        kept = await self._broker.kept(workspace_id, KIND)
        if workspace_id not in self._attended:
            return
        before: dict[Key, State] = {
            seen.key: self.state(workspace_id, seen.key) for seen in self._elsewhere.everyone(workspace_id)
        }
        others = [one for one in kept if one.node != self._broker.node]
        touched = self._elsewhere.replace(workspace_id, others)
        self._answers.pop(workspace_id, None)
        for key in touched:
            self._show(workspace_id, key, before.get(key, self._here(workspace_id, key)), self.state(workspace_id, key))

    def _lost(self, node: str) -> None:
        """What a node said that is gone holds no longer; its people may be on their way to another, so that is told later."""
        self._wheel.add(Once(lambda _: self._lose(node)), self._clock() + self._debounce_ms)

    def _lose(self, node: str) -> None:
        for workspace_id, key in self._elsewhere.people_of(node):
            self.comings.before_change(workspace_id, key, node)
        lost = self._elsewhere.lose(node)
        self._answers.clear()
        for workspace_id, key, said in lost:
            before = best([self.state(workspace_id, key), said])
            self._show(workspace_id, key, before, self.state(workspace_id, key))

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────

    def _show(self, workspace_id: str, key: Key, before: State | None, now: State) -> None:
        """Tell what differs; `before` is None where something else than the state does."""
        if now == before or workspace_id not in self._attended:
            return
        if key[0] == "operator":  # of visitors those hear who look at them: `visitors.py`
            self._tell(workspace_id, [f"w:{workspace_id}", "v:*"], "presence", self.operators(workspace_id))

    def _here(self, workspace_id: str, key: Key) -> State:
        member = self._members.get(workspace_id, {}).get(key)
        return "offline" if member is None else member.shown

    def state(self, workspace_id: str, key: Key) -> State:
        """How a person is shown: the best of what all nodes say."""
        seen = self._elsewhere.of(workspace_id, key)
        return best([self._here(workspace_id, key), "offline" if seen is None else seen.state])

    def _everyone(self, workspace_id: str, role: Role) -> list[Seen]:
        """Each person that is shown, once, with the state that is shown."""
        people = {seen.key: seen for seen in self._elsewhere.everyone(workspace_id)}
        people.update({m.key: m.seen for m in self._members.get(workspace_id, {}).values() if m.shown != "offline"})
        return [
            msgspec.structs.replace(seen, state=self.state(workspace_id, key))
            for key, seen in people.items()
            if seen.role == role
        ]

    def operators(self, workspace_id: str) -> dict[str, Any]:
        """Which operators are there, and whether anybody is available; where they are too many, only how many there are."""
        answer = self._answers.get(workspace_id)
        if answer is None:
            answer = self._operators(workspace_id)
            if workspace_id in self._attended:  # else what other nodes say would not reach it
                self._answers[workspace_id] = answer
        return answer

    def _operators(self, workspace_id: str) -> dict[str, Any]:
        shown = self._everyone(workspace_id, "operator")
        said: dict[str, Any] = {
            "operators": [{"id": m.id, "name": m.name, "avatar": m.avatar, "availability": m.state} for m in shown],
            "available": any(m.state == "online" for m in shown),
        }
        return said if len(shown) <= SHOWN_MAX else {**said, "operators": [], "count": len(shown)}

    def is_any_available(self, workspace_id: str) -> bool:
        """Whether any operator is shown as online."""
        return bool(self.operators(workspace_id)["available"])

    def count_visitors(self, workspace_id: str) -> int:
        """How many visitors are shown, each once."""
        members = self._members.get(workspace_id, {})
        here = {m.id for m in members.values() if m.role == "visitor" and m.shown != "offline"}
        return len(here.union(self._elsewhere.visitors(workspace_id)))

    def nodes(self, workspace_id: str) -> set[str]:
        """The nodes that show people of a workspace."""
        found = self._elsewhere.nodes(workspace_id)
        if any(member.shown != "offline" for member in self._members.get(workspace_id, {}).values()):
            found.add(self._broker.node)
        return found

    def is_there(self, workspace_id: str, visitor_id: str) -> bool:
        """Whether a visitor has a connection now, on a node that this one hears of."""
        key: Key = ("visitor", visitor_id)
        member = self._members.get(workspace_id, {}).get(key)
        if (member is not None and member.peers) or self._elsewhere.of(workspace_id, key) is not None:
            return True
        return workspace_id not in self._attended and self._glances.has(workspace_id, visitor_id, self._clock())

    async def glance(self, workspace_id: str) -> None:
        """Learn for some seconds who is there elsewhere, where nobody here is connected."""
        now = self._clock()
        if workspace_id not in self._attended and not self._glances.is_fresh(workspace_id, now):
            self._glances.put(workspace_id, await self._broker.kept(workspace_id, KIND), now)

    async def ask_operators(self, workspace_id: str) -> frozenset[str] | None:
        """Which operators are available now, on any node, also where nobody here is connected; None where they are too many."""
        await self.glance(workspace_id)
        said = self.operators(workspace_id)
        if "count" in said:
            return None
        here = frozenset(one["id"] for one in said["operators"] if one["availability"] == "online")
        return here if workspace_id in self._attended else here | self._glances.operators(workspace_id, self._clock())

    async def ask(self, workspace_id: str, visitor_id: str) -> bool:
        """Whether a visitor has a connection now, on any node, also where nobody here is connected."""
        await self.glance(workspace_id)
        return self.is_there(workspace_id, visitor_id)
