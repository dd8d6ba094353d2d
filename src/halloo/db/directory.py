"""The global look-up from an id, or a credential's digest, to its workspace. Run it in the scope `DIRECTORY`."""

from sqlalchemy import bindparam, delete, func, insert, select

from halloo.db.schema import directory, meta
from halloo.db.statement import Statement
from halloo.db.tx import Tx

_FIND = Statement(
    select(directory.c.workspace_id).where(directory.c.kind == bindparam("kind"), directory.c.key == bindparam("key"))
)
_KEYS = Statement(select(directory.c.key).where(directory.c.kind == bindparam("kind")).order_by(directory.c.key))
_UNTIL = Statement(
    select(directory.c.key, directory.c.workspace_id)
    .where(directory.c.kind == bindparam("kind"), directory.c.key <= bindparam("key"))
    .order_by(directory.c.key)
    .limit(bindparam("limit"))
)
_OWNERS = Statement(select(directory.c.workspace_id).where(directory.c.kind == bindparam("kind")).distinct())
_COUNT = Statement(
    select(func.count().label("count"), func.min(directory.c.key).label("first")).where(
        directory.c.kind == bindparam("kind")
    )
)
_ENTER = Statement(insert(directory).values({c.name: bindparam(c.name) for c in directory.c}))
_LEAVE = Statement(
    delete(directory).where(directory.c.kind == bindparam("kind_"), directory.c.key == bindparam("key_"))
)
_META = Statement(select(meta.c.value).where(meta.c.key == bindparam("key")))


def find_workspace(tx: Tx, kind: str, key: str) -> str | None:
    """The workspace that `key` belongs to, or None."""
    return tx.scalar(_FIND, kind=kind, key=key)


def list_keys(tx: Tx, kind: str) -> list[str]:
    """Every key of a kind; for the administrator's commands."""
    return [row["key"] for row in tx.all(_KEYS, kind=kind)]


def list_until(tx: Tx, kind: str, key: str, limit: int) -> list[tuple[str, str]]:
    """The first entries of a kind up to `key`, in order of their keys, each with its workspace."""
    return [(row["key"], row["workspace_id"]) for row in tx.all(_UNTIL, kind=kind, key=key, limit=limit)]


def list_owners(tx: Tx, kind: str) -> list[str]:
    """Every workspace that keys of a kind belong to."""
    return [row[0] for row in tx.rows(_OWNERS, kind=kind)]


def count_keys(tx: Tx, kind: str) -> tuple[int, str | None]:
    """How many keys of a kind there are, and the first of them."""
    row = tx.first(_COUNT, kind=kind)
    return (0, None) if row is None else (row["count"], row["first"])


def enter(tx: Tx, kind: str, key: str) -> None:
    """Point `key` at the transaction's workspace. A key that is taken fails as the driver's integrity error."""
    tx.run(_ENTER, kind=kind, key=key, workspace_id=tx.workspace_id)


def leave(tx: Tx, kind: str, key: str) -> None:
    """Forget `key`."""
    tx.run(_LEAVE, kind_=kind, key_=key)


def find_meta(tx: Tx, key: str) -> str | None:
    """A fact about this database, or None."""
    return tx.scalar(_META, key=key)
