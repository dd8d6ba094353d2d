"""What is said after a conversation: a visitor gives it once, colleagues read it and its report."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from msgspec import structs

from halloo.conversations import facts, feedback_store, store
from halloo.conversations.actions.scope import reach
from halloo.conversations.errors import ConversationOpen, FeedbackExists
from halloo.conversations.feedback import (
    Feedback,
    Report,
    Wanted,
    answers_of,
    comment_of,
    days_between,
    report_of,
    stars_of,
)
from halloo.db.tx import Tx
from halloo.kit.clock import DAY
from halloo.kit.json import canonical
from halloo.kit.refusals import field_invalid
from halloo.widgets.forms import FEEDBACK_KEY
from halloo.workspaces.model import Actor

_REPORTED_DAYS = 366
_LAST = 200 * 366 * DAY
"""A time beyond which nothing is asked for, and that every time zone can show."""


def give_feedback(
    tx: Tx, who: Actor, conversation_id: str, form: Mapping[str, Any], accepted: Mapping[str, Any]
) -> dict[str, Any]:
    """Keep what the visitor says of a resolved conversation, in the words in which they were asked; the first stays for good.

    `accepted` are values that the form has accepted. It speaks of the assignee, else of who answered last.
    Raises `ConversationForbidden`, `ConversationOpen`, `FeedbackExists`.
    """
    before = reach(tx, who, conversation_id, "conversations:write", lock=True)
    if before.state != "resolved":
        raise ConversationOpen
    values: dict[str, Any] = canonical(dict(accepted))
    given = Feedback(
        conversation_id=conversation_id,
        widget_id=before.widget_id,
        contact_id=before.contact_id,
        operator_id=before.assignee_id or feedback_store.find_last_answerer(tx, who.workspace_id, conversation_id),
        answers=answers_of(form, values),
        stars=stars_of(form, values),
        comment=comment_of(form, values),
        created_at=tx.now,
    )
    if not feedback_store.insert_feedback(tx, who.workspace_id, before.visitor_id, given):
        raise FeedbackExists
    changed: dict[str, Any] = {
        "custom_metadata": {**before.custom_metadata, FEEDBACK_KEY: values},
        "feedback_at": tx.now,
        "updated_at": max(tx.now, before.updated_at + 1),
    }
    store.update_conversation(tx, who.workspace_id, conversation_id, changed)
    facts.rated(tx, conversation_id, given)
    facts.data_set(tx, structs.replace(before, **changed))
    return values


def find_feedback(tx: Tx, who: Actor, conversation_id: str) -> Feedback | None:
    """What was said of a conversation; for who reads or writes it."""
    who.require("conversations:read", "conversations:write")
    return feedback_store.find_feedback(tx, who.workspace_id, conversation_id)


def list_feedback(tx: Tx, who: Actor, wanted: Wanted, behind: tuple[int, str] | None, limit: int) -> list[Feedback]:
    """Feedback that fits, newest first, behind the (created_at, conversation_id) of the last one seen."""
    who.require("conversations:read")
    return feedback_store.list_feedback(tx, who.workspace_id, wanted, behind, limit)


def report_feedback(tx: Tx, who: Actor, wanted: Wanted, since: int, until: int, zone: tzinfo) -> Report:
    """Satisfaction from `since` until before `until`, by day of a time zone. Raises `field_invalid` beyond 366 days."""
    who.require("conversations:read")
    if since >= until:
        raise field_invalid("since", "this must be before until.")
    if not 0 <= since < _LAST:
        raise field_invalid("since", "this is too far from now.")
    days = days_between(since, min(until, since + _REPORTED_DAYS * DAY + DAY), zone)
    if len(days) > _REPORTED_DAYS:
        raise field_invalid("since", f"a report takes at most {_REPORTED_DAYS} days.")
    tallies = feedback_store.tally_feedback(tx, who.workspace_id, replace(wanted, since=since, until=until))
    return report_of(tallies, days, zone)
