"""Receivers that say more than anybody wants to hear: memory stays bounded, and a 2xx in time still counts (hooks contract 5, F7)."""

import asyncio
import gzip
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.kit.outbound.receivers import HOST, PATIENT, Line, Script, outbound, post, receiving
from tests.support.certificates import certificate

BLOCK = b"x" * 65536
BOMB = gzip.compress(b"\0" * 50_000_000)
LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def flood(begin: bytes, block: bytes) -> Script:
    """Say something, and then the same for ever."""

    def script(line: Line) -> None:
        line.request()
        line.send(begin)
        while True:
            line.send(block)

    return script


FLOODS: dict[str, tuple[Script, str, int | None]] = {
    "10 GB": (flood(LENGTH, BLOCK), "success", 200),
    "10 GB of an error": (flood(LENGTH.replace(b"200 OK", b"500 Oh"), BLOCK), "status", 500),
    "no end": (flood(b"HTTP/1.1 200 OK\r\n\r\n", BLOCK), "success", 200),
    "endless chunks": (flood(CHUNKED, b"10000\r\n" + BLOCK + b"\r\n"), "success", 200),
    "endless small chunks": (flood(CHUNKED, b"1\r\nx\r\n" * 10_000), "success", 200),
    "an endless chunk extension": (flood(CHUNKED + b"1;", BLOCK), "success", 200),
    "endless trailers": (flood(CHUNKED + b"0\r\n", b"A: b\r\n" * 10_000), "success", 200),
    "a gzip bomb": (
        flood(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB), BOMB),
        "success",
        200,
    ),
    "10,000 headers": (flood(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 10_000, b"A: b\r\n"), "head_too_large", None),
    "an endless header": (flood(b"HTTP/1.1 200 OK\r\nA: ", BLOCK), "head_too_large", None),
    "endless 1xx": (flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), "protocol", None),
    "endless 1xx with large heads": (
        flood(b"", b"HTTP/1.1 103 Hints\r\nA: " + BLOCK[:30_000] + b"\r\n\r\n"),
        "protocol",
        None,
    ),
    "endless noise": (flood(b"", BLOCK), "protocol", None),
}


@pytest.mark.parametrize("kind", FLOODS)
async def test_f7_a_flood_ends_with_the_caps(kind: str) -> None:
    script, outcome, status = FLOODS[kind]
    with receiving(script) as receiver:
        async with outbound() as client:
            began = time.monotonic()
            found = await client.send(post(receiver.url()), PATIENT)
            assert (found.outcome, found.status) == (outcome, status), found.detail
            assert len(found.response_body) <= 16 * 1024
            assert len(found.response_head) <= 32 * 1024
            assert found.truncated == (status is not None)
            assert client.idle == 0
            assert time.monotonic() - began < 5, "the caps ended it, not the clocks"


async def test_a_flood_leaves_others_their_turn() -> None:
    with receiving(flood(LENGTH, BLOCK)) as receiver:
        async with outbound() as client:
            longest = 0.0

            async def watch() -> None:
                nonlocal longest
                while True:
                    began = time.monotonic()
                    await asyncio.sleep(0.01)
                    longest = max(longest, time.monotonic() - began)

            watching = asyncio.ensure_future(watch())
            found = await asyncio.gather(*(client.send(post(receiver.url()), PATIENT) for _ in range(50)))
            watching.cancel()
            assert {one.outcome for one in found} == {"success"}
            assert longest < 1.0


def stall(begin: bytes) -> Script:
    """Say something, and no more."""

    def script(line: Line) -> None:
        line.request()
        line.send(begin)
        line.wait(60)

    return script


OPENSSL = 48 * 1024
"""What its library takes for a connection over TLS: 32 KiB of keys and certificates, and a record that is not complete."""
LARGE_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\nA: " + BLOCK[:32_000] + b"\r\n\r\n"
LARGE: dict[str, Script] = {
    "10 GB behind a large head": flood(LARGE_HEAD, BLOCK),
    "an endless header": FLOODS["an endless header"][0],
    "a gzip bomb": FLOODS["a gzip bomb"][0],
    "a large head that stalls": stall(LARGE_HEAD[:-2]),
    "a large body that stalls": stall(LARGE_HEAD + BLOCK[:16_000]),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", LARGE)
@pytest.mark.parametrize("secured", [False, True])
def test_f7_an_attempt_takes_64_kib_at_most(kind: str, tmp_path: Path, *, secured: bool) -> None:
    """A hundred at once, in a process of their own; what is counted is all of its memory."""
    context = certificate(tmp_path, names=[HOST]) if secured else None
    with receiving(LARGE[kind], context) as receiver:
        said = subprocess.check_output(
            [
                sys.executable,
                "-m",
                "tests.kit.outbound.flooded",
                receiver.url(),
                "100",
                str(tmp_path / "ca.pem") if secured else "",
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(("src", "."))},
            timeout=120,
        )
    found = json.loads(said)
    assert found["outcomes"] in (["success"], ["head_too_large"], ["timeout"])
    assert found["head"] > 60
    assert found["each"] - found["body"] <= 64 * 1024 + (OPENSSL if secured else 0), found
