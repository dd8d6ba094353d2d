"""One TCP connection, with or without TLS: a thin shell around `AnswerReader` and `Tls` that knows sockets and clocks."""

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import cast

from halloo.kit.outbound.answer import Answer, AnswerReader
from halloo.kit.outbound.model import Limits, Outcome
from halloo.kit.outbound.tls import Tls

BUFFER_BYTES = 16 * 1024
_PIECE = 16 * 1024
_LATE_S, _GRACE_S = 0.05, 0.02
"""A timer that comes later than that tells of a busy server, not of a slow receiver: what has arrived is read first."""
_TICK_S = 0.002
_FAREWELL_S = 1.0
_now = time.monotonic
Done = Callable[[Answer | None], object]
"""Told what was answered; None where a kept connection ended before a byte of the answer."""


class Connection(asyncio.BufferedProtocol):
    """Carries one exchange at a time. All connections of a client read into the same buffer, as each read is taken up at once."""

    __slots__ = (
        "_answered_at", "_buffer", "_deadline", "_early", "_ends", "_fires_at", "_forget", "_free", "_graced",
        "_heard", "_limits", "_loop", "_paused", "_reader", "_rest", "_shaking", "_timer", "_tls", "_transport",
        "_waiter", "_written_at", "address", "closed", "idle_since", "kept", "key",
    )  # fmt: skip

    def __init__(
        self,
        key: tuple[str, str, int],
        address: str,
        buffer: memoryview,
        free: Callable[["Connection"], None],
        forget: Callable[["Connection"], None],
    ) -> None:
        """`free` is called when an exchange left it fit for another one, `forget` when it has ended."""
        self.key = key
        self.address = address
        self.kept = False
        """Whether it carried an exchange before."""
        self.closed = False
        self.idle_since = 0.0
        self._buffer = buffer
        self._free = free
        self._forget = forget
        self._loop = asyncio.get_running_loop()
        self._reader = AnswerReader()
        self._transport: asyncio.Transport | None = None
        self._tls: Tls | None = None
        self._shaking: asyncio.Future[None] | None = None
        self._waiter: Done | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._rest: memoryview | None = None
        self._early = b""
        self._paused = False

    def peer(self) -> str:
        """The address at the other end, as the system names it."""
        peer: tuple[str, int] | None = self._transport and self._transport.get_extra_info("peername")
        return "" if peer is None else peer[0].partition("%")[0]

    async def shake(self, tls: Tls) -> None:
        """Speak TLS from now on. Raises `ssl.SSLError` or `ConnectionError`."""
        self._shaking = self._loop.create_future()
        self._tls = tls
        if tls.shake(self._early):
            raise ConnectionError
        self._flush(tls)
        try:
            await self._shaking
        finally:
            self._shaking = None

    def exchange(self, head: bytes, body: bytes, limits: Limits, ends: float) -> "asyncio.Future[Answer | None]":
        """`begin` for who waits. Cancelling the future does not end the exchange; `abort` does."""
        future: asyncio.Future[Answer | None] = self._loop.create_future()
        self.begin(head, body, limits, ends, lambda answer: None if future.done() else future.set_result(answer))
        return future

    def begin(self, head: bytes, body: bytes, limits: Limits, ends: float, done: Done) -> None:
        """Write a request and read its answer; `done` is called once, from the loop.

        `ends`: when the whole attempt is over, by the monotonic clock.
        """
        self._waiter = done
        self._limits = limits
        self._ends = ends
        self._written_at = self._answered_at = 0.0
        self._heard = self._graced = False
        self._reader.begin(limits)
        if self.closed:
            self._lose("connect", "The connection was closed at once.")
            return
        if len(body) <= _PIECE:
            self._rest = None
            self._write(head + body)
        else:
            self._rest = memoryview(body)
            self._write(head)
        self._push()
        if self._early and self._tls is None:
            self._loop.call_soon(self._take_early)

    def close(self) -> None:
        """End politely; for who takes not even the farewell, at once after a moment."""
        if not self.closed and self._transport is not None:
            if self._tls is not None:
                self._transport.write(self._tls.farewell())
            if self._transport.get_write_buffer_size():
                self._loop.call_later(_FAREWELL_S, self._transport.abort)
            self._transport.close()
        self._end()

    def abort(self) -> None:
        """End at once; nothing that came, or is still to be written, is wanted."""
        if not self.closed and self._transport is not None:
            self._transport.abort()
        self._end()

    def expire_at(self, moment: float) -> None:
        """Close by itself at a time unless there is an exchange before."""
        self._arm(moment)

    # What the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The TCP connection stands."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(0)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Where to read into."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes came."""
        data = self._buffer[:nbytes]
        if self._tls is not None:
            self._take_encrypted(self._tls, data)
        elif self._waiter is not None:
            self._take(data)
        elif self.kept or self._early:
            self.abort()  # nobody asked
        else:
            self._early = bytes(data)  # it spoke before anybody could ask: the first request has that for an answer

    def eof_received(self) -> bool:
        """Nothing more will come."""
        self._lose("protocol", "The connection was closed before the answer was complete.")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        self._lose("protocol", "The connection was closed before the answer was complete.", exc)
        self._transport = None

    def pause_writing(self) -> None:
        """The receiver takes nothing for now."""
        self._paused = True

    def resume_writing(self) -> None:
        """All that was written so far is out."""
        self._paused = False
        if self._waiter is not None and not self._written_at:
            self._push()

    # Writing

    def _push(self) -> None:
        """Write on until the receiver stops it; the clock of the answer starts with the last byte."""
        rest = self._rest
        while rest is not None and not self._paused and not self._is_ending():
            self._rest = rest[_PIECE:] if len(rest) > _PIECE else None
            self._write(rest[:_PIECE])
            rest = self._rest
        if rest is None and not self._paused and not self._is_ending():
            self._written_at = now = _now()
            if not self._answered_at:
                self._arm(min(now + self._limits.answer_s, self._ends))
        elif not self._answered_at:
            self._arm(self._ends)

    def _is_ending(self) -> bool:
        """Whether nothing that is written goes out any more; `connection_lost` is about to come, or came."""
        return self._transport is None or self._transport.is_closing()

    def _write(self, data: bytes | memoryview) -> None:
        if self._transport is None:
            return
        try:
            self._transport.write(data if self._tls is None else self._tls.encrypt(data))
        except ssl.SSLError as error:
            self._lose("write", "The TLS connection broke.", error)

    def _flush(self, tls: Tls) -> None:
        if tls.outgoing.pending and self._transport is not None:
            self._transport.write(tls.outgoing.read())

    # Reading

    def _take_encrypted(self, tls: Tls, data: memoryview) -> None:
        try:
            if self._shaking is not None:
                if tls.shake(data) and not self._shaking.done():
                    self._shaking.set_result(None)
            else:
                for plain in tls.decrypt(data):
                    self._take_plain(plain)
            self._flush(tls)
        except ssl.SSLError as error:
            self._flush(tls)
            self._lose("protocol", "The TLS connection broke.", error)

    def _take_plain(self, plain: bytes) -> None:
        if not plain:
            self._lose("protocol", "The connection was closed before the answer was complete.")
        elif self._waiter is not None:
            self._take(plain)
        else:
            self.abort()

    def _take_early(self) -> None:
        early, self._early = self._early, b""
        if self._waiter is not None:
            self._take(early)

    def _take(self, data: bytes | memoryview) -> None:
        reader = self._reader
        self._heard = True
        reader.feed(data)
        if reader.status and not self._answered_at:
            self._answered_at = now = _now()
            if not reader.done:
                self._arm(min(now + self._limits.body_s, self._ends))
        if reader.done:
            self._finish()

    # Ends

    def _finish(self) -> None:
        """Answer whoever waits, and stay for another exchange or close."""
        waiter, self._waiter = self._waiter, None
        if waiter is None:
            return
        reader = self._reader
        since = self._written_at
        answer = reader.answer((self._answered_at or _now()) - since if since else 0.0)
        if reader.reusable and since and not self.closed:
            self.kept = True
            self._free(self)
        elif reader.complete and since:
            self.close()
        else:
            self.abort()
        self._loop.call_soon(waiter, answer)

    def _lose(self, outcome: Outcome, detail: str, error: Exception | None = None) -> None:
        """The connection is of no more use."""
        shaking, waiter, reader = self._shaking, self._waiter, self._reader
        if shaking is not None and not shaking.done():
            shaking.set_exception(error or ConnectionResetError(detail))
        self.abort()
        if waiter is None:
            return
        if reader.status:
            reader.end(closed=True)
        elif self.kept and not self._heard:
            self._waiter = None
            self._loop.call_soon(waiter, None)
            return
        elif outcome == "protocol" and not self._written_at:
            reader.give_up("write", "The connection was closed while the request was being written.")
        else:
            reader.give_up(outcome, detail)
        self._finish()

    def _end(self) -> None:
        if self.closed:
            return
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._reader.let_go()
        self._forget(self)

    # Clocks

    def _arm(self, deadline: float) -> None:
        """Let `_ring` come at a time. A timer that comes earlier is left: it finds that it is too early, and sets itself again."""
        self._deadline = deadline
        if self.closed:
            return
        if self._timer is not None:
            if self._fires_at <= deadline + _TICK_S:
                return
            self._timer.cancel()
        self._fires_at = deadline
        self._timer = self._loop.call_later(max(0.0, deadline - _now()), self._ring)

    def _ring(self) -> None:
        self._timer = None
        late = _now() - self._deadline
        if late < -_TICK_S:
            self._arm(self._deadline)
        elif self._waiter is None:
            self.close()
        elif late > _LATE_S and not self._graced:
            self._graced = True
            self._arm(_now() + _GRACE_S)
        else:
            self._run_out()

    def _run_out(self) -> None:
        """A clock of the exchange ran out."""
        reader = self._reader
        if reader.status:
            reader.end(closed=False)
        elif self._written_at:
            reader.give_up("timeout", "No answer came in time.")
        else:
            reader.give_up("write", "The receiver did not take the request in time.")
        self._finish()
