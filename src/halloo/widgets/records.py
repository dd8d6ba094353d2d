"""The public records of published widgets, kept in this process: the most frequent read of all.

Guarantee: a change on this node is seen by the next `find` after its commit, one of another node, or a
workspace's new name, within `TTL_MS`. A record never outlives the moment at which its business hours change.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.events.model import Fact
from halloo.kit.clock import SECOND, Clock
from halloo.kit.ids import is_uuid
from halloo.widgets import facts
from halloo.widgets.actions import get_widget_with_name
from halloo.widgets.availability import availability
from halloo.widgets.config import complete_config
from halloo.widgets.errors import WidgetNotFound
from halloo.widgets.model import Widget, public_record
from halloo.widgets.settings import Hosts

TTL_MS = 30 * SECOND
MAX_RECORDS = 10_000


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class PublicWidget:
    """A published widget and its public record. Compared by identity: answers are kept beside it."""

    widget: Widget
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Kept:
    found: PublicWidget | None
    until: int


class PublicRecords:
    """Public records by widget id. Call `read_facts` with every fact that the pump hands on."""

    def __init__(self, database: Database, hosts: Hosts, clock: Clock) -> None:
        """Nothing is read before it is asked for."""
        self._database = database
        self._hosts = hosts
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._loading: dict[str, asyncio.Task[_Kept]] = {}

    def kept(self, widget_id: str) -> PublicWidget | None:
        """The published widget with this id as far as it is known without a query; None says nothing."""
        kept = self._kept.get(widget_id)
        return kept.found if kept is not None and self._clock() < kept.until else None

    async def find(self, widget_id: str) -> PublicWidget | None:
        """The published widget with this id, or None: unknown and unpublished ones look the same."""
        kept = self._kept.get(widget_id)
        if kept is not None and self._clock() < kept.until:
            self._kept.move_to_end(widget_id)
            return kept.found
        if not is_uuid(widget_id):
            return None
        task = self._loading.get(widget_id)
        if task is None:
            task = self._loading[widget_id] = asyncio.get_running_loop().create_task(self._load(widget_id))
        return (await asyncio.shield(task)).found

    async def get(self, widget_id: str) -> PublicWidget:
        """The published widget with this id. Raises `WidgetNotFound`."""
        found = await self.find(widget_id)
        if found is None:
            raise WidgetNotFound
        return found

    async def _load(self, widget_id: str) -> _Kept:
        task = asyncio.current_task()
        try:
            kept = await self._read(widget_id)
            if self._loading.get(widget_id) is task:  # else it was changed while it was read
                self._kept[widget_id] = kept
                self._kept.move_to_end(widget_id)
                while len(self._kept) > MAX_RECORDS:
                    self._kept.popitem(last=False)
            return kept
        finally:
            if self._loading.get(widget_id) is task:
                del self._loading[widget_id]

    async def _read(self, widget_id: str) -> _Kept:
        now = self._clock()
        workspace_id = await self._database.read(DIRECTORY, directory.find_workspace, "widget", widget_id)
        if workspace_id is None:
            return _Kept(None, now + TTL_MS)
        try:
            widget, name = await self._database.read(workspace_id, get_widget_with_name, widget_id)
        except WidgetNotFound:
            return _Kept(None, now + TTL_MS)
        hours = availability(complete_config(widget.config)["v1"]["business_hours"], now)
        until = min(now + TTL_MS, hours.changes_at or now + TTL_MS)
        return _Kept(PublicWidget(widget, public_record(widget, name, self._hosts, hours)), until)

    def read_facts(self, run: Sequence[Fact]) -> None:
        """Forget what a fact changed; a reader of the pump."""
        for fact in run:
            if fact.name in (facts.UPDATED, facts.REMOVED):
                self._forget(msgspec.json.decode(fact.data)["widget_id"])

    def _forget(self, widget_id: str) -> None:
        self._kept.pop(widget_id, None)
        self._loading.pop(widget_id, None)
