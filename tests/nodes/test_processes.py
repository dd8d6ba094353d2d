"""`halloo serve` as processes: two of them are one relay, and what the command line writes reaches them."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any, Literal

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.pace import PATIENCE_S, Pace
from tests.support.postgres import Postgres
from tests.support.product import Product, Store
from tests.support.stores import empty_store
from tests.support.valkey import ValkeyServer, running_valkey
from tests.support.visitor import Visitor

pytestmark = pytest.mark.slow
Way = Literal["sqlite", "postgresql", "valkey"]


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with running_valkey() as server:
        yield server


@pytest.fixture
def make(tmp_path: Path, postgres: Postgres, valkey: ValkeyServer) -> Iterator[Callable[[Way], Product]]:
    """Set a product up and start it; the same way again is a second node beside it."""
    stores: dict[Way, Store] = {}
    products: list[Product] = []
    with ExitStack() as stack:

        def start(way: Way) -> Product:
            first = way not in stores
            if first:
                stores[way] = stack.enter_context(
                    empty_store("sqlite" if way == "sqlite" else "postgresql", tmp_path, postgres)
                )
            product = Product(stores[way], {"HALLOO_RELAY_BROKER_URL": valkey.url} if way == "valkey" else {})
            stack.callback(product.kill)
            products.append(product)
            if first:
                product.init()
            product.facts = products[0].facts
            product.start()
            return product

        yield start


@pytest.fixture
async def line() -> AsyncIterator[Callable[..., Any]]:
    """Open a live socket of a program that holds a token."""
    async with AsyncExitStack() as stack:

        async def enter(product: Product, token: str) -> ClientConnection:
            given = await asyncio.to_thread(product.call, "POST", "/core/relay-token", {}, token)
            address = f"ws://localhost:{product.port}/relay"
            socket = await stack.enter_async_context(connect(address, origin=product.origin, proxy=None))  # type: ignore[arg-type] - a string will do
            streams = [{"id": one} for one in given["streams"]]
            hello = {
                "t": "connect",
                "v": 1,
                "role": "operator",
                "token": given["token"],
                "tab": "t",
                "streams": streams,
            }
            await socket.send(json.dumps(hello))
            while not any(frame["t"] == "live" for frame in await _frames(socket)):
                pass
            return socket

        yield enter


async def _frames(socket: ClientConnection) -> list[dict[str, Any]]:
    text = await asyncio.wait_for(socket.recv(), PATIENCE_S)
    assert isinstance(text, str)
    return [json.loads(one) for one in text.split("\n")]


def processes_of(*products: Product) -> list[int]:
    return [product.process.pid for product in products if product.process is not None]


async def closed(socket: ClientConnection) -> int:
    try:
        while True:
            await _frames(socket)
    except ConnectionClosed as end:
        return end.rcvd.code if end.rcvd is not None else 1006


@pytest.mark.parametrize("way", ["sqlite", "postgresql", "valkey"])
async def test_a_token_that_the_command_line_revokes_is_cut_within_a_second(
    make: Callable[[Way], Product], line: Callable[..., Any], way: Way
) -> None:
    product = await asyncio.to_thread(make, way)
    data = ("--data", str(product.store.folder), "--json")
    made = json.loads(await asyncio.to_thread(product.halloo, "token", "create", "CRM", *data))
    socket = await line(product, made["token"])
    await asyncio.sleep(1)
    await asyncio.to_thread(product.halloo, "token", "revoke", made["id"], *data)
    pace = Pace(*processes_of(product))
    assert await closed(socket) == 4401
    assert pace.seconds() < 1.2


async def test_a_message_and_a_revocation_cross_processes(
    make: Callable[[Way], Product], line: Callable[..., Any]
) -> None:
    one = await asyncio.to_thread(make, "valkey")
    other = await asyncio.to_thread(make, "valkey")
    token = await asyncio.to_thread(one.call, "POST", "/core/tokens", {"name": "CRM", "scopes": ["conversations:read"]})
    socket = await line(other, token["token"])
    await asyncio.sleep(0.3)
    visitor = Visitor(one, 1)
    await asyncio.to_thread(visitor.arrive)
    await visitor.write("Hello")
    pace = Pace(*processes_of(one, other))
    frames: list[dict[str, Any]] = []
    while "message:send" not in [frame.get("name") for frame in frames]:
        frames += await _frames(socket)
    assert pace.seconds() < 1
    await visitor.leave()
    await asyncio.to_thread(one.call, "DELETE", f"/core/tokens/{token['id']}")
    pace = Pace(*processes_of(one, other))
    assert await closed(socket) == 4401
    assert pace.seconds() < 1


def test_an_address_of_a_broker_that_cannot_be_one_is_a_sentence(tmp_path: Path) -> None:
    product = Product(Store("sqlite", tmp_path, f"sqlite:///{tmp_path / 'halloo.db'}"))
    product.init()
    product.settings["HALLOO_RELAY_BROKER_URL"] = "http://:sesame@valkey"
    command = [sys.executable, "-m", "halloo", "serve", "--data", str(tmp_path), "--port", str(product.port)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=product.environment, check=False, timeout=PATIENCE_S
    )
    assert done.returncode == 1
    assert "relay.broker_url: it begins with redis://" in done.stderr
    assert "sesame" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
