"""What the relay counts: plain integers, added up where things happen, read by whoever watches.

Nothing here locks or allocates. Labels come from fixed sets: nothing of workspaces, people or addresses.
"""

from collections import Counter
from typing import Literal

from halloo.kit.histogram import Histogram

LAG_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
Source = Literal["ring", "log", "none"]
"""Where missed events came from; `none`: nothing was missed, or nothing could be found."""
Outcome = Literal["recovered", "lost"]


class Tally:
    """One node's numbers since its start."""

    __slots__ = (
        "bytes_out",
        "catch_ups",
        "closes",
        "fell_behind",
        "frames_in",
        "frames_out",
        "hints",
        "lag",
        "opened",
        "recoveries",
        "refused",
        "sockets",
    )

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self.opened = 0
        """Upgrades that were answered, whether a `connect` followed or not."""
        self.refused: Counter[str] = Counter()
        """Handshakes that were turned away, by reason."""
        self.sockets: Counter[tuple[str, str]] = Counter()
        """Connections that are let in now, by role and transport."""
        self.frames_in = 0
        self.frames_out = 0
        self.bytes_out = 0
        """Payload handed to connections by fan-out, hints and recoveries; answers to frames are not in it."""
        self.hints = 0
        self.recoveries: Counter[tuple[Source, Outcome]] = Counter()
        """Streams that a client came back to with a position."""
        self.catch_ups = 0
        """Times a connection that was behind its stream was brought to its head again."""
        self.fell_behind = 0
        """Times a room was given up, and its connections closed with 4010, since it was behind the log."""
        self.closes: Counter[int] = Counter()
        """How often each code has closed a connection."""
        self.lag = Histogram(LAG_SECONDS)
        """From a fact's own time to the moment when its last connection was written to, once for each tick that sent facts."""
