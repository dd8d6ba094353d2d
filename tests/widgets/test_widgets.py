from dataclasses import replace
from typing import Any

import msgspec
import pytest

from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.events.log import list_after
from halloo.events.model import Fact
from halloo.kit.refusals import Invalid, Stale
from halloo.widgets.actions import (
    create_widget,
    delete_widget,
    get_published_widget,
    list_widgets,
    read_widget,
    update_widget,
)
from halloo.widgets.errors import ConfigInvalid, DomainInvalid, WidgetNotFound
from halloo.widgets.model import Widget, WidgetChange, warnings_of, widget_view
from halloo.workspaces.actions.audit import list_audit
from halloo.workspaces.actions.workspaces import create_workspace
from halloo.workspaces.model import Actor, MissingScope, system_actor

OTHER = "0195f0c2-0000-7000-8000-000000000002"


async def facts_of(database: Database, who: Actor) -> list[tuple[str, dict[str, Any]]]:
    found: list[Fact] = await database.read(who.workspace_id, list_after, f"w:{who.workspace_id}", 0, 100)
    return [(fact.name, msgspec.json.decode(fact.data)) for fact in found]


async def made(database: Database, who: Actor, **change: Any) -> Widget:
    return await database.write(who.workspace_id, create_widget, who, WidgetChange(**change))


async def changed(database: Database, who: Actor, widget: Widget, if_match: str | None = None, **change: Any) -> Widget:
    return await database.write(
        who.workspace_id, update_widget, who, widget.id, WidgetChange(**change), if_match=if_match
    )


async def test_a_new_widget_is_empty_unpublished_and_found(database: Database, owner: Actor) -> None:
    widget = await made(database, owner)
    assert (widget.domains, widget.published, widget.config) == ((), False, {"v1": {}})
    assert await database.read(owner.workspace_id, read_widget, owner, widget.id) == widget
    assert await database.read(DIRECTORY, directory.find_workspace, "widget", widget.id) == owner.workspace_id
    data = {"website_id": owner.workspace_id, "widget_id": widget.id}
    assert await facts_of(database, owner) == [("widget:updated", data)]
    view = widget_view(widget)
    assert view["organization_id"] == view["workspace_id"] == owner.workspace_id
    assert view["warnings"] == [
        {"code": "domains_empty", "path": "domains", "message": "Any website may embed this widget."}
    ]


async def test_a_change_replaces_what_it_gives(database: Database, owner: Actor) -> None:
    widget = await made(database, owner, domains=["shop.example"], config={"v1": {"theme": "dark"}})
    after = await changed(database, owner, widget, published=True)
    assert (after.domains, after.published, after.config) == (
        ("https://shop.example",),
        True,
        {"v1": {"theme": "dark"}},
    )
    after = await changed(database, owner, after, config={"v1": {"sound": False}})
    assert after.config == {"v1": {"sound": False}}
    assert await database.read(owner.workspace_id, read_widget, owner, widget.id) == after
    entries = await database.read(owner.workspace_id, list_audit, owner, None, 10)
    actions = sorted(entry.action for entry in entries if entry.subject == widget.id)
    assert actions == ["widget.changed", "widget.changed", "widget.created"]


async def test_a_change_of_nothing_leaves_no_trace(database: Database, owner: Actor) -> None:
    widget = await made(database, owner, domains=["shop.example"])
    assert await changed(database, owner, widget, domains=["https://shop.example:443"]) == widget
    assert len(await facts_of(database, owner)) == 1


async def test_one_bad_entry_stores_nothing(database: Database, owner: Actor) -> None:
    widget = await made(database, owner, domains=["shop.example"])
    with pytest.raises(DomainInvalid) as refused:
        await changed(
            database, owner, widget, published=True, domains=["a.example", "https://user@b.example", "c.example"]
        )
    assert refused.value.details == {"index": 1, "input": "https://user@b.example", "reason": "userinfo"}
    with pytest.raises(ConfigInvalid):
        await changed(database, owner, widget, published=True, config={"v1": {"x": 1}})
    assert await database.read(owner.workspace_id, read_widget, owner, widget.id) == widget


async def test_if_match(database: Database, owner: Actor) -> None:
    widget = await made(database, owner)
    after = await changed(database, owner, widget, if_match=f'"other", {widget.etag()}', published=True)
    assert after.etag() != widget.etag()
    with pytest.raises(Stale):
        await changed(database, owner, widget, if_match=widget.etag(), published=False)
    await changed(database, owner, after, if_match="*", published=False)
    with pytest.raises(Stale):
        await database.write(owner.workspace_id, delete_widget, owner, widget.id, if_match=widget.etag())


async def test_a_dry_run_checks_and_stores_nothing(database: Database, owner: Actor) -> None:
    change = WidgetChange(domains=["shop.example"])
    draft = await database.read(owner.workspace_id, create_widget, owner, change, dry_run=True)
    assert draft.domains == ("https://shop.example",)
    assert await facts_of(database, owner) == []
    widget = await made(database, owner)
    tried = await database.read(owner.workspace_id, update_widget, owner, widget.id, change, dry_run=True)
    assert tried.domains == ("https://shop.example",)
    assert await database.read(owner.workspace_id, read_widget, owner, widget.id) == widget
    with pytest.raises(DomainInvalid):
        await database.read(
            owner.workspace_id, update_widget, owner, widget.id, WidgetChange(domains=["*"]), dry_run=True
        )


async def test_deleting_ends_it_and_again_is_unknown(database: Database, owner: Actor) -> None:
    widget = await made(database, owner)
    await database.write(owner.workspace_id, delete_widget, owner, widget.id)
    assert (await facts_of(database, owner))[-1][0] == "widget:removed"
    assert await database.read(DIRECTORY, directory.find_workspace, "widget", widget.id) is None
    with pytest.raises(WidgetNotFound):
        await database.write(owner.workspace_id, delete_widget, owner, widget.id)


async def test_the_list_is_newest_first_in_pages(database: Database, owner: Actor) -> None:
    widgets = [await made(database, owner) for _ in range(5)]
    first = await database.read(owner.workspace_id, list_widgets, owner, None, 3)
    second = await database.read(owner.workspace_id, list_widgets, owner, first.next_cursor, 3)
    assert [widget.id for widget in first.widgets + second.widgets] == sorted((w.id for w in widgets), reverse=True)
    assert second.next_cursor is None
    with pytest.raises(Invalid):
        await database.read(owner.workspace_id, list_widgets, owner, "x", 3)


async def test_another_workspace_sees_nothing(database: Database, owner: Actor) -> None:
    stranger = system_actor(OTHER)
    await database.write(OTHER, create_workspace, stranger, "Other")
    widget = await made(database, owner, published=True)
    with pytest.raises(WidgetNotFound):
        await database.read(OTHER, read_widget, stranger, widget.id)
    with pytest.raises(WidgetNotFound):
        await database.write(OTHER, update_widget, stranger, widget.id, WidgetChange(published=False))
    with pytest.raises(WidgetNotFound):
        await database.write(OTHER, delete_widget, stranger, widget.id)
    with pytest.raises(WidgetNotFound):
        await database.read(OTHER, get_published_widget, widget.id)
    assert (await database.read(OTHER, list_widgets, stranger)).widgets == []


async def test_scopes(database: Database, owner: Actor) -> None:
    widget = await made(database, owner)
    reader = replace(owner, scopes=frozenset({"web_widgets:read"}))
    nobody = replace(owner, scopes=frozenset[str]())
    assert await database.read(owner.workspace_id, read_widget, reader, widget.id) == widget
    for who in (reader, nobody):
        with pytest.raises(MissingScope):
            await made(database, who)
        with pytest.raises(MissingScope):
            await changed(database, who, widget, published=True)
        with pytest.raises(MissingScope):
            await database.write(owner.workspace_id, delete_widget, who, widget.id)
    with pytest.raises(MissingScope):
        await database.read(owner.workspace_id, list_widgets, nobody)


async def test_unpublished_is_unknown_to_visitors(database: Database, owner: Actor) -> None:
    widget = await made(database, owner)
    with pytest.raises(WidgetNotFound):
        await database.read(owner.workspace_id, get_published_widget, widget.id)
    after = await changed(database, owner, widget, published=True)
    assert await database.read(owner.workspace_id, get_published_widget, widget.id) == after


def test_warnings() -> None:
    colours = {"background_color": {"controls_button": "#ffffff"}, "text_color": {"controls_button": "#eeeeee"}}
    widget = Widget(
        id="w",
        workspace_id="ws",
        domains=("https://1.2.3.4", "https://a_b.example", "http://shop.example", "http://localhost:3000"),
        published=True,
        config={"v1": {"chat": {"dark_mode": colours}}},
        created_at=0,
        updated_at=0,
    )
    assert [(warning.code, warning.path) for warning in warnings_of(widget)] == [
        ("domain_ipv4", "domains[0]"),
        ("inexpressible_origin", "domains[1]"),
        ("domain_http", "domains[2]"),
        ("low_contrast", "config.v1.chat.dark_mode.text_color.controls_button"),
    ]
