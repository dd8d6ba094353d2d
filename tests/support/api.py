"""The management API without a socket: the whole server over either database, called in the same process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from halloo.app import Halloo, build
from halloo.config import Config
from halloo.contacts.actions import Hello, first_contact, visitor_actor
from halloo.contacts.model import Visitor
from halloo.conversations.actions import Start, start_conversation
from halloo.conversations.model import Draft
from halloo.db import directory
from halloo.db.tx import Tx
from halloo.kit.clock import system_clock
from halloo.kit.ids import new_id
from halloo.kit.passwords import hash_password
from halloo.widgets.actions import create_widget
from halloo.widgets.model import WidgetChange
from halloo.workspaces.actions import create_operator, create_token, create_workspace
from halloo.workspaces.actions.operators import OperatorDraft
from halloo.workspaces.actions.tokens import TokenDraft
from halloo.workspaces.model import SCOPES, Role, system_actor
from tests.support.product import Store

ORIGIN = "https://chat.example"
PASSWORD = "birch-heron-olive-42"
BROWSER = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "X-Halloo-Request": "1"}


@cache
def hashed() -> str:
    """`PASSWORD`, hashed once for all tests."""
    return hash_password(PASSWORD)


def transport(halloo: Halloo) -> httpx.ASGITransport:
    """The way into a server in this process; what it fails at is an answer, as over a socket."""
    app: Any = halloo.asgi
    return httpx.ASGITransport(app, raise_app_exceptions=False)


class TestClock:
    """Real time, moved by hand."""

    __test__ = False

    def __init__(self) -> None:
        self.shift = 0

    def __call__(self) -> int:
        return system_clock() + self.shift


@dataclass(frozen=True)
class House:
    """A workspace with an owner, a widget and a token of every scope."""

    workspace_id: str
    owner_id: str
    owner_email: str
    widget_id: str
    token: str
    token_id: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Api:
    """A server, its clock, and a client without a cookie."""

    halloo: Halloo
    clock: TestClock
    client: httpx.AsyncClient

    async def house(self, email: str = "ada@halloo.example", name: str = "Acme") -> House:
        """Make a workspace."""
        workspace_id = new_id()
        made = await self.halloo.database.write(workspace_id, _make_house, email, name)
        return House(workspace_id, **made)

    async def operator(self, house: House, email: str, role: Role) -> str:
        """Make a colleague with `PASSWORD`; the id."""
        draft = OperatorDraft(email, email.partition("@")[0].title(), role, hashed())
        who = system_actor(house.workspace_id)
        return (await self.halloo.database.write(house.workspace_id, create_operator, who, draft)).id

    async def token(self, house: House, *scopes: str) -> dict[str, str]:
        """Make a token; the header to send."""
        who, draft = system_actor(house.workspace_id), TokenDraft("test", list(scopes))
        secret, _ = await self.halloo.database.write(house.workspace_id, create_token, who, draft)
        return {"Authorization": f"Bearer {secret}"}

    @asynccontextmanager
    async def browser(self, email: str | None = None) -> AsyncGenerator[httpx.AsyncClient]:
        """Open a browser on the inbox, with an operator signed in where `email` is given."""
        async with httpx.AsyncClient(
            transport=transport(self.halloo),
            base_url=ORIGIN,
            headers=BROWSER,
        ) as client:
            if email is not None:
                answer = await client.post("/core/session", json={"email": email, "password": PASSWORD})
                assert answer.status_code == 200, answer.text
            yield client

    async def talk(self, house: House, *texts: str) -> tuple[str, Visitor]:
        """A visitor says something: the conversation's id, and the visitor."""
        return await self.halloo.database.write(house.workspace_id, _talk, house.widget_id, texts)


def _make_house(tx: Tx, email: str, name: str) -> dict[str, Any]:
    who = system_actor(tx.workspace_id)
    create_workspace(tx, who, name)
    owner = create_operator(tx, who, OperatorDraft(email, "Ada", "owner", hashed()))
    widget = create_widget(tx, who, WidgetChange(published=True))
    secret, token = create_token(tx, who, TokenDraft("all", list(SCOPES)))
    return {
        "owner_id": owner.id,
        "owner_email": email,
        "widget_id": widget.id,
        "token": secret,
        "token_id": token.id,
    }


def _talk(tx: Tx, widget_id: str, texts: tuple[str, ...]) -> tuple[str, Visitor]:
    visitor, _ = first_contact(tx, Hello(widget_id, "guest_" + new_id().replace("-", ""), locale="de-AT"))
    who = visitor_actor(visitor)
    conversation_id: str | None = None
    for text in texts:
        started = start_conversation(
            tx, who, visitor, Start(conversation_id=conversation_id, draft=Draft(new_id(), "text", text))
        )
        conversation_id = started.conversation.id
    assert conversation_id is not None
    return conversation_id, visitor


@asynccontextmanager
async def serving(store: Store, config: Config | None = None) -> AsyncGenerator[Api]:
    """Serve a store that has its tables."""
    clock = TestClock()
    halloo = build(config or Config(), store.url, ORIGIN, b"k" * 32, clock)
    try:
        async with httpx.AsyncClient(transport=transport(halloo), base_url=ORIGIN) as client:
            yield Api(halloo, clock, client)
    finally:
        await halloo.close()


async def is_listed(api: Api, kind: str, key: str) -> bool:
    """Whether the directory knows a key."""
    return await api.halloo.database.read("", directory.find_workspace, kind, key) is not None
