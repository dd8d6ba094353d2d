"""Routes: files that are to be sent, and new addresses of those that were."""

from litestar import get, post
from litestar.params import FromPath, JSONBody

from halloo.api.manage import shapes
from halloo.conversations import actions as conversations
from halloo.edge.handed import Db, Parts, Who
from halloo.files import actions
from halloo.files.model import TARGET_MS, UploadDraft, UploadRules

_TAGS = ["Conversations"]


@post("/uploads", opt={"scope": "conversations:write"}, tags=_TAGS)
async def open_upload(data: JSONBody[shapes.UploadPost], db: Db, who: Who, services: Parts) -> shapes.UploadOpened:
    """Ask where the bytes of a file go. A message that names the `upload_id` publishes it, once it was received whole."""
    draft = UploadDraft(data.name, data.size, data.type, data.sha256, data.purpose)
    rules = UploadRules(services.max_file_bytes)
    upload, token = await db.write(who.workspace_id, actions.open_upload, who, draft, rules)
    target = shapes.UploadTarget(services.files.target(upload, token), {}, TARGET_MS // 1000)
    return shapes.UploadOpened(upload.id, target)


@get("/uploads/rules", opt={"scope": "conversations:write"}, tags=_TAGS, sync_to_thread=False)
def read_rules(who: Who, services: Parts) -> shapes.UploadRules:
    """What may be uploaded by whoever answers here, so that a screen can say so before a file is announced."""
    who.require("conversations:write")
    rules = UploadRules(services.max_file_bytes)
    return shapes.UploadRules(rules.max_bytes, list(rules.kinds))


@get("/conversations/{conversation_id:str}/files/{file_id:str}", opt={"scope": "conversations:read"}, tags=_TAGS)
async def renew_address(
    conversation_id: FromPath[str], file_id: FromPath[str], db: Db, who: Who, services: Parts
) -> shapes.FileAddress:
    """A new address of a file of the conversation, which holds an hour: for a screen whose own ran out."""
    url = await db.read(who.workspace_id, conversations.renew_address, who, conversation_id, file_id, services.files)
    return shapes.FileAddress(url)


ROUTES = (open_upload, read_rules, renew_address)
