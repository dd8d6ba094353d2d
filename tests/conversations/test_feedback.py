"""Feedback and forms where two servers share a database: what is given once is given once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from halloo.contacts import forms
from halloo.contacts.actions import visitor_actor
from halloo.contacts.errors import FormRequired
from halloo.contacts.forms import Asked
from halloo.conversations import actions
from halloo.conversations.actions import Start
from halloo.conversations.errors import FeedbackExists
from halloo.conversations.feedback import comment_of, keep_feedback, stars_of
from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.kit.clock import system_clock
from halloo.kit.refusals import Invalid
from halloo.widgets.forms import complete_form
from halloo.workspaces.model import Actor
from tests.support.people import arrive, begin, draft
from tests.support.product import Store

WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
FORM = complete_form({"fields": [{"id": "stars", "type": "rating"}, {"id": "why", "type": "textarea"}]})


@pytest.fixture
async def nodes(database: Database, store: Store) -> AsyncIterator[list[Database]]:
    """Two servers over one database."""
    other = open_database(store.url, system_clock)
    yield [database, other]
    await other.close()


async def test_11_two_servers_at_once_keep_one_feedback(nodes: list[Database], owner: Actor) -> None:
    who, conversation = await begin(nodes[0], WORKSPACE)
    await nodes[0].write(WORKSPACE, actions.end_conversation, who, conversation.id)
    gives = [
        nodes[number % 2].write(WORKSPACE, actions.give_feedback, who, conversation.id, FORM, {"stars": 1 + number % 5})
        for number in range(20)
    ]
    results: list[Any] = await asyncio.gather(*gives, return_exceptions=True)
    given: list[Any] = [result for result in results if not isinstance(result, FeedbackExists)]
    assert len(given) == 1
    kept = await nodes[1].read(WORKSPACE, actions.find_feedback, owner, conversation.id)
    assert kept is not None
    assert kept.stars == given[0]["stars"]
    one = await nodes[1].read(WORKSPACE, actions.get_conversation, owner, conversation.id)
    assert one.conversation.custom_metadata == {"feedback_form": given[0]}


async def test_one_submission_starts_one_conversation_on_two_servers(nodes: list[Database]) -> None:
    asked = Asked(FORM, once=False)
    visitor, _ = await arrive(nodes[0], WORKSPACE)
    filled = forms.fill_in(asked, {"stars": 2}, "fields")
    await nodes[0].write(WORKSPACE, forms.submit_form, visitor.id, asked.hash, filled)
    who = visitor_actor(visitor)
    starts = [
        nodes[number % 2].write(
            WORKSPACE, actions.start_conversation, who, visitor, Start(draft=draft("Hello"), asked=asked)
        )
        for number in range(10)
    ]
    results: list[Any] = await asyncio.gather(*starts, return_exceptions=True)
    assert sum(isinstance(result, FormRequired) for result in results) == 9
    assert [one.conversation.custom_metadata for one in results if not isinstance(one, FormRequired)] == [{"stars": 2}]


def test_stars_and_comment_come_from_the_first_field_of_their_kind() -> None:
    form = complete_form(
        {
            "fields": [
                {"id": "order", "type": "text"},
                {"id": "first", "type": "rating", "scale": 7},
                {"id": "second", "type": "rating"},
                {"id": "why", "type": "textarea"},
            ]
        }
    )
    assert [stars_of(form, {"first": value}) for value in range(1, 8)] == [1, 2, 2, 3, 4, 4, 5]
    assert stars_of(form, {"second": 1}) is None, "the first was not answered"
    assert comment_of(form, {"order": "4711"}) is None, "an order's number is no comment where there is a field for one"
    assert comment_of(form, {"order": "4711", "why": "Kind"}) == "Kind"


def test_metadata_keep_what_the_visitor_said() -> None:
    said = {"feedback_form": {"stars": 4}}
    assert keep_feedback(said, {"plan": "pro"}) == {"plan": "pro", **said}
    assert keep_feedback(said, {**said, "plan": "pro"}) == {"plan": "pro", **said}
    assert keep_feedback({}, {"plan": "pro"}) == {"plan": "pro"}
    for forged in ({"stars": 5}, {}, None, "x"):
        with pytest.raises(Invalid):
            keep_feedback(said, {"feedback_form": forged})
