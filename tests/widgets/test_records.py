import asyncio
from typing import Any

from halloo.db.engine import Database
from halloo.events.pump import Pump
from halloo.kit.clock import parse_rfc3339, system_clock
from halloo.widgets.actions import create_widget, delete_widget, update_widget
from halloo.widgets.model import Widget, WidgetChange
from halloo.widgets.records import TTL_MS, PublicRecords
from halloo.widgets.settings import HostSettings, resolve_hosts
from halloo.workspaces.model import Actor

HOSTS = resolve_hosts(HostSettings(storage="https://files.example"), "https://chat.example")
UNKNOWN = "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"


async def published(database: Database, owner: Actor, **change: Any) -> Widget:
    return await database.write(owner.workspace_id, create_widget, owner, WidgetChange(published=True, **change))


async def change(database: Database, owner: Actor, widget: Widget, **values: Any) -> None:
    await database.write(owner.workspace_id, update_widget, owner, widget.id, WidgetChange(**values))


async def test_the_public_record(database: Database, owner: Actor) -> None:
    widget = await published(database, owner, domains=["shop.example"], config={"v1": {"theme": "dark"}})
    record = (await PublicRecords(database, HOSTS, system_clock).get(widget.id)).record
    assert list(record) == ["id", "published", "domains", "config", "availability", "hosts"]
    assert record["domains"] == ["https://shop.example"]
    assert record["config"]["v1"]["theme"] == "dark"
    assert record["config"]["v1"]["chat"]["title"] == "Acme"
    assert record["availability"] == {"open": True, "changes_at": None}
    assert record["hosts"] == {
        "client": "https://chat.example",
        "relay": "wss://chat.example/relay",
        "rescue": None,
        "stream": None,
        "image": "https://chat.example",
        "storage": "https://files.example",
        "game": None,
    }
    assert owner.workspace_id not in str(record)


async def test_a_title_of_its_own_stands(database: Database, owner: Actor) -> None:
    widget = await published(database, owner, config={"v1": {"chat": {"title": "Help"}}})
    record = (await PublicRecords(database, HOSTS, system_clock).get(widget.id)).record
    assert record["config"]["v1"]["chat"]["title"] == "Help"


async def test_unknown_unpublished_and_misspelt_look_the_same(database: Database, owner: Actor) -> None:
    widget = await database.write(owner.workspace_id, create_widget, owner, WidgetChange())
    records = PublicRecords(database, HOSTS, system_clock)
    for widget_id in (UNKNOWN, widget.id, widget.id.upper(), "", "x", "../x"):
        assert await records.find(widget_id) is None


async def test_a_change_of_this_node_is_seen_at_once(database: Database, owner: Actor) -> None:
    records = PublicRecords(database, HOSTS, system_clock)
    Pump(database).read_by(records.read_facts)
    widget = await published(database, owner)
    first = await records.find(widget.id)
    assert first is await records.find(widget.id)
    await change(database, owner, widget, domains=["shop.example"])
    second = await records.get(widget.id)
    assert second.widget.domains == ("https://shop.example",)
    await change(database, owner, widget, published=False)
    assert await records.find(widget.id) is None
    await change(database, owner, widget, published=True)
    assert await records.find(widget.id) is not None
    await database.write(owner.workspace_id, delete_widget, owner, widget.id)
    assert await records.find(widget.id) is None


async def test_a_change_of_another_node_is_seen_after_its_time(database: Database, owner: Actor) -> None:
    now = [1_000_000]
    records = PublicRecords(database, HOSTS, lambda: now[0])
    widget = await published(database, owner)
    await records.find(widget.id)
    await change(database, owner, widget, published=False)
    now[0] += TTL_MS - 1
    assert await records.find(widget.id) is not None
    now[0] += 1
    assert await records.find(widget.id) is None


async def test_a_record_does_not_outlive_its_hours(database: Database, owner: Actor) -> None:
    now = [parse_rfc3339("2026-11-23T16:59:59Z")]
    hours = {"enabled": True, "days": [{"day": "mon", "open": "09:00", "close": "17:00"}]}
    widget = await published(database, owner, config={"v1": {"business_hours": hours}})
    records = PublicRecords(database, HOSTS, lambda: now[0])
    assert (await records.get(widget.id)).record["availability"]["open"] is True
    now[0] += 1000
    assert (await records.get(widget.id)).record["availability"]["open"] is False


async def test_what_is_asked_for_at_once_is_read_once(database: Database, owner: Actor) -> None:
    widget = await published(database, owner)
    records = PublicRecords(database, HOSTS, system_clock)
    found = await asyncio.gather(*(records.get(widget.id) for _ in range(20)))
    assert len(set(map(id, found))) == 1


async def test_a_change_during_the_reading_is_not_lost(database: Database, owner: Actor) -> None:
    records = PublicRecords(database, HOSTS, system_clock)
    Pump(database).read_by(records.read_facts)
    widget = await published(database, owner)
    reading = asyncio.create_task(records.find(widget.id))
    await change(database, owner, widget, published=False)
    await reading
    assert await records.find(widget.id) is None
