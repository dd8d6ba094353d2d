"""One function a verb: permission, rule, write, fact."""

from halloo.conversations.actions.answers import usual_wait
from halloo.conversations.actions.blocks import create_block, remove_block, sweep_blocks
from halloo.conversations.actions.canned import (
    create_canned_reply,
    delete_canned_reply,
    list_canned_replies,
    update_canned_reply,
)
from halloo.conversations.actions.change import change_conversation, end_conversation
from halloo.conversations.actions.erase import (
    delete_conversation,
    erase_conversations_of,
    erase_quiet,
    expire_files,
)
from halloo.conversations.actions.feedback import find_feedback, give_feedback, list_feedback, report_feedback
from halloo.conversations.actions.index import index_words, is_behind
from halloo.conversations.actions.join import identify_visitor, join_visitors
from halloo.conversations.actions.links import check_link
from halloo.conversations.actions.notice import (
    Unheard,
    find_unheard,
    latest_activity,
    list_unheard,
    note_mailed,
    note_undeliverable,
)
from halloo.conversations.actions.proof import forget_browser, note_refused_proof, retire_identity_key
from halloo.conversations.actions.read import (
    count_conversations,
    get_conversation,
    list_by_ids,
    list_conversations,
    list_messages,
    place_of,
    renew_address,
)
from halloo.conversations.actions.reading import mark_read
from halloo.conversations.actions.search import Hit, search_messages
from halloo.conversations.actions.send import Sent, begin_conversation, edit_message, remove_message, send_message
from halloo.conversations.actions.start import (
    Start,
    Started,
    current_conversation,
    newest_of_visitor,
    owns_conversation,
    start_conversation,
)
from halloo.conversations.actions.sweep import sweep_silent
from halloo.conversations.actions.tags import create_tag, delete_tag, list_tags, update_tag
from halloo.conversations.actions.told import change_contact, claim_details, note_refused_value, submit_form

__all__ = [
    "Hit",
    "Sent",
    "Start",
    "Started",
    "Unheard",
    "begin_conversation",
    "change_contact",
    "change_conversation",
    "check_link",
    "claim_details",
    "count_conversations",
    "create_block",
    "create_canned_reply",
    "create_tag",
    "current_conversation",
    "delete_canned_reply",
    "delete_conversation",
    "delete_tag",
    "edit_message",
    "end_conversation",
    "erase_conversations_of",
    "erase_quiet",
    "expire_files",
    "find_feedback",
    "find_unheard",
    "forget_browser",
    "get_conversation",
    "give_feedback",
    "identify_visitor",
    "index_words",
    "is_behind",
    "join_visitors",
    "latest_activity",
    "list_by_ids",
    "list_canned_replies",
    "list_conversations",
    "list_feedback",
    "list_messages",
    "list_tags",
    "list_unheard",
    "mark_read",
    "newest_of_visitor",
    "note_mailed",
    "note_refused_proof",
    "note_refused_value",
    "note_undeliverable",
    "owns_conversation",
    "place_of",
    "remove_block",
    "remove_message",
    "renew_address",
    "report_feedback",
    "retire_identity_key",
    "search_messages",
    "send_message",
    "start_conversation",
    "submit_form",
    "sweep_blocks",
    "sweep_silent",
    "update_canned_reply",
    "update_tag",
    "usual_wait",
]
