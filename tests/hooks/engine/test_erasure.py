"""What is deleted is told to nobody any more (hooks contract 13)."""

from typing import Any

from halloo.contacts import actions as contacts
from halloo.contacts.facts import profile_removed
from halloo.contacts.model import Details
from halloo.db.tx import Tx
from halloo.events.log import erase_payloads, record
from halloo.hooks.actions.claim import claim
from halloo.hooks.actions.settle import settle
from halloo.kit.json import dump
from halloo.workspaces.model import Actor
from tests.hooks.engine.ground import LEASE, SEND, Ground, answered

REMOVED, PROFILE_GONE = "session:removed", "people:profile:removed"


def _remove(tx: Tx, talk: str) -> None:
    """What deleting a conversation does to the log."""
    erase_payloads(tx, talk)
    record(tx, REMOVED, dump({"website_id": tx.workspace_id, "session_id": talk}), conversation_id=talk)


async def test_deleting_a_conversation_drops_what_is_open_of_it_but_its_removal(ground: Ground) -> None:
    hook = await ground.hook(events=(SEND, REMOVED))
    await ground.facts(3, talk="gone")
    await ground.facts(1, talk="stays")
    found = await ground.plan({hook: 2})
    await ground.settle(found[:1])
    await ground.do(_remove, "gone")
    rest = await ground.plan({hook: 9})
    assert [(one.seq, one.event) for one in rest] == [(5, REMOVED)]
    assert await ground.states(hook) == ["delivered", "cancelled", "cancelled", "pending", "pending"]
    [stays] = await ground.do(claim, {hook: 9}, LEASE, ground.now)
    assert stays.conversation_id == "stays"
    await ground.settle(found[1:])
    assert (await ground.states(hook))[1] == "cancelled", "its lease has ended"


async def test_what_was_erased_and_is_not_dropped_yet_is_not_claimed(ground: Ground) -> None:
    hook = await ground.hook(ordered="conversation")
    await ground.facts(3, talk="gone")
    await ground.plan()
    await ground.do(erase_payloads, "gone")
    await ground.facts(1, talk="stays")
    await ground.plan()
    assert [one.conversation_id for one in await ground.do(claim, {hook: 9}, LEASE, ground.now)] == ["stays"]
    assert await ground.do(claim, {hook: 9}, LEASE, ground.now) == []
    assert await ground.states(hook) == ["cancelled", "cancelled", "cancelled", "pending"]


async def test_what_was_erased_before_it_was_planned_is_never_planned(ground: Ground) -> None:
    hook = await ground.hook(events=(SEND, REMOVED))
    await ground.facts(3, talk="gone")
    await ground.do(_remove, "gone")
    await ground.plan()
    assert [row["seq"] for row in await ground.deliveries(hook)] == [4]


async def test_deleting_a_contact_erases_what_was_told_of_them_and_drops_what_is_open(
    ground: Ground, owner: Actor
) -> None:
    events = ("people:profile:created", "people:profile:updated", PROFILE_GONE)
    hook = await ground.hook(events=events)
    made: list[Any] = [
        await ground.do(
            contacts.create_contact,
            owner,
            Details(name=name, email=f"{name}@example.com", given=frozenset({"name", "email"})),
        )
        for name in ("ada", "bea")
    ]
    await ground.plan()
    await ground.do(contacts.delete_contact, owner, made[0].id)
    await ground.plan()
    rows = await ground.rows(
        "SELECT name, data FROM facts WHERE workspace_id = :ws AND name LIKE 'people:%' ORDER BY seq"
    )
    said = [(row["name"], bytes(row["data"])) for row in rows]
    assert [name for name, _ in said] == [events[0], events[0], PROFILE_GONE]
    assert said[0][1] == b"{}"
    assert b"bea@example.com" in said[1][1]
    assert not any(b"ada@example.com" in data for _, data in said)
    assert await ground.states(hook) == ["cancelled", "pending", "pending"]
    assert [one.event for one in await ground.do(claim, {hook: 9}, LEASE, ground.now)] == [events[0], PROFILE_GONE]


async def test_an_end_in_a_line_by_erasure_lets_the_next_one_go(ground: Ground) -> None:
    hook = await ground.hook(ordered="all", events=(SEND, REMOVED))
    await ground.facts(2, talk="gone")
    await ground.facts(1, talk="stays")
    await ground.plan()
    await ground.do(_remove, "gone")
    await ground.plan()
    [first] = await ground.do(claim, {hook: 9}, LEASE, ground.now)
    assert first.conversation_id == "stays"
    await ground.do(settle, LEASE, [answered(first, "success", "delivered")], {}, ground.now)
    [second] = await ground.do(claim, {hook: 9}, LEASE, ground.now)
    assert second.event == REMOVED


async def test_a_contact_that_nothing_was_told_of_goes_quietly(ground: Ground) -> None:
    hook = await ground.hook(events=(PROFILE_GONE,))
    await ground.do(profile_removed, "nobody")
    assert [one.event for one in await ground.plan({hook: 1})] == [PROFILE_GONE]
