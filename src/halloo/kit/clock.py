"""Time: UNIX milliseconds inside, RFC 3339 on the management API."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

Clock = Callable[[], int]
"""Gives UNIX milliseconds; tests hand in their own."""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999


def system_clock() -> int:
    """UNIX milliseconds of this machine."""
    return time.time_ns() // 1_000_000


def rfc3339(ms: int) -> str:
    """A time in UTC as the API writes it: `2026-11-20T10:00:00Z`, with milliseconds only where there are some."""
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{ms % 1000:03d}Z" if ms % 1000 else f"{text}Z"


def optional_rfc3339(ms: int | None) -> str | None:
    """`rfc3339`, with null for null."""
    return None if ms is None else rfc3339(ms)


def parse_rfc3339(text: str) -> int:
    """UNIX milliseconds of an RFC 3339 time with an offset; what `rfc3339` can write again. Raises `ValueError` for anything else."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        msg = "a time needs its offset, such as Z"
        raise ValueError(msg)
    found = (moment - _EPOCH) // timedelta(milliseconds=1)
    if not _FIRST <= found <= _LAST:
        msg = "a time between the years 1 and 9999 is needed"
        raise ValueError(msg)
    return found


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones()) | {"UTC"}


def utc_offset(zone: str, at: int) -> int | None:
    """By how many minutes a time zone of the IANA data is ahead of UTC at a moment; None where there is no such zone."""
    try:
        offset = datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).utcoffset()
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return None
    return None if offset is None else round(offset / timedelta(minutes=1))
