"""What colleagues do to a conversation as a whole: state, snooze, assignment, tags, subject, spam; and a visitor's end."""

from typing import Any

from msgspec.structs import replace

from halloo.conversations import facts, store
from halloo.conversations.actions.scope import reach
from halloo.conversations.errors import MessageRefused
from halloo.conversations.feedback import keep_feedback
from halloo.conversations.model import SUBJECT_MAX, Change, Conversation, check_metadata, check_tags
from halloo.db.tx import Tx
from halloo.kit.refusals import Stale
from halloo.kit.text import clean
from halloo.widgets.forms import FEEDBACK_KEY
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.actions.operators import is_operator
from halloo.workspaces.model import Actor


def change_conversation(
    tx: Tx, who: Actor, conversation_id: str, change: Change, if_match: int | None = None
) -> Conversation:
    """Change what is given; one fact for each thing that really changed. Raises `MessageRefused`, `Stale`."""
    before = reach(tx, who, conversation_id, "conversations:write", lock=True)
    if if_match is not None and if_match != before.updated_at:
        raise Stale
    values = _values(tx, before, change)
    changed = {name: value for name, value in values.items() if getattr(before, name) != value}
    if not changed:
        return before
    changed["updated_at"] = max(tx.now, before.updated_at + 1)
    after = replace(before, **changed)
    store.update_conversation(tx, who.workspace_id, conversation_id, changed)
    _record(tx, before, after, changed)
    if "spam" in changed:
        audit(tx, who, "conversation.spam" if after.spam else "conversation.no_spam", conversation_id)
    return after


def _values(tx: Tx, before: Conversation, change: Change) -> dict[str, Any]:
    """The columns that the change sets, checked."""
    values: dict[str, Any] = {}
    given = change.given
    if "assignee_id" in given:
        if change.assignee_id is not None and not is_operator(tx, change.assignee_id):
            raise MessageRefused("assignee: there is no such colleague.", field="assignee")
        values["assignee_id"] = change.assignee_id
    if "state" in given:
        values["state"] = change.state
        if change.state == "resolved":
            values |= {"snoozed_until": None, "waiting_since": None, "unread": 0, "operator_read_seq": before.last_seq}
    if "snoozed_until" in given:
        values |= _snoozed(tx, before, change)
    if "tags" in given:
        values["tags"] = check_tags(change.tags)
    if "subject" in given:
        values["subject"] = _subject(change.subject)
    if "spam" in given:
        values["spam"] = change.spam
    if "custom_metadata" in given:
        values["custom_metadata"] = _metadata(before, change.custom_metadata)
    return values


def _metadata(before: Conversation, wanted: dict[str, Any]) -> dict[str, Any]:
    """The metadata as wanted. What the visitor said after the conversation stays among them, and is not for colleagues to write."""
    checked = check_metadata({name: value for name, value in wanted.items() if name != FEEDBACK_KEY})
    return keep_feedback(before.custom_metadata, {**wanted, **checked})


def _snoozed(tx: Tx, before: Conversation, change: Change) -> dict[str, Any]:
    if change.snoozed_until is None:
        return {"snoozed_until": None}
    if change.snoozed_until <= tx.now:
        raise MessageRefused("snoozed_until: choose a time to come.", field="snoozed_until")
    opened = {"state": "unresolved"} if before.state == "resolved" and "state" not in change.given else {}
    return {"snoozed_until": change.snoozed_until, **opened}


def _subject(text: str) -> str:
    subject = " ".join(clean(text).split())
    if len(subject) > SUBJECT_MAX:
        raise MessageRefused(f"subject: at most {SUBJECT_MAX} characters.", field="subject")
    return subject


def _record(tx: Tx, before: Conversation, after: Conversation, changed: dict[str, Any]) -> None:
    if "state" in changed:
        facts.state_set(tx, after)
    if "snoozed_until" in changed:
        facts.snooze_set(tx, after)
    if "assignee_id" in changed:
        facts.routing_set(tx, after, before.assignee_id)
    if "tags" in changed:
        facts.segments_set(tx, after)
    if "subject" in changed:
        facts.subject_set(tx, after)
    if "custom_metadata" in changed:
        facts.data_set(tx, after)
    if changed.get("spam"):
        facts.spam_marked(tx, after)
    elif "spam" in changed:
        facts.spam_decided(tx, after, "accept")


def end_conversation(tx: Tx, who: Actor, conversation_id: str) -> Conversation:
    """The visitor ends the conversation: it is resolved. Again is the same answer."""
    before = reach(tx, who, conversation_id, "conversations:write", lock=True)
    if before.state == "resolved":
        return before
    changed: dict[str, Any] = {"state": "resolved", "snoozed_until": None, "waiting_since": None, "updated_at": tx.now}
    after = replace(before, **changed)
    store.update_conversation(tx, who.workspace_id, conversation_id, changed)
    facts.state_set(tx, after)
    return after
