"""The posting itself: a few runners take what is next, build the request, wait for the answer, and hand on what came of it."""

import asyncio
import logging
from collections.abc import Callable

from msgspec.structs import replace

from halloo.hooks.address import Address
from halloo.hooks.lanes import Lanes, Turn
from halloo.hooks.model import BODY_MAX, HEAD_MAX, Attempt, envelope, webhook_id
from halloo.hooks.sign import REPLAY, TEST
from halloo.hooks.tally import HooksTally
from halloo.kit.clock import Clock
from halloo.kit.ids import new_id
from halloo.kit.outbound.client import Outbound
from halloo.kit.outbound.model import Exchange, Outcome, Request, Timings

DATA_MAX = 64 * 1024
"""Bytes of `data` that are sent."""
_IDLE_MAX = 256
"""Runners that wait for work; more than these end."""
_RETRY_AFTER_MAX = 100
"""Characters; a date has 29."""
_NO_TIME = Timings(0, 0, 0, 0, 0)
logger = logging.getLogger("halloo.hooks")
Finished = Callable[[Turn, Attempt, int], None]
"""Told what came of a turn, and when it began by the steady clock."""


Made = tuple[Request, bytes]
"""A request, and its head as it is kept."""


class Deliverer:
    """One for the process."""

    def __init__(
        self, outbound: Outbound, lanes: Lanes, clock: Clock, steady: Clock, tally: HooksTally, finished: Finished
    ) -> None:
        """`clock` is the one on the wall."""
        self._outbound = outbound
        self._lanes = lanes
        self._clock = clock
        self._steady = steady
        self._tally = tally
        self._finished = finished
        self._idle: list[asyncio.Future[None]] = []
        self._runners: set[asyncio.Task[None]] = set()
        self._stopping = False

    # ── runners ───────────────────────────────────────────────────────────────────────────────────────────────────

    def wake(self, count: int) -> None:
        """There may be work for so many."""
        idle = self._idle
        while count > 0 and idle:
            idle.pop().set_result(None)
            count -= 1
        loop = asyncio.get_running_loop()
        for _ in range(min(count, self._lanes.slots - len(self._runners))):
            runner = loop.create_task(self._run())
            self._runners.add(runner)
            runner.add_done_callback(self._runners.discard)

    async def stop(self, patience_s: float) -> None:
        """Begin nothing more, and let what is in flight end, for so long."""
        self._stopping = True
        for future in self._idle:
            future.set_result(None)
        self._idle.clear()
        if self._runners:
            await asyncio.wait(self._runners, timeout=patience_s)
        for runner in list(self._runners):
            runner.cancel()
        if self._runners:
            await asyncio.wait(self._runners)

    async def _run(self) -> None:
        loop, lanes, steady, clock = asyncio.get_running_loop(), self._lanes, self._steady, self._clock
        while not self._stopping:
            began = steady()
            turn = lanes.take(began)
            if turn is None:
                if len(self._idle) >= _IDLE_MAX:
                    return
                future: asyncio.Future[None] = loop.create_future()
                self._idle.append(future)
                await future
                continue
            lane = turn.lane
            if self._idle and lane.first and lane.in_flight < lane.cap.now:
                self.wake(1)
            try:
                address, now = lane.address, clock()
                made = self._request(turn, address, now)
                attempt = await self._send(address, made, now)
            except BaseException:
                lanes.done(lane, turn.kind)  # the row's lease runs out: it is attempted again
                raise
            lanes.done(lane, turn.kind)
            self._note(turn, attempt, began)

    def _note(self, turn: Turn, attempt: Attempt, began: int) -> None:
        self._count(attempt.exchange)
        try:
            self._finished(turn, attempt, began)
        except Exception:
            logger.exception("What came of a delivery could not be noted; it is attempted again")

    def _count(self, exchange: Exchange) -> None:
        self._tally.attempts[exchange.outcome] += 1
        if exchange.status is not None:
            self._tally.answer.observe(exchange.timings.answer / 1000)

    # ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _request(self, turn: Turn, address: Address, now: int) -> Made | Exchange:
        """What is to be sent, or why it is not."""
        if turn.row is None:
            light = turn.light
            assert light is not None  # noqa: S101 - a turn has one of them
            return _made(address, light.id, light.body, now, 1, 1)
        delivery = turn.row.delivery
        if not delivery.attempts and not delivery.series:
            self._tally.lag.observe(max(0, now - delivery.at) / 1000)
        if len(delivery.data) > DATA_MAX:
            return _unsent("too_large", f"{len(delivery.data)} bytes")
        marks = b"X-Halloo-Sequence: %d\r\n" % delivery.seq
        if delivery.series:
            marks += REPLAY
        body = envelope(delivery.workspace_id, delivery.event, delivery.data, delivery.at)
        id, count = webhook_id(delivery.fact_id).encode(), delivery.attempts + 1
        return _made(address, id, body, now, count, address.attempts_max, marks)

    async def test(self, address: Address, event: str, data: bytes) -> Attempt:
        """One test call, beside everything else."""
        now = self._clock()
        body = envelope(address.workspace_id, event, data, now)
        made = _made(address, webhook_id(new_id()).encode(), body, now, 1, 1, TEST)
        attempt = await self._send(address, made, now)
        self._count(attempt.exchange)
        return attempt

    async def _send(self, address: Address, made: Made | Exchange, now: int) -> Attempt:
        if isinstance(made, Exchange):
            return Attempt(now, address.text, b"", made)
        request, kept = made
        try:
            exchange = await self._outbound.send(request, address.limits)
        except Exception as error:
            logger.exception("A request failed in a way that it should not")
            exchange = _unsent("protocol", type(error).__name__)
        return Attempt(now, address.text, kept, _cut(exchange))


def _cut(exchange: Exchange) -> Exchange:
    """Without what is not kept of an answer (hooks contract 13): else a receiver says how much is stored with each attempt."""
    head, body, later = exchange.response_head, exchange.response_body, exchange.retry_after
    if len(head) <= HEAD_MAX and len(body) <= BODY_MAX and (later is None or len(later) <= _RETRY_AFTER_MAX):
        return exchange
    return replace(
        exchange,
        response_head=head[:HEAD_MAX],
        response_body=body[:BODY_MAX],
        truncated=exchange.truncated or len(body) > BODY_MAX,
        retry_after=None if later is None else later[:_RETRY_AFTER_MAX],
    )


def _unsent(outcome: Outcome, detail: str) -> Exchange:
    return Exchange(outcome, None, None, _NO_TIME, b"", b"", False, None, detail)


def _made(
    address: Address, id: bytes, body: bytes, now: int, count: int, limit: int, marks: bytes = b""
) -> Made | Exchange:
    url, letterhead = address.url, address.letterhead
    if url is None or letterhead is None:
        return _unsent("blocked_address", address.flaw)
    head = letterhead.write(id, body, now, count, limit, marks)
    return Request(url, head.written, body), head.kept
