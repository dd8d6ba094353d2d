"""The posting itself: take what is next, build the request, have it answered, and hand on what came of it.

Over a connection that is kept all of that is done by callbacks; a task is made for a request that needs a fresh one.
"""

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
from halloo.kit.outbound.connection import Connection
from halloo.kit.outbound.model import Exchange, Outcome, Request, Timings

DATA_MAX = 64 * 1024
"""Bytes of `data` that are sent."""
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
        self._tasks: set[asyncio.Task[None]] = set()
        self._flights: dict[int, tuple[Turn, Connection]] = {}
        self._number = 0
        """What is in flight without a task."""
        self._landed: asyncio.Event | None = None
        """Set when the last one of these has ended, while the process ends."""
        self._stopping = self._taking = False

    # ── whose turn it is ──────────────────────────────────────────────────────────────────────────────────────────

    def wake(self) -> None:
        """There may be work: begin with as much as may be in flight."""
        if self._taking or self._stopping:
            return
        self._taking = True
        lanes, steady = self._lanes, self._steady
        try:
            while (turn := lanes.take(now := steady())) is not None:
                self._begin(turn, now)
        finally:
            self._taking = False

    async def stop(self, patience_s: float) -> None:
        """Begin nothing more, and let what is in flight end, for so long."""
        self._stopping = True
        self._landed = asyncio.Event()
        if self._tasks or self._flights:
            ended = asyncio.create_task(self._all_ended())
            await asyncio.wait([ended], timeout=patience_s)
            ended.cancel()
        flights, self._flights = self._flights, {}
        for turn, connection in flights.values():
            self._lanes.done(turn.lane, turn.kind)
            connection.abort()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _all_ended(self) -> None:
        assert self._landed is not None  # noqa: S101 - `stop` made it
        while self._flights:
            self._landed.clear()
            await self._landed.wait()
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _begin(self, turn: Turn, began: int) -> None:
        """Make one attempt."""
        try:
            address, now = turn.lane.address, self._clock()
            made = self._request(turn, address, now)
        except BaseException:
            self._lanes.done(turn.lane, turn.kind)  # the row's lease runs out: it is attempted again
            raise
        if isinstance(made, Exchange):
            self._ended(turn, Attempt(now, address.text, b"", made), began)
            return
        request, kept = made
        self._number = number = self._number + 1

        def done(exchange: Exchange | None) -> None:
            if self._flights.pop(number, None) is None:
                return  # the process ends: its lease runs out
            if exchange is None:
                self._post(turn, address, made, now, began, fresh=True)
            else:
                self._ended(turn, Attempt(now, address.text, kept, exchange), began)
            if self._landed is not None and not self._flights:
                self._landed.set()

        try:
            connection = self._outbound.begin(request, address.limits, done)
        except Exception:
            logger.exception("A request could not be begun; it is tried over a connection of its own")
            connection = None
        if connection is None:
            self._post(turn, address, made, now, began)
        else:
            self._flights[number] = turn, connection

    def _post(self, turn: Turn, address: Address, made: Made, now: int, began: int, *, fresh: bool = False) -> None:
        """Make it in a task of its own."""

        async def post() -> None:
            try:
                attempt = await self._send(address, made, now, fresh=fresh)
            except BaseException:
                self._lanes.done(turn.lane, turn.kind)
                raise
            self._ended(turn, attempt, began)

        task = asyncio.get_running_loop().create_task(post())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _ended(self, turn: Turn, attempt: Attempt, began: int) -> None:
        self._lanes.done(turn.lane, turn.kind)
        self._note(turn, attempt, began)
        self.wake()

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

    async def _send(self, address: Address, made: Made | Exchange, now: int, *, fresh: bool = False) -> Attempt:
        if isinstance(made, Exchange):
            return Attempt(now, address.text, b"", made)
        request, kept = made
        try:
            exchange = await self._outbound.send(request, address.limits, fresh=fresh)
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
