"""Routes: a widget's identity keys (embedding contract 13)."""

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from halloo.api.manage import shapes
from halloo.conversations.actions import retire_identity_key
from halloo.edge.handed import Db, Parts, Who
from halloo.kit.clock import optional_rfc3339, rfc3339
from halloo.widgets import actions
from halloo.widgets.model import IdentityKey, IdentityKeyDraft

_MANAGE = "web_widgets:manage"
_TAGS = ["Widgets"]


def _view(key: IdentityKey) -> shapes.IdentityKeyView:
    used_at = optional_rfc3339(key.last_used_at)
    return shapes.IdentityKeyView(key.kid, key.alg, key.weak, rfc3339(key.created_at), used_at)


@get("/web-widgets/{widget_id:str}/identity-keys", opt={"scope": _MANAGE}, tags=_TAGS)
async def list_identity_keys(widget_id: FromPath[str], db: Db, who: Who) -> shapes.IdentityKeyList:
    """The keys that prove who visitors are, oldest first, without their secrets."""
    keys = await db.read(who.workspace_id, actions.list_identity_keys, who, widget_id)
    return shapes.IdentityKeyList([_view(key) for key in keys])


@post("/web-widgets/{widget_id:str}/identity-keys", opt={"scope": _MANAGE}, tags=_TAGS)
async def create_identity_key(
    widget_id: FromPath[str], data: JSONBody[shapes.IdentityKeyPost], db: Db, who: Who, services: Parts
) -> shapes.IdentityKeyCreated:
    """Make a key, at most two for signed tokens and one for each kind of hash; a secret is in this answer and never again."""
    draft = IdentityKeyDraft(data.alg, data.public_key, data.secret)
    sealer = services.identity_secrets
    key, secret = await db.write(who.workspace_id, actions.create_identity_key, who, sealer, widget_id, draft)
    return shapes.IdentityKeyCreated(key.kid, key.alg, rfc3339(key.created_at), secret)


@delete("/web-widgets/{widget_id:str}/identity-keys/{kid:str}", opt={"scope": _MANAGE}, tags=_TAGS)
async def delete_identity_key(widget_id: FromPath[str], kid: FromPath[str], db: Db, who: Who) -> None:
    """Delete a key at once: visitors whom it has proven start again, and their live connections are cut."""
    await db.write(who.workspace_id, retire_identity_key, who, widget_id, kid)


ROUTES = (list_identity_keys, create_identity_key, delete_identity_key)
