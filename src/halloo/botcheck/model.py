"""Who is asked for a bot check, and what a solution that holds is worth."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["off", "adaptive", "always"]
"""`guard_level` of a widget: never, on risk, or for every start and message of a visitor who is not identified."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A solution that holds and was not looked up yet: `actions.spend` makes it count, once.

    `challenge`: the signature of what was solved, which is one for all ways to write it down. `expires_at`: UNIX milliseconds.
    """

    challenge: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants something stored. `visitor`: the visitor's id, or the guest id of somebody who has none yet.

    `address`: what rates are counted by; None where it is not known, as on a relay's socket.
    """

    widget_id: str
    visitor: str
    level: Level
    identified: bool = False
    address: str | None = None

    @property
    def exempt(self) -> bool:
        """Whether no check is asked for, whatever happens: the widget has none, or we know who it is."""
        return self.identified or self.level == "off"
