"""Hooks and their secrets: made, changed, switched, deleted (hooks contract 3 and 11)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from halloo.db import directory
from halloo.db.connect import open_database
from halloo.db.engine import DIRECTORY, Database
from halloo.db.tx import Tx
from halloo.events import cursor
from halloo.events.log import list_payloads, record
from halloo.hooks.actions import plan, records, secrets
from halloo.hooks.actions.sweep import BATCH
from halloo.hooks.errors import HookLimit, HookNotFound
from halloo.hooks.model import READER, Health, state_of
from halloo.hooks.rules import HookChange
from halloo.hooks.store import records as kept
from halloo.kit.clock import system_clock
from halloo.kit.refusals import Refusal, Stale
from halloo.workspaces.model import Actor, MissingScope
from tests.conftest import WORKSPACE
from tests.hooks.desk import DRAFT, NOW, SEALER, Desk
from tests.support.product import Store


@pytest.fixture
def desk(database: Database, owner: Actor) -> Desk:
    return Desk(database, owner)


def say(tx: Tx, name: str = "message:send") -> None:
    record(tx, name, b'{"website_id":"w","session_id":"s","inbox_id":null,"content":"Hello"}')


def planned(tx: Tx) -> list[tuple[str, int]]:
    return [tuple(row) for row in tx.rows(text("SELECT hook_id, seq FROM deliveries ORDER BY seq"))]


async def test_a_hook_that_was_made_is_told_audited_and_found_by_dispatchers(desk: Desk) -> None:
    seen = await desk.make(headers={"X-Shop": "seven"})
    assert seen == await desk.read(seen.hook.id)
    assert state_of(seen.hook, seen.health) == "active"
    assert (seen.health.last_call, seen.waiting, seen.replay_id) == ("not_called", 0, None)
    assert await desk.told() == 1
    found = await desk.database.read(DIRECTORY, directory.find_workspace, "hook", seen.hook.id)
    assert found == WORKSPACE
    (entry,) = await desk.audited()
    assert entry[0] == "hook.created"
    assert entry[1]["url"].endswith("?key=***")
    assert "seven" not in repr(entry)


async def test_its_secret_is_in_the_answer_alone(desk: Desk) -> None:
    seen = await desk.make(signing="signed")
    assert desk.secret.startswith("whsec_")
    assert [(one.role, one.secret, one.hint) for one in seen.secrets] == [("current", "", desk.secret[:10])]
    assert await desk.opened(seen.hook.id) == [("current", desk.secret)]
    kept = await desk.database.read(WORKSPACE, everything)
    assert desk.secret not in kept
    assert "KEY" in kept  # the key in the address is kept as written


def everything(tx: Tx) -> str:
    tables = ("hooks", "hook_secrets", "hook_health", "audit_entries", "facts")
    return repr([tx.all(text(f"SELECT * FROM {table}")) for table in tables])


async def test_planning_begins_with_the_first_hook_and_again_after_the_last_was_deleted(desk: Desk) -> None:
    await desk.write(say)
    seen = await desk.make()
    await desk.write(say)
    await desk.write(records.delete_hook, desk.who, seen.hook.id, NOW)
    for _ in range(3):
        await desk.write(say)
    other = await desk.make()
    await desk.write(say)
    await desk.change(other.hook.id, name="Bills")
    rows = await desk.database.read(WORKSPACE, planned)
    assert [hook for hook, _ in rows if hook == other.hook.id] == [other.hook.id]
    assert await desk.database.read(WORKSPACE, cursor.find, READER) is not None


async def test_a_choice_of_events_holds_for_what_is_recorded_after_it(desk: Desk) -> None:
    seen = await desk.make()
    hook_id = seen.hook.id
    await desk.write(say)
    await desk.write(say, "message:received")
    await desk.change(hook_id, events=["message:received"])
    await desk.write(say)
    await desk.write(say, "message:received")
    await desk.write(records.disable_hook, desk.who, SEALER, hook_id, NOW)
    await desk.write(say, "message:received")
    await desk.write(records.enable_hook, desk.who, SEALER, hook_id, NOW)
    await desk.write(say, "message:received")
    await desk.change(hook_id, name="Bills")
    names = {one.seq: one.name for one in await desk.database.read(WORKSPACE, list_payloads, 0, 1_000)}
    rows = await desk.database.read(WORKSPACE, planned)
    assert [names[seq] for _, seq in rows] == ["message:send", "message:received", "message:received"]
    assert (await desk.read(hook_id)).waiting == 1  # what was open when it was disabled is held


async def test_fifty_hooks_are_the_most_of_a_workspace(desk: Desk) -> None:
    made = [await desk.make() for _ in range(records.HOOKS_MAX)]
    with pytest.raises(HookLimit):
        await desk.make()
    first = await desk.database.read(WORKSPACE, records.list_hooks, desk.who, SEALER, None, 30)
    rest = await desk.database.read(WORKSPACE, records.list_hooks, desk.who, SEALER, first.next_cursor, 30)
    ids = [seen.hook.id for seen in (*first.hooks, *rest.hooks)]
    assert (len(ids), ids, rest.next_cursor) == (records.HOOKS_MAX, sorted(ids, reverse=True), None)
    await desk.write(records.delete_hook, desk.who, made[-1].hook.id, NOW)
    await desk.make()


async def test_two_servers_together_make_no_more_than_fifty(desk: Desk, store: Store) -> None:
    for _ in range(records.HOOKS_MAX - 2):
        await desk.make()
    elsewhere = Desk(open_database(store.url, system_clock), desk.who)
    try:
        made = await asyncio.gather(
            *(one.make() for one in (desk, elsewhere) for _ in range(5)), return_exceptions=True
        )
    finally:
        await elsewhere.database.close()
    assert sorted(type(one).__name__ for one in made) == ["HookLimit"] * 8 + ["SeenHook"] * 2


async def test_a_change_is_refused_where_somebody_else_was_faster(desk: Desk) -> None:
    seen = await desk.make()
    changed, secret = await desk.change(seen.hook.id, seen.hook.version, name="Bills")
    assert secret is None
    assert changed.hook.version == seen.hook.version + 1
    with pytest.raises(Stale):
        await desk.change(seen.hook.id, seen.hook.version, name="Letters")
    with pytest.raises(Stale):
        await desk.write(records.delete_hook, desk.who, seen.hook.id, NOW, seen.hook.version)
    assert (await desk.read(seen.hook.id)).hook.name == "Bills"


async def test_a_change_of_nothing_leaves_no_trace(desk: Desk) -> None:
    seen = await desk.make()
    told, audited = await desk.told(), await desk.audited()
    same, _ = await desk.change(seen.hook.id, name="Orders")
    assert (same.hook, await desk.told(), await desk.audited()) == (seen.hook, told, audited)


async def test_what_changed_is_audited_without_keys(desk: Desk) -> None:
    seen = await desk.make()
    await desk.change(
        seen.hook.id,
        url="https://other.example/?key=OTHER",
        headers={"Authorization": "Bearer 7"},
        events=["session:removed"],
        timeout_ms=3_000,
    )
    action, details = (await desk.audited())[-1]
    assert action == "hook.changed"
    assert details == {
        "name": "Orders",
        "url": "https://other.example/?key=***",
        "headers": ["Authorization"],
        "events": {"added": ["session:removed"], "removed": ["message:send"]},
        "timeout_ms": 3_000,
    }


async def test_a_refused_change_changes_nothing(desk: Desk) -> None:
    seen = await desk.make()
    with pytest.raises(Refusal):
        await desk.change(seen.hook.id, name="Bills", headers={"Host": "a.example"})
    assert (await desk.read(seen.hook.id)).hook == seen.hook


async def test_signing_that_is_switched_on_begins_with_a_fresh_secret(desk: Desk) -> None:
    seen = await desk.make()
    first = desk.secret
    _, secret = await desk.change(seen.hook.id, signing="signed")
    assert secret is not None
    assert secret != first
    assert await desk.opened(seen.hook.id) == [("current", secret)]
    _, none = await desk.change(seen.hook.id, signing="signed", name="Bills")
    assert none is None


async def test_a_deleted_hook_leaves_nothing(desk: Desk) -> None:
    seen = await desk.make()
    await desk.write(records.delete_hook, desk.who, seen.hook.id, NOW)
    with pytest.raises(HookNotFound):
        await desk.read(seen.hook.id)
    assert await desk.database.read(DIRECTORY, directory.find_workspace, "hook", seen.hook.id) is None
    assert seen.hook.id not in repr(await desk.database.read(WORKSPACE, of_hooks))
    with pytest.raises(HookNotFound):
        await desk.write(records.delete_hook, desk.who, seen.hook.id, NOW)


def of_hooks(tx: Tx) -> list[Any]:
    return [tx.all(text(f"SELECT * FROM {table}")) for table in ("hooks", "hook_secrets", "hook_health")]


async def test_disabling_and_enabling_begin_the_run_of_failures_anew(desk: Desk) -> None:
    hook_id = (await desk.make()).hook.id
    sick = Health("failed", 7, 500, "status", 6, 30, 9, 4, 99)
    await desk.write(kept.save_health, WORKSPACE, hook_id, sick)
    seen = await desk.write(records.disable_hook, desk.who, SEALER, hook_id, NOW)
    assert (seen.hook.enabled, seen.hook.disabled_reason) == (False, "operator")
    assert state_of(seen.hook, seen.health) == "disabled"
    version = seen.hook.version
    again = await desk.write(records.disable_hook, desk.who, SEALER, hook_id, NOW)
    assert again.hook.version == version
    seen = await desk.write(records.enable_hook, desk.who, SEALER, hook_id, NOW)
    assert (seen.hook.enabled, seen.hook.disabled_reason) == (True, None)
    assert seen.health == Health("failed", 7, 500, "status")
    assert state_of(seen.hook, seen.health) == "active"
    assert [action for action, _ in await desk.audited()] == ["hook.created", "hook.disabled", "hook.enabled"]


def wait(tx: Tx, hook_id: str, count: int) -> None:
    """Have deliveries of facts wait that are there."""
    for number in range(count):
        record(tx, "message:send", b'{"n":%d}' % number, conversation_id="c")
    plan.plan_up_to_head(tx, NOW)
    kept.switch_hook(tx, WORKSPACE, hook_id, disabled_reason="operator")


async def test_what_waits_for_a_disabled_hook_is_held_in_parts_before_it_is_enabled(desk: Desk) -> None:
    hook_id = (await desk.make()).hook.id
    assert await desk.write(records.hold_some, desk.who, hook_id, NOW) is False
    await desk.write(wait, hook_id, BATCH + 1)
    assert await desk.write(records.hold_some, desk.who, hook_id, NOW) is True
    assert await desk.write(records.hold_some, desk.who, hook_id, NOW) is False
    seen = await desk.write(records.enable_hook, desk.who, SEALER, hook_id, NOW)
    assert seen.waiting == 0
    await desk.write(wait, hook_id, 1)
    await desk.write(kept.switch_hook, WORKSPACE, hook_id, disabled_reason=None)
    assert await desk.write(records.hold_some, desk.who, hook_id, NOW) is False, (
        "what waits for an enabled one does not end"
    )
    assert (await desk.read(hook_id)).waiting == 1


async def test_a_deleted_hook_leaves_no_place_in_the_log(desk: Desk) -> None:
    hook_id = (await desk.make()).hook.id
    await desk.write(cursor.move, f"hooks:log:{hook_id}", 3)
    await desk.write(records.delete_hook, desk.who, hook_id, NOW)
    assert await desk.database.read(WORKSPACE, cursor.find, f"hooks:log:{hook_id}") is None


async def test_one_that_failed_stays_disabled_for_its_reason(desk: Desk) -> None:
    hook_id = (await desk.make()).hook.id
    await desk.write(kept.switch_hook, WORKSPACE, hook_id, disabled_reason="gone")
    seen = await desk.write(records.disable_hook, desk.who, SEALER, hook_id, NOW)
    assert seen.hook.disabled_reason == "gone"


async def test_who_may_only_read_changes_nothing(desk: Desk) -> None:
    seen = await desk.make()
    reader = replace(desk.who, scopes=frozenset({"hooks:read"}))
    assert (await desk.database.read(WORKSPACE, records.read_hook, reader, SEALER, seen.hook.id)) == seen
    hook_id = seen.hook.id
    for action, *rest in (
        (records.create_hook, SEALER, DRAFT, NOW),
        (records.update_hook, SEALER, hook_id, HookChange(name="Bills"), NOW),
        (records.delete_hook, hook_id, NOW),
        (records.enable_hook, SEALER, hook_id, NOW),
        (records.disable_hook, SEALER, hook_id, NOW),
        (records.load_target, SEALER, hook_id),
        (secrets.create_secret, SEALER, hook_id),
        (secrets.promote_secret, SEALER, hook_id),
        (secrets.withdraw_secret, hook_id, seen.secrets[0].id),
    ):
        with pytest.raises(MissingScope):
            await desk.write(action, reader, *rest)
    nobody = replace(desk.who, scopes=frozenset({"web_widgets:manage"}))
    with pytest.raises(MissingScope):
        await desk.database.read(WORKSPACE, records.list_hooks, nobody, SEALER)
