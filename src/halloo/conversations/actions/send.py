"""Saying something: send, edit, remove, and an operator's first word."""

from dataclasses import dataclass

from msgspec.structs import replace

from halloo.contacts import actions as contacts
from halloo.contacts import facts as contact_facts
from halloo.conversations import facts, kinds, message_store, search_store, store
from halloo.conversations.actions.answers import note_answer
from halloo.conversations.actions.hold import is_same_file, put_file
from halloo.conversations.actions.scope import reach
from halloo.conversations.errors import ClientIdConflict, MessageNotFound, MessageRefused, NotYourMessage
from halloo.conversations.model import Conversation, Draft, Message, Sender, begin, checked_content
from halloo.db.tx import Tx
from halloo.files import actions as files
from halloo.files.model import MESSAGE_TYPES, FileAddresses, names_upload
from halloo.kit.json import dump
from halloo.kit.refusals import NotFound
from halloo.workspaces.actions.operators import find_operators
from halloo.workspaces.model import Actor


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
    if conversation.last_seq == 0 and message.seq == 1:
        facts.request_initiated(tx, after)
    data = facts.message_sent(tx, message)
    _state_facts(tx, conversation, after)
    return Sent(message, after, repeated=False, data=data)


def _repeated(tx: Tx, conversation: Conversation, draft: Draft, sender: Sender) -> Sent:
    """The message that this `client_id` has stored before. Raises `ClientIdConflict` where it said something else."""
    before = message_store.get_message_of_client(tx, tx.workspace_id, conversation.id, draft.client_id)
    same = before.edited or before.content == draft.content or is_same_file(tx, draft, before)
    if (before.type, before.sender) != (draft.type, sender) or not same:
        raise ClientIdConflict
    return Sent(before, conversation, repeated=True, data=dump(facts.message_data(tx.workspace_id, before)))


def _state_facts(tx: Tx, before: Conversation, after: Conversation) -> None:
    """Record what else changed."""
    if before.mentioned != after.mentioned:
        facts.mentions_set(tx, after)
    if before.state != after.state:
        facts.state_set(tx, after)
    if before.snoozed_until is not None and after.snoozed_until is None:
        facts.snooze_set(tx, after)


def edit_message(
    tx: Tx,
    who: Actor,
    conversation_id: str,
    fingerprint: int,
    content: object,
    addresses: FileAddresses | None = None,
) -> Message:
    """Change what a message says; only its author may. A visitor answers a picker or a field in the same way.

    `addresses`: as `Draft.files`.
    Raises `MessageNotFound`, `NotYourMessage`, `MessageRefused`.
    """
    conversation, message = _reach_message(tx, who, conversation_id, fingerprint)
    if who.kind == "visitor" and message.sender == "operator" and message.type in kinds.ANSWERED:
        return _answer(tx, who, conversation, message, content)
    _require_author(who, message)
    if message.type in MESSAGE_TYPES:
        raise MessageRefused("content: only what was written can be changed; send the file anew.", field="content")
    edited = replace(message, content=checked_content(message.type, content, addresses), edited=True)
    _save_edited(tx, who, edited, message.author_id)
    return edited


def _answer(tx: Tx, who: Actor, conversation: Conversation, message: Message, content: object) -> Message:
    """The message with the visitor's answer; the conversation waits for operators from then on."""
    answered = replace(message, content=kinds.answer(message.type, message.content, content))
    if answered == message:
        return message
    _save_edited(tx, who, answered, f"session_{conversation.id}")
    after = conversation.answered(tx.now)
    store.save_after_message(tx, after)
    _state_facts(tx, conversation, after)
    return answered


def _save_edited(tx: Tx, who: Actor, edited: Message, editor_id: str) -> None:
    message_store.update_message(tx, who.workspace_id, edited)
    search_store.drop_words(tx, who.workspace_id, edited.conversation_id, edited.fingerprint)
    facts.message_updated(tx, edited, facts.MessageUser(editor_id, who.name, who.avatar))


def remove_message(tx: Tx, who: Actor, conversation_id: str, fingerprint: int) -> Message:
    """Take a message back; its place stays. Raises `MessageNotFound`, `NotYourMessage`."""
    _, message = _reach_message(tx, who, conversation_id, fingerprint)
    _require_author(who, message)
    gone = replace(message, content="", removed=True)
    message_store.update_message(tx, who.workspace_id, gone)
    search_store.drop_words(tx, who.workspace_id, conversation_id, fingerprint)
    files.remove_of_message(tx, conversation_id, fingerprint)
    facts.message_removed(tx, gone)
    return gone


def _reach_message(tx: Tx, who: Actor, conversation_id: str, fingerprint: int) -> tuple[Conversation, Message]:
    """A message that may be seen, with its conversation, which is locked."""
    conversation = reach(tx, who, conversation_id, "conversations:write", lock=True)
    message = message_store.get_message(tx, who.workspace_id, conversation_id, fingerprint)
    if message.removed or (who.kind == "visitor" and message.private):
        raise MessageNotFound
    return conversation, message


def _require_author(who: Actor, message: Message) -> None:
    mine = f"session_{message.conversation_id}" if who.kind == "visitor" else who.operator_id or who.id
    if message.author_id != mine:
        raise NotYourMessage


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
