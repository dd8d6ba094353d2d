"""The port to what is live and not stored: who is online, who types. `app` builds it over the relay's hub."""

from typing import Literal, Protocol

from halloo.relay.frames import LiveVisitor
from halloo.workspaces.model import Actor


class Live(Protocol):
    """Guarantee: what it says may be a few seconds old; what is no `async` answers from memory, never raises and never waits."""

    async def look(self, workspace_id: str) -> None:
        """Learn who is online on other servers, if this one does not hear of them anyway; takes half a second at most."""
        ...

    def is_online(self, workspace_id: str, visitor_id: str) -> bool:
        """Whether the visitor has a live connection."""
        ...

    def addresses(self, workspace_id: str, visitor_id: str) -> list[str]:
        """Where a visitor is connected from, as far as this server knows, the newest connection last."""
        ...

    async def operators(self, workspace_id: str) -> frozenset[str] | None:
        """The ids of the operators who are there and available; None where they are too many to name."""
        ...

    def typing(self, who: Actor, conversation_id: str, visitor_id: str, state: Literal["start", "stop"]) -> None:
        """Tell visitor and colleagues that an operator is typing, or stopped."""
        ...

    async def visitors(
        self, who: Actor, behind: str | None, limit: int, *, online: bool | None = None
    ) -> list[LiveVisitor]:
        """Visitors who are on the site, in falling order of their ids, from behind `behind`; with `online`, of that state.

        Raises `MissingScope`.
        """
        ...

    async def count_visitors(self, who: Actor) -> int:
        """How many visitors are on the site. Raises `MissingScope`."""
        ...


class NobodyLive:
    """The twin without a relay: nobody is online, and nobody is told."""

    async def look(self, workspace_id: str) -> None:
        """There are no others."""

    def is_online(self, workspace_id: str, visitor_id: str) -> bool:  # noqa: ARG002 - the port's
        """Say no."""
        return False

    def addresses(self, workspace_id: str, visitor_id: str) -> list[str]:  # noqa: ARG002 - the port's
        """Nowhere."""
        return []

    async def operators(self, workspace_id: str) -> frozenset[str] | None:  # noqa: ARG002 - the port's
        """Nobody."""
        return frozenset()

    def typing(self, who: Actor, conversation_id: str, visitor_id: str, state: Literal["start", "stop"]) -> None:
        """Tell nobody."""

    async def visitors(
        self,
        who: Actor,
        behind: str | None,  # noqa: ARG002 - the port's
        limit: int,  # noqa: ARG002 - the port's
        *,
        online: bool | None = None,  # noqa: ARG002 - the port's
    ) -> list[LiveVisitor]:
        """Nobody."""
        who.require("visitors:read")
        return []

    async def count_visitors(self, who: Actor) -> int:
        """Nobody."""
        who.require("visitors:read")
        return 0
