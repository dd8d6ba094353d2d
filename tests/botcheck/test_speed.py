"""Judging costs under a millisecond, also where it is a flood of wrong ones."""

from base64 import b64encode
from statistics import quantiles
from time import thread_time
from typing import Any

import pytest

from halloo.botcheck.challenges import Challenges
from halloo.botcheck.errors import BotCheckFailed
from halloo.botcheck.settings import BotCheckSettings
from halloo.kit.clock import system_clock
from halloo.kit.ids import new_id
from tests.botcheck.solving import closed, opened, solve

ROUNDS = 400


def p99(work: Any) -> float:
    """Milliseconds of this thread in the slowest hundredth, of the best of a few runs: others work on this machine, too."""
    runs: list[float] = []
    for _ in range(4):
        took: list[float] = []
        for _ in range(ROUNDS):
            before = thread_time()
            work()
            took.append((thread_time() - before) * 1000)
        runs.append(quantiles(took, n=100)[98])
    return min(runs)


def test_verification_p99_under_a_millisecond() -> None:
    challenges = Challenges(b"k" * 32, BotCheckSettings(), system_clock)
    widget, visitor = new_id(), new_id()
    good = solve(challenges.issue(widget, visitor))
    wrong = opened(good)
    wrong["solution"]["counter"] += 1
    bad, junk = closed(wrong), b64encode(b"[" * 1500).decode()

    def refused(payload: str) -> None:
        with pytest.raises(BotCheckFailed):
            challenges.open(payload, widget, visitor)

    figures = {
        "good": p99(lambda: challenges.open(good, widget, visitor)),
        "bad": p99(lambda: refused(bad)),
        "junk": p99(lambda: refused(junk)),
        "issue": p99(lambda: challenges.issue(widget, visitor)),
    }
    assert max(figures.values()) < 1, figures
