"""The promise of `Database.write` and `.read` (`halloo.db.engine`), over both twins."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from halloo.db.engine import Database, Job
from halloo.db.migrate import upgrade
from halloo.db.postgres import PostgresDatabase
from halloo.db.sqlite import SqliteDatabase
from halloo.db.statement import Statement
from halloo.db.tx import Tx, Unstorable
from halloo.events import log
from halloo.kit.clock import system_clock
from halloo.kit.ids import new_id
from halloo.kit.refusals import Conflict, Invalid, Unavailable
from tests.conftest import WORKSPACE
from tests.support.postgres import Postgres
from tests.support.product import Store

INSERT = text("INSERT INTO tags (workspace_id, id, name, color, created_at) VALUES (:ws, :id, :name, 'red', :now)")
NAMES = text("SELECT name FROM tags WHERE workspace_id = :ws ORDER BY name")


def put(tx: Tx, name: str, *, fails: bool = False) -> str:
    tx.run(INSERT, ws=tx.workspace_id, id=new_id(), name=name, now=tx.now)
    tx.after_commit(name)
    if fails:
        raise Conflict(name)
    return name


def forget_names(tx: Tx) -> None:
    tx.run(text("DELETE FROM tags WHERE workspace_id = :ws"), ws=tx.workspace_id)


def names(tx: Tx) -> list[str]:
    return [row["name"] for row in tx.all(NAMES, ws=tx.workspace_id)]


async def gathered(*jobs: Any) -> list[Any]:
    return list(await asyncio.gather(*jobs, return_exceptions=True))


async def test_a_failing_action_fails_alone(database: Database) -> None:
    done = await gathered(
        *(database.write(WORKSPACE, put, f"{number:02}", fails=number % 3 == 0) for number in range(30))
    )
    for number, result in enumerate(done):
        assert isinstance(result, Conflict) if number % 3 == 0 else result == f"{number:02}"
    assert await database.read(WORKSPACE, names) == [f"{number:02}" for number in range(30) if number % 3]


async def test_a_broken_statement_fails_alone(database: Database) -> None:
    def broken(tx: Tx) -> None:
        put(tx, "half")
        tx.run(text("SELECT no_such_column FROM tags"))

    def twice(tx: Tx) -> None:
        for _ in range(2):
            tx.run(INSERT, ws=tx.workspace_id, id="same", name="same", now=tx.now)

    done = await gathered(
        database.write(WORKSPACE, put, "one"),
        database.write(WORKSPACE, broken),
        database.write(WORKSPACE, twice),
        database.write(WORKSPACE, put, "two"),
    )
    assert [isinstance(result, Exception) for result in done] == [False, True, True, False]
    assert await database.read(WORKSPACE, names) == ["one", "two"]


async def test_what_is_left_for_after_the_commit_comes_first_and_only_of_what_was_stored(database: Database) -> None:
    heard: list[Any] = []
    order: list[str] = []

    def listen(values: list[Any]) -> None:
        heard.extend(values)
        order.append("listener")

    async def write(name: str, *, fails: bool = False) -> None:
        try:
            await database.write(WORKSPACE, put, name, fails=fails)
        except Conflict:  # the writer may have answered it alone, before anything was stored
            assert name not in heard
        else:
            assert name in heard
            order.append("caller")

    database.listen(listen)
    await asyncio.gather(*(write(f"{number:02}", fails=number % 4 == 0) for number in range(20)))
    assert heard == [f"{number:02}" for number in range(20) if number % 4]
    assert order[0] == "listener"


async def test_a_read_sees_one_moment(database: Database) -> None:
    looked, written = threading.Event(), threading.Event()

    def look_twice(tx: Tx) -> tuple[list[str], list[str]]:
        first = names(tx)
        looked.set()
        assert written.wait(10)
        return first, names(tx)

    reading = asyncio.create_task(database.read(WORKSPACE, look_twice))
    await asyncio.to_thread(looked.wait, 10)
    await database.write(WORKSPACE, put, "meanwhile")
    written.set()
    assert await reading == ([], [])
    assert await database.read(WORKSPACE, names) == ["meanwhile"]


async def test_what_was_written_is_there_for_the_next_read(database: Database) -> None:
    for number in range(20):
        await database.write(WORKSPACE, put, f"{number:02}")
        found = await asyncio.gather(*(database.read(WORKSPACE, names) for _ in range(4)))
        assert {len(one) for one in found} == {number + 1}


async def test_a_query_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"readonly|ReadOnly"):
        await database.read(WORKSPACE, put, "never")
    assert await database.read(WORKSPACE, names) == []


async def test_each_action_has_its_own_scope_in_a_group(database: Database) -> None:
    spaces = [new_id() for _ in range(6)]
    await asyncio.gather(*(database.write(one, put, f"{one} {n}") for n in range(5) for one in spaces))
    for one in spaces:
        assert await database.read(one, names) == [f"{one} {n}" for n in range(5)]


@pytest.mark.parametrize("value", [2**63, -(2**70), "a\ud800"])
async def test_a_value_that_does_not_fit_is_a_refusal_and_fails_alone(database: Database, value: Any) -> None:
    def bad(tx: Tx) -> None:
        name, now = (value, tx.now) if isinstance(value, str) else ("number", value)
        tx.run(INSERT, ws=tx.workspace_id, id=new_id(), name=name, now=now)

    done = await gathered(
        database.write(WORKSPACE, put, "one"), database.write(WORKSPACE, bad), database.write(WORKSPACE, put, "two")
    )
    assert isinstance(done[1], Invalid)
    assert done[1].code == "field_invalid"
    assert await database.read(WORKSPACE, names) == ["one", "two"]


async def test_who_waits_no_more_stops_nothing(database: Database) -> None:
    jobs = [asyncio.create_task(database.write(WORKSPACE, put, f"{number:02}")) for number in range(20)]
    await asyncio.sleep(0)
    for job in jobs[::2]:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)
    await database.write(WORKSPACE, put, "last")
    found = await database.read(WORKSPACE, names)
    assert set(found) >= {f"{number:02}" for number in range(1, 20, 2)}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_two_processes_number_one_log(database: Database, store: Store) -> None:
    """What one knows of the log from its last group is no use to it once the other has written."""
    other = SqliteDatabase(store.folder / "halloo.db", system_clock, readers=1)

    def record(tx: Tx, *, fails: bool) -> None:
        log.record(tx, "test:happened", b"{}", conversation_id="c", public=True, visitor_id="v")
        if fails:
            raise Conflict

    for number in range(40):
        one = (database, other, other, database, database)[number % 5]
        await gathered(
            *(one.write(WORKSPACE, record, fails=(number + more) % 4 == 0) for more in range(number % 3 + 1))
        )
    await other.close()
    for stream in (f"w:{WORKSPACE}", "c:c", "v:v"):
        facts = await database.read(WORKSPACE, log.list_after, stream, 0, 1000)
        offsets = [dict(fact.streams())[stream] for fact in facts]
        assert offsets == list(range(1, len(facts) + 1))
        assert (await database.read(WORKSPACE, log.position, stream)).offset == len(facts) > 40


async def test_what_was_left_for_later_is_written_once_and_undone_with_its_action(database: Database) -> None:
    insert = Statement(INSERT)

    def leave(tx: Tx, name: str, *, fails: bool = False) -> None:
        tx.later(insert, {"ws": tx.workspace_id, "id": new_id(), "name": name, "now": tx.now})
        tx.later(insert, {"ws": tx.workspace_id, "id": new_id(), "name": f"{name} old", "now": 0}, key=name)
        tx.later(insert, {"ws": tx.workspace_id, "id": new_id(), "name": f"{name} new", "now": 0}, key=name)
        if fails:
            raise Conflict(name)

    def look(tx: Tx) -> list[str]:
        leave(tx, "d")
        tx.flush()
        return names(tx)

    wanted = ["a", "a new", "c", "c new"]
    for fails in (True, False):
        done = await gathered(
            database.write(WORKSPACE, leave, "a"),
            database.write(WORKSPACE, leave, "b", fails=fails),
            database.write(WORKSPACE, leave, "c"),
        )
        assert isinstance(done[1], Conflict) is fails
        assert await database.read(WORKSPACE, names) == sorted(wanted if fails else [*wanted, "b", "b new"])
        await database.write(WORKSPACE, forget_names)
    assert await database.write(WORKSPACE, look) == ["d", "d new"]


async def test_a_value_that_was_left_and_cannot_be_stored_fails_alone(database: Database) -> None:
    insert = Statement(INSERT)

    def leave(tx: Tx, now: int) -> None:
        tx.later(insert, {"ws": tx.workspace_id, "id": new_id(), "name": str(now), "now": now})

    done = await gathered(*(database.write(WORKSPACE, leave, now) for now in (1, 2**70, 3)))
    assert [type(one) for one in done] == [type(None), Unstorable, type(None)]
    assert await database.read(WORKSPACE, names) == ["1", "3"]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_nobody_is_told_success_when_the_commit_fails(database: Database, store: Store) -> None:
    """Another program holds the file: all of the group are told so, nothing is stored, no listener hears of it."""
    assert isinstance(database, SqliteDatabase)
    heard: list[Any] = []
    database.listen(heard.extend)
    other = SqliteDatabase(store.folder / "halloo.db", lambda: 0, readers=1)
    held, go_on = threading.Event(), threading.Event()

    def hold(_tx: Tx) -> None:
        held.set()
        assert go_on.wait(20)

    database._connection.execute("PRAGMA busy_timeout=50").fetchall()  # pyright: ignore[reportPrivateUsage] - a test may look inside
    holding = asyncio.create_task(other.write(WORKSPACE, hold))
    await asyncio.to_thread(held.wait, 10)
    done = await gathered(*(database.write(WORKSPACE, put, f"{number}") for number in range(3)))
    assert all(isinstance(result, Unavailable) for result in done)
    go_on.set()
    await holding
    await other.close()
    assert heard == []
    assert await database.read(WORKSPACE, names) == []
    assert await database.write(WORKSPACE, put, "again") == "again"
    assert heard == ["again"]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
async def test_a_database_that_was_restarted_is_found_again(
    database: Database, store: Store, postgres: Postgres
) -> None:
    """Every connection is cut, as by a restart: the next calls work, on each of the threads."""
    assert isinstance(database, PostgresDatabase)
    import psycopg

    spaces = [new_id() for _ in range(16)]
    name = store.url.rpartition("/")[2]
    for round_ in range(2):
        await asyncio.gather(*(database.write(one, put, f"{round_}") for one in spaces))
        await asyncio.gather(*(database.read(one, names) for one in spaces))
        with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
    assert await asyncio.gather(*(database.read(one, names) for one in spaces)) == [["0", "1"]] * len(spaces)
    await asyncio.gather(*(database.write(one, put, "2") for one in spaces))


async def test_what_an_action_gave_is_no_result_once_its_commit_failed() -> None:
    told: list[tuple[Any, BaseException | None]] = []
    job = Job(WORKSPACE, put, ("x",), {}, lambda result, error: told.append((result, error)))
    job.result, job.error = "x", Unavailable()
    job.settle()
    assert told == [(None, job.error)]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
async def test_a_connection_that_is_cut_in_the_middle_stores_nothing(database: Database) -> None:
    def cut(tx: Tx) -> None:
        put(tx, "half")
        tx.run(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    done = await gathered(database.write(WORKSPACE, put, "one"), database.write(WORKSPACE, cut))
    assert isinstance(done[1], Unavailable)
    stored = await database.read(WORKSPACE, names)
    assert stored == ([] if isinstance(done[0], Exception) else ["one"])
    assert await database.write(WORKSPACE, put, "after") == "after"


async def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'halloo.db'}")
    opened = SqliteDatabase(tmp_path / "halloo.db", system_clock)
    await opened.write(WORKSPACE, put, "one")
    files = sorted(tmp_path.iterdir())  # noqa: ASYNC240 - nobody else waits here
    assert [path.name for path in files] == ["halloo.db", "halloo.db-shm", "halloo.db-wal"]
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    await opened.close()
