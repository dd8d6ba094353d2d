"""Visitors, drafts and conversations for the tests of slices."""

import uuid
from typing import Any

from halloo.contacts import actions as contacts
from halloo.contacts.actions import Hello, visitor_actor
from halloo.contacts.model import Visitor
from halloo.conversations import actions
from halloo.conversations.actions import Start
from halloo.conversations.model import Conversation, Draft
from halloo.db.engine import Database
from halloo.kit.ids import new_id, new_secret
from halloo.workspaces.model import Actor


def draft(content: Any = "Hello", kind: str = "text", **more: Any) -> Draft:
    return Draft(str(uuid.uuid4()), kind, content, **more)


async def arrive(database: Database, workspace_id: str, widget_id: str | None = None) -> tuple[Visitor, str]:
    hello = Hello(widget_id or new_id(), new_secret("guest_")[:28], "https://shop.example", "de-AT")
    return await database.write(workspace_id, contacts.first_contact, hello)


async def begin(database: Database, workspace_id: str, text: str = "Hello") -> tuple[Actor, Conversation]:
    visitor, _ = await arrive(database, workspace_id)
    who = visitor_actor(visitor)
    started = await database.write(workspace_id, actions.start_conversation, who, visitor, Start(draft=draft(text)))
    return who, started.conversation
