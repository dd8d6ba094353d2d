"""What a visitor says after a conversation, as values: the answers, the stars and the comment in them, and reports. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from halloo.kit.refusals import field_unknown
from halloo.widgets.forms import FEEDBACK_KEY

MOST_STARS = 5
SATISFIED = 4
"""From so many stars on somebody was satisfied."""
SLOT_MS = 900_000
"""Feedback is counted by quarters of an hour: every time zone's days begin at one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A field of the form as it was asked, and what was answered."""

    id: str
    label: str
    type: str
    value: Any


@dataclass(frozen=True, slots=True)
class Feedback:
    """What was said of a conversation, once. `contact_id` is the conversation's present one."""

    conversation_id: str
    widget_id: str
    contact_id: str
    operator_id: str | None
    answers: list[Answer]
    stars: int | None
    comment: str | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which feedback is looked at; `since` is inclusive, `until` is not. `operator_id` may be `none`."""

    widget_id: str | None = None
    operator_id: str | None = None
    stars: int | None = None
    since: int | None = None
    until: int | None = None


@dataclass(slots=True)
class Score:
    """How many said something, how many of them gave stars, and how many stars in all."""

    count: int = 0
    rated: int = 0
    total: int = 0

    def add(self, stars: int | None, count: int) -> None:
        """`count` more who gave so many stars; None where they gave none."""
        self.count += count
        if stars is not None:
            self.rated += count
            self.total += stars * count

    @property
    def average(self) -> float | None:
        """Stars on average to two decimals, or None without any."""
        return round(self.total / self.rated, 2) if self.rated else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of one slot of time and one operator gave so many stars; `slot` counts quarters of an hour since 1970."""

    slot: int
    operator_id: str | None
    stars: int | None
    count: int


@dataclass(slots=True)
class Report:
    """Satisfaction over time."""

    all: Score
    stars: dict[int, int]
    days: dict[str, Score]
    operators: dict[str, Score] = field(default_factory=dict[str, Score])

    @property
    def satisfied(self) -> float | None:
        """The share of those who gave 4 or 5 stars, 0 to 1; None without any."""
        content = sum(count for stars, count in self.stars.items() if stars >= SATISFIED)
        return round(content / self.all.rated, 4) if self.all.rated else None


def answers_of(form: Mapping[str, Any], values: Mapping[str, Any]) -> list[Answer]:
    """What was answered, in the form's order and words."""
    return [
        Answer(asked["id"], asked["label"], asked["type"], values[asked["id"]])
        for asked in form["fields"]
        if asked["id"] in values
    ]


def stars_of(form: Mapping[str, Any], values: Mapping[str, Any]) -> int | None:
    """1 to 5 stars from the form's first rating, whatever its scale: its ends are 1 and 5. None where it was not answered."""
    asked = _first(form, "rating")
    if asked is None or asked["id"] not in values:
        return None
    steps, given = asked["scale"] - 1, values[asked["id"]] - 1
    return 1 + (2 * given * (MOST_STARS - 1) + steps) // (2 * steps)


def comment_of(form: Mapping[str, Any], values: Mapping[str, Any]) -> str | None:
    """What was said in words: the form's first `textarea`, else its first `text`."""
    asked = _first(form, "textarea") or _first(form, "text")
    return None if asked is None else values.get(asked["id"])


def _first(form: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    return next((asked for asked in form["fields"] if asked["type"] == kind), None)


def keep_feedback(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata as a colleague wants them, with the feedback that is there. Raises `field_unknown` where they would forge it."""
    said = before.get(FEEDBACK_KEY)
    if FEEDBACK_KEY in wanted and wanted[FEEDBACK_KEY] != said:
        raise field_unknown(f"custom_metadata.{FEEDBACK_KEY}")
    mine = {name: value for name, value in wanted.items() if name != FEEDBACK_KEY}
    return mine if said is None else {**mine, FEEDBACK_KEY: said}


def days_between(since: int, until: int, zone: tzinfo) -> list[str]:
    """Every local day that the time touches, in order."""
    first, last = (datetime.fromtimestamp(moment / 1000, zone).date() for moment in (since, until - 1))
    return [(first + timedelta(days=ahead)).isoformat() for ahead in range((last - first).days + 1)]


def report_of(tallies: Iterable[Tally], days: list[str], zone: tzinfo) -> Report:
    """The report that the tallies of these days give."""
    report = Report(Score(), dict.fromkeys(range(1, MOST_STARS + 1), 0), {day: Score() for day in days})
    for tally in tallies:
        day = datetime.fromtimestamp(tally.slot * SLOT_MS / 1000, zone).date().isoformat()
        scores = [report.all, report.days.setdefault(day, Score())]
        if tally.operator_id is not None:
            scores.append(report.operators.setdefault(tally.operator_id, Score()))
        for score in scores:
            score.add(tally.stars, tally.count)
        if tally.stars is not None:
            report.stars[tally.stars] += tally.count
    return report
