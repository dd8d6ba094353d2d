"""SQL of conversations as a whole. What is said in them: `message_store`; the words of search: `search_store`."""

from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Select, bindparam, delete, func, select, update

from halloo.conversations.errors import ConversationNotFound
from halloo.conversations.model import TAG_MAX, Conversation, Filter
from halloo.conversations.tables import conversations, feedback, messages, read_marks
from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.kit.json import dump

_C = conversations.c
_M = messages.c
_WS: BindParameter[str] = bindparam("ws")
_ID: BindParameter[str] = bindparam("id_")
_FAR = 10**13
"""Later than any time: places of those where nobody waits lie behind all who do."""
_strings = msgspec.json.Decoder(list[str])
_map = msgspec.json.Decoder(dict[str, Any])

_FIELDS = Conversation.__struct_fields__
_TAGS, _METADATA, _MENTIONED, _SPAM = (_FIELDS.index(name) for name in ("tags", "custom_metadata", "mentioned", "spam"))
_GET = select(*(_C[name] for name in _FIELDS)).where(_C.workspace_id == _WS, _C.id == _ID)
_GET_PLAIN = Statement(_GET)
_GET_LOCKED = Statement(_GET.with_for_update())
_OF_CLIENT = Statement(
    select(conversations)
    .where(_C.workspace_id == _WS, _C.visitor_id == bindparam("visitor"), _C.client_id == bindparam("client"))
    .with_for_update()
)
_INSERT = Statement(conversations.insert().values({c.name: bindparam(c.name) for c in _C}))
_AFTER_MESSAGE = (
    "last_seq", "last_fingerprint", "last_type", "last_from", "last_author", "last_excerpt", "last_at", "state", "snoozed_until",
    "unread", "visitor_unread", "operator_read_seq", "visitor_read_seq", "waiting_since", "updated_at",
    "mentioned",
)  # fmt: skip
_after_message = attrgetter(*_AFTER_MESSAGE)
_UPDATE_AFTER_MESSAGE = Statement(
    update(conversations).where(_C.workspace_id == _WS, _C.id == _ID).values({n: bindparam(n) for n in _AFTER_MESSAGE})
)
_NEWEST_OF_VISITOR = Statement(
    select(_C.id)
    .where(_C.workspace_id == _WS, _C.visitor_id == bindparam("visitor"))
    .order_by(_C.updated_at.desc())
    .limit(1)
)
_NEWEST_OF_CONTACT = Statement(
    select(_C.id)
    .where(_C.workspace_id == _WS, _C.contact_id == bindparam("contact"))
    .order_by(_C.updated_at.desc())
    .limit(1)
)
_OF_VISITOR = Statement(
    select(_C.id)
    .where(_C.workspace_id == _WS, _C.visitor_id == bindparam("visitor"))
    .order_by(_C.updated_at.desc(), _C.id.desc())
)
_CLIENTS_OF = select(_C.client_id).where(
    _C.workspace_id == _WS, _C.visitor_id == bindparam("to"), _C.client_id.is_not(None)
)
_FORGET_CLIENTS = Statement(
    update(conversations)
    .where(_C.workspace_id == _WS, _C.visitor_id == bindparam("visitor"), _C.client_id.in_(_CLIENTS_OF))
    .values(client_id=None)
)
_HAND_OVER = Statement(
    update(conversations)
    .where(_C.workspace_id == _WS, _C.visitor_id == bindparam("visitor"))
    .values(visitor_id=bindparam("to"), contact_id=bindparam("contact"))
)
_HAND_OVER_FEEDBACK = Statement(
    update(feedback)
    .where(feedback.c.workspace_id == _WS, feedback.c.visitor_id == bindparam("visitor"))
    .values(visitor_id=bindparam("to"), contact_id=bindparam("contact"))
)
_TOLD = Statement(
    update(conversations)
    .where(_C.workspace_id == _WS, _C.id == _ID, _C.notified_seq < bindparam("seq_"))
    .values(notified_seq=bindparam("seq_"))
)
_UNHEARD = Statement(
    select(_C.id)
    .where(
        _C.workspace_id == _WS,
        (_C.state == "pending") | (_C.state == "unresolved") | (_C.state == "resolved"),  # leads the index
        _C.updated_at > bindparam("since"),
        _C.last_from == "operator",
        _C.visitor_unread > 0,
        _C.notified_seq < _C.last_seq,
    )
    .order_by(_C.updated_at.desc())
    .limit(bindparam("limit"))
)
_QUIET = Statement(
    select(_C.id)
    .where(
        _C.workspace_id == _WS,
        (_C.state == "pending") | (_C.state == "unresolved") | (_C.state == "resolved"),  # leads the index
        _C.updated_at < bindparam("before"),
        _C.widget_id == bindparam("widget"),
    )
    .order_by(_C.updated_at)
    .limit(bindparam("limit"))
)
_LATEST_ACTIVITY = Statement(
    select(func.max(_C.last_at)).where(_C.workspace_id == _WS, _C.visitor_id == bindparam("visitor"))
)


def conversation_of(row: Row) -> Conversation:
    """A row as a conversation."""
    values = dict(row)
    values["tags"] = _strings.decode(row["tags"])
    values["custom_metadata"] = _map.decode(row["custom_metadata"])
    values["mentioned"] = _strings.decode(row["mentioned"])
    values["spam"] = bool(row["spam"])
    return Conversation(**values)


def find_conversation(tx: Tx, workspace_id: str, conversation_id: str, *, lock: bool = False) -> Conversation | None:
    """A conversation, locked against other writers where asked."""
    row = tx.row(_GET_LOCKED if lock else _GET_PLAIN, ws=workspace_id, id_=conversation_id)
    if row is None:
        return None
    values = list(row)
    values[_TAGS] = _strings.decode(row[_TAGS])
    values[_METADATA] = _map.decode(row[_METADATA])
    values[_MENTIONED] = _strings.decode(row[_MENTIONED])
    values[_SPAM] = bool(row[_SPAM])
    return Conversation(*values)


def get_conversation(tx: Tx, workspace_id: str, conversation_id: str, *, lock: bool = False) -> Conversation:
    """A conversation. Raises `ConversationNotFound`."""
    found = find_conversation(tx, workspace_id, conversation_id, lock=lock)
    if found is None:
        raise ConversationNotFound
    return found


def lock_conversation_of_client(tx: Tx, workspace_id: str, visitor_id: str, client_id: str) -> Conversation | None:
    """The conversation that this start made before, locked against other writers."""
    row = tx.first(_OF_CLIENT, ws=workspace_id, visitor=visitor_id, client=client_id)
    return None if row is None else conversation_of(row)


def find_newest_of_visitor(tx: Tx, workspace_id: str, visitor_id: str) -> str | None:
    """The visitor's current conversation."""
    return tx.scalar(_NEWEST_OF_VISITOR, ws=workspace_id, visitor=visitor_id)


def find_newest_of_contact(tx: Tx, workspace_id: str, contact_id: str) -> str | None:
    """The contact's current conversation."""
    return tx.scalar(_NEWEST_OF_CONTACT, ws=workspace_id, contact=contact_id)


def list_ids_of_visitor(tx: Tx, workspace_id: str, visitor_id: str) -> list[str]:
    """Ids of every conversation of a visitor, newest activity first."""
    return [row["id"] for row in tx.all(_OF_VISITOR, ws=workspace_id, visitor=visitor_id)]


def list_ids_of_person(tx: Tx, workspace_id: str, contact_id: str, visitor_ids: list[str]) -> list[str]:
    """Ids of every conversation with a contact, or with one of these visitors."""
    theirs = (_C.contact_id == contact_id) | _C.visitor_id.in_(visitor_ids)
    return [row["id"] for row in tx.all(select(_C.id).where(_C.workspace_id == _WS, theirs), ws=workspace_id)]


def of_widget(workspace_id: str, widget_id: str) -> Select[tuple[str]]:
    """The query for the ids of a widget's conversations."""
    return select(_C.id).where(_C.workspace_id == workspace_id, _C.widget_id == widget_id)


def list_quiet(tx: Tx, workspace_id: str, widget_id: str, before: int, limit: int) -> list[str]:
    """At most so many conversations of a widget in which nothing has happened since then, the longest first."""
    rows = tx.all(_QUIET, ws=workspace_id, widget=widget_id, before=before, limit=limit)
    return [row["id"] for row in rows]


def list_talking(tx: Tx, workspace_id: str, visitor_ids: list[str]) -> set[str]:
    """Those of these visitors who have a conversation."""
    query = select(_C.visitor_id).where(_C.workspace_id == _WS, _C.visitor_id.in_(visitor_ids)).distinct()
    return {row["visitor_id"] for row in tx.all(query, ws=workspace_id)} if visitor_ids else set()


def hand_over(tx: Tx, workspace_id: str, visitor_id: str, to: str, contact_id: str) -> None:
    """A visitor's conversations are another's from now on. A `client_id` that both have used stays with whom it was."""
    scope = {"ws": workspace_id, "visitor": visitor_id, "to": to}
    tx.run(_FORGET_CLIENTS, **scope)
    tx.run(_HAND_OVER, **scope, contact=contact_id)
    tx.run(_HAND_OVER_FEEDBACK, **scope, contact=contact_id)


def insert_conversation(tx: Tx, conversation: Conversation) -> None:
    """Store a new conversation."""
    tx.run(_INSERT, **_packed({name: getattr(conversation, name) for name in conversation.__struct_fields__}))


def save_after_message(tx: Tx, conversation: Conversation) -> None:
    """Store what a message changed on its conversation."""
    values = dict(zip(_AFTER_MESSAGE, _after_message(conversation), strict=True))
    values["mentioned"] = dump(conversation.mentioned).decode() if conversation.mentioned else "[]"
    tx.run(_UPDATE_AFTER_MESSAGE, ws=conversation.workspace_id, id_=conversation.id, **values)


def update_conversation(tx: Tx, workspace_id: str, conversation_id: str, values: dict[str, Any]) -> None:
    """Change columns of a conversation."""
    tx.run(
        update(conversations).where(_C.workspace_id == workspace_id, _C.id == conversation_id).values(_packed(values))
    )


def note_told(tx: Tx, workspace_id: str, conversation_id: str, seq: int) -> None:
    """Move forward what the visitor was told of by mail."""
    tx.run(_TOLD, ws=workspace_id, id_=conversation_id, seq_=seq)


def list_unheard(tx: Tx, workspace_id: str, since: int, limit: int) -> list[str]:
    """Conversations with an answer since then that the visitor has neither read nor got by mail, newest first."""
    return [row["id"] for row in tx.all(_UNHEARD, ws=workspace_id, since=since, limit=limit)]


def find_latest_activity(tx: Tx, workspace_id: str, visitor_id: str) -> int | None:
    """When something was last said in any conversation of a visitor."""
    return tx.scalar(_LATEST_ACTIVITY, ws=workspace_id, visitor=visitor_id)


def _in_folder(
    query: Select[*tuple[Any, ...]], state: str | None, now: int, *, whole: bool = False
) -> Select[*tuple[Any, ...]]:
    if not whole:
        query = query.where(_C.spam == (1 if state == "spam" else 0))
    if state in ("pending", "unresolved", "resolved"):
        return query.where(_C.state == state)
    if state == "open":
        return query.where(_C.state != "resolved", (_C.snoozed_until.is_(None)) | (_C.snoozed_until <= now))
    if state == "snoozed":
        return query.where(_C.state != "resolved", _C.snoozed_until > now)
    return query


def list_conversations(
    tx: Tx, workspace_id: str, wanted: Filter, behind: tuple[int, str] | None, limit: int
) -> list[Conversation]:
    """Conversations in which something was said, behind a place in the order.

    Newest activity first; or longest waiting first, and behind them those where nobody waits, newest activity first.
    """
    if wanted.tag is not None and len(wanted.tag) > TAG_MAX:
        return []
    query = _in_folder(
        select(conversations).where(_C.workspace_id == _WS, _C.last_at.is_not(None)),
        wanted.state,
        tx.now,
        whole=wanted.whole,
    )
    if wanted.assignee is not None:
        query = query.where(
            _C.assignee_id.is_(None) if wanted.assignee == "none" else _C.assignee_id == wanted.assignee
        )
    for column in ("widget_id", "contact_id", "visitor_id"):
        if (value := getattr(wanted, column)) is not None:
            query = query.where(_C[column] == value)
    if wanted.tag is not None:
        query = query.where(_C.tags.contains(dump(wanted.tag).decode(), autoescape=True))
    if wanted.unread is not None:
        query = query.where(_C.unread > 0 if wanted.unread else _C.unread == 0)
    if wanted.order == "waiting":
        place = func.coalesce(_C.waiting_since, _FAR - _C.updated_at)
        query = query.order_by(place, _C.id)
        if behind is not None:
            query = query.where((place > behind[0]) | ((place == behind[0]) & (_C.id > behind[1])))
    else:
        query = query.order_by(_C.updated_at.desc(), _C.id.desc())
        if behind is not None:
            query = query.where((_C.updated_at < behind[0]) | ((_C.updated_at == behind[0]) & (_C.id < behind[1])))
    return [conversation_of(row) for row in tx.all(query.limit(limit), ws=workspace_id)]


def place_of(conversation: Conversation, wanted: Filter) -> tuple[int, str]:
    """Where a conversation stands in the order of a list."""
    if wanted.order != "waiting":
        return conversation.updated_at, conversation.id
    waiting = conversation.waiting_since
    return _FAR - conversation.updated_at if waiting is None else waiting, conversation.id


def list_by_id(tx: Tx, workspace_id: str, ids: set[str]) -> dict[str, Conversation]:
    """Conversations by id."""
    query = select(conversations).where(_C.workspace_id == _WS, _C.id.in_(sorted(ids)))
    return {row["id"]: conversation_of(row) for row in tx.all(query, ws=workspace_id)} if ids else {}


def count_conversations(tx: Tx, workspace_id: str, state: str, assignee: str | None) -> tuple[int, int]:
    """How many conversations a folder has, and in how many something is unread."""
    tally = select(func.count().label("total"), func.count().filter(_C.unread > 0).label("unread"))
    query = _in_folder(tally.where(_C.workspace_id == _WS, _C.last_at.is_not(None)), state, tx.now)
    if assignee is not None:
        query = query.where(_C.assignee_id.is_(None) if assignee == "none" else _C.assignee_id == assignee)
    row = tx.all(query, ws=workspace_id)[0]
    return row["total"], row["unread"]


def delete_conversation(tx: Tx, workspace_id: str, conversation_id: str) -> None:
    """Erase a conversation with its messages and read marks."""
    tx.run(
        delete(read_marks).where(
            read_marks.c.workspace_id == workspace_id, read_marks.c.conversation_id == conversation_id
        )
    )
    tx.run(delete(messages).where(_M.workspace_id == workspace_id, _M.conversation_id == conversation_id))
    tx.run(delete(conversations).where(_C.workspace_id == workspace_id, _C.id == conversation_id))


def _packed(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: dump(value).decode() if type(value) in (dict, list) else int(value) if isinstance(value, bool) else value
        for name, value in values.items()
    }
