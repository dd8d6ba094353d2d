"""The broker over Valkey or Redis: publish and subscribe between nodes, hashes with an end for what nodes keep.

One task holds the line: it connects, subscribes, writes in batches and listens, and begins anew with jitter when the line breaks.
Each node says once a second that it is there and must hear itself say so; that is how a server that hangs is found within about
two seconds. What is published while the line is down is dropped and counted: nobody waits, and the log has the facts.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Protocol, cast

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from halloo.kit.clock import SECOND
from halloo.kit.ids import new_id
from halloo.relay.broker import BrokerTally, Kept, Listener, Note, SendNote, tell
from halloo.relay.broker_address import check_address, check_options
from halloo.relay.envelope import BYE, PULSE, Envelope, pack, pack_note, unpack
from halloo.relay.keeping import Keeping
from halloo.relay.outgoing import Names, Outgoing
from halloo.relay.peers import Peers

logger = logging.getLogger("halloo.relay")
LIFE_MS = 30 * SECOND
_PULSE_S = 1.0
_UNHEARD_MAX = 2
"""Pulses of its own that a node may miss."""
_ANSWER_S = 1.0
_KEPT_S = 0.5
_STOP_S = 1.0
_PAUSE_S = (0.05, 2.0)
_CHANNELS = 1_000
_CONNECTIONS = 16
_ASKED_AT_ONCE = 8


class CutOffError(Exception):
    """The server does not answer any more."""


class _Subscriber(Protocol):
    """What is used of redis-py's `PubSub`."""

    async def subscribe(self, *channels: str) -> Any: ...
    async def unsubscribe(self, *channels: str) -> Any: ...
    async def get_message(self, *, timeout: float | None) -> dict[str, Any] | None: ...  # noqa: ASYNC109 - the library's
    async def aclose(self) -> None: ...


class ValkeyBroker:
    """See `halloo.relay.broker.Broker`, whose guarantees it gives."""

    def __init__(self, url: str, prefix: str = "halloo", life_ms: int = LIFE_MS) -> None:
        """Raises `ValueError` with a sentence for an address that cannot be one. What a dead node kept lives for `life_ms`."""
        self.node = new_id()
        self.up = False
        self.tally = BrokerTally("valkey")
        self._pool = _open_pool(
            check_address(url),
            max_connections=_CONNECTIONS,
            protocol=2,
            socket_timeout=_ANSWER_S,
            socket_connect_timeout=_ANSWER_S,
            retry=Retry(NoBackoff(), 0),
        )
        check_options(self._pool)
        self._client: Any = Redis(connection_pool=self._pool)
        self._names = Names(prefix)
        self._life_s = life_ms / 1000
        self._keeping = Keeping(prefix, self.node, life_ms)
        self._peers = Peers(life_ms)
        self._listeners: list[Listener] = []
        self._changed: list[Callable[[bool], None]] = []
        self._reach: list[Callable[[list[str]], None]] = []
        self._gone: list[Callable[[str], None]] = []
        self._wanted: Counter[str] = Counter()
        self._confirmed: set[str] = set()
        self._outgoing = Outgoing(self.tally)
        self._number = 0
        self._unheard = 0
        self._wants = asyncio.Event()
        self._ready = asyncio.Event()
        self._asking = asyncio.Semaphore(_ASKED_AT_ONCE)
        self._line: asyncio.Task[None] | None = None
        self._stopping = False

    # ── the port ──────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def complete(self) -> bool:
        """See `Broker.complete`."""
        return self.up and not self._peers.lost

    def on_change(self, listener: Callable[[bool], None]) -> None:
        """See `Broker.on_change`."""
        self._changed.append(listener)

    def on_reach(self, listener: Callable[[list[str]], None]) -> None:
        """See `Broker.on_reach`."""
        self._reach.append(listener)

    def on_gone(self, listener: Callable[[str], None]) -> None:
        """See `Broker.on_gone`."""
        self._gone.append(listener)

    def listen(self, listener: Listener) -> None:
        """See `Broker.listen`."""
        self._listeners.append(listener)

    def publish(self, note: Note) -> None:
        """See `Broker.publish`."""
        named = note.node if isinstance(note, SendNote) else None
        if named in {None, self.node}:
            tell(self._listeners, note)
        if named == self.node:
            return
        if not self.up:
            self.tally.lost_notes += 1
            return
        self._number += 1
        self._outgoing.put(self._names.of(note), pack_note(self.node, self._number, note))

    def want(self, workspace_id: str) -> None:
        """See `Broker.want`."""
        self._wanted[workspace_id] += 1
        self._wants.set()

    def unwant(self, workspace_id: str) -> None:
        """See `Broker.unwant`."""
        self._wanted[workspace_id] -= 1
        if self._wanted[workspace_id] <= 0:
            del self._wanted[workspace_id]
        self._wants.set()

    def keep(self, workspace_id: str, kind: str, id: str, value: bytes | None) -> None:
        """See `Broker.keep`."""
        self._keeping.put((workspace_id, kind), id, value)
        self._outgoing.wake.set()

    async def kept(self, workspace_id: str, kind: str) -> list[Kept]:
        """See `Broker.kept`."""
        found = self._keeping.here((workspace_id, kind))
        if self.up:
            try:
                async with self._asking, asyncio.timeout(_KEPT_S):
                    found += await self._keeping.elsewhere(self._client, (workspace_id, kind))
            except (RedisError, OSError, TimeoutError, UnicodeDecodeError) as error:
                logger.debug("What other nodes keep could not be asked: %s", type(error).__name__)
        return found

    async def start(self) -> None:
        """See `Broker.start`."""
        if self._line is None:
            self._line = asyncio.get_running_loop().create_task(self._hold())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ANSWER_S):
                    await self._ready.wait()
            if not self.up:
                logger.warning("The broker does not answer yet; the server works, and asks the log until it does.")

    async def stop(self) -> None:
        """See `Broker.stop`."""
        if self._line is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_S):
                while self.up and not self._outgoing.idle:  # noqa: ASYNC110 - the last notes, once in a life
                    await asyncio.sleep(0.005)
        was_up, self._stopping = self.up, True
        self._line.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._line
        self._line = None
        if was_up:
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(_STOP_S):
                    await self._say_goodbye()
        self.up = False
        self._listeners.clear()
        await self._pool.disconnect()

    async def _say_goodbye(self) -> None:
        pipe = self._client.pipeline(transaction=False)
        self._keeping.end(pipe)
        pipe.publish(self._names.all, pack(self.node, 0, BYE))
        await pipe.execute()

    # ── the line ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _hold(self) -> None:
        pause, most = _PAUSE_S
        while not self._stopping:
            began = time.monotonic()
            try:
                await self._connect()
            except* (RedisError, OSError, TimeoutError, CutOffError, UnicodeError) as errors:
                self._lose(errors.exceptions[0])
            except* Exception:
                logger.exception("The broker's line broke for a reason nobody expected")
                self._lose(None)
            if self._stopping:
                return
            if time.monotonic() - began > most:
                pause = _PAUSE_S[0]
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter
            pause = min(most, pause * 2)

    def _lose(self, error: BaseException | None) -> None:
        self._outgoing.drop_all()
        self._confirmed.clear()
        if self.up:
            self.up = False
            self.tally.drops += 1
            self._ready.clear()
            logger.warning("The broker is out of reach (%s); the log is asked until it is back.", type(error).__name__)
            tell(self._changed, False)

    async def _connect(self) -> None:
        """Live on one connection until it breaks."""
        subscriber: _Subscriber = self._client.pubsub()
        subscribed = asyncio.Event()
        self._confirmed.clear()
        self._unheard = 0
        self._wants.set()
        try:
            async with asyncio.timeout(2 * _ANSWER_S):
                self._keeping.begin()
                await subscriber.subscribe(self._names.node(self.node))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(subscriber, subscribed))
                tasks.create_task(self._subscribe(subscriber))
                async with asyncio.timeout(2 * _ANSWER_S):
                    await subscribed.wait()
                tasks.create_task(self._write())
        finally:
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(_ANSWER_S):
                    await subscriber.aclose()
            await self._pool.disconnect()

    async def _subscribe(self, subscriber: _Subscriber) -> None:
        """Ask for what is wanted, the channel of all at last: once that is confirmed, so is the rest."""
        asked: set[str] = set()
        first = True
        while True:
            await self._wants.wait()
            self._wants.clear()
            wanted = set(self._wanted)
            for group in _groups(self._names.workspace(one) for one in wanted - asked):
                await subscriber.subscribe(*group)
            for group in _groups(self._names.workspace(one) for one in asked - wanted):
                await subscriber.unsubscribe(*group)
            self._confirmed &= wanted
            asked = wanted
            if first:
                await subscriber.subscribe(self._names.all)
                first = False

    async def _read(self, subscriber: _Subscriber, subscribed: asyncio.Event) -> None:
        read = 0
        while True:
            message = await subscriber.get_message(timeout=None)
            read += 1
            if read % 100 == 0:
                await asyncio.sleep(0)  # others get their turn, however much there is to read
            if message is None:
                continue
            if message["type"] == "message":
                self._take(message["data"])
            elif message["type"] == "subscribe":
                self._subscribed(message["channel"].decode(), subscribed)

    def _subscribed(self, channel: str, subscribed: asyncio.Event) -> None:
        if channel == self._names.all:
            subscribed.set()
        elif (workspace_id := self._names.workspace_in(channel)) is not None:
            self._confirmed.add(workspace_id)
            if self.up:
                tell(self._reach, [workspace_id])

    def _take(self, message: bytes) -> None:
        envelope = unpack(message)
        if envelope is None:
            self.tally.garbled += 1
        elif envelope.node == self.node:
            if envelope.body == PULSE:
                self._hear_myself()
        elif envelope.body == BYE and not envelope.number:
            self._peers.leave(envelope.node)
            tell(self._gone, envelope.node)
        else:
            self._hear(envelope)

    def _hear(self, envelope: Envelope) -> None:
        if self._peers.hear(envelope.node, _now()) and self.up:
            tell(self._reach, list(self._confirmed))
        if not envelope.number or not self._peers.is_news(envelope.node, envelope.number):
            return
        note = envelope.note()
        if note is None:
            self.tally.garbled += 1
        else:
            self.tally.received += 1
            tell(self._listeners, note)

    def _hear_myself(self) -> None:
        self._unheard = 0
        if not self.up:
            self.up = True
            self._peers.begin(_now())
            self._ready.set()
            logger.info("The broker is there.")
            tell(self._changed, True)
            tell(self._reach, list(self._confirmed))

    async def _write(self) -> None:
        pulse_at = refresh_at = 0.0
        task = asyncio.current_task()
        while (
            task is not None and not task.cancelling()
        ):  # the library's time-outs of no time at all can swallow a cancellation
            now = time.monotonic()
            if now >= refresh_at:
                refresh_at = now + self._life_s / 2
                pipe = self._client.pipeline(transaction=False)
                answered = self._keeping.refresh(pipe)
                answered(await self._execute(pipe))
            pipe = self._client.pipeline(transaction=False)
            if now >= pulse_at:
                pulse_at = now + _PULSE_S
                self._tick()
                pipe.publish(self._names.all, pack(self.node, 0, PULSE))
            self._keeping.write(pipe)
            self._outgoing.write(pipe)
            if len(pipe):
                await self._execute(pipe)
            await self._outgoing.more(min(pulse_at, refresh_at) - time.monotonic())

    async def _execute(self, pipe: Any) -> list[Any]:
        async with asyncio.timeout(_ANSWER_S):
            answers: list[Any] = await pipe.execute()
        task = asyncio.current_task()
        if (
            task is not None and task.cancelling()
        ):  # the library's time-outs of no time at all can swallow a cancellation
            raise asyncio.CancelledError
        return answers

    def _tick(self) -> None:
        if self._unheard >= _UNHEARD_MAX:
            raise CutOffError
        self._unheard += 1
        for node in self._peers.tick(_now()):
            tell(self._gone, node)


_open_pool: Callable[..., ConnectionPool] = cast("Any", ConnectionPool).from_url


def _now() -> int:
    return time.monotonic_ns() // 1_000_000


def _groups(channels: Iterable[str]) -> list[list[str]]:
    every = list(channels)
    return [every[start : start + _CHANNELS] for start in range(0, len(every), _CHANNELS)]
