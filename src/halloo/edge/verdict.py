"""Is everything all right? What is amiss, from the figures alone; the words for it are the reader's."""

from dataclasses import dataclass
from typing import Literal

from halloo.kit.clock import MINUTE

Level = Literal["good", "warning", "bad"]
Code = Literal[
    "database_silent",
    "writes_stuck",
    "writes_waiting",
    "database_slow",
    "disk_full",
    "disk_low",
    "relay_stopping",
    "broker_down",
    "releases_differ",
    "lag_high",
    "fell_behind",
    "slow_readers",
    "mail_stuck",
    "mail_failed",
]

_SLOW_MS = 250
_WAITING = 200
_LAG_MS = 1_000
_LAG_COUNT = 20
"""So few deliveries say nothing of the hundredth part of them."""
_SLOW_READERS = 20
_MIB = 1024 * 1024
_FULL, _LOW = 200 * _MIB, 1024 * _MIB
_LOW_SHARE = 0.05
_OVERDUE = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Figures:
    """What is judged. None: not known, and so not held against anybody."""

    round_trip_ms: float | None
    writes_stuck: bool
    writes_waiting: int
    disk: tuple[int, int] | None
    """Free bytes, all bytes."""
    draining: bool
    broker_up: bool
    releases: int
    lag_p99_ms: float | None
    lag_count: int
    fell_behind: int
    slow_readers: int
    mail_overdue_ms: int
    mail_failed: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is amiss."""

    code: Code
    level: Level


def judge(figures: Figures) -> list[Finding]:
    """What is amiss, the worst first; nothing where everything is all right."""
    found = [*_database(figures), *_disk(figures.disk), *_relay(figures), *_mail(figures)]
    return sorted(found, key=lambda finding: finding.level != "bad")


def worst(findings: list[Finding]) -> Level:
    """The level of all of them together."""
    return findings[0].level if findings else "good"


def _database(figures: Figures) -> list[Finding]:
    if figures.round_trip_ms is None:
        return [Finding("database_silent", "bad")]
    if figures.writes_stuck:
        return [Finding("writes_stuck", "bad")]
    if figures.writes_waiting >= _WAITING:
        return [Finding("writes_waiting", "warning")]
    return [Finding("database_slow", "warning")] if figures.round_trip_ms >= _SLOW_MS else []


def _disk(disk: tuple[int, int] | None) -> list[Finding]:
    if disk is None:
        return []
    free, total = disk
    if free < _FULL:
        return [Finding("disk_full", "bad")]
    return [Finding("disk_low", "warning")] if free < _LOW or free < total * _LOW_SHARE else []


def _relay(figures: Figures) -> list[Finding]:
    late = figures.lag_p99_ms is not None and figures.lag_p99_ms > _LAG_MS and figures.lag_count >= _LAG_COUNT
    told: list[tuple[bool, Code]] = [
        (figures.draining, "relay_stopping"),
        (not figures.broker_up, "broker_down"),
        (figures.releases > 1, "releases_differ"),
        (late, "lag_high"),
        (figures.fell_behind > 0, "fell_behind"),
        (figures.slow_readers >= _SLOW_READERS, "slow_readers"),
    ]
    return [Finding(code, "warning") for amiss, code in told if amiss]


def _mail(figures: Figures) -> list[Finding]:
    found: list[Finding] = []
    if figures.mail_overdue_ms > _OVERDUE:
        found.append(Finding("mail_stuck", "warning"))
    if figures.mail_failed:
        found.append(Finding("mail_failed", "warning"))
    return found
