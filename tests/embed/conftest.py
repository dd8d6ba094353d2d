"""A server's embed apps over a database and a tiny build of the browser side; for browser tests a product, pages and Chromium."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import httpx
import pytest

from halloo.db.engine import Database
from halloo.db.migrate import sqlite_path
from halloo.db.sqlite import SqliteDatabase
from halloo.embed.answers import Receive, Scope, Send
from halloo.embed.assets import Assets, load_assets
from halloo.embed.routes import routes
from halloo.events.pump import Pump
from halloo.kit.clock import system_clock
from halloo.widgets.actions import create_widget
from halloo.widgets.model import Widget, WidgetChange
from halloo.widgets.records import PublicRecords
from halloo.widgets.settings import Hosts, HostSettings, resolve_hosts
from halloo.workspaces.actions.workspaces import create_workspace
from halloo.workspaces.model import system_actor
from tests.embed.pages import Sites, sites
from tests.support.product import Product, Store
from tests.support.stores import empty_store

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
OWNER = system_actor(WORKSPACE)
LOADER = '(function(){"use strict";var r="%%";window.seen=r})();\n' + "//" + " padding" * 40


Drive = Callable[[Callable[["Browser"], Any]], Any]
"""Runs a function with the browser, in the one thread that Playwright keeps busy."""


class Publish(Protocol):
    """Makes a published widget."""

    async def __call__(self, **change: Any) -> Widget: ...


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "assets"
    (folder / "files").mkdir(parents=True)
    (folder / "loader.js").write_text(LOADER)
    for name in ("boot.aaaaaaaa.js", "inbox.bbbbbbbb.js", "preview.cccccccc.js"):
        (folder / "files" / name).write_text(f"console.log('{name}');" + " " * 400)
    (folder / "files" / "inbox.dddddddd.css").write_text("body{margin:0}")
    (folder / "files" / "inter.eeeeeeee.woff2").write_bytes(b"wOF2" + bytes(400))
    (folder / "files" / "notes.md").write_text("not for browsers")
    manifest: dict[str, Any] = {
        "widget": {"js": "boot.aaaaaaaa.js", "css": []},
        "preview": {"js": "preview.cccccccc.js", "css": []},
        "inbox": {"js": "inbox.bbbbbbbb.js", "css": ["inbox.dddddddd.css"]},
        "inter": {"latin": "inter.eeeeeeee.woff2"},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def assets(folder: Path) -> Assets:
    return load_assets(folder)


@pytest.fixture
def hosts() -> Hosts:
    return resolve_hosts(HostSettings(), "https://chat.example")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    with empty_store("sqlite", tmp_path, None) as store:
        database = SqliteDatabase(sqlite_path(store.url), system_clock, readers=1)
        await database.write(WORKSPACE, create_workspace, OWNER, "Acme")
        yield database
        await database.close()


@pytest.fixture
async def client(database: Database, assets: Assets, hosts: Hosts) -> AsyncIterator[httpx.AsyncClient]:
    records = PublicRecords(database, hosts, system_clock)
    Pump(database).read_by(records.read_facts)
    apps = routes(records, assets, hosts)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for prefix, inner in apps:
            if scope["path"] == prefix or scope["path"].startswith(f"{prefix}/"):
                await inner(scope, receive, send)
                return
        raise AssertionError(scope["path"])

    transport = httpx.ASGITransport(app=app)
    headers = {"accept-encoding": "identity"}
    async with httpx.AsyncClient(transport=transport, base_url="https://chat.example", headers=headers) as client:
        yield client


@pytest.fixture
def publish(database: Database) -> Publish:
    wanted: dict[str, Any] = {"published": True}

    async def make(**change: Any) -> Widget:
        return await database.write(WORKSPACE, create_widget, OWNER, WidgetChange(**{**wanted, **change}))

    return make


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One running product for all browser tests of a module; they come from one address, more often than people do."""
    folder = tmp_path_factory.mktemp("product")
    often = {
        "HALLOO_PUBLIC_API_CONTACTS_PER_MINUTE": "1000",
        "HALLOO_PUBLIC_API_CONTACTS_PER_HOUR": "1000",
        "HALLOO_PUBLIC_API_READS_PER_MINUTE": "1000",
    }
    product = Product(Store("sqlite", folder, f"sqlite:///{folder / 'halloo.db'}"), often)
    product.init()
    product.start()
    yield product
    product.stop()


@pytest.fixture(scope="module")
def web() -> Iterator[Sites]:
    """Pages of any `*.localhost` origin."""
    with sites() as served:
        yield served


@pytest.fixture(scope="module")
def drive() -> Iterator[Drive]:
    """Drive one Chromium for all tests of a file."""
    from tests.support.browser import launched

    with ThreadPoolExecutor(1) as thread:
        opened = launched()
        chromium = thread.submit(opened.__enter__).result()
        yield lambda work: thread.submit(work, chromium).result()
        thread.submit(opened.__exit__, None, None, None).result()
