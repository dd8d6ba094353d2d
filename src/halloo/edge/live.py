"""The port to what is live and not stored: who is online, who types. `app` builds it over the relay's hub."""

from typing import Literal, Protocol

from halloo.workspaces.model import Actor


class Live(Protocol):
    """Guarantee: answers from memory at once, but for `look`, and never raises; what it says may be a few seconds old."""

    async def look(self, workspace_id: str) -> None:
        """Learn who is online on other servers, if this one does not hear of them anyway; takes half a second at most."""
        ...

    def is_online(self, workspace_id: str, visitor_id: str) -> bool:
        """Whether the visitor has a live connection."""
        ...

    def typing(self, who: Actor, conversation_id: str, visitor_id: str, state: Literal["start", "stop"]) -> None:
        """Tell visitor and colleagues that an operator is typing, or stopped."""
        ...


class NobodyLive:
    """The twin without a relay: nobody is online, and nobody is told."""

    async def look(self, workspace_id: str) -> None:
        """There are no others."""

    def is_online(self, workspace_id: str, visitor_id: str) -> bool:  # noqa: ARG002 - the port's
        """Say no."""
        return False

    def typing(self, who: Actor, conversation_id: str, visitor_id: str, state: Literal["start", "stop"]) -> None:
        """Tell nobody."""
