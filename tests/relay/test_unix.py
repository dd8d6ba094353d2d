"""Behind a proxy on the same machine: a Unix socket, which has no TCP options."""

import asyncio
from pathlib import Path
from typing import Any, cast

import msgspec
import uvicorn
from websockets.asyncio.client import unix_connect
from websockets.typing import Origin

from tests.relay.house import ORIGIN, WORKSPACE, House


async def test_a_unix_socket_carries_the_relay(home: House, tmp_path: Path) -> None:
    path = tmp_path / "s"
    config = uvicorn.Config(
        home.app,
        uds=str(path),
        ws=cast("Any", home.relay.protocol),
        lifespan="off",
        log_config=None,
        interface="asgi3",
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    async with unix_connect(str(path), "ws://127.0.0.1/relay", origin=Origin(ORIGIN), compression=None) as client:
        connect = {"t": "connect", "v": 1, "role": "operator", "token": home.operator(), "streams": [f"w:{WORKSPACE}"]}
        await client.send(msgspec.json.encode(connect).decode())
        assert '"connected"' in str(await client.recv())
        await home.fact("c1", "x" * 5000)
        while "event" not in (said := str(await client.recv())):
            pass
        assert said.count("x") == 5000
    server.should_exit = True
    await serving
