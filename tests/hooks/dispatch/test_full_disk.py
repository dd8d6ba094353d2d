"""F17: the disk is full when results are to be written."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from halloo.db.connect import open_database
from halloo.db.statement import Statement
from halloo.db.tx import Tx
from halloo.kit.clock import system_clock
from halloo.kit.refusals import Unavailable
from halloo.workspaces.actions.workspaces import create_workspace
from halloo.workspaces.model import system_actor
from tests.conftest import WORKSPACE
from tests.hooks.dispatch.workplace import Workplace
from tests.support.receiver import Heard, Receiver, answer, until
from tests.support.stores import empty_store

_PAGES = Statement(text("PRAGMA page_count"))
_HOOK_CAP = 10


@pytest.fixture
async def on_disk(tmp_path: Path) -> AsyncIterator[Workplace]:
    """Hooks over SQLite."""
    with empty_store("sqlite", tmp_path, None) as store:
        database = open_database(store.url, system_clock)
        await database.write(WORKSPACE, create_workspace, system_actor(WORKSPACE), "Acme")
        place = Workplace(database, WORKSPACE)
        yield place
        await place.close()
        await database.close()


def _limit(tx: Tx, pages: int) -> None:
    tx.scalar(Statement(text(f"PRAGMA max_page_count={pages}")))


async def test_f17_attempts_stop_until_results_can_be_written_and_none_is_lost(
    on_disk: Workplace, receiver: Receiver
) -> None:
    place = on_disk
    room = place.room(look_s=0.2)
    go = asyncio.Event()

    async def when_told(_: Heard) -> bytes:
        await go.wait()
        return answer(body=b"x" * 4000)

    receiver.ways["/"] = when_told
    hook_id = await place.hook(receiver.url(), timeout_ms=30_000)
    await place.hook(receiver.url("/light"), events=("message:compose:send",))
    await until(lambda: room.wants(place.workspace_id, "message:compose:send"))
    told = await place.say(200)
    await until(lambda: len(receiver.heard) == _HOOK_CAP)
    await place.write(_limit, await place.write(_pages))
    go.set()
    await until(lambda: room.in_flight == 0)
    await asyncio.sleep(1.5)
    stuck = len(receiver.heard)
    assert stuck < 100
    room.light(place.workspace_id, "message:compose:send", b"{}")
    await asyncio.sleep(1.5)
    assert len(receiver.heard) == stuck, "attempts went on though their results could not be written"
    await _make_space(place)
    await place.settles(hook_id, {"delivered": 200}, 60)
    await until(lambda: len(receiver.of("/light")) == 1)
    assert {heard.sequence for heard in receiver.of("/")} == set(told)
    assert len({heard.id for heard in receiver.of("/")}) == 200
    assert {heard.count for heard in receiver.heard} == {1}


def _pages(tx: Tx) -> int:
    return tx.scalar(_PAGES)


async def _make_space(place: Workplace) -> None:
    """Who writes together with what does not fit is refused as well: try again."""
    for _ in range(20):
        try:
            await place.write(_limit, 1_000_000)
        except Unavailable:
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError("there is no space")
