"""The rescue relay as it is run: a second port of the same process, and a process of its own over the same database."""

import asyncio
import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from halloo.cli.place import Place, Ports
from halloo.config import Config
from halloo.relay.settings import RelaySettings
from tests.relay.streams import Answer, Stream, ask, hang_up
from tests.support.pace import PATIENCE_S
from tests.support.ports import free_port
from tests.support.product import Product
from tests.support.stores import empty_store


@pytest.fixture
def product(tmp_path: Path) -> Generator[Product]:
    with empty_store("sqlite", tmp_path, None) as store:
        made = Product(store, {"HALLOO_RELAY_RESCUE_PORT": str(free_port())})
        made.init()
        try:
            yield made
        finally:
            made.stop()


def rescue_of(product: Product) -> int:
    return int(product.settings["HALLOO_RELAY_RESCUE_PORT"])


def met(product: Product) -> Any:
    """A visitor who was met."""
    return product.public(
        "POST",
        f"/core/public/web-widgets/{product.facts['widget_id']}/visitor",
        {"user_id": "guest_0123456789abcdefghijkl"},
    )


def status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("localhost", port, timeout=PATIENCE_S)
    connection.request("GET", path)
    got = connection.getresponse().status
    connection.close()
    return got


async def over_both(product: Product, port: int, hello: Any) -> list[Any]:
    """Who is let in at a port: over a WebSocket, and over a stream."""
    frame = {
        "t": "connect",
        "v": 1,
        "role": "visitor",
        "widget": product.facts["widget_id"],
        "token": hello["relay"]["token"],
        "tab": "t",
        "streams": hello["relay"]["streams"],
    }
    async with connect(
        f"ws://localhost:{port}/relay", origin=Origin(product.origin), compression=None, proxy=None
    ) as line:
        await line.send(json.dumps(frame))
        over_socket = json.loads(str(await line.recv()).split("\n")[0])
    got: Answer = await ask(
        port, "/relay/stream", json.dumps(frame).encode(), origin=product.origin, Host=f"localhost:{port}"
    )
    over_stream = await Stream(port, got).until("connected")
    hang_up()
    return [[stream["id"] for stream in hello["streams"]] for hello in (over_socket, over_stream)]


@pytest.mark.slow
def test_the_rescue_relay_is_a_second_port_with_the_relay_alone(product: Product) -> None:
    product.start()
    hello, port = met(product), rescue_of(product)
    hosts = product.public("GET", f"/core/public/web-widgets/{product.facts['widget_id']}")["hosts"]
    assert hosts["rescue"] == f"ws://localhost:{port}/relay"
    paths = ["/healthz", "/relay", "/relay/x", "/", "/core/workspace", "/public/embed/x", "/docs"]
    assert [status(port, path) for path in paths] == [200, 426, 404, 404, 404, 404, 404]
    named = asyncio.run(over_both(product, port, hello))
    assert named[0] == named[1] == hello["relay"]["streams"]
    frame = http.client.HTTPConnection("localhost", product.port, timeout=PATIENCE_S)
    frame.request("GET", f"/public/widget/{product.facts['widget_id']}")
    policy = frame.getresponse().getheader("content-security-policy") or ""
    assert f" ws://localhost:{port} http://localhost:{port}" in policy
    frame.close()


@pytest.mark.slow
def test_both_ports_end_as_one(product: Product) -> None:
    product.start()
    assert product.process is not None
    product.process.send_signal(signal.SIGTERM)
    assert product.process.wait(PATIENCE_S) == 0
    for port in (product.port, rescue_of(product)):
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), 1)


@pytest.mark.slow
def test_a_port_that_is_taken_is_a_warning_and_no_fault(product: Product) -> None:
    with socket.create_server(("127.0.0.1", rescue_of(product))):
        product.start()
    assert '"rescue_port_taken"' in product.log.read_text()
    assert status(product.port, "/healthz") == 200


@pytest.mark.slow
def test_the_rescue_relay_as_a_process_of_its_own(product: Product) -> None:
    port = rescue_of(product)
    product.settings["HALLOO_RELAY_RESCUE_PORT"] = "0"
    product.start()
    hello = met(product)
    command = [sys.executable, "-m", "halloo", "serve", "--role", "rescue", "--port", str(port), "--host", "127.0.0.1"]
    with product.log.open("ab") as log:
        rescue = subprocess.Popen(
            [*command, "--data", str(product.store.folder)], stdout=log, stderr=log, env=product.environment
        )
    try:
        for _ in range(10 * PATIENCE_S):
            try:
                if status(port, "/healthz") == 200:
                    break
            except OSError:
                rescue.poll()
            asyncio.run(asyncio.sleep(0.1))
        assert status(port, "/core/workspace") == 404
        product.kill()
        assert len(asyncio.run(over_both(product, port, hello))) == 2
    finally:
        rescue.send_signal(signal.SIGTERM)
        assert rescue.wait(5) == 0


@pytest.mark.parametrize(
    ("chosen", "port", "rescue", "ports"),
    [
        (-1, None, False, Ports(8000, 8002)),
        (-1, 9000, False, Ports(9000, 9002)),
        (0, None, False, Ports(8000, 0)),
        (7000, None, False, Ports(8000, 7000)),
        (-1, 65_534, False, Ports(65_534, 0)),
        (-1, None, True, Ports(8000, 8002)),
        (-1, 9002, True, Ports(9000, 9002)),
        (0, None, True, Ports(8000, 8002)),
        (7000, None, True, Ports(8000, 7000)),
        (7000, 7000, True, Ports(8000, 7000)),
    ],
)
def test_where_a_server_listens(chosen: int, port: int | None, rescue: bool, ports: Ports) -> None:  # noqa: FBT001 - a row
    assert Place(Path(), Config(relay=RelaySettings(rescue_port=chosen))).ports(port, rescue=rescue) == ports
