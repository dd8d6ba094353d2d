"""The figures of web hooks (hooks contract 15): how many per CPU second, how late, and what a hook that does not work costs the others."""

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from halloo.cli.bench import machine
from halloo.cli.bench.hooks import bare
from halloo.cli.bench.hooks import sink as sinks
from halloo.cli.bench.hooks.evidence import Lag, check, lags
from halloo.cli.bench.hooks.ground import Base
from halloo.cli.bench.hooks.house import House, Options, Process, everything, wanted_by, wants
from halloo.cli.bench.hooks.payload import COMMON, payload
from halloo.cli.bench.measures import tell

SICK = {"hang": sinks.HANG, "500": sinks.FAIL, "refuse": sinks.REFUSE, "drip": sinks.DRIP}
"""What a tenth of the hooks does, by name."""
_WARM_UP_MS = 1_000
_QUIET_S = 0.3
_SMALL_BODY = 256
_KEY = " ".join(str(byte) for byte in range(32))


# ── rates ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def rates(base: Base, options: Options, *, tls: bool) -> dict[str, Any]:
    """Deliveries per CPU second of the server, next to the bare clients, in turns against the same receivers."""
    house = House(base, options, tls=tls)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in ("halloo", *bare.kinds())}
    try:
        await house.open(everything)
        for number in range(options.rounds):
            jobs: list[tuple[str, Callable[[], Any]]] = [("halloo", lambda: _delivered(house))]
            jobs += [(kind, lambda kind=kind: _bare(house, kind)) for kind in found if kind != "halloo"]
            for name, job in jobs if number % 2 == 0 else reversed(jobs):
                found[name].append(await job())
            tell("  " + ", ".join(f"{name} {some[-1]['per_cpu_s']:,.0f}" for name, some in found.items()))
    finally:
        house.close()
    medians = {name: round(statistics.median(one["per_cpu_s"] for one in some)) for name, some in found.items()}
    return {
        "hooks": options.hooks,
        "deliveries": options.facts * options.hooks,
        "rounds": found,
        "per_cpu_s": medians,
        "ratio": {name: round(medians["halloo"] / one, 2) for name, one in medians.items() if name != "halloo"},
    }


async def _delivered(house: House) -> dict[str, float]:
    """Record facts while nothing delivers, then let the server plan, claim, post and settle all of them."""
    options, receivers = house.options, _receivers(house.options)
    await house.check_signatures(house.ground.keys())
    told = await house.ground.tell(options.facts)
    node = house.start_node()
    try:
        await house.sink.ask("forget")
        cpu, began = machine.cpu_s(node.pid), time.perf_counter()
        await node.ask("go")
        await house.came(options.facts * options.hooks, receivers)
        took = time.perf_counter() - began
        await house.ground.settled(60)
        used = machine.cpu_s(node.pid) - cpu
        connections = (await house.sink.ask("counts"))["connections"]
    finally:
        house.stop_node()
    count = check(await house.seen(), told, lambda _, name: name == COMMON, receivers)
    return {"per_cpu_s": count / used, "per_s": count / took, "connections": connections}


async def _bare(house: House, kind: str) -> dict[str, float]:
    options = house.options
    count = options.facts * options.hooks
    more = [house.authorities] if house.authorities else []
    await house.check_signatures([f"expect {number} {_KEY}" for number in _receivers(options)])
    client = Process("bare", [kind, Process, house.scheme, house.port, options.hooks, *more]).start(options.core)
    try:
        warm = max(options.at_once, count // 10)
        await client.ask(f"prepare {warm} {options.at_once}")
        await client.ask("run")
        await client.ask(f"prepare {count} {options.at_once}")
        await house.sink.ask("forget")
        cpu, began = machine.cpu_s(client.pid), time.perf_counter()
        taken = await client.ask("run")
        used, took = machine.cpu_s(client.pid) - cpu, time.perf_counter() - began
        await house.came(count, _receivers(options))
    finally:
        client.stop()
    return {"per_cpu_s": taken / used, "per_s": taken / took, "failed": count - taken}


def _receivers(options: Options) -> list[int]:
    return list(range(1, options.hooks + 1))


# ── a steady pace ─────────────────────────────────────────────────────────────────────────────────────────────────


class Steady:
    """A server that gets facts at a steady pace, and what its healthy hooks see of it."""

    def __init__(self, base: Base, options: Options, healthy: Sequence[int]) -> None:
        """`healthy`: the receivers that are looked at."""
        self.house = House(base, options)
        self._options = options
        self._healthy = healthy
        self.rss = 0
        """The most memory that the server held while facts came."""
        self.used = 0.0
        """CPU seconds of the server while facts came."""

    async def open(self, sick: Sequence[int] = (), mode: int = sinks.OK) -> None:
        """Make everything; nothing delivers yet."""
        await self.house.open(wanted_by)
        if sick:
            await self.house.sink.ask(f"behave {sick[0]} {sick[-1]} {mode}")

    async def go(self) -> None:
        """Let the server deliver, and warm up."""
        node = self.house.start_node()
        await node.ask("go")
        head = await self.house.ground.head()
        await node.ask(f"pace {self._options.rate} {_WARM_UP_MS}")
        await self._all_came(head)
        await asyncio.sleep(_QUIET_S)
        await self.house.sink.ask("forget")

    async def measure(self) -> Lag:
        """Record facts at the pace; how late they were at the healthy hooks, each of which got each once."""
        node = self.house.node
        assert node is not None  # noqa: S101 - `go` comes first
        head = await self.house.ground.head()
        watching = asyncio.create_task(self._watch(node.pid))
        cpu = machine.cpu_s(node.pid)
        try:
            await node.ask(f"pace {self._options.rate} {round(self._options.seconds * 1000)}")
            await self._all_came(head)
        finally:
            watching.cancel()
        self.used = machine.cpu_s(node.pid) - cpu
        told = await self.house.ground.told(head)
        seen = await self.house.seen()
        check([one for one in seen if one.seq > head], told, wants, self._healthy)
        return Lag.of(lags(seen, told, self._healthy))

    async def _all_came(self, head: int) -> None:
        told = await self.house.ground.told(head)
        due = sum(wants(number, one.name) for one in told for number in self._healthy)
        await self.house.came(due, self._healthy)

    async def _watch(self, pid: int) -> None:
        while True:
            self.rss = max(self.rss, machine.rss_bytes(pid))
            await asyncio.sleep(0.2)


async def steady(base: Base, options: Options, mode: int = sinks.OK) -> dict[str, Any]:
    """How late facts are; with a tenth of the hooks in a mode, how late they are at the others."""
    sick = _receivers(options)[: options.sick]
    run = Steady(base, options, _receivers(options)[options.sick :])
    try:
        await run.open(sick, mode)
        await run.go()
        lag = await run.measure()
        assert run.house.node is not None  # noqa: S101 - `go` started it
        outcomes = await run.house.node.ask("attempts")
    finally:
        run.house.close()
    return {**lag.view(), "cpu_s": round(run.used, 2), "rss_mib": round(run.rss / 2**20, 1), "attempts": outcomes}


async def backlog(base: Base, options: Options) -> dict[str, Any]:
    """The same while a dead hook has rows without number waiting."""
    run = Steady(base, options, _receivers(options)[options.sick :])
    try:
        await run.open([1], sinks.HANG)
        await run.house.ground.pile_up(0, options.backlog, payload(run.house.ground.workspace_id, COMMON, _SMALL_BODY))
        await run.go()
        lag = await run.measure()
        waiting = (await run.house.ground.states(0)).get("pending", 0)
    finally:
        run.house.close()
    return {**lag.view(), "rows": waiting, "cpu_s": round(run.used, 2), "rss_mib": round(run.rss / 2**20, 1)}


# ── after an outage ───────────────────────────────────────────────────────────────────────────────────────────────


async def drain(base: Base, options: Options) -> dict[str, Any]:
    """A receiver comes back to what waited for it: how quickly that is brought, while fresh facts come for others."""
    full = await _drained(base, options, 0)
    tell(f"  without an outage and without fresh facts: {full['per_s']:,.0f} a second")
    found = await _drained(base, options, options.outage_s)
    return {
        "waiting": options.waiting,
        "outage_s": options.outage_s,
        "full_per_s": full["per_s"],
        **found,
        "ratio": round(found["per_s"] / full["per_s"], 2),
    }


async def _drained(base: Base, options: Options, outage_s: float) -> dict[str, Any]:
    run = Steady(base, options, _receivers(options)[options.sick :])
    house = run.house
    try:
        await run.open([1], sinks.REFUSE if outage_s else sinks.OK)
        first = await house.ground.pile_up(0, options.waiting, payload(house.ground.workspace_id, COMMON))
        node = house.start_node()
        await node.ask("go")
        if outage_s:
            await asyncio.sleep(outage_s)
            await house.sink.ask(f"behave 1 1 {sinks.OK}")
            back = time.time_ns()
        else:
            back = time.time_ns()
        await house.came(1, [1], 700)
        lag = await run.measure() if outage_s else None
        tried = await house.ground.failed(0)
        await house.came(options.waiting - tried, [1])
        seen = [one for one in await house.seen() if one.receiver == 1 and one.seq < first + options.waiting]
    finally:
        house.close()
    if len({one.fact for one in seen}) != len(seen):
        raise RuntimeError("Something came twice after an outage.")
    took = (seen[-1].at_ns - seen[0].at_ns) / 1e9
    found: dict[str, Any] = {"per_s": round(len(seen) / took, 1), "drained_s": round(took, 1), "left_for_later": tried}
    if lag is not None:
        found |= {"first_after_s": round((seen[0].at_ns - back) / 1e9, 1), **lag.view()}
    return found
