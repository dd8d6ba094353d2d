"""The networks that each workspace keeps away, kept in this process: they are asked for at every public call.

Guarantee: a block that was made on this node holds from its commit on, one of another node within `TTL_MS`.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from halloo.contacts.actions.blocks import list_networks
from halloo.db.engine import Database
from halloo.events.model import Fact
from halloo.kit.clock import SECOND, Clock
from halloo.kit.networks import AddressList

TTL_MS = SECOND
MAX_WORKSPACES = 10_000
_NOBODY = AddressList()


@dataclass(frozen=True, slots=True)
class _Kept:
    networks: list[str]
    listed: AddressList
    until: int


class BlockedNetworks:
    """Blocked networks by workspace. Call `read_facts` with every fact that the pump hands on."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Nothing is read before it is asked for."""
        self._database = database
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._loading: dict[str, asyncio.Task[_Kept]] = {}

    async def holds(self, workspace_id: str, address: str | None) -> bool:
        """Whether the workspace keeps this address away. Who has none is let in."""
        if address is None:
            return False
        kept = self._kept.get(workspace_id)
        if kept is None or self._clock() >= kept.until:
            task = self._loading.get(workspace_id)
            if task is None:
                task = self._loading[workspace_id] = asyncio.get_running_loop().create_task(self._load(workspace_id))
            kept = await asyncio.shield(task)
        return kept.listed.holds(address)

    async def _load(self, workspace_id: str) -> _Kept:
        task = asyncio.current_task()
        try:
            now = self._clock()
            networks = await self._database.read(workspace_id, list_networks)
            kept = _Kept(networks, await self._listed(workspace_id, networks), now + TTL_MS)
            if self._loading.get(workspace_id) is task:  # else it was changed while it was read
                self._kept[workspace_id] = kept
                self._kept.move_to_end(workspace_id)
                while len(self._kept) > MAX_WORKSPACES:
                    self._kept.popitem(last=False)
            return kept
        finally:
            if self._loading.get(workspace_id) is task:
                del self._loading[workspace_id]

    async def _listed(self, workspace_id: str, networks: list[str]) -> AddressList:
        """The networks made ready to be looked up, which takes a while where they are many: only when they are others."""
        before = self._kept.get(workspace_id)
        if before is not None and before.networks == networks:
            return before.listed
        return await asyncio.to_thread(AddressList, networks) if networks else _NOBODY

    def read_facts(self, run: Sequence[Fact]) -> None:
        """Forget what a fact changed; a reader of the pump."""
        for fact in run:
            if fact.name == "block:updated":
                self._kept.pop(fact.workspace_id, None)
                self._loading.pop(fact.workspace_id, None)
