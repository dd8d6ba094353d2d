"""The log: record a fact in the caller's transaction, read it back by stream and offset.

Numbers are given inside the transaction, so that they have no gaps whatever fails. The row of a workspace's stream is locked for it;
the streams of conversations and visitors are numbered under the same lock, each behind its last fact. Facts of a group of actions
are written together before its commit. One that was recorded reaches the pump after commit through `Tx.after_commit`.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

from sqlalchemy import bindparam, select, text, update

from halloo.db.directory import find_meta
from halloo.db.statement import Params, Statement
from halloo.db.tx import Row, Tx
from halloo.events.model import Fact, Position
from halloo.events.tables import facts, streams
from halloo.kit.ids import new_id

_LOCK_HEAD = Statement(
    text(
        "INSERT INTO streams (workspace_id, stream, head) VALUES (:workspace_id, :stream, 0) "
        "ON CONFLICT (workspace_id, stream) DO UPDATE SET head = streams.head RETURNING head"
    )
)
_SAVE_HEAD = Statement(
    update(streams)
    .where(streams.c.workspace_id == bindparam("ws"), streams.c.stream == bindparam("of"))
    .values(head=bindparam("head"))
)
_LAST = {
    kind: Statement(
        select(offset)
        .where(facts.c.workspace_id == bindparam("workspace_id"), owner == bindparam("owner"), offset.is_not(None))
        .order_by(offset.desc())
        .limit(1)
    )
    for kind, owner, offset in (
        ("c", facts.c.conversation_id, facts.c.conversation_offset),
        ("v", facts.c.visitor_id, facts.c.visitor_offset),
    )
}
_INSERT = Statement(facts.insert().values({c.name: bindparam(c.name) for c in facts.c}))
_PAYLOADS = Statement(
    select(facts.c.seq, facts.c.name, facts.c.conversation_id, facts.c.data)
    .where(facts.c.workspace_id == bindparam("workspace_id"), facts.c.seq > bindparam("after"))
    .order_by(facts.c.seq)
    .limit(bindparam("limit"))
)
_HEAD = Statement(
    select(streams.c.head).where(
        streams.c.workspace_id == bindparam("workspace_id"), streams.c.stream == bindparam("stream")
    )
)
_FACT = [facts.c[name] for name in Fact.__struct_fields__]
_AFTER = {
    kind: Statement(
        select(*_FACT)
        .where(facts.c.workspace_id == bindparam("workspace_id"), offset > bindparam("after"), *same)
        .order_by(offset)
        .limit(bindparam("limit"))
    )
    for kind, offset, same in (
        ("w", facts.c.seq, ()),
        ("c", facts.c.conversation_offset, (facts.c.conversation_id == bindparam("owner"),)),
        ("v", facts.c.visitor_offset, (facts.c.visitor_id == bindparam("owner"),)),
    )
}


def record(
    tx: Tx,
    name: str,
    data: bytes,
    *,
    conversation_id: str | None = None,
    public: bool = False,
    visitor_id: str | None = None,
    contact_id: str | None = None,
) -> Fact:
    """Record a fact beside the write. `data` is its rendered payload.

    `public`: the visitor may see it, so it is numbered in `c:<conversation_id>`. `visitor_id`: it is one of the visitor's own facts
    across conversations and is numbered in `v:<visitor_id>`. `contact_id`: the payload holds details of that contact, and is erased
    with them.
    """
    seq = _next_seq(tx)
    conversation_offset = _next_offset(tx, "c", conversation_id) if public and conversation_id is not None else None
    visitor_offset = None if visitor_id is None else _next_offset(tx, "v", visitor_id)
    values: Params = {
        "workspace_id": tx.workspace_id,
        "seq": seq,
        "id": new_id(),
        "name": name,
        "data": data,
        "at": tx.now,
        "conversation_id": conversation_id,
        "conversation_offset": conversation_offset,
        "visitor_id": visitor_id,
        "visitor_offset": visitor_offset,
    }
    fact = Fact(**values)
    values["contact_id"] = contact_id
    tx.later(_INSERT, values)
    tx.after_commit(fact)
    return fact


def lock(tx: Tx) -> int:
    """The workspace's log for this transaction alone: nobody else records in it meanwhile. The number of its last fact."""
    key = (tx.workspace_id, "w")
    known: int | None = tx.known.get(key)
    if known is not None:
        return known
    last: int = tx.scalar(_LOCK_HEAD, workspace_id=tx.workspace_id, stream=f"w:{tx.workspace_id}")
    tx.known[key] = last
    return last


def _next_seq(tx: Tx) -> int:
    seq = lock(tx) + 1
    tx.known[tx.workspace_id, "w"] = seq
    tx.later(_SAVE_HEAD, {"ws": tx.workspace_id, "of": f"w:{tx.workspace_id}", "head": seq}, key=tx.workspace_id)
    return seq


def _next_offset(tx: Tx, kind: str, owner: str) -> int:
    """The next number in a stream of a conversation or a visitor; the workspace's row is locked."""
    key = (tx.workspace_id, kind, owner)
    last: int | None = tx.known.get(key)
    if last is None:
        found: int | None = tx.scalar(_LAST[kind], workspace_id=tx.workspace_id, owner=owner)
        last = found or 0
    tx.known[key] = last + 1
    return last + 1


ERASED = b"{}"
"""What stands in place of a payload that is no longer kept."""
_ERASE = {
    owner.name: Statement(
        update(facts)
        .where(facts.c.workspace_id == bindparam("workspace_id_"), owner == bindparam("owner"))
        .values(data=bindparam("nothing"))
    )
    for owner in (facts.c.conversation_id, facts.c.contact_id)
}


_SINCE = Statement(
    select(facts.c.seq, facts.c.name, facts.c.data).where(
        facts.c.workspace_id == bindparam("workspace_id"),
        facts.c.conversation_id == bindparam("owner"),
        facts.c.at >= bindparam("since"),
    )
)
_REWRITE = Statement(
    update(facts)
    .where(facts.c.workspace_id == bindparam("workspace_id_"), facts.c.seq == bindparam("seq_"))
    .values(data=bindparam("data_"))
)


_RECORDED = Statement(
    select(facts.c.at)
    .where(facts.c.workspace_id == bindparam("workspace_id"), facts.c.seq >= bindparam("seq"))
    .order_by(facts.c.seq)
    .limit(1)
)


def number_before(tx: Tx, at: int) -> int:
    """The number of the last fact that was recorded before a time; 0 for none.

    Facts are taken to be in order of time, as they are but for what a machine's clock was set back.
    """
    tx.flush()
    low, high = 0, tx.scalar(_HEAD, workspace_id=tx.workspace_id, stream=f"w:{tx.workspace_id}") or 0
    while low < high:
        middle = (low + high + 1) // 2
        found: int | None = tx.scalar(_RECORDED, workspace_id=tx.workspace_id, seq=middle)
        if found is None or found >= at:
            high = middle - 1
        else:
            low = middle
    return low


def epoch(tx: Tx) -> str:
    """The epoch of this database's log: it changes when the log was restored or truncated."""
    return find_meta(tx, "epoch") or "e0"


def position(tx: Tx, stream: str) -> Position:
    """Where `stream` stands in this transaction's snapshot."""
    tx.flush()
    kind, _, owner = stream.partition(":")
    if kind in _LAST:
        head = tx.scalar(_LAST[kind], workspace_id=tx.workspace_id, owner=owner)
    else:
        head = tx.scalar(_HEAD, workspace_id=tx.workspace_id, stream=stream)
    return Position(stream, epoch(tx), head or 0)


def list_after(tx: Tx, stream: str, after: int, limit: int) -> list[Fact]:
    """At most `limit` facts of `stream` behind offset `after`, in order."""
    tx.flush()
    kind, _, owner = stream.partition(":")
    scope = {"workspace_id": tx.workspace_id, "after": after, "limit": limit}
    if kind != "w":
        scope["owner"] = owner
    return [_fact(row) for row in tx.all(_AFTER[kind], **scope)]


class Payload(NamedTuple):
    """What a fact says."""

    seq: int
    name: str
    conversation_id: str | None
    data: bytes


def list_payloads(tx: Tx, after: int, limit: int) -> list[Payload]:
    """At most `limit` facts of the workspace behind number `after`, in order, without their places in other streams."""
    tx.flush()
    return [Payload(*row) for row in tx.rows(_PAYLOADS, workspace_id=tx.workspace_id, after=after, limit=limit)]


def list_named(tx: Tx, names: Collection[str], since: int, within: int) -> list[int]:
    """The numbers of facts of these names from time `since` on, in order; looks no further back than the last `within` facts."""
    tx.flush()
    head: int = tx.scalar(_HEAD, workspace_id=tx.workspace_id, stream=f"w:{tx.workspace_id}") or 0
    query = (
        select(facts.c.seq)
        .where(
            facts.c.workspace_id == bindparam("workspace_id"),
            facts.c.seq > bindparam("after"),
            facts.c.at >= bindparam("since"),
            facts.c.name.in_(sorted(names)),
        )
        .order_by(facts.c.seq)
    )
    return [row[0] for row in tx.rows(query, workspace_id=tx.workspace_id, after=head - within, since=since)]


def _fact(row: Row) -> Fact:
    values = dict(row)
    values["data"] = bytes(row["data"])
    return Fact(**values)


def rewrite_payloads(tx: Tx, conversation_id: str, since: int, rewrite: Callable[[str, bytes], bytes | None]) -> None:
    """Change payloads of a conversation's facts from time `since` on, so that what was taken back is told to nobody later.

    `rewrite` is handed name and payload, and gives the new payload, or None where nothing changes.
    """
    tx.flush()
    for row in tx.all(_SINCE, workspace_id=tx.workspace_id, owner=conversation_id, since=since):
        data = rewrite(row["name"], bytes(row["data"]))
        if data is not None:
            tx.run(_REWRITE, workspace_id_=tx.workspace_id, seq_=row["seq"], data_=data)


def erase_payloads(tx: Tx, conversation_id: str) -> None:
    """Empty the payloads of a deleted conversation's facts; their numbers stay."""
    tx.flush()
    tx.run(_ERASE["conversation_id"], workspace_id_=tx.workspace_id, owner=conversation_id, nothing=ERASED)


def erase_payloads_of(tx: Tx, contact_id: str) -> None:
    """The same with a deleted contact's."""
    tx.flush()
    tx.run(_ERASE["contact_id"], workspace_id_=tx.workspace_id, owner=contact_id, nothing=ERASED)
