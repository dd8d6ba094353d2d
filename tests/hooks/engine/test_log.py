"""The log of a hook (hooks contract 11, 13 and 17)."""

import pytest

from halloo.events.log import erase_payloads
from halloo.hooks.actions import log
from halloo.hooks.actions.claim import claim
from halloo.hooks.actions.log import Filters
from halloo.hooks.actions.replay import replay_one
from halloo.hooks.errors import AttemptNotFound, DeliveryNotFound, HookNotFound
from halloo.kit.clock import HOUR
from halloo.kit.refusals import Refusal
from halloo.workspaces.model import Actor
from tests.conftest import WORKSPACE
from tests.hooks.engine.ground import LEASE, SEALER, SEND, Ground

ALL = Filters()


async def _ids(ground: Ground, who: Actor, hook: str, filters: Filters = ALL, limit: int = 50) -> list[str]:
    """All pages together."""
    found: list[str] = []
    cursor = None
    while True:
        page = await ground.database.read(WORKSPACE, log.list_deliveries, who, hook, filters, cursor, limit)
        assert len(page.deliveries) <= limit
        found += [one.id for one in page.deliveries]
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_the_log_is_read_from_its_newest_end_page_by_page(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook()
    await ground.facts(7)
    await ground.settle(await ground.plan({hook: 9}))
    await ground.do(replay_one, owner, hook, "3-0", ground.now)
    assert await _ids(ground, owner, hook, limit=3) == ["7-0", "6-0", "5-0", "4-0", "3-1", "3-0", "2-0", "1-0"]
    assert await _ids(ground, owner, hook, limit=4) == await _ids(ground, owner, hook)
    for bad in ("x", "0-1", "7"):
        with pytest.raises(Refusal, match="cursor"):
            await ground.database.read(WORKSPACE, log.list_deliveries, owner, hook, ALL, bad)
    with pytest.raises(HookNotFound):
        await _ids(ground, owner, "gone")


async def test_the_log_is_filtered(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook(events=(SEND, "session:set_state"))
    other = await ground.hook(events=(SEND, "session:set_state"))
    for number in range(4):
        await ground.facts(1, SEND, f"c{number % 2}")
        await ground.facts(1, "session:set_state", f"c{number % 2}")
    found = await ground.plan({hook: 9, other: 9})
    await ground.settle([one for one in found if one.hook_id == hook and one.seq in (2, 5)], "status", "exhausted")
    times = {seq: ground.now - (20 - seq) * HOUR for seq in range(10)}
    for seq in range(1, 9):
        await ground.sql("UPDATE facts SET at = :at WHERE workspace_id = :ws AND seq = :seq", at=times[seq], seq=seq)
    assert await _ids(ground, owner, hook, Filters(state="exhausted"), 1) == ["5-0", "2-0"]
    assert await _ids(ground, owner, hook, Filters(event=SEND), 2) == ["7-0", "5-0", "3-0", "1-0"]
    assert await _ids(ground, owner, hook, Filters(session_id="session_c1"), 3) == ["8-0", "7-0", "4-0", "3-0"]
    assert await _ids(ground, owner, hook, Filters(from_at=times[3], to_at=times[6])) == ["5-0", "4-0", "3-0"]
    assert await _ids(ground, owner, hook, Filters(event=SEND, session_id="session_c0", to_at=times[5])) == ["1-0"]
    assert await _ids(ground, owner, hook, Filters(session_id="session_none")) == []


async def test_a_page_ends_after_so_many_looks_and_the_next_goes_on(
    ground: Ground, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_WINDOW", 4)
    monkeypatch.setattr(log, "_WINDOWS", 2)
    hook = await ground.hook()
    await ground.facts(30)
    found = await ground.plan({hook: 30})
    await ground.settle(found[2:3], "status", "exhausted")
    page = await ground.database.read(WORKSPACE, log.list_deliveries, owner, hook, Filters(state="exhausted"))
    assert (page.deliveries, page.next_cursor) == ([], "23-0")
    assert await _ids(ground, owner, hook, Filters(state="exhausted")) == ["3-0"]


async def test_a_delivery_is_shown_as_it_stands(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook(ordered="conversation")
    await ground.facts(2)
    [one] = await ground.plan({hook: 9})
    shown, _ = await ground.do(log.read_delivery, owner, hook, "1-0")
    assert (shown.id, shown.event, shown.fact_id, shown.conversation_id) == ("1-0", SEND, one.fact_id, "c1")
    assert (shown.state, shown.attempts, shown.next_attempt_at, shown.is_replay) == ("pending", 0, None, False)
    parked, _ = await ground.do(log.read_delivery, owner, hook, "2-0")
    assert (parked.state, parked.next_attempt_at) == ("pending", None), "it waits for the first"
    await ground.settle([one], "timeout", "pending", ground.now + 5_000)
    shown, attempts = await ground.do(log.read_delivery, owner, hook, "1-0")
    assert (shown.attempts, shown.next_attempt_at) == (1, ground.now + 5_000)
    assert (shown.last_outcome, shown.last_status) == ("timeout", 500)
    assert [(kept.n, kept.attempt.exchange.outcome) for kept in attempts] == [(1, "timeout")]
    await ground.switch(hook, "operator")
    shown, _ = await ground.do(log.read_delivery, owner, hook, "1-0")
    assert (shown.state, shown.next_attempt_at) == ("held", None), "at once, whatever the chores have done"
    assert await _ids(ground, owner, hook, Filters(state="held")) == ["2-0", "1-0"]
    for id in ("1-1", "3-0", "x"):
        with pytest.raises(DeliveryNotFound):
            await ground.do(log.read_delivery, owner, hook, id)


async def test_an_attempt_is_kept_in_full_with_the_body_of_its_fact(ground: Ground, owner: Actor) -> None:
    hook = await ground.hook(headers={"X-Own": "value"})
    await ground.facts(1)
    [one] = await ground.plan({hook: 1})
    await ground.settle([one], "timeout", "pending", ground.now)
    found = await ground.do(log.read_attempt, owner, SEALER, hook, "1-0", 1)
    assert found.attempt.started_at == one.at + 5
    assert found.attempt.exchange.response_body == b"ok"
    assert found.attempt.exchange.timings.answer == 15
    assert found.hook.headers == {"X-Own": "value"}
    body = f'{{"website_id":"{WORKSPACE}","event":"{SEND}","data":{one.data.decode()},"timestamp":{one.at}}}'
    assert found.body == body.encode()
    with pytest.raises(AttemptNotFound):
        await ground.do(log.read_attempt, owner, SEALER, hook, "1-0", 2)
    with pytest.raises(DeliveryNotFound):
        await ground.do(log.read_attempt, owner, SEALER, hook, "2-0", 1)
    await ground.settle(await ground.do(claim, {hook: 1}, LEASE, ground.now))
    await ground.do(erase_payloads, "c1")
    assert (await ground.do(log.read_attempt, owner, SEALER, hook, "1-0", 2)).body is None
