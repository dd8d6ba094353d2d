"""A twin of what the composition root hands the relay: facts in a real database, without the slices above it."""

import asyncio
from collections.abc import Collection
from typing import Any

import msgspec

from halloo.contacts.model import Page, check_page
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.events.log import record
from halloo.events.model import Fact
from halloo.kit.clock import system_clock
from halloo.kit.ids import new_id
from halloo.kit.refusals import NotFound
from halloo.relay.actions_port import Posted
from halloo.relay.frames import Ack, Close, Edit, Remove, Send
from halloo.relay.frames import Page as PageFrame
from halloo.relay.tokens import Claims
from halloo.workspaces.model import Actor


def say(tx: Tx, conversation_id: str, visitor_id: str | None, data: bytes, *, public: bool = True) -> Fact:
    """Record a message's fact."""
    return record(tx, "message:send", data, conversation_id=conversation_id, public=public, visitor_id=visitor_id)


class TwinActions:
    """`RelayActions` whose conversations are rows of a dict; who owns them is said by the test."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.owners: dict[str, str] = {}
        self.sent: dict[str, Ack] = {}
        self.reads: list[tuple[str, int]] = []
        self.pages: list[str] = []
        self.tracking = True
        self.close: Close | None = None
        self.delay = 0.0
        self.asked = 0

    def own(self, visitor_id: str, conversation_id: str | None = None) -> str:
        """A conversation of this visitor."""
        conversation_id = conversation_id or new_id()
        self.owners[conversation_id] = visitor_id
        return conversation_id

    async def send(self, who: Actor, frame: Send) -> Ack:
        if self.delay:
            await asyncio.sleep(self.delay)
        if frame.message.content == "explode":
            raise ZeroDivisionError
        conversation = frame.conversation or self.own(who.id)
        if who.kind == "visitor" and self.owners.get(conversation) != who.id:
            raise NotFound
        if frame.client_id not in self.sent:
            data = msgspec.json.encode({"content": frame.message.content, "client_id": frame.client_id})
            fact = await self.database.write(who.workspace_id, say, conversation, None, data)
            seq = fact.conversation_offset or 0
            self.sent[frame.client_id] = Ack(frame.id, conversation, seq, msgspec.Raw(data))
        return msgspec.structs.replace(self.sent[frame.client_id], id=frame.id)

    def post(self, who: Actor, frame: Send, done: Posted) -> bool:
        conversation = frame.conversation
        if self.delay or conversation is None or frame.client_id in self.sent:
            return False
        if frame.message.content == "explode":
            raise ZeroDivisionError
        if who.kind == "visitor" and self.owners.get(conversation) != who.id:
            raise NotFound
        data = msgspec.json.encode({"content": frame.message.content, "client_id": frame.client_id})

        def stored(fact: Fact | None, error: BaseException | None) -> None:
            if fact is None:
                done(None, error)
                return
            ack = Ack(frame.id, conversation, fact.conversation_offset or 0, msgspec.Raw(data))
            self.sent[frame.client_id] = ack
            done(ack, None)

        self.database.submit(who.workspace_id, stored, say, conversation, None, data)
        return True

    async def edit(self, who: Actor, frame: Edit) -> Ack:
        return Ack(frame.id, frame.conversation, 1, {"content": frame.content, "by": who.id})

    async def remove(self, who: Actor, frame: Remove) -> Ack:
        return Ack(frame.id, frame.conversation, 1, {"removed": True, "by": who.id})

    async def read(self, who: Actor, conversation_id: str, seq: int) -> None:
        assert who.id
        self.reads.append((conversation_id, seq))

    async def tracked(self, who: Actor, frame: PageFrame) -> Page | None:
        assert who.id
        return check_page(frame.url, frame.title, frame.referrer, system_clock()) if self.tracking else None

    async def page(self, who: Actor, page: Page) -> None:
        assert who.id
        self.pages.append(page.url)

    async def standing(self, claims: Claims) -> Close | None:
        assert claims.workspace_id
        return self.close

    async def visible(self, who: Actor, conversation_ids: Collection[str]) -> Collection[str]:
        self.asked += 1
        await asyncio.sleep(self.delay)
        if who.kind != "visitor":
            return conversation_ids
        return [id for id in conversation_ids if self.owners.get(id) == who.id]


Json = dict[str, Any]
