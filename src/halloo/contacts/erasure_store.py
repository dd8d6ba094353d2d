"""SQL of proofs of deletion."""

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, select, update

from halloo.contacts.erasure import Erasure
from halloo.contacts.tables import continue_codes, erasures, visitor_tokens, visitors
from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.kit.json import dump

_E = erasures.c
_WS: BindParameter[str] = bindparam("ws")
_counts = msgspec.json.Decoder(dict[str, int])
_INSERT = Statement(erasures.insert().values({c.name: bindparam(c.name) for c in _E}))
_FIND = Statement(select(erasures).where(_E.workspace_id == _WS, _E.id == bindparam("id_")))
_OPEN = Statement(
    select(_E.id, _E.requested_at)
    .where(_E.workspace_id == _WS, _E.finished_at.is_(None))
    .order_by(_E.id)
    .limit(bindparam("limit"))
)
_FINISH = Statement(
    update(erasures).where(_E.workspace_id == _WS, _E.id == bindparam("id_")).values(finished_at=bindparam("now"))
)


def _erasure(row: Row) -> Erasure:
    values = dict(row)
    values["counts"] = _counts.decode(row["counts"])
    return Erasure(**values)


def insert_erasure(tx: Tx, erasure: Erasure) -> None:
    """Store a proof."""
    values = {name: getattr(erasure, name) for name in erasure.__dataclass_fields__}
    tx.run(_INSERT, **{**values, "counts": dump(erasure.counts).decode()})


def find_erasure(tx: Tx, workspace_id: str, erasure_id: str) -> Erasure | None:
    """A proof by id."""
    row = tx.first(_FIND, ws=workspace_id, id_=erasure_id)
    return None if row is None else _erasure(row)


def list_erasures(tx: Tx, workspace_id: str, before: str | None, limit: int) -> list[Erasure]:
    """Proofs, the newest first, behind the id of `before`."""
    query = select(erasures).where(_E.workspace_id == _WS)
    if before is not None:
        query = query.where(_E.id < before)
    return [_erasure(row) for row in tx.all(query.order_by(_E.id.desc()).limit(limit), ws=workspace_id)]


def list_unfinished(tx: Tx, workspace_id: str, limit: int) -> list[tuple[str, int]]:
    """(id, requested_at) of erasures whose files may still have bytes, the oldest first."""
    return [(row["id"], row["requested_at"]) for row in tx.all(_OPEN, ws=workspace_id, limit=limit)]


def finish(tx: Tx, workspace_id: str, erasure_id: str) -> None:
    """Nothing of it is left."""
    tx.run(_FINISH, ws=workspace_id, id_=erasure_id, now=tx.now)


def delete_visitors(tx: Tx, workspace_id: str, ids: list[str]) -> None:
    """Delete visitors, with what their browsers hold."""
    for table in (visitor_tokens, continue_codes):
        tx.run(delete(table).where(table.c.workspace_id == workspace_id, table.c.visitor_id.in_(ids)))
    tx.run(delete(visitors).where(visitors.c.workspace_id == workspace_id, visitors.c.id.in_(ids)))
