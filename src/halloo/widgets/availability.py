"""Whether a widget is open by its business hours, and until when. Pure.

A span belongs to the day on which it opens: one whose close lies before its open ends on the next day, also if that
day is a holiday; on a holiday nothing opens. Clock times are the local ones: a time that daylight saving skips is the
moment the clock jumps over it, and one that comes twice is the first for an opening and the second for a closing.
"""

import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from halloo.kit.clock import DAY, optional_rfc3339
from halloo.widgets.config import DAYS

_AHEAD = 75
"""Days to look ahead: more than 60 holidays in a row and a week."""
_LONGEST = 366 * DAY


@dataclass(frozen=True, slots=True)
class Availability:
    """Open or closed; `changes_at` in UNIX milliseconds, None where no change is foreseen."""

    open: bool
    changes_at: int | None

    def present(self) -> dict[str, Any]:
        """As the public record shows it."""
        return {"open": self.open, "changes_at": optional_rfc3339(self.changes_at)}


def availability(hours: Mapping[str, Any], now: int) -> Availability:
    """What completed `business_hours` say at `now` (UNIX milliseconds)."""
    if not hours["enabled"]:
        return Availability(open=True, changes_at=None)
    zone = _zone(hours["timezone"])
    today = datetime.fromtimestamp(now / 1000, zone).date()
    last = _midnight(today + timedelta(days=_AHEAD), zone)
    for begin, end in _joined(sorted(_spans(hours, today, _AHEAD, zone))):
        if begin <= now < end:
            return Availability(open=True, changes_at=end if end < last else None)
        if begin > now:
            return Availability(open=False, changes_at=begin)
    return Availability(open=False, changes_at=None)


def counted_wait(hours: Mapping[str, Any], since: int, until: int) -> int:
    """How long somebody who asked at `since` and was answered at `until` has waited, in milliseconds.

    Without business hours all of it counts. With them closed hours in between do not: who asks at night is answered in the morning.
    An answer that itself came while closed counts from the last closing, or from the question, so that the number is never better
    than what the visitor saw. A wait of more than a year counts as one of a year.
    """
    since = max(since, until - _LONGEST)
    if not hours["enabled"]:
        return max(0, until - since)
    zone = _zone(hours["timezone"])
    first, last = (datetime.fromtimestamp(moment / 1000, zone).date() for moment in (since, until))
    counted, closed_at = 0, since
    for begin, end in _joined(sorted(_spans(hours, first, (last - first).days + 1, zone))):
        if begin >= until:
            break
        counted += max(0, min(end, until) - max(begin, since))
        closed_at = max(closed_at, min(end, until))
    return counted + max(0, until - closed_at)


def _zone(name: str) -> tzinfo:
    """The zone; UTC where this machine's time zone data no longer know a name that was stored."""
    try:
        return zoneinfo.ZoneInfo(name)
    except zoneinfo.ZoneInfoNotFoundError:
        return UTC


def _spans(hours: Mapping[str, Any], today: date, days: int, zone: tzinfo) -> Iterator[tuple[int, int]]:
    """Every span that opens from yesterday on, for so many days, in no order."""
    holidays = set(hours["holidays"])
    for ahead in range(-1, days):
        day = today + timedelta(days=ahead)
        if day.isoformat() in holidays:
            continue
        for span in hours["days"]:
            if span["day"] == DAYS[day.weekday()]:
                begin = _moment(day, span["open"], zone, fold=0)
                overnight = span["close"] < span["open"]
                end = _moment(day + timedelta(days=1) if overnight else day, span["close"], zone, fold=1)
                if begin < end:
                    yield begin, end


def _moment(day: date, clock: str, zone: tzinfo, fold: int) -> int:
    if clock == "24:00":
        return _midnight(day + timedelta(days=1), zone)
    at = datetime.combine(day, time.fromisoformat(clock), zone).replace(fold=fold)
    seconds = at.timestamp()
    back = datetime.fromtimestamp(seconds, zone)
    if back.replace(tzinfo=None) != at.replace(tzinfo=None):  # the clock jumps over this time
        later, earlier = at.replace(fold=0).timestamp(), at.replace(fold=1).timestamp()
        seconds = _jump(earlier, later, zone)
    return int(seconds) * 1000


def _jump(low: float, high: float, zone: tzinfo) -> float:
    """The moment between two at which the zone's offset changes."""
    before = datetime.fromtimestamp(low, zone).utcoffset()
    first, last = int(low), int(high)
    while last - first > 1:
        middle = (first + last) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            first = middle
        else:
            last = middle
    return last


def _midnight(day: date, zone: tzinfo) -> int:
    return _moment(day, "00:00", zone, fold=0)


def _joined(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans that touch or overlap become one."""
    if not spans:
        return
    begin, end = spans[0]
    for next_begin, next_end in spans[1:]:
        if next_begin > end:
            yield begin, end
            begin, end = next_begin, next_end
        else:
            end = max(end, next_end)
    yield begin, end
