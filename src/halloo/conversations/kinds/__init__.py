"""What each kind of message says: its shape, who may send it, its words, and how a visitor answers it (crisp contract 7). Pure."""

from halloo.conversations.kinds.answer import ANSWERED, answer
from halloo.conversations.kinds.check import BY_OPERATOR, BY_VISITOR, KINDS, Kind, check
from halloo.conversations.kinds.said import text_of

__all__ = ["ANSWERED", "BY_OPERATOR", "BY_VISITOR", "KINDS", "Kind", "answer", "check", "text_of"]
