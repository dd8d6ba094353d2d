"""The benchmarks measure what they say: wrong deliveries are found, and one command gives the figures."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from halloo.cli.bench.control import body
from halloo.cli.bench.relay import report
from halloo.cli.bench.swarm import Tally, Wrong
from halloo.relay.wire import text_frame
from tests.support.product import SOURCES


def feed(tally: Tally, *chunks: bytes) -> int:
    """What one socket gets, in pieces; the number that is due next."""
    expected, rest = 1, b""
    for chunk in chunks:
        expected, rest = tally.take(expected, rest + chunk)
    return expected


def frames(*numbers: int) -> bytes:
    return b"".join(text_frame(b'{"t":"event","data":' + body(n) + b"}") for n in numbers)


def test_a_body_has_200_bytes() -> None:
    assert len(body(1)) == len(body(9_999_999_999)) == 200


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
async def test_every_delivery_is_counted_however_the_bytes_are_cut(size: int) -> None:
    tally, data = Tally(), frames(1, 2, 3, 4)
    assert feed(tally, *(data[at : at + size] for at in range(0, len(data), size))) == 5
    assert feed(tally, data) == 5
    await tally.until(8, 1)
    assert tally.got == 8


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: frames(1, 3),
        lambda: frames(1, 1),
        lambda: frames(2, 1),
        lambda: frames(1, 2).replace(b"parcel", b"Parcel", 1),
    ],
    ids=["missed", "doubled", "out of order", "damaged"],
)
async def test_a_delivery_that_is_not_right_ends_the_benchmark(spoil: Callable[[], bytes]) -> None:
    tally = Tally()
    feed(tally, spoil())
    with pytest.raises(Wrong):
        await tally.until(2, 1)


async def test_deliveries_that_do_not_come_or_are_too_many_end_the_benchmark() -> None:
    tally = Tally()
    feed(tally, frames(1))
    with pytest.raises(Wrong, match="1 of 2 deliveries"):
        await tally.until(2, 0.05)
    await asyncio.sleep(0)
    feed(tally, frames(1, 2))
    with pytest.raises(Wrong, match="twice"):
        await tally.until(2, 0.05)


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HALLOO_")}
    command = [sys.executable, "-m", "halloo", "bench", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**own, "PYTHONPATH": str(SOURCES)})


def test_what_is_not_there_to_measure_is_refused() -> None:
    done = bench("relay", "--only", "rabbitmq")
    assert done.returncode == 1
    assert "There is no 'rabbitmq'" in done.stderr


@pytest.mark.slow
def test_one_command_gives_every_figure_beside_a_peer() -> None:
    size = ("--sockets", "60", "--seconds", "0.2", "--rounds", "1")
    only = ("halloo", "picows", "fanout", "echo", "reconnect", "stalled")
    done = bench("relay", *size, *(word for name in only for word in ("--only", name)), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    for figure in ("fanout 200", "fanout 2000"):
        assert found[figure]["sockets"] == 60
        assert set(found[figure]["x1"]["per_cpu_s"]) == {"halloo", "picows"}
        assert set(found[figure]["x10"]["ratio"]) == {"picows"}
    assert set(found["echo"]["x1"]["ratio"]) == {"picows"}
    assert found["reconnect"]["messages"] > 0
    assert found["stalled"]["not_reading"] == 1
    said = report(found)
    assert all(word in said for word in ("fanout 200", "fanout 2000", "echo", "reconnect of 60 sockets", "p99"))
