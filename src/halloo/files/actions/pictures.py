"""Pictures of people: an uploaded one is taken, given up, found."""

from halloo.db.tx import Tx
from halloo.files import store
from halloo.files.actions.publish import adopt
from halloo.files.images.addresses import Kind, PictureAddresses
from halloo.files.model import StoredFile
from halloo.workspaces.actions import me, operators
from halloo.workspaces.model import Actor


def owner_of(kind: Kind, id: str) -> str:
    """How a row of `files` says whose picture it is, apart from what the same person only sent."""
    return f"picture:{kind}:{id}"


def take_own_picture(tx: Tx, who: Actor, upload_id: str, addresses: PictureAddresses) -> me.Me:
    """An operator shows themselves with an uploaded picture; the one before is deleted.

    Raises `NotAnOperator`, `UploadIncomplete` as `publish` does.
    """
    operator_id = me.operator_id_of(who)
    owner = owner_of("operator", operator_id)
    store.remove_of_owner(tx, tx.workspace_id, owner, tx.now)
    file = adopt(tx, who, upload_id, owner)
    return me.set_avatar(tx, who, addresses.person(tx.workspace_id, "operator", operator_id, file.id))


def drop_own_picture(tx: Tx, who: Actor) -> me.Me:
    """An operator shows themselves with their initials again."""
    store.remove_of_owner(tx, tx.workspace_id, owner_of("operator", me.operator_id_of(who)), tx.now)
    return me.set_avatar(tx, who, None)


def erase_picture(tx: Tx, kind: Kind, id: str) -> int:
    """The picture of somebody who is no more goes; how many were kept here."""
    return store.remove_of_owner(tx, tx.workspace_id, owner_of(kind, id), tx.now)


def remove_operator(tx: Tx, who: Actor, operator_id: str) -> None:
    """Take an operator away for good, and their picture with them. Raises as `operators.remove_operator`."""
    operators.remove_operator(tx, who, operator_id)
    erase_picture(tx, "operator", operator_id)


def find_picture(tx: Tx, kind: Kind, id: str) -> StoredFile | None:
    """The picture of a person that is kept here, or None."""
    return store.find_of_owner(tx, tx.workspace_id, owner_of(kind, id))
