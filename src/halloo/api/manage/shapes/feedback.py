"""Shapes of the management API: what visitors said after conversations, and the report of it."""

from typing import Any

from msgspec import Struct

from halloo.api.manage.shapes.common import OperatorBrief


class FieldAnswer(Struct):
    """A field of a form as it was asked, and what was answered."""

    id: str
    label: str
    type: str
    value: Any


class FeedbackView(Struct):
    """What a visitor said after a conversation; `stars` 1 to 5 whatever the form's scale, null without a rating."""

    conversation_id: str
    widget_id: str
    contact_id: str
    contact_name: str | None
    operator: OperatorBrief | None
    stars: int | None
    comment: str | None
    fields: list[FieldAnswer]
    created_at: str


class FeedbackPage(Struct):
    """`GET /core/feedback`: newest first."""

    data: list[FeedbackView]
    next_cursor: str | None


class FeedbackDay(Struct):
    """One day of a report, in its time zone; `average` null without ratings."""

    day: str
    count: int
    average: float | None


class FeedbackOperator(Struct):
    """What was said of one operator's conversations."""

    operator: OperatorBrief
    count: int
    average: float | None


class FeedbackReport(Struct):
    """`GET /core/feedback/report`: satisfaction over time. `satisfied` is the share of 4 and 5 stars, 0 to 1."""

    since: str
    until: str
    count: int
    rated: int
    average: float | None
    satisfied: float | None
    stars: dict[str, int]
    """How many gave 1, 2, 3, 4 and 5 stars."""
    days: list[FeedbackDay]
    operators: list[FeedbackOperator]
