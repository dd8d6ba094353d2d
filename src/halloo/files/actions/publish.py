"""Naming: a message, or a person, takes a file that was uploaded for it."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from halloo.db.tx import Tx
from halloo.files import store
from halloo.files.errors import FileNotFound, UploadIncomplete
from halloo.files.model import FileAddresses, StoredFile, file_ids, named
from halloo.kit.ids import is_uuid
from halloo.workspaces.model import Actor


def publish(
    tx: Tx,
    who: Actor,
    addresses: FileAddresses,
    upload_id: str,
    conversation_id: str,
    fingerprint: int,
    details: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A message takes the file of an upload; what the message says. `details`: what its sender knows of it, such as `duration`.

    Raises `UploadIncomplete`, the same one for what was not received whole, was sent before, is another's or does not exist.
    """
    file = _taken(tx, who, upload_id, "message")
    file = replace(
        file, conversation_id=conversation_id, fingerprint=fingerprint, details={**file.details, **(details or {})}
    )
    store.place_file(tx, file)
    return file.content(addresses.lasting(file, tx.now))


def adopt(tx: Tx, who: Actor, upload_id: str, owner: str) -> StoredFile:
    """A person takes an uploaded picture; `owner` as `pictures.owner_of` says it. Raises `UploadIncomplete`."""
    file = replace(_taken(tx, who, upload_id, "avatar"), owner=owner)
    store.place_file(tx, file)
    return file


def _taken(tx: Tx, who: Actor, upload_id: str, purpose: str) -> StoredFile:
    found = store.find_upload(tx, tx.workspace_id, upload_id, lock=True) if is_uuid(upload_id) else None
    if found is None or found.state != "stored" or found.purpose != purpose:
        raise UploadIncomplete
    if who.kind == "visitor":
        mine = found.visitor_id == who.id and found.widget_id == who.widget_id
    else:
        mine = found.operator_id == (who.operator_id or who.id)
    file = store.find_file(tx, tx.workspace_id, found.file_id, lock=True) if mine else None
    if file is None or file.removed_at is not None or tx.now >= found.expires_at:
        raise UploadIncomplete
    store.update_upload(tx, tx.workspace_id, upload_id, state="used")
    return file


def is_of_upload(tx: Tx, upload_id: str, file_id: object) -> bool:
    """Whether a message's file came by this upload: what a repeated send is known by."""
    found = store.find_upload(tx, tx.workspace_id, upload_id) if is_uuid(upload_id) else None
    return found is not None and found.file_id == file_id


def reissue(tx: Tx, conversation_id: str, file_id: str, addresses: FileAddresses) -> str:
    """A new address of a file of a conversation that the caller may read. Raises `FileNotFound`."""
    found = store.find_file(tx, tx.workspace_id, file_id) if is_uuid(file_id) else None
    if found is None or found.conversation_id != conversation_id or found.removed_at is not None:
        raise FileNotFound
    return addresses.fresh(found, tx.now)


def with_fresh(tx: Tx, contents: Sequence[object], addresses: FileAddresses) -> list[Any]:
    """Contents of messages with new addresses where they hold files; those of files that are gone have none."""
    wanted = set(file_ids(contents))
    if not wanted:
        return list(contents)
    found = {one.id: one for one in store.list_files(tx, tx.workspace_id, wanted) if one.removed_at is None}
    return [_fresh(tx, content, found, addresses) for content in contents]


def _fresh(tx: Tx, content: Any, found: dict[str, StoredFile], addresses: FileAddresses) -> Any:
    file_id = named(content, "file_id")
    if file_id is None:
        return content
    file = found.get(file_id)
    return {**content, "url": "" if file is None else addresses.fresh(file, tx.now)}
