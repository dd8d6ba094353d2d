"""Canned replies: prepared answers that are inserted with a slash."""

import re

from halloo.conversations import facts, list_store
from halloo.conversations.errors import MessageRefused
from halloo.conversations.kinds import check_text
from halloo.conversations.model import CannedReply
from halloo.db.tx import Tx
from halloo.kit.ids import new_id
from halloo.workspaces.model import Actor

_SHORTCUT = re.compile(r"[\w-]{1,40}")


def list_canned_replies(tx: Tx, who: Actor) -> list[CannedReply]:
    """All of them, by shortcut."""
    who.require("conversations:read", "conversations:write")
    return list_store.list_canned_replies(tx, who.workspace_id)


def create_canned_reply(tx: Tx, who: Actor, shortcut: str, text: str) -> CannedReply:
    """Prepare an answer. Raises `MessageRefused`, `NameTaken`."""
    who.require("conversations:write")
    reply = CannedReply(new_id(), _checked(shortcut), check_text(text), tx.now, tx.now)
    list_store.insert_canned_reply(tx, who.workspace_id, reply)
    facts.canned_updated(tx)
    return reply


def update_canned_reply(tx: Tx, who: Actor, reply_id: str, shortcut: str | None, text: str | None) -> CannedReply:
    """Change shortcut or text; None leaves it. Raises `CannedReplyNotFound`, `MessageRefused`, `NameTaken`."""
    who.require("conversations:write")
    before = list_store.get_canned_reply(tx, who.workspace_id, reply_id)
    after = CannedReply(
        reply_id,
        before.shortcut if shortcut is None else _checked(shortcut),
        before.text if text is None else check_text(text),
        before.created_at,
        tx.now,
    )
    list_store.update_canned_reply(tx, who.workspace_id, after)
    facts.canned_updated(tx)
    return after


def delete_canned_reply(tx: Tx, who: Actor, reply_id: str) -> None:
    """Delete one. Raises `CannedReplyNotFound`."""
    who.require("conversations:write")
    list_store.get_canned_reply(tx, who.workspace_id, reply_id)
    list_store.delete_canned_reply(tx, who.workspace_id, reply_id)
    facts.canned_updated(tx)


def _checked(shortcut: str) -> str:
    name = shortcut.strip().lstrip("/").lower()
    if not _SHORTCUT.fullmatch(name):
        raise MessageRefused("shortcut: 1 to 40 letters, digits, - or _, without spaces.", field="shortcut")
    return name
