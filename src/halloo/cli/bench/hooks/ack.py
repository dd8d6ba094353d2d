"""How long sending takes with many hooks, next to none (hooks contract 15): visitors write through the relay of `halloo serve`."""

import asyncio
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

from halloo.cli.bench import machine
from halloo.cli.bench.hooks.ground import Base
from halloo.cli.bench.hooks.house import House, Options
from halloo.cli.bench.hooks.payload import COMMON
from halloo.cli.bench.measures import tell
from halloo.cli.bench.send import UNLIMITED, Writer, wait_for, write_for
from halloo.hooks.actions import records

KINDS = ("none", "others", "all")
"""No hooks; hooks that want other events; hooks that all want every message."""
_OTHER = "session:set_subject"
_WARM_UP_S = 1.0
_CALM_EVERY_S = 1.0
_CALM_WRITERS = 10


async def ack(base: Base, options: Options) -> dict[str, Any]:
    """Acknowledged messages a second and how long an ack takes: without hooks, and beside such as `KINDS` says."""
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for number in range(options.rounds):
        for kind in KINDS if number % 2 == 0 else reversed(KINDS):
            found[kind].append(await _measured(base, options, kind))
        tell("  " + ", ".join(f"{kind} {some[-1]['per_s']:,.0f}" for kind, some in found.items()))
    medians = {
        kind: {name: round(statistics.median(one[name] for one in some), 2) for name in some[0]}
        for kind, some in found.items()
    }
    none = medians["none"]
    return {
        "hooks": options.crowd,
        "visitors": options.visitors,
        "rounds": found,
        "medians": medians,
        "ratio": {kind: round(medians[kind]["per_s"] / none["per_s"], 3) for kind in KINDS[1:]},
        "calm_ratio": {kind: round(none["calm_p50_ms"] / medians[kind]["calm_p50_ms"], 3) for kind in KINDS[1:]},
    }


async def _measured(base: Base, options: Options, kind: str) -> dict[str, float]:
    hooks = 0 if kind == "none" else options.crowd
    before, records.HOOKS_MAX = records.HOOKS_MAX, max(options.crowd, records.HOOKS_MAX)
    house = House(base, replace(options, hooks=hooks))
    server: subprocess.Popen[bytes] | None = None
    try:
        await house.open(lambda _: [COMMON if kind == "all" else _OTHER])
        (port,) = machine.free_ports(1)
        origin = f"http://localhost:{port}"
        environment = house.ground.environment(
            {
                **UNLIMITED,
                "HALLOO_PUBLIC_URL": origin,
                "HALLOO_RELAY_RESCUE_PORT": "0",
                "HALLOO_SERVER_LOG_LEVEL": "warning",
            }
        )
        with machine.on_core(options.core):
            command = [sys.executable, "-m", "halloo", "serve", "--data", str(house.ground.data), "--port", str(port)]
            server = subprocess.Popen(command, env=environment)  # noqa: ASYNC220, S603 - ourselves, and nothing else waits
        await asyncio.to_thread(wait_for, origin)
        writers = [Writer(origin, house.ground.widget_id) for _ in range(options.visitors)]
        for writer in writers:
            await writer.open()
            await writer.send()
        return {**await _calm(writers[:_CALM_WRITERS], options.seconds), **await _busy(writers, options.seconds)}
    finally:
        records.HOOKS_MAX = before
        if server is not None:
            server.kill()
            server.wait()
        house.close()


async def _calm(writers: list[Writer], seconds: float) -> dict[str, float]:
    """A few write a message a second each."""
    ends = time.perf_counter() + seconds

    async def write(writer: Writer, number: int) -> None:
        await asyncio.sleep(number * _CALM_EVERY_S / len(writers))
        while time.perf_counter() < ends:
            await writer.send()
            await asyncio.sleep(_CALM_EVERY_S)

    _forget(writers)
    await asyncio.gather(*(write(writer, number) for number, writer in enumerate(writers)))
    waits = sorted(wait for writer in writers for wait in writer.waits)
    return {"calm_p50_ms": waits[len(waits) // 2] * 1000, "calm_p95_ms": waits[len(waits) * 95 // 100] * 1000}


async def _busy(writers: list[Writer], seconds: float) -> dict[str, float]:
    """All write as fast as acks come back."""
    await write_for(writers, _WARM_UP_S)
    _forget(writers)
    began = time.perf_counter()
    await write_for(writers, seconds)
    took = time.perf_counter() - began
    waits = sorted(wait for writer in writers for wait in writer.waits)
    for writer in writers:
        await writer.close()
    return {
        "per_s": len(waits) / took,
        "p50_ms": waits[len(waits) // 2] * 1000,
        "p99_ms": waits[len(waits) * 99 // 100] * 1000,
    }


def _forget(writers: list[Writer]) -> None:
    for writer in writers:
        writer.waits.clear()
