import json

import pytest

from halloo.conversations import actions
from halloo.conversations.errors import CannedReplyNotFound, ConversationNotFound, MessageRefused, NameTaken
from halloo.conversations.model import Change, Filter
from halloo.db.engine import Database
from halloo.events.log import list_after
from halloo.kit.clock import HOUR, system_clock
from halloo.kit.ids import new_id
from halloo.kit.refusals import Stale
from halloo.workspaces.model import Actor
from tests.support.people import begin, draft

WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"


def change(**values: object) -> Change:
    return Change(**values, given=frozenset(values))  # pyright: ignore[reportArgumentType] - names of its fields


async def shown(database: Database, owner: Actor, **wanted: object) -> list[str]:
    page = await database.read(
        WORKSPACE,
        actions.list_conversations,
        owner,
        Filter(**wanted),  # pyright: ignore[reportArgumentType] - names of its fields
        None,
        50,
    )
    return [one.id for one in page.conversations]


async def test_each_state_has_its_list(database: Database, owner: Actor) -> None:
    visitor, conversation = await begin(database, WORKSPACE)
    assert await shown(database, owner, state="open") == [conversation.id]
    later = system_clock() + HOUR
    await database.write(WORKSPACE, actions.change_conversation, owner, conversation.id, change(snoozed_until=later))
    assert await shown(database, owner, state="open") == []
    assert await shown(database, owner, state="snoozed") == [conversation.id]
    await database.write(WORKSPACE, actions.send_message, visitor, conversation.id, draft("Still there?"))
    assert await shown(database, owner, state="open") == [conversation.id]
    await database.write(WORKSPACE, actions.change_conversation, owner, conversation.id, change(state="resolved"))
    assert await shown(database, owner, state="resolved") == [conversation.id]
    sent = await database.write(WORKSPACE, actions.send_message, visitor, conversation.id, draft("One more"))
    assert sent.conversation.state == "unresolved"
    counts = await database.read(WORKSPACE, actions.count_conversations, owner)
    assert counts["open"] == {"all": (1, 1), "mine": (0, 0), "unassigned": (1, 1)}


async def test_only_what_changed_is_told(database: Database, owner: Actor) -> None:
    _, conversation = await begin(database, WORKSPACE)
    before = len(await database.read(WORKSPACE, list_after, f"w:{WORKSPACE}", 0, 100))
    wanted = change(tags=("VIP", "vip", " order "), subject="Bowl", state="pending", assignee_id=None)
    after = await database.write(WORKSPACE, actions.change_conversation, owner, conversation.id, wanted)
    assert (after.tags, after.subject) == (["vip", "order"], "Bowl")
    facts = await database.read(WORKSPACE, list_after, f"w:{WORKSPACE}", before, 100)
    assert {fact.name: json.loads(fact.data).get("segments") for fact in facts} == {
        "session:set_segments": ["vip", "order"],
        "session:set_subject": None,
    }
    assert all(fact.conversation_offset is None for fact in facts)
    again = await database.write(WORKSPACE, actions.change_conversation, owner, conversation.id, wanted)
    assert again == after
    assert await shown(database, owner, tag="order") == [conversation.id]
    assert await shown(database, owner, tag="ord") == []


async def test_what_cannot_be_is_refused(database: Database, owner: Actor) -> None:
    _, conversation = await begin(database, WORKSPACE)
    for wanted, field in (
        (change(assignee_id=new_id()), "assignee"),
        (change(snoozed_until=1), "snoozed_until"),
        (change(subject="x" * 256), "subject"),
        (change(tags=("",)), "tags"),
    ):
        with pytest.raises(MessageRefused) as refused:
            await database.write(WORKSPACE, actions.change_conversation, owner, conversation.id, wanted)
        assert refused.value.details["field"] == field
    with pytest.raises(Stale):
        await database.write(WORKSPACE, actions.change_conversation, owner, conversation.id, change(subject="x"), 1)
    with pytest.raises(ConversationNotFound):
        await database.write(WORKSPACE, actions.change_conversation, owner, new_id(), change(subject="x"))


async def test_deleting_erases_what_was_said(database: Database, owner: Actor) -> None:
    _, conversation = await begin(database, WORKSPACE, "my secret wish")
    await database.write(WORKSPACE, actions.delete_conversation, owner, conversation.id)
    facts = await database.read(WORKSPACE, list_after, f"w:{WORKSPACE}", 0, 100)
    assert not any(b"secret" in fact.data for fact in facts)
    assert facts[-1].name == "session:removed"
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))
    assert await database.read(WORKSPACE, actions.search_messages, owner, "secret", 2**62, 5) == []
    with pytest.raises(ConversationNotFound):
        await database.read(WORKSPACE, actions.get_conversation, owner, conversation.id)


async def test_tags_are_renamed_and_removed_everywhere(database: Database, owner: Actor) -> None:
    _, conversation = await begin(database, WORKSPACE)
    tag = await database.write(WORKSPACE, actions.create_tag, owner, "Order", "blue")
    assert tag.name == "order"
    with pytest.raises(NameTaken):
        await database.write(WORKSPACE, actions.create_tag, owner, "ORDER", "red")
    await database.write(WORKSPACE, actions.change_conversation, owner, conversation.id, change(tags=("order", "vip")))
    await database.write(WORKSPACE, actions.update_tag, owner, tag.id, "orders", None)
    assert await shown(database, owner, tag="orders") == [conversation.id]
    await database.write(WORKSPACE, actions.delete_tag, owner, tag.id)
    one = await database.read(WORKSPACE, actions.get_conversation, owner, conversation.id)
    assert one.conversation.tags == ["vip"]


async def test_canned_replies(database: Database, owner: Actor) -> None:
    reply = await database.write(WORKSPACE, actions.create_canned_reply, owner, "/Hello", "Hello there")
    assert reply.shortcut == "hello"
    with pytest.raises(NameTaken):
        await database.write(WORKSPACE, actions.create_canned_reply, owner, "hello", "Other")
    with pytest.raises(MessageRefused):
        await database.write(WORKSPACE, actions.create_canned_reply, owner, "two words", "Other")
    changed = await database.write(WORKSPACE, actions.update_canned_reply, owner, reply.id, None, "Hi")
    assert (changed.shortcut, changed.text) == ("hello", "Hi")
    await database.write(WORKSPACE, actions.delete_canned_reply, owner, reply.id)
    assert await database.read(WORKSPACE, actions.list_canned_replies, owner) == []
    with pytest.raises(CannedReplyNotFound):
        await database.write(WORKSPACE, actions.delete_canned_reply, owner, reply.id)
