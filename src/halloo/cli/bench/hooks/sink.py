"""The receivers of the benchmark in one process: a bare asyncio protocol that looks at every request and writes down what it saw.

`python -m halloo.cli.bench.hooks.sink <control port> <port> <receivers> <file> [<certificate>]`. Receiver `n` listens on address
`127.0.1.n`, so that each is a host of its own; with a certificate (PEM, key and chain) over TLS. Every body is measured and its
signature is checked. What was seen goes into a file of fixed records, which `read_seen` reads. Header names are taken as Halloo
writes them.
"""

import asyncio
import base64
import hashlib
import hmac
import ssl
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, cast

import uvloop

from halloo.cli.bench.control import serve

OK, HANG, FAIL, DRIP, REFUSE = range(5)
"""How a receiver behaves: answers 200, never answers, answers 500, sends its answer a byte a second, takes no connections."""
_RECORD = struct.Struct("<HHIQ16s")
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_FAILED = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
_DRIP_S = 1.0
_HEAD_MAX = 16_384


def address(number: int) -> str:
    """Where receiver `number`, from 1 on, listens."""
    return f"127.0.1.{number}"


class Seen(NamedTuple):
    """One request: who got it, as which attempt, the fact's number (0 where it has none), when (UNIX nanoseconds), the fact's id."""

    receiver: int
    attempt: int
    seq: int
    at_ns: int
    fact: bytes


def read_seen(path: Path) -> Iterator[Seen]:
    """What a sink has written down, in the order in which it came."""
    for fields in _RECORD.iter_unpack(path.read_bytes()):
        yield Seen(*fields)


class Sink:
    """All receivers together."""

    def __init__(self, file: Path, context: ssl.SSLContext | None) -> None:
        """`file`: where `dump` writes to; `context`: of their TLS."""
        self._file = file
        self._context = context
        self._servers: dict[int, asyncio.Server] = {}
        self._ports: dict[int, int] = {}
        self._keys: dict[int, bytes] = {}
        self.modes: dict[int, int] = {}
        self.records = bytearray()
        self.requests: dict[int, int] = {}
        self.lines: dict[int, set[asyncio.Transport]] = {}
        """Who is connected."""
        self.connections = 0
        self.wrong = 0
        """Requests that were not what a web hook is, or whose signature was wrong."""

    async def open(self, number: int, port: int) -> None:
        """Let receiver `number` listen."""
        self._ports[number] = port
        self.modes.setdefault(number, OK)
        self.requests.setdefault(number, 0)
        loop = asyncio.get_running_loop()
        self._servers[number] = await loop.create_server(
            lambda: _Line(self, number), address(number), port, ssl=self._context, backlog=1024
        )

    # ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def behave(self, first: int, last: int, mode: int) -> int:
        """From now on receivers `first` to `last` behave so."""
        for number in range(first, last + 1):
            self.modes[number] = mode
            server = self._servers.pop(number, None)
            if mode == REFUSE and server is not None:
                server.close()
                for line in list(self.lines.get(number, ())):
                    line.abort()
            elif server is not None:
                self._servers[number] = server
            elif mode != REFUSE:
                await self.open(number, self._ports[number])
        return mode

    async def counts(self) -> dict[str, int]:
        """Requests by receiver since the last `forget`, and what was wrong."""
        return {
            **{str(number): count for number, count in self.requests.items() if count},
            "wrong": self.wrong,
            "connections": self.connections,
        }

    async def total(self) -> int:
        """Requests since the last `forget`."""
        return len(self.records) // _RECORD.size

    async def expect(self, number: int, *key: int) -> int:
        """Check signatures of receiver `number` with this key, 32 numbers; without one do not."""
        if key:
            self._keys[number] = bytes(key)
        else:
            self._keys.pop(number, None)
        return len(self._keys)

    async def forget(self) -> int:
        """Count anew."""
        self.records.clear()
        self.requests = dict.fromkeys(self.requests, 0)
        self.wrong = self.connections = 0
        return 0

    async def dump(self) -> int:
        """Write down what was seen; how many requests."""
        self._file.write_bytes(self.records)
        return len(self.records) // _RECORD.size

    # ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────

    def take(self, number: int, headers: dict[bytes, bytes], body: bytes) -> bool:
        """Write down one request; False where it is no web hook."""
        id_, at = headers.get(b"webhook-id", b""), headers.get(b"webhook-timestamp", b"")
        attempt, seq = headers.get(b"X-Delivery-Attempt-Count", b""), headers.get(b"X-Halloo-Sequence", b"0")
        if not (id_.startswith(b"msg_") and at.isdigit() and attempt.isdigit() and seq.isdigit()):
            return False
        fact = bytes.fromhex(id_[4:].decode())
        self.records += _RECORD.pack(number, int(attempt), int(seq), time.time_ns(), fact)
        self.requests[number] += 1
        key = self._keys.get(number)
        if key is not None:
            mac = hmac.digest(key, id_ + b"." + at + b"." + body, hashlib.sha256)
            if headers.get(b"webhook-signature", b"").partition(b" ")[0] != b"v1," + base64.b64encode(mac):
                self.wrong += 1
        return True


class _Line(asyncio.Protocol):
    """One connection."""

    __slots__ = ("_number", "_rest", "_sink", "_transport")

    def __init__(self, sink: Sink, number: int) -> None:
        self._sink = sink
        self._number = number
        self._rest = b""
        self._transport = cast("asyncio.Transport", None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._sink.connections += 1
        self._sink.lines.setdefault(self._number, set()).add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        self._sink.lines[self._number].discard(self._transport)

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        while data:
            end = data.find(b"\r\n\r\n") + 4
            if end < 4:  # noqa: PLR2004 - not found
                break
            lines = data[: end - 4].split(b"\r\n")
            headers = {name: value for name, _, value in (line.partition(b": ") for line in lines[1:])}
            whole = end + int(headers.get(b"Content-Length", b"0"))
            if len(data) < whole:
                break
            if not self._sink.take(self._number, headers, data[end:whole]):
                self._sink.wrong += 1
                self._transport.abort()
                return
            self._answer()
            data = data[whole:]
        self._rest = data
        if len(data) > _HEAD_MAX * 10:
            self._transport.abort()

    def _answer(self) -> None:
        mode = self._sink.modes[self._number]
        if mode == OK:
            self._transport.write(_ANSWER)
        elif mode == FAIL:
            self._transport.write(_FAILED)
        elif mode == DRIP:
            self._drip(0)

    def _drip(self, at: int) -> None:
        if self._transport.is_closing() or at >= len(_ANSWER):
            return
        self._transport.write(_ANSWER[at : at + 1])
        asyncio.get_running_loop().call_later(_DRIP_S, self._drip, at + 1)


async def _main(control: int, port: int, receivers: int, file: Path, certificate: str) -> None:
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    sink = Sink(file, context)
    for number in range(1, receivers + 1):
        await sink.open(number, port)
    await serve(
        control, {name: getattr(sink, name) for name in ("behave", "counts", "total", "expect", "forget", "dump")}
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    _control, _port, _receivers, _file, *_certificate = sys.argv[1:]
    uvloop.run(_main(int(_control), int(_port), int(_receivers), Path(_file), "".join(_certificate)))
