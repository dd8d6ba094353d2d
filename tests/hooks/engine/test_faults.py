"""Faults on the way from a fact to a settled delivery, as far as the database's part goes (hooks contract 16)."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import text

from halloo.db.connect import open_database
from halloo.db.tx import Tx
from halloo.events import cursor
from halloo.hooks.actions.claim import claim
from halloo.hooks.actions.settle import settle
from halloo.hooks.model import LEASE as LASTS
from halloo.hooks.model import READER
from halloo.kit.clock import system_clock
from halloo.kit.refusals import Unavailable
from tests.conftest import ROOT
from tests.hooks.engine.ground import LEASE, Ground, answered
from tests.support.postgres import Postgres
from tests.support.product import Store

_CHILD = """
import asyncio, os, signal, sys
from halloo.db.connect import open_database
from halloo.hooks.actions import plan
from halloo.hooks.actions.claim import claim
from halloo.kit.clock import system_clock
from tests.conftest import WORKSPACE
from tests.hooks.engine.ground import put_facts

url, hook, where = sys.argv[1:4]


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def act_and_die(tx):
    put_facts(tx, 2)
    tx.flush()
    die()


def plan_and_die(tx):
    plan.plan(tx, {hook: 1}, "dead", system_clock())
    die()


async def main():
    database = open_database(url, system_clock)
    if where == "action":
        await database.write(WORKSPACE, act_and_die)
    await database.write(WORKSPACE, put_facts, 3)
    if where == "fact":
        die()
    if where == "planning":
        await database.write(WORKSPACE, plan_and_die)
    await database.write(WORKSPACE, plan.plan, {hook: 1}, "dead", system_clock())
    if where == "claim":
        await database.write(WORKSPACE, claim, {hook: 1}, "dead", system_clock())
    die()


asyncio.run(main())
"""


async def _die(ground: Ground, store: Store, hook: str, where: str) -> None:
    """A process that is killed there."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    run = [sys.executable, "-c", _CHILD, store.url, hook, where]
    done = await asyncio.to_thread(subprocess.run, run, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    ground.now = system_clock()


@pytest.mark.slow
async def test_f1_an_action_that_was_killed_before_its_commit_left_no_fact(ground: Ground, store: Store) -> None:
    hook = await ground.hook()
    await _die(ground, store, hook, "action")
    assert await ground.plan({hook: 9}) == []
    assert await ground.rows("SELECT seq FROM facts WHERE workspace_id = :ws") == []
    await ground.facts(1)
    assert [one.seq for one in await ground.plan({hook: 9})] == [1]


@pytest.mark.slow
@pytest.mark.parametrize(("where", "leased"), [("fact", 0), ("planning", 0), ("plan", 1), ("claim", 2)])
async def test_f2_f3_what_was_killed_on_the_way_is_attempted_once_its_lease_ends(
    ground: Ground, store: Store, where: str, leased: int
) -> None:
    hook = await ground.hook()
    await _die(ground, store, hook, where)
    await ground.plan()
    rows = await ground.deliveries(hook)
    assert [(row["seq"], row["series"], row["state"]) for row in rows] == [(n, 0, "pending") for n in (1, 2, 3)]
    found = await ground.do(claim, {hook: 9}, LEASE, ground.now)
    assert len(found) == 3 - leased
    await ground.settle(found)
    rest = await ground.do(claim, {hook: 9}, LEASE, ground.now + LASTS)
    assert len(rest) == leased
    assert {one.attempts for one in rest} <= {0}, "whoever was posted to sees the same count"
    await ground.settle(rest)
    assert await ground.states(hook) == ["delivered"] * 3


@pytest.mark.parametrize("ordered", ["none", "conversation"])
async def test_f4_planning_again_what_was_planned_changes_nothing(ground: Ground, ordered: str) -> None:
    hook = await ground.hook(ordered=ordered)
    await ground.facts(4)
    await ground.facts(4, talk="c2")
    first = await ground.plan({hook: 1})
    before = await ground.deliveries(hook)
    await ground.do(_go_back)
    assert await ground.plan({hook: 9}, "two") == [], "what others hold is not handed out"
    assert await ground.deliveries(hook) == before
    await ground.settle(first)
    await ground.do(_go_back)
    assert await ground.plan({hook: 9}, LEASE) == []
    assert [row["state"] for row in await ground.deliveries(hook)].count("delivered") == 1


def _go_back(tx: Tx) -> None:
    cursor.move(tx, READER, 0)


async def test_f4_work_goes_on_where_it_was_after_the_database_was_restarted(
    ground: Ground, store: Store, request: pytest.FixtureRequest
) -> None:
    hook = await ground.hook()
    await ground.facts(3)
    found = await ground.plan({hook: 1})
    if store.kind == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        server.crash()
        with pytest.raises(Unavailable):
            await ground.settle(found)
        server.start()
    else:
        await ground.database.close()
        ground.database = open_database(store.url, system_clock)
    await ground.settle(found)
    await ground.facts(2)
    await ground.plan()
    rest = await ground.do(claim, {hook: 9}, LEASE, ground.now)
    assert [one.seq for one in (*found, *rest)] == [1, 2, 3, 4, 5]
    await ground.database.close()


async def test_f5_who_has_lost_the_lease_settles_nothing_more(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(1)
    [slow] = await ground.plan({hook: 1}, "slow")
    ground.now += LASTS
    [quick] = await ground.do(claim, {hook: 1}, "quick", ground.now)
    assert (quick.fact_id, quick.attempts) == (slow.fact_id, slow.attempts)
    await ground.settle([quick], "status", "pending", ground.now + 5_000, lease="quick")
    await ground.settle([slow], lease="slow")
    [row] = await ground.deliveries(hook)
    assert (row["state"], row["attempts"], row["due_at"]) == ("pending", 1, ground.now + 5_000)
    [health] = await ground.rows("SELECT last_call, failures FROM hook_health WHERE workspace_id = :ws")
    assert health == {"last_call": "failed", "failures": 1}


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_f17_what_a_full_disk_did_not_take_is_settled_later_under_the_same_count(ground: Ground) -> None:
    hook = await ground.hook()
    await ground.facts(400)
    found = await ground.plan({hook: 400})
    done = [answered(one, "success", "delivered") for one in found]
    await ground.do(_limit_pages, 1)
    with pytest.raises(Unavailable):
        await ground.do(settle, LEASE, done, {}, ground.now)
    assert set(await ground.states(hook)) == {"pending"}
    assert await ground.rows("SELECT n FROM hook_attempts WHERE workspace_id = :ws") == []
    await ground.do(_limit_pages, 2**30)
    await ground.do(settle, LEASE, done, {}, ground.now)
    assert {(row["state"], row["attempts"]) for row in await ground.deliveries(hook)} == {("delivered", 1)}


def _limit_pages(tx: Tx, pages: int) -> None:
    """No more pages than the file has, or than so many."""
    tx.all(text(f"PRAGMA max_page_count={pages}"))
