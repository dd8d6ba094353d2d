"""Ends the connections of whoever lost the right to one; hub and rooms know no domain, this does."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec

from halloo.events.model import Fact
from halloo.kit.refusals import Unavailable
from halloo.relay.broker import RevokeNote
from halloo.relay.frames import FORBIDDEN, UNAUTHORIZED, UNKNOWN_WIDGET, Close
from halloo.relay.hub import Hub
from halloo.widgets.records import PublicRecords

_ENDING = frozenset(
    {
        "block:updated",
        "operator:revoked",
        "token:revoked",
        "visitor:revoked",
        "widget:keys_updated",
        "widget:removed",
        "widget:updated",
    }
)
_AGAIN_S = 1
End = Callable[[str, str, Close], None]
EndOrigins = Callable[[str, Collection[str], Close], None]


class Cutter:
    """Ends the connections of whoever lost the right to one, within a second.

    What this node commits it tells all nodes at once. Whatever else passes, such as what the command line wrote, it obeys on this
    node, by the time of the fact; to do so twice changes nothing. It also tells the relay which operators said that they do not answer,
    and who looks otherwise.
    """

    def __init__(self, hub: Hub, records: PublicRecords) -> None:
        """`records` reads the pump before this does."""
        self._hub = hub
        self._records = records
        self._tasks: set[asyncio.Task[None]] = set()

    def read_own(self, run: Sequence[Fact]) -> None:
        """Look for facts that end a right, and tell all nodes; a reader of what this node commits."""
        for fact in run:
            if fact.name in _ENDING:
                self._cut(fact, self._hub.revoke, self._hub.revoke_origins)

    def read_facts(self, run: Sequence[Fact]) -> None:
        """Look for facts that end a right, and obey; a reader of all facts."""
        for fact in run:
            if fact.name in _ENDING:
                self._obey(fact)
            elif fact.name == "operator:updated":
                self._say(fact, msgspec.json.decode(fact.data))

    def _obey(self, fact: Fact) -> None:
        def end(kind: str, id: str, close: Close) -> None:
            self._hub.obey(RevokeNote(kind, id, close.code, fact.at))

        def end_origins(widget_id: str, domains: Collection[str], close: Close) -> None:
            self._hub.obey(RevokeNote("origins", widget_id, close.code, fact.at, list(domains)))

        self._cut(fact, end, end_origins)

    def _say(self, fact: Fact, data: dict[str, Any]) -> None:
        if "nickname" in data:
            self._hub.presence.say_face(fact.workspace_id, data["user_id"], fact.at, data["nickname"], data["avatar"])
        said = data.get("availability")
        if said is not None:
            self._hub.presence.say_away(fact.workspace_id, data["user_id"], fact.at, away=said == "away")

    def _cut(self, fact: Fact, end: End, end_origins: EndOrigins) -> None:
        data = msgspec.json.decode(fact.data)
        if fact.name == "widget:updated":
            task = asyncio.get_running_loop().create_task(self._cut_origins(data["widget_id"], end, end_origins))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif fact.name == "widget:removed":
            end("widget", data["widget_id"], UNKNOWN_WIDGET)
        elif fact.name == "block:updated":
            for kind, id in _blocked(fact.workspace_id, data):
                end(kind, id, FORBIDDEN)
        else:
            for kind, id in _ended(fact.name, data):
                end(kind, id, UNAUTHORIZED)

    async def _cut_origins(self, widget_id: str, end: End, end_origins: EndOrigins) -> None:
        while True:
            try:
                found = await self._records.find(widget_id)
                break
            except Unavailable:  # the right has ended all the same
                await asyncio.sleep(_AGAIN_S)
        if found is None:
            end("widget", widget_id, UNKNOWN_WIDGET)
        else:
            end_origins(widget_id, found.widget.domains, FORBIDDEN)


def _ended(name: str, data: dict[str, Any]) -> list[tuple[str, str]]:
    """Whose sign-in has ended: kinds and ids for `Hub.revoke`."""
    if name == "operator:revoked":
        return [("operator", data["user_id"])]
    if name == "token:revoked":
        return [("token", data["token_id"])]
    if name == "visitor:revoked":
        browsers = data.get("browsers")  # None: all that the visitor has
        return [("visitor", data["visitor_id"])] if browsers is None else [("browser", one) for one in browsers]
    return [("key", data["removed"])] if "removed" in data else []


def _blocked(workspace_id: str, data: dict[str, Any]) -> list[tuple[str, str]]:
    """Who is kept away from now on. Who is let in again comes back by themselves."""
    if not data["blocked"]:
        return []
    people = [("visitor", one) for one in data.get("visitors", ())]
    return [*people, ("network", f"{workspace_id} {data['network']}")] if "network" in data else people
