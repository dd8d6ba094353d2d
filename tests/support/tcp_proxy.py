"""A TCP proxy on loopback that makes a line bad: it delays, cuts in mid-frame, hangs, slices to one byte, limits the rate.

It knows no protocol, so that it stands between client and server as well as between server and Valkey or PostgreSQL. It runs in a
thread of its own; what chance decides comes from the seed.
"""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Literal

from tests.support.ports import free_port

Fault = Literal["delay", "cut", "hang", "one byte", "slow", "none"]
FAULTS: tuple[Fault, ...] = ("delay", "cut", "hang", "one byte", "slow")
DELAY_S = 0.3
RATE = 20_000
"""Bytes a second of a slow line, in each direction."""
_CHUNK = 16 * 1024
_RESET = struct.pack("ii", 1, 0)


class _Pair:
    """A client's connection and ours to the server."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.ends = (client, server)
        self.doomed = False

    def cut(self, *, reset: bool) -> None:
        """End both sides, politely or as a lost machine would."""
        for end in self.ends:
            if reset:
                sock: socket.socket = end.get_extra_info("socket")
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                end.transport.abort()
            else:
                end.close()


class TcpProxy:
    """Hands `port` on to `upstream`, as badly as it was last told."""

    def __init__(self, upstream: int, chance: random.Random) -> None:
        """Not listening yet; see `proxying`."""
        self.upstream = upstream
        self.port = free_port()
        self.fault: Fault = "none"
        self.passed = 0
        """Bytes that went through."""
        self.cuts = 0
        self._chance = chance
        self._pairs: set[_Pair] = set()
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._tasks: set[asyncio.Task[None]] = set()

    def misbehave(self, fault: Fault) -> None:
        """From now on do this wrong; `none`: nothing. What hung goes on where it was."""
        self._on_loop(lambda: self._turn(fault))

    def cut_all(self) -> None:
        """Cut every connection now."""
        self._on_loop(self._cut_all)

    def _on_loop(self, act: Callable[[], None]) -> None:
        done = threading.Event()

        def run() -> None:
            act()
            done.set()

        self._loop.call_soon_threadsafe(run)
        assert done.wait(5), "the proxy's thread does not answer"

    def _turn(self, fault: Fault) -> None:
        self.fault = fault
        if fault == "hang":
            self._flowing.clear()
        else:
            self._flowing.set()
        if fault == "cut":
            for pair in self._pairs:
                pair.doomed = True

    def _cut_all(self) -> None:
        for pair in list(self._pairs):
            self._cut(pair)

    def _cut(self, pair: _Pair) -> None:
        if pair in self._pairs:
            self.cuts += 1
            self._pairs.discard(pair)
            pair.cut(reset=self._chance.random() < 0.5)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            writer.transport.abort()
            return
        pair = _Pair(writer, back_writer)
        self._pairs.add(pair)
        for end in pair.ends:
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ways = [
            asyncio.create_task(self._pump(reader, back_writer, pair)),
            asyncio.create_task(self._pump(back_reader, writer, pair)),
        ]
        self._tasks.update(ways)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if pair in self._pairs:
            self._pairs.discard(pair)
            pair.cut(reset=False)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        self._tasks.difference_update(ways)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pair: _Pair) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._flowing.wait()
                if pair.doomed and len(data) > 1:
                    writer.write(data[: self._chance.randrange(1, len(data))])
                    await asyncio.sleep(0.01)
                    self._cut(pair)
                    return
                await self._pass(data, writer)
                self.passed += len(data)

    async def _pass(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        if self.fault == "delay":
            await asyncio.sleep(self._chance.uniform(0, DELAY_S))
        elif self.fault == "one byte":
            for at in range(len(data)):
                if self.fault != "one byte":
                    writer.write(data[at:])
                    break
                writer.write(data[at : at + 1])
                await asyncio.sleep(0)
            await writer.drain()
            return
        elif self.fault == "slow":
            await asyncio.sleep(len(data) / RATE)
        writer.write(data)
        await writer.drain()

    def run(self, ready: threading.Event) -> None:
        """The proxy's thread."""
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        ready.set()
        self._loop.run_forever()
        server.close()
        self._cut_all()
        left = [task for task in asyncio.all_tasks(self._loop) if not task.done()]
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    def stop(self) -> None:
        """Let the thread end."""
        self._loop.call_soon_threadsafe(self._loop.stop)


@contextmanager
def proxying(upstream: int, chance: random.Random) -> Generator[TcpProxy]:
    """Serve a port with what `upstream` answers."""
    proxy = TcpProxy(upstream, chance)
    ready = threading.Event()
    thread = threading.Thread(target=proxy.run, args=(ready,), daemon=True)
    thread.start()
    assert ready.wait(5), "the proxy did not start"
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join(5)


def schedule(chance: random.Random, seconds: float) -> list[tuple[Fault, float]]:
    """Each fault once, in an order and of lengths that chance decides; `seconds` together."""
    order = list(FAULTS)
    chance.shuffle(order)
    weights = [chance.uniform(0.7, 1.3) for _ in order]
    return [(fault, seconds * weight / sum(weights)) for fault, weight in zip(order, weights, strict=True)]
