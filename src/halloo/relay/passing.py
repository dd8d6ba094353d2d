"""The port for what passes through the relay and is not remembered: who types, who comes and goes. Plain values go out of it.

The composition root sets the listener; without one nobody is told, and nothing is found out for them.
"""

from typing import Literal, Protocol

What = Literal["typing:visitor", "typing:operator", "visitor", "operator", "available", "count"]
"""What may be listened to: typing on either side, people of either kind who come and go, whether any operator is available, and
how many visitors there are."""


class Listener(Protocol):
    """Told on the loop, and returns at once.

    Guarantee: of several nodes one tells. What nodes say of each other at the same moment may be lost, or told by two, where the
    broker fails them.
    """

    def wants(self, workspace_id: str, what: What) -> bool:
        """Whether it is of any use to tell: asked first, often."""
        ...

    def typing(
        self,
        workspace_id: str,
        conversation_id: str,
        *,
        visitor: bool,
        on: bool,
        automated: bool,
        author: tuple[str, str, str | None],
        excerpt: str | None,
    ) -> None:
        """Somebody types, or stopped. `author`: id, name and picture; `excerpt` only where the widget shows what visitors type."""
        ...

    def visitor(self, workspace_id: str, visitor_id: str, *, online: bool) -> None:
        """A visitor came, or left for more than a moment."""
        ...

    def operator(self, workspace_id: str, operator_id: str, *, online: bool) -> None:
        """An operator came, or went or looks away."""
        ...

    def available(self, workspace_id: str, *, available: bool) -> None:
        """The first operator is available, or the last one is not any more."""
        ...

    def count(self, workspace_id: str, visitors: int) -> None:
        """So many visitors are there; at most once in 5 seconds."""
        ...


class Nobody:
    """Wants nothing."""

    def wants(self, workspace_id: str, what: What) -> bool:  # noqa: ARG002 - the protocol's
        """See `Listener.wants`."""
        return False

    def typing(
        self,
        workspace_id: str,
        conversation_id: str,
        *,
        visitor: bool,
        on: bool,
        automated: bool,
        author: tuple[str, str, str | None],
        excerpt: str | None,
    ) -> None:
        """See `Listener.typing`."""

    def visitor(self, workspace_id: str, visitor_id: str, *, online: bool) -> None:
        """See `Listener.visitor`."""

    def operator(self, workspace_id: str, operator_id: str, *, online: bool) -> None:
        """See `Listener.operator`."""

    def available(self, workspace_id: str, *, available: bool) -> None:
        """See `Listener.available`."""

    def count(self, workspace_id: str, visitors: int) -> None:
        """See `Listener.count`."""
