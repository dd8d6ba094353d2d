"""A planned stop: everybody is asked to come back, spread over time, and closed when its turn comes (relay contract 6)."""

import asyncio
import random
import time
from collections.abc import Callable

from halloo.kit.clock import SECOND
from halloo.relay.frames import RESTART, ReconnectFrame
from halloo.relay.shared import Shared, Socket

HARD_S = 10
"""How long behind the spread a process may live on, whatever is still to be done."""
_A_SECOND = 1_000
"""Connections that are asked to come back in a second."""
_SPREAD_MIN_MS = 2 * SECOND
_SLICE = 500
_TICK_S = 0.02
_BUSY_S = 5
_LAST_S = 1.5


def spread_ms(connections: int) -> int:
    """Over how long so many connections are spread: max(2 s, connections / 1000 s)."""
    return max(_SPREAD_MIN_MS, connections * SECOND // _A_SECOND)


async def drain(shared: Shared) -> None:
    """Let every connection go; what clients asked for before is finished, as far as that takes no more than 5 seconds."""
    sockets = list(shared.connections)
    if not sockets:
        return
    spread = spread_ms(len(sockets))
    began = time.monotonic()
    for at, socket in enumerate(sockets):
        socket.answer(ReconnectFrame(random.randrange(spread)))  # noqa: S311 - jitter
        if at % _SLICE == _SLICE - 1:
            await asyncio.sleep(0)
    busy = await _end_in_turn(sockets, began, spread / SECOND)
    await _until(lambda: not any(socket.busy for socket in busy), _BUSY_S)
    for socket in [*busy, *shared.connections]:
        socket.end(RESTART)
    await _until(lambda: not shared.connections, _LAST_S)


async def _end_in_turn(sockets: list[Socket], began: float, seconds: float) -> list[Socket]:
    """Close one after another within `seconds`. Those that are still busy when their turn comes are left."""
    busy: list[Socket] = []
    ended = 0
    while ended < len(sockets):
        due = min(len(sockets), 1 + int((time.monotonic() - began) / seconds * len(sockets)))
        for socket in sockets[ended:due]:
            if socket.busy:
                busy.append(socket)
            else:
                socket.end(RESTART)
        ended = due
        await asyncio.sleep(_TICK_S)
    return busy


async def _until(done: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not done() and time.monotonic() < ends:  # noqa: ASYNC110 - many sockets, none of which knows of the others
        await asyncio.sleep(_TICK_S)
