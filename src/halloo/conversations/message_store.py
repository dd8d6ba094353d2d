"""SQL of messages, and of how far they were read."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import BindParameter, bindparam, func, select, text, update

from halloo.conversations.errors import MessageNotFound
from halloo.conversations.kinds import text_of
from halloo.conversations.model import Message
from halloo.conversations.tables import messages
from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.kit.json import dump

Place = tuple[str, int]
"""Conversation and fingerprint."""
_M = messages.c
_WS: BindParameter[str] = bindparam("ws")
_ID: BindParameter[str] = bindparam("id_")
_strings = msgspec.json.Decoder(list[str])
_map = msgspec.json.Decoder(dict[str, Any])
_any = msgspec.json.Decoder()
_COLUMNS = [c.name for c in _M]
_INSERT_MESSAGE = Statement(
    text(
        f"INSERT INTO messages ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)}) "
        "ON CONFLICT (workspace_id, conversation_id, client_id) DO NOTHING"
    )
)
_MESSAGE = Statement(
    select(messages).where(
        _M.workspace_id == _WS, _M.conversation_id == _ID, _M.fingerprint == bindparam("fingerprint_")
    )
)
_MESSAGE_OF_CLIENT = Statement(
    select(messages).where(_M.workspace_id == _WS, _M.conversation_id == _ID, _M.client_id == bindparam("client"))
)
_SAYING = Statement(
    text(
        "SELECT content FROM messages WHERE workspace_id = :ws AND conversation_id = :id_ AND removed = 0 "
        "AND (type = 'text' OR (type = 'note' AND :notes = 1)) AND content LIKE :pattern ESCAPE '!' "
        "ORDER BY fingerprint DESC LIMIT 20"
    )
)
_AT_ONCE = 100
"""Messages that one query looks for."""
_SAID = Statement(
    text(
        f"WITH wanted (c, f) AS (VALUES {', '.join(f'(:c{i}, :f{i})' for i in range(_AT_ONCE))}) "
        "SELECT m.conversation_id, m.fingerprint, m.type, m.content FROM wanted JOIN messages m "
        "ON m.workspace_id = :ws AND m.conversation_id = wanted.c AND m.fingerprint = wanted.f AND m.removed = 0"
    )
)
_IDS = Statement(select(_M.id).where(_M.workspace_id == _WS, _M.conversation_id == _ID))
_FINGERPRINT_OF = Statement(
    select(_M.fingerprint).where(_M.workspace_id == _WS, _M.conversation_id == _ID, _M.seq == bindparam("seq_"))
)
_UNREAD = Statement(
    select(_M.fingerprint, _M.seq)
    .where(
        _M.workspace_id == _WS,
        _M.conversation_id == _ID,
        _M.sender == bindparam("sender_"),
        _M.seq > bindparam("after"),
        _M.seq <= bindparam("upto"),
    )
    .order_by(_M.seq)
)
_COUNT_UNREAD = Statement(
    select(func.count())
    .select_from(messages)
    .where(
        _M.workspace_id == _WS,
        _M.conversation_id == _ID,
        _M.sender == bindparam("sender_"),
        _M.seq > bindparam("after"),
    )
)
_MARK = Statement(
    text(
        "INSERT INTO read_marks (workspace_id, conversation_id, reader_id, seq, at) VALUES (:ws, :id_, :reader, :seq, :now) "
        "ON CONFLICT (workspace_id, conversation_id, reader_id) DO UPDATE SET seq = excluded.seq, at = excluded.at "
        "WHERE read_marks.seq < excluded.seq"
    )
)
_ANSWERS = Statement(
    select(messages)
    .where(
        _M.workspace_id == _WS,
        _M.conversation_id == _ID,
        _M.sender == "operator",
        _M.seq > bindparam("after"),
        _M.removed == 0,
    )
    .order_by(_M.seq.desc())
    .limit(bindparam("limit"))
)


def message_of(row: Row) -> Message:
    """A row as a message."""
    values = dict(row)
    del values["workspace_id"]
    for column in ("automated", "edited", "removed"):
        values[column] = bool(row[column])
    values["content"] = _any.decode(row["content"])
    values["mentions"] = tuple(_strings.decode(row["mentions"]))
    values["properties"] = _map.decode(row["properties"])
    return Message(**values)


def insert_message(tx: Tx, workspace_id: str, message: Message) -> bool:
    """Store a new message; False, and nothing is stored, where its `client_id` stored one before."""
    stored = tx.run(
        _INSERT_MESSAGE,
        workspace_id=workspace_id,
        conversation_id=message.conversation_id,
        fingerprint=message.fingerprint,
        id=message.id,
        seq=message.seq,
        client_id=message.client_id,
        type=message.type,
        content=dump(message.content).decode(),
        sender=message.sender,
        origin=message.origin,
        author_id=message.author_id,
        author_name=message.author_name,
        author_avatar=message.author_avatar,
        mentions=dump(message.mentions).decode() if message.mentions else "[]",
        properties=dump(message.properties).decode() if message.properties else "{}",
        automated=int(message.automated),
        edited=int(message.edited),
        removed=int(message.removed),
        timestamp=message.timestamp,
    )
    return stored == 1


def get_message(tx: Tx, workspace_id: str, conversation_id: str, fingerprint: int) -> Message:
    """A message. Raises `MessageNotFound`."""
    row = tx.first(_MESSAGE, ws=workspace_id, id_=conversation_id, fingerprint_=fingerprint)
    if row is None:
        raise MessageNotFound
    return message_of(row)


def list_saying(tx: Tx, workspace_id: str, conversation_id: str, words: str, *, notes: bool) -> list[str]:
    """What the newest messages say that hold `words` as they are, at most 20; notes too where that is asked for."""
    pattern = f"%{words.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    found = tx.all(_SAYING, ws=workspace_id, id_=conversation_id, pattern=pattern, notes=int(notes))
    contents = [_any.decode(row["content"]) for row in found]
    return [content for content in contents if isinstance(content, str)]


def find_message_of_client(tx: Tx, workspace_id: str, conversation_id: str, client_id: str) -> Message | None:
    """The message that this send made before, or None."""
    row = tx.first(_MESSAGE_OF_CLIENT, ws=workspace_id, id_=conversation_id, client=client_id)
    return None if row is None else message_of(row)


def get_message_of_client(tx: Tx, workspace_id: str, conversation_id: str, client_id: str) -> Message:
    """The message that this send made before. Raises `MessageNotFound`."""
    found = find_message_of_client(tx, workspace_id, conversation_id, client_id)
    if found is None:
        raise MessageNotFound
    return found


def update_message(tx: Tx, workspace_id: str, message: Message) -> None:
    """Store what an edit or a removal changed."""
    tx.run(
        update(messages)
        .where(
            _M.workspace_id == workspace_id,
            _M.conversation_id == message.conversation_id,
            _M.fingerprint == message.fingerprint,
        )
        .values(content=dump(message.content).decode(), edited=int(message.edited), removed=int(message.removed))
    )


def list_said(tx: Tx, workspace_id: str, places: Sequence[Place]) -> dict[Place, str]:
    """What messages say as text now; those that were removed or are gone are left out."""
    found: dict[Place, str] = {}
    for start in range(0, len(places), _AT_ONCE):
        some = [*places[start : start + _AT_ONCE]]
        some += [some[-1]] * (_AT_ONCE - len(some))
        params: dict[str, Any] = {"ws": workspace_id}
        for number, (conversation_id, fingerprint) in enumerate(some):
            params[f"c{number}"], params[f"f{number}"] = conversation_id, fingerprint
        for conversation_id, fingerprint, kind, content in tx.rows(_SAID, **params):
            found[conversation_id, fingerprint] = text_of(kind, _any.decode(content))
    return found


def find_fingerprint(tx: Tx, workspace_id: str, conversation_id: str, seq: int) -> int | None:
    """The fingerprint of the message with this number."""
    return tx.scalar(_FINGERPRINT_OF, ws=workspace_id, id_=conversation_id, seq_=seq)


def list_messages(
    tx: Tx, workspace_id: str, conversation_id: str, *, after: int | None, before: int | None, limit: int, notes: bool
) -> list[Message]:
    """Messages in ascending order: the first `limit` behind fingerprint `after`, else the last `limit` ahead of `before`."""
    query = select(messages).where(_M.workspace_id == _WS, _M.conversation_id == _ID)
    if not notes:
        query = query.where(_M.seq.is_not(None))
    if after is not None:
        query = query.where(_M.fingerprint > after).order_by(_M.fingerprint)
    else:
        if before is not None:
            query = query.where(_M.fingerprint < before)
        query = query.order_by(_M.fingerprint.desc())
    found = [message_of(row) for row in tx.all(query.limit(limit), ws=workspace_id, id_=conversation_id)]
    return found if after is not None else found[::-1]


def list_unread(tx: Tx, workspace_id: str, conversation_id: str, sender: str, after: int, upto: int) -> list[int]:
    """Fingerprints of what `sender` wrote with `after` < seq ≤ `upto`."""
    rows = tx.all(_UNREAD, ws=workspace_id, id_=conversation_id, sender_=sender, after=after, upto=upto)
    return [row["fingerprint"] for row in rows]


def count_unread(tx: Tx, workspace_id: str, conversation_id: str, sender: str, after: int) -> int:
    """How many messages `sender` wrote behind seq `after`."""
    return tx.scalar(_COUNT_UNREAD, ws=workspace_id, id_=conversation_id, sender_=sender, after=after)


def list_answers(tx: Tx, workspace_id: str, conversation_id: str, after: int, limit: int) -> list[Message]:
    """The newest messages of operators behind seq `after`, in ascending order, without those that were removed."""
    rows = tx.all(_ANSWERS, ws=workspace_id, id_=conversation_id, after=after, limit=limit)
    return [message_of(row) for row in reversed(rows)]


def save_read_mark(tx: Tx, workspace_id: str, conversation_id: str, reader_id: str, seq: int) -> None:
    """Move a reader's mark forward, never back."""
    tx.run(_MARK, ws=workspace_id, id_=conversation_id, reader=reader_id, seq=seq, now=tx.now)


def list_ids(tx: Tx, workspace_id: str, conversation_id: str) -> list[str]:
    """The ids of all that was said in a conversation, notes too."""
    return [row["id"] for row in tx.all(_IDS, ws=workspace_id, id_=conversation_id)]
