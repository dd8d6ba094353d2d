"""`GET /core/visitors` and `/core/visitors/count`: from the visitor's browser to the operator's list."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from halloo.config import Config
from halloo.edge.settings import ServerSettings
from halloo.kit.ids import new_id
from halloo.relay.settings import RelaySettings
from halloo.widgets.actions import update_widget
from halloo.widgets.model import WidgetChange
from halloo.workspaces.model import system_actor
from tests.isolation.sockets import Port, Socket, listening
from tests.support.api import Api, House, serving
from tests.support.mmdb import write_mmdb
from tests.support.pace import PATIENCE_S
from tests.support.product import Store

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
SHOP = "https://shop.example"
NETWORKS = {
    "198.51.100.0/24": {"country": {"iso_code": "DE"}, "city": {"names": {"en": "Berlin"}}},
    "203.0.113.0/24": {"country": {"iso_code": "NL"}},
}
PROXY = "127.0.0.0/8"

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # what is live is in no database


@pytest.fixture
async def api(store: Store, tmp_path: Path) -> AsyncIterator[Api]:
    """A server behind a proxy of ours, with a country file."""
    file = write_mmdb(tmp_path / "countries.mmdb", NETWORKS)
    config = Config(server=ServerSettings(trusted_proxies=(PROXY,)), relay=RelaySettings(country_file=str(file)))
    async with serving(store, config) as made:
        yield made


@pytest.fixture
async def port(api: Api) -> AsyncIterator[Port]:
    async with listening(api.halloo) as made:
        yield made


async def greet(api: Api, house: House, **headers: str) -> dict[str, Any]:
    """First contact of a browser."""
    answer = await api.client.post(
        f"/core/public/web-widgets/{house.widget_id}/visitor",
        json={"user_id": "guest_" + new_id().replace("-", ""), "parent_origin": SHOP},
        headers={"User-Agent": FIREFOX, **headers},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def arrive(api: Api, port: Port, house: House, path: str = "/", **headers: str) -> tuple[str, Socket]:
    """A visitor on a page: their id, and their connection."""
    met = await greet(api, house, **headers)
    made = await port.enter("visitor", met["relay"]["token"], [])
    await made.say(t="page", url=f"{SHOP}{path}", title="Shop", referrer="https://www.google.com/?q=mug")
    return met["visitor"]["id"], made


async def listed(api: Api, house: House, query: str = "") -> list[dict[str, Any]]:
    await asyncio.sleep(0.7)
    answer = await api.client.get(f"/core/visitors{query}", headers=house.bearer)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def test_who_is_on_the_site_is_listed_with_page_source_device_and_country(api: Api, port: Port) -> None:
    house = await api.house()
    assert await listed(api, house) == []
    id, _ = await arrive(api, port, house, "/mugs?size=1#top", **{"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    (one,) = await listed(api, house)
    assert one.pop("since") <= one["page"].pop("at")
    assert one == {
        "visitor_id": id,
        "widget_id": house.widget_id,
        "name": None,
        "source": "Google",
        "device": {"browser": "Firefox", "os": "Linux", "kind": "desktop"},
        "state": "online",
        "page": {"url": f"{SHOP}/mugs", "title": "Shop", "referrer": "https://www.google.com/"},
        "country": "DE",
        "city": "Berlin",
    }
    count = await api.client.get("/core/visitors/count", headers=house.bearer)
    assert count.json() == {"count": 1}


async def test_an_address_in_the_header_of_no_proxy_of_ours_says_nothing(api: Api, port: Port) -> None:
    house = await api.house()
    await arrive(api, port, house, **{"X-Forwarded-For": "198.51.100.7, 192.0.2.1"})
    (one,) = await listed(api, house)
    assert "country" not in one
    assert "198.51" not in str(one)


async def test_a_visitor_who_went_is_not_listed(api: Api, port: Port) -> None:
    house = await api.house()
    _, made = await arrive(api, port, house)
    assert len(await listed(api, house)) == 1
    await made.connection.close()
    async with asyncio.timeout(PATIENCE_S):
        while await listed(api, house):
            pass


async def test_pages_are_known_as_far_as_the_widget_says(api: Api, port: Port) -> None:
    house = await api.house()
    who = system_actor(house.workspace_id)
    seen: dict[str, Any] = {}
    for tracking in ("off", "full"):
        look = WidgetChange(config={"v1": {"page_tracking": tracking}})
        await api.halloo.database.write(house.workspace_id, update_widget, who, house.widget_id, look)
        id, _ = await arrive(api, port, house, "/mugs?size=1")
        seen[tracking] = next(one for one in await listed(api, house) if one["visitor_id"] == id)
    assert "page" not in seen["off"]
    assert seen["off"]["source"] == ""
    assert seen["full"]["page"]["url"] == f"{SHOP}/mugs?size=1"


async def test_who_asks_not_to_be_tracked_is_there_without_page(api: Api, port: Port) -> None:
    house = await api.house()
    await arrive(api, port, house, DNT="1")
    (one,) = await listed(api, house)
    assert "page" not in one
    assert one["source"] == ""


async def test_the_list_has_pages(api: Api, port: Port) -> None:
    house = await api.house()
    ids = [(await arrive(api, port, house))[0] for _ in range(5)]
    await asyncio.sleep(0.7)
    seen: list[str] = []
    cursor = ""
    while True:
        answer = await api.client.get(f"/core/visitors?limit=2{cursor}", headers=house.bearer)
        seen += [one["visitor_id"] for one in answer.json()["data"]]
        following = answer.json()["next_cursor"]
        if following is None:
            break
        cursor = f"&cursor={following}"
    assert seen == sorted(ids, reverse=True)
    assert (await api.client.get("/core/visitors?limit=501", headers=house.bearer)).status_code == 422
    assert (await api.client.get("/core/visitors?cursor=x", headers=house.bearer)).json()["error"] == "field_invalid"


async def test_another_workspaces_visitors_are_not_listed(api: Api, port: Port) -> None:
    house, other = await api.house(), await api.house("bo@halloo.example", "Other")
    await arrive(api, port, house)
    assert len(await listed(api, house)) == 1
    assert await listed(api, other) == []
    assert (await api.client.get("/core/visitors/count", headers=other.bearer)).json() == {"count": 0}


async def test_an_operators_first_word_is_one_conversation_and_reaches_the_visitor(api: Api, port: Port) -> None:
    house = await api.house()
    met = await greet(api, house)
    visitor = await port.enter("visitor", met["relay"]["token"], [f"v:{met['visitor']['id']}"])
    await visitor.all()
    body = {
        "widget_id": house.widget_id,
        "visitor_id": met["visitor"]["id"],
        "message": {"client_id": new_id(), "type": "text", "content": "May I help?"},
    }
    first = await api.client.post("/core/conversations", json=body, headers=house.bearer)
    again = await api.client.post("/core/conversations", json=body, headers=house.bearer)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    told = [frame["name"] for frame in await visitor.all() if frame["t"] == "event"]
    assert told == ["session:request:initiated"]
    (one,) = await listed(api, house)
    assert one["conversation_id"] == first.json()["id"]
    mine = await api.client.get(f"/core/conversations?visitor_id={met['visitor']['id']}&limit=5", headers=house.bearer)
    assert [row["id"] for row in mine.json()["data"]] == [first.json()["id"]]
    reader = await api.token(house, "conversations:read", "visitors:read")
    refused = await api.client.post("/core/conversations", json=body, headers=reader)
    assert refused.json()["error"] == "missing_scope"
