"""Actions upon hooks of one workspace, by somebody who may do everything."""

from collections.abc import Callable
from typing import Any

import msgspec

from halloo.db.engine import Database
from halloo.events.log import list_payloads
from halloo.hooks.actions import records, secrets
from halloo.hooks.actions.records import SeenHook
from halloo.hooks.rules import HookChange, HookDraft
from halloo.kit.clock import system_clock
from halloo.kit.sealing import Sealer
from halloo.workspaces.actions.audit import list_audit
from halloo.workspaces.model import Actor
from tests.conftest import WORKSPACE

SEALER = Sealer(bytes(range(32)), "hook")
DRAFT = HookDraft("Orders", "https://endpoint.example.com/crisp/hooks?key=KEY", ["message:send"])
NOW = system_clock()


class Desk:
    """Actions upon one workspace by somebody who may do everything."""

    def __init__(self, database: Database, who: Actor) -> None:
        self.database = database
        self.who = who

    async def write(self, action: Callable[..., Any], *args: Any, **named: Any) -> Any:
        return await self.database.write(WORKSPACE, action, *args, **named)

    async def make(self, **said: Any) -> SeenHook:
        seen, self.secret = await self.write(
            records.create_hook, self.who, SEALER, msgspec.structs.replace(DRAFT, **said), NOW
        )
        return seen

    async def change(self, hook_id: str, version: int | None = None, **said: Any) -> tuple[SeenHook, str | None]:
        return await self.write(records.update_hook, self.who, SEALER, hook_id, HookChange(**said), NOW, version)

    async def read(self, hook_id: str) -> SeenHook:
        return await self.database.read(WORKSPACE, records.read_hook, self.who, SEALER, hook_id)

    async def rotate(self, hook_id: str, overlap_s: int = 60) -> Any:
        return await self.write(secrets.create_secret, self.who, SEALER, hook_id, overlap_s)

    async def promote(self, hook_id: str, *, immediately: bool = False) -> str | None:
        return await self.write(secrets.promote_secret, self.who, SEALER, hook_id, immediately=immediately)

    async def opened(self, hook_id: str) -> list[tuple[str, str]]:
        target = await self.database.read(WORKSPACE, records.load_target, self.who, SEALER, hook_id)
        return [(one.role, one.secret) for one in target.secrets]

    async def audited(self) -> list[tuple[str, dict[str, Any]]]:
        entries = await self.database.read(WORKSPACE, list_audit, self.who, None, 50)
        return [(one.action, one.details) for one in reversed(entries) if one.action.startswith("hook.")]

    async def told(self) -> int:
        """How many times dispatchers were told to read a hook again."""
        payloads = await self.database.read(WORKSPACE, list_payloads, 0, 1_000)
        return sum(one.name == "hook:updated" for one in payloads)
