"""Conversations, messages, contacts and visitors as the wire shows them; queries gather what belongs together."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import UNSET

from halloo.api.manage import shapes
from halloo.api.manage.people import brief
from halloo.contacts import actions as contacts
from halloo.contacts.device import parse_user_agent
from halloo.contacts.model import Contact, Visitor
from halloo.conversations import actions as conversations
from halloo.conversations.facts import message_data
from halloo.conversations.feedback import Feedback
from halloo.conversations.model import Conversation, Filter, Message
from halloo.db.tx import Tx
from halloo.edge.live import Live
from halloo.events.model import Position
from halloo.files.model import FileAddresses
from halloo.kit.clock import optional_rfc3339, rfc3339
from halloo.workspaces.actions import find_operators
from halloo.workspaces.model import Actor, Operator


def position_view(position: Position) -> shapes.Position:
    """Where a stream stood."""
    return shapes.Position(position.stream, position.epoch, position.offset)


def message_view(workspace_id: str, message: Message) -> shapes.MessageView:
    """A message, in the values of its fact."""
    data = message_data(workspace_id, message)
    return shapes.MessageView(
        id=data.id,
        fingerprint=data.fingerprint,
        type=data.type,
        content=data.content,
        from_=data.sender,
        origin=data.origin,
        timestamp=data.timestamp,
        user=shapes.MessageUser(data.user.user_id, data.user.nickname, data.user.avatar),
        client_id=data.client_id,
        edited=data.edited,
        removed=data.removed,
        seq=data.seq,
        mentions=data.mentions,
        automated=data.automated,
        properties=data.properties,
    )


def contact_view(contact: Contact) -> shapes.ContactView:
    """A person."""
    return shapes.ContactView(
        id=contact.id,
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        company=contact.company,
        avatar=contact.avatar,
        verified=contact.verified,
        notes=contact.notes,
        data=contact.data,
        conversations=contact.conversations,
        first_seen_at=rfc3339(contact.first_seen_at),
        last_seen_at=rfc3339(contact.last_seen_at),
        created_at=rfc3339(contact.created_at),
        updated_at=rfc3339(contact.updated_at),
    )


def visitor_view(visitor: Visitor, live: Live) -> shapes.VisitorView:
    """A browser on a customer's site."""
    device = parse_user_agent(visitor.user_agent)
    return shapes.VisitorView(
        id=visitor.id,
        user_id=visitor.known_as,
        identified=visitor.identified,
        identity=visitor.identity,
        signed=visitor.signed,
        name=visitor.name,
        email=visitor.email,
        locale=visitor.locale,
        timezone=visitor.timezone,
        parent_origin=visitor.parent_origin,
        embedding=visitor.embedding,
        online=live.is_online(visitor.workspace_id, visitor.id),
        blocked=visitor.blocked,
        browser=shapes.Software(device.browser_name, device.browser_version),
        os=shapes.Software(device.os_name, device.os_version),
        device=device.kind,
        pages=[shapes.PageView(page.url, page.title, page.referrer, rfc3339(page.at)) for page in visitor.pages],
        first_seen_at=rfc3339(visitor.created_at),
        last_seen_at=rfc3339(visitor.last_seen_at),
    )


def _gone_contact(conversation: Conversation) -> shapes.ContactView:
    """What stands in the place of a contact that was deleted."""
    return shapes.ContactView(
        id=conversation.contact_id,
        name=None,
        email=None,
        phone=None,
        company=None,
        avatar=None,
        verified=False,
        notes="",
        data={},
        conversations=0,
        first_seen_at=rfc3339(conversation.created_at),
        last_seen_at=rfc3339(conversation.updated_at),
        created_at=rfc3339(conversation.created_at),
        updated_at=rfc3339(conversation.updated_at),
    )


def last_message(conversation: Conversation) -> shapes.LastMessage | None:
    """The newest message in one line."""
    if conversation.last_at is None or conversation.last_type is None or conversation.last_from is None:
        return None
    return shapes.LastMessage(
        type=conversation.last_type,
        from_=conversation.last_from,
        excerpt=conversation.last_excerpt or "",
        timestamp=conversation.last_at,
        author=conversation.last_author or "",
    )


class Company:
    """The people around some conversations, read in one go each."""

    def __init__(self, tx: Tx, who: Actor, found: Iterable[Conversation], live: Live) -> None:
        """Read contacts, visitors and assignees of `found`."""
        listed = list(found)
        self._live = live
        self.contacts: Mapping[str, Contact] = contacts.get_contacts(tx, who, {one.contact_id for one in listed})
        self.visitors: Mapping[str, Visitor] = contacts.get_visitors(tx, who, {one.visitor_id for one in listed})
        assignees = {one.assignee_id for one in listed if one.assignee_id is not None}
        self.operators: Mapping[str, Operator] = find_operators(tx, who.workspace_id, assignees)

    def values(self, one: Conversation) -> dict[str, Any]:
        """The fields of a row."""
        contact = self.contacts.get(one.contact_id)
        assignee = self.operators.get(one.assignee_id or "")
        return {
            "id": one.id,
            "state": one.state,
            "snoozed_until": optional_rfc3339(one.snoozed_until),
            "assignee": None if assignee is None else brief(assignee),
            "inbox_id": None,
            "widget_id": one.widget_id,
            "subject": one.subject,
            "tags": list(one.tags),
            "created_at": rfc3339(one.created_at),
            "updated_at": rfc3339(one.updated_at),
            "waiting_since": optional_rfc3339(one.waiting_since),
            "last_seq": one.last_seq,
            "unread": one.unread,
            "visitor_read_seq": one.visitor_read_seq,
            "last_message": last_message(one),
            "contact": _gone_contact(one) if contact is None else contact_view(contact),
            "visitor": visitor_view(self.visitors[one.visitor_id], self._live),
            "spam": one.spam,
        }

    def name(self, one: Conversation) -> str:
        """Whom a conversation is with, in a word."""
        contact = self.contacts.get(one.contact_id)
        said = None if contact is None else contact.name or contact.email
        return said or self.visitors[one.visitor_id].nickname


def show_conversations(
    tx: Tx, who: Actor, wanted: Filter, behind: tuple[int, str] | None, limit: int, live: Live
) -> tuple[list[Conversation], list[shapes.ConversationRow], shapes.Position]:
    """Query: a list with the people around it; the values it was made of give the cursor."""
    page = conversations.list_conversations(tx, who, wanted, behind, limit)
    company = Company(tx, who, page.conversations, live)
    rows = [shapes.ConversationRow(**company.values(one)) for one in page.conversations]
    return page.conversations, rows, position_view(page.position)


def show_conversation(tx: Tx, who: Actor, conversation_id: str, live: Live) -> tuple[int, shapes.ConversationView]:
    """Query: one conversation, and its version."""
    one = conversations.get_conversation(tx, who, conversation_id)
    values = Company(tx, who, [one.conversation], live).values(one.conversation)
    view = shapes.ConversationView(
        **values,
        custom_metadata=one.conversation.custom_metadata,
        feedback=show_feedback_of(tx, who, one.conversation),
        position={"w": position_view(one.workspace), "c": position_view(one.stream)},
    )
    return one.conversation.updated_at, view


def show_feedback(tx: Tx, who: Actor, found: list[Feedback]) -> list[shapes.FeedbackView]:
    """Query: feedback with the people whom it is from and about."""
    people = contacts.get_contacts(tx, who, {one.contact_id for one in found})
    about = find_operators(tx, who.workspace_id, {one.operator_id for one in found if one.operator_id is not None})
    return [_feedback_view(one, people.get(one.contact_id), about.get(one.operator_id or "")) for one in found]


def show_feedback_of(tx: Tx, who: Actor, one: Conversation) -> shapes.FeedbackView | None:
    """Query: what was said of a conversation after it."""
    found = None if one.feedback_at is None else conversations.find_feedback(tx, who, one.id)
    return None if found is None else show_feedback(tx, who, [found])[0]


def _feedback_view(one: Feedback, contact: Contact | None, operator: Operator | None) -> shapes.FeedbackView:
    return shapes.FeedbackView(
        conversation_id=one.conversation_id,
        widget_id=one.widget_id,
        contact_id=one.contact_id,
        contact_name=None if contact is None else contact.name,
        operator=None if operator is None else brief(operator),
        stars=one.stars,
        comment=one.comment,
        fields=[shapes.FieldAnswer(said.id, said.label, said.type, said.value) for said in one.answers],
        created_at=rfc3339(one.created_at),
    )


def show_messages(
    tx: Tx,
    who: Actor,
    conversation_id: str,
    after: int | None,
    before: int | None,
    limit: int,
    files: FileAddresses,
) -> shapes.MessagePage:
    """Query: messages of a conversation, ascending, notes included."""
    page = conversations.list_messages(tx, who, conversation_id, after, before, limit, files)
    shown = [message_view(who.workspace_id, message) for message in page.messages]
    return shapes.MessagePage(shown, page.has_more, page.last_seq, position_view(page.position))


def optional(value: Any) -> Any:
    """None where a key was not sent."""
    return None if value is UNSET else value
