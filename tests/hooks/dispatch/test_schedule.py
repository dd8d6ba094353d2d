import pytest

from halloo.hooks.model import Claimed
from halloo.hooks.schedule import DELAYS, Ended, Verdict, delay_ms, judge, retry_after_ms
from halloo.hooks.steady import steady_clock
from halloo.kit.clock import DAY, HOUR, MINUTE, SECOND
from halloo.kit.outbound.model import Exchange, Outcome, Timings

WALL = 1_700_000_000_000
ENDED = Ended(steady=5_000_000, wall=WALL)


def delivery(attempts: int = 0, age: int = 0) -> Claimed:
    return Claimed("w", "h", 7, 0, attempts, WALL - age, "f", "message:send", WALL - age, b"{}", None)


def exchange(outcome: Outcome = "status", status: int | None = 500, retry_after: str | None = None) -> Exchange:
    return Exchange(outcome, status, None, Timings(0, 0, 0, 0, 0), b"", b"", False, retry_after, "")


def due(verdict: Verdict) -> int:
    assert verdict.state == "pending"
    return verdict.due_at - ENDED.steady


def test_the_delays_are_the_contracts_and_make_75_hours_and_35_minutes() -> None:
    assert sum(DELAYS) == 75 * HOUR + 35 * MINUTE + 5 * SECOND
    assert [delay_ms(n, 0.5) for n in range(1, 10)] == list(DELAYS)
    assert delay_ms(1, 0) == 4000
    assert delay_ms(1, 1) == 6000
    assert delay_ms(40, 0.5) == DAY


def test_the_tenth_attempt_is_the_last() -> None:
    assert due(judge(delivery(8), 10, exchange(), ENDED, 0.5)) == DAY
    assert judge(delivery(9), 10, exchange(), ENDED, 0.5) == Verdict("exhausted")
    assert judge(delivery(0), 1, exchange(), ENDED, 0.5) == Verdict("exhausted")
    assert judge(delivery(9), 10, exchange("success", 204), ENDED, 0.5) == Verdict("delivered")


def test_a_delivery_that_would_be_five_days_old_is_given_up() -> None:
    assert judge(delivery(2, age=5 * DAY - 30 * MINUTE), 10, exchange(), ENDED, 0.5).state == "exhausted"
    assert judge(delivery(2, age=5 * DAY - 31 * MINUTE), 10, exchange(), ENDED, 0.5).state == "pending"


def test_gone_is_held_unless_it_was_the_last_attempt_and_too_large_ends_at_once() -> None:
    assert judge(delivery(0), 10, exchange("gone", 410), ENDED, 0.5) == Verdict("held")
    assert judge(delivery(9), 10, exchange("gone", 410), ENDED, 0.5) == Verdict("exhausted")
    assert judge(delivery(0), 10, exchange("too_large", None), ENDED, 0.5) == Verdict("too_large")


def test_f11_retry_after_is_a_minimum() -> None:
    assert due(judge(delivery(0), 10, exchange(retry_after="120"), ENDED, 1)) == 120 * SECOND
    assert due(judge(delivery(1), 10, exchange(retry_after="120"), ENDED, 0.5)) == 5 * MINUTE
    assert due(judge(delivery(0), 10, exchange(retry_after="864000"), ENDED, 0.5)) == DAY


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, 0),
        ("", 0),
        ("120", 120 * SECOND),
        (" 7 ", 7 * SECOND),
        ("0", 0),
        ("999999999999", DAY),
        ("9" * 400, 0),
        ("-5", 0),
        ("soon", 0),
        ("1.5", 0),
        ("Tue, 14 Nov 2023 22:15:20 GMT", 2 * MINUTE),
        ("Tuesday, 14-Nov-23 22:15:20 GMT", 2 * MINUTE),
        ("Tue Nov 14 22:15:20 2023", 2 * MINUTE),
        ("Tue, 14 Nov 2023 22:13:00 GMT", 0),
        ("Wed, 14 Nov 2033 22:13:00 GMT", DAY),
        ("Tue, 99 Nov 2023 22:13:00 GMT", 0),
        ("Tue, 14 Nov 99999999999 22:13:00 GMT", 0),
    ],
)
def test_retry_after_in_both_forms_and_in_none(header: str | None, found: int) -> None:
    assert retry_after_ms(header, WALL) == found


def test_f16_the_steady_clock_begins_at_the_wall_and_is_not_moved_by_it() -> None:
    wall, monotonic = [WALL], [123_000_000]
    steady = steady_clock(lambda: wall[0], lambda: monotonic[0])
    assert steady() == WALL
    wall[0] += DAY
    monotonic[0] += 1500 * 1_000_000
    assert steady() == WALL + 1500
    wall[0] -= 3 * DAY
    assert steady() == WALL + 1500
