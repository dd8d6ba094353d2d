"""Group commit on PostgreSQL where the server or another node interferes: each caller is answered once, and truly."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg.errors import SerializationFailure, UniqueViolation
from sqlalchemy import text

from halloo.db.postgres import PostgresDatabase
from halloo.db.statement import Statement
from halloo.db.tx import Tx
from halloo.events import log
from halloo.kit.clock import system_clock
from halloo.kit.refusals import NotFound, Unavailable
from tests.support.postgres import Postgres
from tests.support.stores import empty_store

WORKSPACE = "w1"
_DIE = Statement(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def _happen(tx: Tx) -> int:
    return log.record(tx, "test:happened", b"{}").seq


def _refuse(tx: Tx) -> None:
    _happen(tx)
    raise NotFound


def _die(tx: Tx) -> None:
    tx.all(_DIE)


def _head(tx: Tx) -> int:
    return log.position(tx, f"w:{WORKSPACE}").offset


@pytest.fixture
async def database(tmp_path: Path, postgres: Postgres) -> AsyncIterator[PostgresDatabase]:
    """One writer and one reader, so that what is written at once is one group."""
    with empty_store("postgresql", tmp_path, postgres) as store:
        opened = PostgresDatabase(store.url, system_clock, writers=1, readers=1)
        yield opened
        await opened.close()


async def _at_once(database: PostgresDatabase, *actions: Callable[[Tx], Any]) -> list[Any]:
    """Write all in one group: the first keeps the writer busy while the others queue up."""
    going = [database.write(WORKSPACE, action) for action in actions]
    return await asyncio.wait_for(asyncio.gather(*going, return_exceptions=True), 20)


async def test_a_connection_lost_in_a_group_is_no_success_for_anybody(database: PostgresDatabase) -> None:
    told: list[Any] = []
    database.listen(told.extend)
    answers = await _at_once(database, _happen, _happen, _refuse, _die, _happen)
    assert isinstance(answers[3], Unavailable)
    stored = [answer for answer in answers if isinstance(answer, int)]
    assert all(isinstance(answer, int | NotFound | Unavailable) for answer in answers)
    assert await database.read(WORKSPACE, _head) == len(stored) == len(told)
    assert await database.write(WORKSPACE, _happen) == len(stored) + 1


async def test_a_reader_whose_connection_was_lost_connects_again(database: PostgresDatabase) -> None:
    with pytest.raises(Unavailable):
        await database.read(WORKSPACE, _die)
    assert await database.read(WORKSPACE, _head) == 0


async def test_a_conflict_runs_each_again_and_tells_once(database: PostgresDatabase) -> None:
    told: list[Any] = []
    database.listen(told.extend)
    runs = 0

    def conflicts(tx: Tx) -> int:
        nonlocal runs
        runs += 1
        seq = _happen(tx)
        if runs < 3:
            raise SerializationFailure
        return seq

    answers = await _at_once(database, _happen, _happen, conflicts, _refuse, _happen)
    assert sorted(answer for answer in answers if isinstance(answer, int)) == [1, 2, 3, 4]
    assert isinstance(answers[3], NotFound)
    assert runs == 3
    assert [fact.seq for fact in told] == [1, 2, 3, 4]
    assert await database.read(WORKSPACE, _head) == 4


async def test_who_loses_a_race_for_a_unique_name_finds_the_winner(database: PostgresDatabase) -> None:
    runs = 0

    def races(tx: Tx) -> int:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise UniqueViolation
        return _happen(tx)

    assert await _at_once(database, _happen, races, _happen) == [1, 2, 3]
    assert runs == 2


async def test_an_action_that_always_hurts_a_unique_name_is_a_fault(database: PostgresDatabase) -> None:
    def wrong(tx: Tx) -> None:
        _happen(tx)
        raise UniqueViolation

    answers = await _at_once(database, wrong, _happen)
    assert isinstance(answers[0], UniqueViolation)
    assert answers[1] == 1 == await database.read(WORKSPACE, _head)
