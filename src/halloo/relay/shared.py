"""What every connection of a server uses."""

from asyncio import BaseTransport
from typing import Any, Protocol, cast

import msgspec

from halloo.kit.clock import Clock
from halloo.relay.actions_port import RelayActions
from halloo.relay.admission import Admission
from halloo.relay.frames import Close
from halloo.relay.handshake import NO_REQUEST, Doors, Turned, Upgrade, Whence, later, reason_of, turn_away
from halloo.relay.hub import Hub
from halloo.relay.limits import Timing
from halloo.relay.peer import Link
from halloo.relay.session import Rules
from halloo.relay.sight import Sight


class Socket(Protocol):
    """A connection as the server sees it when it stops."""

    over: bool
    link: Link

    @property
    def busy(self) -> bool:
        """Whether a frame of it is being worked on."""
        ...

    def answer(self, frame: msgspec.Struct) -> None:
        """Send a frame."""
        ...

    def end(self, close: Close) -> None:
        """Close it."""
        ...


class Shared:
    """Built once by the server."""

    def __init__(
        self,
        hub: Hub,
        rules: Rules,
        actions: RelayActions,
        doors: Doors,
        clock: Clock,
        wall: Clock,
        admission: Admission,
        whence: Whence,
    ) -> None:
        """Nobody is connected yet."""
        self._whence = whence
        self.hub = hub
        self.rules = rules
        self.actions = actions
        self.doors = doors
        self.admission = admission
        self.draining = False
        self.clock = clock
        self.wall = wall
        self.sight = Sight(actions, clock)
        self.connections: dict[Socket, None] = {}
        self.tally = hub.tally
        self.closes = hub.tally.closes

    @property
    def timing(self) -> Timing:
        """The times connections live by."""
        return self.rules.timing

    def turn_away(self, upgrade: Upgrade | None, transport: BaseTransport) -> Turned | None:
        """Why this upgrade is not answered with 101, or None."""
        if upgrade is None:
            turned: Turned | None = NO_REQUEST
        else:
            turned = turn_away(upgrade, self.doors) or self.full(upgrade, _peer_of(transport))
        if turned is not None:
            self.tally.refused[reason_of(turned)] += 1
        return turned

    def stopping(self) -> Turned | None:
        """Why nobody is let in any more, or None."""
        return later("This server is about to stop; come back in a moment.") if self.draining else None

    def full(self, request: Upgrade, peer: str | None) -> Turned | None:
        """Why nobody new is let in now, or nobody from there, or None."""
        return self.stopping() or self.admission.turn_away(self._whence(peer, request.values("x-forwarded-for")))


def _peer_of(transport: BaseTransport) -> str | None:
    """The peer's address; a Unix socket has none."""
    peer: Any = transport.get_extra_info("peername")
    return cast("tuple[str, int]", peer)[0] if isinstance(peer, tuple) else None
