"""What happens to many when something happens to some: a storm of reconnects, and clients that stop reading (relay contract 8)."""

import asyncio
import random
import socket
import statistics
from typing import Any

from halloo.cli.bench.measures import Options, tell
from halloo.cli.bench.peers import Halloo, Visit
from halloo.cli.bench.swarm import Socket, Tally, Wrong, dial, dial_many

_EVERY_MS = 5
_FIRST_DELAY_S, _MOST_DELAY_S = 0.5, 30.0
_GOING_ON_S = 2.0
_STALLED = 0.01
_PACE_MS = 50
_LONGER = 3
"""One slow message must not be the p99 of a round."""
_RECEIVE_BUFFER, _SEGMENT = 4_096, 1_400


async def reconnect(options: Options) -> dict[str, Any]:
    """All sockets are cut at once and come back as clients do, while messages go on; nothing may be missed or doubled."""
    server = Halloo()
    count = options.sockets
    try:
        server.start(options.server_core)
        visits: list[Visit] = await dial_many(count, server.visit)
        await server.control.ask(f"write {count} {_EVERY_MS}")
        await asyncio.sleep(_GOING_ON_S)
        for visit in visits:
            _socket(visit).transport.abort()
        await asyncio.sleep(1)
        loop, cpu, held = asyncio.get_running_loop(), server.cpu_s(), server.rss_bytes()
        began = loop.time()
        attempts = await asyncio.gather(*(_come_back(server, visits, number) for number in range(count)))
        took, used = loop.time() - began, server.cpu_s() - cpu
        await asyncio.sleep(_GOING_ON_S)
        written = await server.control.ask("quiet")
        await _nothing_missed(server, visits, written)
        lost = [number for number, visit in enumerate(visits) if not visit.recovered]
        if lost:
            raise Wrong(f"{len(lost)} of {count} sockets came back without recovery.")
        return {
            "sockets": count,
            "seconds": round(took, 2),
            "cpu_s": round(used, 2),
            "attempts": sum(attempts),
            "messages": written,
            "rss_before_mib": round(held / 2**20),
            "rss_after_mib": round(server.rss_bytes() / 2**20),
        }
    finally:
        server.stop()


async def _come_back(server: Halloo, visits: list[Visit], number: int) -> int:
    """With full jitter, doubled after each failure (relay contract 4); how many attempts it took."""
    before = visits[number]
    expected = _socket(before).expected
    position = {"epoch": before.epoch, "offset": expected - 1}
    delay = _FIRST_DELAY_S
    for attempt in range(1, 100):
        await asyncio.sleep(random.uniform(0, delay))  # noqa: S311 - jitter
        try:
            visits[number] = await server.visit(number, position, expected)
        except (OSError, Wrong):
            delay = min(delay * 2, _MOST_DELAY_S)
        else:
            return attempt
    raise Wrong("A socket did not come back.")


async def _nothing_missed(server: Halloo, visits: list[Visit], written: int) -> None:
    rounds, more = divmod(written, len(visits))
    behind: list[int] = []
    for _ in range(100):
        if server.tally.failure is not None:
            raise server.tally.failure
        due = [rounds + (number < more) for number in range(len(visits))]
        behind = [n for n, visit in enumerate(visits) if _socket(visit).expected != due[n] + 1]
        if not behind:
            return
        await asyncio.sleep(0.1)
    raise Wrong(
        f"{len(behind)} sockets did not get exactly what was written for them, such as that of visitor {behind[0]}."
    )


def _socket(visit: Visit) -> Socket:
    if visit.socket is None:
        raise Wrong("A visitor has no socket.")
    return visit.socket


async def stalled(options: Options, sockets: int) -> dict[str, Any]:
    """How long a message is on its way to each socket while all read, and while 1 % do not."""
    server = Halloo()
    few = max(1, round(sockets * _STALLED))
    found: dict[str, list[float]] = {"calm": [], "stalled": []}
    try:
        server.start(options.server_core)
        server.sockets = await dial_many(sockets - few, server.open)
        for number in range(2 * options.rounds):
            kind = "stalled" if number % 2 else "calm"
            published = await _to_all(server, "publish 20 1", 20)
            some = [await _narrow(server, published + 1) for _ in range(few)]
            if kind == "stalled":
                await _stop_reading(server, some)
            found[kind].append(await _p99_ms(server, _LONGER * options.seconds))
            for one in some:
                one.transport.abort()
            tell(f"  {kind}: p99 {found[kind][-1]:.1f} ms")
    finally:
        server.stop()
    calm, slow = (statistics.median(found[kind]) for kind in ("calm", "stalled"))
    return {
        "sockets": sockets,
        "not_reading": few,
        "p99_ms": found,
        "calm_ms": calm,
        "stalled_ms": slow,
        "ratio": round(slow / calm, 2),
    }


async def _narrow(server: Halloo, expected: int) -> Socket:
    """A socket as over a real network: small segments and buffers, so that it is full soon."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", server.port))
    tally = Tally()
    return await dial(server.port, lambda: Socket(tally, server.first(), server.hello(), expected), sock)


async def _stop_reading(server: Halloo, some: list[Socket]) -> None:
    for one in some:
        one.transport.pause_reading()
    for _ in range(100):
        if await server.control.ask("paused") >= len(some):
            return
        await _to_all(server, "publish 10 10", 100)
    paused, closes = await server.control.ask("paused"), await server.control.ask("closes")
    raise Wrong(f"Only {paused} of {len(some)} sockets that are not read are full; closed were {closes}.")


async def _to_all(server: Halloo, command: str, count: int) -> int:
    """Have `count` messages published, and wait until every socket that reads has them; answers how many there were ever."""
    due = server.tally.got + count * len(server.sockets)
    published: int = await server.control.ask(command)
    await server.tally.until(due, 30)
    return published


async def _p99_ms(server: Halloo, seconds: float) -> float:
    """Over all deliveries of a steady stream of messages."""
    tally, count = server.tally, max(10, round(seconds * 1000 / _PACE_MS))
    tally.delays = []
    await _to_all(server, f"pace {count} {_PACE_MS}", count)
    delays, tally.delays = sorted(tally.delays), None
    return delays[len(delays) * 99 // 100] / 1e6
