"""What each kind of message says: its shape, who may send it, its words, and how a visitor answers it (crisp contract 7). Pure."""

from halloo.conversations.kinds.answer import ANSWERED, answer
from halloo.conversations.kinds.check import BY_OPERATOR, BY_VISITOR, KINDS, TEXT_MAX, Kind, check, check_text
from halloo.conversations.kinds.pictured import pictured
from halloo.conversations.kinds.said import text_of
from halloo.conversations.kinds.uploads import check_upload, fits

__all__ = [
    "ANSWERED",
    "BY_OPERATOR",
    "BY_VISITOR",
    "KINDS",
    "TEXT_MAX",
    "Kind",
    "answer",
    "check",
    "check_text",
    "check_upload",
    "fits",
    "pictured",
    "text_of",
]
