"""`halloo bench hooks`: which figures are taken, on which database, and what is said of them (hooks contract 15)."""

import asyncio
import importlib.util
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import psycopg
import uvloop

from halloo.cli.bench import machine
from halloo.cli.bench.hooks.ack import ack
from halloo.cli.bench.hooks.figures import SICK, backlog, drain, rates, steady
from halloo.cli.bench.hooks.ground import Base
from halloo.cli.bench.hooks.house import Options
from halloo.cli.bench.measures import Options as Common
from halloo.cli.bench.measures import about, tell

FIGURES = ("rates", "tls", "lag", "sick", "backlog", "drain", "ack")
RATE_GOAL, RATIO_GOAL, AIM = 5_000, 0.5, 0.7
P50_GOAL_MS, P99_GOAL_MS = 20, 150
SAME_RATIO, SAME_MS = 1.1, 5
MEMORY_GOAL_MIB = 64
DRAIN_GOAL, ACK_GOAL = 0.5, 0.95
_BYTES_A_ROW = 1_200
"""Of a fact and a delivery that wait, with indices and the log of the database."""
_BARE = "connection"
QUICK = Options(
    hooks=10, facts=20, rounds=1, seconds=1.0, rate=50, backlog=2_000, waiting=500, outage_s=2.0, visitors=10, crowd=10,
    at_once=20,
)  # fmt: skip


def run(only: Sequence[str], options: Options, base: Base) -> dict[str, Any]:
    """All figures that are wanted; empty: all of them. Raises `swarm.Wrong`, and `ValueError` for a database that holds something."""
    base.check()
    _check_disk(options, only)
    core, rest = machine.two_cores()
    if rest is None:
        tell("Server and receivers share what there is: this system cannot pin, or has one core. Figures are rough.")
    else:
        os.sched_setaffinity(0, {rest})
    machine.raise_handles()
    options = replace(options, core=core)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(_measure(only or FIGURES, options, base))
    return {**_about(options, base), **found}


def _about(options: Options, base: Base) -> dict[str, Any]:
    common = about(Common(options.seconds, options.rounds, 0, options.core))
    database = f"SQLite {sqlite3.sqlite_version}"
    if base.url:
        with psycopg.connect(base.url) as connection:
            database = f"PostgreSQL {connection.info.server_version // 10_000}, fsync {_fsync(connection)}"
    has_aiohttp = importlib.util.find_spec("aiohttp") is not None
    return {
        **common,
        "database": database,
        "uvloop": version("uvloop"),
        "aiohttp": version("aiohttp") if has_aiohttp else None,
    }


def _fsync(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute("SHOW fsync").fetchone()
    return "unknown" if row is None else str(row[0])


def _check_disk(options: Options, only: Sequence[str]) -> None:
    if only and "backlog" not in only:
        return
    needed, free = options.backlog * _BYTES_A_ROW, shutil.disk_usage(tempfile.gettempdir()).free
    if needed > free:
        raise ValueError(
            f"--backlog: {options.backlog:,} rows need about {needed >> 20} MiB, and {free >> 20} MiB are free."
        )


async def _measure(figures: Sequence[str], options: Options, base: Base) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "rates" in figures:
        tell(f"rates: {options.facts * options.hooks:,} deliveries to {options.hooks} hooks, per CPU second")
        found["rates"] = await rates(base, options, tls=False)
    if "tls" in figures:
        tell("the same over TLS")
        found["tls"] = await rates(base, options, tls=True)
    if any(name in figures for name in ("lag", "sick", "backlog", "drain")):
        tell(f"lag at {options.rate} facts a second, {options.hooks} hooks")
        found["lag"] = await steady(base, options)
        tell(f"  p50 {found['lag']['p50_ms']} ms, p99 {found['lag']['p99_ms']} ms")
    if "sick" in figures:
        found["sick"] = {}
        for name, mode in SICK.items():
            tell(f"lag of the others while {options.sick} hooks: {name}")
            found["sick"][name] = await steady(base, options, mode)
            tell(f"  p95 {found['sick'][name]['p95_ms']} ms")
    if "backlog" in figures:
        tell(f"lag of the others while {options.backlog:,} rows wait for one hook")
        found["backlog"] = await backlog(base, options)
    if "drain" in figures:
        tell(f"{options.waiting:,} deliveries wait; their receiver comes back after {options.outage_s:g} s")
        found["drain"] = await drain(base, options)
    if "ack" in figures:
        tell(f"sending and its ack beside {options.crowd} hooks")
        found["ack"] = await ack(base, options)
    return found


# ── what is said ──────────────────────────────────────────────────────────────────────────────────────────────────


def report(found: dict[str, Any]) -> str:
    """The figures as text, with the goals of the contract."""
    pinned = "server and receivers on a core each" if found["pinned"] else "not pinned"
    lines = [
        f"Halloo {found['halloo']}, Python {found['python']}, {found['database']}, {found['system']}, {found['cpu']}, {pinned}."
    ]
    for name, title in (("rates", "deliveries per CPU second, plain HTTP"), ("tls", "deliveries per CPU second, TLS")):
        if name in found:
            lines += ["", *_rates(title, found[name], RATE_GOAL if name == "rates" else None)]
    if "lag" in found:
        lines += ["", *_lags(found)]
    if "drain" in found:
        one = found["drain"]
        said = (
            f"drain of {one['waiting']:,} after {one['outage_s']:g} s: {one['per_s']:,.0f} a second, {one['ratio']} of "
            f"{one['full_per_s']:,.0f} (goal: {DRAIN_GOAL}); first {one['first_after_s']} s after the return, "
            f"{one['left_for_later']} that had failed before wait for their own time"
        )
        lines += ["", said]
    if "ack" in found:
        lines += ["", *_acks(found["ack"])]
    return "\n".join(lines)


def _rates(title: str, figure: dict[str, Any], goal: int | None) -> list[str]:
    lines = [f"{title}, {figure['hooks']} hooks, 1 KiB, signed" + (f" (goal: {goal:,})" if goal else "")]
    for name, rate in figure["per_cpu_s"].items():
        ratio = figure["ratio"].get(name)
        wanted = f", goal {RATIO_GOAL}, aim {AIM}" if name == _BARE else ""
        lines.append(f"  {name:<12}{rate:>12,}" + ("" if ratio is None else f"   Halloo: {ratio} times{wanted}"))
    return lines


def _lags(found: dict[str, Any]) -> list[str]:
    base = found["lag"]
    first = (
        f"fact recorded → request: p50 {base['p50_ms']} ms (goal: {P50_GOAL_MS}), p95 {base['p95_ms']} ms, "
        f"p99 {base['p99_ms']} ms (goal: {P99_GOAL_MS})"
    )
    lines = [first]
    others = {f"a tenth of the hooks: {name}": one for name, one in found.get("sick", {}).items()}
    if "backlog" in found:
        others[f"{found['backlog']['rows']:,} rows wait for a dead hook"] = found["backlog"]
    if "drain" in found:
        others["while a backlog is drained"] = found["drain"]
    for name, one in others.items():
        same = one["p95_ms"] <= max(base["p95_ms"] * SAME_RATIO, base["p95_ms"] + SAME_MS)
        lines.append(f"  {name}: p95 of the others {one['p95_ms']} ms, {'unchanged' if same else 'changed'}")
    if "backlog" in found:
        grown = round(found["backlog"]["rss_mib"] - base["rss_mib"], 1)
        lines.append(f"  memory beside the dead hook's rows: {grown:+} MiB (goal: at most {MEMORY_GOAL_MIB})")
    return lines


def _acks(one: dict[str, Any]) -> list[str]:
    lines = [f"message send → ack beside {one['hooks']} hooks, {one['visitors']} visitors (goal: {ACK_GOAL} of none)"]
    for kind, figure in one["medians"].items():
        ratio = one["ratio"].get(kind)
        more = "" if ratio is None else f"; {ratio} of none, calm {one['calm_ratio'][kind]}"
        lines.append(
            f"  {kind:<8}{figure['per_s']:>8,.0f} a second, p50 {figure['p50_ms']:.1f} ms; calm: p50 {figure['calm_p50_ms']:.1f} ms, "
            f"p95 {figure['calm_p95_ms']:.1f} ms{more}"
        )
    return lines
