"""Ending credentials: what an operator held stops working, and live connections with it."""

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.workspaces import facts
from halloo.workspaces.model import Actor
from halloo.workspaces.store import sessions, tokens


def behind(tx: Tx, who: Actor) -> str | None:
    """The operator who answers for what `who` hands out: with a token that acts for nobody, whoever made it."""
    if who.kind != "integration" or who.operator_id is not None:
        return who.operator_id
    found = tokens.find_token(tx, who.workspace_id, who.id)
    return None if found is None else found[1].created_by


def end_session(tx: Tx, workspace_id: str, secret_digest: str) -> None:
    """Forget one session and its entry in the directory."""
    sessions.delete_session(tx, workspace_id, secret_digest)
    directory.leave(tx, "session", secret_digest)


def end_sessions(tx: Tx, workspace_id: str, operator_id: str, keep: str | None = None) -> int:
    """Forget every session of an operator but that with the id `keep`; how many ended."""
    ended = [
        digest
        for digest, session in sessions.list_sessions(tx, workspace_id, operator_id).items()
        if session.id != keep
    ]
    for digest in ended:
        end_session(tx, workspace_id, digest)
    return len(ended)


def end_token(tx: Tx, workspace_id: str, secret_digest: str, token_id: str) -> None:
    """Forget a token and cut its connections."""
    tokens.delete_token(tx, workspace_id, token_id)
    directory.leave(tx, "token", secret_digest)
    facts.token_revoked(tx, token_id)


def end_access(tx: Tx, workspace_id: str, operator_id: str, reason: facts.Reason) -> None:
    """Everything an operator holds ends: sessions, live connections, tokens that act as them or that they made."""
    end_sessions(tx, workspace_id, operator_id)
    for secret_digest, token in tokens.list_tokens_of(tx, workspace_id, operator_id).items():
        end_token(tx, workspace_id, secret_digest, token.id)
    facts.operator_revoked(tx, operator_id, reason)
