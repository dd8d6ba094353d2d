"""Faults below an action: whoever waits is answered, and the threads live on."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from halloo.db.engine import Database, Job, Worker, settles
from halloo.db.sqlite import SqliteDatabase
from halloo.db.statement import Statement
from halloo.db.tx import Tx
from halloo.kit.clock import system_clock
from halloo.kit.refusals import Unavailable
from tests.support.pace import PATIENCE_S

WORKSPACE = "w1"
_END = Statement(text("ROLLBACK"))
_MAKE = Statement(text("CREATE TABLE papers (words TEXT)"))
_WRITE = Statement(text("INSERT INTO papers (words) VALUES (:words)"))
_COUNT = Statement(text("SELECT count(*) FROM papers"))
_LIMIT = Statement(text("PRAGMA max_page_count=40"))


def _make(tx: Tx) -> None:
    tx.run(_MAKE)


def _write(tx: Tx, words: str) -> None:
    tx.run(_WRITE, words=words)


def _count(tx: Tx) -> int:
    return tx.scalar(_COUNT)


def _end_transaction(tx: Tx) -> None:
    """What SQLite itself does to a transaction after some faults of the disk."""
    tx.run(_END)
    raise sqlite3.OperationalError


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    """An SQLite database with one reader and one empty table."""
    opened = SqliteDatabase(tmp_path / "test.db", system_clock, readers=1)
    await opened.write(WORKSPACE, _make)
    yield opened
    await opened.close()


async def _soon(answer: Any) -> Any:
    return await asyncio.wait_for(answer, PATIENCE_S)


async def test_a_reader_lives_on_after_a_fault_has_ended_its_transaction(sqlite: Database) -> None:
    with pytest.raises(sqlite3.OperationalError):
        await _soon(sqlite.read(WORKSPACE, _end_transaction))
    assert await _soon(sqlite.read(WORKSPACE, _count)) == 0


async def test_the_writer_lives_on_after_a_fault_has_ended_its_transaction(sqlite: Database) -> None:
    answers = await _soon(
        asyncio.gather(
            sqlite.write(WORKSPACE, _write, "before"),
            sqlite.write(WORKSPACE, _end_transaction),
            sqlite.write(WORKSPACE, _write, "behind"),
            return_exceptions=True,
        )
    )
    stored = sum(answer is None for answer in answers)
    assert await _soon(sqlite.read(WORKSPACE, _count)) == stored
    await _soon(sqlite.write(WORKSPACE, _write, "later"))
    assert await _soon(sqlite.read(WORKSPACE, _count)) == stored + 1


async def test_a_full_disk_is_a_refusal_that_passes(sqlite: Database) -> None:
    await sqlite.write(WORKSPACE, lambda tx: tx.all(_LIMIT))
    with pytest.raises(Unavailable):
        await _soon(sqlite.write(WORKSPACE, _write, "x" * 1_000_000))
    await _soon(sqlite.write(WORKSPACE, _write, "small"))
    assert await _soon(sqlite.read(WORKSPACE, _count)) == 1


async def test_a_listener_that_fails_keeps_nobody_waiting(database: Database) -> None:
    def listener(_values: list[Any]) -> None:
        raise LookupError

    database.listen(listener)
    assert await _soon(database.write(WORKSPACE, _leave_word)) == "stored"


def _leave_word(tx: Tx) -> str:
    tx.after_commit("word")
    return "stored"


async def test_a_worker_outlives_a_group_that_fails() -> None:
    def group(jobs: list[Job]) -> None:
        for job in jobs:
            job.result = job.function()
            job.loop.call_soon_threadsafe(job.settle)

    def fails() -> None:
        raise LookupError

    worker = Worker("test", group, group_max=1)
    functions: list[Callable[[], Any]] = [fails, lambda: 2]
    futures: list[asyncio.Future[Any]] = [asyncio.get_running_loop().create_future() for _ in functions]
    for function, future in zip(functions, futures, strict=True):
        worker.submit(Job(WORKSPACE, function, (), {}, settles(future)))
    with pytest.raises(LookupError):
        await _soon(futures[0])
    assert await _soon(futures[1]) == 2
    worker.stop()
