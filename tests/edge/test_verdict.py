"""Is everything all right? Each figure that is amiss is found, the worst first."""

from dataclasses import replace

import pytest

from halloo.edge.verdict import Figures, judge, worst
from halloo.kit.clock import HOUR

GIB = 1024**3
WELL = Figures(
    round_trip_ms=1.0,
    writes_stuck=False,
    writes_waiting=0,
    disk=(50 * GIB, 100 * GIB),
    draining=False,
    broker_up=True,
    releases=1,
    lag_p99_ms=20.0,
    lag_count=1_000,
    fell_behind=0,
    slow_readers=0,
    mail_overdue_ms=0,
    mail_failed=0,
)


def test_nothing_is_amiss_where_everything_is_well_or_unknown() -> None:
    for figures in (WELL, replace(WELL, disk=None, lag_p99_ms=None, lag_count=0), replace(WELL, releases=0)):
        assert judge(figures) == []
    assert worst([]) == "good"


@pytest.mark.parametrize(
    ("amiss", "code", "level"),
    [
        ({"round_trip_ms": None}, "database_silent", "bad"),
        ({"writes_stuck": True}, "writes_stuck", "bad"),
        ({"writes_waiting": 200}, "writes_waiting", "warning"),
        ({"round_trip_ms": 250.0}, "database_slow", "warning"),
        ({"disk": (GIB // 10, 100 * GIB)}, "disk_full", "bad"),
        ({"disk": (4 * GIB, 100 * GIB)}, "disk_low", "warning"),
        ({"disk": (GIB // 2, GIB)}, "disk_low", "warning"),
        ({"draining": True}, "relay_stopping", "warning"),
        ({"broker_up": False}, "broker_down", "warning"),
        ({"releases": 2}, "releases_differ", "warning"),
        ({"lag_p99_ms": 1_001.0}, "lag_high", "warning"),
        ({"fell_behind": 1}, "fell_behind", "warning"),
        ({"slow_readers": 20}, "slow_readers", "warning"),
        ({"mail_overdue_ms": HOUR}, "mail_stuck", "warning"),
        ({"mail_failed": 1}, "mail_failed", "warning"),
    ],
)
def test_each_figure_is_judged(amiss: dict[str, object], code: str, level: str) -> None:
    found = judge(replace(WELL, **amiss))
    assert [(finding.code, finding.level) for finding in found] == [(code, level)]
    assert worst(found) == level


def test_a_few_late_messages_say_nothing() -> None:
    assert judge(replace(WELL, lag_p99_ms=9_000.0, lag_count=3)) == []


def test_the_worst_stands_first() -> None:
    found = judge(replace(WELL, mail_failed=1, broker_up=False, disk=(0, 100 * GIB)))
    assert [finding.level for finding in found] == ["bad", "warning", "warning"]
    assert worst(found) == "bad"
