"""Visitors who never wrote are deleted after 30 days (embedding contract 7), and what has expired with them."""

import asyncio
import contextlib
from typing import Any

import pytest

from halloo.contacts import actions, store, token_store
from halloo.contacts.actions import Hello, visitor_actor
from halloo.contacts.model import Ticket, Visitor
from halloo.conversations import actions as conversations
from halloo.conversations import sweeper
from halloo.conversations.actions import Start
from halloo.conversations.sweeper import Sweeper
from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.kit.clock import DAY, HOUR
from halloo.kit.ids import new_id, new_secret
from halloo.workspaces.actions.workspaces import create_workspace
from halloo.workspaces.model import system_actor
from tests.conftest import WORKSPACE
from tests.support.api import TestClock
from tests.support.people import draft
from tests.support.product import Store

WIDGET = new_id()
ELSEWHERE = new_id()


@pytest.fixture
async def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def database(store: Store, clock: TestClock) -> Any:
    opened = open_database(store.url, clock)
    for workspace_id in (WORKSPACE, ELSEWHERE):
        await opened.write(workspace_id, create_workspace, system_actor(workspace_id), "Acme")
    yield opened
    await opened.close()


async def arrive(database: Database, workspace_id: str = WORKSPACE) -> tuple[Visitor, str]:
    hello = Hello(WIDGET, new_secret("guest_")[:28])
    return await database.write(workspace_id, actions.first_contact, hello)


async def write_something(database: Database, visitor: Visitor) -> str:
    start = Start(draft=draft("Hello"))
    who = visitor_actor(visitor)
    started = await database.write(visitor.workspace_id, conversations.start_conversation, who, visitor, start)
    return started.conversation.contact_id


async def is_there(database: Database, visitor: Visitor) -> bool:
    return await database.read(visitor.workspace_id, actions.find_visitor, visitor.id) is not None


async def test_who_never_wrote_goes_after_thirty_days_and_nobody_else(database: Database, clock: TestClock) -> None:
    silent, token = await arrive(database)
    elsewhere, _ = await arrive(database, ELSEWHERE)
    talking, _ = await arrive(database)
    forgotten, _ = await arrive(database)
    blocked, _ = await arrive(database)
    coming, again = await arrive(database)
    await write_something(database, talking)
    contact_id = await write_something(database, forgotten)
    await database.write(WORKSPACE, actions.delete_contact, system_actor(WORKSPACE), contact_id)

    def block(tx: Tx) -> None:
        store.update_visitor(tx, WORKSPACE, blocked.id, {"blocked": True})

    await database.write(WORKSPACE, block)
    clock.shift += 29 * DAY
    await Sweeper(database).sweep()
    assert await is_there(database, silent)
    await database.write(WORKSPACE, actions.greet_again, WIDGET, again, Hello(WIDGET, ""))
    clock.shift += 2 * DAY
    late, _ = await arrive(database)
    await Sweeper(database).sweep()
    for gone in (silent, elsewhere):
        assert not await is_there(database, gone)
    for kept in (talking, forgotten, blocked, coming, late):
        assert await is_there(database, kept)

    def tokens(tx: Tx) -> list[str]:
        return [row["visitor_id"] for row in tx.all(token_store.visitor_tokens.select())]

    assert silent.id not in await database.read(WORKSPACE, tokens)
    assert token.startswith("hvt_")


async def test_many_go_in_small_steps_and_those_who_stay_hold_nobody_up(
    database: Database, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "BATCH", 3)
    kept = [(await arrive(database))[0] for _ in range(7)]
    for visitor in kept:
        contact_id = await write_something(database, visitor)
        await database.write(WORKSPACE, actions.delete_contact, system_actor(WORKSPACE), contact_id)
    gone = [(await arrive(database))[0] for _ in range(8)]
    clock.shift += 31 * DAY
    await Sweeper(database).sweep()
    assert [await is_there(database, one) for one in kept] == [True] * 7
    assert [await is_there(database, one) for one in gone] == [False] * 8


async def test_who_comes_back_between_looking_and_deleting_stays(database: Database, clock: TestClock) -> None:
    silent, _ = await arrive(database)
    (coming, token), (writing, _) = await arrive(database), await arrive(database)
    clock.shift += 31 * DAY
    await database.write(WORKSPACE, actions.greet_again, WIDGET, token, Hello(WIDGET, ""))
    await write_something(database, writing)
    await database.write(WORKSPACE, actions.delete_silent, [silent.id, coming.id, writing.id])
    assert [await is_there(database, one) for one in (silent, coming, writing)] == [False, True, True]
    assert await database.read(WORKSPACE, actions.recognise, WIDGET, token) is not None


async def test_used_tickets_and_links_go_once_they_have_expired(database: Database, clock: TestClock) -> None:
    now = clock()

    def fill(tx: Tx) -> None:
        for number in range(5):
            ends = now + (number - 2) * HOUR + 1_000
            token_store.spend_ticket(tx, WORKSPACE, Ticket(f"t{number}", "https://shop.example", ends))
            values = {"widget_id": WIDGET, "visitor_id": new_id(), "created_at": now, "expires_at": ends}
            tx.run(token_store.continue_codes.insert().values(workspace_id=WORKSPACE, digest=f"c{number}", **values))

    def left(tx: Tx) -> tuple[list[str], list[str]]:
        tickets = [row["jti"] for row in tx.all(token_store.used_tickets.select())]
        return sorted(tickets), sorted(row["digest"] for row in tx.all(token_store.continue_codes.select()))

    await database.write(WORKSPACE, fill)
    assert not await database.write(WORKSPACE, actions.sweep_expired, 10)
    assert await database.read(WORKSPACE, left) == (["t2", "t3", "t4"], ["c2", "c3", "c4"])
    clock.shift += 5 * HOUR
    assert await database.write(WORKSPACE, actions.sweep_expired, 2), "there may be more"
    await Sweeper(database).sweep()
    assert await database.read(WORKSPACE, left) == ([], [])


async def test_the_server_sweeps_at_its_start_and_again(
    database: Database, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "EVERY_S", 0.01)
    silent, _ = await arrive(database)
    sweeping = asyncio.create_task(Sweeper(database).run())
    await asyncio.sleep(0.1)
    assert await is_there(database, silent)
    clock.shift += 31 * DAY
    for _ in range(200):
        if not await is_there(database, silent):
            break
        await asyncio.sleep(0.02)
    assert not await is_there(database, silent)
    sweeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sweeping


async def test_a_workspace_that_fails_keeps_no_other_from_being_swept(database: Database, clock: TestClock) -> None:
    here, _ = await arrive(database)
    elsewhere, _ = await arrive(database, ELSEWHERE)
    clock.shift += 31 * DAY
    failed: list[str] = []

    def failing(tx: Tx, _: int) -> bool:
        if not failed:
            failed.append(tx.workspace_id)
            raise OSError
        return False

    await Sweeper(database, failing).sweep()
    there = {WORKSPACE: await is_there(database, here), ELSEWHERE: await is_there(database, elsewhere)}
    assert there == {one: one in failed for one in there}


async def test_a_round_that_fails_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "EVERY_S", 0.01)
    rounds: list[int] = []

    class Failing(Sweeper):
        async def sweep(self) -> None:
            rounds.append(1)
            raise OSError

    nothing: Any = None
    sweeping = asyncio.create_task(Failing(nothing).run())
    await asyncio.sleep(0.2)
    assert len(rounds) > 1
    sweeping.cancel()
