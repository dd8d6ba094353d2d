"""A message takes the file that its draft names, in the transaction that stores it."""

from msgspec.structs import replace

from halloo.conversations.errors import MessageRefused
from halloo.conversations.kinds import fits
from halloo.conversations.model import Conversation, Draft, Message
from halloo.db.tx import Tx
from halloo.files import actions as files
from halloo.files.model import MESSAGE_TYPES, named, names_upload
from halloo.kit.text import excerpt
from halloo.workspaces.model import Actor


def put_file(
    tx: Tx, who: Actor, draft: Draft, conversation: Conversation, message: Message
) -> tuple[Conversation, Message]:
    """Conversation and message with what the message holds. Raises `UploadIncomplete`, `MessageRefused`."""
    upload_id = names_upload(draft.content)
    if draft.type not in MESSAGE_TYPES or upload_id is None:
        return conversation, message
    if draft.files is None:
        raise MessageRefused("type: files cannot be sent here.", field="type")
    said = {name: value for name, value in draft.content.items() if name != "upload_id"}
    content = files.publish(tx, who, draft.files, upload_id, conversation.id, message.fingerprint, said)
    if not fits(draft.type, content["type"]):
        raise MessageRefused(f"type: a file of type {content['type']} is no {draft.type}.", field="type")
    message = replace(message, content=content)
    return replace(conversation, last_excerpt=excerpt(message.text)), message


def is_same_file(tx: Tx, draft: Draft, before: Message) -> bool:
    """Whether a message holds the very upload that a repeated draft names."""
    upload_id, file_id = names_upload(draft.content), named(before.content, "file_id")
    return upload_id is not None and file_id is not None and files.is_of_upload(tx, upload_id, file_id)
