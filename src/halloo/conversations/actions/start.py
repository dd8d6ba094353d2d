"""A visitor starts a conversation, or goes on with one."""

from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import structs

from halloo.contacts import actions as contacts
from halloo.contacts import facts as contact_facts
from halloo.contacts.forms import Asked, take_answers
from halloo.contacts.model import Page, Spot, Visitor
from halloo.conversations import facts, store
from halloo.conversations.actions.scope import reach
from halloo.conversations.actions.send import add_message
from halloo.conversations.errors import ConversationForbidden
from halloo.conversations.feedback import keep_feedback
from halloo.conversations.model import Conversation, Draft, Message, begin, check_metadata
from halloo.db.tx import Tx
from halloo.kit.ids import is_uuid
from halloo.workspaces.model import Actor


@dataclass(frozen=True, slots=True)
class Start:
    """What a start brings along. `conversation_id` resumes; `client_id` makes a repeated start one conversation.

    `asked`: the form that the widget asks before a new conversation, and what was filled in. `spot`: where the visitor seems to be.
    """

    conversation_id: str | None = None
    client_id: str | None = None
    draft: Draft | None = None
    page: Page | None = None
    custom_metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    asked: Asked | None = None
    spot: Spot | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The conversation, the message that was sent with it, and whether it is a new one.

    `repeated`: all of this was stored before, when the same was asked for.
    """

    conversation: Conversation
    message: Message | None
    created: bool
    repeated: bool = False


def start_conversation(tx: Tx, who: Actor, visitor: Visitor, start: Start) -> Started:
    """Start or resume, and send the first message in the same transaction.

    Raises `ConversationForbidden`, `FormRequired`, `MessageRefused`, `VisitorTokenInvalid`.
    """
    found = _found(tx, who, visitor, start)
    created = found is None
    if found is None:
        visitor, found = _begun(tx, visitor, start)
        who = replace(who, name=visitor.nickname)  # the form may have told a name
    conversation = found
    message, repeated = None, not created
    if start.draft is not None:
        sent = add_message(tx, who, conversation, start.draft)
        conversation, message = sent.conversation, sent.message
        repeated = sent.repeated
    if start.page is not None:
        contacts.see_page(tx, visitor.id, start.page, conversation.id)
    return Started(conversation, message, created, repeated)


def _found(tx: Tx, who: Actor, visitor: Visitor, start: Start) -> Conversation | None:
    """The conversation that is resumed, or that the same start made before; None where a new one begins."""
    if start.conversation_id is not None:
        return reach(tx, who, start.conversation_id, "", lock=True)
    if start.client_id is None:
        return None
    return store.lock_conversation_of_client(tx, who.workspace_id, visitor.id, start.client_id)


def _begun(tx: Tx, visitor: Visitor, start: Start) -> tuple[Visitor, Conversation]:
    """A new conversation, and the visitor as the form has made them known. Answers of the form win over the page's metadata."""
    taken = take_answers(tx, contacts.lock_visitor(tx, visitor.id), start.asked)
    visitor = taken.visitor
    metadata = check_metadata(keep_feedback({}, {**start.custom_metadata, **taken.answers}))
    first = store.find_newest_of_visitor(tx, tx.workspace_id, visitor.id) is None
    contact_id = contacts.ensure_contact(tx, visitor)
    conversation = begin(tx.workspace_id, visitor.widget_id, visitor.id, contact_id, tx.now, start.client_id)
    conversation = structs.replace(conversation, custom_metadata=metadata)
    store.insert_conversation(tx, conversation)
    contacts.count_conversation(tx, conversation.contact_id)
    contact_facts.bound(tx, conversation.id, contact_id)
    if metadata:
        facts.data_set(tx, conversation)
    if first:
        contact_facts.introduced(tx, conversation.id, visitor, contact_id)
    else:
        contact_facts.details_set(tx, conversation.id, taken.news, contact_id)
    if visitor.user_agent:
        contact_facts.system_known(tx, conversation.id, visitor)
    if start.spot is not None:
        contact_facts.place_known(tx, conversation.id, start.spot)
    return visitor, conversation


def owns_conversation(tx: Tx, who: Actor, conversation_id: str) -> bool:
    """Whether the visitor may read this conversation's stream."""
    try:
        reach(tx, who, conversation_id, "conversations:read")
    except ConversationForbidden:
        return False
    return is_uuid(conversation_id)


def newest_of_visitor(tx: Tx, visitor_id: str) -> str | None:
    """The id of a visitor's current conversation, or None; for programs of our own."""
    return store.find_newest_of_visitor(tx, tx.workspace_id, visitor_id)


def current_conversation(tx: Tx, who: Actor) -> str | None:
    """The id of the visitor's newest conversation, or None."""
    return store.find_newest_of_visitor(tx, who.workspace_id, who.id)
