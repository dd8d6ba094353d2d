"""Turns: few of each owner, not too many of all, and nothing stays of those who are gone."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from halloo.files import turns
from halloo.files.turns import NoTurn, Turns
from tests.support.pace import until


async def test_each_owner_has_few_and_all_together_no_more_than_there_is_room_for() -> None:
    given, at_work = Turns(), list[str]()
    leave = asyncio.Event()

    async def work(owner: str) -> None:
        async with given.taken(owner):
            at_work.append(owner)
            await leave.wait()

    tasks = [asyncio.create_task(work(owner)) for owner in "aaaaabbbccddeef"]
    await until(lambda: len(at_work) == turns.OF_ALL)
    await asyncio.sleep(0.05)
    assert sorted(at_work) == [*"aabbccdd"], "the fifth waits for room, and a third one for its owner's"
    assert given.waiting == 15
    tasks[4].cancel()
    await asyncio.wait({tasks[4]})
    assert given.waiting == 14
    leave.set()
    await asyncio.wait(tasks)
    assert len(at_work) == 14
    assert given.waiting == 0
    assert vars(given)["_rooms"] == {}


async def test_too_many_are_told_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "OF_OWNER_MOST", 1)
    monkeypatch.setattr(turns, "OF_ALL_MOST", 2)
    given = Turns()
    async with AsyncExitStack() as held:
        await held.enter_async_context(given.taken("a"))
        with pytest.raises(NoTurn):
            await held.enter_async_context(given.taken("a"))
        await held.enter_async_context(given.taken("b"))
        with pytest.raises(NoTurn):
            await held.enter_async_context(given.taken("c"))
    async with given.taken("a"):
        assert given.waiting == 1
