"""Saying something: send, edit, remove, and an operator's first word."""

from dataclasses import dataclass

from msgspec.structs import replace

from halloo.contacts import actions as contacts
from halloo.contacts import facts as contact_facts
from halloo.conversations import facts, message_store, search_store, store
from halloo.conversations.actions.answers import note_answer
from halloo.conversations.actions.hold import is_same_file, put_file
from halloo.conversations.actions.scope import reach
from halloo.conversations.errors import ClientIdConflict, MessageNotFound, MessageRefused, NotYourMessage
from halloo.conversations.model import Conversation, Draft, Message, Sender, begin, check_text
from halloo.db.tx import Tx
from halloo.files import actions as files
from halloo.files.model import names_upload
from halloo.kit.json import dump
from halloo.kit.refusals import NotFound
from halloo.workspaces.actions.operators import find_operators
from halloo.workspaces.model import Actor

_WRITTEN = ("text", "note")


@dataclass(frozen=True, slots=True)
class Sent:
    """A stored message; `repeated` where the same `client_id` had stored it before. `data` is how every wire shows it."""

    message: Message
    conversation: Conversation
    repeated: bool
    data: bytes


def send_message(tx: Tx, who: Actor, conversation_id: str, draft: Draft) -> Sent:
    """Add a message to a conversation. The same `client_id` with the same content is answered with the first message.

    Raises `ConversationForbidden`, `ConversationNotFound`, `MessageRefused`, `ClientIdConflict`.
    """
    conversation = reach(tx, who, conversation_id, "conversations:write", lock=True)
    return add_message(tx, who, conversation, draft)


def add_message(tx: Tx, who: Actor, conversation: Conversation, draft: Draft) -> Sent:
    """`send_message` for a conversation that the caller has locked and may write to."""
    sender = "user" if who.kind == "visitor" else "operator"
    draft = draft.checked(sender)
    if draft.mentions and len(find_operators(tx, tx.workspace_id, set(draft.mentions))) < len(set(draft.mentions)):
        raise MessageRefused("mentions: only colleagues of this workspace can be mentioned.", field="mentions")
    if names_upload(draft.content) is not None:
        before = message_store.find_message_of_client(tx, tx.workspace_id, conversation.id, draft.client_id)
        if before is not None:  # its upload was taken by itself
            return _repeated(tx, conversation, draft, sender)
    after, message = conversation.accept(draft, who, sender, tx.now)
    after, message = put_file(tx, who, draft, after, message)
    if not message_store.insert_message(tx, tx.workspace_id, message):
        return _repeated(tx, conversation, draft, sender)
    store.save_after_message(tx, after)
    note_answer(tx, conversation, message)
    data = _state_facts(tx, conversation, after, message)
    return Sent(message, after, repeated=False, data=data)


def _repeated(tx: Tx, conversation: Conversation, draft: Draft, sender: Sender) -> Sent:
    """The message that this `client_id` has stored before. Raises `ClientIdConflict` where it said something else."""
    before = message_store.get_message_of_client(tx, tx.workspace_id, conversation.id, draft.client_id)
    same = before.edited or before.content == draft.content or is_same_file(tx, draft, before)
    if (before.type, before.sender) != (draft.type, sender) or not same:
        raise ClientIdConflict
    return Sent(before, conversation, repeated=True, data=dump(facts.message_data(tx.workspace_id, before)))


def _state_facts(tx: Tx, before: Conversation, after: Conversation, message: Message) -> bytes:
    """Record what happened; the payload of the message's fact."""
    if before.last_seq == 0 and message.seq == 1:
        facts.request_initiated(tx, after)
    data = facts.message_sent(tx, message)
    if before.mentioned != after.mentioned:
        facts.mentions_set(tx, after)
    if before.state != after.state:
        facts.state_set(tx, after)
    if before.snoozed_until is not None and after.snoozed_until is None:
        facts.snooze_set(tx, after)
    return data


def edit_message(tx: Tx, who: Actor, conversation_id: str, fingerprint: int, content: object) -> Message:
    """Change what a message says; only its author may. Raises `MessageNotFound`, `NotYourMessage`, `MessageRefused`."""
    message = _own_message(tx, who, conversation_id, fingerprint)
    if message.type not in _WRITTEN:
        raise MessageRefused("content: only what was written can be changed; send the file anew.", field="content")
    edited = replace(message, content=check_text(content), edited=True)
    message_store.update_message(tx, who.workspace_id, edited)
    search_store.drop_words(tx, who.workspace_id, conversation_id, fingerprint)
    facts.message_updated(tx, edited, facts.MessageUser(message.author_id, who.name, who.avatar))
    return edited


def remove_message(tx: Tx, who: Actor, conversation_id: str, fingerprint: int) -> Message:
    """Take a message back; its place stays. Raises `MessageNotFound`, `NotYourMessage`."""
    message = _own_message(tx, who, conversation_id, fingerprint)
    gone = replace(message, content="", removed=True)
    message_store.update_message(tx, who.workspace_id, gone)
    search_store.drop_words(tx, who.workspace_id, conversation_id, fingerprint)
    files.remove_of_message(tx, conversation_id, fingerprint)
    facts.message_removed(tx, gone)
    return gone


def _own_message(tx: Tx, who: Actor, conversation_id: str, fingerprint: int) -> Message:
    reach(tx, who, conversation_id, "conversations:write", lock=True)
    message = message_store.get_message(tx, who.workspace_id, conversation_id, fingerprint)
    if who.kind == "visitor" and message.private:
        raise MessageNotFound
    if message.removed:
        raise MessageNotFound
    mine = f"session_{conversation_id}" if who.kind == "visitor" else who.operator_id or who.id
    if message.author_id != mine:
        raise NotYourMessage
    return message


def begin_conversation(
    tx: Tx, who: Actor, widget_id: str, visitor_id: str | None, contact_id: str | None, draft: Draft
) -> Sent:
    """An operator writes first, to a visitor or to the browser that a contact was last seen with.

    Raises `NotFound` where there is no such visitor.
    """
    who.require("conversations:write")
    visitor = contacts.find_visitor(tx, visitor_id) if visitor_id is not None else None
    if contact_id is not None:
        browsers = [v for v in contacts.list_browsers(tx, who, contact_id) if v.widget_id == widget_id]
        visitor = browsers[0] if browsers else None
    if visitor is None or visitor.widget_id != widget_id:
        raise NotFound("No visitor of this widget is known by that id.", code="visitor_not_found")
    repeated = store.lock_conversation_of_client(tx, who.workspace_id, visitor.id, draft.client_id)
    if repeated is not None:
        return add_message(tx, who, repeated, draft)
    conversation = begin(
        who.workspace_id, widget_id, visitor.id, contacts.ensure_contact(tx, visitor), tx.now, draft.client_id
    )
    first = store.find_newest_of_visitor(tx, tx.workspace_id, visitor.id) is None
    store.insert_conversation(tx, conversation)
    contacts.count_conversation(tx, conversation.contact_id)
    contact_facts.bound(tx, conversation.id, conversation.contact_id)
    if first:
        contact_facts.introduced(tx, conversation.id, visitor, conversation.contact_id)
    return add_message(tx, who, conversation, draft)
