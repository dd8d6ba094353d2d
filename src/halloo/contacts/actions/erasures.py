"""Deleting somebody with proof: what stands in the proofs, and looking at them."""

from halloo.contacts import block_store, erasure_store, facts, store
from halloo.contacts.erasure import Erased, Erasure
from halloo.contacts.errors import ErasureNotFound
from halloo.db.tx import Tx
from halloo.files import actions as files
from halloo.kit.ids import new_id
from halloo.workspaces.model import Actor


def erase_visitors(tx: Tx, contact_id: str, erased: Erased) -> None:
    """Delete the browsers of a contact, of which nothing else is left: tokens and live connections end."""
    ids = store.list_visitor_ids_of(tx, tx.workspace_id, contact_id)
    for visitor_id in ids:
        facts.visitor_revoked(tx, visitor_id)
        block_store.delete_block_of(tx, tx.workspace_id, visitor_id)
        erased.count("file", files.erase_of_owner(tx, f"visitor:{visitor_id}"))
        erased.count("file", files.end_uploads(tx, visitor_id))
        erased.count("file", files.erase_picture(tx, "visitor", visitor_id))
    block_store.delete_block_of(tx, tx.workspace_id, contact_id)
    if ids:
        erasure_store.delete_visitors(tx, tx.workspace_id, ids)
    erased.add("visitor", ids)


def prove_erasure(tx: Tx, who: Actor, subject: str, erased: Erased) -> Erasure:
    """Write down what was deleted just now; it is finished once no bytes of its files are here any more."""
    by = who.operator_id or who.id
    finished_at = None if erased.counts["file"] else tx.now
    counts = erased.counted()
    erasure = Erasure(tx.workspace_id, new_id(), subject, counts, erased.digest(), by, tx.now, finished_at)
    erasure_store.insert_erasure(tx, erasure)
    return erasure


def get_erasure(tx: Tx, who: Actor, erasure_id: str) -> Erasure:
    """A proof of deletion. Raises `ErasureNotFound`."""
    who.require("contacts:delete")
    found = erasure_store.find_erasure(tx, tx.workspace_id, erasure_id)
    if found is None:
        raise ErasureNotFound
    return found


def list_erasures(tx: Tx, who: Actor, before: str | None, limit: int) -> list[Erasure]:
    """Proofs of deletion, the newest first, behind the id of `before`."""
    who.require("contacts:delete")
    return erasure_store.list_erasures(tx, tx.workspace_id, before, limit)


def is_erasure_due(tx: Tx) -> bool:
    """Query: whether a proof waits for bytes to be gone."""
    return bool(erasure_store.list_unfinished(tx, tx.workspace_id, 1))


def sweep_erasures(tx: Tx, limit: int) -> bool:
    """Finish at most so many erasures of whose files no bytes are left; whether there may be more."""
    oldest = files.oldest_removed(tx)
    unfinished = erasure_store.list_unfinished(tx, tx.workspace_id, limit)
    done = [one for one, at in unfinished if oldest is None or oldest > at]
    for erasure_id in done:
        erasure_store.finish(tx, tx.workspace_id, erasure_id)
    return len(done) == limit
