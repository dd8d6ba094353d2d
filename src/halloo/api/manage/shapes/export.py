"""Shapes of the management API: everything that is kept of a contact."""

from typing import Any, Literal

from msgspec import Struct

from halloo.api.manage.shapes.common import Scalar, State
from halloo.api.manage.shapes.feedback import FeedbackView
from halloo.api.manage.shapes.people import ContactView, VisitorView
from halloo.api.manage.shapes.talk import MessageView


class ContactExport(Struct):
    """Everything that is kept of a contact."""

    contact: ContactView
    visitors: list["ExportedVisitor"]
    conversations: list["ExportedConversation"]
    mails: list["ExportedMail"]


class ExportedVisitor(VisitorView):
    """A visitor of an exported contact, with all that was said of them. `form`: what they last filled in before a conversation."""

    phone: str | None
    company: str | None
    avatar: str | None
    data: dict[str, Scalar]
    form: dict[str, Any]


class ExportedMail(Struct):
    """A mail to an exported contact: an unread answer, or a link that was asked for. `at`: when it was sent, or is looked at next."""

    kind: Literal["answer", "link"]
    conversation_id: str | None
    recipient: str
    state: Literal["waiting", "sending", "sent", "failed"]
    created_at: str
    at: str


class ExportedConversation(Struct):
    """A conversation of an exported contact, with what was said in it."""

    id: str
    state: State
    created_at: str
    subject: str
    tags: list[str]
    custom_metadata: dict[str, Any]
    feedback: "FeedbackView | None"
    messages: list[MessageView]
