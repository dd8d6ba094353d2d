"""A WebSocket client that may do everything wrong."""

import asyncio
import socket
from typing import Any, Self

import msgspec

from tests.relay.house import ORIGIN, House
from tests.support.pace import PATIENCE_S

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def headers(house: House, **changes: str | None) -> list[tuple[str, str]]:
    """The headers of a browser, some changed; None leaves one out."""
    usual: dict[str, str | None] = {
        "Host": f"127.0.0.1:{house.port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": KEY,
        "Origin": ORIGIN,
    }
    usual.update({name.replace("_", "-"): value for name, value in changes.items()})
    return [(name, value) for name, value in usual.items() if value is not None]


def frame(
    payload: bytes, opcode: int = 1, *, fin: bool = True, rsv: int = 0, masked: bool = True, size: int = -1
) -> bytes:
    """A frame of a client; `size` lies about the length."""
    length = len(payload) if size < 0 else size
    mask_bit = 0x80 if masked else 0
    head = bytes([(0x80 if fin else 0) | rsv | opcode])
    if length < 126:
        head += bytes([mask_bit | length])
    elif length < 65536:
        head += bytes([mask_bit | 126]) + length.to_bytes(2, "big")
    else:
        head += bytes([mask_bit | 127]) + length.to_bytes(8, "big")
    if not masked:
        return head + payload
    mask = b"\x01\x02\x03\x04"
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


class Raw:
    """A TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, house: House) -> Self:
        raw = cls(*await asyncio.open_connection("127.0.0.1", house.port))
        house.writers.append(raw.writer)
        return raw

    async def ask(self, lines: list[tuple[str, str]], target: str = "/relay", method: str = "GET") -> int:
        """Send a request, and the status of its answer."""
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
        self.writer.write(head.encode())
        answer = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
        return int(answer.split(b" ", 2)[1])

    def send(self, *frames: bytes) -> None:
        self.writer.write(b"".join(frames))

    async def next(self) -> tuple[int, bytes]:
        """Opcode and payload of the next frame of the server."""
        first, second = await asyncio.wait_for(self.reader.readexactly(2), PATIENCE_S)
        size = second
        if second > 125:
            size = int.from_bytes(await self.reader.readexactly(2 if second == 126 else 8), "big")
        return first & 15, await self.reader.readexactly(size)

    async def closed(self) -> int:
        """The code of the server's close frame; what comes before is passed over."""
        while True:
            opcode, payload = await self.next()
            if opcode == 8:
                return int.from_bytes(payload[:2], "big") if payload else 1005

    def say(self, **fields: Any) -> None:
        self.send(frame(msgspec.json.encode(fields)))

    def connect(self, **fields: Any) -> None:
        self.say(**{"t": "connect", "v": 1, "tab": "t", "streams": [], **fields})

    async def until(self, part: bytes) -> bytes:
        """The next message that holds `part`."""
        while part not in (payload := (await self.next())[1]):
            pass
        return payload

    async def frames(self) -> list[dict[str, Any]]:
        """The frames of the next text message."""
        while True:
            opcode, payload = await self.next()
            if opcode == 1:
                return [msgspec.json.decode(line) for line in payload.split(b"\n")]

    def stop_reading(self) -> None:
        """Let what comes pile up."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        self.writer.transport.pause_reading()  # type: ignore[attr-defined] - wider than its stub says

    def read_on(self) -> None:
        """Read again."""
        self.writer.transport.resume_reading()  # type: ignore[attr-defined] - wider than its stub says

    async def end(self) -> bytes:
        """What comes until the server closes the connection."""
        return await asyncio.wait_for(self.reader.read(), PATIENCE_S)

    def cut(self) -> None:
        self.writer.transport.abort()


async def upgraded(house: House) -> Raw:
    """A connection whose upgrade was answered."""
    raw = await Raw.open(house)
    assert await raw.ask(headers(house)) == 101
    return raw
