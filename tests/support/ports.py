"""Ports for servers of tests, such that tests which run side by side never get the same one."""

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import IO

FIRST, LAST = 20_000, 30_000
"""Below those that systems give to connections that go out: what was free a moment ago is not taken by one of them."""


def free_port() -> int:
    """Return a port that is free, and that no other process of tests gets while this one lives."""
    for _, port in zip(range(FIRST, LAST), _circle(), strict=False):
        if _is_ours(port) and _is_free(port):
            return port
    raise RuntimeError("There is no free port.")


@cache
def _circle() -> Iterator[int]:
    """Go on behind the last one: who has just been stopped may still be spoken to."""
    return cycle(range(FIRST, LAST))


@cache
def _claims() -> IO[bytes]:
    """A file of which each byte stands for a port: who has locked it has the port, and a process that ends has none."""
    return (Path(tempfile.gettempdir()) / f"halloo-ports-{os.getuid()}").open("ab")


def _is_ours(port: int) -> bool:
    try:
        fcntl.lockf(_claims(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
