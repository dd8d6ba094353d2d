"""SQL of blocks, and of whom they keep away."""

from sqlalchemy import BindParameter, bindparam, delete, func, literal, or_, select, update

from halloo.contacts.blocking import Block, Kind
from halloo.contacts.tables import blocks, visitors
from halloo.db.statement import Statement
from halloo.db.tx import Tx

_B = blocks.c
_V = visitors.c
_WS: BindParameter[str] = bindparam("ws")
_INSERT = Statement(blocks.insert().values({c.name: bindparam(c.name) for c in _B}))
_FIND = Statement(select(blocks).where(_B.workspace_id == _WS, _B.id == bindparam("id_")))
_OF_VALUE = Statement(
    select(blocks).where(_B.workspace_id == _WS, _B.kind == bindparam("kind_"), _B.value == bindparam("value_"))
)
_NETWORKS = Statement(
    select(_B.value).where(
        _B.workspace_id == _WS,
        _B.kind == "network",
        (_B.expires_at.is_(None)) | (_B.expires_at > bindparam("now")),
    )
)
_COUNT = Statement(select(func.count()).select_from(blocks).where(_B.workspace_id == _WS))
_EXPIRED = Statement(
    select(blocks).where(_B.workspace_id == _WS, _B.expires_at <= bindparam("now")).limit(bindparam("limit"))
)
_SET = Statement(
    update(visitors)
    .where(
        _V.workspace_id == _WS,
        or_(_V.id == bindparam("value_"), _V.contact_id == bindparam("value_")),
        _V.blocked != bindparam("wanted"),
    )
    .values(blocked=bindparam("wanted"))
    .returning(_V.id)
)
_HAND_DOWN = Statement(
    blocks.insert().from_select(
        [c.name for c in _B],
        select(
            _V.workspace_id,
            _V.id.label("id"),
            literal("visitor").label("kind"),
            _V.id.label("value"),
            _B.reason,
            _B.created_by,
            _B.created_at,
            _B.expires_at,
        )
        .join(blocks, (_B.workspace_id == _V.workspace_id) & (_B.kind == "visitor") & (_B.value == _V.contact_id))
        .where(_V.workspace_id == _WS, _V.contact_id == bindparam("contact"), _V.blocked == 1),
    )
)
_HAND_UP = Statement(
    update(blocks)
    .where(_B.workspace_id == _WS, _B.kind == "visitor", _B.value == bindparam("visitor"))
    .values(value=bindparam("contact"))
)
_DELETE_OF = Statement(
    delete(blocks).where(_B.workspace_id == _WS, _B.kind == "visitor", _B.value == bindparam("value_"))
)


def insert_block(tx: Tx, block: Block) -> None:
    """Store a new block."""
    tx.run(_INSERT, **{name: getattr(block, name) for name in block.__dataclass_fields__})


def find_block(tx: Tx, workspace_id: str, block_id: str) -> Block | None:
    """A block by id."""
    row = tx.first(_FIND, ws=workspace_id, id_=block_id)
    return None if row is None else Block(**row)


def find_block_of(tx: Tx, workspace_id: str, kind: Kind, value: str) -> Block | None:
    """The block of a contact, a visitor or a network."""
    row = tx.first(_OF_VALUE, ws=workspace_id, kind_=kind, value_=value)
    return None if row is None else Block(**row)


def list_blocks(tx: Tx, workspace_id: str, kind: Kind | None, before: str | None, limit: int) -> list[Block]:
    """Blocks, the newest first, behind the id of `before`."""
    query = select(blocks).where(_B.workspace_id == _WS)
    if kind is not None:
        query = query.where(_B.kind == kind)
    if before is not None:
        query = query.where(_B.id < before)
    return [Block(**row) for row in tx.all(query.order_by(_B.id.desc()).limit(limit), ws=workspace_id)]


def list_networks(tx: Tx, workspace_id: str) -> list[str]:
    """The networks that are blocked now."""
    return [row["value"] for row in tx.all(_NETWORKS, ws=workspace_id, now=tx.now)]


def list_expired(tx: Tx, workspace_id: str, limit: int) -> list[Block]:
    """Blocks whose time is over."""
    return [Block(**row) for row in tx.all(_EXPIRED, ws=workspace_id, now=tx.now, limit=limit)]


def count_blocks(tx: Tx, workspace_id: str) -> int:
    """How many blocks there are."""
    return tx.scalar(_COUNT, ws=workspace_id)


def delete_block(tx: Tx, workspace_id: str, block_id: str) -> None:
    """Forget a block."""
    tx.run(delete(blocks).where(_B.workspace_id == workspace_id, _B.id == block_id))


def delete_block_of(tx: Tx, workspace_id: str, value: str) -> None:
    """Forget the block of a contact or a visitor."""
    tx.run(_DELETE_OF, ws=workspace_id, value_=value)


def set_blocked(tx: Tx, workspace_id: str, value: str, *, blocked: bool) -> list[str]:
    """Block, or let in again, a visitor or all visitors of a contact; the ids of those for whom that is news."""
    return [row["id"] for row in tx.all(_SET, ws=workspace_id, value_=value, wanted=int(blocked))]


def hand_down(tx: Tx, workspace_id: str, contact_id: str) -> None:
    """A contact goes, its browsers stay: who was blocked with it is blocked by itself."""
    tx.run(_HAND_DOWN, ws=workspace_id, contact=contact_id)
    delete_block_of(tx, workspace_id, contact_id)


def hand_up(tx: Tx, workspace_id: str, visitor_id: str, contact_id: str) -> None:
    """A visitor has become a contact, which is new: a block of the one is one of the other."""
    tx.run(_HAND_UP, ws=workspace_id, visitor=visitor_id, contact=contact_id)
