"""Hooks, secrets and health as they are stored."""

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.hooks.errors import HookNotFound
from halloo.hooks.model import Health, Hook, Secret, in_force
from halloo.hooks.store import records
from halloo.kit.ids import new_id
from halloo.kit.sealing import Sealer
from tests.conftest import WORKSPACE

SEALER = Sealer(bytes(range(32)), "hook")
OTHER = Sealer(bytes(32), "hook")
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def make_hook(**changed: object) -> Hook:
    made = Hook(
        workspace_id=WORKSPACE,
        id=new_id(),
        kind="website",
        environment="production",
        name="Orders",
        url="https://endpoint.example.com/crisp/hooks?key=KEY",
        events=("message:send", "session:set_state"),
        signing="none",
        timeout_ms=2_000,
        max_in_flight=10,
        ordered="none",
        retry="standard",
        headers={"X-Shop": "seven"},
        enabled=True,
        disabled_reason=None,
        version=1,
        created_at=5,
        updated_at=5,
    )
    return replace(made, **changed)


def make_secret(**changed: object) -> Secret:
    made = Secret(id=new_id(), role="current", secret=SECRET, hint="whsec_AAEC", created_at=5, promotes_at=None)
    return replace(made, **changed)


async def test_a_hook_is_read_as_it_was_stored_and_its_headers_by_its_sealer_alone(database: Database) -> None:
    hook = make_hook()
    await database.write(WORKSPACE, records.insert_hook, hook, SEALER)
    assert await database.read(WORKSPACE, records.get_hook, WORKSPACE, hook.id, SEALER) == hook
    for sealer in (None, OTHER):
        found = await database.read(WORKSPACE, records.get_hook, WORKSPACE, hook.id, sealer)
        assert found == replace(hook, headers={})
    changed = replace(hook, name="Invoices", enabled=False, disabled_reason="gone", headers={}, version=2)
    await database.write(WORKSPACE, records.update_hook, changed, SEALER)
    assert await database.read(WORKSPACE, records.list_hooks, WORKSPACE, None, 10, SEALER) == [changed]
    with pytest.raises(HookNotFound):
        await database.read(WORKSPACE, records.get_hook, WORKSPACE, new_id())


async def test_a_hook_copied_into_another_place_tells_nobody_its_headers(database: Database) -> None:
    hook = make_hook()

    def copy(tx: Tx) -> Hook:
        records.insert_hook(tx, hook, SEALER)
        records.insert_hook(tx, replace(hook, id=new_id(), headers={}), SEALER)
        tx.run(text("UPDATE hooks SET headers = (SELECT max(headers) FROM hooks)"))
        return next(one for one in records.list_hooks(tx, WORKSPACE, None, 10, SEALER) if one.id != hook.id)

    assert (await database.write(WORKSPACE, copy)).headers == {}


async def test_pages_are_newest_first(database: Database) -> None:
    hooks = [make_hook() for _ in range(3)]
    for hook in hooks:
        await database.write(WORKSPACE, records.insert_hook, hook, SEALER)
    newest = sorted((hook.id for hook in hooks), reverse=True)
    first = await database.read(WORKSPACE, records.list_hooks, WORKSPACE, None, 2)
    rest = await database.read(WORKSPACE, records.list_hooks, WORKSPACE, first[-1].id, 2)
    assert [one.id for one in [*first, *rest]] == newest
    assert await database.read(WORKSPACE, records.count_hooks, WORKSPACE) == len(hooks)


async def test_secrets_are_kept_sealed_and_open_for_their_sealer_alone(database: Database) -> None:
    hook = make_hook()
    current, following = make_secret(), make_secret(role="next", promotes_at=100)
    await database.write(WORKSPACE, records.insert_hook, hook, SEALER)
    for secret in (following, current):
        await database.write(WORKSPACE, records.insert_secret, WORKSPACE, hook.id, secret, SEALER)
    kept = await database.read(WORKSPACE, records.list_secrets, WORKSPACE, hook.id, SEALER)
    assert kept == (current, following)
    assert await database.read(WORKSPACE, records.list_all_secrets, WORKSPACE, SEALER) == {hook.id: kept}
    closed = await database.read(WORKSPACE, records.list_secrets, WORKSPACE, hook.id)
    assert [one.secret for one in closed] == ["", ""]
    assert await database.read(WORKSPACE, records.list_secrets, WORKSPACE, hook.id, OTHER) == ()

    def raw(tx: Tx) -> str:
        return "".join(row["sealed"] for row in tx.all(text("SELECT sealed FROM hook_secrets")))

    assert SECRET not in await database.read(WORKSPACE, raw)


def test_a_next_secret_becomes_current_by_itself_and_ends_the_former_one() -> None:
    current, following = make_secret(), make_secret(role="next", promotes_at=100)
    assert in_force((following, current), 99) == (current, following)
    (alone,) = in_force((current, following), 100)
    assert (alone.id, alone.role, alone.promotes_at) == (following.id, "current", None)


async def test_health_is_stored_beside_its_hook_and_goes_with_it(database: Database) -> None:
    hook = make_hook()
    await database.write(WORKSPACE, records.insert_hook, hook, SEALER)
    assert await database.read(WORKSPACE, records.find_health, WORKSPACE, hook.id) == Health()
    health = Health("failed", 7, 500, "status", 6, 3, None, 1, 30)
    await database.write(WORKSPACE, records.save_health, WORKSPACE, hook.id, health)
    assert await database.read(WORKSPACE, records.list_health, WORKSPACE) == {hook.id: health}
    await database.write(WORKSPACE, records.insert_secret, WORKSPACE, hook.id, make_secret(), SEALER)
    await database.write(WORKSPACE, records.delete_hook, WORKSPACE, hook.id)
    assert await database.read(WORKSPACE, records.list_health, WORKSPACE) == {}
    assert await database.read(WORKSPACE, records.list_all_secrets, WORKSPACE) == {}
    assert await database.read(WORKSPACE, records.count_hooks, WORKSPACE) == 0


def switch_off(tx: Tx, hook_id: str) -> None:
    records.switch_hook(tx, WORKSPACE, hook_id, disabled_reason="failing")


async def test_switching_and_touching_keep_headers_and_count_versions(database: Database) -> None:
    hook = make_hook()
    await database.write(WORKSPACE, records.insert_hook, hook, SEALER)
    await database.write(WORKSPACE, switch_off, hook.id)
    await database.write(WORKSPACE, records.touch_hook, WORKSPACE, hook.id)
    found = await database.read(WORKSPACE, records.get_hook, WORKSPACE, hook.id, SEALER)
    assert (found.enabled, found.disabled_reason, found.version) == (False, "failing", hook.version + 2)
    assert found.headers == hook.headers
