"""Several servers at once: what is unique is made once, and nobody is told of a fault."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from halloo.contacts import actions, store
from halloo.contacts.actions import Hello, visitor_actor
from halloo.contacts.model import Visitor
from halloo.conversations import actions as conversations
from halloo.conversations.actions import Start, Started
from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.kit.clock import system_clock
from halloo.kit.ids import new_id, new_secret
from tests.conftest import WORKSPACE
from tests.support.people import draft
from tests.support.product import Store

WIDGET = new_id()


@pytest.fixture
async def nodes(store: Store) -> AsyncIterator[list[Database]]:
    """Three servers over one database."""
    opened = [open_database(store.url, system_clock) for _ in range(3)]
    yield opened
    for one in opened:
        await one.close()


async def test_a_guest_id_that_several_bring_at_once_is_one_visitors(nodes: list[Database]) -> None:
    for _ in range(5):
        hello = Hello(WIDGET, new_secret("guest_")[:28])
        met = await asyncio.gather(*(node.write(WORKSPACE, actions.first_contact, hello) for node in nodes))
        named = [visitor.user_id for visitor, _ in met]
        assert len(set(named)) == 3
        assert named.count(hello.user_id) == 1


async def test_a_start_that_several_servers_get_at_once_is_one_conversation_of_one_contact(
    nodes: list[Database],
) -> None:
    async def start(node: Database, visitor: Visitor, what: Start) -> Started:
        return await node.write(WORKSPACE, conversations.start_conversation, visitor_actor(visitor), visitor, what)

    for round_ in range(1, 6):
        visitor, _ = await nodes[0].write(WORKSPACE, actions.first_contact, Hello(WIDGET, new_secret("guest_")[:28]))
        what = Start(client_id=new_id(), draft=draft("Hello"))
        started = await asyncio.gather(*(start(node, visitor, what) for node in nodes))
        assert len({one.conversation.id for one in started}) == 1
        assert [one.created for one in started].count(True) == 1
        await asyncio.gather(*(start(node, visitor, Start(draft=draft("And more"))) for node in nodes))
        assert await nodes[0].read(WORKSPACE, store.count_contacts, WORKSPACE) == round_
