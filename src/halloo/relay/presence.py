"""Who is there, as this node sees it: online, away or offline. Changes are told once they lasted 3 seconds."""

from collections.abc import Callable
from typing import Any, Literal

from halloo.kit.clock import Clock
from halloo.relay.peer import Peer
from halloo.relay.wheel import Wheel

State = Literal["online", "away", "offline"]
Tell = Callable[[str, list[str], str, Any], None]
"""Sends a hint: workspace, streams, name, data."""


class Member:
    """A person on this node, with all their connections."""

    __slots__ = ("_presence", "avatar", "away", "id", "name", "peers", "role", "scheduled", "shown", "workspace_id")

    def __init__(self, presence: "Presence", peer: Peer) -> None:
        """Not shown to anybody yet. `away`: they said so themselves, whatever their connections say."""
        claims = peer.claims
        self._presence = presence
        self.workspace_id = claims.workspace_id
        self.role = claims.role
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

    def due(self, now: int) -> int | None:  # noqa: ARG002 - the protocol's
        """The debounce is over: tell, where it still differs."""
        self.scheduled = False
        self._presence.settle(self)
        return None


class Presence:
    """Members by workspace and identity."""

    def __init__(self, wheel: Wheel, clock: Clock, debounce_ms: int, tell: Tell) -> None:
        """`tell` sends the hints."""
        self._wheel = wheel
        self._clock = clock
        self._debounce_ms = debounce_ms
        self._tell = tell
        self._members: dict[str, dict[tuple[str, str], Member]] = {}
        self._said: dict[tuple[str, str], tuple[int, bool]] = {}

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
        member.peers[peer] = None
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

    def _find(self, peer: Peer) -> Member | None:
        return self._members.get(peer.claims.workspace_id, {}).get(peer.claims.identity)

    def _changed(self, member: Member) -> None:
        if not member.scheduled and (member.state != member.shown or not member.peers):
            member.scheduled = True
            self._wheel.add(member, self._clock() + self._debounce_ms)

    def settle(self, member: Member) -> None:
        """Show what is true now; forget who left."""
        changed = member.state != member.shown
        member.shown = member.state
        if member.shown == "offline":
            members = self._members.get(member.workspace_id, {})
            if members.pop((member.role, member.id), None) is not None and not members:
                del self._members[member.workspace_id]
        if not changed:
            return
        if member.role == "operator":  # of visitors those hear who look at them: `visitors.py`
            streams = [f"w:{member.workspace_id}", "v:*"]
            self._tell(member.workspace_id, streams, "presence", self.operators(member.workspace_id))

    def operators(self, workspace_id: str) -> dict[str, Any]:
        """Which operators are there, and whether anybody is available."""
        shown = [
            m for m in self._members.get(workspace_id, {}).values() if m.role == "operator" and m.shown != "offline"
        ]
        return {
            "operators": [{"id": m.id, "name": m.name, "avatar": m.avatar, "availability": m.shown} for m in shown],
            "available": any(m.shown == "online" for m in shown),
        }

    def is_there(self, workspace_id: str, visitor_id: str) -> bool:
        """Whether a visitor has a connection now."""
        member = self._members.get(workspace_id, {}).get(("visitor", visitor_id))
        return member is not None and bool(member.peers)
