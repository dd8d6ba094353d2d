"""Conversations that are kept no longer: deleted by a colleague, with a person, or since their time is over."""

from halloo.contacts import actions as contacts
from halloo.contacts.erasure import Erased
from halloo.conversations import facts, feedback_store, message_store, search_store, store
from halloo.conversations.actions.scope import reach
from halloo.conversations.model import Conversation
from halloo.db.tx import Tx
from halloo.events.log import erase_payloads
from halloo.files import actions as files
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.model import Actor


def delete_conversation(tx: Tx, who: Actor, conversation_id: str) -> None:
    """Erase a conversation: messages, files, search words, feedback and the payloads of its facts. Raises `ConversationNotFound`."""
    conversation = reach(tx, who, conversation_id, "conversations:delete", lock=True)
    erase_conversation(tx, conversation, Erased())
    audit(tx, who, "conversation.deleted", conversation_id)


def erase_conversation(tx: Tx, conversation: Conversation, erased: Erased) -> None:
    """The same, where it is known to be right. What goes is noted in `erased`."""
    one = conversation.id
    erased.add("message", message_store.list_ids(tx, tx.workspace_id, one))
    erased.add("file", (file.id for file in files.list_of_conversation(tx, one)))
    erased.add("conversation", [one])
    feedback_store.erase_of(tx, tx.workspace_id, one)
    search_store.drop_words(tx, tx.workspace_id, one)
    files.erase_of_conversation(tx, one)
    store.delete_conversation(tx, tx.workspace_id, one)
    erase_payloads(tx, one)
    if conversation.spam:
        facts.spam_decided(tx, conversation, "reject")
    facts.removed(tx, one)


def erase_conversations_of(tx: Tx, who: Actor, contact_id: str, erased: Erased) -> list[str]:
    """Erase every conversation with a contact, whichever browser it was held in; their ids."""
    who.require("conversations:delete")
    visitors = contacts.list_browser_ids(tx, contact_id)
    ids = store.list_ids_of_person(tx, tx.workspace_id, contact_id, visitors)
    for conversation_id in ids:
        erase_conversation(tx, store.get_conversation(tx, tx.workspace_id, conversation_id, lock=True), erased)
    return ids


def erase_quiet(tx: Tx, widget_id: str, before: int, limit: int) -> list[str]:
    """Erase at most so many conversations of a widget in which nothing has happened since then; their ids."""
    ids = store.list_quiet(tx, tx.workspace_id, widget_id, before, limit)
    for conversation_id in ids:
        erase_conversation(tx, store.get_conversation(tx, tx.workspace_id, conversation_id, lock=True), Erased())
    return ids


def expire_files(tx: Tx, widget_id: str, before: int, limit: int) -> int:
    """Take back at most so many files from before then that were sent in a widget's conversations; how many."""
    return files.expire(tx, store.of_widget(tx.workspace_id, widget_id), before, limit)
