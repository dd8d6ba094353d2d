"""Every kind of message, stored: who may say it, how it is searched, edited and answered."""

from dataclasses import replace

import pytest

from halloo.conversations import actions, kinds
from halloo.conversations.actions.index import index_words
from halloo.conversations.errors import MessageRefused, NotYourMessage
from halloo.conversations.model import Change, Draft
from halloo.db.engine import Database
from halloo.kit.ids import new_id
from halloo.workspaces.model import Actor
from tests.conversations.test_kinds import CAROUSEL, FIELD, PICKER, SAID
from tests.conversations.test_send import WORKSPACE, facts_of
from tests.support.files import ADDRESSES
from tests.support.people import begin


def said(kind: str, content: object) -> Draft:
    return Draft(new_id(), kind, content, files=ADDRESSES)


def stored(kind: str) -> object:
    """What a message of the kind says, pictures from elsewhere at the image host."""
    return kinds.pictured(kind, SAID[kind], ADDRESSES.pictures.shown) if ADDRESSES.pictures else None


@pytest.mark.parametrize("kind", SAID)
async def test_operators_say_everything_and_the_excerpt_has_its_words(
    database: Database, owner: Actor, kind: str
) -> None:
    visitor, conversation = await begin(database, WORKSPACE)
    sent = await database.write(WORKSPACE, actions.send_message, owner, conversation.id, said(kind, SAID[kind]))
    page = await database.read(WORKSPACE, actions.list_messages, visitor, conversation.id, 0, None, 50)
    seen = [(m.type, m.content) for m in page.messages if m.sender == "operator"]
    assert seen == ([] if kind == "note" else [(kind, stored(kind))])
    again = replace(said(kind, SAID[kind]), client_id=sent.message.client_id or "")
    assert (await database.write(WORKSPACE, actions.send_message, owner, conversation.id, again)).repeated


@pytest.mark.parametrize("kind", sorted(set(SAID) - {"text"}))
async def test_visitors_say_text_and_what_they_uploaded(database: Database, kind: str) -> None:
    visitor, conversation = await begin(database, WORKSPACE)
    with pytest.raises(MessageRefused):
        await database.write(WORKSPACE, actions.send_message, visitor, conversation.id, said(kind, SAID[kind]))


async def test_a_visitor_answers_a_picker_and_operators_wait_no_longer(database: Database, owner: Actor) -> None:
    visitor, conversation = await begin(database, WORKSPACE)
    asked = await database.write(WORKSPACE, actions.send_message, owner, conversation.id, said("picker", PICKER))
    await database.write(WORKSPACE, actions.change_conversation, owner, conversation.id, resolved())
    place = (conversation.id, asked.message.fingerprint)
    chosen = {**PICKER, "text": "forged", "choices": [{"value": "l", "selected": True}]}
    answered = await database.write(WORKSPACE, actions.edit_message, visitor, *place, chosen)
    assert [one["selected"] for one in answered.content["choices"]] == [False, True]
    assert (answered.content["text"], answered.edited) == ("Which size?", False)
    after = await database.read(WORKSPACE, actions.get_conversation, owner, conversation.id)
    assert (after.conversation.state, after.conversation.waiting_since is not None) == ("unresolved", True)
    told = [fact.name for fact in await facts_of(database, f"c:{conversation.id}")]
    assert told[-2:] == ["message:updated", "session:set_state"]
    await database.write(WORKSPACE, actions.edit_message, visitor, *place, chosen)
    assert [fact.name for fact in await facts_of(database, f"c:{conversation.id}")] == told


async def test_only_the_visitor_of_the_conversation_answers(database: Database, owner: Actor) -> None:
    visitor, conversation = await begin(database, WORKSPACE)
    field = await database.write(WORKSPACE, actions.send_message, owner, conversation.id, said("field", FIELD))
    carousel = await database.write(WORKSPACE, actions.send_message, owner, conversation.id, said("carousel", CAROUSEL))
    stranger, _ = await begin(database, WORKSPACE)
    with pytest.raises(Exception, match="conversation_"):
        await database.write(
            WORKSPACE, actions.edit_message, stranger, conversation.id, field.message.fingerprint, {"value": "A"}
        )
    with pytest.raises(NotYourMessage):
        await database.write(
            WORKSPACE, actions.edit_message, visitor, conversation.id, carousel.message.fingerprint, CAROUSEL
        )


async def test_an_operator_changes_what_they_asked(database: Database, owner: Actor) -> None:
    _, conversation = await begin(database, WORKSPACE)
    sent = await database.write(WORKSPACE, actions.send_message, owner, conversation.id, said("field", FIELD))
    place = (conversation.id, sent.message.fingerprint)
    better = {**FIELD, "text": "Which order?"}
    edited = await database.write(WORKSPACE, actions.edit_message, owner, *place, better)
    assert (edited.content, edited.edited) == (better, True)
    with pytest.raises(MessageRefused):
        await database.write(WORKSPACE, actions.edit_message, owner, *place, "text")


async def test_what_any_kind_says_is_found(database: Database, owner: Actor) -> None:
    _, conversation = await begin(database, WORKSPACE)
    await database.write(WORKSPACE, actions.send_message, owner, conversation.id, said("carousel", CAROUSEL))
    while await database.write(WORKSPACE, index_words, 500):
        pass
    found = await database.read(WORKSPACE, actions.search_messages, owner, "thirty centimetres", 2**62, 10)
    assert [(hit.conversation.id, hit.excerpt) for hit in found] == [
        (conversation.id, "Vases Long vase Thirty centimetres")
    ]


def resolved() -> Change:
    return Change(state="resolved", given=frozenset({"state"}))
