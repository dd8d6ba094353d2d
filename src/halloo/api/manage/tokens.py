"""Routes: API tokens and the audit log."""

from typing import Annotated

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from halloo.api.manage import people, shapes
from halloo.edge.body import parse_time
from halloo.edge.handed import Db, Who
from halloo.edge.pagination import Cursor, Limit, open_cursor, page_of
from halloo.workspaces.actions import audit, tokens
from halloo.workspaces.actions.tokens import TokenDraft
from halloo.workspaces.model import AuditFilter

_SCOPE = "tokens:manage"
Text = Annotated[str | None, QueryParameter(max_length=64)]
What = Annotated[
    str | None, QueryParameter(max_length=64, description="What was done: `widget.changed`; or with what: `widget`.")
]


@get("/tokens", opt={"scope": _SCOPE}, tags=["Tokens"])
async def list_tokens(db: Db, who: Who) -> shapes.TokenPage:
    """All tokens, newest first, without their secrets."""
    found = await db.read(who.workspace_id, tokens.list_tokens, who)
    return shapes.TokenPage([people.token_view(one) for one in found], None)


@post("/tokens", opt={"scope": _SCOPE}, tags=["Tokens"])
async def create_token(data: JSONBody[shapes.TokenPost], db: Db, who: Who) -> shapes.TokenCreated:
    """Make a token; its secret is in this answer and never again."""
    draft = TokenDraft(data.name, data.scopes, parse_time("expires_at", data.expires_at), data.operator_id)
    secret, token = await db.write(who.workspace_id, tokens.create_token, who, draft)
    return people.token_created(token, secret)


@delete("/tokens/{token_id:str}", opt={"scope": _SCOPE}, tags=["Tokens"])
async def revoke_token(token_id: FromPath[str], db: Db, who: Who) -> None:
    """End a token at once; its live connections are cut."""
    await db.write(who.workspace_id, tokens.revoke_token, who, token_id)


@get("/audit", opt={"scope": "audit:read"}, tags=["Audit"])
async def list_audit(  # noqa: PLR0913, PLR0917 - each is a filter
    db: Db,
    who: Who,
    actor: Text = None,
    action: What = None,
    subject: Text = None,
    since: Text = None,
    until: Text = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> shapes.AuditPage:
    """Who did what, when and from where, newest first. `actor` and `subject` are ids, `since` and `until` times (RFC 3339)."""
    wanted = AuditFilter(actor, action, subject, parse_time("since", since), parse_time("until", until))
    found = await db.read(who.workspace_id, audit.list_audit, who, open_cursor(cursor, str), limit + 1, wanted)
    shown, following = page_of(found, limit, lambda entry: entry.id)
    return shapes.AuditPage([people.audit_view(entry) for entry in shown], following)


ROUTES = (list_tokens, create_token, revoke_token, list_audit)
