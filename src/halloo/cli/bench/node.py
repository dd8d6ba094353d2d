"""The real server as the relay benchmark runs it: `app.build` and uvicorn over a data folder, and a second port that takes commands.

`python -m halloo.cli.bench.node <data folder> <port> <control port>`. Two ways in for what is published:

* `publish`: a fact that nobody stored is handed to the relay where the pump hands it over after a commit. What is
  measured is all that the relay does: room, ring, channels, frames, sockets. No database takes part.
* `write`: a fact is recorded through the database's writer, committed, synced and pumped, as every message is.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any, cast

import uvicorn
import uvloop

from halloo.app import Halloo, build, collect_seldom
from halloo.cli.bench.control import body, breathe, serve
from halloo.cli.place import open_place, read_secret
from halloo.db.tx import Tx
from halloo.edge.http import BoundedProtocol
from halloo.events.log import record
from halloo.events.model import Fact
from halloo.kit.ids import new_id

CONVERSATION = "00000000-0000-7000-8000-000000000001"


def visitor_id(number: int) -> str:
    """The visitor with that number."""
    return f"00000000-0000-7000-9000-{number:012d}"


class Node:
    """The commands."""

    def __init__(self, halloo: Halloo, workspace_id: str) -> None:
        """`workspace_id`: whose facts they are."""
        self._halloo = halloo
        self._workspace_id = workspace_id
        self._seq: int | None = None
        self._published = 0
        self._written = 0
        self._writing: asyncio.Task[None] | None = None

    async def publish(self, turns: int, burst: int) -> int:
        """In each of `turns` turns of the loop hand `burst` facts to the relay, as after a commit of so many."""
        await self._find_head()
        for _ in range(turns):
            self._halloo.relay.reader([self._fact() for _ in range(burst)])
            await breathe(self._halloo.relay.hub.sockets)
        return self._published

    async def pace(self, count: int, every_ms: int) -> int:
        """Hand `count` facts to the relay at a steady pace."""
        loop = asyncio.get_running_loop()
        at = loop.time()
        await self._find_head()
        for _ in range(count):
            self._halloo.relay.reader([self._fact()])
            at += every_ms / 1000
            await asyncio.sleep(max(0.0, at - loop.time()))
        return self._published

    async def _find_head(self) -> None:
        if self._seq is None:
            self._seq = (await self._halloo.relay.hub.room(self._workspace_id)).seq

    def _fact(self) -> Fact:
        self._seq = (self._seq or 0) + 1
        self._published += 1
        data = body(self._published)
        return Fact(self._workspace_id, self._seq, new_id(), "message:send", data, 0, CONVERSATION, self._published)

    async def write(self, visitors: int, every_ms: int) -> int:
        """Begin to record facts, for one visitor after another, at a steady pace."""
        self._writing = asyncio.create_task(self._write(visitors, every_ms / 1000))
        return self._written

    async def _write(self, visitors: int, every_s: float) -> None:
        while True:
            round_, number = divmod(self._written, visitors)
            self._written += 1
            await self._halloo.database.write(self._workspace_id, _tell, visitor_id(number), body(round_ + 1))
            await asyncio.sleep(every_s)

    async def quiet(self) -> int:
        """Stop recording; answers how many facts there are now."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait([self._writing])
            self._writing = None
        return self._written

    async def sockets(self) -> int:
        """Connections that were let in."""
        return self._halloo.relay.hub.sockets

    async def paused(self) -> int:
        """Connections whose buffer is full."""
        return sum(peer.paused_at is not None for peer in self._halloo.relay.hub.peers())

    async def closes(self) -> dict[str, int]:
        """How often each code has closed a connection."""
        return {str(code): count for code, count in self._halloo.relay.shared.closes.items()}


def _tell(tx: Tx, visitor: str, data: bytes) -> Fact:
    return record(tx, "message:send", data, visitor_id=visitor)


async def _main(data: Path, workspace_id: str, port: int, control: int) -> None:
    place = open_place(data)
    halloo = build(place.config, place.database_url, place.public_url("localhost", port), read_secret(place))
    node = Node(halloo, workspace_id)
    await halloo.relay.start()
    collect_seldom()
    names = ("publish", "pace", "write", "quiet", "sockets", "paused", "closes")
    await serve(control, {name: getattr(node, name) for name in names})
    settings = uvicorn.Config(
        halloo.asgi,
        host="127.0.0.1",
        port=port,
        http=BoundedProtocol,
        ws=cast("Any", halloo.relay.protocol),
        lifespan="off",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        backlog=4096,
    )
    await uvicorn.Server(settings).serve()
    await halloo.close()


if __name__ == "__main__":
    uvloop.run(_main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
