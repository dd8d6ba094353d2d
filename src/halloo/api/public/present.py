"""How visitors see things."""

from typing import Literal

from halloo.api.public.shapes import Face, LastSeq, PublicConversation, PublicPosition, Team, VisitorMe
from halloo.contacts.model import Visitor
from halloo.conversations.model import Conversation
from halloo.events.model import Position
from halloo.kit.clock import rfc3339
from halloo.workspaces.model import Operator

_FACES = 3


def position(found: Position) -> PublicPosition:
    """A stream's position."""
    return PublicPosition(found.stream, found.epoch, found.offset)


def conversation(found: Conversation, at: Position, asks: bool) -> PublicConversation:  # noqa: FBT001 - handed on by position
    """A conversation without anything internal: no assignee, tags, snooze, notes. `asks`: the widget wants feedback."""
    last = None
    if found.last_at is not None:
        last = LastSeq(found.last_seq, found.last_excerpt or "", found.last_at, found.last_author or "")
    return PublicConversation(
        id=found.id,
        state=found.state,
        created_at=rfc3339(found.created_at),
        updated_at=rfc3339(found.updated_at),
        last_seq=found.last_seq,
        read_seq=found.visitor_read_seq,
        operator_read_seq=found.operator_read_seq,
        unread=found.visitor_unread,
        last_message=last,
        feedback=_feedback(found, asks),
        position=position(at),
    )


def me(visitor: Visitor, token: str | None = None) -> VisitorMe:
    """A visitor to themselves, with the token that was given now."""
    return VisitorMe(visitor.id, visitor.known_as, visitor.identified, visitor.name, visitor.email, token)


def _feedback(found: Conversation, asks: bool) -> Literal["none", "open", "given"]:  # noqa: FBT001 - handed on by position
    """Whether it was given, which stays so; else whether it may be given now."""
    if found.feedback_at is not None:
        return "given"
    return "open" if asks and found.state == "resolved" else "none"


def team(operators: list[Operator], here: frozenset[str] | None, reply_ms: int | None) -> Team:
    """Up to three faces, those who are there first: who has the inbox open and is available, as the relay says it, too."""
    there = {one.id for one in operators if one.availability == "online" and (here is None or one.id in here)}
    ordered = sorted(operators, key=lambda one: (one.id not in there, one.name.casefold()))
    faces = [Face(one.id, one.name, one.avatar, one.id in there) for one in ordered[:_FACES]]
    return Team(faces, bool(there), reply_ms)
