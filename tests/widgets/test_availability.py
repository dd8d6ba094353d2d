from typing import Any

import pytest

from halloo.kit.clock import DAY, MINUTE, parse_rfc3339, rfc3339
from halloo.widgets.availability import Availability, availability, counted_wait

WEEK = ("mon", "tue", "wed", "thu", "fri")


def at(local: str, zone: str, *spans: tuple[str, str, str], **more: Any) -> tuple[bool, str | None]:
    hours = {
        "enabled": True,
        "timezone": zone,
        "days": [{"day": day, "open": begin, "close": end} for day, begin, end in spans],
        "holidays": [],
        **more,
    }
    found = availability(hours, parse_rfc3339(local))
    return found.open, None if found.changes_at is None else rfc3339(found.changes_at)


def test_without_hours_always_open() -> None:
    assert availability({"enabled": False}, 0) == Availability(open=True, changes_at=None)
    assert Availability(open=True, changes_at=None).present() == {"open": True, "changes_at": None}


def test_hours_without_a_day_never_open() -> None:
    assert at("2026-11-23T12:00:00Z", "UTC") == (False, None)


def test_the_record_of_the_contract() -> None:
    spans = [(day, "08:30", "18:30") for day in WEEK]
    assert at("2026-11-23T12:00:00Z", "Europe/Berlin", *spans) == (True, "2026-11-23T17:30:00Z")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23T08:59:59Z", (False, "2026-11-23T09:00:00Z")),
        ("2026-11-23T09:00:00Z", (True, "2026-11-23T12:00:00Z")),
        ("2026-11-23T12:00:00Z", (False, "2026-11-23T13:00:00Z")),
        ("2026-11-23T17:00:00Z", (False, "2026-11-30T09:00:00Z")),
    ],
)
def test_edges_and_the_lunch_break(now: str, expected: tuple[bool, str]) -> None:
    assert at(now, "UTC", ("mon", "13:00", "17:00"), ("mon", "09:00", "12:00")) == expected


def test_overnight_and_into_the_next_week() -> None:
    night = ("sun", "22:00", "06:00")
    assert at("2026-11-22T23:00:00Z", "UTC", night) == (True, "2026-11-23T06:00:00Z")
    assert at("2026-11-23T05:59:59Z", "UTC", night) == (True, "2026-11-23T06:00:00Z")
    assert at("2026-11-23T06:00:00Z", "UTC", night) == (False, "2026-11-29T22:00:00Z")


def test_days_that_touch_are_one_stretch() -> None:
    assert at("2026-11-23T12:00:00Z", "UTC", ("mon", "00:00", "24:00"), ("tue", "00:00", "10:00")) == (
        True,
        "2026-11-24T10:00:00Z",
    )
    always = [(day, "00:00", "24:00") for day in (*WEEK, "sat", "sun")]
    assert at("2026-11-23T12:00:00Z", "Europe/Berlin", *always) == (True, None)


def test_a_holiday_opens_nothing_but_ends_the_night_before() -> None:
    spans = [("thu", "22:00", "02:00"), ("fri", "09:00", "17:00"), ("mon", "09:00", "17:00")]
    christmas = {"holidays": ["2026-12-25"]}
    assert at("2026-12-25T01:00:00Z", "UTC", *spans, **christmas) == (True, "2026-12-25T02:00:00Z")
    assert at("2026-12-25T12:00:00Z", "UTC", *spans, **christmas) == (False, "2026-12-28T09:00:00Z")


def test_holidays_are_local_days() -> None:
    spans = [(day, "09:00", "17:00") for day in WEEK]
    # in Auckland it is already Friday
    assert at("2026-12-24T22:00:00Z", "Pacific/Auckland", *spans, holidays=["2026-12-25"])[0] is False
    assert at("2026-12-23T22:00:00Z", "Pacific/Auckland", *spans, holidays=["2026-12-25"])[0] is True


def test_sixty_holidays_in_a_row_are_looked_past() -> None:
    holidays = [f"2026-{month:02d}-{day:02d}" for month in (1, 2) for day in range(1, 31 - month)]
    assert at("2026-01-01T12:00:00Z", "UTC", *[(day, "09:00", "17:00") for day in WEEK], holidays=holidays[:57]) == (
        False,
        "2026-01-30T09:00:00Z",
    )


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-27T12:00:00Z", (True, "2026-03-27T16:00:00Z")),  # Friday, winter time
        ("2026-03-28T12:00:00Z", (False, "2026-03-30T07:00:00Z")),  # the weekend between: Monday 9:00 is summer time
        ("2026-10-23T12:00:00Z", (True, "2026-10-23T15:00:00Z")),
        ("2026-10-24T12:00:00Z", (False, "2026-10-26T08:00:00Z")),
    ],
)
def test_clock_times_stay_across_daylight_saving(now: str, expected: tuple[bool, str]) -> None:
    assert at(now, "Europe/Berlin", *[(day, "09:00", "17:00") for day in WEEK]) == expected


def test_a_time_that_is_skipped_is_the_jump() -> None:
    # on 29 March 2026 Berlin's clocks go from 2:00 to 3:00, at 1:00 UTC
    assert at("2026-03-29T00:30:00Z", "Europe/Berlin", ("sun", "02:30", "10:00")) == (False, "2026-03-29T01:00:00Z")
    assert at("2026-03-29T00:30:00Z", "Europe/Berlin", ("sun", "01:00", "02:30")) == (True, "2026-03-29T01:00:00Z")
    assert at("2026-03-29T00:30:00Z", "Europe/Berlin", ("sun", "02:10", "02:50"), ("mon", "09:00", "10:00")) == (
        False,
        "2026-03-30T07:00:00Z",
    )


def test_a_time_that_comes_twice_opens_at_the_first_and_closes_at_the_second() -> None:
    # on 25 October 2026 Berlin's clocks go from 3:00 back to 2:00, at 1:00 UTC
    assert at("2026-10-24T23:00:00Z", "Europe/Berlin", ("sun", "02:30", "10:00")) == (False, "2026-10-25T00:30:00Z")
    assert at("2026-10-24T23:30:00Z", "Europe/Berlin", ("sun", "01:00", "02:30")) == (True, "2026-10-25T01:30:00Z")


def test_a_zone_that_is_gone_counts_as_utc() -> None:
    assert at("2026-11-23T12:00:00Z", "Mars/Olympus", ("mon", "09:00", "17:00")) == (True, "2026-11-23T17:00:00Z")


def test_a_holiday_opens_no_night_either() -> None:
    spans = [("fri", "22:00", "02:00"), ("sat", "10:00", "12:00")]
    assert at("2026-12-25T23:00:00Z", "UTC", *spans, holidays=["2026-12-25"]) == (False, "2026-12-26T10:00:00Z")


def test_midnight_closes_the_day_however_it_is_written() -> None:
    for close in ("24:00", "00:00"):
        assert at("2026-11-23T12:00:00Z", "UTC", ("mon", "09:00", close)) == (True, "2026-11-24T00:00:00Z"), close


def test_a_night_across_the_changed_clock_has_its_true_length() -> None:
    night = ("sat", "22:00", "06:00")
    assert at("2026-03-28T21:30:00Z", "Europe/Berlin", night) == (True, "2026-03-29T04:00:00Z")
    assert at("2026-10-24T20:30:00Z", "Europe/Berlin", night) == (True, "2026-10-25T05:00:00Z")


def waited(since: str, until: str, *spans: tuple[str, str, str], zone: str = "UTC", **more: Any) -> int:
    """Minutes that count of a wait."""
    days = [{"day": day, "open": begin, "close": end} for day, begin, end in spans]
    hours = {"enabled": True, "timezone": zone, "days": days, "holidays": [], **more}
    return counted_wait(hours, parse_rfc3339(f"2026-11-{since}:00Z"), parse_rfc3339(f"2026-11-{until}:00Z")) // MINUTE


OFFICE = [(day, "09:00", "17:00") for day in WEEK]


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        ("23T10:00", "23T10:07", 7),  # Monday, open
        ("23T22:00", "24T09:04", 4),  # asked at night, answered in the morning
        ("20T16:50", "23T09:10", 20),  # over the weekend
        ("23T16:50", "25T09:10", 10 + 480 + 10),  # a whole day in between
        ("23T22:00", "23T22:05", 5),  # both while closed: what the visitor saw
        ("23T16:55", "23T17:10", 15),  # answered after closing: those minutes count too
        ("20T16:55", "21T12:00", 5 + 19 * 60),  # answered on a closed Saturday
        ("23T17:00", "24T09:00", 960),  # answered in the first open moment, of which none has passed
        ("23T10:00", "23T09:59", 0),  # a clock that went back
    ],
)
def test_only_open_time_counts_of_a_wait_and_never_too_little(since: str, until: str, minutes: int) -> None:
    assert waited(since, until, *OFFICE) == minutes


def test_a_wait_in_hours_that_never_open_counts_whole() -> None:
    assert waited("23T10:00", "23T11:00") == 60
    assert waited("23T10:00", "23T11:00", *OFFICE, holidays=["2026-11-23"]) == 60
    assert waited("23T10:00", "24T11:00", enabled=False) == 25 * 60


def test_a_wait_across_a_night_shift_and_a_holiday() -> None:
    night = [(day, "22:00", "02:00") for day in WEEK]
    assert waited("23T23:00", "24T22:30", *night) == 180 + 30
    assert waited("23T23:00", "24T22:30", *night, holidays=["2026-11-23"]) == 30


def test_a_wait_of_years_counts_as_one_of_a_year() -> None:
    assert counted_wait({"enabled": False}, 0, 4000 * DAY) == 366 * DAY
    always = [{"day": day, "open": "00:00", "close": "24:00"} for day in (*WEEK, "sat", "sun")]
    hours = {"enabled": True, "timezone": "UTC", "days": always, "holidays": []}
    assert counted_wait(hours, 0, 4000 * DAY) == 366 * DAY
