"""What every connection of a server uses."""

from collections import Counter
from typing import Protocol

import msgspec

from halloo.kit.clock import Clock
from halloo.relay.actions_port import RelayActions
from halloo.relay.admission import Admission
from halloo.relay.frames import Close
from halloo.relay.handshake import NO_REQUEST, Doors, Turned, Upgrade, later, turn_away
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
    ) -> None:
        """Nobody is connected yet."""
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
        self.closes: Counter[int] = Counter()
        """How often each code has closed a connection."""

    @property
    def timing(self) -> Timing:
        """The times connections live by."""
        return self.rules.timing

    def turn_away(self, upgrade: Upgrade | None) -> Turned | None:
        """Why this upgrade is not answered with 101, or None."""
        if upgrade is None:
            return NO_REQUEST
        return turn_away(upgrade, self.doors) or self.full()

    def full(self) -> Turned | None:
        """Why nobody new is let in now, whoever it is, or None."""
        if self.draining:
            return later("This server is about to stop; come back in a moment.")
        return self.admission.turn_away()
