"""All SQL of the outbox. What is due stands in the directory too, since a server looks for it across workspaces."""

from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, select, update

from halloo.db import directory
from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.kit.json import dump
from halloo.mail.model import KEPT, Mail
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
_PURGE = Statement(
    delete(mails).where(
        _M.workspace_id == _WS, (_M.state == "sent") | (_M.state == "failed"), _M.due_at < bindparam("before")
    )
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


def purge(tx: Tx, workspace_id: str) -> None:
    """Forget what was sent or failed long ago."""
    tx.run(_PURGE, ws=workspace_id, before=tx.now - KEPT)
