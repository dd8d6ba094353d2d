"""API tokens: random, kept as digests, scoped, shown once. None outlives or outranks the operator who made it."""

from dataclasses import dataclass

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.kit.clock import MINUTE
from halloo.kit.ids import digest, new_id, new_secret
from halloo.kit.refusals import field_invalid
from halloo.workspaces.actions.access import behind, end_token
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.actions.sessions import Identified
from halloo.workspaces.errors import TokenNotFound
from halloo.workspaces.model import ROLE_SCOPES, Actor, ApiToken, MissingScope, Operator, check_name, check_scopes
from halloo.workspaces.store import operators
from halloo.workspaces.store import tokens as store

SECRET_PREFIX = "hal_"  # noqa: S105 - a prefix, no secret
_HINT = len(SECRET_PREFIX) + 4
_TOUCH_EVERY_MS = MINUTE


@dataclass(frozen=True, slots=True)
class TokenDraft:
    """A token to be; `operator_id` where it acts as an operator."""

    name: str
    scopes: list[str]
    expires_at: int | None = None
    operator_id: str | None = None


def create_token(tx: Tx, who: Actor, draft: TokenDraft) -> tuple[str, ApiToken]:
    """Make a token; the secret is in this answer only. Nobody gives scopes they do not have."""
    who.require("tokens:manage")
    scopes = check_scopes(draft.scopes)
    lacking = [scope for scope in scopes if scope not in who.scopes]
    if lacking:
        raise MissingScope("You cannot give scopes that you do not have.", scopes=lacking)
    if draft.expires_at is not None and draft.expires_at <= tx.now:
        raise field_invalid("expires_at", "this lies in the past.")
    if draft.operator_id is not None and who.kind != "system" and draft.operator_id != who.operator_id:
        raise field_invalid("operator_id", "a token can act as yourself or as nobody.")
    secret = new_secret(SECRET_PREFIX)
    token = ApiToken(
        id=new_id(),
        name=check_name(draft.name),
        scopes=scopes,
        hint=secret[:_HINT],
        operator_id=draft.operator_id,
        created_by=behind(tx, who),
        created_at=tx.now,
        expires_at=draft.expires_at,
        last_used_at=None,
    )
    store.insert_token(tx, who.workspace_id, digest(secret), token)
    directory.enter(tx, "token", digest(secret))
    audit(tx, who, "token.created", token.id, name=token.name, scopes=token.scopes)
    return secret, token


def list_tokens(tx: Tx, who: Actor) -> list[ApiToken]:
    """All tokens of the workspace, newest first, without their secrets."""
    who.require("tokens:manage")
    return store.list_tokens(tx, who.workspace_id)


def revoke_token(tx: Tx, who: Actor, token_id: str) -> None:
    """End a token at once."""
    who.require("tokens:manage")
    found = store.find_token(tx, who.workspace_id, token_id)
    if found is None:
        raise TokenNotFound
    secret_digest, token = found
    end_token(tx, who.workspace_id, secret_digest, token.id)
    audit(tx, who, "token.revoked", token.id, name=token.name)


def identify_token(tx: Tx, secret_digest: str, address: str | None) -> Identified | None:
    """Who a bearer token belongs to; None where it is unknown, has expired, or its people are no longer active."""
    token = store.find_token_of_digest(tx, tx.workspace_id, secret_digest)
    if token is None or (token.expires_at is not None and tx.now >= token.expires_at):
        return None
    ids = {operator_id for operator_id in (token.operator_id, token.created_by) if operator_id is not None}
    people = operators.find_operators(tx, tx.workspace_id, ids)
    if any(person not in people or not people[person].active or people[person].removed for person in ids):
        return None
    scopes = frozenset(token.scopes).intersection(*(ROLE_SCOPES[person.role] for person in people.values()))
    stale = token.last_used_at is None or tx.now - token.last_used_at >= _TOUCH_EVERY_MS
    return Identified(_actor(tx.workspace_id, token, people.get(token.operator_id or ""), scopes, address), stale)


def is_standing(tx: Tx, operator_id: str | None, token_id: str | None) -> bool:
    """Whether an operator or a token of this workspace may still connect; for who holds a signed proof of earlier."""
    if token_id is not None:
        found = store.find_token(tx, tx.workspace_id, token_id)
        return found is not None and identify_token(tx, found[0], None) is not None
    person = operators.find_operators(tx, tx.workspace_id, {operator_id or ""}).get(operator_id or "")
    return person is not None and person.active and not person.removed


def _actor(
    workspace_id: str, token: ApiToken, operator: Operator | None, scopes: frozenset[str], address: str | None
) -> Actor:
    return Actor(
        kind="integration",
        workspace_id=workspace_id,
        id=token.id,
        name=token.name if operator is None else operator.name,
        role=None if operator is None else operator.role,
        scopes=scopes,
        operator_id=None if operator is None else operator.id,
        avatar=None if operator is None else operator.avatar,
        address=address,
    )


def touch_token(tx: Tx, token_id: str) -> None:
    """Note that a token was used."""
    store.touch_token(tx, tx.workspace_id, token_id)
