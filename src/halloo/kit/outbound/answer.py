"""Reads an answer of HTTP/1.1 as a machine of values: bytes go in, an outcome comes out. No I/O, no clock (hooks contract 5)."""

import re
from typing import NamedTuple

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from halloo.kit.outbound.model import Limits, Outcome

_BEGIN = b"HTTP/1."
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [^\r\n]*)?\r\n")
_RETRY_AFTER = re.compile(rb"\r\nretry-after:[ \t]*([^\r\n]*?)[ \t]*\r\n", re.IGNORECASE)
_FINAL, _SWITCHING, _OK, _MULTIPLE, _BAD, _GONE = 200, 101, 200, 300, 400, 410
_FRAMING = 8
"""How many bytes of framing a byte of the body may cost, where it comes in chunks."""
_FRAMING_BYTES = 64 * 1024


class Answer(NamedTuple):
    """What came back."""

    outcome: Outcome
    status: int | None
    head: bytes
    body: bytes
    truncated: bool
    retry_after: str | None
    detail: str
    answered_s: float
    """From the last byte of the request to the end of the head, or to the failure."""


class AnswerReader:
    """Reads one answer after another on a connection; `begin` stands before each.

    `status` is not 0 once the final head is complete: from then on `outcome` stands, whatever becomes of the body. `done`: no more is
    wanted. `reusable`: the answer ended where it said, and the connection may carry another one.
    """

    __slots__ = (
        "_begun",
        "_body",
        "_fed",
        "_informational",
        "_keep",
        "_lasts_until_close",
        "_limits",
        "_parser",
        "_raw",
        "_room",
        "complete",
        "detail",
        "done",
        "head",
        "outcome",
        "status",
    )

    def __init__(self) -> None:
        """Nothing is read before `begin`."""
        self._parser = HttpResponseParser(self)

    def begin(self, limits: Limits) -> None:
        """Expect a fresh answer."""
        self._limits = limits
        self._raw: bytearray | None = None
        self._body: bytes | bytearray | None = None
        self._room = limits.body_bytes
        self._informational = 0
        self._begun = 0
        self._fed = 0
        self._keep = False
        self._lasts_until_close = False
        self.status = 0
        self.head = b""
        self.outcome: Outcome = "protocol"
        self.detail = ""
        self.complete = False
        self.done = False

    @property
    def reusable(self) -> bool:
        """Whether the connection may be kept."""
        return self.complete and self._keep and self._begun == 1 and self._room >= 0

    def feed(self, data: bytes | memoryview) -> None:
        """Take the next bytes, at most some KiB at once."""
        if self.status:
            self._feed_body(data)
        else:
            self._feed_head(data)

    def end(self, *, closed: bool) -> None:
        """Take what there is, once `status` stands: the other side `closed`, or its time is over."""
        self.complete = self.complete or (closed and self._lasts_until_close)
        self.done = True

    def give_up(self, outcome: Outcome, detail: str) -> None:
        """End without an answer."""
        self.outcome = outcome
        self.detail = detail
        if self._raw is not None:
            self.head = bytes(self._raw)
            self._raw = None
        self.done = True

    def answer(self, answered_s: float) -> Answer:
        """What was read; it is kept no longer."""
        head, status = self.head, self.status
        self.head = b""
        if not status:
            return Answer(self.outcome, None, head, b"", False, None, self.detail, answered_s)
        found = _RETRY_AFTER.search(head)
        later = found[1].decode("latin-1") if found is not None else None
        body = b"" if self._body is None else bytes(self._body)
        self._body = None
        detail = "" if self.outcome == "success" else self.detail
        return Answer(self.outcome, status, head, body, not self.complete or self._room < 0, later, detail, answered_s)

    def let_go(self) -> None:
        """Read no more: the parser holds on to this reader."""
        del self._parser

    # The head

    def _feed_head(self, data: bytes | memoryview) -> None:
        raw = self._raw
        if raw is None:
            raw = bytearray(data)
        else:
            raw += data
        while True:
            end = raw.find(b"\r\n\r\n") + 4
            if end < 4 or end > self._limits.head_bytes:  # noqa: PLR2004 - the empty line itself
                self._raw = raw
                self._check_part(raw)
                return
            head = bytes(memoryview(raw)[:end])
            rest = raw[end:] if len(raw) > end else None
            self._raw = None
            if not self._pass_over(head):
                break
            if self.done or rest is None:
                self._raw = rest
                return
            raw = rest
        if not self.done:
            self._take_head(head, rest)

    def _check_part(self, raw: bytearray) -> None:
        """Refuse what can no longer become a head within the limits."""
        limits = self._limits
        if len(raw) > limits.head_bytes or raw.count(b"\n") > limits.head_lines + 2:
            del raw[limits.head_bytes :]
            self.give_up("head_too_large", "The head of the answer is too large.")
        elif not raw.startswith(_BEGIN[: len(raw)]) or _has_bare_lf(raw):
            self.give_up("protocol", "What came is no answer of HTTP/1.1.")

    def _pass_over(self, head: bytes) -> bool:
        """Whether a head is of an answer 1xx, after which another one comes. Gives up where it must not come."""
        self.head = head
        found = _STATUS.match(head)
        if found is None or _has_bare_lf(head):
            self.give_up("protocol", "What came is no answer of HTTP/1.1.")
            return False
        if head.count(b"\n") > self._limits.head_lines + 2:
            self.give_up("head_too_large", "The head of the answer has too many lines.")
            return False
        self.status = status = int(found[1])
        if status >= _FINAL:
            return False
        self.status = 0
        self._informational += 1
        if status == _SWITCHING:
            self.give_up("protocol", "The answer wants to speak another protocol.")
        elif self._informational > self._limits.informational:
            self.give_up("protocol", "Too many provisional answers came.")
        return True

    def _take_head(self, head: bytes, rest: bytearray | None) -> None:
        status = self.status
        try:
            self._parser.feed_data(head)
        except (HttpParserError, HttpParserUpgrade) as error:
            self.status = 0
            self.give_up("protocol", f"The head of the answer is not valid: {error}.")
            return
        if status < _MULTIPLE:
            self.outcome = "success"
        else:
            self.outcome = "redirect" if status < _BAD else "gone" if status == _GONE else "status"
        if not self.done:
            lower = head.lower()
            self._lasts_until_close = b"\ncontent-length:" not in lower and b"\ntransfer-encoding:" not in lower
        if rest is not None:
            self._feed_body(rest)

    # The body

    def _feed_body(self, data: bytes | bytearray | memoryview) -> None:
        self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._keep = False
            self.done = True
            return
        if self._room < 0 or self._fed > self._limits.body_bytes * _FRAMING + _FRAMING_BYTES:
            self.done = True

    def on_message_begin(self) -> None:
        """Count the answers that begin: there must be one."""
        self._begun += 1

    def on_body(self, data: bytes) -> None:
        """Keep a piece of the body, to the cap; one byte more shows in `_room`."""
        room = self._room
        if room < 0 or self.complete:
            return
        self._room = room - len(data)
        if self._room < 0:
            data = data[:room]
            self._room = -1
        if self._body is None:
            self._body = data
        elif isinstance(self._body, bytes):
            self._body = bytearray(self._body) + data
        else:
            self._body += data

    def on_message_complete(self) -> None:
        """The answer ended where it said."""
        if not self.complete:
            self._keep = self._parser.should_keep_alive()
        self.complete = True
        self.done = True


def _has_bare_lf(text: bytes | bytearray) -> bool:
    return text.count(b"\n") != text.count(b"\r\n")
