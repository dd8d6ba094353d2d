"""SQL of feedback, and of how long visitors waited for answers."""

from typing import Any

import msgspec
from sqlalchemy import BindParameter, Select, bindparam, delete, func, select, text

from halloo.conversations.feedback import SLOT_MS, Answer, Feedback, Tally, Wanted
from halloo.conversations.tables import answers, conversations, feedback, messages
from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.kit.json import dump

_F = feedback.c
_A = answers.c
_C = conversations.c
_M = messages.c
_WS: BindParameter[str] = bindparam("ws")
_ID: BindParameter[str] = bindparam("id_")
_answers = msgspec.json.Decoder(list[Answer])

_COLUMNS = [c.name for c in _F]
_INSERT = Statement(
    text(
        f"INSERT INTO feedback ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)}) "
        "ON CONFLICT (workspace_id, conversation_id) DO NOTHING"
    )
)
_SHOWN = (
    select(
        _F.conversation_id, _F.widget_id, _C.contact_id, _F.operator_id, _F.fields, _F.stars, _F.comment, _F.created_at
    )
    .join(conversations, (_C.workspace_id == _F.workspace_id) & (_C.id == _F.conversation_id))
    .where(_F.workspace_id == _WS)
)
_FIND = Statement(_SHOWN.where(_F.conversation_id == _ID))
_LAST_ANSWERER = Statement(
    select(_M.author_id)
    .where(
        _M.workspace_id == _WS,
        _M.conversation_id == _ID,
        _M.sender == "operator",
        _M.seq.is_not(None),
        _M.automated == 0,
    )
    .order_by(_M.fingerprint.desc())
    .limit(1)
)
_INSERT_ANSWER = Statement(answers.insert().values({c.name: bindparam(c.name) for c in _A}))
_WAITS = Statement(
    select(_A.waited_ms)
    .where(_A.workspace_id == _WS, _A.widget_id == bindparam("widget"), _A.at >= bindparam("since"))
    .order_by(_A.at.desc())
    .limit(bindparam("most"))
)


def insert_feedback(tx: Tx, workspace_id: str, visitor_id: str, given: Feedback) -> bool:
    """Store what was said of a conversation; False, and nothing is stored, where something was said of it before."""
    stored = tx.run(
        _INSERT,
        workspace_id=workspace_id,
        conversation_id=given.conversation_id,
        widget_id=given.widget_id,
        visitor_id=visitor_id,
        contact_id=given.contact_id,
        operator_id=given.operator_id,
        fields=dump(given.answers).decode(),
        stars=given.stars,
        comment=given.comment,
        created_at=given.created_at,
    )
    return stored == 1


def _feedback(row: Row) -> Feedback:
    values = dict(row)
    values["answers"] = _answers.decode(values.pop("fields"))
    return Feedback(**values)


def find_feedback(tx: Tx, workspace_id: str, conversation_id: str) -> Feedback | None:
    """What was said of a conversation."""
    row = tx.first(_FIND, ws=workspace_id, id_=conversation_id)
    return None if row is None else _feedback(row)


def find_last_answerer(tx: Tx, workspace_id: str, conversation_id: str) -> str | None:
    """The operator who answered last; programs are none."""
    return tx.scalar(_LAST_ANSWERER, ws=workspace_id, id_=conversation_id)


def _fitting(query: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    if wanted.widget_id is not None:
        query = query.where(_F.widget_id == wanted.widget_id)
    if wanted.operator_id is not None:
        nobody = wanted.operator_id == "none"
        query = query.where(_F.operator_id.is_(None) if nobody else _F.operator_id == wanted.operator_id)
    if wanted.stars is not None:
        query = query.where(_F.stars == wanted.stars)
    if wanted.since is not None:
        query = query.where(_F.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_F.created_at < wanted.until)
    return query


def list_feedback(
    tx: Tx, workspace_id: str, wanted: Wanted, behind: tuple[int, str] | None, limit: int
) -> list[Feedback]:
    """Feedback that fits, newest first, behind the (created_at, conversation_id) of the last one seen."""
    query = _fitting(_SHOWN, wanted).order_by(_F.created_at.desc(), _F.conversation_id.desc())
    if behind is not None:
        at, last = behind
        query = query.where((_F.created_at < at) | ((_F.created_at == at) & (_F.conversation_id < last)))
    return [_feedback(row) for row in tx.all(query.limit(limit), ws=workspace_id)]


def tally_feedback(tx: Tx, workspace_id: str, wanted: Wanted) -> list[Tally]:
    """How many gave how many stars, by quarter of an hour and operator."""
    slot = (_F.created_at // SLOT_MS).label("slot")
    counted = select(slot, _F.operator_id, _F.stars, func.count().label("count")).where(_F.workspace_id == _WS)
    query = _fitting(counted, wanted).group_by(text("slot"), _F.operator_id, _F.stars)
    return [Tally(**row) for row in tx.all(query, ws=workspace_id)]


def insert_answer(tx: Tx, workspace_id: str, answer: dict[str, Any]) -> None:
    """Note how long somebody waited for an answer."""
    tx.run(_INSERT_ANSWER, workspace_id=workspace_id, **answer)


def list_waits(tx: Tx, workspace_id: str, widget_id: str, since: int, most: int) -> list[int]:
    """How long visitors of a widget waited, in milliseconds, for the newest answers since a time."""
    rows = tx.all(_WAITS, ws=workspace_id, widget=widget_id, since=since, most=most)
    return [row["waited_ms"] for row in rows]


def erase_of(tx: Tx, workspace_id: str, conversation_id: str) -> None:
    """Erase what was said of a conversation, and how long it waited."""
    tx.run(delete(feedback).where(_F.workspace_id == workspace_id, _F.conversation_id == conversation_id))
    tx.run(delete(answers).where(_A.workspace_id == workspace_id, _A.conversation_id == conversation_id))
