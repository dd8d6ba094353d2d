"""The log: record a fact in the caller's transaction, read it back by stream and offset.

Numbers are given inside the transaction from one row per stream, so that they have no gaps whatever fails. A fact that was recorded
reaches the pump after commit through `Tx.after_commit`.
"""

from collections.abc import Callable

from sqlalchemy import bindparam, select, text, update

from halloo.db.directory import find_meta
from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.events.model import Fact, Position
from halloo.events.tables import facts, streams
from halloo.kit.ids import new_id

_NEXT = {
    count: Statement(
        text(
            "INSERT INTO streams (workspace_id, stream, head) VALUES "
            + ", ".join(f"(:workspace_id, :s{i}, 1)" for i in range(count))
            + " ON CONFLICT (workspace_id, stream) DO UPDATE SET head = streams.head + 1 RETURNING stream, head"
        )
    )
    for count in (1, 2, 3)
}
_INSERT = Statement(facts.insert().values({c.name: bindparam(c.name) for c in facts.c}))
_HEAD = Statement(
    select(streams.c.head).where(
        streams.c.workspace_id == bindparam("workspace_id"), streams.c.stream == bindparam("stream")
    )
)
_AFTER = {
    kind: Statement(
        select(facts)
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
) -> Fact:
    """Record a fact beside the write. `data` is its rendered payload.

    `public`: the visitor may see it, so it is numbered in `c:<conversation_id>`. `visitor_id`: it is one of the visitor's own facts
    across conversations and is numbered in `v:<visitor_id>`.
    """
    workspace = f"w:{tx.workspace_id}"
    wanted = [workspace]
    if public and conversation_id is not None:
        wanted.append(f"c:{conversation_id}")
    if visitor_id is not None:
        wanted.append(f"v:{visitor_id}")
    names = {f"s{i}": stream for i, stream in enumerate(wanted)}
    heads = {row["stream"]: row["head"] for row in tx.all(_NEXT[len(wanted)], workspace_id=tx.workspace_id, **names)}
    fact = Fact(
        workspace_id=tx.workspace_id,
        seq=heads[workspace],
        id=new_id(),
        name=name,
        data=data,
        at=tx.now,
        conversation_id=conversation_id,
        conversation_offset=heads.get(f"c:{conversation_id}"),
        visitor_id=visitor_id,
        visitor_offset=heads.get(f"v:{visitor_id}"),
    )
    tx.run(
        _INSERT,
        workspace_id=fact.workspace_id,
        seq=fact.seq,
        id=fact.id,
        name=name,
        data=data,
        at=fact.at,
        conversation_id=conversation_id,
        conversation_offset=fact.conversation_offset,
        visitor_id=visitor_id,
        visitor_offset=fact.visitor_offset,
    )
    tx.after_commit(fact)
    return fact


_ERASE = Statement(
    update(facts)
    .where(facts.c.workspace_id == bindparam("workspace_id_"), facts.c.conversation_id == bindparam("owner"))
    .values(data=bindparam("nothing"))
)


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


def epoch(tx: Tx) -> str:
    """The epoch of this database's log: it changes when the log was restored or truncated."""
    return find_meta(tx, "epoch") or "e0"


def position(tx: Tx, stream: str) -> Position:
    """Where `stream` stands in this transaction's snapshot."""
    head = tx.scalar(_HEAD, workspace_id=tx.workspace_id, stream=stream)
    return Position(stream, epoch(tx), head or 0)


def list_after(tx: Tx, stream: str, after: int, limit: int) -> list[Fact]:
    """At most `limit` facts of `stream` behind offset `after`, in order."""
    kind, _, owner = stream.partition(":")
    scope = {"workspace_id": tx.workspace_id, "after": after, "limit": limit}
    if kind != "w":
        scope["owner"] = owner
    return [_fact(row) for row in tx.all(_AFTER[kind], **scope)]


def _fact(row: Row) -> Fact:
    values = dict(row)
    values["data"] = bytes(row["data"])
    return Fact(**values)


def rewrite_payloads(tx: Tx, conversation_id: str, since: int, rewrite: Callable[[str, bytes], bytes | None]) -> None:
    """Change payloads of a conversation's facts from time `since` on, so that what was taken back is told to nobody later.

    `rewrite` is handed name and payload, and gives the new payload, or None where nothing changes.
    """
    for row in tx.all(_SINCE, workspace_id=tx.workspace_id, owner=conversation_id, since=since):
        data = rewrite(row["name"], bytes(row["data"]))
        if data is not None:
            tx.run(_REWRITE, workspace_id_=tx.workspace_id, seq_=row["seq"], data_=data)


def erase_payloads(tx: Tx, conversation_id: str) -> None:
    """Empty the payloads of a deleted conversation's facts; their numbers stay."""
    tx.run(_ERASE, workspace_id_=tx.workspace_id, owner=conversation_id, nothing=b"{}")
