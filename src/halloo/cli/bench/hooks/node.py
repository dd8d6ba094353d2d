"""The server whose hooks are measured: the whole of it as `halloo serve` builds it, and a second port that takes commands.

`python -m halloo.cli.bench.hooks.node <data folder> <workspace> <control port>`. It listens nowhere else. Facts are recorded through the
database's writer as every message is: committed, synced, pumped.
"""

import asyncio
import cProfile
import sys
from pathlib import Path

import uvloop

from halloo.app import Halloo, build, collect_seldom
from halloo.cli.bench.control import serve
from halloo.cli.bench.hooks.payload import EVENTS, payload
from halloo.cli.place import open_place, read_secret
from halloo.db.tx import Tx
from halloo.events.log import record

TICK_S = 0.01
"""How often a steady pace records what is due."""


class Node:
    """The commands."""

    def __init__(self, halloo: Halloo, workspace_id: str, data: Path) -> None:
        """`data`: the data folder."""
        self._halloo = halloo
        self._workspace_id = workspace_id
        self._bodies = [(name, payload(workspace_id, name)) for name in EVENTS]
        self._data = data
        self._profile: cProfile.Profile | None = None

    async def go(self) -> int:
        """Begin to plan and deliver."""
        self._halloo.hooks.start()
        return 0

    async def pace(self, rate: int, ms: int) -> int:
        """Record `rate` facts a second for `ms` milliseconds; how many."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        writes: set[asyncio.Task[None]] = set()
        done = 0
        while (passed := loop.time() - began) < ms / 1000:
            while done < passed * rate:
                task = loop.create_task(self._record(done))
                writes.add(task)
                task.add_done_callback(writes.discard)
                done += 1
            await asyncio.sleep(TICK_S)
        if writes:
            await asyncio.wait(writes)
        return done

    async def _record(self, number: int) -> None:
        name, data = self._bodies[number % len(self._bodies)]
        await self._halloo.database.write(self._workspace_id, _record, name, data)

    async def attempts(self) -> dict[str, int]:
        """Attempts by outcome since the start."""
        return dict(self._halloo.hooks.tally.attempts)

    async def profile(self) -> int:
        """Begin to look where the loop's time goes; it costs some."""
        self._profile = cProfile.Profile()
        self._profile.enable()
        return 0

    async def profiled(self) -> int:
        """Stop looking, and write down what was seen, for `pstats`, to `hooks.pstats` in the data folder."""
        if self._profile is not None:
            self._profile.disable()
            self._profile.dump_stats(self._data / "hooks.pstats")
        return 0


def _record(tx: Tx, name: str, data: bytes) -> None:
    record(tx, name, data)


async def _main(data: Path, workspace_id: str, control: int) -> None:
    place = open_place(data)
    halloo = build(place.config, place.database_url, place.public_url(), read_secret(place), data=data)
    node = Node(halloo, workspace_id, data)
    await halloo.relay.start()
    collect_seldom()
    await serve(control, {name: getattr(node, name) for name in ("go", "pace", "attempts", "profile", "profiled")})
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
