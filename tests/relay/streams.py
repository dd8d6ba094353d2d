"""A client of HTTP streaming over plain TCP, which knows nothing of the server's code."""

import asyncio
import json
import socket
from dataclasses import dataclass, field
from typing import Any, Self

from tests.relay.house import ORIGIN
from tests.support.pace import PATIENCE_S

Json = dict[str, Any]
_opened: list[asyncio.StreamWriter] = []


def hang_up() -> None:
    """Cut every connection that a test has opened; every test with streams ends with it."""
    while _opened:
        writer = _opened.pop()
        writer.transport.abort()
        writer.close()


@dataclass
class Answer:
    """An answer: status, headers by lower-case name, and where its body is read from."""

    status: int
    headers: dict[str, str]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def body(self) -> bytes:
        """A body of known length, or in chunks to its end."""
        if "content-length" in self.headers:
            return await self.reader.readexactly(int(self.headers["content-length"]))
        body = b""
        if self.headers.get("transfer-encoding") == "chunked":
            while part := await chunk(self.reader):
                body += part
        return body


async def chunk(reader: asyncio.StreamReader) -> bytes:
    """The next chunk; empty at the end of the body."""
    size = int(await reader.readuntil(b"\r\n"), 16)
    return (await reader.readexactly(size + 2))[:-2]


async def dial(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which nothing was said yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    _opened.append(writer)
    return reader, writer


async def ask(
    port: int, path: str, body: bytes = b"", method: str = "POST", origin: str | None = ORIGIN, **further: str
) -> Answer:
    """One request on a connection of its own."""
    reader, writer = await dial(port)
    headers = {
        "Host": f"127.0.0.1:{port}",
        "Content-Type": "text/plain;charset=utf-8",
        "Content-Length": str(len(body)),
    }
    if origin is not None:
        headers["Origin"] = origin
    headers.update({name.replace("_", "-"): value for name, value in further.items()})
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
    return await answer(reader, writer)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer:
    """The head of an answer."""
    raw = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
    first, *lines = raw.decode().split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return Answer(int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}, reader, writer)


@dataclass
class Stream:
    """A stream that is open. `pings` counts empty lines."""

    port: int
    answer: Answer
    session: str = ""
    pings: int = 0
    _rest: bytes = b""
    _lines: list[bytes] = field(default_factory=list[bytes])

    @classmethod
    async def open(cls, port: int, **connect: Any) -> Self:
        """`POST /relay/stream` with a `connect` frame."""
        hello: Json = {"t": "connect", "v": 1, "tab": "t", "streams": [], **connect}
        answer = await ask(port, "/relay/stream", json.dumps(hello).encode())
        assert answer.status == 200, answer.status
        return cls(port, answer)

    @classmethod
    async def live(cls, port: int, **connect: Any) -> Self:
        """A stream that is live; what came before is swallowed."""
        stream = await cls.open(port, **connect)
        stream.session = (await stream.until("connected"))["session"]
        await stream.until("live")
        return stream

    async def hear(self, seconds: float = PATIENCE_S) -> Json:
        """The next frame."""
        while True:
            while not self._lines:
                part = await asyncio.wait_for(chunk(self.answer.reader), seconds)
                if not part:
                    raise EOFError
                *self._lines, self._rest = (self._rest + part).split(b"\n")
            line = self._lines.pop(0)
            if line:
                found: Json = json.loads(line)
                return found
            self.pings += 1

    async def until(self, t: str, seconds: float = PATIENCE_S) -> Json:
        """The next frame of a kind; others are passed over."""
        while (frame := await self.hear(seconds))["t"] != t:
            pass
        return frame

    async def closed(self, seconds: float = PATIENCE_S) -> int:
        """The code of the last line, behind which the body ends."""
        frame = await self.until("close", seconds)
        try:
            await self.hear(seconds)
        except EOFError:
            return int(frame["code"])
        raise AssertionError("something came behind the close")

    async def say(self, *frames: Json, **fields: Any) -> Answer:
        """`POST /relay/send`."""
        lines = [json.dumps(frame) for frame in (frames or (fields,))]
        return await ask(self.port, "/relay/send", "\n".join([self.session, *lines]).encode())

    def stop_reading(self) -> None:
        """Let what comes pile up."""
        self.answer.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        self.answer.writer.transport.pause_reading()  # type: ignore[attr-defined] - wider than its stub says

    def read_on(self) -> None:
        """Read again."""
        self.answer.writer.transport.resume_reading()  # type: ignore[attr-defined] - wider than its stub says

    def cut(self) -> None:
        """Hang up."""
        self.answer.writer.transport.abort()
