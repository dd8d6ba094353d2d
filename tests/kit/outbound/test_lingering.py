"""Receivers that answer and then take nothing more: no connection stays open for them (hooks contract 5)."""

import contextlib
from pathlib import Path

import pytest

from tests.kit.outbound.receivers import HOST, OK, PATIENT, Line, outbound, post, receiving, until
from tests.support.certificates import certificate

MUCH = b"x" * 16_000_000
"""More than the system takes in for a receiver that does not read."""
TIMES = 5


def sockets() -> int:
    """How many this process has open."""
    found = 0
    for file in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found += str(file.readlink()).startswith("socket:")
    return found


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("more", [b"", b"Connection: close\r\n"], ids=["kept", "closed"])
async def test_a_connection_ends_though_the_request_was_never_taken(tmp_path: Path, *, tls: bool, more: bytes) -> None:
    def answer_unasked(line: Line) -> None:
        line.sock.recv(1_000)
        line.send(OK.replace(b"\r\n\r\n", b"\r\n" + more + b"\r\n"))
        line.wait(60)

    context = certificate(tmp_path, names=[HOST]) if tls else None
    with receiving(answer_unasked, context) as receiver:
        async with outbound(ca_file=str(tmp_path / "ca.pem") if tls else "") as client:
            before = sockets()
            for _ in range(TIMES):
                exchange = await client.send(post(receiver.url(), MUCH), PATIENT)
                assert (exchange.outcome, exchange.status) == ("success", 200)
            await until(lambda: sockets() == before + TIMES)  # those of the receiver's side
