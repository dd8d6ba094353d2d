"""Signing secrets: made, changed without a gap, replaced where they leaked (hooks contract 3)."""

import pytest
from sqlalchemy import text

from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.hooks.actions import secrets
from halloo.hooks.errors import LastSecret, NoRotation, RotationRunning, SecretNotFound
from halloo.kit.clock import DAY, SECOND
from halloo.kit.ids import new_id
from halloo.kit.refusals import Refusal
from halloo.workspaces.model import Actor
from tests.hooks.desk import Desk


@pytest.fixture
def desk(database: Database, owner: Actor) -> Desk:
    return Desk(database, owner)


async def test_a_rotation_has_two_secrets_until_it_is_promoted(desk: Desk) -> None:
    hook_id = (await desk.make(signing="signed")).hook.id
    first = desk.secret
    made = await desk.rotate(hook_id)
    assert (made.role, made.promotes_at - made.created_at) == ("next", 60 * SECOND)
    assert await desk.opened(hook_id) == [("current", first), ("next", made.secret)]
    with pytest.raises(RotationRunning):
        await desk.rotate(hook_id)
    assert await desk.promote(hook_id) is None
    assert await desk.opened(hook_id) == [("current", made.secret)]
    with pytest.raises(NoRotation):
        await desk.promote(hook_id)
    actions = [action for action, _ in await desk.audited()]
    assert actions == ["hook.created", "hook.secret_created", "hook.secret_promoted"]
    assert made.secret not in repr(await desk.audited())


async def test_a_next_secret_is_current_by_itself_when_its_time_has_come(desk: Desk) -> None:
    hook_id = (await desk.make(signing="signed")).hook.id
    made = await desk.rotate(hook_id)
    await desk.write(let_time_pass)
    seen = await desk.read(hook_id)
    assert [(one.id, one.role, one.promotes_at) for one in seen.secrets] == [(made.id, "current", None)]
    assert await desk.opened(hook_id) == [("current", made.secret)]
    with pytest.raises(LastSecret):
        await desk.write(secrets.withdraw_secret, desk.who, hook_id, made.id)
    later = await desk.rotate(hook_id)
    assert await desk.opened(hook_id) == [("current", made.secret), ("next", later.secret)]


def let_time_pass(tx: Tx) -> None:
    tx.run(text("UPDATE hook_secrets SET promotes_at = 7 WHERE promotes_at > 7"))


async def test_a_leaked_secret_is_replaced_at_once(desk: Desk) -> None:
    hook_id = (await desk.make(signing="signed")).hook.id
    secret = await desk.promote(hook_id, immediately=True)
    assert secret is not None
    assert await desk.opened(hook_id) == [("current", secret)]
    made = await desk.rotate(hook_id)
    assert await desk.promote(hook_id, immediately=True) is None
    assert await desk.opened(hook_id) == [("current", made.secret)]


async def test_the_next_secret_can_be_withdrawn_and_the_current_one_not(desk: Desk) -> None:
    seen = await desk.make(signing="signed")
    made = await desk.rotate(seen.hook.id)
    with pytest.raises(LastSecret):
        await desk.write(secrets.withdraw_secret, desk.who, seen.hook.id, seen.secrets[0].id)
    with pytest.raises(SecretNotFound):
        await desk.write(secrets.withdraw_secret, desk.who, seen.hook.id, new_id())
    await desk.write(secrets.withdraw_secret, desk.who, seen.hook.id, made.id)
    assert await desk.opened(seen.hook.id) == [("current", desk.secret)]


@pytest.mark.parametrize("overlap_s", [0, -1, 7 * DAY // SECOND + 1])
async def test_an_overlap_is_at_most_a_week(desk: Desk, overlap_s: int) -> None:
    hook_id = (await desk.make()).hook.id
    with pytest.raises(Refusal) as refused:
        await desk.rotate(hook_id, overlap_s)
    assert refused.value.code == "field_invalid"


async def test_every_change_of_secrets_is_told_and_has_another_version(desk: Desk) -> None:
    seen = await desk.make()
    told = await desk.told()
    made = await desk.rotate(seen.hook.id)
    await desk.write(secrets.withdraw_secret, desk.who, seen.hook.id, made.id)
    await desk.promote(seen.hook.id, immediately=True)
    assert await desk.told() == told + 3
    assert (await desk.read(seen.hook.id)).hook.version == seen.hook.version + 3
