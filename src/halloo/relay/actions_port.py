"""The port to what frames ask for; the composition root builds it from the slices."""

from collections.abc import Callable, Collection
from typing import Protocol

from halloo.contacts.model import Page
from halloo.relay.frames import Ack, Close, Edit, Remove, Send
from halloo.relay.frames import Page as PageFrame
from halloo.relay.tokens import Claims
from halloo.workspaces.model import Actor

Posted = Callable[[Ack | None, BaseException | None], None]
"""Told the ack, or why there is none."""


class RelayActions(Protocol):
    """What is done for frames.

    Guarantee: `send`, `edit` and `remove` return only after the database has synced, and raise `kit.refusals.Refusal`
    when nothing was stored; the relay answers `ack` or `error` accordingly. Frames of one connection are handed over one after
    another.
    """

    async def send(self, who: Actor, frame: Send) -> Ack:
        """Store a message, starting a conversation where `frame.conversation` is None."""
        ...

    def post(self, who: Actor, frame: Send, done: Posted) -> bool:
        """`send` without a task to wait in: `done` is called on the loop when `send` would return or raise.

        False, and nothing is done, where more has to be waited for than the database's writer. Raises `Refusal`.
        """
        ...

    async def edit(self, who: Actor, frame: Edit) -> Ack:
        """Change a message's content."""
        ...

    async def remove(self, who: Actor, frame: Remove) -> Ack:
        """Delete a message."""
        ...

    async def read(self, who: Actor, conversation_id: str, seq: int) -> None:
        """Move the reader's mark; called at most once a second a conversation."""
        ...

    async def tracked(self, who: Actor, frame: PageFrame) -> Page | None:
        """The page as the widget's `page_tracking` lets it be known; None where it does not, or where it is no web page."""
        ...

    async def page(self, who: Actor, page: Page) -> None:
        """Write down that the visitor looks at this page. Operators are told by the relay itself."""
        ...

    async def standing(self, claims: Claims) -> Close | None:
        """Whether the holder of a valid token may still connect: None, or why not.

        UNKNOWN_WIDGET for a widget that is gone or unpublished; FORBIDDEN for a blocked visitor or an origin that
        left the widget's list; UNAUTHORIZED for a revoked token or a deactivated operator. Asked at `connect` and
        `refresh`, so best answered from memory.
        """
        ...

    async def visible(self, who: Actor, conversation_ids: Collection[str]) -> Collection[str]:
        """Those of these conversations that `who` may follow: a visitor its own, an operator all of the workspace."""
        ...
