"""P1, P2, P3, P6 while the server's clock is set a day ahead, two days back, and right again."""

import asyncio
import random
import signal
import time
from pathlib import Path

import pytest

from tests.support import shifted
from tests.support.nodes import crowd, reach, seed, serving
from tests.support.reach import Reach
from tests.support.stores import empty_store
from tests.support.tcp_proxy import proxying

DAY_S = 86_400
HURRIED = {"HALLOO_RELAY_PING_S": "2", "HALLOO_RELAY_PONG_S": "2"}

pytestmark = pytest.mark.slow


async def server_time(reach: Reach) -> float:
    """Return the time that the server believes in, in seconds since 1970."""
    _, answer = await reach.http(reach.ports[0], "GET", "/healthz?probe=address")
    return answer["time"] / 1000


async def test_the_clock_moves_by_a_day(tmp_path: Path) -> None:
    number = seed()
    chance = random.Random(number)
    clock = tmp_path / "clock"
    clock.write_text("0")
    with (
        empty_store("sqlite", tmp_path, None, migrated=False) as store,
        serving(store, 1, (shifted.__file__,), {"HALLOO_TEST_CLOCK": str(clock), **HURRIED}) as (node,),
        proxying(node.port, chance) as proxy,
    ):
        async with crowd(reach([node], [proxy.port]), number) as people:
            for shift in (DAY_S, -DAY_S, 0):
                await asyncio.sleep(chance.uniform(0.8, 1.2))
                clock.write_text(str(shift))
                assert node.process is not None
                node.process.send_signal(signal.SIGUSR1)
                people.history.note(f"the server's clock is {shift} s ahead")
                await asyncio.sleep(chance.uniform(0.3, 0.6))
                assert abs(await server_time(people.reach) - time.time() - shift) < 60
                proxy.cut_all()  # whoever comes back brings a token of another day
            await asyncio.sleep(1)
