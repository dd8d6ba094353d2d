"""Hooks, facts and answers to try the queue with."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import text

from halloo.db.engine import Database
from halloo.db.tx import Row, Tx
from halloo.events.log import record
from halloo.hooks.actions import plan
from halloo.hooks.actions.settle import settle
from halloo.hooks.model import Attempt, Claimed, DeliveryState, DisabledReason, Hook, Settlement
from halloo.hooks.store import records
from halloo.kit.clock import system_clock
from halloo.kit.ids import new_id
from halloo.kit.json import dump
from halloo.kit.outbound.model import Exchange, Outcome, Timings
from halloo.kit.sealing import Sealer
from tests.conftest import WORKSPACE

SEALER = Sealer(b"k" * 32, "hook")
SEND = "message:send"
LEASE = "one"


def a_hook(**changed: Any) -> Hook:
    values: dict[str, Any] = {
        "workspace_id": WORKSPACE,
        "id": new_id(),
        "kind": "website",
        "environment": "production",
        "name": "Shop",
        "url": "https://endpoint.example.com/crisp/hooks?key=KEY",
        "events": (SEND,),
        "signing": "none",
        "timeout_ms": 2_000,
        "max_in_flight": 10,
        "ordered": "none",
        "retry": "standard",
        "headers": {},
        "enabled": True,
        "disabled_reason": None,
        "version": 1,
        "created_at": system_clock(),
        "updated_at": system_clock(),
    }
    return Hook(**{**values, **changed})


def put_hook(tx: Tx, hook: Hook) -> None:
    plan.begin(tx)
    records.insert_hook(tx, hook, SEALER)


def put_facts(tx: Tx, count: int = 1, name: str = SEND, talk: str | None = "c1") -> None:
    for number in range(count):
        record(tx, name, dump({"website_id": tx.workspace_id, "number": number}), conversation_id=talk)


def answered(one: Claimed, outcome: Outcome, state: DeliveryState, due_at: int = 0, status: int = 200) -> Settlement:
    exchange = Exchange(
        outcome=outcome,
        status=status,
        remote_address="192.0.2.1",
        timings=Timings(0, 1, 0, 15, 16),
        response_head=b"HTTP/1.1 200 OK\r\n\r\n",
        response_body=b"ok",
        truncated=False,
        retry_after=None,
        detail="",
    )
    attempt = Attempt(one.at + 5, "https://endpoint.example.com/", b"POST / HTTP/1.1\r\n\r\n", exchange)
    return Settlement(one, attempt, state, due_at)


def _run(tx: Tx, statement: str, params: dict[str, Any]) -> None:
    tx.run(text(statement), ws=tx.workspace_id, **params)


def _switch(tx: Tx, hook_id: str, reason: DisabledReason | None) -> None:
    records.switch_hook(tx, tx.workspace_id, hook_id, disabled_reason=reason)


class Ground:
    """A workspace with hooks, in a database of either kind; `now` is its steady clock."""

    def __init__(self, database: Database, owner_url: str = "") -> None:
        self.database = database
        self.owner_url = owner_url
        self.now = system_clock()

    async def do(self, action: Callable[..., Any], *args: Any, **named: Any) -> Any:
        return await self.database.write(WORKSPACE, action, *args, **named)

    async def hook(self, **changed: Any) -> str:
        made = a_hook(**changed)
        await self.do(put_hook, made)
        return made.id

    async def facts(self, count: int = 1, name: str = SEND, talk: str | None = "c1") -> None:
        await self.do(put_facts, count, name, talk)

    async def plan(self, room: dict[str, int] | None = None, lease: str = LEASE) -> list[Claimed]:
        found: list[Claimed] = []
        while True:
            planned = await self.do(plan.plan, room or {}, lease, self.now)
            found += planned.claimed
            if not planned.more:
                return found

    async def settle(
        self,
        done: Sequence[Claimed],
        outcome: Outcome = "success",
        state: DeliveryState = "delivered",
        due_at: int = 0,
        **more: Any,
    ) -> None:
        lease = more.pop("lease", LEASE)
        breakers = more.pop("breakers", {})
        status = 200 if outcome == "success" else 500
        some = [answered(one, outcome, state, due_at, status) for one in done]
        await self.do(settle, lease, some, breakers, self.now)

    async def rows(self, query: str, **params: Any) -> list[Row]:
        return await self.database.read(WORKSPACE, lambda tx: tx.all(text(query), ws=WORKSPACE, **params))

    async def sql(self, statement: str, **params: Any) -> None:
        await self.do(_run, statement, params)

    async def switch(self, hook_id: str, reason: DisabledReason | None) -> None:
        await self.do(_switch, hook_id, reason)

    async def deliveries(self, hook_id: str) -> list[Row]:
        return await self.rows(
            "SELECT * FROM deliveries WHERE workspace_id = :ws AND hook_id = :hook ORDER BY seq, series", hook=hook_id
        )

    async def states(self, hook_id: str) -> list[str]:
        return [row["state"] for row in await self.deliveries(hook_id)]
