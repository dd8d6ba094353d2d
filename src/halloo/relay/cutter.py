"""Ends the connections of whoever lost the right to one; hub and rooms know no domain, this does."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from halloo.events.model import Fact
from halloo.kit.refusals import Unavailable
from halloo.relay.frames import FORBIDDEN, UNAUTHORIZED, UNKNOWN_WIDGET
from halloo.relay.hub import Hub
from halloo.widgets.records import PublicRecords

_ENDING = frozenset(
    {
        "operator:revoked",
        "token:revoked",
        "visitor:revoked",
        "widget:keys_updated",
        "widget:removed",
        "widget:updated",
    }
)
_AGAIN_S = 1


class Cutter:
    """A reader of the pump: ends the connections of whoever lost the right to one, within a second.

    It also tells the relay which operators said that they do not answer.
    """

    def __init__(self, hub: Hub, records: PublicRecords) -> None:
        """`records` reads the pump before this does."""
        self._hub = hub
        self._records = records
        self._tasks: set[asyncio.Task[None]] = set()

    def read_facts(self, run: Sequence[Fact]) -> None:
        """Look for facts that end a right."""
        for fact in run:
            if fact.name in _ENDING:
                self._cut(fact.name, msgspec.json.decode(fact.data))
            elif fact.name == "operator:updated":
                self._say_away(fact, msgspec.json.decode(fact.data))

    def _say_away(self, fact: Fact, data: dict[str, Any]) -> None:
        said = data.get("availability")
        if said is not None:
            self._hub.presence.say_away(fact.workspace_id, data["user_id"], fact.at, away=said == "away")

    def _cut(self, name: str, data: dict[str, Any]) -> None:
        hub = self._hub
        if name == "operator:revoked":
            hub.revoke("operator", data["user_id"], UNAUTHORIZED)
        elif name == "token:revoked":
            hub.revoke("token", data["token_id"], UNAUTHORIZED)
        elif name == "visitor:revoked":
            self._cut_visitor(data)
        elif name == "widget:keys_updated":
            if "removed" in data:
                hub.revoke("key", data["removed"], UNAUTHORIZED)
        elif name == "widget:removed":
            hub.revoke("widget", data["widget_id"], UNKNOWN_WIDGET)
        elif name == "widget:updated":
            task = asyncio.get_running_loop().create_task(self._cut_origins(data["widget_id"]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _cut_visitor(self, data: dict[str, Any]) -> None:
        """All that a visitor has, or some of their browsers."""
        browsers = data.get("browsers")
        if browsers is None:
            self._hub.revoke("visitor", data["visitor_id"], UNAUTHORIZED)
        else:
            for browser in browsers:
                self._hub.revoke("browser", browser, UNAUTHORIZED)

    async def _cut_origins(self, widget_id: str) -> None:
        while True:
            try:
                found = await self._records.find(widget_id)
                break
            except Unavailable:  # the right has ended all the same
                await asyncio.sleep(_AGAIN_S)
        if found is None:
            self._hub.revoke("widget", widget_id, UNKNOWN_WIDGET)
        else:
            self._hub.revoke_origins(widget_id, found.widget.domains, FORBIDDEN)
