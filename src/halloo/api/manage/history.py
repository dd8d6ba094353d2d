"""What is known of a contact over time: events for the panel, and the export of everything."""

import msgspec

from halloo.api.manage import shapes, talk
from halloo.contacts import actions as contacts
from halloo.contacts.model import Visitor
from halloo.conversations import actions as conversations
from halloo.conversations.model import Conversation, Filter
from halloo.db.tx import Tx
from halloo.edge.live import Live
from halloo.kit.clock import rfc3339
from halloo.mail.actions import list_mails_of
from halloo.mail.model import Mail
from halloo.workspaces.model import Actor

_PAGE = 200


def show_events(tx: Tx, who: Actor, contact_id: str, limit: int) -> shapes.ContactEventPage:
    """Query: what happened with a contact, newest first. Conversations only for who may read them."""
    contact = contacts.get_contact(tx, who, contact_id)
    found: list[tuple[int, shapes.ContactEvent]] = [
        (contact.first_seen_at, shapes.ContactEvent(rfc3339(contact.first_seen_at), "first_seen", ""))
    ]
    for visitor in contacts.list_browsers(tx, who, contact_id):
        found.extend(
            (page.at, shapes.ContactEvent(rfc3339(page.at), "page", page.title or page.url)) for page in visitor.pages
        )
    if "conversations:read" in who.scopes:
        for one in _conversations(tx, who, contact_id):
            event = shapes.ContactEvent(rfc3339(one.created_at), "conversation_started", one.subject)
            found.append((one.created_at, event))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return shapes.ContactEventPage([event for _, event in found[:limit]], None)


def _conversations(tx: Tx, who: Actor, contact_id: str) -> list[Conversation]:
    """Every conversation of a contact, newest activity first."""
    found: list[Conversation] = []
    behind: tuple[int, str] | None = None
    while True:
        page = conversations.list_conversations(
            tx, who, Filter(contact_id=contact_id, whole=True), behind, _PAGE
        ).conversations
        found.extend(page)
        if len(page) < _PAGE:
            return found
        behind = (page[-1].updated_at, page[-1].id)


def _messages(tx: Tx, who: Actor, conversation_id: str) -> list[shapes.MessageView]:
    """Every message of a conversation, ascending."""
    found: list[shapes.MessageView] = []
    after = 0
    while True:
        page = conversations.list_messages(tx, who, conversation_id, after, None, _PAGE)
        found.extend(talk.message_view(who.workspace_id, message) for message in page.messages)
        if not page.has_more:
            return found
        after = page.messages[-1].fingerprint


def export_contact(tx: Tx, who: Actor, contact_id: str, live: Live) -> shapes.ContactExport:
    """Query: everything that is kept of a contact."""
    who.require("conversations:read")
    contact = contacts.get_contact(tx, who, contact_id)
    browsers = contacts.list_browsers(tx, who, contact_id)
    return shapes.ContactExport(
        contact=talk.contact_view(contact),
        visitors=[_visitor(one, live) for one in browsers],
        conversations=[
            shapes.ExportedConversation(
                id=one.id,
                state=one.state,
                created_at=rfc3339(one.created_at),
                subject=one.subject,
                tags=list(one.tags),
                custom_metadata=one.custom_metadata,
                feedback=talk.show_feedback_of(tx, who, one),
                messages=_messages(tx, who, one.id),
            )
            for one in _conversations(tx, who, contact_id)
        ],
        mails=[_mail(one) for one in list_mails_of(tx, who, contact_id)],
    )


def _visitor(visitor: Visitor, live: Live) -> shapes.ExportedVisitor:
    seen = msgspec.structs.asdict(talk.visitor_view(visitor, live))
    said = {name: getattr(visitor, name) for name in ("phone", "company", "avatar", "data")}
    return shapes.ExportedVisitor(**seen, **said, form=visitor.form_fields)


def _mail(mail: Mail) -> shapes.ExportedMail:
    return shapes.ExportedMail(
        kind="link" if mail.kind == "link" else "answer",
        conversation_id=mail.conversation_id,
        recipient=mail.recipient,
        state=mail.state,
        created_at=rfc3339(mail.created_at),
        at=rfc3339(mail.due_at),
    )
