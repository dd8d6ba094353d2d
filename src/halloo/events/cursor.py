"""Where readers of the log stand that keep their own place: the last fact that each has dealt with, in its own transaction."""

from sqlalchemy import bindparam, delete, select, text

from halloo.db.statement import Statement
from halloo.db.tx import Tx
from halloo.events.tables import cursors

_C = cursors.c
_AT = select(_C.seq).where(_C.workspace_id == bindparam("ws"), _C.reader == bindparam("of"))
_FIND = Statement(_AT)
_LOCK = Statement(_AT.with_for_update())
_PLACE = Statement(
    text(
        "INSERT INTO cursors (workspace_id, reader, seq) VALUES (:ws, :of, :at) ON CONFLICT (workspace_id, reader) DO NOTHING"
    )
)
_MOVE = Statement(
    text(
        "INSERT INTO cursors (workspace_id, reader, seq) VALUES (:ws, :of, :at) "
        "ON CONFLICT (workspace_id, reader) DO UPDATE SET seq = excluded.seq"
    )
)
_FORGET = Statement(delete(cursors).where(_C.workspace_id == bindparam("ws"), _C.reader == bindparam("of")))


def find(tx: Tx, reader: str) -> int | None:
    """The last fact that a reader has dealt with, or None where it never looked at this workspace."""
    return tx.scalar(_FIND, ws=tx.workspace_id, of=reader)


def lock(tx: Tx, reader: str) -> int | None:
    """The same, and no other transaction moves it before this one ends."""
    return tx.scalar(_LOCK, ws=tx.workspace_id, of=reader)


def place(tx: Tx, reader: str, seq: int) -> None:
    """Have a reader begin behind fact `seq`, unless it stands somewhere already."""
    tx.run(_PLACE, ws=tx.workspace_id, of=reader, at=seq)


def move(tx: Tx, reader: str, seq: int) -> None:
    """A reader has dealt with everything up to fact `seq`."""
    tx.run(_MOVE, ws=tx.workspace_id, of=reader, at=seq)


def forget(tx: Tx, reader: str) -> None:
    """There is no such reader any more."""
    tx.run(_FORGET, ws=tx.workspace_id, of=reader)
