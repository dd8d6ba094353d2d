"""The clients: many that download over and over, and one that moves a large file, is cut in the middle, and goes on."""

import asyncio
import hashlib
import http.client
import random
import time
from typing import Any

from halloo.cli.bench.files.node import KEY, UNTIL
from halloo.cli.bench.files.servers import Server
from halloo.cli.bench.swarm import Wrong
from halloo.kit.ids import new_id

MIB = 1024 * 1024
_PATIENCE_S = 600
_TRIES = 5
_SETTLE_S = 0.1
_RETRY_S = 5
"""What the answer of a storage that is busy asks for."""


def file_path(file_id: str) -> str:
    """Where Halloo serves it."""
    return f"/files/{file_id}/{KEY}/film.mp4?until={UNTIL}"


class Downloads(asyncio.Protocol):
    """A connection that asks for the same file again and again, until it is told to stop, and counts what came whole."""

    def __init__(self, path: str, size: int) -> None:
        """`size`: what each answer has to have."""
        self._request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        self._size, self._left, self._head = size, -1, b""
        self._transport: Any = None
        self.count, self.wrong = 0, ""
        self.stopping = False
        self.stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The first request."""
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._left, self._head = -1, b""
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Bytes of an answer; all of one before the next is asked for."""
        size = len(data)
        if self._left < 0:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._head[:end].lower()
            if not head.startswith(b"http/1.1 200") or b"content-length: %d" % self._size not in head:
                self._end(f"This is not the file: {head[:200]!r}")
                return
            self._left, size = self._size, len(self._head) - end - 4
        self._left -= size
        if self._left == 0:
            self.count += 1
            if self.stopping:
                self._end("")
            else:
                self._ask()

    def _end(self, wrong: str) -> None:
        self.wrong = wrong
        self._transport.close()
        if not self.stopped.done():
            self.stopped.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Over."""
        if not self.stopped.done():
            self._end(f"The line broke: {exc}")


async def download(server: Server, path: str, size: int, connections: int, seconds: float) -> tuple[float, float]:
    """Keep a server busy: how many files came whole, and the CPU seconds they took it."""
    loop = asyncio.get_running_loop()
    before = server.cpu_s()
    made = [
        (await loop.create_connection(lambda: Downloads(path, size), "127.0.0.1", server.port))[1]
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds)
    for one in made:
        one.stopping = True
    async with asyncio.timeout(_PATIENCE_S):
        await asyncio.gather(*(one.stopped for one in made))
    cpu = server.cpu_s() - before
    wrong = next((one.wrong for one in made if one.wrong), "")
    if wrong:
        raise Wrong(f"{server.name}: {wrong}")
    return sum(one.count for one in made), cpu


class Content:
    """Bytes of a file of any size, without holding it: a block that is different at each place."""

    def __init__(self, size: int) -> None:
        """`size`: how many."""
        self.size = size
        self._block = random.Random(size).randbytes(MIB)  # noqa: S311 - data to compare

    def piece(self, start: int, end: int) -> bytes:
        """Those from `start` up to `end`, no further than the mebibyte they begin in."""
        number, at = divmod(start, MIB)
        block = number.to_bytes(8, "big") + self._block[8:]
        return block[at : min(MIB, at + end - start)]

    def digest(self) -> str:
        """SHA-256 of all."""
        found = hashlib.sha256()
        for start in range(0, self.size, MIB):
            found.update(self.piece(start, self.size))
        return found.hexdigest()


def upload(server: Server, content: Content, cuts: int = 1) -> tuple[str, float]:
    """Bring the file, with the line broken `cuts` times on the way: its id, and the seconds. Raises `Wrong`."""
    upload_id, began = new_id(), time.monotonic()
    path = f"/uploads/{upload_id}?token=bytes-{content.size}"
    for number in range(cuts):
        _send(
            server, "PUT" if number == 0 else "PATCH", path, content, _offset(server, path), (number + 1) / (cuts + 1)
        )
    said: bytes | None = None
    for again in range(_TRIES):
        start = _settled(server, path)
        if not again and bool(cuts) != (0 < start < content.size):
            raise Wrong(f"{start} bytes are there after {cuts} cuts.")
        said = _send(server, "PATCH" if start else "PUT", path, content, start, 1)
        if said is not None and b'"storage_unavailable"' in said:
            time.sleep(_RETRY_S)
        elif said is None or b'"upload_offset"' not in said:
            break
    if said is None or content.digest().encode() not in said:
        raise Wrong(f"What was uploaded is not what is there: {said!r}")
    return upload_id, time.monotonic() - began


def _settled(server: Server, path: str) -> int:
    """How much is there, once it grows no more: what a broken line brought may still be on its way to the disk."""
    before, now = -1, _offset(server, path)
    while before != now:
        time.sleep(_SETTLE_S)
        before, now = now, _offset(server, path)
    return now


def _offset(server: Server, path: str) -> int:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_PATIENCE_S)
    line.request("HEAD", path)
    found = line.getresponse().getheader("upload-offset")
    line.close()
    return int(found or 0)


def _send(server: Server, method: str, path: str, content: Content, start: int, part: float) -> bytes | None:
    """Send what follows `start`, and break the line after that part of the whole; the answer where it was not broken."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_PATIENCE_S)
    line.putrequest(method, path)
    line.putheader("content-length", str(content.size - start))
    line.putheader("upload-offset", str(start))
    line.endheaders()
    at, end = start, int(content.size * part)
    while at < end:
        piece = content.piece(at, end)
        line.send(piece)
        at += len(piece)
    try:
        return line.getresponse().read() if part == 1 else None
    finally:
        line.close()


def fetch(server: Server, file_id: str, content: Content, cuts: int = 1) -> float:
    """Read the file and compare every byte, with the line broken `cuts` times on the way: the seconds. Raises `Wrong`."""
    began, at = time.monotonic(), 0
    for number in range(cuts + 1):
        at = _read(server, file_id, content, at, content.size * (number + 1) // (cuts + 1))
    return time.monotonic() - began


def _read(server: Server, file_id: str, content: Content, start: int, end: int) -> int:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_PATIENCE_S)
    try:
        line.request("GET", file_path(file_id), headers={"range": f"bytes={start}-"} if start else {})
        with line.getresponse() as answer:
            if answer.status != (206 if start else 200):
                raise Wrong(f"A download from {start} is answered with {answer.status}.")
            _compare(answer, content, start, end)
    finally:
        line.close()
    return end


def _compare(answer: http.client.HTTPResponse, content: Content, start: int, end: int) -> None:
    while start < end:
        wanted = content.piece(start, end)
        if answer.read(len(wanted)) != wanted:
            raise Wrong(f"What was downloaded differs behind byte {start}.")
        start += len(wanted)
