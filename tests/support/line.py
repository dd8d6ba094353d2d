"""A connection to the relay that never gives up, as the browser's is (`web/packages/core/src/session.ts`).

It keeps a position for each stream, reconnects with full jitter, asks again where an offset is missing, and says `lost` where the
log does not fill the gap. With more than one address a line that broke is made anew at the next one.
"""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.history import History
from tests.support.reach import QUICK, TROUBLE, Manner, Reach, Trouble

Frame = dict[str, Any]
Await = Callable[[], Awaitable[None]]
GONE = 1006
_STOP = frozenset({4400, 4403, 4404, 4413})
_LATER = frozenset({4009, 4429})
_RENEW = 4401
_RESTART = 1012


class Offline(Exception):
    """The line broke before an answer came: nobody knows whether it was done."""


class Owner(Protocol):
    """Whose line it is."""

    async def relay_token(self, port: int) -> str:
        """Get a token for the `connect` frame. Raises `Trouble` or what `Reach.http` raises."""
        ...

    def took(self, frame: Frame) -> None:
        """Take an event of a followed stream: in order, once."""
        ...

    def lost(self, stream: str) -> None:
        """Load a snapshot, then `follow` its position."""
        ...


@dataclass
class _Followed:
    epoch: str | None
    offset: int
    state: str = "reading"


@dataclass
class Line:
    """One tab's connection. `run` it as a task."""

    owner: Owner
    who: str
    reach: Reach
    hello: Frame
    history: History
    chance: random.Random
    manner: Manner = QUICK
    at: int = 0
    """Which of the ports comes first."""
    connects: int = 0
    recovered: int = 0
    lost: int = 0
    codes: list[int] = field(default_factory=list[int])
    quiet: list[float] = field(default_factory=list[float])
    """How long the visitor was told that there is no line, each time."""
    live: asyncio.Event = field(default_factory=asyncio.Event)
    reading: asyncio.Event = field(default_factory=asyncio.Event)
    receive_buffer: int = 0
    stopped: int | None = None
    _streams: dict[str, _Followed] = field(default_factory=dict[str, _Followed])
    _asked: dict[str, asyncio.Future[Frame]] = field(default_factory=dict[str, asyncio.Future[Frame]])
    _late: set[str] = field(default_factory=set[str])
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _socket: ClientConnection | None = None
    _token: str | None = None
    _requests: int = 0
    _failures: int = 0
    _come_back: float | None = None
    _broken_at: float | None = None
    _down: bool = False

    def __post_init__(self) -> None:
        """Read, until somebody clears `reading`."""
        self.reading.set()

    # ── the life of a line ────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Connect, and again, until cancelled or told to stop."""
        try:
            while True:
                code = await self._once()
                self._drop(code)
                if code in _STOP:
                    self.stopped = code
                    return
                await self._wait(code)
        finally:
            self._drop(0)
            if self._socket is not None:
                self._socket.transport.abort()
            for task in self._tasks:
                task.cancel()

    async def _once(self) -> int:
        """One connection, and the code that it ended with."""
        self._become("connecting")
        socket: ClientConnection | None = None
        try:
            async with asyncio.timeout(self.manner.connect):
                if self._token is None:
                    self._token = await self.owner.relay_token(self.port)
                socket = self._socket = await self._open()
                self._late.clear()
                wants = [self._wish(id) for id in self._streams]
                await socket.send(
                    json.dumps({**self.hello, "t": "connect", "v": 1, "token": self._token, "streams": wants})
                )
                ping_s = 25.0
                while not self.live.is_set():
                    for frame in await self._read(socket):
                        ping_s = float(frame.get("ping_s", ping_s))
                        self._take(frame)
            await self._listen(socket, ping_s)
        except ConnectionClosed as error:
            return GONE if error.rcvd is None else error.rcvd.code
        except (*TROUBLE, Trouble, ValueError) as error:
            self.history.note(f"{type(error).__name__}: {str(error)[:80]}", self.who)
        finally:
            self._socket = None
            if socket is not None:
                socket.transport.abort()
        return GONE

    def break_off(self) -> None:
        """Cut the line, as a lost network would; a new one is made."""
        if self._socket is not None:
            self._socket.transport.abort()

    @property
    def port(self) -> int:
        """Where it connects now."""
        return self.reach.ports[self.at % len(self.reach.ports)]

    async def _open(self) -> ClientConnection:
        settings: dict[str, Any] = {"origin": self.reach.origin, "host": "127.0.0.1", "port": self.port}
        if self.receive_buffer:
            settings["sock"] = await _small(self.port, self.receive_buffer)
            del settings["host"], settings["port"]
        address = self.reach.origin.replace("http://", "ws://") + "/relay"
        return await connect(
            address,
            open_timeout=self.manner.connect,
            close_timeout=0.2,
            ping_interval=None,
            compression=None,
            proxy=None,  # pyright: ignore[reportArgumentType] - wider than its stub says
            max_queue=4,
            max_size=None,
            **settings,
        )

    async def _listen(self, socket: ClientConnection, ping_s: float) -> None:
        """Until the line breaks; when nothing was heard for a while, a ping finds out whether it is still there."""
        steady = time.monotonic() + 5
        silent = False
        while True:
            await self.reading.wait()
            try:
                async with asyncio.timeout(self.manner.pong if silent else ping_s):
                    frames = await self._read(socket)
            except TimeoutError:
                if silent or not self.reading.is_set():
                    raise
                silent = True
                await socket.send('{"t":"ping"}')
                continue
            silent = False
            if time.monotonic() > steady:
                self._failures = 0
            for frame in frames:
                self._take(frame)

    @staticmethod
    async def _read(socket: ClientConnection) -> list[Frame]:
        text = await socket.recv()
        return [json.loads(row) for row in str(text).split("\n") if row]

    def _drop(self, code: int) -> None:
        if code:
            self.codes.append(code)
            self.history.note(f"line to port {self.port} ended with {code}", self.who)
        self.live.clear()
        for stream in self._streams.values():
            if stream.state == "asking":
                stream.state = "reading"
        waiting, self._asked = self._asked, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(Offline())

    async def _wait(self, code: int) -> None:
        self._become("waiting")
        if code == _RENEW:
            self._token = None
        if code in (GONE, _RESTART):
            self.at += 1
        most = min(self.manner.patience, self.manner.base * 2**self._failures)
        delay = self.chance.random() * most if self._come_back is None else self._come_back
        self._come_back = None
        self._failures += 1
        await asyncio.sleep(self.manner.later if code in _LATER else delay)

    def _become(self, status: str) -> None:
        """Reckon what the visitor is told, by the rule of `quiet.tsx`: a line that waits for two seconds is said to be down."""
        now = time.monotonic()
        if self._broken_at is not None and now - self._broken_at >= self.manner.quiet:
            self._down = True
        broken = status == "waiting" or (status == "connecting" and self._down)
        if not broken and self._broken_at is not None:
            if self._down:
                self.quiet.append(now - self._broken_at - self.manner.quiet)
                self.history.note(f"the visitor saw the quiet line for {self.quiet[-1]:.1f} s", self.who)
            self._broken_at, self._down = None, False
        elif broken and self._broken_at is None:
            self._broken_at = now

    # ── frames ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, frame: Frame) -> None:
        kind = frame["t"]
        if kind == "connected":
            self.connects += 1
            self._positions(frame, self._late)
        elif kind == "live":
            self._become("live")
            self.live.set()
            for id in list(self._late):
                self._subscribe(id)
            self._late.clear()
        elif kind == "event":
            self._event(frame)
        elif kind in ("ack", "ok", "error"):
            future = self._asked.pop(str(frame.get("id")), None)
            if future is not None and not future.done():
                future.set_result(frame)
        elif kind == "reconnect":
            self._come_back = frame["after_ms"] / 1000

    def _positions(self, frame: Frame, waiting: set[str] | None = None) -> None:
        for found in frame.get("streams", ()):
            stream = self._streams.get(found["id"])
            if stream is None or found["id"] in (waiting or ()):
                continue
            if stream.epoch is None:
                stream.epoch, stream.offset, stream.state = found["epoch"], found["offset"], "reading"
            elif found["recovered"]:
                self.recovered += 1
                stream.state = "reading"
            else:
                self.lost += 1
                stream.state = "lost"
                self.history.note(f"{found['id']} was not recovered", self.who)
                self.owner.lost(found["id"])

    def _event(self, frame: Frame) -> None:
        stream = self._streams.get(frame["stream"])
        if stream is None or stream.state != "reading" or frame["offset"] <= stream.offset:
            return
        if stream.epoch is not None and frame["offset"] > stream.offset + 1:
            stream.state = "asking"
            self.history.note(f"{frame['stream']} jumped from {stream.offset} to {frame['offset']}", self.who)
            self._subscribe(frame["stream"])
            return
        stream.offset = frame["offset"]
        self.owner.took(frame)

    def follow(self, id: str, position: Frame | None = None) -> None:
        """Read a stream from a position on, or from its head."""
        known = self._streams.get(id)
        if known is not None and position is None:
            return
        stream = _Followed(None, 0) if position is None else _Followed(position["epoch"], position["offset"])
        if known is not None and known.state != "lost" and known.epoch == stream.epoch:
            return
        self._streams[id] = stream
        self._subscribe(id)

    def _wish(self, id: str) -> Frame:
        stream = self._streams[id]
        return {"id": id} if stream.epoch is None else {"id": id, "epoch": stream.epoch, "offset": stream.offset}

    def _subscribe(self, id: str) -> None:
        if not self.live.is_set():
            self._late.add(id)
            return
        task = asyncio.create_task(self._ask_for(id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask_for(self, id: str) -> None:
        with contextlib.suppress(Offline):
            answer = await self.ask({"t": "subscribe", "streams": [self._wish(id)]})
            if answer["t"] == "ok":
                self._positions(answer)
            elif self._socket is not None:
                self.history.note(f"asked for {id}: {answer}", self.who)
                self._socket.transport.abort()

    async def ask(self, frame: Frame) -> Frame:
        """Send a frame that is answered, and return the answer. Raises `Offline` where the line breaks before."""
        socket = self._socket
        if socket is None or not self.live.is_set():
            raise Offline
        self._requests += 1
        id = str(self._requests)
        future = self._asked[id] = asyncio.get_running_loop().create_future()
        try:
            await socket.send(json.dumps({**frame, "id": id}))
        except TROUBLE:
            self._asked.pop(id, None)
            self.live.clear()  # whoever tries again waits until the line was made anew
            raise Offline from None
        return await future


async def _small(port: int, size: int) -> Any:
    """A socket that takes little, so that a reader who stops is felt at once."""
    import socket

    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    return sock
