"""The second port of every server of the relay benchmark: commands come as lines, each is answered with a line of JSON."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import msgspec

TEXT = ("Where is my parcel? It should have been here last week. " * 3)[:145]
Command = Callable[..., Awaitable[Any]]


def body(n: int) -> bytes:
    """The body of message `n`: 200 bytes, with its number and the time it was made at (nanoseconds, CLOCK_MONOTONIC)."""
    return b'{"n":"%010d","at":"%019d","text":"%s"}' % (n, time.monotonic_ns(), TEXT.encode())


async def breathe(sockets: int, slice_of: int = 500) -> None:
    """Let the loop write what was published: nothing of one message is joined with the next."""
    for _ in range(sockets // slice_of + 2):
        await asyncio.sleep(0)


async def serve(port: int, commands: Mapping[str, Command]) -> None:
    """Take commands for as long as the server lives."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            name, *words = line.decode().split()
            answer = await commands[name](*(float(word) if "." in word else int(word) for word in words))
            writer.write(msgspec.json.encode(answer) + b"\n")
        writer.close()

    await asyncio.start_server(talk, "127.0.0.1", port)


class Asked(Protocol):
    """Where commands go."""

    async def ask(self, command: str) -> Any:
        """One command and its answer."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


class Control:
    """The other end: sends commands from the client's loop."""

    def __init__(self, port: int) -> None:
        """Not connected yet."""
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, command: str) -> Any:
        """One command and its answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(f"{command}\n".encode())
        return msgspec.json.decode(await reader.readline())

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def answers(port: int) -> bool:
    """Whether somebody takes commands there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
