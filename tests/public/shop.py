"""A customer's page that embeds a widget, and the visitors on it, as their browsers call."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from halloo.kit.ids import new_id, new_secret
from halloo.workspaces.model import SCOPES
from tests.support.api import ORIGIN, Api, House

SHOP = "https://shop.example"
OWN = {"Origin": ORIGIN}
"""What requests from inside the frame carry."""
Json = dict[str, Any]


def guest() -> str:
    """A guest id as browsers make them."""
    return new_secret("guest_")[:28]


def text(content: str = "Hello", **more: Any) -> Json:
    return {"client_id": new_id(), "type": "text", "content": content, **more}


@dataclass(frozen=True)
class Visitor:
    """A browser that was here before."""

    id: str
    user_id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {**OWN, "X-Halloo-Visitor": self.token}


@dataclass
class Shop:
    """The widget and who may manage it."""

    api: Api
    house: House
    manager: dict[str, str]
    other_widget_id: str
    base: str = field(init=False)

    def __post_init__(self) -> None:
        self.base = f"/core/public/web-widgets/{self.house.widget_id}"

    async def call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None, base: str = ""
    ) -> httpx.Response:
        """Call below the widget; `body` goes as JSON."""
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        sent = {**(OWN if headers is None else headers)}
        if content is not None:
            sent.setdefault("Content-Type", "application/json")
        return await self.api.client.request(method, (base or self.base) + path, content=content, headers=sent)

    async def arrive(self, base: str = "") -> Visitor:
        """First contact."""
        answer = await self.call("POST", "/visitor", {"user_id": guest(), "parent_origin": SHOP}, base=base)
        assert answer.status_code == 201, answer.text
        made = answer.json()["visitor"]
        return Visitor(made["id"], made["user_id"], made["visitor_token"])

    async def start(self, visitor: Visitor, content: str = "Hello") -> str:
        """Begin a conversation; its id."""
        answer = await self.call("POST", "/conversations", {"message": text(content)}, visitor.headers)
        assert answer.status_code == 201, answer.text
        return answer.json()["conversation"]["id"]

    async def manage(self, method: str, path: str, body: object = None) -> Any:
        """Call the management API; the answer's JSON."""
        answer = await self.api.client.request(method, path, json=body, headers=self.manager)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def widget(self, **change: Any) -> None:
        """Change the widget."""
        await self.manage("PUT", f"/core/web-widgets/{self.house.widget_id}", change)

    async def config(self, **v1: Any) -> None:
        """Change the widget's configuration."""
        await self.widget(config={"v1": v1})


Build = Callable[..., Awaitable[Shop]]
"""Opens a shop with rates of the test's own."""


async def open_shop(api: Api) -> Shop:
    """A workspace with two widgets, the first for one page alone."""
    house = await api.house()
    manager = await api.token(house, *SCOPES)
    other = (await api.client.post("/core/web-widgets", json={"published": True}, headers=manager)).json()["id"]
    shop = Shop(api, house, manager, other)
    await shop.widget(domains=[SHOP])
    return shop


def error(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["error"]
