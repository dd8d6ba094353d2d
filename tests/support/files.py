"""A file in a conversation, and one that was uploaded and not sent, without a storage behind them."""

from typing import NamedTuple

from halloo.conversations.actions import send_message
from halloo.conversations.model import Draft
from halloo.db.tx import Tx
from halloo.files import actions
from halloo.files.images.addresses import PictureAddresses
from halloo.files.model import FileAddresses, Received, Upload, UploadDraft, UploadRules
from halloo.kit.ids import new_id
from halloo.workspaces.model import Actor

ADDRESSES = FileAddresses("https://chat.example", pictures=PictureAddresses("https://image.example", b"0" * 32))
RULES = UploadRules(10**6, day_bytes=10**6)


class Furnished(NamedTuple):
    """What was made."""

    file_id: str
    url: str
    upload_id: str


def begin_upload(tx: Tx, who: Actor, name: str, type_: str = "") -> Upload:
    """An upload of which nothing has come."""
    return actions.open_upload(tx, who, UploadDraft(name, 5, type_), RULES)[0]


def upload(tx: Tx, who: Actor, name: str) -> str:
    """An upload that was received whole; its id."""
    made = begin_upload(tx, who, name, "text/plain")
    received = Received(made.raw_key, 5, "0" * 64, "text/plain", {})
    actions.finish_upload(tx, made.id, received, 24)
    return made.id


def furnish_files(tx: Tx, who: Actor, conversation_id: str, word: str) -> Furnished:
    """A visitor has sent one file and uploaded another."""
    content = {"upload_id": upload(tx, who, f"{word} sent.txt")}
    sent = send_message(tx, who, conversation_id, Draft(new_id(), "file", content, files=ADDRESSES))
    return Furnished(sent.message.content["file_id"], sent.message.content["url"], upload(tx, who, f"{word} kept.txt"))
