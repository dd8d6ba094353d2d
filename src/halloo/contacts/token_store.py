"""SQL of what browsers hold: visitor tokens, used tickets, and codes of links that continue elsewhere."""

from sqlalchemy import BindParameter, bindparam, delete, select, text, update

from halloo.contacts.model import Ticket, Visitor
from halloo.contacts.tables import continue_codes, used_tickets, visitor_tokens
from halloo.db.statement import Statement
from halloo.db.tx import Tx

_T = visitor_tokens.c
_U = used_tickets.c
_K = continue_codes.c
_WS: BindParameter[str] = bindparam("ws")
_ANY_TOKEN = Statement(
    select(_T.digest).where(
        _T.workspace_id == _WS, _T.visitor_id == bindparam("visitor"), _T.digest == bindparam("digest")
    )
)
_ANY_TOKENS = Statement(select(_T.digest).where(_T.workspace_id == _WS, _T.visitor_id == bindparam("visitor")).limit(1))
_INSERT_TOKEN = Statement(visitor_tokens.insert().values({c.name: bindparam(c.name) for c in visitor_tokens.c}))
_TOUCH_TOKEN = Statement(
    update(visitor_tokens)
    .where(_T.workspace_id == _WS, _T.digest == bindparam("digest_"))
    .values(last_used_at=bindparam("now"))
)
_VERIFY_TOKEN = Statement(
    update(visitor_tokens)
    .where(_T.workspace_id == _WS, _T.digest == bindparam("digest_"))
    .values(verified_origin=bindparam("origin"))
)
_DROP_TOKEN = Statement(delete(visitor_tokens).where(_T.workspace_id == _WS, _T.digest == bindparam("digest_")))
_DROP_TOKENS = Statement(
    delete(visitor_tokens).where(_T.workspace_id == _WS, _T.visitor_id == bindparam("visitor")).returning(_T.digest)
)
_DROP_TOKENS_OF_KEY = Statement(
    delete(visitor_tokens).where(_T.workspace_id == _WS, _T.kid == bindparam("kid_")).returning(_T.visitor_id)
)
_SPEND_TICKET = Statement(
    text(
        "INSERT INTO used_tickets (workspace_id, jti, expires_at) VALUES (:ws, :jti, :expires_at) "
        "ON CONFLICT (workspace_id, jti) DO NOTHING"
    )
)
_DROP_CODES = Statement(delete(continue_codes).where(_K.workspace_id == _WS, _K.visitor_id == bindparam("visitor")))
_OLD_TICKETS = select(_U.jti).where(_U.workspace_id == _WS, _U.expires_at <= bindparam("now")).limit(bindparam("limit"))
_SWEEP_TICKETS = Statement(delete(used_tickets).where(_U.workspace_id == _WS, _U.jti.in_(_OLD_TICKETS)))
_OLD_CODES = (
    select(_K.digest).where(_K.workspace_id == _WS, _K.expires_at <= bindparam("now")).limit(bindparam("limit"))
)
_SWEEP_CODES = Statement(delete(continue_codes).where(_K.workspace_id == _WS, _K.digest.in_(_OLD_CODES)))
_INSERT_CODE = Statement(continue_codes.insert().values({c.name: bindparam(c.name) for c in _K}))
_TAKE_CODE = Statement(
    delete(continue_codes)
    .where(
        _K.workspace_id == _WS,
        _K.digest == bindparam("digest_"),
        _K.widget_id == bindparam("widget"),
        _K.expires_at > bindparam("now"),
    )
    .returning(_K.visitor_id)
)
_PROOF = Statement(
    select(_T.kid)
    .where(
        _T.workspace_id == _WS,
        _T.visitor_id == bindparam("visitor"),
        _T.kid.is_not(None),
        _T.kid != bindparam("but"),
    )
    .order_by(_T.created_at.desc())
    .limit(1)
)
_DROP_TOKENS_BUT = Statement(
    delete(visitor_tokens)
    .where(
        _T.workspace_id == _WS,
        _T.visitor_id == bindparam("visitor"),
        (_T.kid.is_(None)) | (_T.kid != bindparam("but")),
    )
    .returning(_T.digest)
)


def insert_token(
    tx: Tx,
    workspace_id: str,
    visitor: Visitor,
    token_digest: str,
    kid: str | None = None,
    verified_origin: str | None = None,
) -> None:
    """Bind a token's digest to a visitor and widget; `kid` says on whose word, `verified_origin` what was proven of the page."""
    tx.run(
        _INSERT_TOKEN,
        workspace_id=workspace_id,
        digest=token_digest,
        visitor_id=visitor.id,
        widget_id=visitor.widget_id,
        created_at=tx.now,
        last_used_at=tx.now,
        kid=kid,
        verified_origin=verified_origin,
    )


def touch_token(tx: Tx, workspace_id: str, token_digest: str) -> None:
    """Note that a token was used now."""
    tx.run(_TOUCH_TOKEN, ws=workspace_id, digest_=token_digest, now=tx.now)


def verify_token(tx: Tx, workspace_id: str, token_digest: str, origin: str) -> None:
    """Note which page a token's browser has proven."""
    tx.run(_VERIFY_TOKEN, ws=workspace_id, digest_=token_digest, origin=origin)


def drop_token(tx: Tx, workspace_id: str, token_digest: str) -> None:
    """Revoke one token."""
    tx.run(_DROP_TOKEN, ws=workspace_id, digest_=token_digest)


def drop_tokens(tx: Tx, workspace_id: str, visitor_id: str) -> list[str]:
    """Revoke every token of a visitor; their digests."""
    return [row["digest"] for row in tx.all(_DROP_TOKENS, ws=workspace_id, visitor=visitor_id)]


def drop_tokens_of_key(tx: Tx, workspace_id: str, kid: str) -> list[str]:
    """Revoke every token that was given on the word of an identity key; whose it was, for each of them."""
    return [row["visitor_id"] for row in tx.all(_DROP_TOKENS_OF_KEY, ws=workspace_id, kid_=kid)]


def has_token(tx: Tx, workspace_id: str, visitor_id: str, token_digest: str) -> bool:
    """Whether this token of a visitor is left."""
    return tx.first(_ANY_TOKEN, ws=workspace_id, visitor=visitor_id, digest=token_digest) is not None


def has_tokens(tx: Tx, workspace_id: str, visitor_id: str) -> bool:
    """Whether a visitor has any token left."""
    return tx.first(_ANY_TOKENS, ws=workspace_id, visitor=visitor_id) is not None


def spend_ticket(tx: Tx, workspace_id: str, ticket: Ticket) -> bool:
    """Use a ticket up; False where it was used before. Of two at once one gets it."""
    return tx.run(_SPEND_TICKET, ws=workspace_id, jti=ticket.id, expires_at=ticket.expires_at) == 1


def drop_codes(tx: Tx, workspace_id: str, visitor_id: str) -> None:
    """Void the links that would let somebody go on as this visitor."""
    tx.run(_DROP_CODES, ws=workspace_id, visitor=visitor_id)


def sweep_expired(tx: Tx, workspace_id: str, limit: int) -> int:
    """Delete at most `limit` used tickets, and as many codes of links, that have expired; how many the more of both were."""
    scope = {"ws": workspace_id, "now": tx.now, "limit": limit}
    return max(tx.run(_SWEEP_TICKETS, **scope), tx.run(_SWEEP_CODES, **scope))


def drop_tokens_but(tx: Tx, workspace_id: str, visitor_id: str, kid: str) -> list[str]:
    """Revoke a visitor's tokens but those that were given on the word of `kid`; their digests."""
    return [row["digest"] for row in tx.all(_DROP_TOKENS_BUT, ws=workspace_id, visitor=visitor_id, but=kid)]


def find_proof(tx: Tx, workspace_id: str, visitor_id: str, but: str) -> str | None:
    """The identity key on whose word the visitor's newest such token was given, other than `but`."""
    return tx.scalar(_PROOF, ws=workspace_id, visitor=visitor_id, but=but)


def insert_code(tx: Tx, workspace_id: str, visitor: Visitor, code_digest: str, expires_at: int) -> None:
    """Store a link's code by its digest."""
    tx.run(
        _INSERT_CODE,
        workspace_id=workspace_id,
        digest=code_digest,
        widget_id=visitor.widget_id,
        visitor_id=visitor.id,
        created_at=tx.now,
        expires_at=expires_at,
    )


def take_code(tx: Tx, workspace_id: str, widget_id: str, code_digest: str) -> str | None:
    """The visitor of a code that has not expired, which is gone by this: of two callers at once one gets it."""
    return tx.scalar(_TAKE_CODE, ws=workspace_id, digest_=code_digest, widget=widget_id, now=tx.now)


def drop_of(tx: Tx, workspace_id: str, visitor_ids: list[str]) -> None:
    """Delete tokens and links of visitors who are gone."""
    tx.run(delete(visitor_tokens).where(_T.workspace_id == _WS, _T.visitor_id.in_(visitor_ids)), ws=workspace_id)
    tx.run(delete(continue_codes).where(_K.workspace_id == _WS, _K.visitor_id.in_(visitor_ids)), ws=workspace_id)
