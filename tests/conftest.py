"""Fixtures of all tests: both databases, the product as a process, a real browser, the demo shop."""

import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.kit.clock import system_clock
from halloo.workspaces.actions.workspaces import create_workspace
from halloo.workspaces.model import Actor, system_actor
from tests.support import postgres as postgres_support
from tests.support.ports import free_port
from tests.support.postgres import Postgres
from tests.support.product import Kind, Product, Store
from tests.support.stores import empty_store
from tests.support.wire import check_facts, overhear

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from tests.support.screens import Windows

# What Hypothesis draws is the same in every run, so that a landing depends on no luck; any seed but the usual one makes it chance.
settings.register_profile("known", derandomize="HALLOO_TEST_SEED" not in os.environ)
settings.load_profile("known")

ROOT = Path(__file__).resolve().parent.parent
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
TRUE_TO_THE_WIRE = frozenset({"contacts", "conversations", "mail", "widgets", "workspaces"})
"""Folders whose tests record nothing but what the product does."""
WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs on PostgreSQL, and put tests that drive a browser last.

    Playwright's loop runs on behind a test, and no other can be started then.
    """
    for item in items:
        if isinstance(item, pytest.Function) and _runs_on_postgres(item):
            item.add_marker("postgresql")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def _runs_on_postgres(item: pytest.Function) -> bool:
    kind = item.callspec.params.get("kind") if hasattr(item, "callspec") else None
    return kind == "postgresql" or ("postgres" in item.fixturenames and kind is None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for the whole session, started when the first test asks for it."""
    with postgres_support.running() as server:
        yield server


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each kind of database in turn."""
    chosen: Kind = request.param
    return chosen


@pytest.fixture
def store(kind: Kind, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An up-to-date database of each kind without a row of ours in it."""
    server: Postgres | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
    with empty_store(kind, tmp_path, server) as made:
        yield made


@pytest.fixture
def bare_store(kind: Kind, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """A database of each kind as a self-hoster has it before `halloo init`: no tables yet."""
    server: Postgres | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
    with empty_store(kind, tmp_path, server, migrated=False) as made:
        yield made


@pytest.fixture
async def database(store: Store, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """An up-to-date database of each kind with one workspace, `WORKSPACE`. What slices record there is as the wire wants it."""
    opened = open_database(store.url, system_clock)
    committed = overhear(opened)
    await opened.write(WORKSPACE, create_workspace, system_actor(WORKSPACE), "Acme")
    yield opened
    await opened.close()
    if request.path.parent.name in TRUE_TO_THE_WIRE:
        check_facts(committed)


@pytest.fixture
def owner() -> Actor:
    """Who may do everything in `WORKSPACE`."""
    return system_actor(WORKSPACE)


@pytest.fixture
def make_product() -> Iterator[Callable[..., Product]]:
    """Make products over a store, with settings if need be: initialised, started, and stopped at the end."""
    with ExitStack() as stack:

        def make(store: Store, **settings: str) -> Product:
            product = Product(store, settings)
            product.init()
            stack.callback(product.stop)
            product.start()
            return product

        yield make


@pytest.fixture
def server(bare_store: Store, make_product: Callable[..., Product]) -> Product:
    """A product with its first workspace, serving, over each kind of database."""
    return make_product(bare_store)


@pytest.fixture
def make_shop() -> Iterator[Callable[[Product], str]]:
    """Serve the demo shop with a product's widget, and return the shop's origin."""
    sys.path.insert(0, str(ROOT / "demo"))
    import shop

    with ExitStack() as stack:

        def make(product: Product) -> str:
            port = free_port()
            site = shop.make_server(port, product.widget_origin, product.facts["widget_id"])
            stack.callback(site.server_close)
            stack.callback(site.shutdown)
            threading.Thread(target=site.serve_forever, daemon=True).start()
            return f"http://localhost:{port}"

        yield make


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Give a headless Chromium for the whole session; contexts are made by the tests."""
    from tests.support.browser import launched

    with launched() as chromium:
        yield chromium


@pytest.fixture
def make_windows(browser: "Browser", make_shop: Callable[[Product], str]) -> "Iterator[Callable[..., Windows]]":
    """Make a visitor's and an operator's window over a product; `look` is the widget's configuration."""
    from tests.support.screens import LOOK, Windows

    contexts: list[BrowserContext] = []

    def make(product: Product, look: dict[str, Any] | None = None, **settings: Any) -> Windows:
        shop = make_shop(product)
        product.widget([shop], LOOK if look is None else look)
        settings = {"locale": "en-GB", "viewport": {"width": 1280, "height": 860}, **settings}
        contexts.extend(browser.new_context(**settings) for _ in range(2))
        return Windows(product, shop, *contexts[-2:])

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def windows(server: Product, make_windows: "Callable[..., Windows]") -> "Windows":
    """Give the two windows over each kind of database."""
    return make_windows(server)
