"""All SQL of the outbox. What is due stands in the directory too, since a server looks for it across workspaces."""

from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, func, select, update

from halloo.db import directory
from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.kit.json import dump
from halloo.mail.model import KEPT, Mail, due_of
from halloo.mail.tables import mails

DUE = "mail"
_M = mails.c
_WS: BindParameter[str] = bindparam("ws")
_ID: BindParameter[str] = bindparam("id_")
_content = msgspec.json.Decoder(dict[str, Any])

_INSERT = Statement(mails.insert().values({c.name: bindparam(c.name) for c in _M}))
_GET = select(mails).where(_M.workspace_id == _WS, _M.id == _ID)
_PLAIN = Statement(_GET)
_LOCKED = Statement(_GET.with_for_update())
_OF_CONVERSATION = Statement(
    select(mails)
    .where(_M.workspace_id == _WS, _M.conversation_id == bindparam("conversation"), _M.state == bindparam("state_"))
    .order_by(_M.due_at.desc())
    .limit(1)
)
_NEWEST = Statement(
    select(mails).where(_M.workspace_id == _WS).order_by(_M.created_at.desc(), _M.id.desc()).limit(bindparam("limit"))
)
_DELETE = Statement(delete(mails).where(_M.workspace_id == _WS, _M.id == _ID))
_OLD = (
    select(_M.id)
    .where(_M.workspace_id == _WS, (_M.state == "sent") | (_M.state == "failed"), _M.due_at < bindparam("before"))
    .limit(bindparam("limit"))
)
_PURGE = Statement(delete(mails).where(_M.workspace_id == _WS, _M.id.in_(_OLD)))
_ABOUT = Statement(select(mails).where(_M.workspace_id == _WS, _M.conversation_id == bindparam("conversation")))
_STATES = Statement(
    select(_M.state, func.count().label("count"))
    .where(
        _M.workspace_id == _WS,
        (_M.state == "waiting")
        | (_M.state == "sending")
        | ((_M.state == "failed") & (_M.due_at >= bindparam("since"))),
    )
    .group_by(_M.state)
)


def _mail(row: Row) -> Mail:
    values = dict(row)
    values["content"] = _content.decode(row["content"])
    return Mail(**values)


def insert_mail(tx: Tx, mail: Mail) -> None:
    """Store a new mail."""
    values = {name: getattr(mail, name) for name in mail.__dataclass_fields__}
    tx.run(_INSERT, **{**values, "content": dump(mail.content).decode()})
    directory.enter(tx, DUE, mail.key)


def find_mail(tx: Tx, workspace_id: str, mail_id: str, *, lock: bool = False) -> Mail | None:
    """A mail, locked against other servers where asked."""
    row = tx.first(_LOCKED if lock else _PLAIN, ws=workspace_id, id_=mail_id)
    return None if row is None else _mail(row)


def find_of_conversation(tx: Tx, workspace_id: str, conversation_id: str, state: str) -> Mail | None:
    """The newest mail about a conversation in this state."""
    row = tx.first(_OF_CONVERSATION, ws=workspace_id, conversation=conversation_id, state_=state)
    return None if row is None else _mail(row)


def list_newest(tx: Tx, workspace_id: str, limit: int) -> list[Mail]:
    """The outbox, newest first."""
    return [_mail(row) for row in tx.all(_NEWEST, ws=workspace_id, limit=limit)]


def move_mail(tx: Tx, mail: Mail, **changed: Any) -> Mail:
    """Change a mail and its place among what is due; one that is sent or failed has none."""
    moved = replace(mail, **changed)
    values = {**changed, "content": dump(moved.content).decode()}
    tx.run(update(mails).where(_M.workspace_id == mail.workspace_id, _M.id == mail.id).values(values))
    directory.leave(tx, DUE, mail.key)
    if moved.state in ("waiting", "sending"):
        directory.enter(tx, DUE, moved.key)
    return moved


def delete_mail(tx: Tx, mail: Mail) -> None:
    """Forget a mail."""
    tx.run(_DELETE, ws=mail.workspace_id, id_=mail.id)
    directory.leave(tx, DUE, mail.key)


def list_about(tx: Tx, workspace_id: str, conversation_id: str) -> list[Mail]:
    """Every mail about a conversation."""
    return [_mail(row) for row in tx.all(_ABOUT, ws=workspace_id, conversation=conversation_id)]


def list_of_person(tx: Tx, workspace_id: str, visitor_ids: list[str], email: str | None) -> list[Mail]:
    """Every mail to these visitors, and every link that was asked for with this address; oldest first."""
    theirs = _M.visitor_id.in_(visitor_ids) | ((_M.kind == "link") & (_M.recipient == bindparam("email")))
    query = select(mails).where(_M.workspace_id == _WS, theirs).order_by(_M.created_at, _M.id)
    return [_mail(row) for row in tx.all(query, ws=workspace_id, email=email or "")]


def count_states(tx: Tx, workspace_id: str, since: int) -> dict[str, int]:
    """How many mails wait, are being sent, or have failed since then."""
    return {row["state"]: row["count"] for row in tx.all(_STATES, ws=workspace_id, since=since)}


def count_due(tx: Tx) -> tuple[int, int | None]:
    """How many mails of all workspaces have a time at which they are looked at, and the earliest such time."""
    count, first = directory.count_keys(tx, DUE)
    return count, None if first is None else due_of(first)


def purge(tx: Tx, workspace_id: str, limit: int) -> int:
    """Forget at most `limit` mails that were sent, or have failed, long ago; how many that were."""
    return tx.run(_PURGE, ws=workspace_id, before=tx.now - KEPT, limit=limit)
