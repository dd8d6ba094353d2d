"""A shop with mail: visitors who leave their address, operators who answer, and a deliverer that is told when to work."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from halloo.config import Config
from halloo.contacts import store as contact_store
from halloo.conversations import actions
from halloo.conversations.actions import Sent
from halloo.conversations.model import Draft
from halloo.kit.clock import SECOND
from halloo.kit.ids import new_id
from halloo.mail import store as mail_store
from halloo.mail.deliver import Deliverer
from halloo.mail.model import Mail
from halloo.mail.settings import MailSettings
from halloo.workspaces.model import Actor, system_actor
from tests.public.shop import SHOP, Shop, Visitor, open_shop
from tests.support.api import serving
from tests.support.postbox import Postbox
from tests.support.product import Store

EMAIL = "ada@visitors.example"
SENDER = "Acme Support <help@acme.example>"
PAGE = f"{SHOP}/cart?step=2#top"


@dataclass
class Office:
    """The parts that tests need."""

    shop: Shop
    box: Postbox
    online: set[str]
    """Visitors who have a connection."""

    @property
    def workspace_id(self) -> str:
        return self.shop.house.workspace_id

    @property
    def database(self) -> Any:
        return self.shop.api.halloo.database

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.shop.api.clock.shift += int(seconds * SECOND)

    async def visitor(self, email: str | None = EMAIL, **values: Any) -> tuple[Visitor, str]:
        """Somebody who wrote from a page and left an address; the conversation's id."""
        visitor = await self.shop.arrive()
        page = {"url": PAGE, "title": "Cart", "referrer": ""}
        body = {"page": page, "message": {"client_id": new_id(), "type": "text", "content": "Is it in stock?"}}
        answer = await self.shop.call("POST", "/conversations", body, visitor.headers)
        await self.know(visitor.id, email=email, **values)
        return visitor, answer.json()["conversation"]["id"]

    async def know(self, visitor_id: str, **values: Any) -> None:
        """What is stored of a visitor."""
        await self.database.write(
            self.workspace_id, contact_store.update_visitor, self.workspace_id, visitor_id, values
        )

    async def say(
        self, conversation_id: str, text: str = "Yes, three are left.", kind: str = "text", database: Any = None
    ) -> Sent:
        """Grace answers; with `database` through another server."""
        who = Actor(
            "operator", self.workspace_id, new_id(), "Grace <b>", scopes=system_actor("").scopes, operator_id=None
        )
        draft = Draft(new_id(), kind, text)
        return await (database or self.database).write(
            self.workspace_id, actions.send_message, who, conversation_id, draft
        )

    async def planned(self) -> None:
        """Let the planner finish what facts have told it."""
        await self.shop.api.halloo.mail.planner.stop()

    async def _is_online(self, _workspace_id: str, visitor_id: str) -> bool:
        return visitor_id in self.online

    @property
    def deliverer(self) -> Deliverer:
        """A server's deliverer that knows who is online from the test."""
        halloo = self.shop.api.halloo
        return Deliverer(halloo.database, halloo.mail.post, self._is_online, self.shop.api.clock, 0.05)

    async def deliver(self) -> int:
        """Deliver what is due; how many were looked at."""
        await self.planned()
        deliverer = self.deliverer
        try:
            return await deliverer.deliver_due()
        finally:
            await deliverer.close()

    async def outbox(self) -> list[Mail]:
        """Every row of the outbox, newest first."""
        return await self.database.read(self.workspace_id, mail_store.list_newest, self.workspace_id, 100)

    async def answered(self, text: str = "Yes, three are left.") -> tuple[Visitor, str]:
        """A visitor whose answer is due by mail."""
        visitor, conversation_id = await self.visitor()
        await self.say(conversation_id, text)
        await self.planned()
        self.later(121)
        return visitor, conversation_id


@asynccontextmanager
async def open_office(store: Store, box: Postbox, **settings: Any) -> AsyncGenerator[Office]:
    """Serve a shop whose mail goes to a postbox."""
    usual: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": box.port,
        "security": "none",
        "sender": SENDER,
        "timeout_s": 2,
    }
    mail = MailSettings(**{**usual, **settings})
    async with serving(store, Config(mail=mail)) as api:
        yield Office(await open_shop(api), box, set())
