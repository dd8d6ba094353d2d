"""The pump hands every fact on, also where the log or a reader fails for a while."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.events import log, pump
from halloo.events.model import Fact
from halloo.events.pump import Pump
from halloo.kit.clock import system_clock
from halloo.kit.refusals import Unavailable
from tests.conftest import WORKSPACE
from tests.support.pace import PATIENCE_S
from tests.support.stores import empty_store


def _happen(tx: Tx) -> Fact:
    return log.record(tx, "test:happened", b"{}")


async def test_a_repair_that_fails_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pump, "_AGAIN_S", 0.01)
    seen: list[int] = []
    refusals = [Unavailable(), Unavailable()]
    third = asyncio.Event()

    def reader(run: Sequence[Fact]) -> None:
        seen.extend(fact.seq for fact in run)
        if len(seen) == 3:
            third.set()

    with empty_store("sqlite", tmp_path, None) as store:
        here, elsewhere = open_database(store.url, system_clock), open_database(store.url, system_clock)
        read = here.read

        async def flaky(*args: Any) -> Any:
            if refusals:
                raise refusals.pop()
            return await read(*args)

        monkeypatch.setattr(here, "read", flaky)
        mine = Pump(here)
        mine.read_by(reader)
        mine.follow(WORKSPACE, 0)
        await here.write(WORKSPACE, _happen)
        await elsewhere.write(WORKSPACE, _happen)
        await here.write(WORKSPACE, _happen)  # the only nudge there is: nothing happens afterwards
        await asyncio.wait_for(third.wait(), PATIENCE_S)
        await here.write(WORKSPACE, _happen)
        await here.close()
        await elsewhere.close()
    assert seen == [1, 2, 3, 4]
    assert not refusals


async def test_a_reader_that_fails_keeps_no_facts_from_the_others(database: Database) -> None:
    seen: list[int] = []

    def fails(_run: Sequence[Fact]) -> None:
        raise LookupError

    both = Pump(database)
    both.read_by(fails)
    both.read_by(lambda run: seen.extend(fact.seq for fact in run))
    fact = await database.write(WORKSPACE, _happen)
    assert seen == [fact.seq]
