"""The public routes of files: a target for one that is to be sent, a new address for one that was."""

from halloo.api.public.call import Answer, Call
from halloo.api.public.parts import PublicApi, known_visitor, refuse_by_policy
from halloo.api.public.shapes import FileAddress, UploadOpened, UploadPost, UploadTarget
from halloo.contacts.actions import visitor_actor
from halloo.conversations import actions as conversations
from halloo.edge.body import convert
from halloo.files import actions
from halloo.files.errors import FilesOff
from halloo.files.model import TARGET_MS, UploadDraft, UploadRules


def rules_of(api: PublicApi, call: Call) -> UploadRules:
    """What visitors of the widget may upload. Raises `FilesOff`."""
    files = call.config["files"]
    if not files["enabled"]:
        raise FilesOff
    most = min(int(files["max_bytes"]), api.max_file_bytes)
    return UploadRules(most, tuple(files["types"]), api.limits.upload_bytes_per_day)


async def open_upload(api: PublicApi, call: Call) -> Answer:
    """`POST /uploads`: nothing of the file is visible before its bytes were looked at and a message names it."""
    given = await call.read()
    visitor = await api.visits.require_known(call)
    api.limits.take_upload(visitor.id, call.cost)
    refuse_by_policy(call, visitor)
    rules = rules_of(api, call)
    body = convert(given, UploadPost)
    draft = UploadDraft(body.name, body.size, body.type, body.sha256)
    upload, token = await api.database.write(
        call.workspace_id, actions.open_upload, visitor_actor(visitor), draft, rules
    )
    target = UploadTarget(api.files.target(upload, token), {}, TARGET_MS // 1000)
    return Answer(201, UploadOpened(upload.id, target))


async def renew_address(api: PublicApi, call: Call) -> Answer:
    """`GET /conversations/{cid}/files/{file}`: an address for a screen whose own ran out."""
    visitor = await known_visitor(api, call)
    api.limits.take_list(visitor.id, call.cost)
    cid, file_id = call.names["cid"], call.names["file"]
    url = await api.database.read(
        call.workspace_id, conversations.renew_address, visitor_actor(visitor), cid, file_id, api.files
    )
    return Answer(200, FileAddress(url))
