"""SQL of operators' sessions."""

from sqlalchemy import Text, bindparam, delete, select, update

from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.workspaces.model import Session
from halloo.workspaces.tables import operator_sessions

_S = operator_sessions.c
_WS = bindparam("ws", type_=Text)
_INSERT = Statement(operator_sessions.insert().values({c.name: bindparam(c.name) for c in _S}))
_ONE = Statement(select(operator_sessions).where(_S.workspace_id == _WS, _S.digest == bindparam("digest")))
_OF = Statement(select(operator_sessions).where(_S.workspace_id == _WS, _S.operator_id == bindparam("operator")))
_TOUCH = Statement(
    update(operator_sessions)
    .where(_S.workspace_id == _WS, _S.digest == bindparam("digest_"))
    .values(last_used_at=bindparam("now"))
)
_DROP = Statement(delete(operator_sessions).where(_S.workspace_id == _WS, _S.digest == bindparam("digest_")))


def _session(row: Row) -> Session:
    return Session(**{name: row[name] for name in Session.__dataclass_fields__})


def insert_session(tx: Tx, workspace_id: str, secret_digest: str, session: Session) -> None:
    """Store a new session under its secret's digest."""
    values = {name: getattr(session, name) for name in session.__dataclass_fields__}
    tx.run(_INSERT, workspace_id=workspace_id, digest=secret_digest, **values)


def find_session(tx: Tx, workspace_id: str, secret_digest: str) -> Session | None:
    """The session with this digest."""
    row = tx.first(_ONE, ws=workspace_id, digest=secret_digest)
    return None if row is None else _session(row)


def list_sessions(tx: Tx, workspace_id: str, operator_id: str) -> dict[str, Session]:
    """The sessions of an operator by digest."""
    return {row["digest"]: _session(row) for row in tx.all(_OF, ws=workspace_id, operator=operator_id)}


def touch_session(tx: Tx, workspace_id: str, secret_digest: str) -> None:
    """Note that a session was used now."""
    tx.run(_TOUCH, ws=workspace_id, digest_=secret_digest, now=tx.now)


def delete_session(tx: Tx, workspace_id: str, secret_digest: str) -> None:
    """Forget a session."""
    tx.run(_DROP, ws=workspace_id, digest_=secret_digest)
