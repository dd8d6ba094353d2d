"""The public routes of files: a target for one that is to be sent, a new address for one that was."""

from halloo.api.public.call import Answer, Call
from halloo.api.public.checking import guarded_upload
from halloo.api.public.parts import PublicApi, known_visitor, refuse_by_policy
from halloo.api.public.shapes import FileAddress, UploadOpened, UploadPost, UploadTarget
from halloo.botcheck import actions as botcheck
from halloo.botcheck.model import Proof
from halloo.contacts.actions import visitor_actor
from halloo.conversations import actions as conversations
from halloo.db.tx import Tx
from halloo.edge.body import convert
from halloo.files import actions
from halloo.files.errors import FilesOff
from halloo.files.model import TARGET_MS, Upload, UploadDraft, UploadRules
from halloo.workspaces.model import Actor


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
    refuse_by_policy(call, visitor)
    rules = rules_of(api, call)
    body = convert(given, UploadPost)
    draft = UploadDraft(body.name, body.size, body.type, body.sha256)
    actions.check_upload(draft, rules)
    proof = guarded_upload(api, call, visitor, body.bot_check)
    address = None if visitor.identified else call.address
    api.limits.take_upload(visitor.id, address, call.widget_id, draft.size, call.cost, guarded=call.guarded)
    upload, token = await api.database.write(call.workspace_id, open_as, visitor_actor(visitor), draft, rules, proof)
    target = UploadTarget(api.files.target(upload, token), {}, TARGET_MS // 1000)
    return Answer(201, UploadOpened(upload.id, target))


def open_as(tx: Tx, who: Actor, draft: UploadDraft, rules: UploadRules, proof: Proof | None) -> tuple[Upload, str]:
    """Make room for a file, and spend the `proof` on it."""
    opened = actions.open_upload(tx, who, draft, rules)
    botcheck.spend(tx, proof)
    return opened


async def renew_address(api: PublicApi, call: Call) -> Answer:
    """`GET /conversations/{cid}/files/{file}`: an address for a screen whose own ran out."""
    visitor = await known_visitor(api, call)
    api.limits.take_list(visitor.id, call.cost)
    cid, file_id = call.names["cid"], call.names["file"]
    url = await api.database.read(
        call.workspace_id, conversations.renew_address, visitor_actor(visitor), cid, file_id, api.files
    )
    return Answer(200, FileAddress(url))
