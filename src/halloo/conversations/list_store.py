"""SQL of the two small lists beside conversations: canned replies and tags."""

from typing import Any

from msgspec.structs import replace
from sqlalchemy import BindParameter, bindparam, delete, select, update

from halloo.conversations.errors import CannedReplyNotFound, NameTaken, TagNotFound
from halloo.conversations.model import CannedReply, Conversation, Tag
from halloo.conversations.store import conversation_of
from halloo.conversations.tables import canned_replies, conversations, tags
from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.kit.json import dump

_R = canned_replies.c
_T = tags.c
_C = conversations.c
_WS: BindParameter[str] = bindparam("ws")
_REPLIES = Statement(select(canned_replies).where(_R.workspace_id == _WS).order_by(_R.shortcut))
_REPLY = Statement(select(canned_replies).where(_R.workspace_id == _WS, _R.id == bindparam("id_")))
_REPLY_NAMED = Statement(select(_R.id).where(_R.workspace_id == _WS, _R.shortcut == bindparam("name")))
_INSERT_REPLY = Statement(canned_replies.insert().values({c.name: bindparam(c.name) for c in _R}))
_TAGS = Statement(select(tags).where(_T.workspace_id == _WS).order_by(_T.name))
_TAG = Statement(select(tags).where(_T.workspace_id == _WS, _T.id == bindparam("id_")))
_TAG_NAMED = Statement(select(_T.id).where(_T.workspace_id == _WS, _T.name == bindparam("name")))
_INSERT_TAG = Statement(tags.insert().values({c.name: bindparam(c.name) for c in _T}))


def _without_workspace(row: Row) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "workspace_id"}


def list_canned_replies(tx: Tx, workspace_id: str) -> list[CannedReply]:
    """All canned replies by shortcut."""
    return [CannedReply(**_without_workspace(row)) for row in tx.all(_REPLIES, ws=workspace_id)]


def get_canned_reply(tx: Tx, workspace_id: str, reply_id: str) -> CannedReply:
    """One of them. Raises `CannedReplyNotFound`."""
    row = tx.first(_REPLY, ws=workspace_id, id_=reply_id)
    if row is None:
        raise CannedReplyNotFound
    return CannedReply(**_without_workspace(row))


def _refuse_taken(tx: Tx, workspace_id: str, named: Statement, name: str, own_id: str) -> None:
    if tx.scalar(named, ws=workspace_id, name=name) not in (None, own_id):
        raise NameTaken


def insert_canned_reply(tx: Tx, workspace_id: str, reply: CannedReply) -> None:
    """Store a new one. Raises `NameTaken`."""
    _refuse_taken(tx, workspace_id, _REPLY_NAMED, reply.shortcut, reply.id)
    values = {name: getattr(reply, name) for name in reply.__dataclass_fields__}
    tx.run(_INSERT_REPLY, workspace_id=workspace_id, **values)


def update_canned_reply(tx: Tx, workspace_id: str, reply: CannedReply) -> None:
    """Store a changed one. Raises `NameTaken`."""
    _refuse_taken(tx, workspace_id, _REPLY_NAMED, reply.shortcut, reply.id)
    tx.run(
        update(canned_replies)
        .where(_R.workspace_id == workspace_id, _R.id == reply.id)
        .values(shortcut=reply.shortcut, text=reply.text, updated_at=reply.updated_at)
    )


def delete_canned_reply(tx: Tx, workspace_id: str, reply_id: str) -> None:
    """Delete one."""
    tx.run(delete(canned_replies).where(_R.workspace_id == workspace_id, _R.id == reply_id))


def list_tags(tx: Tx, workspace_id: str) -> list[Tag]:
    """All tags by name."""
    return [Tag(**_without_workspace(row)) for row in tx.all(_TAGS, ws=workspace_id)]


def get_tag(tx: Tx, workspace_id: str, tag_id: str) -> Tag:
    """One of them. Raises `TagNotFound`."""
    row = tx.first(_TAG, ws=workspace_id, id_=tag_id)
    if row is None:
        raise TagNotFound
    return Tag(**_without_workspace(row))


def insert_tag(tx: Tx, workspace_id: str, tag: Tag) -> None:
    """Store a new one. Raises `NameTaken`."""
    _refuse_taken(tx, workspace_id, _TAG_NAMED, tag.name, tag.id)
    tx.run(_INSERT_TAG, workspace_id=workspace_id, **{name: getattr(tag, name) for name in tag.__dataclass_fields__})


def update_tag(tx: Tx, workspace_id: str, tag: Tag) -> None:
    """Store a changed one. Raises `NameTaken`."""
    _refuse_taken(tx, workspace_id, _TAG_NAMED, tag.name, tag.id)
    tx.run(update(tags).where(_T.workspace_id == workspace_id, _T.id == tag.id).values(name=tag.name, color=tag.color))


def delete_tag(tx: Tx, workspace_id: str, tag_id: str) -> None:
    """Delete one."""
    tx.run(delete(tags).where(_T.workspace_id == workspace_id, _T.id == tag_id))


def list_tagged(tx: Tx, workspace_id: str, name: str) -> list[Conversation]:
    """Conversations that carry this tag."""
    query = select(conversations).where(_C.workspace_id == _WS, _C.tags.contains(dump(name).decode(), autoescape=True))
    return [conversation_of(row) for row in tx.all(query, ws=workspace_id)]


def save_tags(tx: Tx, conversation: Conversation, names: list[str]) -> Conversation:
    """Store a conversation's tags; the conversation after it."""
    tx.run(
        update(conversations)
        .where(_C.workspace_id == conversation.workspace_id, _C.id == conversation.id)
        .values(tags=dump(names).decode())
    )
    return replace(conversation, tags=names)
