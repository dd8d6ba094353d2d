"""What passes through the relay and is not remembered, as light events (hooks contract 10): who types, who comes and goes.

Stands behind the relay's port without knowing the relay. Nothing is rendered or looked up that no hook wants.
"""

import asyncio
import logging
from typing import Any, Protocol

from halloo.conversations import actions as conversations
from halloo.db.engine import Database
from halloo.kit.clock import Clock
from halloo.kit.json import dump
from halloo.kit.refusals import Unavailable

NAMES = {
    "typing:visitor": "message:compose:send",
    "typing:operator": "message:compose:receive",
    "visitor": "session:update_availability",
    "operator": "website:update_operators_availability",
    "available": "website:users:available",
    "count": "website:update_visitors_count",
}
"""The event that each thing becomes."""
_ASKED_MAX = 100
"""Visitors whose conversation is being looked up; what comes beyond that is not told."""
logger = logging.getLogger("halloo.hooks")


class Room(Protocol):
    """Where light events go."""

    def wants(self, workspace_id: str, event: str) -> bool:
        """Whether a hook of the workspace wants an event."""
        ...

    def light(self, workspace_id: str, event: str, data: bytes) -> None:
        """Tell it at most once, out of memory."""
        ...


class Passing:
    """Makes light events of what it is told."""

    def __init__(self, room: Room, database: Database, clock: Clock) -> None:
        """`clock`: UNIX time."""
        self._room = room
        self._database = database
        self._clock = clock
        self._asking: set[asyncio.Task[None]] = set()

    def wants(self, workspace_id: str, what: str) -> bool:
        """Whether any hook wants the event that this becomes."""
        return self._room.wants(workspace_id, NAMES[what])

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
        """`message:compose:send` of a visitor, `message:compose:receive` of an operator."""
        values: dict[str, Any] = {"type": "start" if on else "stop", "timestamp": self._clock()}
        if excerpt is not None:
            values["excerpt"] = excerpt
        if automated:
            values["automated"] = True
        if not visitor:
            id, nickname, avatar = author
            values["user"] = {"user_id": id, "nickname": nickname, "avatar": avatar}
        what = "typing:visitor" if visitor else "typing:operator"
        self._tell(workspace_id, what, **_session(conversation_id), **values)

    def visitor(self, workspace_id: str, visitor_id: str, *, online: bool) -> None:
        """`session:update_availability`, under the visitor's current conversation; who never wrote has none, and is not told of."""
        if len(self._asking) < _ASKED_MAX:
            task = asyncio.get_running_loop().create_task(self._visitor(workspace_id, visitor_id, online=online))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _visitor(self, workspace_id: str, visitor_id: str, *, online: bool) -> None:
        try:
            current = await self._database.read(workspace_id, conversations.newest_of_visitor, visitor_id)
        except Unavailable:
            return
        except Exception:
            logger.exception(
                "A visitor's conversation could not be looked up; hooks are not told that they came or went"
            )
            return
        if current is not None:
            availability = "online" if online else "offline"
            self._tell(workspace_id, "visitor", **_session(current), availability=availability)

    def operator(self, workspace_id: str, operator_id: str, *, online: bool) -> None:
        """`website:update_operators_availability`."""
        availability = {"type": "online" if online else "offline"}
        self._tell(workspace_id, "operator", user_id=operator_id, availability=availability)

    def available(self, workspace_id: str, *, available: bool) -> None:
        """`website:users:available`."""
        self._tell(workspace_id, "available", available=available)

    def count(self, workspace_id: str, visitors: int) -> None:
        """`website:update_visitors_count`."""
        self._tell(workspace_id, "count", visitors_count=visitors)

    def _tell(self, workspace_id: str, what: str, **values: Any) -> None:
        self._room.light(workspace_id, NAMES[what], dump({"website_id": workspace_id, **values}))


def _session(conversation_id: str) -> dict[str, Any]:
    return {"session_id": f"session_{conversation_id}", "inbox_id": None}
