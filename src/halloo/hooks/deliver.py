"""The posting itself: a few runners take what is next, build the request, wait for the answer, and hand on what came of it."""

import asyncio
import logging
from collections.abc import Callable

from halloo.hooks.address import Address
from halloo.hooks.lanes import Lane, Lanes, Row, Turn
from halloo.hooks.light import LightEvent
from halloo.hooks.model import Attempt, envelope, webhook_id
from halloo.hooks.sign import REPLAY, TEST
from halloo.hooks.tally import HooksTally
from halloo.kit.clock import Clock
from halloo.kit.ids import new_id
from halloo.kit.outbound.client import Outbound
from halloo.kit.outbound.model import Exchange, Outcome, Request, Timings

DATA_MAX = 64 * 1024
"""Bytes of `data` that are sent."""
_IDLE_MAX = 64
"""Runners that wait for work; more than these end."""
_NO_TIME = Timings(0, 0, 0, 0, 0)
logger = logging.getLogger("halloo.hooks")
Finished = Callable[[Turn, Attempt, int], None]
"""Told what came of a turn, and when it began by the steady clock."""


def _unsent(outcome: Outcome, detail: str) -> Exchange:
    return Exchange(outcome, None, None, _NO_TIME, b"", b"", False, None, detail)  # noqa: FBT003 - nothing was cut


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
        loop = asyncio.get_running_loop()
        while not self._stopping:
            turn = self._lanes.take(self._steady())
            if turn is not None:
                lane = turn.lane
                if self._idle and lane.waiting and lane.in_flight < lane.cap.now:
                    self.wake(1)
                await self._carry_out(turn)
                continue
            if len(self._idle) >= _IDLE_MAX:
                return
            future: asyncio.Future[None] = loop.create_future()
            self._idle.append(future)
            await future

    async def _carry_out(self, turn: Turn) -> None:
        began = self._steady()
        try:
            attempt = await self._attempt(turn)
        except BaseException:
            self._lanes.done(turn.lane, turn.kind)  # the row's lease runs out: it is attempted again
            raise
        self._tally.attempts[attempt.exchange.outcome] += 1
        if attempt.exchange.status is not None:
            self._tally.answer.observe(attempt.exchange.timings.answer / 1000)
        self._lanes.done(turn.lane, turn.kind)
        try:
            self._finished(turn, attempt, began)
        except Exception:
            logger.exception("What came of a delivery could not be noted; it is attempted again")

    # ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _attempt(self, turn: Turn) -> Attempt:
        if turn.row is not None:
            return await self._post(turn.lane, turn.row)
        assert turn.light is not None  # noqa: S101 - a turn has one of them
        return await self._tell(turn.lane, turn.light)

    async def _post(self, lane: Lane, row: Row) -> Attempt:
        delivery, address, now = row.delivery, lane.address, self._clock()
        if not delivery.attempts and not delivery.series:
            self._tally.lag.observe(max(0, now - delivery.at) / 1000)
        if len(delivery.data) > DATA_MAX:
            return Attempt(now, address.text, b"", _unsent("too_large", f"{len(delivery.data)} bytes"))
        marks = b"X-Halloo-Sequence: %d\r\n" % delivery.seq
        if delivery.series:
            marks += REPLAY
        body = envelope(delivery.workspace_id, delivery.event, delivery.data, delivery.at)
        return await self._send(
            address,
            webhook_id(delivery.fact_id).encode(),
            body,
            now,
            delivery.attempts + 1,
            address.attempts_max,
            marks,
        )

    async def _tell(self, lane: Lane, event: LightEvent) -> Attempt:
        return await self._send(lane.address, event.id, event.body, self._clock(), 1, 1)

    async def test(self, address: Address, event: str, data: bytes) -> Attempt:
        """One test call, beside everything else."""
        now = self._clock()
        body = envelope(address.workspace_id, event, data, now)
        attempt = await self._send(address, webhook_id(new_id()).encode(), body, now, 1, 1, TEST)
        self._tally.attempts[attempt.exchange.outcome] += 1
        return attempt

    async def _send(
        self, address: Address, id: bytes, body: bytes, now: int, count: int, limit: int, marks: bytes = b""
    ) -> Attempt:
        url, letterhead = address.url, address.letterhead
        if url is None or letterhead is None:
            return Attempt(now, address.text, b"", _unsent("blocked_address", address.flaw))
        head = letterhead.write(id, body, now, count, limit, marks)
        try:
            exchange = await self._outbound.send(Request(url, head.written, body), address.limits)
        except Exception as error:
            logger.exception("A request failed in a way that it should not")
            exchange = _unsent("protocol", type(error).__name__)
        return Attempt(now, address.text, head.kept, exchange)
