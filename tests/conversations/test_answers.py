"""How long visitors waited: what is noted, and what the usual time is made of."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from halloo.contacts.actions import visitor_actor
from halloo.conversations import actions
from halloo.conversations.actions import Start
from halloo.conversations.model import Change, Conversation
from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.kit.clock import DAY, HOUR, MINUTE, parse_rfc3339
from halloo.widgets.actions import create_widget, delete_widget, update_widget
from halloo.widgets.model import WidgetChange
from halloo.workspaces.actions.workspaces import create_workspace
from halloo.workspaces.model import Actor, system_actor
from tests.support.people import arrive, draft
from tests.support.product import Store

WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
OFFICE = [{"day": day, "open": "09:00", "close": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
MONDAY = parse_rfc3339("2026-11-23T10:00:00Z")


class Desk:
    """A widget, who answers there, and a clock that is moved by hand."""

    def __init__(self, store: Store) -> None:
        self.now = MONDAY
        self.database: Database = open_database(store.url, lambda: self.now)
        self.ada = replace(system_actor(WORKSPACE), kind="operator", id="ada", operator_id="ada", name="Ada")
        self.widget_id = ""

    async def open(self) -> None:
        await self.database.write(WORKSPACE, create_workspace, system_actor(WORKSPACE), "Acme")
        widget = await self.database.write(
            WORKSPACE, create_widget, system_actor(WORKSPACE), WidgetChange(published=True)
        )
        self.widget_id = widget.id

    async def config(self, **v1: Any) -> None:
        change = WidgetChange(config={"v1": v1})
        await self.database.write(WORKSPACE, update_widget, system_actor(WORKSPACE), self.widget_id, change)

    async def ask(self, widget_id: str | None = None) -> tuple[Actor, Conversation]:
        visitor, _ = await arrive(self.database, WORKSPACE, widget_id or self.widget_id)
        who = visitor_actor(visitor)
        started = await self.database.write(
            WORKSPACE, actions.start_conversation, who, visitor, Start(draft=draft("Hello"))
        )
        return who, started.conversation

    async def say(self, who: Actor, conversation: Conversation, after: int = 0, kind: str = "text") -> None:
        self.now += after
        await self.database.write(WORKSPACE, actions.send_message, who, conversation.id, draft("Well", kind))

    async def waits(self) -> list[int]:
        return await self.database.read(WORKSPACE, _waits)

    async def usual(self, widget_id: str | None = None) -> int | None:
        return await self.database.read(WORKSPACE, actions.usual_wait, widget_id or self.widget_id)


def _waits(tx: Tx) -> list[int]:
    rows = tx.all(text("SELECT waited_ms FROM answers WHERE workspace_id = :ws ORDER BY at"), ws=tx.workspace_id)
    return [row["waited_ms"] for row in rows]


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    made = Desk(store)
    await made.open()
    yield made
    await made.database.close()


async def test_only_an_operators_answer_that_ends_a_wait_is_noted(desk: Desk) -> None:
    who, conversation = await desk.ask()
    await desk.say(who, conversation, MINUTE)
    await desk.say(desk.ada, conversation, MINUTE, "note")
    await desk.say(desk.ada, conversation, MINUTE)
    await desk.say(desk.ada, conversation, MINUTE)
    assert await desk.waits() == [3 * MINUTE], "from the first question on; a note and a second answer end nothing"
    await desk.say(who, conversation, HOUR)
    await desk.say(replace(desk.ada, kind="integration"), conversation, MINUTE)
    await desk.say(desk.ada, conversation, MINUTE)
    assert await desk.waits() == [3 * MINUTE], "a program has answered"


async def test_closed_hours_do_not_count(desk: Desk) -> None:
    await desk.config(business_hours={"enabled": True, "timezone": "UTC", "days": OFFICE})
    desk.now = MONDAY + 12 * HOUR
    _, night = await desk.ask()
    await desk.say(desk.ada, night, 11 * HOUR + 4 * MINUTE)
    assert await desk.waits() == [4 * MINUTE], "asked at 22:00, answered at 9:04"
    await desk.config()
    desk.now = MONDAY + 36 * HOUR
    _, night = await desk.ask()
    await desk.say(desk.ada, night, 11 * HOUR)
    assert (await desk.waits())[1:] == [11 * HOUR], "without hours all of it counts"


async def test_an_answer_counts_whole_where_the_widget_is_gone(desk: Desk) -> None:
    _, conversation = await desk.ask()
    await desk.database.write(WORKSPACE, delete_widget, system_actor(WORKSPACE), desk.widget_id)
    await desk.say(desk.ada, conversation, 5 * MINUTE)
    assert await desk.waits() == [5 * MINUTE]


async def test_the_usual_wait_is_the_median_of_thirty_days_of_one_widget(desk: Desk) -> None:
    other = await desk.database.write(WORKSPACE, create_widget, system_actor(WORKSPACE), WidgetChange(published=True))
    for minutes in (1, 2, 9, 4):
        await desk.say(desk.ada, (await desk.ask())[1], minutes * MINUTE)
    assert await desk.usual() is None
    await desk.say(desk.ada, (await desk.ask(other.id))[1], MINUTE)
    assert await desk.usual() is None, "the other widget's counts for the other widget"
    await desk.say(desk.ada, (await desk.ask())[1], 3 * MINUTE)
    assert await desk.usual() == 3 * MINUTE
    await desk.say(desk.ada, (await desk.ask())[1], 4 * MINUTE)
    assert await desk.usual() == 3 * MINUTE + MINUTE // 2
    desk.now += 30 * DAY
    assert await desk.usual() is None
    assert await desk.usual(other.id) is None


async def test_a_deleted_conversation_takes_its_answers_with_it(desk: Desk) -> None:
    _, conversation = await desk.ask()
    await desk.say(desk.ada, conversation, MINUTE)
    await desk.database.write(WORKSPACE, actions.delete_conversation, system_actor(WORKSPACE), conversation.id)
    assert await desk.waits() == []


async def test_resolving_ends_a_wait_without_an_answer(desk: Desk) -> None:
    _, conversation = await desk.ask()
    change = Change(state="resolved", given=frozenset({"state"}))
    await desk.database.write(WORKSPACE, actions.change_conversation, desk.ada, conversation.id, change)
    await desk.say(desk.ada, conversation, MINUTE)
    assert await desk.waits() == []
