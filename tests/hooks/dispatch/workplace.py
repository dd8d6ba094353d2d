"""Hooks over a real database, posted to a real receiver, with clocks that a test can move."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from halloo.db import directory
from halloo.db.engine import Database
from halloo.db.statement import Statement
from halloo.db.tx import Tx
from halloo.events.log import record
from halloo.events.pump import Pump
from halloo.hooks import facts
from halloo.hooks.actions.plan import begin, plan_up_to_head
from halloo.hooks.model import Hook, Secret
from halloo.hooks.room import HookRoom
from halloo.hooks.settings import HooksSettings
from halloo.hooks.store import records
from halloo.kit.ids import new_id
from halloo.kit.json import dump
from halloo.kit.outbound.client import Outbound
from halloo.kit.outbound.guard import Guard
from halloo.kit.outbound.resolver import Resolver
from halloo.kit.sealing import Sealer

SEALER = Sealer(b"k" * 32, "hook")
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
_DELIVERIES = Statement(
    text("SELECT seq, series, state, attempts, due_at, lease, last_outcome FROM deliveries WHERE hook_id = :hook ORDER BY seq, series")
)  # fmt: skip
_COUNT = Statement(text("SELECT count(*) FROM deliveries WHERE hook_id = :hook"))
EVENT = "message:send"


@dataclass
class Clocks:
    """The wall clock and the steady one, each moved by a test."""

    wall_shift: int = 0
    steady_shift: int = 0
    base: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    began: float = field(default_factory=time.monotonic)

    def passed(self) -> int:
        return int((time.monotonic() - self.began) * 1000)

    def wall(self) -> int:
        return self.base + self.passed() + self.wall_shift

    def steady(self) -> int:
        return self.base + self.passed() + self.steady_shift


def add_hook(tx: Tx, hook_id: str, url: str, **values: Any) -> Hook:
    """Store a hook as the management API does."""
    usual: dict[str, Any] = {
        "kind": "website", "environment": "production", "name": "A hook", "events": (EVENT,), "signing": "none",
        "timeout_ms": 2000, "max_in_flight": 10, "ordered": "none", "retry": "standard", "headers": {}, "enabled": True,
        "disabled_reason": None, "version": 1, "created_at": tx.now, "updated_at": tx.now,
    }  # fmt: skip
    usual.update(values, workspace_id=tx.workspace_id, id=hook_id, url=url)
    hook = Hook(**usual)
    begin(tx)
    records.insert_hook(tx, hook, SEALER)
    if hook.is_signed:
        secret = Secret(new_id(), "current", SECRET, "Hh8=", tx.now, None)
        records.insert_secret(tx, tx.workspace_id, hook_id, secret, SEALER)
    directory.enter(tx, "hook", hook_id)
    facts.hook_updated(tx, hook_id)
    return hook


def change_hook(tx: Tx, hook_id: str, now: int, **values: Any) -> None:
    """Change a hook as the management API does."""
    plan_up_to_head(tx, now)
    hook = records.get_hook_for_update(tx, tx.workspace_id, hook_id, SEALER)
    fields: dict[str, Any] = {name: getattr(hook, name) for name in hook.__struct_fields__}
    fields.update(values, version=hook.version + 1)
    records.update_hook(tx, Hook(**fields), SEALER)
    facts.hook_updated(tx, hook_id)


def say(tx: Tx, count: int, event: str, conversation_id: str | None) -> list[int]:
    """Record facts, as actions do."""
    return [
        record(tx, event, dump({"website_id": tx.workspace_id, "n": number}), conversation_id=conversation_id).seq
        for number in range(count)
    ]


def _rows(tx: Tx, hook_id: str) -> list[dict[str, Any]]:
    return tx.all(_DELIVERIES, hook=hook_id)


def _count(tx: Tx, hook_id: str) -> int:
    return tx.scalar(_COUNT, hook=hook_id)


class Workplace:
    """A database, its pump, and as many dispatchers over it as a test wants."""

    def __init__(self, database: Database, workspace_id: str) -> None:
        self.database = database
        self.workspace_id = workspace_id
        self.clocks = Clocks()
        self.pump = Pump(database)
        self.rooms: list[HookRoom] = []
        self._closing: list[Outbound] = []

    def room(self, *, hears: bool = True, look_s: float = 2.0, resolver: Resolver | None = None) -> HookRoom:
        """Another dispatcher; one that does not hear finds everything by looking."""
        outbound = Outbound(Guard(["127.0.0.0/8"]), resolver, shared_s=0)
        room = HookRoom(
            self.database, outbound, SEALER, HooksSettings(), self.clocks.wall, self.clocks.steady, look_s=look_s
        )
        if hears:
            self.pump.read_own_by(room.planner_read)
            self.pump.read_by(room.changed_read)
        room.start()
        self.rooms.append(room)
        self._closing.append(outbound)
        return room

    async def close(self) -> None:
        for room in self.rooms:
            await room.stop()
        for outbound in self._closing:
            await outbound.close()

    async def hook(self, url: str, **values: Any) -> str:
        hook_id = new_id()
        await self.write(add_hook, hook_id, url, **values)
        return hook_id

    async def say(self, count: int = 1, event: str = EVENT, conversation_id: str | None = None) -> list[int]:
        return await self.write(say, count, event, conversation_id)

    async def write(self, action: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self.database.write(self.workspace_id, action, *args, **kwargs)

    async def rows(self, hook_id: str) -> list[dict[str, Any]]:
        return await self.database.read(self.workspace_id, _rows, hook_id)

    async def plans(self, hook_id: str, count: int, seconds: float = 60) -> None:
        """Wait until a hook has so many deliveries."""
        ends = time.monotonic() + seconds
        while (found := await self.database.read(self.workspace_id, _count, hook_id)) < count:
            assert time.monotonic() < ends, f"{found} deliveries were planned"
            await asyncio.sleep(0.1)

    async def states(self, hook_id: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in await self.rows(hook_id):
            found[row["state"]] = found.get(row["state"], 0) + 1
        return found

    async def settles(self, hook_id: str, states: dict[str, int], seconds: float = 20) -> None:
        """Wait until the deliveries of a hook are in these states."""
        ends = time.monotonic() + seconds
        while (found := await self.states(hook_id)) != states:
            assert time.monotonic() < ends, f"{found} and not {states}"
            await asyncio.sleep(0.02)
