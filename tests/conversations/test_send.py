import asyncio
import json
from dataclasses import replace

import pytest

from halloo.conversations import actions
from halloo.conversations.errors import (
    ClientIdConflict,
    ConversationForbidden,
    MessageNotFound,
    MessageRefused,
    NotYourMessage,
)
from halloo.conversations.model import Change, Filter
from halloo.db.engine import Database
from halloo.events.log import list_after
from halloo.events.model import Fact
from halloo.kit.ids import new_id
from halloo.workspaces.model import Actor, MissingScope
from tests.support.people import arrive, begin, draft

WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"


async def facts_of(database: Database, stream: str) -> list[Fact]:
    return await database.read(WORKSPACE, list_after, stream, 0, 1000)


async def test_a_message_is_numbered_told_and_found(database: Database, owner: Actor) -> None:
    visitor, conversation = await begin(database, WORKSPACE, "Where is my order?")
    sent = await database.write(WORKSPACE, actions.send_message, owner, conversation.id, draft("On its way."))
    assert (sent.message.seq, sent.conversation.state, sent.conversation.waiting_since) == (2, "unresolved", None)
    page = await database.read(WORKSPACE, actions.list_messages, visitor, conversation.id, 0, None, 50)
    assert [(m.seq, m.content, m.sender) for m in page.messages] == [
        (1, "Where is my order?", "user"),
        (2, "On its way.", "operator"),
    ]
    public = await facts_of(database, f"c:{conversation.id}")
    assert [fact.name for fact in public] == [
        "session:request:initiated",
        "message:send",
        "message:received",
        "session:set_state",
    ]
    assert [fact.conversation_offset for fact in public] == [1, 2, 3, 4]
    payload = json.loads(public[1].data)
    assert list(payload)[:3] == ["website_id", "session_id", "inbox_id"]
    assert payload["user"]["user_id"] == f"session_{conversation.id}"
    assert payload["from"] == "user"
    assert payload["stamped"] is True


async def test_facts_are_numbered_without_gaps_whatever_fails(database: Database, owner: Actor) -> None:
    _, conversation = await begin(database, WORKSPACE)
    texts = ["fine" if number % 3 else "" for number in range(60)]
    sends = [database.write(WORKSPACE, actions.send_message, owner, conversation.id, draft(text)) for text in texts]
    results = await asyncio.gather(*sends, return_exceptions=True)
    assert sum(isinstance(result, MessageRefused) for result in results) == 20
    everything = await facts_of(database, f"w:{WORKSPACE}")
    assert [fact.seq for fact in everything] == list(range(1, len(everything) + 1))
    public = await facts_of(database, f"c:{conversation.id}")
    assert [fact.conversation_offset for fact in public] == list(range(1, len(public) + 1))
    page = await database.read(WORKSPACE, actions.list_messages, owner, conversation.id, 0, None, 100)
    assert [message.seq for message in page.messages] == list(range(1, 42))


async def test_the_same_client_id_is_the_same_message(database: Database, owner: Actor) -> None:
    _, conversation = await begin(database, WORKSPACE)
    wanted = draft("Once")
    sends = [database.write(WORKSPACE, actions.send_message, owner, conversation.id, wanted) for _ in range(20)]
    results = await asyncio.gather(*sends)
    assert len({result.message.id for result in results}) == 1
    assert sum(not result.repeated for result in results) == 1
    other = replace(wanted, content="Twice")
    with pytest.raises(ClientIdConflict):
        await database.write(WORKSPACE, actions.send_message, owner, conversation.id, other)


@pytest.mark.parametrize("content", ["", "   \n", "x" * 10_001, 7, None, ["text"]])
async def test_what_is_no_text_is_refused(database: Database, owner: Actor, content: object) -> None:
    _, conversation = await begin(database, WORKSPACE)
    with pytest.raises(MessageRefused) as refused:
        await database.write(WORKSPACE, actions.send_message, owner, conversation.id, draft(content))
    assert refused.value.details == {"field": "content"}


async def test_notes_are_no_visitors_business(database: Database, owner: Actor) -> None:
    visitor, conversation = await begin(database, WORKSPACE)
    before = await facts_of(database, f"c:{conversation.id}")
    sent = await database.write(WORKSPACE, actions.send_message, owner, conversation.id, draft("Secret", "note"))
    assert sent.message.seq is None
    assert await facts_of(database, f"c:{conversation.id}") == before
    page = await database.read(WORKSPACE, actions.list_messages, visitor, conversation.id, 0, None, 50)
    assert [message.content for message in page.messages] == ["Hello"]
    listed = await database.read(WORKSPACE, actions.list_conversations, visitor, Filter(), None, 10)
    assert listed.conversations[0].last_excerpt == "Hello"
    mine = await database.read(WORKSPACE, actions.list_messages, owner, conversation.id, None, None, 50)
    assert [message.content for message in mine.messages] == ["Hello", "Secret"]
    with pytest.raises(MessageRefused):
        await database.write(WORKSPACE, actions.send_message, visitor, conversation.id, draft("Mine", "note"))
    with pytest.raises(MessageNotFound):
        await database.write(
            WORKSPACE, actions.edit_message, visitor, conversation.id, sent.message.fingerprint, "changed"
        )


async def test_only_the_author_edits_and_removes(database: Database, owner: Actor) -> None:
    visitor, conversation = await begin(database, WORKSPACE, "Frist")
    page = await database.read(WORKSPACE, actions.list_messages, visitor, conversation.id, 0, None, 1)
    fingerprint = page.messages[0].fingerprint
    with pytest.raises(NotYourMessage):
        await database.write(WORKSPACE, actions.edit_message, owner, conversation.id, fingerprint, "Mine")
    edited = await database.write(WORKSPACE, actions.edit_message, visitor, conversation.id, fingerprint, "First")
    assert (edited.content, edited.edited) == ("First", True)
    assert await database.read(WORKSPACE, actions.search_messages, owner, "frist", 2**62, 5) == []
    gone = await database.write(WORKSPACE, actions.remove_message, visitor, conversation.id, fingerprint)
    assert gone.removed
    assert await database.read(WORKSPACE, actions.search_messages, owner, "first", 2**62, 5) == []
    with pytest.raises(MessageNotFound):
        await database.write(WORKSPACE, actions.edit_message, visitor, conversation.id, fingerprint, "Again")
    page = await database.read(WORKSPACE, actions.list_messages, visitor, conversation.id, 0, None, 1)
    assert page.messages[0].seq == 1


async def test_a_visitor_reaches_only_their_own(database: Database, owner: Actor) -> None:
    _, conversation = await begin(database, WORKSPACE)
    stranger, _ = await begin(database, WORKSPACE)
    for other in (conversation.id, new_id(), "x", "", conversation.id.upper()):
        with pytest.raises(ConversationForbidden) as refused:
            await database.write(WORKSPACE, actions.send_message, stranger, other, draft())
        assert (refused.value.code, refused.value.details) == ("conversation_forbidden", {})
        with pytest.raises(ConversationForbidden):
            await database.read(WORKSPACE, actions.list_messages, stranger, other, 0, None, 5)
        with pytest.raises(ConversationForbidden):
            await database.write(WORKSPACE, actions.mark_read, stranger, other, 1)
        with pytest.raises(ConversationForbidden):
            await database.write(WORKSPACE, actions.end_conversation, stranger, other)
        assert not await database.read(WORKSPACE, actions.owns_conversation, stranger, other)
    with pytest.raises(MissingScope):
        await database.write(
            WORKSPACE,
            actions.change_conversation,
            replace(owner, scopes=frozenset({"conversations:read"})),
            conversation.id,
            Change(subject="x", given=frozenset({"subject"})),
        )


async def test_read_marks_never_move_back(database: Database, owner: Actor) -> None:
    visitor, conversation = await begin(database, WORKSPACE)
    for number in range(3):
        await database.write(WORKSPACE, actions.send_message, owner, conversation.id, draft(f"{number}"))
    after = await database.write(WORKSPACE, actions.mark_read, visitor, conversation.id, 3)
    assert (after.visitor_read_seq, after.visitor_unread) == (3, 1)
    after = await database.write(WORKSPACE, actions.mark_read, visitor, conversation.id, 1)
    assert after.visitor_read_seq == 3
    after = await database.write(WORKSPACE, actions.mark_read, visitor, conversation.id, 99)
    assert (after.visitor_read_seq, after.visitor_unread) == (4, 0)
    told = [fact for fact in await facts_of(database, f"c:{conversation.id}") if "acknowledge" in fact.name]
    assert [fact.name for fact in told] == ["message:acknowledge:read:received"] * 2
    assert [len(json.loads(fact.data)["fingerprints"]) for fact in told] == [2, 1]


async def test_an_operator_writes_first(database: Database, owner: Actor) -> None:
    visitor, _ = await arrive(database, WORKSPACE)
    wanted = draft("May I help?")
    sent = await database.write(
        WORKSPACE, actions.begin_conversation, owner, visitor.widget_id, visitor.id, None, wanted
    )
    again = await database.write(
        WORKSPACE, actions.begin_conversation, owner, visitor.widget_id, visitor.id, None, wanted
    )
    assert (again.conversation.id, again.repeated) == (sent.conversation.id, True)
    assert sent.conversation.visitor_unread == 1
    mine = await facts_of(database, f"v:{visitor.id}")
    assert [fact.name for fact in mine] == ["session:request:initiated"]
