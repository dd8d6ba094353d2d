"""Token buckets, with a clock that is moved by hand."""

import random

import pytest

from halloo.kit.limits import Bucket, Limiter, Rate


class Clock:
    """Time that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


def test_a_burst_then_the_rate() -> None:
    clock = Clock()
    limiter = Limiter(Rate(60, 60_000, 5), clock)
    assert [limiter.take("a") for _ in range(5)] == [0] * 5
    assert limiter.take("a") == 1_000
    assert limiter.take("b") == 0
    clock.now += 1_000
    assert limiter.take("a") == 0
    assert limiter.take("a") > 0
    clock.now += 3_600_000
    assert [limiter.take("a") for _ in range(6)] == [0] * 5 + [1_000], "what was not used does not pile up"


def test_asking_how_long_takes_nothing() -> None:
    clock = Clock()
    limiter = Limiter(Rate(60, 60_000, 2), clock)
    assert [limiter.wait("a") for _ in range(5)] == [0] * 5
    assert [limiter.take("a") for _ in range(2)] == [0, 0]
    assert limiter.wait("a") == limiter.wait("a") == limiter.take("a") == 1_000
    clock.now += 1_000
    assert limiter.wait("a") == 0
    assert limiter.take("a") == 0


def test_waiting_as_long_as_told_is_enough_and_less_is_not() -> None:
    chance = random.Random(3)
    for _ in range(300):
        rate = Rate(chance.randint(1, 500), chance.choice((1_000, 60_000, 3_600_000)), chance.randint(1, 20))
        now = chance.randint(0, 10**12)
        bucket = Bucket(rate, now)
        while not (wait := bucket.take(now)):
            pass
        assert wait >= 1
        assert bucket.take(now + wait + 1) == 0, rate


@pytest.mark.parametrize("back", [1, 10**9])
def test_a_clock_that_goes_back_gives_nothing_away_and_locks_nobody_out(back: int) -> None:
    clock = Clock()
    limiter = Limiter(Rate(1, 1_000, 1), clock)
    assert limiter.take("a") == 0
    clock.now -= back
    assert limiter.take("a") > 0
    clock.now += 1_000
    assert limiter.take("a") == 0


def test_only_so_many_keys_are_kept_the_longest_unused_goes() -> None:
    limiter = Limiter(Rate(1, 1_000, 1), Clock(), capacity=3)
    for key in "abc":
        assert limiter.take(key) == 0
    assert limiter.take("a") > 0
    assert limiter.take("d") == 0, "b was forgotten for it"
    assert limiter.take("a") > 0
    assert limiter.take("b") == 0


def test_forgetting_gives_a_fresh_start() -> None:
    limiter = Limiter(Rate(1, 1_000, 1), Clock())
    limiter.take("a")
    limiter.forget("a")
    limiter.forget("unknown")
    assert limiter.take("a") == 0
