"""Routes: canned replies and tags."""

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from halloo.api.manage import shapes
from halloo.api.manage.talk import optional
from halloo.conversations import actions
from halloo.conversations.model import CannedReply, Tag
from halloo.edge.handed import Db, Who
from halloo.kit.clock import rfc3339

_READ, _WRITE = ("conversations:read", "conversations:write"), "conversations:write"


def _reply(reply: CannedReply) -> shapes.CannedReplyView:
    return shapes.CannedReplyView(
        reply.id, reply.shortcut, reply.text, rfc3339(reply.created_at), rfc3339(reply.updated_at)
    )


def _tag(tag: Tag) -> shapes.TagView:
    return shapes.TagView(tag.id, tag.name, tag.color, rfc3339(tag.created_at))


@get("/canned-replies", opt={"scope": _READ}, tags=["Canned replies"])
async def list_canned_replies(db: Db, who: Who) -> shapes.CannedReplyPage:
    """All prepared answers, by shortcut."""
    found = await db.read(who.workspace_id, actions.list_canned_replies, who)
    return shapes.CannedReplyPage([_reply(one) for one in found], None)


@post("/canned-replies", opt={"scope": _WRITE}, tags=["Canned replies"])
async def create_canned_reply(
    data: JSONBody[shapes.CannedReplyPost], db: Db, who: Who
) -> Response[shapes.CannedReplyView]:
    """Prepare an answer; operators insert it with `/` and its shortcut."""
    reply = await db.write(who.workspace_id, actions.create_canned_reply, who, data.shortcut, data.text)
    return Response(_reply(reply), headers={"Location": f"/core/canned-replies/{reply.id}"})


@patch("/canned-replies/{reply_id:str}", opt={"scope": _WRITE}, tags=["Canned replies"])
async def update_canned_reply(
    reply_id: FromPath[str], data: JSONBody[shapes.CannedReplyPatch], db: Db, who: Who
) -> shapes.CannedReplyView:
    """Change a prepared answer."""
    shortcut, text = optional(data.shortcut), optional(data.text)
    return _reply(await db.write(who.workspace_id, actions.update_canned_reply, who, reply_id, shortcut, text))


@delete("/canned-replies/{reply_id:str}", opt={"scope": _WRITE}, tags=["Canned replies"])
async def delete_canned_reply(reply_id: FromPath[str], db: Db, who: Who) -> None:
    """Delete a prepared answer."""
    await db.write(who.workspace_id, actions.delete_canned_reply, who, reply_id)


@get("/tags", opt={"scope": _READ}, tags=["Tags"])
async def list_tags(db: Db, who: Who) -> shapes.TagPage:
    """All tags, by name."""
    found = await db.read(who.workspace_id, actions.list_tags, who)
    return shapes.TagPage([_tag(one) for one in found], None)


@post("/tags", opt={"scope": _WRITE}, tags=["Tags"])
async def create_tag(data: JSONBody[shapes.TagPost], db: Db, who: Who) -> Response[shapes.TagView]:
    """Make a tag."""
    tag = await db.write(who.workspace_id, actions.create_tag, who, data.name, data.color)
    return Response(_tag(tag), headers={"Location": f"/core/tags/{tag.id}"})


@patch("/tags/{tag_id:str}", opt={"scope": _WRITE}, tags=["Tags"])
async def update_tag(tag_id: FromPath[str], data: JSONBody[shapes.TagPatch], db: Db, who: Who) -> shapes.TagView:
    """Rename or recolour a tag; a new name is written on every conversation that has the old one."""
    name, color = optional(data.name), optional(data.color)
    return _tag(await db.write(who.workspace_id, actions.update_tag, who, tag_id, name, color))


@delete("/tags/{tag_id:str}", opt={"scope": _WRITE}, tags=["Tags"])
async def delete_tag(tag_id: FromPath[str], db: Db, who: Who) -> None:
    """Delete a tag and take it off every conversation."""
    await db.write(who.workspace_id, actions.delete_tag, who, tag_id)


ROUTES = (
    list_canned_replies,
    create_canned_reply,
    update_canned_reply,
    delete_canned_reply,
    list_tags,
    create_tag,
    update_tag,
    delete_tag,
)
