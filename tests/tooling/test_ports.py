"""Tests that run side by side never get the same port."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ports
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
COUNT = 20
TAKE = f"""
from tests.support.ports import free_port
print(*(free_port() for _ in range({COUNT})), flush=True)
input()
"""


def test_no_two_processes_have_the_same_port() -> None:
    others = [
        subprocess.Popen(
            [sys.executable, "-c", TAKE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    taken = [free_port() for _ in range(COUNT)]
    for other in others:
        assert other.stdout is not None
        taken += map(int, other.stdout.readline().split())
    for other in others:
        other.communicate("\n")
    assert len(set(taken)) == len(taken) == 3 * COUNT


def test_a_port_that_somebody_listens_at_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    free = free_port()
    with socket.create_server(("127.0.0.1", 0)) as server:
        circle = iter((server.getsockname()[1], free))
        monkeypatch.setattr(ports, "_circle", lambda: circle)
        assert free_port() == free
