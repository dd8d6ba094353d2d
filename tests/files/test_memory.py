"""What the storage host's process holds in memory: a large file up and down over lines that are cut, and many slow ones at once."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from halloo.cli.bench.files.client import MIB, Content, file_path, upload
from halloo.cli.bench.files.run import moved
from halloo.cli.bench.files.servers import Server, halloo
from halloo.kit.ids import new_id
from tests.support.bucket import BUCKET, running_bucket


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.mark.parametrize(("twin", "size"), [("local", 256 * MIB), ("objects", 64 * MIB)])
def test_a_large_file_is_cut_and_resumed_each_way_in_little_memory(
    twin: str, size: int, tmp_path: Path, stack: ExitStack
) -> None:
    store = ("", "")
    if twin == "objects":
        store = (f"s3://{BUCKET}/large", stack.enter_context(running_bucket()))
    server = stack.enter_context(halloo(tmp_path, None, *store))
    assert moved(server, Content(size))["memory_above_idle_mib"] < 50


def test_many_slow_lines_share_a_budget(tmp_path: Path, stack: ExitStack) -> None:
    server = stack.enter_context(halloo(tmp_path, None))
    content = Content(16 * MIB)
    file_id, _ = upload(server, content, cuts=0)
    idle = server.rss_bytes()
    lines = [stack.enter_context(_line(server)) for _ in range(160)]
    for line in lines[:100]:
        line.sendall(f"GET {file_path(file_id)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    for line in lines[100:]:
        path = f"/uploads/{new_id()}?token=bytes-{content.size}"
        line.sendall(f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {content.size}\r\n\r\n".encode())
        line.sendall(content.piece(0, MIB))
    for line in lines[:100]:
        assert line.recv(100).startswith(b"HTTP/1.1 200")
    assert server.peak_bytes() - idle < 100 * MIB
    upload(server, content, cuts=0)


def _line(server: Server) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    line.settimeout(30)
    line.connect(("127.0.0.1", server.port))
    return line
