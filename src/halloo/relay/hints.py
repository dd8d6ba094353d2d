"""What is told and not remembered: who types, who is there."""

from typing import Any, Literal

from halloo.relay.frames import LiveVisitor
from halloo.relay.hub import Hub
from halloo.workspaces.model import Actor

_EXCERPT = 256


def hint_typing(
    hub: Hub, who: Actor, conversation_id: str, state: Literal["start", "stop"], excerpt: str | None = None
) -> None:
    """Operators see who types, and a visitor that an operator does. What a visitor types operators alone see."""
    visitor = who.kind == "visitor"
    user = f"session_{conversation_id}" if visitor else who.operator_id or who.id
    data: dict[str, Any] = {
        "conversation_id": conversation_id,
        "from": "user" if visitor else "operator",
        "state": state,
        "user": {"user_id": user, "nickname": who.name, "avatar": who.avatar},
    }
    streams = [f"w:{who.workspace_id}"]
    if not visitor:
        streams.append(f"c:{conversation_id}")
    elif excerpt is not None:
        data["excerpt"] = excerpt[:_EXCERPT]
    hub.hint(who.workspace_id, streams, "typing", data)
    listener = hub.presence.comings.listener
    if listener.wants(who.workspace_id, "typing:visitor" if visitor else "typing:operator"):
        listener.typing(
            who.workspace_id,
            conversation_id,
            visitor=visitor,
            on=state == "start",
            automated=who.kind == "integration",
            author=(user, who.name, who.avatar),
            excerpt=data.get("excerpt"),
        )


class HubLive:
    """`edge.live.Live` over the hub."""

    def __init__(self, hub: Hub) -> None:
        """Ask and tell `hub`."""
        self._hub = hub

    def is_online(self, workspace_id: str, visitor_id: str) -> bool:
        """Whether the visitor has a connection, on a node that this one hears of."""
        return self._hub.presence.is_there(workspace_id, visitor_id)

    async def ask_online(self, workspace_id: str, visitor_id: str) -> bool:
        """Whether the visitor has a connection, on any node."""
        return await self._hub.presence.ask(workspace_id, visitor_id)

    def addresses(self, workspace_id: str, visitor_id: str) -> list[str]:
        """See `Live.addresses`."""
        return self._hub.addresses(workspace_id, visitor_id)

    async def operators(self, workspace_id: str) -> frozenset[str] | None:
        """See `Live.operators`."""
        return await self._hub.presence.ask_operators(workspace_id)

    async def look(self, workspace_id: str) -> None:
        """See `Live.look`."""
        await self._hub.presence.glance(workspace_id)

    def typing(self, who: Actor, conversation_id: str, visitor_id: str, state: Literal["start", "stop"]) -> None:  # noqa: ARG002 - the protocol's
        """Tell the visitor and colleagues that an operator types, or stopped."""
        hint_typing(self._hub, who, conversation_id, state)

    async def visitors(
        self, who: Actor, behind: str | None, limit: int, *, online: bool | None = None
    ) -> list[LiveVisitor]:
        """See `edge.live.Live.visitors`."""
        who.require("visitors:read")
        return await self._hub.visitors.list(who.workspace_id, behind, limit, online=online)

    async def count_visitors(self, who: Actor) -> int:
        """See `edge.live.Live.count_visitors`."""
        who.require("visitors:read")
        return await self._hub.visitors.count(who.workspace_id)
