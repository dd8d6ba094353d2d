"""The figures of the relay benchmark that have peers (relay contract 8): per CPU second of the server.

Every delivery is counted and compared. All servers of a figure run at the same time and are measured in turns, in alternating
order, so that a machine that gets slower is slower for all. What none of them is asked costs it nothing.
"""

import asyncio
import os
import platform
import statistics
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from halloo import __version__
from halloo.cli.bench import machine
from halloo.cli.bench.peers import Halloo, Peer
from halloo.cli.bench.swarm import Echo, dial_many

_DELIVERIES = 10_000
"""About how many are asked for at a time."""
_WARM_UP_S = 0.3
_PATIENCE_S = 30.0
_FIRST = 200
_SETTLED_S = 4.0
"""Until presence was told and buffers were let go."""


@dataclass(frozen=True, slots=True)
class Options:
    """How long, how often, how many."""

    seconds: float
    rounds: int
    sockets: int
    server_core: int | None


Peers = Sequence[Callable[[], Peer]]


def tell(text: str) -> None:
    """Progress, for whoever waits."""
    sys.stderr.write(f"{text}\n")


def about(options: Options) -> dict[str, Any]:
    """Where and how it was measured."""
    return {
        "halloo": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "cpu": machine.cpu_name(),
        "cpus": os.cpu_count(),
        "pinned": options.server_core is not None,
        "seconds": options.seconds,
        "rounds": options.rounds,
    }


Measure = Callable[[Peer, float], Awaitable[tuple[float, float]]]
"""Keep a server busy for so many seconds: how much it did, and the CPU seconds it took."""


async def fan_out(makers: Peers, options: Options, sockets: int, bursts: Sequence[int]) -> dict[str, Any]:
    """Deliveries per CPU second: every message to every socket of one channel, so many messages in a turn of the loop."""
    return await _in_turns(makers, options, sockets, {f"x{burst}": _publishing(sockets, burst) for burst in bursts})


def _publishing(sockets: int, burst: int) -> Measure:
    turns = max(1, _DELIVERIES // (sockets * burst))

    async def measure(peer: Peer, seconds: float) -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        before, cpu, ends = peer.tally.got, peer.cpu_s(), loop.time() + seconds
        while loop.time() < ends:
            due = peer.tally.got + turns * burst * sockets
            asked = asyncio.ensure_future(peer.control.ask(f"publish {turns} {burst}"))
            await peer.tally.until(due, _PATIENCE_S)
            await asked
        return peer.tally.got - before, peer.cpu_s() - cpu

    return measure


async def echo(makers: Peers, options: Options, sockets: int) -> dict[str, Any]:
    """Pings answered per CPU second: each socket sends the next when the last was answered."""

    async def measure(peer: Peer, seconds: float) -> tuple[float, float]:
        cpu = peer.cpu_s()
        count = await Echo(peer.sockets, peer.ping, peer.pong).run(seconds)
        if peer.tally.failure is not None:
            raise peer.tally.failure
        return count, peer.cpu_s() - cpu

    return await _in_turns(makers, options, sockets, {"x1": measure})


async def _in_turns(makers: Peers, options: Options, sockets: int, measures: dict[str, Measure]) -> dict[str, Any]:
    peers: list[Peer] = []
    rates: dict[str, dict[str, list[float]]] = {name: {} for name in measures}
    try:
        for make in makers:
            peer = make()
            peers.append(peer)
            peer.start(options.server_core)
            peer.sockets = await dial_many(sockets, peer.open)
            for measure in measures.values():
                await measure(peer, _WARM_UP_S)
        for number in range(options.rounds):
            for name, measure in measures.items():
                for peer in peers if number % 2 == 0 else reversed(peers):
                    count, cpu = await measure(peer, options.seconds)
                    rates[name].setdefault(peer.name, []).append(count / cpu if cpu else 0.0)
                tell(f"  {name}: " + ", ".join(f"{peer} {found[-1]:,.0f}" for peer, found in rates[name].items()))
    finally:
        for peer in peers:
            peer.stop()
    return {"sockets": sockets, **{name: compared(found) for name, found in rates.items()}}


def compared(rates: dict[str, list[float]]) -> dict[str, Any]:
    """Medians, how far the rounds lie apart, and Halloo's ratio to each of the others."""
    medians = {name: statistics.median(found) for name, found in rates.items()}
    mine = medians.get(Halloo.name)
    return {
        "rounds": {name: [round(one) for one in found] for name, found in rates.items()},
        "per_cpu_s": {name: round(one) for name, one in medians.items()},
        "spread": {
            name: round((max(found) - min(found)) / medians[name], 3) for name, found in rates.items() if medians[name]
        },
        "ratio": {name: round(mine / one, 2) for name, one in medians.items() if mine and one and name != Halloo.name},
    }


async def memory(makers: Peers, options: Options) -> dict[str, Any]:
    """Bytes of memory for each idle socket; of Halloo, a visitor's with session and identity."""
    found: dict[str, int] = {}
    for make in makers:
        peer = make()
        try:
            peer.start(options.server_core)
            found[peer.name] = await _bytes_a_socket(peer, options.sockets)
            tell(f"  {peer.name}: {found[peer.name] / 1024:.1f} KiB")
        finally:
            peer.stop()
    return {"sockets": options.sockets, "bytes_a_socket": found}


async def _bytes_a_socket(peer: Peer, sockets: int) -> int:
    open_one: Callable[[int], Any] = peer.visit if isinstance(peer, Halloo) else peer.open
    await dial_many(min(_FIRST, sockets), open_one)  # what is loaded at first use is no socket's
    await asyncio.sleep(_SETTLED_S)
    before = peer.rss_bytes()
    await dial_many(sockets, lambda number: open_one(number + _FIRST))
    await asyncio.sleep(_SETTLED_S)
    return round((peer.rss_bytes() - before) / sockets)


def check_handles(sockets: int) -> int:
    """How many sockets fit, at most `sockets`."""
    most = machine.raise_handles()
    if most < sockets + 1_000:
        tell(f"This machine allows {most} open files; {most - 1_000} sockets are measured instead of {sockets}.")
        return most - 1_000
    return sockets
