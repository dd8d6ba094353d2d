"""The benchmark of hooks finds what is missed, doubled or signed wrongly, and one command gives every figure."""

import asyncio
import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from halloo.cli.bench import machine
from halloo.cli.bench.hooks import sink as sinks
from halloo.cli.bench.hooks.evidence import Lag, check, lags
from halloo.cli.bench.hooks.ground import Base, Told
from halloo.cli.bench.hooks.house import Process
from halloo.cli.bench.hooks.payload import BODY_BYTES, COMMON, EVENTS, payload
from halloo.cli.bench.hooks.run import report
from halloo.cli.bench.hooks.sink import Seen, read_seen
from halloo.cli.bench.swarm import Wrong
from halloo.hooks.model import envelope
from tests.support.postgres import APP, OWNER, Postgres
from tests.support.product import SOURCES

TOLD = [Told(number, bytes([number]) * 16, COMMON, number * 1000) for number in (1, 2, 3)]


def seen(receiver: int, *numbers: int, late_ms: int = 5) -> list[Seen]:
    return [Seen(receiver, 1, n, (n * 1000 + late_ms) * 1_000_000, bytes([n]) * 16) for n in numbers]


def everything(_receiver: int, _event: str) -> bool:
    return True


def test_a_body_has_as_many_bytes_as_it_should() -> None:
    for name in (COMMON, *EVENTS):
        assert len(envelope("w" * 36, name, payload("w" * 36, name), 1506985696616)) == BODY_BYTES
    assert len(EVENTS) == 25


def test_what_came_once_everywhere_is_right() -> None:
    found = [*seen(1, 3, 1, 2), *seen(2, 1, 2, 3), *seen(9, 1)]
    assert check(found, TOLD, everything, [1, 2]) == 6
    assert sorted(lags(found, TOLD, [1])) == [5, 5, 5]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: seen(1, 1, 2),
        lambda: seen(1, 1, 2, 3, 3),
        lambda: [*seen(1, 1, 2), *seen(1, 4)],
        lambda: [*seen(1, 1, 2), Seen(1, 1, 2, 0, bytes([3]) * 16)],
        list[Seen],
    ],
    ids=["missed", "doubled", "of others", "another number", "nothing"],
)
def test_what_is_not_right_ends_the_benchmark(spoil: Callable[[], list[Seen]]) -> None:
    with pytest.raises(Wrong):
        check(spoil(), TOLD, everything, [1])


def test_lags_are_of_the_first_request() -> None:
    found = [*seen(1, 1, late_ms=3), *seen(1, 1, late_ms=900), *seen(2, 1, late_ms=7)]
    assert lags(found, TOLD, [1]) == [3]
    assert Lag.of(range(1, 101)) == Lag(100, 51, 96, 100, 100)
    with pytest.raises(Wrong):
        Lag.of([])


async def test_a_receiver_sees_everything_and_behaves_as_told(tmp_path: Path) -> None:
    import httpx

    (port,) = machine.free_ports(1)
    sink = Process("sink", [Process, port, 2, tmp_path / "seen"]).start()
    url = f"http://{sinks.address(1)}:{port}/hooks"
    headers = {
        "X-Delivery-Attempt-Count": "3",
        "X-Halloo-Sequence": "7",
        "webhook-id": f"msg_{'ab' * 16}",
        "webhook-timestamp": "1",
    }
    written = [(name.encode(), value.encode()) for name, value in headers.items()]
    try:
        async with httpx.AsyncClient(timeout=60) as client:
            before = time.time_ns()
            assert (await client.post(url, content=b"{}", headers=written)).status_code == 200
            await sink.ask(f"behave 1 1 {sinks.FAIL}")
            assert (await client.post(url, content=b"{}", headers=written)).status_code == 500
            for mode in (sinks.HANG, sinks.DRIP):
                await sink.ask(f"behave 1 1 {mode}")
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(client.post(url, content=b"{}", headers=written), 3)
            await sink.ask("expect 1 " + " ".join(["0"] * 32))
            await sink.ask(f"behave 1 1 {sinks.OK}")
            assert (await client.post(url, content=b"{}", headers=written)).status_code == 200
            await sink.ask(f"behave 1 1 {sinks.REFUSE}")
            with pytest.raises(httpx.TransportError):
                await client.post(url, content=b"{}", headers=written)
            await sink.ask(f"behave 1 1 {sinks.OK}")
            assert (await client.post(url, content=b"{}", headers=written)).status_code == 200
        assert await sink.ask("dump") == 6
        counts = await sink.ask("counts")
    finally:
        sink.stop()
    assert (counts["1"], counts["wrong"]) == (6, 2)
    first = next(read_seen(tmp_path / "seen"))
    assert first[:3] + first[4:] == (1, 3, 7, b"\xab" * 16)
    assert before <= first.at_ns <= time.time_ns()


def test_a_file_of_what_was_seen_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "seen").write_bytes(b"x" * 31)
    with pytest.raises(struct.error):
        list(read_seen(tmp_path / "seen"))


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HALLOO_")}
    command = [sys.executable, "-m", "halloo", "bench", "hooks", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**own, "PYTHONPATH": str(SOURCES)})


def test_what_is_not_there_to_measure_is_refused() -> None:
    done = bench("--only", "kafka")
    assert done.returncode == 1
    assert "There is no 'kafka'" in done.stderr


def only(figures: Iterable[str]) -> list[str]:
    return [part for figure in figures for part in ("--only", figure)]


def measured(done: subprocess.CompletedProcess[str], database: str, *figures: str) -> Any:
    """What a run of these figures found, each of which shows what it should, as a table and as JSON."""
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["database"].startswith(database)
    assert {*figures, "halloo", "python", "cpu"} <= found.keys()
    for name in {"rates", "tls"}.intersection(figures):
        assert found[name]["per_cpu_s"].keys() == {"halloo", "connection", "outbound", "aiohttp"}
        assert found[name]["deliveries"] == 200
        assert all(one["failed"] == 0 for one in found[name]["rounds"]["connection"])
    if "lag" in figures:
        assert found["lag"]["count"] >= 10
        assert found["lag"]["attempts"]["success"] >= 10
    return found


@pytest.mark.slow
def test_one_command_gives_every_figure() -> None:
    # but for the drain, which waits for the probe of a breaker
    figures = ("rates", "tls", "lag", "sick", "backlog", "ack")
    found = measured(bench("--quick", "--json", *only(figures)), "SQLite", *figures)
    expected = {"hang": "timeout", "500": "status", "refuse": "connect", "drip": "timeout"}
    for name, outcome in expected.items():
        assert found["sick"][name]["attempts"][outcome] >= 1, name
    assert found["backlog"]["rows"] >= 2_000
    assert found["ack"]["ratio"].keys() == {"others", "all"}
    said = report(found)
    for words in ("plain HTTP", "TLS", "p99", "refuse", "rows wait for a dead hook", "send → ack"):
        assert words in said


@pytest.mark.slow
@pytest.mark.postgresql
def test_one_command_measures_on_postgresql(postgres: Postgres) -> None:
    postgres.create("bench_hooks")
    try:
        addresses = (postgres.url(APP, "bench_hooks"), postgres.url(OWNER, "bench_hooks"))
        where = ("--database-url", addresses[0], "--owner-url", addresses[1])
        measured(bench("--quick", "--json", *only(("rates", "lag")), *where), "PostgreSQL", "rates", "lag")
        assert Base(*addresses).tables() == []
    finally:
        postgres.drop("bench_hooks")


@pytest.mark.slow
@pytest.mark.postgresql
def test_a_database_that_holds_something_is_left_alone(postgres: Postgres) -> None:
    import psycopg

    postgres.create("bench_full")
    try:
        owner = postgres.url(OWNER, "bench_full")
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("CREATE TABLE precious (id int)")
        done = bench("--quick", "--database-url", postgres.url(APP, "bench_full"), "--owner-url", owner)
        assert done.returncode == 1
        assert "not empty (precious)" in done.stderr
        assert Base(postgres.url(APP, "bench_full"), owner).tables() == ["precious"]
    finally:
        postgres.drop("bench_full")
