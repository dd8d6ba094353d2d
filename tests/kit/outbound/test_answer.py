"""The reader of answers, without sockets: whatever the pieces, the same answer; whatever comes, an end (hooks contract 5 and 17)."""

import random

import pytest

from halloo.kit.outbound.answer import Answer, AnswerReader
from halloo.kit.outbound.model import Limits

LIMITS = Limits()
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def read(
    text: bytes, *, cuts: tuple[int, ...] = (), limits: Limits = LIMITS, closed: bool = False
) -> tuple[Answer, bool, bool]:
    """Feed a text in pieces; the answer, whether it is done, whether the connection may be used again."""
    reader = AnswerReader()
    reader.begin(limits)
    for first, last in zip((0, *cuts), (*cuts, len(text)), strict=True):
        if not reader.done:
            reader.feed(memoryview(text)[first:last])
    if closed and reader.status:
        reader.end(closed=True)
    return reader.answer(0.0), reader.done, reader.reusable


def outcome(text: bytes, limits: Limits = LIMITS) -> str:
    answer, done, _ = read(text, limits=limits)
    return answer.outcome if done else "waits"


@pytest.mark.parametrize(
    ("text", "expected", "status", "body", "reusable"),
    [
        (OK, "success", 200, b"ok", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "success", 204, b"", True),
        (b"HTTP/1.1 299 \r\ncontent-length:0\r\n\r\n", "success", 299, b"", True),
        (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "success", 200, b"", True),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", "success", 200, b"ok", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "success", 200, b"ok", False),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", "success", 200, b"ok", True),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\nT: v\r\n\r\n",
            "success",
            200,
            b"ok",
            True,
        ),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK, "success", 200, b"ok", True),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 5 + OK, "success", 200, b"ok", True),
        (b"HTTP/1.1 300 Multiple Choices\r\nContent-Length: 0\r\n\r\n", "redirect", 300, b"", True),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "redirect", 304, b"", True),
        (b"HTTP/1.1 399 X\r\nContent-Length: 0\r\n\r\n", "redirect", 399, b"", True),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 2\r\n\r\nno", "gone", 410, b"no", True),
        (b"HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n", "status", 400, b"", True),
        (b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n", "status", 999, b"", True),
        (OK + b"HTTP/1.1 200 OK\r\n", "success", 200, b"ok", False),
        (OK + b"x", "success", 200, b"ok", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "success", 200, b"", False),
        (b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokXX", "status", 500, b"ok", False),
    ],
)
def test_an_answer_is_read_the_same_however_it_is_cut(
    text: bytes,
    expected: str,
    status: int,
    body: bytes,
    reusable: bool,  # noqa: FBT001 - a column of the table
) -> None:
    whole = read(text)
    assert (whole[0].outcome, whole[0].status, whole[0].body, whole[1:]) == (expected, status, body, (True, reusable))
    chance = random.Random(5)
    for _ in range(60):
        cuts = tuple(sorted(chance.sample(range(1, len(text)), chance.randint(1, min(12, len(text) - 1)))))
        parts = read(text, cuts=cuts)
        assert (parts[0].outcome, parts[0].status, parts[0].head, parts[0].body) == (
            expected,
            status,
            whole[0].head,
            body,
        )
    assert read(text, cuts=tuple(range(1, len(text))))[0][:4] == whole[0][:4]


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 6,
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nokk",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nok",
        b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
        b"HTTP/1.1 200 OK\r\nA: b\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nA b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA\x00: b\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1  200 OK\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x15\x03\x03\x00\x02\x02\x46",
        b"PRI * HTTP/2.0\r\n\r\n",
    ],
)
def test_what_is_no_sound_answer_is_protocol(text: bytes) -> None:
    answer, done, reusable = read(text)
    assert (answer.outcome, answer.status, done, reusable) == ("protocol", None, True, False)
    assert answer.detail


def test_a_head_has_200_lines_and_32_kib_at_most() -> None:
    line = b"A: b\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n%b\r\n"
    assert outcome(head % (line * 199)) == "success"
    assert outcome(head % (line * 200)) == "head_too_large"
    assert outcome(b"HTTP/1.1 200 OK\r\n" + line * 10_000) == "head_too_large"
    room = 32 * 1024 - len(head % b"X: \r\n")
    assert outcome(head % (b"X: " + b"a" * room + b"\r\n")) == "success"
    assert outcome(head % (b"X: " + b"a" * (room + 1) + b"\r\n")) == "head_too_large"
    endless, done, _ = read(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000, cuts=tuple(range(1000, 100_000, 1000)))
    assert (endless.outcome, len(endless.head), done, endless.status) == ("head_too_large", 32 * 1024, True, None)
    assert outcome(b"HTTP/1.1 100 Continue\r\n" + line * 300 + b"\r\n") == "head_too_large"


def test_a_body_is_cut_at_its_cap_and_the_outcome_stands() -> None:
    small = Limits(body_bytes=10)
    for length, expected in (
        (9, (b"x" * 9, False, True)),
        (10, (b"x" * 10, False, True)),
        (11, (b"x" * 10, True, False)),
    ):
        answer, done, reusable = read(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length + b"x" * length, limits=small
        )
        assert (answer.body, answer.truncated, reusable, done) == (*expected, True)
    answer, done, _ = read(b"HTTP/1.1 500 OK\r\nContent-Length: 10000000000\r\n\r\n" + b"x" * 11, limits=small)
    assert (answer.outcome, answer.truncated, done) == ("status", True, True)
    none, done, _ = read(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", limits=Limits(body_bytes=0))
    assert (none.body, none.truncated, done) == (b"", True, True)


def test_endless_framing_without_a_body_has_an_end() -> None:
    chunk = b"1;" + b"e" * 8000 + b"\r\nx\r\n"
    answer, done, _ = read(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 10, limits=Limits(body_bytes=100)
    )
    assert (answer.outcome, answer.truncated, done) == ("success", True, True)


def test_a_body_until_the_close_is_whole_when_the_close_comes() -> None:
    text = b"HTTP/1.1 200 OK\r\n\r\nall of it"
    assert read(text)[1] is False
    answer, done, reusable = read(text, closed=True)
    assert (answer.body, answer.truncated, done, reusable) == (b"all of it", False, True, False)
    short, done, _ = read(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nall", closed=True)
    assert (short.outcome, short.body, short.truncated, done) == ("success", b"all", True, True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"Retry-After: 120", "120"),
        (b"retry-AFTER:\t Wed, 21 Oct 2026 07:28:00 GMT ", "Wed, 21 Oct 2026 07:28:00 GMT"),
        (b"Retry-After:", ""),
        (b"X-Retry-After: 5", None),
        (b"Retry-After: \xe9", "é"),
    ],
)
def test_retry_after_is_told_as_it_came(line: bytes, expected: str | None) -> None:
    answer, _, _ = read(b"HTTP/1.1 429 Too Many\r\n" + line + b"\r\nContent-Length: 0\r\n\r\n")
    assert answer.retry_after == expected


def test_one_reader_reads_one_answer_after_another() -> None:
    reader = AnswerReader()
    for at in range(50):
        reader.begin(LIMITS)
        reader.feed(b"HTTP/1.1 %d X\r\nContent-Length: 3\r\n\r\n%03d" % (210 + at, at))
        assert reader.reusable
        answer = reader.answer(0.0)
        assert (answer.status, answer.body) == (210 + at, b"%03d" % at)


def test_noise_never_raises_and_never_grows() -> None:
    chance = random.Random(11)
    pieces = [
        OK,
        b"HTTP/1.1 ",
        b"200 OK",
        b"\r\n",
        b"\n",
        b"Content-Length: 5",
        b"Transfer-Encoding: chunked",
        b"\r\n\r\n",
        b"5\r\n",
        b"0\r\n",
    ]
    for _ in range(3000):
        text = b"".join(
            chance.choice([*pieces, chance.randbytes(chance.randint(0, 9))]) for _ in range(chance.randint(1, 30))
        )
        answer, _, _ = read(text, cuts=tuple(sorted(chance.sample(range(len(text) + 1), min(len(text), 5)))))
        assert len(answer.head) <= LIMITS.head_bytes
        assert len(answer.body) <= LIMITS.body_bytes
