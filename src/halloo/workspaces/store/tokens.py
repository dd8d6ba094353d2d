"""SQL of API tokens and invitations."""

import msgspec
from sqlalchemy import Text, bindparam, delete, select, update

from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.kit.json import dump
from halloo.workspaces.model import ApiToken, Invitation, fold_email
from halloo.workspaces.tables import api_tokens, invitations

_T = api_tokens.c
_I = invitations.c
_WS = bindparam("ws", type_=Text)
_scopes = msgspec.json.Decoder(list[str])
_INSERT_TOKEN = Statement(api_tokens.insert().values({c.name: bindparam(c.name) for c in _T}))
_TOKEN = Statement(select(api_tokens).where(_T.workspace_id == _WS, _T.id == bindparam("id")))
_TOKEN_OF_DIGEST = Statement(select(api_tokens).where(_T.workspace_id == _WS, _T.digest == bindparam("digest")))
_TOKENS = Statement(select(api_tokens).where(_T.workspace_id == _WS).order_by(_T.created_at.desc(), _T.id.desc()))
_TOKENS_OF = Statement(
    select(api_tokens).where(
        _T.workspace_id == _WS, (_T.operator_id == bindparam("operator")) | (_T.created_by == bindparam("operator"))
    )
)
_TOUCH_TOKEN = Statement(
    update(api_tokens).where(_T.workspace_id == _WS, _T.id == bindparam("id_")).values(last_used_at=bindparam("now"))
)
_DROP_TOKEN = Statement(delete(api_tokens).where(_T.workspace_id == _WS, _T.id == bindparam("id_")))
_INSERT_INVITATION = Statement(invitations.insert().values({c.name: bindparam(c.name) for c in _I}))
_INVITATION_OF_DIGEST = Statement(select(invitations).where(_I.workspace_id == _WS, _I.digest == bindparam("digest")))
_INVITATIONS = Statement(select(invitations).where(_I.workspace_id == _WS).order_by(_I.created_at.desc(), _I.id.desc()))
_DROP_INVITATION = Statement(delete(invitations).where(_I.workspace_id == _WS, _I.id == bindparam("id_")))


def _token(row: Row) -> ApiToken:
    values: Row = {name: row[name] for name in ApiToken.__dataclass_fields__}
    values["scopes"] = _scopes.decode(row["scopes"])
    return ApiToken(**values)


def insert_token(tx: Tx, workspace_id: str, secret_digest: str, token: ApiToken) -> None:
    """Store a token under its secret's digest."""
    values: Row = {name: getattr(token, name) for name in token.__dataclass_fields__}
    values["scopes"] = dump(token.scopes).decode()
    tx.run(_INSERT_TOKEN, **values, workspace_id=workspace_id, digest=secret_digest)


def find_token(tx: Tx, workspace_id: str, token_id: str) -> tuple[str, ApiToken] | None:
    """Digest and token by id."""
    row = tx.first(_TOKEN, ws=workspace_id, id=token_id)
    return None if row is None else (row["digest"], _token(row))


def find_token_of_digest(tx: Tx, workspace_id: str, secret_digest: str) -> ApiToken | None:
    """The token with this digest."""
    row = tx.first(_TOKEN_OF_DIGEST, ws=workspace_id, digest=secret_digest)
    return None if row is None else _token(row)


def list_tokens(tx: Tx, workspace_id: str) -> list[ApiToken]:
    """All tokens, newest first."""
    return [_token(row) for row in tx.all(_TOKENS, ws=workspace_id)]


def list_tokens_of(tx: Tx, workspace_id: str, operator_id: str) -> dict[str, ApiToken]:
    """Tokens that act as an operator or were made by them, by digest."""
    return {row["digest"]: _token(row) for row in tx.all(_TOKENS_OF, ws=workspace_id, operator=operator_id)}


def touch_token(tx: Tx, workspace_id: str, token_id: str) -> None:
    """Note that a token was used now."""
    tx.run(_TOUCH_TOKEN, ws=workspace_id, id_=token_id, now=tx.now)


def delete_token(tx: Tx, workspace_id: str, token_id: str) -> None:
    """Forget a token."""
    tx.run(_DROP_TOKEN, ws=workspace_id, id_=token_id)


def _invitation(row: Row) -> Invitation:
    return Invitation(**{name: row[name] for name in Invitation.__dataclass_fields__})


def insert_invitation(tx: Tx, workspace_id: str, secret_digest: str, invitation: Invitation) -> None:
    """Store an invitation under its secret's digest."""
    values = {name: getattr(invitation, name) for name in invitation.__dataclass_fields__}
    key = fold_email(invitation.email)
    tx.run(_INSERT_INVITATION, **values, workspace_id=workspace_id, digest=secret_digest, email_key=key)


def find_invitation_of_digest(tx: Tx, workspace_id: str, secret_digest: str) -> Invitation | None:
    """The invitation with this digest."""
    row = tx.first(_INVITATION_OF_DIGEST, ws=workspace_id, digest=secret_digest)
    return None if row is None else _invitation(row)


def list_invitations(tx: Tx, workspace_id: str) -> dict[str, Invitation]:
    """Every invitation by digest, newest first; expired ones too."""
    return {row["digest"]: _invitation(row) for row in tx.all(_INVITATIONS, ws=workspace_id)}


def delete_invitation(tx: Tx, workspace_id: str, invitation_id: str) -> None:
    """Forget an invitation."""
    tx.run(_DROP_INVITATION, ws=workspace_id, id_=invitation_id)
